//! The socket options that no safe interface offers: who the peer is, and taking no descriptors.
//!
//! | option | Linux | without it |
//! |---|---|---|
//! | `SO_PEERCRED` | 2.1 | |
//! | `SO_PEERPIDFD` | 6.5 | `ENOPROTOOPT`; [`Peer`](super::peer::Peer) opens the pid instead |
//! | `SO_PASSRIGHTS` | 6.16 | [`refuse_descriptors`] says so; a reader thread has to stand in |

#![expect(unsafe_code, reason = "getsockopt and setsockopt for options that rustix lacks")]

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use rustix::io::Errno;

use super::peer::Credentials;

const SO_PEERPIDFD: libc::c_int = 77;
const SO_PASSRIGHTS: libc::c_int = 83;

/// The peer's process, user and group when the session's socket was made (`SO_PEERCRED`).
///
/// Read here and not through rustix, whose `Pid` cannot be the zero that the kernel answers for
/// a process of another pid namespace.
///
/// # Errors
/// What `getsockopt` answers.
pub(crate) fn peer_credentials(socket: BorrowedFd<'_>) -> Result<Credentials, Errno> {
    let [pid, uid, gid] = get::<[u32; 3]>(socket.as_raw_fd(), libc::SO_PEERCRED)?;
    Ok(Credentials { pid, uid, gid })
}

/// A descriptor of the peer's process (`SO_PEERPIDFD`), which no other process can come to mean.
///
/// # Errors
/// `ENOPROTOOPT` on a kernel without the option; `ESRCH` or `EINVAL` for a process that is gone.
pub(crate) fn peer_pidfd(socket: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    let fd = get::<RawFd>(socket.as_raw_fd(), SO_PEERPIDFD)?;
    // SAFETY: the kernel has just made this descriptor, with CLOEXEC, for this call, and nobody
    // else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Makes the kernel refuse descriptors that the peer sends (`SO_PASSRIGHTS` off), and says
/// whether this kernel can. A socket accepted from a listener inherits the setting.
///
/// # Errors
/// What `setsockopt` answers, the missing option aside.
pub(crate) fn refuse_descriptors(socket: BorrowedFd<'_>) -> Result<bool, Errno> {
    let off: libc::c_int = 0;
    // SAFETY: the option takes one int, and `off` is one that outlives the call.
    let status = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            SO_PASSRIGHTS,
            (&raw const off).cast(),
            len_of::<libc::c_int>(),
        )
    };
    match outcome(status) {
        Ok(()) => Ok(true),
        Err(Errno::NOPROTOOPT) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// The cookie of the SEQPACKET socket under `number`, or nothing if `number` is closed or is
/// something else.
///
/// A cookie is unique among the sockets of a network namespace and never given out again.
#[must_use]
pub(crate) fn cookie_of(number: RawFd) -> Option<u64> {
    let domain = get::<libc::c_int>(number, libc::SO_DOMAIN).ok()?;
    let kind = get::<libc::c_int>(number, libc::SO_TYPE).ok()?;
    let cookie = get::<u64>(number, libc::SO_COOKIE).ok()?;
    (domain == libc::AF_UNIX && kind == libc::SOCK_SEQPACKET).then_some(cookie)
}

/// A value that any bytes make up, so that the kernel may write it.
trait Plain: Copy + Default {}
impl Plain for libc::c_int {}
impl Plain for u64 {}
impl Plain for [u32; 3] {}

fn get<T: Plain>(socket: RawFd, option: libc::c_int) -> Result<T, Errno> {
    let mut value = T::default();
    let mut len = len_of::<T>();
    // SAFETY: the kernel writes at most `len` bytes to `value`, which has that many and is a `T`
    // whatever they are, and the count to `len`. A number that is no socket is an error.
    let status = unsafe {
        libc::getsockopt(socket, libc::SOL_SOCKET, option, (&raw mut value).cast(), &raw mut len)
    };
    outcome(status)?;
    if len != len_of::<T>() {
        return Err(Errno::INVAL);
    }
    Ok(value)
}

#[expect(clippy::cast_possible_truncation, reason = "the types above have at most 12 bytes")]
fn len_of<T>() -> libc::socklen_t {
    size_of::<T>() as libc::socklen_t
}

fn outcome(status: libc::c_int) -> Result<(), Errno> {
    if status == 0 {
        return Ok(());
    }
    let failed = std::io::Error::last_os_error();
    Err(Errno::from_io_error(&failed).unwrap_or(Errno::INVAL))
}
