//! The name of a named segment, and who made it.
//!
//! ```text
//! /dev/shm/ringmain-<namespaces>-<process>-<started>-<random>
//!                    16 hex       decimal   decimal   32 hex
//! ```
//!
//! The random part keeps names apart and from being guessed. The rest says whether the process that
//! made the name still lives, so that [`leftovers`](super::leftovers) can tell a name that
//! `kill -9` left behind from one that a renderer is about to open. It is in the name, not in the
//! segment, because a process can be killed before it has written anything there. A process id is
//! given out again, with the start time it is not; and both mean something only in one pid
//! namespace, and the second in one time namespace, whose numbers are there for that reason: `/dev/shm`
//! can be shared with a container.

use crate::error::Error;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags};
use rustix::rand::GetRandomFlags;
use std::fmt;

/// Where named segments are.
pub(crate) const DIRECTORY: &str = "/dev/shm";

/// How the names of all our segments begin.
const PREFIX: &str = "ringmain-";

/// The process that made a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Creator {
    /// Its id.
    pub(crate) process: u32,
    /// When it started, in the kernel's ticks since boot.
    pub(crate) started: u64,
    /// Inodes of its pid namespace, upper half, and its time namespace.
    pub(crate) namespaces: u64,
}

/// One name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) creator: Creator,
    pub(crate) random: u128,
}

/// The names of a session's two segments, as main tells them to the renderer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Names {
    /// The main that made both.
    pub(crate) creator: Creator,
    /// In the header of both: a segment that was put in their place does not have it.
    pub(crate) nonce: u64,
    /// The random part for the segment that main writes.
    pub(crate) main: u128,
    /// The random part for the segment that the renderer writes.
    pub(crate) renderer: u128,
}

impl Names {
    /// Names that nobody has.
    ///
    /// # Errors
    /// [`Error::System`] without `/proc` or random numbers.
    pub(crate) fn new() -> Result<Self, Error> {
        let creator = Creator::this_process()?;
        let (main, renderer) = (random()?, random()?);
        // Zero is the nonce of segments without a name.
        let nonce = u64::from_le_bytes(random_bytes()?).max(1);
        Ok(Self { creator, nonce, main, renderer })
    }

    /// The name of the segment that main writes.
    pub(crate) fn main(&self) -> Name {
        Name { creator: self.creator, random: self.main }
    }

    /// The name of the segment that the renderer writes.
    pub(crate) fn renderer(&self) -> Name {
        Name { creator: self.creator, random: self.renderer }
    }
}

fn random() -> Result<u128, Error> {
    Ok(u128::from_le_bytes(random_bytes()?))
}

fn random_bytes<const LEN: usize>() -> Result<[u8; LEN], Error> {
    let mut bytes = [0; LEN];
    // So few bytes come at once or not at all.
    match rustix::rand::getrandom(&mut bytes, GetRandomFlags::empty()) {
        Ok(len) if len == LEN => Ok(bytes),
        Ok(_) => Err(Error::system("getrandom", Errno::IO)),
        Err(errno) => Err(Error::system("getrandom", errno)),
    }
}

impl Name {
    /// Its path.
    pub(crate) fn path(&self) -> String {
        format!("{DIRECTORY}/{self}")
    }

    /// The name that a file in [`DIRECTORY`] has, if it is one of ours.
    pub(crate) fn parse(file: &str) -> Option<Self> {
        let mut parts = file.strip_prefix(PREFIX)?.split('-');
        let name = Self {
            creator: Creator {
                namespaces: u64::from_str_radix(parts.next()?, 16).ok()?,
                process: parts.next()?.parse().ok()?,
                started: parts.next()?.parse().ok()?,
            },
            random: u128::from_str_radix(parts.next()?, 16).ok()?,
        };
        // Other spellings of the same numbers are no names of ours.
        (name.to_string() == file).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Creator { process, started, namespaces } = self.creator;
        write!(f, "{PREFIX}{namespaces:016x}-{process}-{started}-{:032x}", self.random)
    }
}

impl Creator {
    /// The calling process.
    ///
    /// # Errors
    /// [`Error::System`] without `/proc`.
    pub(crate) fn this_process() -> Result<Self, Error> {
        let process = std::process::id();
        let started = started(process).ok_or(Error::System {
            call: "open(/proc/self/stat)",
            errno: Errno::NOENT.raw_os_error(),
        })?;
        Ok(Self { process, started, namespaces: namespaces() })
    }

