//! A session as the renderer holds it.

use super::geometry::Geometry;
use super::inbox::Inbox;
use super::lane_lock::LaneLock;
use super::lanes::{self, Descriptors};
use super::link::Link;
use super::outbound::Outbound;
use super::pool::Pool;
use super::replies::Replies;
use crate::board::tally::Tally;
use crate::error::Error;
use crate::layout::WaitWords;
use crate::limits::LIVENESS_SLICE;
use crate::rendezvous::handshake::{Handover, Welcomed};
use crate::rendezvous::stream::Stream;
use crate::ring::Watch;
use crate::sync::{Shared, Woken};
use crate::value::Value;
use crate::wait::{Armed, Sleeper, Spin, SpinOutcome, WaitPolicy};
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;
use std::time::Instant;

/// What all threads of a renderer share of its session; the [`Inbox`] is the dispatcher's alone.
#[derive(Debug)]
pub(crate) struct RendererEnd {
    pub(crate) link: Link,
    pub(super) messages: LaneLock<Outbound>,
    pub(super) messages_bell: Shared<WaitWords>,
    pub(super) space_bell: Shared<WaitWords>,
    replies: Mutex<Replies>,
    replies_watch: Watch,
    replies_bell: Shared<WaitWords>,
    replies_space_bell: Shared<WaitWords>,
    spin: Spin,
    pub(super) space_spin: Spin,
    /// Bytes of the ring to main.
    pub(super) capacity: usize,
    pub(super) message_limit: usize,
    pub(crate) pool: Arc<Pool>,
}

impl RendererEnd {
    /// Joins the session that main granted.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if grant and segments do not fit each other, [`Error::Exhausted`] or
    /// [`Error::System`] if they cannot be mapped; by their names also [`Error::PermissionDenied`], and
    /// [`Error::MainGone`] if these went with main.
    pub(crate) fn join(
        stream: Stream,
        welcomed: Welcomed,
        policy: WaitPolicy,
    ) -> Result<(Self, Inbox), Error> {
        let id = welcomed.grant.web_contents;
        let geometry = Geometry::granted(&welcomed.grant)?;
        let message_limit = usize::try_from(welcomed.grant.message_limit).unwrap_or(usize::MAX);
        let pool = Arc::new(Pool::new());
        let lanes = match welcomed.segments {
            Handover::Descriptors([main, renderer]) => {
                lanes::open_sent(Descriptors { main, renderer }, &geometry, id)?
            }
            Handover::Names(names) => {
                lanes::open_named(&names, &geometry, id).map_err(|error| {
                    if went_with_main(&error, &stream) { Error::MainGone } else { error }
                })?
            }
        };
        let end = Self {
            link: Link::new(id, stream, lanes.cpus, Arc::<Tally>::default().into()),
            messages_bell: lanes.messages.data_bell(),
            space_bell: lanes.messages.space_bell(),
            messages: LaneLock::new(Outbound::new(lanes.messages, message_limit)),
            replies_watch: lanes.replies.watch(),
            replies_bell: lanes.replies.data_bell(),
            replies_space_bell: lanes.replies.space_bell(),
            replies: Mutex::new(Replies::new(lanes.replies, message_limit)),
            spin: Spin::new(policy, LIVENESS_SLICE),
            space_spin: Spin::new(policy, LIVENESS_SLICE),
            capacity: geometry.to_main,
            message_limit,
            pool: Arc::clone(&pool),
        };
        Ok((end, Inbox::new(lanes.incoming, message_limit)))
    }

    pub(crate) fn spin(&self) -> &Spin {
        &self.spin
    }

    /// Whether main still lives, by a look at its socket and its process.
    pub(crate) fn look_for_main(&self) -> bool {
        if !self.link.is_gone() && self.link.is_peer_gone() {
            self.link.end();
        }
        !self.link.is_gone()
    }

