//! Options of mains and renderers, as C sets them.
#![expect(unsafe_code, reason = "reads structs whose size the caller tells")]

use crate::border::deadline;
use crate::status::ringmain_status::RINGMAIN_INVALID_ARGUMENT;
use crate::status::{Failure, invalid, usage};
use engine::{MainOptions, RendererOptions, Segments, Trust, WaitPolicy};

/// How a side waits before it sleeps.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub enum ringmain_wait_policy {
    /// Polls as long as that has paid lately, 50 microseconds at most, then sleeps. The default.
    RINGMAIN_WAIT_ADAPTIVE = 0,
    /// Sleeps at once.
    RINGMAIN_WAIT_PARK = 1,
    /// Polls for ever, on a CPU of its own.
    RINGMAIN_WAIT_SPIN = 2,
}

/// What a main is made with. Begin with `RINGMAIN_MAIN_OPTIONS_INIT`; zero is the default of each, which its
/// comment names.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ringmain_main_options {
    /// sizeof(ringmain_main_options)
    pub size: usize,
    /// Bytes of each of a session's three rings: 1 MiB. Rounded up to a power of two; less than 64 KiB counts
    /// as that, more than 64 MiB too.
    pub ring_capacity: usize,
    /// Bytes kept for one renderer that does not read: 8 MiB.
    pub overflow_limit: usize,
    /// Bytes of the largest message, both ways, with what its values take beside their contents (12 at
    /// least): 1 GiB. More than 2 GiB less one counts as that.
    pub message_limit: usize,
    /// Bytes of messages that arrive in parts, of all renderers together: 2 GiB.
    pub gather_limit: usize,
    /// Sessions that a monitor is shown: 4,096, and no more.
    pub monitored_sessions: usize,
    /// A ringmain_wait_policy.
    pub wait_policy: u32,
    /// 1: renderers never write what they have sent, and messages are read where they lie. A promise: one
    /// that breaks it can make main do anything.
    pub trust_in_place: u32,
    /// 1: sessions' memory has names in /dev/shm. For renderers that cannot be passed descriptors. A
    /// promise that no process of this user touches it: one that does can end main, or make it do anything.
    pub named_segments: u32,
    /// Not used, zero.
    pub reserved: u32,
}

/// What a renderer attaches with. Begin with `RINGMAIN_RENDERER_OPTIONS_INIT`; zero is the default of each.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ringmain_renderer_options {
    /// sizeof(ringmain_renderer_options)
    pub size: usize,
    /// How long to wait for a main that is not there: 0 not at all, -1 for ever.
    pub wait_ms: i64,
    /// A ringmain_wait_policy.
    pub wait_policy: u32,
    /// 1: attaches to no main whose segments have names.
    pub refuse_named_segments: u32,
}

/// A copy of a struct that starts with its size: what the caller's does not have is zero.
///
/// # Safety
/// `given` is NULL or points to `size` bytes, which is its first member; all-zero is a valid `T`, and so is
/// any other pattern.
unsafe fn sized<T: Copy>(given: *const T) -> Result<Option<T>, Failure> {
    if given.is_null() {
        return Ok(None);
    }
    // SAFETY: the first member, by the caller's promise.
    let size = unsafe { given.cast::<usize>().read() };
    if size < size_of::<usize>() {
        return Err(invalid("options without their size"));
    }
    let mut copy = std::mem::MaybeUninit::<T>::zeroed();
    let len = size.min(size_of::<T>());
    // SAFETY: `len` bytes are readable there and writable here.
    unsafe { copy.as_mut_ptr().cast::<u8>().copy_from_nonoverlapping(given.cast(), len) };
    // SAFETY: zeros and integers, valid by the caller's promise.
    Ok(Some(unsafe { copy.assume_init() }))
}

fn policy(number: u32) -> Result<WaitPolicy, Failure> {
    match number {
        0 => Ok(WaitPolicy::Adaptive),
        1 => Ok(WaitPolicy::Park),
        2 => Ok(WaitPolicy::Spin),
        _ => Err(invalid("wait_policy is no ringmain_wait_policy")),
    }
}

fn flag(number: u32, what: &'static str) -> Result<bool, Failure> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(usage(RINGMAIN_INVALID_ARGUMENT, format!("{what} is neither 0 nor 1"))),
    }
}

/// # Safety
/// As [`sized`].
pub(crate) unsafe fn main_options(
    given: *const ringmain_main_options,
) -> Result<MainOptions, Failure> {
    let mut options = MainOptions::new();
    // SAFETY: the caller's promise; the struct is of integers.
    let Some(given) = (unsafe { sized(given) })? else { return Ok(options) };
    type Set = fn(MainOptions, usize) -> MainOptions;
    let sizes: [(usize, Set); 5] = [
        (given.ring_capacity, MainOptions::ring_capacity),
        (given.overflow_limit, MainOptions::overflow_limit),
        (given.message_limit, MainOptions::message_limit),
        (given.gather_limit, MainOptions::gather_limit),
        (given.monitored_sessions, MainOptions::monitored_sessions),
    ];
    for (size, set) in sizes.into_iter().filter(|(size, _)| *size > 0) {
        options = set(options, size);
    }
    options = options.wait_policy(policy(given.wait_policy)?);
    if flag(given.trust_in_place, "trust_in_place")? {
        // SAFETY: the header asks for the same promise.
        options = unsafe { options.trust(Trust::InPlace) };
    }
    if flag(given.named_segments, "named_segments")? {
        // SAFETY: the header asks for the same promise.
        options = unsafe { options.segments(Segments::Named) };
    }
    Ok(options)
}

/// # Safety
/// As [`sized`].
pub(crate) unsafe fn renderer_options(
    given: *const ringmain_renderer_options,
) -> Result<RendererOptions, Failure> {
    let mut options = RendererOptions::new();
    // SAFETY: the caller's promise; the struct is of integers.
    let Some(given) = (unsafe { sized(given) })? else { return Ok(options) };
    options = options.wait_policy(policy(given.wait_policy)?);
    if given.wait_ms != 0 {
        let far = || deadline(i64::from(u32::MAX));
        if let Some(deadline) = deadline(given.wait_ms).or_else(far) {
            options = options.wait_until(deadline);
        }
    }
    if flag(given.refuse_named_segments, "refuse_named_segments")? {
        options = options.refuse_named_segments();
    }
    Ok(options)
}
