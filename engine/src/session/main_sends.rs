//! What main sends: messages and answers, by itself or for user code that has the sending end.
//!
//! # While user code has the sending end
//! Nobody in main waits for it. What is sent or answered meanwhile goes [`Aside`], and who ends the claim
//! moves it to the ring before it gives the lock back. Whatever has been put aside is moved by somebody:
//!
//! ```text
//!   who finds the lock taken          who ends the claim
//!   aside_bytes = more than 0         claimant = 0            (Claimed::end)
//!   fence (SeqCst)                    fence (SeqCst)          (Waker::look, in Outbox::flush)
//!   claimant?  0: takes the lock,     aside_bytes?  moves them
//!                 and moves them
//! ```
//! One of both sees what the other has stored. And nothing is overtaken: the lock is free only when what had
//! been put aside was moved, except for what is just being put by a call that has not returned.

use super::aside::Aside;
use super::lane_lock::Claimed;
use super::main_end::MainEnd;
use super::outbox::{Outbox, UNANSWERED};
use super::payload::raw_archive_len;
use crate::board::tally::Traffic;
use crate::error::{Error, Fault};
use crate::layout::WaitWords;
use crate::sync::Shared;
use crate::value::raw::Place;
use crate::wait::Wake;
use crate::wire::{Answer, ENVELOPE, REFUSED_LEN, Signature};
use parking_lot::MutexGuard;
use std::sync::atomic::{Ordering, fence};

impl MainEnd {
    /// Whether an answer has somebody to go to. One to a renderer that has just left, whose last messages are
    /// being delivered, has nobody, and is no error: as in Electron, setting a return value fails for nobody's
    /// death.
    fn check_caller(&self) -> Result<(), Error> {
        self.link.generation().check()?;
        if self.link.is_gone() { Err(self.gone()) } else { Ok(()) }
    }

    /// Sends a message. Never blocks; any thread.
    ///
    /// # Errors
    /// As [`Outbox::send`], [`Error::RendererGone`], [`Error::Forked`], [`Error::ClaimHeld`].
    #[inline]
    pub(crate) fn send(&self, signature: Signature<'_>, payload: &[u8]) -> Result<(), Error> {
        self.check()?;
        let Some(mut outbox) = self.outbox() else {
            if self.messages.is_mine() {
                return Err(Error::ClaimHeld);
            }
            let Self { bound, pool, .. } = self;
            let put = self.put_aside(|aside| aside.send(signature, payload, *bound, pool));
            return self.check_sent().and(put);
        };
        let sent = outbox.send(signature, payload);
        let deserted = self.link.is_deserted();
        let sent = self.finish(outbox, &self.messages_bell, &self.link.tally.sent, sent);
        self.after(deserted).and(sent)
    }

    /// Behind a message and its fence: whether it went to nobody, or main's host has ended the session
    /// meanwhile.
    ///
    /// # Errors
    /// [`Error::RendererGone`]: the message may have arrived, or not.
    #[inline]
    fn after(&self, deserted: bool) -> Result<(), Error> {
        if deserted || self.link.was_closed() { Err(self.gone()) } else { Ok(()) }
    }

