//! rkyv's archives as typed channels have them: the same format, no shared pointers, the same check
//! with its bound on nesting. A channel writes into its ring, this into a buffer that is kept.

use ringmain::rkyv::api::{access_with_context, serialize_using};
use ringmain::rkyv::rancor::{Failure, Strategy};
use ringmain::rkyv::ser::allocator::ArenaHandle;
use ringmain::rkyv::util::{AlignedVec, with_arena};
use ringmain::rkyv::validation::Validator;
use ringmain::rkyv::validation::archive::ArchiveValidator;
use ringmain::rkyv::{Serialize, ser};
use ringmain::typed::{DEPTH_MAX, Schema};
use std::num::NonZeroUsize;

pub(crate) type Buffer = AlignedVec<16>;

type Parts<'a> = ser::Serializer<&'a mut Buffer, ArenaHandle<'a>, ()>;

/// What can be written into a buffer.
pub(crate) trait Writable: Schema + for<'a> Serialize<Strategy<Parts<'a>, Failure>> {}

impl<T: Schema + for<'a> Serialize<Strategy<Parts<'a>, Failure>>> Writable for T {}

pub(crate) fn write<T: Writable>(value: &T, buffer: &mut Buffer) {
    buffer.clear();
    with_arena(|arena| {
        let mut parts = Parts::new(buffer, arena.acquire(), ());
        serialize_using::<_, Failure>(value, &mut parts).expect("it can be archived");
    });
}

pub(crate) fn check<T: Schema>(archive: &[u8]) -> &T::Archived {
    let depth = NonZeroUsize::new(DEPTH_MAX + 1);
    let mut context = Validator::new(ArchiveValidator::with_max_depth(archive, depth), ());
    access_with_context::<T::Archived, _, Failure>(archive, &mut context).expect("our own")
}
