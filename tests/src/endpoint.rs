//! Endpoints that no other test uses.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A name of this test's own. Dropping it removes what a main leaves behind under it.
#[derive(Debug)]
pub struct UniqueEndpoint {
    name: String,
}

impl UniqueEndpoint {
    /// A name that was never used.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each is different")]
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { name: format!("behave-{}-{number}", std::process::id()) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The socket of the main that is bound to it.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.file("sock")
    }

    fn file(&self, ending: &str) -> PathBuf {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let directory = match runtime.filter(|path| path.is_absolute()) {
            Some(runtime) => runtime.join("ringmain"),
            None => {
                let uid = rustix::process::geteuid().as_raw();
                std::env::temp_dir().join(format!("ringmain-{uid}"))
            }
        };
        directory.join(format!("{}.{ending}", self.name))
    }
}

impl Drop for UniqueEndpoint {
    fn drop(&mut self) {
        for ending in ["lock", "sock"] {
            // A test that failed early has made neither.
            let _ = std::fs::remove_file(self.file(ending));
        }
    }
}
