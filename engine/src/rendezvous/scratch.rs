//! A directory of its own for each test, removed with everything in it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::endpoint::{Directory, Endpoint};

/// A new directory with mode 0700 in the temporary folder.
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (pid, count) = (std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(format!("ringmain-test-{pid}-{count}"));
        Directory::at(&path).ensure().expect("a scratch directory");
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn endpoint(&self, name: &str) -> Endpoint {
        Endpoint::at(Directory::at(&self.path), name).expect("a legal name")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
