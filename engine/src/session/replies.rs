//! The renderer's end of the replies lane: answers to `sendSync`, each for the thread that asked.

use crate::board::tally::Tally;
use crate::buffer::Buffer;
use crate::error::{Corrupt, Error, Fault, NoMemory};
use crate::lane::Incoming;
use crate::value::Value;
use crate::wait::{Armed, How, Wake};
use crate::wire::{Content, Envelope, Gather, Kind};

/// Reads the lane on behalf of all threads that wait: whoever looks keeps what is not its own.
#[derive(Debug)]
pub(crate) struct Replies {
    lane: Incoming,
    gather: Gather,
    message_limit: usize,
    /// Answers whose threads have not looked yet. A thread has one call at most, so this stays as
    /// short as there are threads.
    early: Vec<(u32, Result<Value, Error>)>,
    /// Calls whose callers gave up, and whose answers may still come.
    given_up: Vec<u32>,
}

impl Replies {
    pub(crate) fn new(lane: Incoming, message_limit: usize) -> Self {
        let (early, given_up) = (Vec::new(), Vec::new());
        Self { lane, gather: Gather::default(), message_limit, early, given_up }
    }

    /// The answer to `call`, made on `channel`, if it has come.
    ///
    /// # Errors
    /// [`Corrupt`] if main wrote what no main of ours writes.
    #[inline]
    pub(crate) fn take(
        &mut self,
        call: u32,
        channel: &str,
        tally: &Tally,
    ) -> Result<Option<Result<Value, Error>>, Fault> {
        if let Some(at) = self.early.iter().position(|(id, _)| *id == call) {
            return Ok(Some(self.early.swap_remove(at).1));
        }
        let Self { lane, gather, message_limit, early, given_up } = self;
        while let Some(record) = lane.peek()? {
            // SAFETY: main is trusted by its renderers: it made their memory and may end them. A
            // main of ours never writes a record that it has published.
            #[expect(unsafe_code, reason = "the renderer reads main's records in place")]
            let content = Content::parse(unsafe { record.content() })?;
            let answer = if content.envelope.kind == Kind::Answer && !content.envelope.begins_run {
                gather.expect_none(Kind::Answer)?;
                tally.answers.count(content.len());
                Some((content.envelope, content.answer(channel)?))
            } else {
                gathered(gather, *message_limit, &content, channel, tally)?
            };
            drop(record);
            let Some((envelope, answer)) = answer else { continue };
            if envelope.call == call {
                return Ok(Some(answer));
            }
            // For another thread, or for nobody.
            if let Some(at) = given_up.iter().position(|given_up| *given_up == envelope.call) {
                given_up.swap_remove(at);
                tally.late_answers.add(1);
            } else {
                early.push((envelope.call, answer));
            }
        }
        Ok(None)
    }

    /// Nobody will look for the answer to `call` any more. Returns whether it had come already, read
    /// by another thread that looked for its own.
    #[cold]
    pub(crate) fn give_up(&mut self, call: u32) -> bool {
        let came = self.early.iter().position(|(id, _)| *id == call);
        match came {
            Some(at) => drop(self.early.swap_remove(at)),
            None => self.given_up.push(call),
        }
        came.is_some()
    }

    /// Where the next record will be, for [`Watch`](crate::ring::Watch).
    #[inline]
    pub(crate) fn position(&self) -> u64 {
        self.lane.position()
    }

    /// After records were read: how to wake a main that keeps overflow, if it is due.
    #[inline]
    pub(crate) fn settle(&mut self) -> Option<Wake> {
        self.lane.settle()
    }

    /// Tells main how far this end is, before it sleeps.
    pub(crate) fn flush(&mut self) -> Option<Wake> {
        self.lane.flush()
    }

    /// Announces a sleep: `None` if a record is there.
    pub(crate) fn arm(&mut self) -> Option<Armed> {
        self.lane.arm_for_data(How::Futex)
    }

    /// Is awake again.
    pub(crate) fn disarm(&mut self) {
        self.lane.disarm();
    }
}

/// An answer, and which call it is for.
type Answered = (Envelope, Result<Value, Error>);

/// A part of a large answer, and the answer if it was the last one. The answer is the buffer that it
/// was gathered in; main says truly how large it will be. One that there is no memory for is that to its caller.
#[cold]
fn gathered(
    gather: &mut Gather,
    limit: usize,
    content: &Content<'_>,
    channel: &str,
    tally: &Tally,
) -> Result<Option<Answered>, Fault> {
    let bytes = match content.envelope.kind {
        Kind::Answer => {
            let (total, bytes) = content.begin_run()?;
            let whole = usize::try_from(total).unwrap_or(0).min(limit);
            let room = Buffer::with_room(whole);
            gather.begin(content.envelope, total, limit, room.unwrap_or_default())?;
            bytes
        }
        Kind::Fragment => content.payload,
        kind => {
            let (found, expected) = (kind as u64, Kind::Answer as u64);
            return Err(Corrupt { place: "kind on the replies lane", found, expected }.into());
        }
    };
    match gather.extend_from(bytes) {
        Err(Fault::NoMemory) => gather.lose(bytes.len())?,
        gathered => gathered?,
    }
    if let Some(envelope) = gather.take_lost() {
        return Ok(Some((envelope, Err(NoMemory.into()))));
    }
    let Some((envelope, buffer)) = gather.take_whole() else { return Ok(None) };
    tally.answers.count(buffer.len());
    Ok(Some((envelope, envelope.answer_of(buffer, channel)?)))
}
