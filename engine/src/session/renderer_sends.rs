//! What a renderer sends, and how it waits for space.

use super::lane_lock::Claimed;
use super::outbound::{Message, Outbound};
use super::payload::raw_archive_len;
use super::renderer_end::RendererEnd;
use super::sender::{Filled, Pace, Put, Reserved};
use crate::error::Error;
use crate::limits::{LIVENESS_SLICE, SPIN_MAX};
use crate::value::raw::Place;
use crate::wait::SpinOutcome;
use crate::wire::{ENVELOPE, Kind, Signature};
use parking_lot::MutexGuard;
use std::time::Instant;

/// What a renderer's send does when the ring is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// Waits until main has read enough, or is gone.
    Wait,
    /// Answers [`Error::Backpressure`]: the message was not sent, and can be once main has read. One
    /// that even the empty ring cannot hold at once is answered [`Error::TooLarge`], with what it can:
    /// about three quarters of a ring of up to 512 KiB, seven eighths of one of 1 MiB.
    Fail,
    /// Waits, and answers [`Error::Deadline`] when this passes: the message was not sent, and the parts of a
    /// large one that had been are withdrawn.
    Until(Instant),
}

impl WhenFull {
    fn deadline(self) -> Option<Instant> {
        match self {
            Self::Until(deadline) => Some(deadline),
            Self::Wait | Self::Fail => None,
        }
    }
}

impl RendererEnd {
    /// Sends a message.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    #[inline]
    pub(crate) fn send(&self, message: &Message<'_>, when_full: WhenFull) -> Result<(), Error> {
        let mut outbound = self.lock(when_full)?;
        self.put(&mut outbound, message, when_full)?;
        self.finish(outbound)
    }

