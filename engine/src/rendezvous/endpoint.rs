//! An endpoint: the name under which a main is found, and the directory its files are in.
//!
//! ```text
//! $XDG_RUNTIME_DIR/ringmain/            0700, ours; without the variable <temp dir>/ringmain-<uid>
//!   NAME.lock    held by the living main, left behind by it, removed by whoever holds it only
//!   NAME.sock    where renderers connect
//!   NAME.new     a socket on its way to NAME.sock, seen by nobody
//! ```
//!
//! The three endings differ, so no name's file is another name's file, whatever the names.

use std::ffi::OsStr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::SocketAddrUnix;

use crate::Error;

/// The longest endpoint name in bytes.
pub(crate) const NAME_MAX: usize = 64;

/// The longest path that fits into the address of a socket, its final zero aside.
const SOCKET_PATH_MAX: usize = 107;

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    directory: Directory,
    name: String,
}

impl Endpoint {
    /// The endpoint `name` of this user.
    ///
    /// # Errors
    /// [`Error::EndpointName`] unless `name` is 1 to 64 of `[A-Za-z0-9._-]` and neither `.` nor
    /// `..`.
    pub(crate) fn new(name: &str) -> Result<Self, Error> {
        Self::at(Directory::of_user(), name)
    }

    /// The endpoint `name` in `directory`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(crate) fn at(directory: Directory, name: &str) -> Result<Self, Error> {
        if !is_name(name) {
            return Err(Error::EndpointName { name: name.to_owned() });
        }
        Ok(Self { directory, name: name.to_owned() })
    }

    /// The name.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The directory.
    #[must_use]
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// File that the living main holds a lock on.
    #[must_use]
    pub(crate) fn lock_file(&self) -> String {
        format!("{}.lock", self.name)
    }

    /// Socket that renderers connect to.
    #[must_use]
    pub(crate) fn socket_file(&self) -> String {
        format!("{}.sock", self.name)
    }

    /// Socket that nobody is to connect to yet.
    #[must_use]
    pub(crate) fn new_socket_file(&self) -> String {
        format!("{}.new", self.name)
    }

    /// [`Error::NoMain`] for this endpoint.
    #[must_use]
    pub(crate) fn no_main(&self) -> Error {
        Error::NoMain { endpoint: self.name.clone() }
    }
}

fn is_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(legal) && name != "." && name != ".."
}

/// Where endpoints are: a path, which need not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directory {
    path: PathBuf,
}

impl Directory {
    /// `$XDG_RUNTIME_DIR/ringmain`, or `<temp dir>/ringmain-<uid>` without that variable.
    ///
    /// As the XDG specification wants it, a value that is not an absolute path counts as none.
    #[must_use]
    pub(crate) fn of_user() -> Self {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        Self::of_user_in(runtime, &std::env::temp_dir())
    }

    fn of_user_in(runtime: Option<PathBuf>, temp: &Path) -> Self {
        match runtime.filter(|path| path.is_absolute()) {
            Some(runtime) => Self::at(runtime.join("ringmain")),
            None => {
                let uid = rustix::process::geteuid().as_raw();
                Self::at(temp.join(format!("ringmain-{uid}")))
            }
        }
    }

    /// The directory `path`.
    #[must_use]
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The path.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the directory, made with mode 0700 if it is missing. Its parent must exist.
    ///
    /// # Errors
    /// [`Error::PermissionDenied`] naming the directory if it is not ours alone, and
    /// [`Error::System`].
    pub(crate) fn ensure(&self) -> Result<OpenDirectory, Error> {
        match rustix::fs::mkdir(&self.path, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(self.failed("mkdir", errno)),
        }
        self.open()?.ok_or_else(|| self.failed("open", Errno::NOENT))
    }

    /// Opens the directory, or says that there is none.
    ///
    /// # Errors
    /// As [`ensure`](Self::ensure).
    pub(crate) fn open(&self) -> Result<Option<OpenDirectory>, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = match rustix::fs::open(&self.path, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP | Errno::NOTDIR) => return Err(self.refused("is not a directory")),
            Err(errno) => return Err(self.failed("open", errno)),
        };
        let stat = rustix::fs::fstat(&fd).map_err(|errno| Error::system("fstat", errno))?;
        let (owner, mode) = (stat.st_uid, stat.st_mode & 0o7777);
        if owner != rustix::process::geteuid().as_raw() {
            return Err(self.refused(&format!("belongs to user {owner}")));
        }
        if mode & 0o077 != 0 {
            return Err(self.refused(&format!("has mode {mode:04o}, not 0700")));
        }
        let identity = (stat.st_dev, stat.st_ino);
        Ok(Some(OpenDirectory { fd, path: self.path.clone(), identity }))
    }

    fn refused(&self, why: &str) -> Error {
        Error::PermissionDenied { what: format!("{} {why}", self.path.display()) }
    }

    /// As [`Error::system`], but a refusal names the directory.
    fn failed(&self, call: &'static str, errno: Errno) -> Error {
        match errno {
            Errno::ACCESS | Errno::PERM | Errno::ROFS => self.refused(&format!("failed {call}")),
            errno => Error::system(call, errno),
        }
    }
}