    /// Whether messages can still be sent.
    ///
    /// # Errors
    /// [`Error::MainGone`], and [`Error::Disconnected`] once somebody was told that.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.link.is_over() { Err(self.over()) } else { Ok(()) }
    }

    /// What a call is told that finds the session over.
    #[cold]
    fn over(&self) -> Error {
        self.link.follow();
        if self.link.is_told() { Error::Disconnected } else { Error::MainGone }
    }

    /// What a call is told during which the session ended.
    #[cold]
    pub(super) fn main_gone(&self) -> Error {
        self.link.follow();
        Error::MainGone
    }

    /// Waits for the answer to `call`, which was made on `channel`.
    ///
    /// # Errors
    /// What the answer says; [`Error::Deadline`]; [`Error::MainGone`] once main is gone and what it
    /// had committed is read; [`Error::Corrupt`].
    pub(crate) fn wait_for_answer(
        &self,
        call: u32,
        channel: &str,
        deadline: Option<Instant>,
    ) -> Result<Value, Error> {
        loop {
            let alive = !self.link.is_gone();
            let mut replies = self.replies.lock();
            if let Some(answer) = self.take(&mut replies, call, channel)? {
                return answer;
            }
            if !alive {
                return Err(self.main_gone());
            }
            let position = replies.position();
            drop(replies);
            let ready = || self.replies_watch.is_ready(position);
            match self.spin.until(ready, || self.link.peer_elsewhere()) {
                SpinOutcome::Ready => {}
                SpinOutcome::Sleep => self.sleep_for_answer(call, deadline)?,
                SpinOutcome::Look => self.look_around(call, deadline)?,
            }
        }
    }

    #[inline]
    fn take(
        &self,
        replies: &mut MutexGuard<'_, Replies>,
        call: u32,
        channel: &str,
    ) -> Result<Option<Result<Value, Error>>, Error> {
        let taken = replies.take(call, channel, &self.link.tally);
        if let Some(wake) = replies.settle() {
            self.link.rouse(Some(wake), &self.replies_space_bell);
        }
        taken.map_err(|corrupt| {
            self.link.end();
            self.link.tell();
            corrupt.into()
        })
    }

    #[cold]
    fn sleep_for_answer(&self, call: u32, deadline: Option<Instant>) -> Result<(), Error> {
        let mut replies = self.replies.lock();
        let wake = replies.flush();
        self.link.rouse(wake, &self.replies_space_bell);
        let Some(armed) = replies.arm() else { return Ok(()) };
        drop(replies);
        let started = Instant::now();
        let slept = self.sleep(&self.replies_bell, armed, deadline);
        self.spin.slept(started.elapsed());
        let mut replies = self.replies.lock();
        replies.disarm();
        match slept {
            Err(Error::Deadline) => {
                self.give_up(replies, call);
                slept
            }
            // The caller looks once more before it believes it.
            Err(Error::MainGone) => Ok(()),
            slept => slept,
        }
    }

    /// What a sleeper does between its slices, for a thread that never sleeps.
    #[cold]
    fn look_around(&self, call: u32, deadline: Option<Instant>) -> Result<(), Error> {
        self.look_for_main();
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            self.give_up(self.replies.lock(), call);
            return Err(Error::Deadline);
        }
        Ok(())
    }

    #[cold]
    fn give_up(&self, mut replies: parking_lot::MutexGuard<'_, Replies>, call: u32) {
        if replies.give_up(call) {
            self.link.tally.late_answers.add(1);
        }
    }

    /// Sleeps until main rings, but no longer than a slice: the kernel does not wake a futex when a
    /// process dies, so main's life is looked at in between.
    pub(super) fn sleep(
        &self,
        bell: &Shared<WaitWords>,
        armed: Armed,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        let slice = match deadline {
            None => LIVENESS_SLICE,
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(Error::Deadline);
                }
                left.min(LIVENESS_SLICE)
            }
        };
        self.link.tally.sleeps.add(1);
        if Sleeper::sleep(bell, armed, Some(slice)) == Woken::NotRung && !self.look_for_main() {
            return Err(self.main_gone());
        }
        Ok(())
    }

    /// Prepares for a quiet time.
    pub(crate) fn rest(&self) -> Result<(), Error> {
        self.messages.try_lock().map_or(Ok(()), |mut messages| Ok(messages.rewind()?))
    }
}

/// Whether names are missing because main is: it takes them along, or the next main does.
#[cold]
fn went_with_main(error: &Error, stream: &Stream) -> bool {
    let missing = rustix::io::Errno::NOENT.raw_os_error();
    matches!(error, Error::System { errno, .. } if *errno == missing) && stream.is_gone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    /// Main's stream, and what becomes of a renderer that comes when the session's names are gone.
    fn joined_too_late(before: impl FnOnce(Stream)) -> Error {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let pair = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap();
        let [main, renderer] = [pair.0, pair.1].map(|end| Stream::of(end).unwrap().unwrap());
        let geometry = Geometry::default();
        let (_, names, held) = lanes::create_named(&geometry, 1).unwrap();
        drop(held);
        before(main);
        let grant = geometry.grant(1, 1 << 20).unwrap();
        let welcomed = Welcomed { grant, segments: Handover::Names(names) };
        RendererEnd::join(renderer, welcomed, WaitPolicy::default()).unwrap_err()
    }

    #[test]
    fn names_that_went_with_main_say_that_main_is_gone() {
        assert_eq!(joined_too_late(drop), Error::MainGone);
    }

    #[test]
    fn names_that_a_living_main_does_not_have_are_an_error_of_their_own() {
        let mut main = None;
        let missing = joined_too_late(|stream| main = Some(stream));
        assert_eq!(missing, Error::System { call: "stat", errno: libc::ENOENT });
    }
}
