//! What sessions are and have done.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{at, call};
use crate::endpoint::ringmain;
use crate::status::{Failure, invalid, null, ringmain_status};
use crate::web_contents::ringmain_web_contents;
use engine::Counters;

/// A session, as one side sees it. Set `size` first; what the library does not know stays as it is.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct ringmain_info {
    /// sizeof(ringmain_info)
    pub size: usize,
    /// The id of the renderer's `webContents`.
    pub id: u32,
    /// The peer's process.
    pub process_id: u32,
    /// Bytes that wait in main because the renderer does not read. 0 in a renderer.
    pub queued_bytes: u64,
    /// Messages sent, calls and answers among them.
    pub sent: u64,
    /// Their bytes.
    pub sent_bytes: u64,
    /// Messages received.
    pub received: u64,
    /// Their bytes.
    pub received_bytes: u64,
    /// Times the peer slept and was woken.
    pub wakes: u64,
    /// Times this side slept inside a call that blocks.
    pub sleeps: u64,
    /// Times a ring was too full for a message.
    pub stalls: u64,
    /// Answers that came when nobody waited for them any more.
    pub late_answers: u64,
    /// Packets on the socket that no peer of ours sends.
    pub foreign_packets: u64,
    /// Whether the session is over. In a renderer always false: its calls say so.
    pub is_gone: bool,
}

impl ringmain_info {
    fn of(counters: Counters) -> Self {
        Self {
            sent: counters.sent,
            sent_bytes: counters.sent_bytes,
            received: counters.received,
            received_bytes: counters.received_bytes,
            wakes: counters.wakes,
            sleeps: counters.sleeps,
            stalls: counters.stalls,
            late_answers: counters.late_answers,
            foreign_packets: counters.foreign_packets,
            ..Self::default()
        }
    }

    /// Writes as much of it as the caller's struct has.
    ///
    /// # Safety
    /// `place` is NULL or has `size` bytes, which is its first member.
    unsafe fn give(self, place: *mut Self) -> Result<(), Failure> {
        if place.is_null() {
            return Err(null("info"));
        }
        // SAFETY: the first member, by the caller's promise.
        let size = unsafe { place.cast::<usize>().read() };
        if size < size_of::<usize>() {
            return Err(invalid("info without its size"));
        }
        let own = Self { size, ..self };
        let len = size.min(size_of::<Self>());
        // SAFETY: so many bytes are readable here and writable there; whole members are copied, as sizes
        // of earlier versions end between two.
        unsafe {
            place.cast::<u8>().copy_from_nonoverlapping((&raw const own).cast(), len);
        }
        Ok(())
    }
}

/// What a renderer is and has done.
///
/// @returns INVALID_ARGUMENT; WRONG_ROLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_renderer_info(
    handle: *const ringmain,
    info: *mut ringmain_info,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let renderer = unsafe { at(handle, "handle") }?.renderer()?;
        let (id, process_id) = (renderer.id(), renderer.main_process_id());
        let known = ringmain_info { id, process_id, ..ringmain_info::of(renderer.counters()) };
        // SAFETY: as above.
        unsafe { known.give(info) }
    })
}

/// What a renderer is, and what main's side of its session has done.
///
/// @returns INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_web_contents_info(
    contents: *const ringmain_web_contents,
    info: *mut ringmain_info,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let contents = unsafe { ringmain_web_contents::at(contents) }?;
        let known = ringmain_info {
            id: contents.id(),
            process_id: contents.process_id(),
            queued_bytes: contents.queued_bytes() as u64,
            is_gone: contents.is_destroyed(),
            ..ringmain_info::of(contents.counters())
        };
        // SAFETY: as above.
        unsafe { known.give(info) }
    })
}
