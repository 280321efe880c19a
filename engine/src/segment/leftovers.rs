//! Names of segments whose main is dead.
//!
//! A main of [named segments](crate::Segments::Named) that is killed between making a session's
//! segments and a renderer's attaching leaves two files in `/dev/shm`, with all their memory. The
//! next such main of this user removes them when it is made; whoever cannot wait for that lists them
//! with [`stale`] and removes them with [`remove`]. Sealed segments leave nothing.
//!
//! Names of other users, and of mains in other pid or time namespaces, which cannot be told to be
//! dead from here, are passed over.

use super::name::{DIRECTORY, Name};
use super::named;
use crate::error::Error;
use rustix::fs::{AtFlags, CWD};

/// A name that nobody will open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    name: Name,
    bytes: u64,
}

impl Leftover {
    /// Its path.
    #[must_use]
    pub fn path(&self) -> String {
        self.name.path()
    }

    /// The process id that its main had.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.name.creator.process
    }

    /// The memory that it keeps.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// The names of this user's that dead mains have left in `/dev/shm`. A look: it changes nothing.
///
/// # Errors
/// [`Error::System`] or [`Error::PermissionDenied`] if `/dev/shm` cannot be read.
pub fn stale() -> Result<Vec<Leftover>, Error> {
    let files = std::fs::read_dir(DIRECTORY).map_err(|failed| unreadable(&failed))?;
    let mut stale = Vec::new();
    for file in files {
        let file = file.map_err(|failed| unreadable(&failed))?.file_name();
        let Some(name) = file.to_str().and_then(Name::parse) else { continue };
        stale.extend(left_behind(name));
    }
    stale.sort_by_key(Leftover::path);
    Ok(stale)
}

/// Removes one that [`stale`] found. That it is gone already is no error.
///
/// # Errors
/// [`Error::PermissionDenied`] or [`Error::System`] with what unlinking it answered.
pub fn remove(leftover: &Leftover) -> Result<(), Error> {
    // Its main is still dead, and nobody else makes a name with its number in it.
    named::remove(&leftover.name)
}

/// Removes what it can.
pub(crate) fn reclaim() {
    for leftover in stale().unwrap_or_default() {
        // Another main may be about it as well; and what stays is found by the next.
        let _ = remove(&leftover);
    }
}

fn left_behind(name: Name) -> Option<Leftover> {
    let stat = rustix::fs::statat(CWD, name.path(), AtFlags::SYMLINK_NOFOLLOW).ok()?;
    let ours = stat.st_uid == rustix::process::geteuid().as_raw();
    let bytes = u64::try_from(stat.st_blocks).unwrap_or(0) * BLOCK;
    (ours && name.creator.is_dead()).then_some(Leftover { name, bytes })
}

/// What `stat` counts in.
const BLOCK: u64 = 512;

fn unreadable(failed: &std::io::Error) -> Error {
    let errno = rustix::io::Errno::from_io_error(failed).unwrap_or(rustix::io::Errno::IO);
    Error::system("readdir(/dev/shm)", errno)
}
