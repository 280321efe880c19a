//! Checking an archive before anybody looks into it.

use super::Schema;
use crate::error::Corrupt;
use rkyv::api::access_with_context;
use rkyv::rancor::{Failure, Strategy};
use rkyv::validation::archive::ArchiveValidator;
use std::num::NonZeroUsize;

/// What types are checked with. Nothing shared: a type with `Rc` or `Arc` in it does not compile. A type's
/// own check is believed, as `CheckBytes` is an unsafe trait; and nothing in an archive can be written
/// through a shared reference, which may lead to a read-only page, as rkyv's unsafe `Portable` forbids it.
pub type Validator<'a> = Strategy<Parts<'a>, Failure>;

type Parts<'a> = rkyv::validation::Validator<ArchiveValidator<'a>, ()>;

/// Levels of nesting (a `Box` in a `Vec` in a ...) that are checked: rkyv's check is recursive, and
/// without a bound a hostile peer could overflow the stack.
pub const DEPTH_MAX: usize = 128;

/// The root of an archive of `T`.
///
/// # Errors
/// [`Corrupt`] if it is none.
#[inline]
pub(super) fn access<T: Schema>(archive: &[u8]) -> Result<&T::Archived, Corrupt> {
    // The level at which rkyv's count is down to none is refused.
    let depth = NonZeroUsize::new(DEPTH_MAX + 1);
    let mut context = Parts::new(ArchiveValidator::with_max_depth(archive, depth), ());
    let (found, expected) = (archive.len() as u64, size_of::<T::Archived>() as u64);
    access_with_context::<T::Archived, _, Failure>(archive, &mut context)
        .map_err(|Failure| Corrupt { place: "typed archive", found, expected })
}
