//! Channels of one type: messages that are an application's own rkyv archives.
//!
//! A [`Channel<T>`] says what travels under a name. Its messages are `T`, serialised straight into the
//! ring, and listeners get [`Archived<T>`](rkyv::Archived): in place what main sent, out of a private
//! copy what a renderer sent, checked in both cases. No [`Value`](crate::Value) is made in between.
//!
//! # Two sides that disagree
//! Each side derives a **fingerprint** from the type: the schema version that the application gives,
//! the size and alignment of the archived type, and the archive format. It travels once per channel
//! and session, beside the name. A listener of another fingerprint fails with
//! [`Error::TypeMismatch`](crate::Error::TypeMismatch), which names the channel and both. What the
//! fingerprint cannot see (two fields swapped, another meaning) is what the version is for: count it
//! up with every change of the type.
//!
//! Hosts that cannot know the type, and listeners of [`on`](crate::IpcMain::on), see one bytes value.
//!
//! # What a type may contain
//! Anything that rkyv archives by value: no `Rc` and `Arc` (a compile error), an archived alignment of
//! 16 at most (a compile error), nesting of at most [`DEPTH_MAX`] levels (refused where it is sent, with
//! [`Error::Malformed`](crate::Error::Malformed), as is whatever else the type's own check refuses), and
//! no collections of zero-sized elements (a hostile peer could claim half a billion of them, which take no
//! bytes to send and time to check).

mod access;
mod channel;
mod serialize;

pub use access::{DEPTH_MAX, Validator};
pub use channel::{Channel, Schema};
pub use serialize::{Out, Serializer};