    /// The sending end, unless user code has it.
    #[inline]
    fn outbox(&self) -> Option<MutexGuard<'_, Outbox>> {
        self.messages.try_lock().or_else(|| self.outbox_later())
    }

    #[cold]
    fn outbox_later(&self) -> Option<MutexGuard<'_, Outbox>> {
        // Behind something that waits already there is nothing to wait for.
        if self.messages.is_mine() || self.aside_bytes.load(Ordering::Relaxed) > 0 {
            self.messages.lock_unless_claimed()
        } else {
            self.messages.lock_unless_kept()
        }
    }

    /// Has `put` put something aside, and sees to it that it is moved from there.
    #[cold]
    fn put_aside(&self, put: impl FnOnce(&mut Aside) -> Result<(), Error>) -> Result<(), Error> {
        let mut aside = self.aside.lock();
        let put = put(&mut aside);
        self.aside_bytes.store(aside.queued(), Ordering::Relaxed);
        drop(aside);
        // Pairs with the one in `release_lock`.
        fence(Ordering::SeqCst);
        if !self.messages.is_claimed()
            && let Some(outbox) = self.messages.lock_unless_claimed()
        {
            self.release_lock(outbox);
        }
        put.map_err(|error| self.failed(error))
    }

    /// The sending end for user code, which may do anything while it has it; `None` while other user code
    /// has it. The caller has [checked](Self::check) that messages can be sent.
    ///
    /// # Errors
    /// [`Error::ClaimHeld`].
    #[inline]
    pub(crate) fn claim(&self) -> Result<Option<Claimed<'_, Outbox>>, Error> {
        match self.outbox() {
            Some(outbox) => Ok(Some(self.messages.claim(outbox))),
            None if self.messages.is_mine() => Err(Error::ClaimHeld),
            None => Ok(None),
        }
    }

    /// After one message of a claim: counts it, and wakes a renderer that is seen to sleep.
    ///
    /// # Errors
    /// `sent`'s own; a renderer that cheats is cut off.
    #[inline]
    pub(crate) fn note(
        &self,
        outbox: &mut Outbox,
        sent: Result<usize, Error>,
    ) -> Result<(), Error> {
        let wake = outbox.hint();
        self.link.rouse(wake, &self.messages_bell);
        self.count(outbox, &self.link.tally.sent, sent)
    }

    /// What `error` of the sending end means to the caller; a renderer that cheats is cut off.
    #[cold]
    pub(crate) fn failed(&self, error: Error) -> Error {
        match error {
            Error::Corrupt(corrupt) => self.cut_off(corrupt),
            Error::Exhausted { what: UNANSWERED } => self.cut_off(Fault::NoMemory),
            _ => {}
        }
        error
    }

    /// The size of a message of raw bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(crate) fn raw_archive_len(&self, place: Place) -> Result<usize, Error> {
        raw_archive_len(place, self.bound.message_limit)
    }

    /// Why a payload of `len` bytes has no place in the ring while other user code has it: all is taken as far
    /// as this one is concerned.
    #[cold]
    pub(crate) fn claimed_by_another(&self, len: usize) -> Error {
        if len > self.payload_max {
            return Error::TooLarge { found: len, limit: self.payload_max };
        }
        Error::Backpressure { queued: self.capacity, limit: self.capacity }
    }

    /// The same where there is no fence to look before: what was sent went aside.
    ///
    /// # Errors
    /// As [`after`](Self::after).
    pub(crate) fn check_sent(&self) -> Result<(), Error> {
        self.link.generation().check()?;
        self.after(self.link.is_deserted())
    }

    /// After the last message of a claim. A forked child touches nothing, as it is its parent's.
    ///
    /// # Errors
    /// [`Error::RendererGone`] if it is, or main's host has ended the session: messages of the claim may have
    /// arrived, or not. [`Error::Forked`].
    #[inline]
    pub(crate) fn release(&self, outbox: Claimed<'_, Outbox>) -> Result<(), Error> {
        self.link.generation().check()?;
        let deserted = self.link.is_deserted();
        self.release_lock(outbox.end());
        self.after(deserted)
    }

    /// Gives the lock back. What waits behind the ring is announced: the dispatcher may have gone to sleep
    /// meanwhile.
    #[inline(always)]
    fn release_lock(&self, mut outbox: MutexGuard<'_, Outbox>) {
        if outbox.queued() > 0 {
            self.announce(&mut outbox);
        }
        if self.link.is_gone() {
            outbox.clear();
        }
        // Its fence pairs with the one in `put_aside`.
        let wake = outbox.flush();
        if self.aside_bytes.load(Ordering::Relaxed) > 0 {
            return self.move_aside(outbox, wake);
        }
        drop(outbox);
        self.link.rouse(wake, &self.messages_bell);
    }

    #[cold]
    fn announce(&self, outbox: &mut Outbox) {
        self.backlog.store(true, Ordering::Relaxed);
        let rested = loop {
            match outbox.rest() {
                Ok(false) => {}
                rested => break rested,
            }
        };
        if let Err(corrupt) = rested {
            self.cut_off(corrupt);
        }
    }

    /// Gives the lock back when what was put aside has been moved to where it would have gone. `wake` is
    /// still to be done.
    #[cold]
    fn move_aside(&self, mut outbox: MutexGuard<'_, Outbox>, wake: Option<Wake>) {
        let mut aside = self.aside.lock();
        let moved = aside.move_to(&mut outbox, &self.link.tally.sent);
        self.aside_bytes.store(0, Ordering::Relaxed);
        drop(aside);
        if let Err(fault) = moved {
            self.cut_off(fault);
        }
        if outbox.queued() > 0 {
            self.announce(&mut outbox);
        }
        let another = outbox.flush();
        drop(outbox);
        for wake in [wake, another] {
            self.link.rouse(wake, &self.messages_bell);
        }
        // The dispatcher may wait for this before it closes.
        if let Some(poller) = self.poller.upgrade() {
            poller.wake();
        }
    }

    /// Answers an invoke, in one order with `send`. Nobody's claim refuses it.
    ///
    /// # Errors
    /// As [`Outbox::answer`], [`Error::RendererGone`], [`Error::Forked`].
    pub(crate) fn answer_invoke(&self, answer: Answer<'_>, call: u32) -> Result<(), Error> {
        self.check_caller()?;
        let Some(mut outbox) = self.outbox() else {
            let Self { bound, pool, .. } = self;
            return self.put_aside(|aside| aside.answer(answer, call, *bound, pool));
        };
        let sent = outbox.answer(answer, call);
        self.count_refused(&self.link.tally.sent, &sent);
        self.finish(outbox, &self.messages_bell, &self.link.tally.sent, sent)
    }

    /// Answers a sendSync.
    ///
    /// # Errors
    /// As [`answer_invoke`](Self::answer_invoke).
    pub(crate) fn answer_sync(&self, answer: Answer<'_>, call: u32) -> Result<(), Error> {
        self.check_caller()?;
        let mut outbox = self.replies.lock();
        let sent = outbox.answer(answer, call);
        self.count_refused(&self.link.tally.answers, &sent);
        self.finish(outbox, &self.replies_bell, &self.link.tally.answers, sent)
    }

    /// The largest message in bytes of its payload.
    pub(crate) fn message_limit(&self) -> usize {
        self.bound.message_limit
    }

    #[inline]
    fn finish(
        &self,
        mut outbox: MutexGuard<'_, Outbox>,
        bell: &Shared<WaitWords>,
        traffic: &Traffic,
        sent: Result<usize, Error>,
    ) -> Result<(), Error> {
        let wake = outbox.flush();
        let counted = self.count(&outbox, traffic, sent);
        drop(outbox);
        self.link.rouse(wake, bell);
        counted
    }

    #[inline]
    fn count(
        &self,
        outbox: &Outbox,
        traffic: &Traffic,
        sent: Result<usize, Error>,
    ) -> Result<(), Error> {
        if outbox.queued() > 0 {
            self.backlog.store(true, Ordering::Relaxed);
        }
        match sent {
            Ok(len) => {
                traffic.count(len);
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// What became of an answer. One that was refused was sent as one that says so.
    fn count_refused(&self, traffic: &Traffic, sent: &Result<usize, Error>) {
        match sent {
            Err(Error::Backpressure { .. } | Error::TooLarge { .. }) => traffic.count(REFUSED_LEN),
            Err(Error::Exhausted { .. }) => traffic.count(ENVELOPE),
            _ => {}
        }
    }
}