    /// Sends an invoke's request.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    pub(crate) fn send_invoke(
        &self,
        message: &Message<'_>,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        let mut outbound = self.lock(when_full)?;
        self.put(&mut outbound, message, when_full)?;
        self.finish_request(outbound);
        Ok(())
    }

    /// Sends the request of a `sendSync` and returns its id.
    ///
    /// # Errors
    /// [`Error::MainGone`], [`Error::ChannelName`], [`Error::TooLarge`], [`Error::Backpressure`],
    /// [`Error::Deadline`], [`Error::ClaimHeld`], [`Error::Corrupt`].
    #[inline]
    pub(crate) fn send_call(
        &self,
        channel: &str,
        payload: &[u8],
        when_full: WhenFull,
    ) -> Result<u32, Error> {
        let mut outbound = self.lock(when_full)?;
        let call = outbound.new_call();
        let message = Message::dynamic(Kind::SyncCall, channel, call, payload);
        self.put(&mut outbound, &message, when_full)?;
        self.finish_request(outbound);
        Ok(call)
    }

    /// Threads that send while another waits for space, or has a claim, wait behind it.
    #[inline]
    pub(crate) fn lock(&self, when_full: WhenFull) -> Result<MutexGuard<'_, Outbound>, Error> {
        let mut outbound = match self.messages.try_lock() {
            Some(outbound) => {
                self.check()?;
                outbound
            }
            None => self.wait_for_lock(when_full)?,
        };
        outbound.go_straight(when_full == WhenFull::Fail);
        Ok(outbound)
    }

    /// Waits in slices: a claim may be held for ever, and main may die meanwhile.
    #[cold]
    fn wait_for_lock(&self, when_full: WhenFull) -> Result<MutexGuard<'_, Outbound>, Error> {
        // Who finds it over when the wait begins is told as anybody; of an end meanwhile, why.
        self.check()?;
        let outbound = self.locked_in_time(when_full)?;
        if self.link.is_over() { Err(self.main_gone()) } else { Ok(outbound) }
    }

    fn locked_in_time(&self, when_full: WhenFull) -> Result<MutexGuard<'_, Outbound>, Error> {
        let deadline = when_full.deadline();
        if when_full == WhenFull::Fail {
            // Another thread that just writes a record is done sooner; one that waits for space is not,
            // and only it knows how much there is: all is taken as far as this one is concerned.
            let outbound = self.messages.lock_within(SPIN_MAX)?;
            return outbound.ok_or_else(|| self.backpressure(self.capacity));
        }
        loop {
            let slice = Instant::now() + LIVENESS_SLICE;
            match self.messages.lock_until(deadline.map_or(slice, |deadline| deadline.min(slice))) {
                Err(Error::Deadline) if deadline.is_some_and(|end| end <= slice) => {
                    return Err(Error::Deadline);
                }
                Err(Error::Deadline) if !self.look_for_main() => return Err(self.main_gone()),
                Err(Error::Deadline) => {}
                locked => return locked,
            }
        }
    }

    /// The same for user code, which may do anything while it has it.
    pub(crate) fn claim(&self, when_full: WhenFull) -> Result<Claimed<'_, Outbound>, Error> {
        Ok(self.messages.claim(self.lock(when_full)?))
    }

    /// Puts a message, waiting for space if need be.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    #[inline]
    pub(crate) fn put(
        &self,
        outbound: &mut Outbound,
        message: &Message<'_>,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        if message.payload.len() > self.message_limit {
            return Err(self.too_large(message.payload.len()));
        }
        loop {
            match outbound.put(message)? {
                Put::Done => break,
                Put::Full(len) => self.wait_for_space(outbound, len, when_full)?,
                Put::TooLong => {
                    self.put_run(outbound, message, when_full)?;
                    break;
                }
            }
        }
        self.link.tally.sent.count(ENVELOPE + message.payload.len());
        Ok(())
    }

    /// Puts a message that needs several records.
    #[cold]
    fn put_run(
        &self,
        outbound: &mut Outbound,
        message: &Message<'_>,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        let payload = message.payload;
        if when_full == WhenFull::Fail
            && let Err(error) = outbound.check_run(payload.len())
        {
            // The channel's name may take the room: a main that sleeps has to read it.
            self.flush(outbound);
            return Err(error);
        }
        let mut run = loop {
            match outbound.run(message)? {
                Ok(run) => break run,
                Err(len) => self.wait_for_space(outbound, len, when_full)?,
            }
        };
        let window = outbound.window_space();
        let mut pace = if when_full == WhenFull::Fail { Pace::Full } else { Pace::Window };
        while !run.is_done() {
            let rest = &payload[run.sent()..];
            match outbound.put_fragment(&mut run, rest, pace)? {
                // A main that is this slow gets as much as there is space for.
                Put::Full(len) => {
                    pace = Pace::Full;
                    if let Err(error) = self.wait_for(outbound, len, window, when_full) {
                        outbound.give_up(&run);
                        self.flush(outbound);
                        return Err(error);
                    }
                }
                // Main may begin to read before all is there.
                _ => {
                    pace = if when_full == WhenFull::Fail { pace } else { Pace::Window };
                    self.hint(outbound);
                }
            }
        }
        Ok(())
    }

    /// Has `fill` write a message of at most `max` bytes into the ring. `false` if there is no room for
    /// so many now, or it takes more.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    #[inline]
    pub(crate) fn fill(
        &self,
        outbound: &mut Outbound,
        signature: Signature<'_>,
        max: usize,
        fill: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<bool, Error> {
        match outbound.fill(signature, max, fill)? {
            Filled::Done(len) => {
                self.link.tally.sent.count(ENVELOPE + len);
                Ok(true)
            }
            Filled::Full(_) | Filled::TooSmall => Ok(false),
        }
    }

    /// Waits until a payload of `len` bytes, which is no run's, has its place in the ring.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    #[inline]
    pub(crate) fn reserve(
        &self,
        outbound: &mut Outbound,
        signature: Signature<'_>,
        len: usize,
        when_full: WhenFull,
    ) -> Result<Reserved, Error> {
        loop {
            match outbound.reserve(signature, len)? {
                Ok(place) => return Ok(place),
                Err(len) => self.wait_for_space(outbound, len, when_full)?,
            }
        }
    }

    /// See [`Sender::commit`](super::sender::Sender::commit).
    #[inline]
    pub(crate) fn commit(
        &self,
        outbound: &mut Outbound,
        place: Reserved,
        len: usize,
        finish: impl FnOnce(&mut [u8]),
    ) {
        self.link.tally.sent.count(outbound.commit(place, len, finish));
    }

    /// The size of a message of raw bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(crate) fn raw_archive_len(&self, place: Place) -> Result<usize, Error> {
        raw_archive_len(place, self.message_limit)
    }

    /// After the last message of a call or burst.
    ///
    /// # Errors
    /// [`Error::MainGone`] if the session was ended meanwhile, or main is found gone: the messages may have
    /// arrived, or not.
    #[inline]
    pub(crate) fn finish(&self, outbound: MutexGuard<'_, Outbound>) -> Result<(), Error> {
        let deserted = self.link.is_deserted();
        if self.ring(outbound) && !deserted && !self.link.was_closed() {
            return Ok(());
        }
        Err(self.main_gone())
    }

    /// After a request. A main that is found gone may have answered first, so that is for whoever waits
    /// for the answer to say.
    #[inline]
    fn finish_request(&self, outbound: MutexGuard<'_, Outbound>) {
        if !self.ring(outbound) {
            self.link.end();
        }
    }

    /// Wakes a main that sleeps. `false` if that finds it gone.
    #[inline]
    fn ring(&self, mut outbound: MutexGuard<'_, Outbound>) -> bool {
        let wake = outbound.flush();
        drop(outbound);
        self.link.rouse(wake, &self.messages_bell)
    }

    /// Between two records of a burst or run: wakes a main that is seen to sleep.
    #[inline]
    pub(crate) fn hint(&self, outbound: &mut Outbound) {
        let wake = outbound.hint();
        self.link.rouse(wake, &self.messages_bell);
    }

    #[cold]
    fn too_large(&self, found: usize) -> Error {
        Error::TooLarge { found, limit: self.message_limit }
    }

    #[cold]
    fn backpressure(&self, queued: usize) -> Error {
        Error::Backpressure { queued, limit: self.capacity }
    }

    /// Waits for a record of `len` bytes of content; awake a little longer, so that many follow before
    /// the next wait.
    #[cold]
    fn wait_for_space(
        &self,
        outbound: &mut Outbound,
        len: usize,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        self.wait_for(outbound, len, self.capacity / 16, when_full)
    }

    /// Waits until `free` bytes of the ring are, or asleep until `len` bytes of content fit.
    fn wait_for(
        &self,
        outbound: &mut Outbound,
        len: usize,
        free: usize,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        self.link.tally.stalls.add(1);
        // Main may sleep on what was put before: a definition, padding, another thread's message.
        self.flush(outbound);
        if when_full == WhenFull::Fail {
            return Err(self.backpressure(outbound.taken_with(len)));
        }
        let deadline = when_full.deadline();
        let elsewhere = || self.link.peer_elsewhere();
        match self.space_spin.until(|| outbound.has_space(len, free), elsewhere) {
            SpinOutcome::Ready => return Ok(()),
            SpinOutcome::Look if !self.look_for_main() => return Err(self.main_gone()),
            SpinOutcome::Look if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                return Err(Error::Deadline);
            }
            SpinOutcome::Look => return Ok(()),
            SpinOutcome::Sleep => {}
        }
        let Some(armed) = outbound.arm_for_space(len)? else { return Ok(()) };
        self.flush(outbound);
        let started = Instant::now();
        let slept = self.sleep(&self.space_bell, armed, deadline);
        self.space_spin.slept(started.elapsed());
        outbound.disarm();
        slept
    }

    fn flush(&self, outbound: &mut Outbound) {
        let wake = outbound.flush();
        self.link.rouse(wake, &self.messages_bell);
    }
}
