//! How a call was answered.

use super::{Buffer, Content, ENVELOPE, Envelope, Kind};
use crate::error::{Corrupt, Error, Fault, NoMemory};
use crate::room;
use crate::value::{Value, ValueRef};

/// The status in an answer's slot field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Status {
    /// The payload is an archive with one value.
    Value = 0,
    /// Nobody answered and nobody can any more. No payload.
    NoReply = 1,
    /// No handler is registered for the channel. No payload.
    NoHandler = 2,
    /// The handler failed. The payload is its error as text.
    Failed = 3,
    /// Main may not keep an answer of this size for this renderer now. The payload is 16 bytes: what
    /// would wait, and the limit.
    Backpressure = 4,
    /// The answer is larger than any message can be. The payload is 16 bytes: its size, and the limit.
    TooLarge = 5,
    /// Main may keep no more calls whose handlers are not done. The payload is 16 bytes: zero, and the limit.
    TooManyPending = 6,
    /// Main has no memory for the answer. No payload.
    Exhausted = 7,
}

/// An answer as its sender means it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer<'a> {
    /// A value's archive.
    Value(&'a [u8]),
    /// See [`Status::NoReply`].
    NoReply,
    /// See [`Status::NoHandler`].
    NoHandler,
    /// See [`Status::Failed`].
    Failed(&'a str),
    /// See [`Status::Backpressure`], [`Status::TooLarge`], [`Status::TooManyPending`] and [`Status::Exhausted`].
    Refused(&'a Refused),
}

impl<'a> Answer<'a> {
    /// The message that carries it.
    pub(crate) fn content(self, call: u32) -> Content<'a> {
        let (status, payload) = match self {
            Self::Value(archive) => (Status::Value, archive),
            Self::NoReply => (Status::NoReply, [].as_slice()),
            Self::NoHandler => (Status::NoHandler, [].as_slice()),
            Self::Failed(text) => (Status::Failed, text.as_bytes()),
            Self::Refused(refused) => (refused.status, refused.payload()),
        };
        Content { envelope: Envelope::new(Kind::Answer, status as u16, call), payload }
    }
}

impl Envelope {
    /// What an answer that was gathered in `buffer` means to the caller on `channel`.
    ///
    /// # Errors
    /// As [`Content::answer`].
    pub(crate) fn answer_of(
        self,
        buffer: Buffer,
        channel: &str,
    ) -> Result<Result<Value, Error>, Fault> {
        if self.slot == Status::Value as u16 {
            return Ok(Ok(Value::from_archive(buffer)?));
        }
        Content { envelope: self, payload: &buffer }.answer(channel)
    }
}

impl Content<'_> {
    /// What an answer means to the caller on `channel`. One that there is no memory for is that to him.
    ///
    /// # Errors
    /// [`Corrupt`] if this is no answer.
    pub(crate) fn answer(&self, channel: &str) -> Result<Result<Value, Error>, Fault> {
        let channel = || channel.to_owned();
        Ok(match self.envelope.slot {
            status if status == Status::Value as u16 => {
                ValueRef::check(self.payload)?;
                Value::copy_of(self.payload).map_err(Error::from)
            }
            status if status == Status::NoReply as u16 => Err(Error::NoReply),
            status if status == Status::NoHandler as u16 => {
                Err(Error::NoHandler { channel: channel() })
            }
            status if status == Status::Failed as u16 => Err(match text(self.payload) {
                Ok(text) => Error::HandlerFailed { channel: channel(), text },
                Err(none) => none.into(),
            }),
            status if status == Status::Backpressure as u16 => {
                let [queued, limit] = two_numbers(self.payload)?;
                Err(Error::Backpressure { queued, limit })
            }
            status if status == Status::TooLarge as u16 => {
                let [found, limit] = two_numbers(self.payload)?;
                Err(Error::TooLarge { found, limit })
            }
            status if status == Status::TooManyPending as u16 => {
                let [_, limit] = two_numbers(self.payload)?;
                Err(Error::TooManyPending { limit })
            }
            status if status == Status::Exhausted as u16 => {
                Err(Error::Exhausted { what: "main's memory" })
            }
            status => {
                let (found, expected) = (status.into(), Status::Exhausted as u64);
                return Err(Corrupt { place: "answer status", found, expected }.into());
            }
        })
    }
}

