//! What is sent to a renderer while user code has its sending end.

use super::account::{self, Account};
use super::outbox::{Outbox, unanswered};
use super::overflow::RECORD_COST;
use super::pool::{Kept, Pool};
use crate::board::tally::Traffic;
use crate::error::{Corrupt, Error, Fault};
use crate::limits::PENDING_INVOKES;
use crate::room;
use crate::wire::{Answer, Content, Envelope, Kind, Refused, Signature, check_name};
use std::collections::VecDeque;
use std::sync::Arc;

/// Messages that wait for a claim to end, in the order in which they were sent.
///
/// They are bounded as those behind the ring are, by as many bytes again: a claim that never ends is
/// [`Error::Backpressure`] for senders in the end. An answer beyond it becomes one of fixed size that says so,
/// of which there are no more than a renderer may have invokes in flight.
#[derive(Debug)]
pub(crate) struct Aside {
    waiting: VecDeque<Waiting>,
    queued: usize,
    /// The same bytes, of all sessions of the process.
    kept: account::Waiting,
    /// Of those that wait, the answers that say that the real one was refused.
    refused: usize,
}

/// A message. Its channel has no slot before it is put.
#[derive(Debug)]
struct Waiting {
    /// The channel and schema; none of an answer.
    to: Option<(Box<str>, u64)>,
    envelope: Envelope,
    payload: Kept,
}

/// What a message costs besides its bytes: its entry, twice, because the queue grows by doubling.
const COST: usize = RECORD_COST + 2 * size_of::<Waiting>();

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    /// Bytes of all messages, with what they cost besides; the first one may be any.
    pub(crate) limit: usize,
    /// Bytes of one message.
    pub(crate) message_limit: usize,
}

impl Aside {
    /// For a renderer in the process of this account.
    pub(crate) fn new(account: &Arc<Account>) -> Self {
        let kept = account::Waiting::new(account);
        Self { waiting: VecDeque::new(), queued: 0, kept, refused: 0 }
    }

    /// Bytes that wait, with what they cost besides.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }

    /// Adds a message.
    ///
    /// # Errors
    /// [`Error::ChannelName`], [`Error::TooLarge`], [`Error::Backpressure`].
    pub(crate) fn send(
        &mut self,
        Signature { channel, schema }: Signature<'_>,
        payload: &[u8],
        bound: Bound,
        pool: &Pool,
    ) -> Result<(), Error> {
        check_name(channel)?;
        room::promise(channel.len())?;
        let content = Content { envelope: Envelope::new(Kind::Message, 0, 0), payload };
        self.push(Some((channel.into(), schema)), &content, bound, pool)
    }

    /// Adds an answer. One that finds no room becomes one of fixed size that says so, as
    /// [`Outbox::answer`] has it.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn answer(
        &mut self,
        answer: Answer<'_>,
        call: u32,
        bound: Bound,
        pool: &Pool,
    ) -> Result<(), Error> {
        let Err(refused) = self.push(None, &answer.content(call), bound, pool) else {
            return Ok(());
        };
        let Some(instead) = Refused::of(&refused) else { return Err(refused) };
        if self.refused >= PENDING_INVOKES {
            let (found, expected) = (self.refused as u64 + 1, PENDING_INVOKES as u64);
            return Err(Corrupt { place: "invokes in flight", found, expected }.into());
        }
        self.refused += 1;
        let instead = Answer::Refused(&instead).content(call);
        let any = Bound { limit: usize::MAX, message_limit: usize::MAX };
        self.push(None, &instead, any, pool).map_err(|_| unanswered())?;
        Err(refused)
    }

    fn push(
        &mut self,
        to: Option<(Box<str>, u64)>,
        &Content { envelope, payload }: &Content<'_>,
        Bound { limit, message_limit }: Bound,
        pool: &Pool,
    ) -> Result<(), Error> {
        if payload.len() > message_limit {
            return Err(Error::TooLarge { found: payload.len(), limit: message_limit });
        }
        let channel = to.as_ref().map_or(0, |(channel, _)| channel.len());
        let queued = self.queued + payload.len() + channel + COST;
        if !self.waiting.is_empty() && queued > limit {
            return Err(Error::Backpressure { queued, limit });
        }
        match limit {
            usize::MAX => self.kept.set(queued),
            _ => self.kept.add(queued - self.queued)?,
        }
        let room = room::reserve_in(&mut self.waiting, 1);
        let payload = room.and_then(|()| pool.keep(payload)).inspect_err(|_| {
            self.kept.set(self.queued);
        })?;
        self.waiting.push_back(Waiting { to, envelope, payload });
        self.queued = queued;
        Ok(())
    }

    /// Lets go of all of it: nobody will read it.
    pub(crate) fn clear(&mut self) {
        self.waiting = VecDeque::new();
        (self.queued, self.refused) = (0, 0);
        self.kept.set(0);
    }

    /// Moves all of it to where it would have gone, and counts it there.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's words are impossible; that there is no memory.
    pub(crate) fn move_to(&mut self, outbox: &mut Outbox, traffic: &Traffic) -> Result<(), Fault> {
        (self.queued, self.refused) = (0, 0);
        self.kept.set(0);
        for Waiting { to, envelope, payload } in std::mem::take(&mut self.waiting) {
            let signature =
                to.as_ref().map(|(channel, schema)| Signature { channel, schema: *schema });
            traffic.count(outbox.put_accepted(signature, envelope, &payload)?);
            outbox.pool.give_kept(payload);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bound = Bound { limit: 1000, message_limit: 2000 };

    fn empty() -> Aside {
        Aside::new(&Account::for_tests())
    }

    fn send(aside: &mut Aside, len: usize) -> Result<(), Error> {
        aside.send(Signature::dynamic("note"), &vec![7; len], BOUND, &Pool::new())
    }

    #[test]
    fn an_empty_one_takes_one_message_of_any_legal_size() {
        let mut aside = empty();
        assert_eq!(send(&mut aside, 2001), Err(Error::TooLarge { found: 2001, limit: 2000 }));
        assert_eq!(send(&mut aside, 2000), Ok(()));
        let refused = send(&mut aside, 0);
        assert!(matches!(refused, Err(Error::Backpressure { limit: 1000, .. })), "{refused:?}");
    }

    #[test]
    fn a_name_that_is_too_long_is_refused_at_once() {
        let (mut aside, name) = (empty(), "n".repeat(256));
        let sent = aside.send(Signature::dynamic(&name), &[], BOUND, &Pool::new());
        assert_eq!(sent, Err(Error::ChannelName { found: 256, limit: 255 }));
        assert_eq!(aside.queued(), 0);
    }

    #[test]
    fn an_answer_without_room_becomes_one_that_says_so_until_even_these_are_too_many() {
        let (mut aside, pool) = (empty(), Pool::new());
        send(&mut aside, 2000).unwrap();
        let mut answers = 0;
        let mut answer = || {
            answers += 1;
            aside.answer(Answer::NoReply, 1, BOUND, &pool)
        };
        let refused = (0..)
            .map(|_| answer())
            .find(|answer| !matches!(answer, Err(Error::Backpressure { .. })));
        assert!(matches!(refused, Some(Err(Error::Corrupt(_)))), "{refused:?}");
        assert_eq!(answers, PENDING_INVOKES + 1);
    }
}
