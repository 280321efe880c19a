//! What is held while a session ends, and what comes of it.

use crate::types::Sample;
use ringmain::value::Bytes;
use ringmain::{Channel, Error, IpcRenderer, WebContents, WhenFull, args};

/// What typed messages are sent on.
pub static SAMPLE: Channel<Sample> = Channel::new("sample", 1);

/// Bytes of a message that takes little of a ring.
pub const SMALL: usize = 40;

/// More than the tests' rings: a claim of it is written in a buffer, and a message is sent in fragments.
pub const LARGE: usize = 200_000;

/// A typed message.
#[must_use]
pub fn sample() -> Sample {
    Sample { number: 7, values: [0.5; 5] }
}

/// What one side holds while its session ends, and sends then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A claim of so many bytes, which is committed.
    Claim(usize),
    /// A burst with a message: it gets more of them, and ends.
    Burst,
    /// The same with typed messages.
    TypedBurst,
    /// A burst with a message: it ends.
    End,
    /// Nothing: a message of so many bytes.
    Nothing(usize),
    /// Nothing: a typed message.
    NothingTyped,
}

use Held::{Burst, Claim, End, Nothing, NothingTyped, TypedBurst};

/// Each of them.
pub const ALL: [Held; 8] = [
    Claim(SMALL),
    Claim(LARGE),
    Burst,
    TypedBurst,
    End,
    Nothing(SMALL),
    Nothing(LARGE),
    NothingTyped,
];

impl Held {
    /// What the renderer's calls answer if `end` ends the session meanwhile. One that says `Ok` is the bug.
    ///
    /// # Panics
    /// If what is to be held cannot be had.
    pub fn of_renderer(self, renderer: &IpcRenderer, end: impl FnOnce()) -> Vec<Result<(), Error>> {
        match self {
            Claim(len) => {
                let mut claim = renderer.claim("note", len).unwrap();
                claim.bytes().fill(7);
                end();
                vec![claim.commit(len)]
            }
            End => {
                let mut burst = renderer.burst(WhenFull::Wait).unwrap();
                burst.send("note", args![1]).unwrap();
                end();
                vec![burst.end()]
            }
            Burst | TypedBurst => {
                let mut burst = renderer.burst(WhenFull::Wait).unwrap();
                burst.send("note", args![1]).unwrap();
                end();
                let send = |number| match self {
                    Burst => burst.send("note", args![number]),
                    _ => burst.send_typed(&SAMPLE, &sample()),
                };
                let mut results: Vec<_> = (0..3).map(send).collect();
                results.push(burst.end());
                results
            }
            Nothing(len) => {
                let bytes = vec![7; len];
                end();
                vec![renderer.send("note", args![Bytes(&bytes)])]
            }
            NothingTyped => {
                end();
                vec![renderer.send_typed(&SAMPLE, &sample())]
            }
        }
    }

    /// The same of main's.
    ///
    /// # Panics
    /// As [`of_renderer`](Self::of_renderer).
    pub fn of_main(self, page: &WebContents, end: impl FnOnce()) -> Vec<Result<(), Error>> {
        match self {
            Claim(len) => {
                let mut claim = page.claim("note", len).unwrap();
                claim.bytes().fill(7);
                end();
                vec![claim.commit(len)]
            }
            End => {
                let mut burst = page.burst().unwrap();
                burst.send("note", args![1]).unwrap();
                end();
                vec![burst.end()]
            }
            Burst | TypedBurst => {
                let mut burst = page.burst().unwrap();
                burst.send("note", args![1]).unwrap();
                end();
                let send = |number| match self {
                    Burst => burst.send("note", args![number]),
                    _ => burst.send_typed(&SAMPLE, &sample()),
                };
                let mut results: Vec<_> = (0..3).map(send).collect();
                results.push(burst.end());
                results
            }
            Nothing(len) => {
                let bytes = vec![7; len];
                end();
                vec![page.send("note", args![Bytes(&bytes)])]
            }
            NothingTyped => {
                end();
                vec![page.send_typed(&SAMPLE, &sample())]
            }
        }
    }
}

/// Nothing is accepted, and the first error says why.
///
/// # Panics
/// If something is, or says something else.
pub fn refused_with(held: Held, results: &[Result<(), Error>], why: &Error) {
    let errors: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(errors.len(), results.len(), "{held:?}: {results:?}");
    assert_eq!(errors.first(), Some(&why), "{held:?}: {results:?}");
    let known = |error: &&&Error| **error == why || **error == &Error::Disconnected;
    assert_eq!(errors.iter().filter(known).count(), errors.len(), "{held:?}: {results:?}");
}
