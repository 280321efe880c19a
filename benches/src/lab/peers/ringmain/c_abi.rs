//! The C ABI from C: what `benches/c/level.c` does with it, which this hands the payloads to. It is linked as
//! with the static library: calls of the shared one go through pointers, which takes a `sendSync` some 100 ns
//! more where processors guard these.
#![expect(unsafe_code, reason = "calls C, and is called back by it")]

use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::Arc;

use super::policy;
use crate::Result;
use crate::lab::{
    Abilities, Case, Client, Contender, End, Flow, Kind, Sample, Server, Traffic, workload,
};
use ringmain::WaitPolicy;

/// What is asked of the C ABI.
pub(crate) enum CAbi {
    /// `ringmain_send_sync` with bytes, answered by `ringmain_event_return` with as many.
    SendSync,
    /// `ringmain_claim` and `ringmain_commit` towards main.
    Claim,
}

impl Contender for CAbi {
    fn name(&self) -> &'static str {
        match self {
            Self::SendSync => "ringmain send_sync from C",
            Self::Claim => "ringmain claim to main from C",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Ringmain
    }

    fn abilities(&self) -> Abilities {
        let calls = matches!(self, Self::SendSync);
        Abilities { round_trip: calls, one_way: !calls, lens: 0..=1 << 20, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        workload::run(
            end,
            |traffic| Level::renderer(end, &case, traffic),
            |traffic| Level::main(end, &case, traffic),
        )
    }
}

/// `struct harness`.
#[repr(C)]
struct Harness {
    traffic: *const c_void,
    len: usize,
    wait_policy: u32,
}

/// `struct level`.
#[repr(C)]
struct Inner {
    _private: [u8; 0],
}

unsafe extern "C" {
    fn level_main(name: *const c_char, ring: usize, harness: *const Harness) -> *mut Inner;
    fn level_renderer(name: *const c_char, harness: *const Harness) -> *mut Inner;
    fn level_run(level: *mut Inner) -> u32;
    fn level_payload(level: *mut Inner) -> *mut u8;
    fn level_call(level: *mut Inner, bytes: *mut *const u8, len: *mut usize) -> u32;
    fn level_claim(level: *mut Inner) -> *mut u8;
    fn level_commit(level: *mut Inner) -> u32;
    fn level_close(level: *mut Inner);
}

/// Called by the level with a message; writes the answer if there is a place for it. Whether it was the last.
///
/// # Safety
/// The traffic is [`Harness`]'s, and what the others point to is valid.
#[unsafe(no_mangle)]
unsafe extern "C" fn harness_exchange(
    traffic: *const c_void,
    bytes: *const u8,
    len: usize,
    answer: *mut u8,
    answer_len: usize,
) -> bool {
    // SAFETY: the level's end keeps the traffic for as long as it has the level.
    let traffic = unsafe { &*traffic.cast::<Traffic>() };
    // SAFETY: the caller's message.
    let flow = traffic.read(unsafe { given(bytes, len) });
    if !answer.is_null() {
        // SAFETY: the caller's buffer.
        traffic.write(unsafe { std::slice::from_raw_parts_mut(answer, answer_len) });
    }
    flow == Flow::Last
}

/// Called by the level with what went wrong.
///
/// # Safety
/// The traffic is [`Harness`]'s, and the text valid.
#[unsafe(no_mangle)]
unsafe extern "C" fn harness_fail(traffic: *const c_void, why: *const c_char) {
    // SAFETY: as in `harness_exchange`.
    let traffic = unsafe { &*traffic.cast::<Traffic>() };
    // SAFETY: a text of the library's.
    traffic.fail(&unsafe { CStr::from_ptr(why) }.to_string_lossy());
}

/// Bytes of C's, none for NULL.
///
/// # Safety
/// NULL, or valid for `'b`.
unsafe fn given<'b>(bytes: *const u8, len: usize) -> &'b [u8] {
    if bytes.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(bytes, len) }
}

fn failed() -> Box<dyn std::error::Error> {
    let text = ringmain_c::status::ringmain_last_error();
    // SAFETY: a text of this thread's, valid until its next call.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned().into()
}

fn done(status: u32) -> Result<()> {
    if status == 0 { Ok(()) } else { Err(failed()) }
}

/// One end. C has the address of the traffic, which this keeps.
struct Level {
    inner: *mut Inner,
    len: usize,
    _traffic: Arc<Traffic>,
}

impl Level {
    fn main(end: &End, case: &Case, traffic: &Arc<Traffic>) -> Result<Self> {
        Self::open(end, case, traffic, |name, harness| {
            // SAFETY: both live during the call, and the traffic until the level is closed.
            unsafe { level_main(name, super::ring_capacity(case), harness) }
        })
    }

    fn renderer(end: &End, case: &Case, traffic: &Arc<Traffic>) -> Result<Self> {
        Self::open(end, case, traffic, |name, harness| {
            // SAFETY: as for `main`.
            unsafe { level_renderer(name, harness) }
        })
    }

    fn open(
        end: &End,
        case: &Case,
        traffic: &Arc<Traffic>,
        make: impl FnOnce(*const c_char, *const Harness) -> *mut Inner,
    ) -> Result<Self> {
        let wait_policy = match policy(case) {
            WaitPolicy::Adaptive => 0,
            WaitPolicy::Park => 1,
            WaitPolicy::Spin => 2,
        };
        let (len, traffic) = (case.len, Arc::clone(traffic));
        let harness = Harness { traffic: Arc::as_ptr(&traffic).cast(), len, wait_policy };
        let inner = make(CString::new(end.plan.token.as_str())?.as_ptr(), &raw const harness);
        if inner.is_null() { Err(failed()) } else { Ok(Self { inner, len, _traffic: traffic }) }
    }

    fn run(&self) -> Result<()> {
        // SAFETY: it is not closed, here and below.
        done(unsafe { level_run(self.inner) })
    }
}

impl Client for Level {
    #[inline]
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        // SAFETY: it is not closed.
        let place = unsafe { level_claim(self.inner) };
        if place.is_null() {
            return Err(failed());
        }
        // SAFETY: a claim of so many bytes, which are the renderer's own memory.
        traffic.write(unsafe { std::slice::from_raw_parts_mut(place, self.len) });
        // SAFETY: as above.
        done(unsafe { level_commit(self.inner) })
    }

    #[inline]
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        // SAFETY: it is not closed.
        let payload = unsafe { level_payload(self.inner) };
        // SAFETY: a buffer of so many bytes.
        traffic.write(unsafe { std::slice::from_raw_parts_mut(payload, self.len) });
        let (mut bytes, mut len) = (std::ptr::null(), 0);
        // SAFETY: as above.
        done(unsafe { level_call(self.inner, &raw mut bytes, &raw mut len) })?;
        // SAFETY: the answer stays until the next call.
        let _ = traffic.read(unsafe { given(bytes, len) }); // the last is known here
        Ok(())
    }
}

impl Server for Level {
    fn sink(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        self.run()
    }

    fn echo(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        self.run()
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        // SAFETY: it is closed once.
        unsafe { level_close(self.inner) };
    }
}
