//! The renderer's end of the replies lane: answers to `sendSync`, each for the thread that asked.

use crate::error::{Corrupt, Error};
use crate::lane::Incoming;
use crate::value::Value;
use crate::wait::{Armed, How, Wake};
use crate::wire::{Content, Kind};

/// Reads the lane on behalf of all threads that wait: whoever looks keeps what is not its own.
#[derive(Debug)]
pub(crate) struct Replies {
    lane: Incoming,
    /// Answers whose threads have not looked yet. A thread has one call at most, so this stays as
    /// short as there are threads.
    early: Vec<(u32, Result<Value, Error>)>,
    /// Calls whose callers gave up, and whose answers may still come.
    given_up: Vec<u32>,
}

/// What a look at the lane brought.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) answer: Option<Result<Value, Error>>,
    /// Bytes of content of the records that were read, and how many they were.
    pub(crate) bytes: usize,
    pub(crate) records: usize,
    /// How many of them nobody waited for.
    pub(crate) late: usize,
}

impl Replies {
    pub(crate) fn new(lane: Incoming) -> Self {
        Self { lane, early: Vec::new(), given_up: Vec::new() }
    }

    /// The answer to `call`, made on `channel`, if it has come.
    ///
    /// # Errors
    /// [`Corrupt`] if main wrote what no main of ours writes.
    #[inline]
    pub(crate) fn take(&mut self, call: u32, channel: &str) -> Result<Look, Corrupt> {
        let mut look = Look { answer: None, bytes: 0, records: 0, late: 0 };
        if let Some(at) = self.early.iter().position(|(id, _)| *id == call) {
            look.answer = Some(self.early.swap_remove(at).1);
            return Ok(look);
        }
        while let Some(record) = self.lane.peek()? {
            // SAFETY: main is trusted by its renderers: it made their memory and may end them. A
            // main of ours never writes a record that it has published.
            #[expect(unsafe_code, reason = "the renderer reads main's records in place")]
            let content = Content::parse(unsafe { record.content() })?;
            if content.envelope.kind != Kind::Answer {
                let (found, expected) = (content.envelope.kind as u64, Kind::Answer as u64);
                return Err(Corrupt { place: "kind on the replies lane", found, expected });
            }
            look.records += 1;
            look.bytes += content.len();
            let id = content.envelope.call;
            if id == call {
                look.answer = Some(content.answer(channel)?);
                break;
            }
            if let Some(at) = self.given_up.iter().position(|given_up| *given_up == id) {
                self.given_up.swap_remove(at);
                look.late += 1;
            } else {
                let answer = content.answer(channel)?;
                self.early.push((id, answer));
            }
        }
        Ok(look)
    }

    /// Nobody will look for the answer to `call` any more.
    #[cold]
    pub(crate) fn give_up(&mut self, call: u32) {
        self.given_up.push(call);
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
