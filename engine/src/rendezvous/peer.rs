//! The process at the other end of a socket: who it is, and whether it lives.

#[cfg(test)]
use rustix::event::{PollFd, PollFlags};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags};

use super::sockopt;
use crate::Error;

/// What the kernel says about a process, not what the process says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    /// Its process id, zero if it is in a pid namespace that is not visible from here.
    pub pid: u32,
    /// Its effective user when the socket was connected or began to listen.
    pub uid: u32,
    /// Its effective group then.
    pub gid: u32,
}

/// Which peers may take part in a session.
pub(crate) type Policy = fn(&Credentials) -> bool;

/// The default policy: the peer runs as our effective user.
#[must_use]
pub(crate) fn same_user(peer: &Credentials) -> bool {
    peer.uid == rustix::process::geteuid().as_raw()
}

/// A process, held by a descriptor that stays its own after it has died and its id is reused.
#[derive(Debug)]
pub(crate) struct Peer {
    credentials: Credentials,
    process: OwnedFd,
}

impl Peer {
    /// The process that connected `socket`, that listened for it, or that made its pair; nothing
    /// if that process is gone.
    ///
    /// On kernels before 6.5 the descriptor comes from the id. If the process died in between and
    /// its id was given out again, that is another process's; the socket's hang-up then is all
    /// that tells of the death.
    ///
    /// # Errors
    /// [`Error::Exhausted`] without a free descriptor, [`Error::PermissionDenied`] on those
    /// kernels for a process of another pid namespace, and [`Error::System`].
    pub(crate) fn of(socket: BorrowedFd<'_>) -> Result<Option<Self>, Error> {
        let credentials = sockopt::peer_credentials(socket)
            .map_err(|errno| Error::system("getsockopt", errno))?;
        let process = match sockopt::peer_pidfd(socket) {
            Err(Errno::NOPROTOOPT) => return Self::by_id(credentials),
            opened => opened,
        };
        Self::unless_gone(credentials, process)
    }

    /// The child process `pid` of ours, which must not have been waited for.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub(crate) fn child(pid: u32) -> Result<Option<Self>, Error> {
        let uid = rustix::process::geteuid().as_raw();
        let gid = rustix::process::getegid().as_raw();
        Self::by_id(Credentials { pid, uid, gid })
    }

    fn by_id(credentials: Credentials) -> Result<Option<Self>, Error> {
        let Some(pid) = i32::try_from(credentials.pid).ok().and_then(Pid::from_raw) else {
            let what = "the peer is in a pid namespace that is not visible from here".to_owned();
            return Err(Error::PermissionDenied { what });
        };
        Self::unless_gone(credentials, rustix::process::pidfd_open(pid, PidfdFlags::empty()))
    }

    fn unless_gone(
        credentials: Credentials,
        process: Result<OwnedFd, Errno>,
    ) -> Result<Option<Self>, Error> {
        match process {
            Ok(process) => Ok(Some(Self { credentials, process })),
            Err(Errno::SRCH | Errno::INVAL | Errno::NODATA) => Ok(None),
            Err(errno) => Err(Error::system("pidfd_open", errno)),
        }
    }

    /// Who the process is.
    #[must_use]
    pub(crate) fn credentials(&self) -> Credentials {
        self.credentials
    }

    /// Descriptor of the process: readable once it is dead.
    #[must_use]
    pub(crate) fn pidfd(&self) -> BorrowedFd<'_> {
        self.process.as_fd()
    }

    /// Whether the process has died.
    #[cfg(test)]
    pub(crate) fn is_dead(&self) -> bool {
        let mut process = [PollFd::new(&self.process, PollFlags::IN)];
        super::deadline::poll_now(&mut process) && !process[0].revents().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_dead_once_it_ended_though_nobody_waited_for_it() {
        let mut child = std::process::Command::new("/bin/cat")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let peer = Peer::child(child.id()).unwrap().unwrap();
        assert!(!peer.is_dead());
        drop(child.stdin.take());
        let mut process = [PollFd::from_borrowed_fd(peer.pidfd(), PollFlags::IN)];
        assert!(super::super::deadline::poll_until(&mut process, None).unwrap());
        assert!(peer.is_dead());
        child.wait().unwrap();
        assert!(peer.is_dead());
        assert!(Peer::child(child.id()).unwrap().is_none());
    }

    #[test]
    fn a_process_of_another_pid_namespace_is_refused_without_a_descriptor_of_it() {
        assert!(matches!(Peer::child(0), Err(Error::PermissionDenied { .. })));
    }

    #[test]
    fn only_our_own_user_passes_the_default_policy() {
        let uid = rustix::process::geteuid().as_raw();
        assert!(same_user(&Credentials { pid: 1, uid, gid: 77 }));
        assert!(!same_user(&Credentials { pid: 1, uid: uid + 1, gid: 0 }));
    }
}
