//! The endpoints of this user.

use crate::error::Error;
use crate::rendezvous::endpoint::{Directory, Endpoint};
use crate::rendezvous::holder::{Holder, holder};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// An endpoint of which there are files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointView {
    /// Its name.
    pub name: String,
    /// Whether a main lives there.
    pub state: EndpointState,
}

/// Whether a main lives at an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointState {
    /// This process holds it; zero for one of another pid namespace.
    Alive {
        /// Its id.
        pid: u32,
    },
    /// Nobody does: what is there was left behind. A main may bind it all the same.
    Dead,
}

/// Where the endpoints of this user are. The directory is made by the first main.
#[must_use]
pub fn directory() -> PathBuf {
    Directory::of_user().path().to_owned()
}

/// The endpoints of this user, by name. Takes no lock, so no main that binds meanwhile is refused.
///
/// # Errors
/// [`Error::PermissionDenied`] if the directory is not this user's alone; [`Error::Exhausted`];
/// [`Error::System`].
pub fn endpoints() -> Result<Vec<EndpointView>, Error> {
    in_directory(&Directory::of_user())
}

pub(super) fn in_directory(directory: &Directory) -> Result<Vec<EndpointView>, Error> {
    let Some(open) = directory.open()? else { return Ok(Vec::new()) };
    let files = open.files()?;
    let names: BTreeSet<_> = files.iter().filter_map(|file| name_of(file)).collect();
    let mut found = Vec::new();
    for name in names {
        let Ok(endpoint) = Endpoint::at(directory.clone(), name) else { continue };
        let state = match holder(&endpoint, &open)? {
            Holder::Process(pid) => EndpointState::Alive { pid },
            Holder::Nobody => EndpointState::Dead,
        };
        found.push(EndpointView { name: name.to_owned(), state });
    }
    Ok(found)
}

/// The endpoint that a file belongs to.
pub(super) fn name_of(file: &str) -> Option<&str> {
    ["lock", "sock", "new"]
        .iter()
        .find_map(|ending| file.strip_suffix(ending)?.strip_suffix('.'))
        .filter(|name| !name.is_empty())
}
