//! Marks: how a value is put twice, inside itself, or shown by a view.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::put;
use crate::builder::{malformed, ringmain_builder};
use crate::container::Holder;
use crate::put::add;
use crate::status::ringmain_status::*;
use crate::status::{invalid, ringmain_status, usage};
use engine::value::{Slot, ViewKind};

/// What a mark is of; of nothing yet, until a value is put.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) slot: Option<Slot>,
    /// How many, of an array buffer.
    pub(crate) bytes: Option<usize>,
}

/// Marks the value that is put next, so that it can be put again: the same object, as in JavaScript, not
/// another one that is equal. It may be put inside itself.
///
/// @param mark a place for its mark, in this message
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_mark(
    builder: *mut ringmain_builder,
    mark: *mut u32,
) -> ringmain_status {
    add(builder, |builder| {
        builder.fresh()?;
        let number = builder.marks.len();
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { put(mark, u32::try_from(number).unwrap_or(u32::MAX), "mark") }?;
        builder.marks.push(Mark { slot: None, bytes: None });
        builder.marking = Some(number);
        Ok(())
    })
}

/// Puts a value that was marked once more, inside a container.
///
/// @returns NOT_FOUND if nothing was marked so; MALFORMED if it would be an argument itself, or a key
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_marked(
    builder: *mut ringmain_builder,
    mark: u32,
) -> ringmain_status {
    add(builder, |builder| {
        builder.fresh()?;
        let marked = builder.marks.get(mark as usize).and_then(|mark| mark.slot);
        let none = || usage(RINGMAIN_NOT_FOUND, "nothing was marked so");
        let slot = marked.ok_or_else(none)?;
        let Some(container) = builder.open.last_mut() else {
            return Err(malformed("a marked value cannot be an argument"));
        };
        let is_key = container.left.is_multiple_of(2);
        match container.kind {
            Holder::Boxed | Holder::Sparse { len: None, .. } => {
                return Err(malformed("a marked value cannot be here"));
            }
            Holder::Object | Holder::Sparse { .. } if is_key => {
                return Err(malformed("a marked value cannot be a key"));
            }
            _ => {}
        }
        container.values.push(slot);
        container.left -= 1;
        builder.settle()
    })
}

/// Puts a view of a buffer.
///
/// @param kind a ringmain_view_kind
/// @param buffer the mark of an array buffer that was put before
/// @param offset bytes from its start, a multiple of an element's size
/// @param len bytes, likewise
/// @returns INVALID_ARGUMENT; NOT_FOUND if the mark is of no array buffer; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_view(
    builder: *mut ringmain_builder,
    kind: u32,
    buffer: u32,
    offset: usize,
    len: usize,
) -> ringmain_status {
    add(builder, |builder| {
        let kind = *ViewKind::ALL
            .get(kind as usize)
            .ok_or_else(|| invalid("kind is no ringmain_view_kind"))?;
        let none = || usage(RINGMAIN_NOT_FOUND, "no array buffer was marked so");
        let (slot, held) = match builder.marks.get(buffer as usize) {
            Some(Mark { slot: Some(slot), bytes: Some(held) }) => (*slot, *held),
            _ => return Err(none()),
        };
        let size = kind.element_size();
        if !offset.is_multiple_of(size) || !len.is_multiple_of(size) {
            return Err(invalid("offset and len are no multiples of an element"));
        }
        if offset.checked_add(len).is_none_or(|end| end > held) {
            return Err(invalid("offset and len are not inside the buffer"));
        }
        builder.value(|builder, at| builder.view(at, kind, slot, offset, len))
    })
}