/// A directory that was found to be ours, and ours alone, when it was opened.
///
/// Files are reached through its descriptor where the kernel has a call for that, so that what
/// was checked is what is used.
#[derive(Debug)]
pub(crate) struct OpenDirectory {
    fd: OwnedFd,
    path: PathBuf,
    identity: (u64, u64),
}

impl OpenDirectory {
    /// The descriptor.
    #[must_use]
    pub(crate) fn fd(&self) -> &OwnedFd {
        &self.fd
    }

    /// Device and inode: the same for every path to this directory.
    #[must_use]
    pub(crate) fn identity(&self) -> (u64, u64) {
        self.identity
    }

    /// The address of the socket `file` in this directory.
    ///
    /// A path too long for an address goes through `/proc/self/fd`, which alone needs `/proc`.
    ///
    /// # Errors
    /// [`Error::System`] for a path with a zero byte in it.
    pub(crate) fn address(&self, file: &str) -> Result<SocketAddrUnix, Error> {
        let mut path = self.path.join(file);
        if path.as_os_str().len() > SOCKET_PATH_MAX {
            path = PathBuf::from(format!("/proc/self/fd/{}/{file}", self.fd.as_raw_fd()));
        }
        SocketAddrUnix::new(path.as_os_str()).map_err(|errno| Error::system("bind", errno))
    }

    /// Whether `file` is still the file that `opened` is a descriptor of.
    ///
    /// # Errors
    /// [`Error::System`].
    pub(crate) fn is_still(&self, file: &str, opened: &OwnedFd) -> Result<bool, Error> {
        let ours = rustix::fs::fstat(opened).map_err(|errno| Error::system("fstat", errno))?;
        match rustix::fs::statat(&self.fd, file, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(there) => Ok((there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(Error::system("statat", errno)),
        }
    }

    /// The names of its files, as far as they are text.
    ///
    /// # Errors
    /// [`Error::System`].
    #[cfg(feature = "cli")]
    pub(crate) fn files(&self) -> Result<Vec<String>, Error> {
        let failed = |errno| Error::system("getdents64", errno);
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd).map_err(failed)? {
            if let Ok(name) = entry.map_err(failed)?.file_name().to_str() {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Removes `file`, which may be missing.
    ///
    /// # Errors
    /// What unlinking it answers.
    pub(crate) fn remove(&self, file: &str) -> Result<(), Error> {
        let file = OsStr::from_bytes(file.as_bytes());
        match rustix::fs::unlinkat(&self.fd, file, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(Error::system("unlinkat", errno)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::rendezvous::scratch::Scratch;

    fn refusal(path: &Path) -> String {
        match Directory::at(path).ensure() {
            Err(Error::PermissionDenied { what }) => what,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_name_is_1_to_64_of_the_allowed_characters() {
        for name in ["a", "A-z_0.9", "...", "..a", &"x".repeat(64)] {
            assert_eq!(Endpoint::new(name).unwrap().name(), name);
        }
        for name in ["", ".", "..", "a/b", "ä", "a b", "a\0", &"x".repeat(65)] {
            assert_eq!(Endpoint::new(name), Err(Error::EndpointName { name: name.to_owned() }));
        }
    }

    #[test]
    fn the_directory_is_the_runtime_directory_or_a_users_own_in_temp() {
        let temp = Path::new("/t");
        let uid = rustix::process::geteuid().as_raw();
        let of = |runtime: Option<&str>| Directory::of_user_in(runtime.map(PathBuf::from), temp);
        assert_eq!(of(Some("/run/u")).path(), Path::new("/run/u/ringmain"));
        for none in [None, Some(""), Some("relative")] {
            assert_eq!(of(none).path(), temp.join(format!("ringmain-{uid}")));
        }
    }

    #[test]
    fn a_missing_directory_is_made_for_us_alone() {
        let scratch = Scratch::new();
        let path = scratch.path().join("made");
        assert!(Directory::at(&path).open().unwrap().is_none());
        Directory::at(&path).ensure().unwrap();
        Directory::at(&path).ensure().unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o700);
    }

    #[test]
    fn a_directory_that_others_can_enter_is_refused_by_name() {
        let scratch = Scratch::new();
        let path = scratch.path().join("open");
        std::fs::create_dir(&path).unwrap();
        for mode in [0o710, 0o701, 0o770, 0o777] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let what = refusal(&path);
            assert!(what.contains("open") && what.contains(&format!("{mode:04o}")), "{what}");
        }
    }

    #[test]
    fn a_link_or_a_file_in_place_of_the_directory_is_refused_by_name() {
        let scratch = Scratch::new();
        let link = scratch.path().join("link");
        symlink(scratch.path(), &link).unwrap();
        assert!(refusal(&link).contains("link is not a directory"));
        let file = scratch.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(refusal(&file).contains("file is not a directory"));
    }

    #[test]
    fn a_directory_of_another_user_is_refused_by_name() {
        let scratch = Scratch::new();
        let path = scratch.path().join("theirs");
        std::fs::create_dir(&path).unwrap();
        // Only root can give a directory away; for others the root directory is another user's.
        let path = if std::os::unix::fs::chown(&path, Some(12345), None).is_ok() {
            path
        } else {
            PathBuf::from("/")
        };
        assert!(refusal(&path).contains("belongs to user"));
    }
}
