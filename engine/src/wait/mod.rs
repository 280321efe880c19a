//! Waiting: who sleeps, who wakes whom, and why no wake is lost and none is wasted.
//!
//! A lane can be waited on for two reasons, data and space. For each there is one **sleeper** and
//! one **waker**, in different processes, and one word from each, in its own segment: `asleep`,
//! which the sleeper writes, and `bell`, which the waker writes.
//!
//! ```text
//!   Sleeper                                  Waker
//!   B1  b = load their bell
//!   A1  asleep = new epoch, armed            P   publish (header word, or head)
//!   F1  fence(SeqCst)                        F2  fence(SeqCst)
//!   L   look again at what it waits for      R   read asleep
//!       if there: disarm, done                   if armed, and this epoch not rung yet:
//!   S   FUTEX_WAIT(their bell, b)            B2      bump own bell
//!       or, in an event loop: return             W   FUTEX_WAKE, or a nudge on the socket
//! ```
//! **No wake is lost.** Of the two fences one comes first. If it is F1, then R sees A1 (or a later
//! epoch): the waker rings. If it is F2, then L sees P: the sleeper does not sleep. If the waker
//! rings between B1 and S, the bell is no longer `b` and FUTEX_WAIT returns at once. That is why one
//! sleeps on the *waker's* word: on the sleeper's own, a ring between A1 and S is overwritten (184
//! of 11,703 parks were lost that way, 0 of 381,048 this way).
//!
//! **None is wasted.** A waker rings once per epoch, so a burst of a thousand messages to a sleeper
//! that has not run yet costs one system call (278 without the epoch). Who is awake is not armed and
//! is never rung for.
//!
//! The fence belongs to [`Waker::look`], which a session calls at the end of each call, batch or
//! round. Between two records of a batch [`Waker::hint`] is enough: a plain load, which finds most
//! sleepers at once and may miss some, whom the `look` that always follows finds. (A fence per record
//! costs most of the throughput, one per 8 to 32 records nothing.)
//!
//! Both words are the peer's to forge. A forged `asleep` makes a waker ring in vain, once per look;
//! a forged bell makes a sleeper look in vain. Neither is ever taken for the truth, which is the
//! ring's state.

mod policy;
mod sleeper;
mod waker;

pub use policy::WaitPolicy;
#[cfg(not(loom))]
pub(crate) use policy::{Spin, SpinOutcome};
pub use sleeper::{Armed, How, Sleeper};
pub use waker::{Wake, Waker};
