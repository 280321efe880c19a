//! What dead mains have left behind.

use super::endpoints::{EndpointState, in_directory, name_of};
use crate::error::Error;
use crate::rendezvous::endpoint::{Directory, Endpoint};
use crate::rendezvous::holder;
use std::path::PathBuf;

/// Files that belong to nobody any more. They do no harm: a main that binds the endpoint takes them over.
#[derive(Debug)]
pub struct Leftover {
    endpoint: Endpoint,
    files: Vec<PathBuf>,
}

/// What dead mains of this user have left behind, by endpoint.
///
/// # Errors
/// As [`endpoints`](super::endpoints()).
pub fn leftovers() -> Result<Vec<Leftover>, Error> {
    left_in(&Directory::of_user())
}

fn left_in(directory: &Directory) -> Result<Vec<Leftover>, Error> {
    let dead = in_directory(directory)?;
    let Some(open) = directory.open()? else { return Ok(Vec::new()) };
    let mut files = open.files()?;
    files.sort_unstable();
    let mut left = Vec::new();
    for view in dead.into_iter().filter(|view| view.state == EndpointState::Dead) {
        let own = files.iter().filter(|file| name_of(file) == Some(&view.name));
        let files = own.map(|file| directory.path().join(file)).collect();
        left.push(Leftover { endpoint: Endpoint::at(directory.clone(), &view.name)?, files });
    }
    Ok(left)
}

impl Leftover {
    /// The endpoint's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.endpoint.name()
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Removes them, unless a main has come to hold the endpoint since. Takes the endpoint's lock first and
    /// removes that file last, so no main that binds meanwhile loses anything; one that does in these
    /// microseconds is told that the endpoint is in use.
    ///
    /// # Errors
    /// [`Error::EndpointInUse`] if one has; [`Error::PermissionDenied`]; [`Error::System`].
    pub fn remove(&self) -> Result<(), Error> {
        match self.endpoint.directory().open()? {
            Some(directory) => holder::remove(&self.endpoint, &directory),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendezvous::listener::Listener;
    use crate::rendezvous::terms::Terms;

    const TERMS: Terms = Terms { version: 1, features: 0, fingerprint: 1 };

    #[test]
    fn what_nobody_holds_is_left_over_and_what_a_main_holds_is_not() {
        let path = std::env::temp_dir().join(format!("ringmain-left-{}", std::process::id()));
        let directory = Directory::at(&path);
        directory.ensure().unwrap();
        for file in ["dead.sock", "dead.lock", "half.new", "a.b.sock", "unknown.txt", ".sock"] {
            std::fs::write(path.join(file), "").unwrap();
        }
        let endpoint = Endpoint::at(directory.clone(), "alive").unwrap();
        let main = Listener::bind(&endpoint, &TERMS).unwrap();
        let left = left_in(&directory).unwrap();
        let names: Vec<_> = left.iter().map(Leftover::name).collect();
        assert_eq!(names, ["a.b", "dead", "half"]);
        assert_eq!(left[1].files(), [path.join("dead.lock"), path.join("dead.sock")]);
        left.iter().for_each(|left| left.remove().unwrap());
        assert!(left_in(&directory).unwrap().is_empty());
        assert!(path.join("alive.sock").exists() && path.join("unknown.txt").exists());
        drop(main);
        std::fs::remove_dir_all(path).unwrap();
    }
}