/// Bytes of content of an answer that says that the real one was refused.
pub(crate) const REFUSED_LEN: usize = ENVELOPE + 16;

/// An answer of fixed size that says why the real one was not sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused {
    status: Status,
    payload: [u8; 16],
}

impl Refused {
    /// What `error` is to the caller, if it is one that an answer can be refused with.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        let (status, found, limit) = match *error {
            Error::Exhausted { .. } => (Status::Exhausted, 0, 0),
            Error::Backpressure { queued, limit } => (Status::Backpressure, queued, limit),
            Error::TooLarge { found, limit } => (Status::TooLarge, found, limit),
            Error::TooManyPending { limit } => (Status::TooManyPending, 0, limit),
            _ => return None,
        };
        let payload = (found as u128 | (limit as u128) << 64).to_le_bytes();
        Some(Self { status, payload })
    }

    fn payload(&self) -> &[u8] {
        if self.status == Status::Exhausted { &[] } else { &self.payload }
    }
}

/// A failed handler's text, however long that is. What is not UTF-8 in it becomes three times as long.
fn text(payload: &[u8]) -> Result<String, NoMemory> {
    room::promise(payload.len().saturating_mul(3))?;
    Ok(String::from_utf8_lossy(payload).into_owned())
}

fn two_numbers(payload: &[u8]) -> Result<[usize; 2], Corrupt> {
    let Ok(bytes) = payload.try_into() else {
        return Err(Corrupt { place: "answer length", found: payload.len() as u64, expected: 16 });
    };
    let numbers = u128::from_le_bytes(bytes);
    let number = |bits: u128| usize::try_from(bits & u128::from(u64::MAX)).unwrap_or(usize::MAX);
    Ok([number(numbers), number(numbers >> 64)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answer: Answer<'_>) -> Result<Value, Error> {
        answer.content(7).answer("sum").unwrap()
    }

    #[test]
    fn every_answer_means_what_it_was_sent_for() {
        assert_eq!(answered(Answer::Value(Value::from(3).archive())), Ok(Value::from(3)));
        assert_eq!(answered(Answer::NoReply), Err(Error::NoReply));
        let channel = || "sum".to_owned();
        assert_eq!(answered(Answer::NoHandler), Err(Error::NoHandler { channel: channel() }));
        let failed = Error::HandlerFailed { channel: channel(), text: "Error: boom".to_owned() };
        assert_eq!(failed.to_string(), "Error invoking remote method 'sum': Error: boom");
        assert_eq!(answered(Answer::Failed("Error: boom")), Err(failed));
        let full = Error::Backpressure { queued: 9, limit: 8 };
        let many = Error::TooManyPending { limit: 3 };
        for refused in [full, Error::TooLarge { found: 1 << 40, limit: 7 }, many] {
            let answer = Refused::of(&refused).unwrap();
            assert_eq!(answered(Answer::Refused(&answer)), Err(refused));
        }
        let exhausted = Refused::of(&NoMemory.into()).unwrap();
        let told = Error::Exhausted { what: "main's memory" };
        assert_eq!(answered(Answer::Refused(&exhausted)), Err(told));
    }

    #[test]
    fn an_unknown_status_is_refused() {
        let mut content = Answer::NoReply.content(7);
        content.envelope.slot = 8;
        let Err(Fault::Corrupt(corrupt)) = content.answer("sum") else { panic!("no answer") };
        assert_eq!(corrupt.place, "answer status");
    }
}