    /// Whether this process certainly is dead. One of other namespaces never is, seen from here.
    pub(crate) fn is_dead(&self) -> bool {
        if self.namespaces != namespaces() {
            return false;
        }
        let Some(id) = i32::try_from(self.process).ok().and_then(Pid::from_raw) else {
            return false;
        };
        match rustix::process::pidfd_open(id, PidfdFlags::empty()) {
            Err(errno) => errno == Errno::SRCH,
            Ok(process) => {
                let mut ended = [PollFd::new(&process, PollFlags::IN)];
                let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
                // The second look is at a process of that id which lived after the first.
                rustix::event::poll(&mut ended, Some(&at_once)) == Ok(1)
                    || started(self.process).is_some_and(|started| started != self.started)
            }
        }
    }
}

/// When the process with this id started, if `/proc` tells.
fn started(process: u32) -> Option<u64> {
    let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name, which may have anything in it.
    let after_name = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let fields = std::str::from_utf8(stat.get(after_name..)?).ok()?;
    fields.split_ascii_whitespace().nth(START_TIME - 3)?.parse().ok()
}

/// The place of the start time among the fields of `/proc/PID/stat`, counted from 1.
const START_TIME: usize = 22;

/// The namespaces in which process ids and start times mean what they do here. Zero for a kind that
/// the kernel does not have.
fn namespaces() -> u64 {
    let inode = |path: &str| rustix::fs::stat(path).map_or(0, |stat| stat.st_ino);
    inode("/proc/self/ns/pid") << 32 | inode("/proc/self/ns/time") & u64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Name = Name {
        creator: Creator { process: 7, started: 123, namespaces: 0xf000_0001_f000_0002 },
        random: 0xabc,
    };

    #[test]
    fn a_name_is_read_as_it_was_written() {
        let file = "ringmain-f0000001f0000002-7-123-00000000000000000000000000000abc";
        assert_eq!(NAME.to_string(), file);
        assert_eq!(Name::parse(file), Some(NAME));
    }

    #[test]
    fn what_is_spelt_otherwise_is_no_name_of_ours() {
        let others = [
            "",
            "ringmain-",
            "ringmain-1-2-3",
            "ringmain-f0000001f0000002-7-123-0000000000000000000000000000abc",
            "ringmain-f0000001f0000002-07-123-00000000000000000000000000000abc",
            "ringmain-f0000001f0000002-7-+123-00000000000000000000000000000abc",
            "ringmain-f0000001f0000002-7-123-00000000000000000000000000000ABC",
            "ringmain-f0000001f0000002-7-123-00000000000000000000000000000abc-",
            "xringmain-f0000001f0000002-7-123-00000000000000000000000000000abc",
        ];
        for other in others {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }

    #[test]
    fn no_two_names_are_the_same() {
        let (one, other) = (Names::new().unwrap(), Names::new().unwrap());
        let names = [one.main(), one.renderer(), other.main(), other.renderer()];
        for (place, name) in names.iter().enumerate() {
            assert!(!names[..place].contains(name));
        }
        assert_ne!(one.nonce, other.nonce);
    }

    #[test]
    fn a_process_is_dead_once_it_has_ended_though_nobody_waited_for_it() {
        let mut child = std::process::Command::new("/bin/cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let process = child.id();
        let creator = Creator { process, started: started(process).unwrap(), ..here() };
        assert!(!creator.is_dead());
        // As seen when its id has been given out again.
        assert!(Creator { started: creator.started - 1, ..creator }.is_dead());
        drop(child.stdin.take());
        let pidfd = rustix::process::pidfd_open(
            Pid::from_raw(i32::try_from(process).unwrap()).unwrap(),
            PidfdFlags::empty(),
        );
        let pidfd = pidfd.unwrap();
        rustix::event::poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], None).unwrap();
        assert!(creator.is_dead());
        child.wait().unwrap();
        assert!(creator.is_dead());
    }

    #[test]
    fn nobody_is_dead_who_is_in_another_namespace() {
        let dead = Creator { started: here().started + 1, ..here() };
        assert!(dead.is_dead());
        assert!(!Creator { namespaces: dead.namespaces ^ 1, ..dead }.is_dead());
        assert!(!Creator { namespaces: dead.namespaces ^ 1 << 32, ..dead }.is_dead());
    }

    fn here() -> Creator {
        Creator::this_process().unwrap()
    }
}
