//! Where peers that keep files have them: a directory in memory for each group, removed with it.

use std::fs;
use std::path::{Path, PathBuf};

use ringmain_bench::lab::{End, Side};

const MEMORY: &str = "/dev/shm";
/// What the names of all groups begin with; the harness's process follows.
const PREFIX: &str = "ringmain-bench-";

/// The directory of this end's group. The answering end, which makes it, removes it when dropped.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    name: String,
    is_ours: bool,
}

impl Directory {
    pub(crate) fn of(end: &End) -> Self {
        let name = end.plan.token.clone();
        let is_ours = end.plan.side == Side::Answering;
        if is_ours {
            remove_those_of_the_dead();
        }
        Self { path: Path::new(MEMORY).join(&name), name, is_ours }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Unique among groups; what is beside the directory has names that begin with it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.is_ours {
            remove_those_that(|name| name.starts_with(&self.name));
        }
    }
}

/// What killed runs left.
fn remove_those_of_the_dead() {
    remove_those_that(|name| {
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        process.is_some_and(|process| !Path::new("/proc").join(process).exists())
    });
}

/// Whatever cannot be removed is not ours, or gone.
fn remove_those_that(may_go: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(MEMORY).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(&may_go) {
            let path = entry.path();
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}
