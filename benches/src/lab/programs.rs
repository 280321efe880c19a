//! The programs that have contenders: this one, those that take long to build, and any that are named.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::program::Named;
use crate::Result;

/// A contender and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) program: PathBuf,
    pub(crate) named: Named,
}

/// A contender that is not there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Absent {
    pub(crate) name: String,
    /// What builds it.
    pub(crate) command: String,
}

#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) listed: Vec<Listed>,
    pub(crate) absent: Vec<Absent>,
}

/// Peers that take minutes to build, in a package of their own.
const HEAVY: [&str; 3] = ["aeron", "iceoryx2 publish-subscribe", "iceoryx2 request-response"];
const HEAVY_COMMAND: &str = "cargo build --release --manifest-path benches/heavy/Cargo.toml";
const HEAVY_PROGRAM: &str = "heavy/target/release/ringmain-bench-heavy";

impl Programs {
    /// This program, the heavy peers' if it is built, and `others`.
    ///
    /// # Errors
    /// If one of them does not say what it has, or two have contenders of one name.
    pub(crate) fn find(others: &[PathBuf]) -> Result<Self> {
        let mut found = Self { listed: Vec::new(), absent: Vec::new() };
        found.ask(&std::env::current_exe()?)?;
        let heavy = Path::new(env!("CARGO_MANIFEST_DIR")).join(HEAVY_PROGRAM);
        if heavy.exists() {
            found.ask(&heavy)?;
        } else {
            let absent =
                |name: &str| Absent { name: name.to_owned(), command: HEAVY_COMMAND.to_owned() };
            found.absent.extend(HEAVY.map(absent));
        }
        for program in others {
            found.ask(program)?;
        }
        Ok(found)
    }

    fn ask(&mut self, program: &Path) -> Result<()> {
        let asked = Command::new(program).arg("list").stdin(Stdio::null()).output();
        let output = asked.map_err(|error| format!("{}: {error}", program.display()))?;
        if !output.status.success() {
            return Err(format!("{} list: {}", program.display(), output.status).into());
        }
        let named: Vec<Named> = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("{} list: {error}", program.display()))?;
        for named in named {
            if self.listed.iter().any(|listed| listed.named.name == named.name) {
                return Err(format!("there are two contenders {:?}", named.name).into());
            }
            self.listed.push(Listed { program: program.to_owned(), named });
        }
        Ok(())
    }
}
