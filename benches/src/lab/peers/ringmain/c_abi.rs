//! The C ABI from C: what `benches/c/level.c` does with it, which this hands the payloads to.
#![expect(unsafe_code, reason = "calls C, and is called back by it")]

use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::Arc;

use libloading::{Library, Symbol};

use super::policy;
use crate::Result;
use crate::lab::{
    Abilities, Case, Client, Contender, End, Flow, Kind, Sample, Server, Traffic, c_library,
    workload,
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
        // SAFETY: what it runs when it is loaded is the library's, which runs nothing.
        let library = unsafe { Library::new(c_library::path()?) }?;
        let functions = Functions::of(&library)?;
        workload::run(
            end,
            |traffic| Level::renderer(&functions, end, &case, traffic),
            |traffic| Level::main(&functions, end, &case, traffic),
        )
    }
}

/// `struct harness`.
#[repr(C)]
struct Harness {
    traffic: *const Traffic,
    write: extern "C" fn(*const Traffic, *mut u8, usize),
    read: extern "C" fn(*const Traffic, *const u8, usize) -> bool,
    fail: extern "C" fn(*const Traffic, *const c_char),
    len: usize,
    wait_policy: u32,
}

extern "C" fn write(traffic: *const Traffic, bytes: *mut u8, len: usize) {
    // SAFETY: the level's end keeps the traffic for as long as it has the level.
    let traffic = unsafe { &*traffic };
    // SAFETY: the caller's buffer of `len` bytes, all of them written before.
    traffic.write(unsafe { std::slice::from_raw_parts_mut(bytes, len) });
}

extern "C" fn read(traffic: *const Traffic, bytes: *const u8, len: usize) -> bool {
    // SAFETY: as in `write`.
    let traffic = unsafe { &*traffic };
    if bytes.is_null() {
        return traffic.read(&[]) == Flow::Last;
    }
    // SAFETY: the caller's message.
    traffic.read(unsafe { std::slice::from_raw_parts(bytes, len) }) == Flow::Last
}

extern "C" fn fail(traffic: *const Traffic, why: *const c_char) {
    // SAFETY: as in `write`.
    let traffic = unsafe { &*traffic };
    // SAFETY: a text of the library's.
    traffic.fail(&unsafe { CStr::from_ptr(why) }.to_string_lossy());
}

type Open<'l> =
    Symbol<'l, unsafe extern "C" fn(*const c_char, usize, *const Harness) -> *mut c_void>;
type Attach<'l> = Symbol<'l, unsafe extern "C" fn(*const c_char, *const Harness) -> *mut c_void>;
type Act<'l> = Symbol<'l, unsafe extern "C" fn(*mut c_void) -> i32>;
type Close<'l> = Symbol<'l, unsafe extern "C" fn(*mut c_void)>;
type Told<'l> = Symbol<'l, unsafe extern "C" fn() -> *const c_char>;

/// A function of level.c, of the type that it has there: asked for by `Functions` only.
fn exported<'l, F>(library: &'l Library, name: &str) -> Result<Symbol<'l, F>> {
    // SAFETY: the types above are those of level.c.
    Ok(unsafe { library.get(name) }?)
}

/// What level.c exports.
struct Functions<'l> {
    main: Open<'l>,
    renderer: Attach<'l>,
    run: Act<'l>,
    call: Act<'l>,
    claim: Act<'l>,
    close: Close<'l>,
    error: Told<'l>,
}

impl<'l> Functions<'l> {
    fn of(library: &'l Library) -> Result<Self> {
        Ok(Self {
            main: exported(library, "level_main")?,
            renderer: exported(library, "level_renderer")?,
            run: exported(library, "level_run")?,
            call: exported(library, "level_call")?,
            claim: exported(library, "level_claim")?,
            close: exported(library, "level_close")?,
            error: exported(library, "level_error")?,
        })
    }

    fn failed(&self) -> Box<dyn std::error::Error> {
        // SAFETY: it can always be called.
        let text = unsafe { (self.error)() };
        // SAFETY: a text of this thread's, valid until its next call.
        unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned().into()
    }
}

/// One end. C has the address of the traffic, which this keeps.
struct Level<'f> {
    functions: &'f Functions<'f>,
    level: *mut c_void,
    _traffic: Arc<Traffic>,
}

impl<'f> Level<'f> {
    fn main(
        functions: &'f Functions<'f>,
        end: &End,
        case: &Case,
        traffic: &Arc<Traffic>,
    ) -> Result<Self> {
        Self::open(functions, end, case, traffic, |name, harness| {
            // SAFETY: both live during the call, and the traffic until the level is closed.
            unsafe { (functions.main)(name, super::ring_capacity(case), harness) }
        })
    }

    fn renderer(
        functions: &'f Functions<'f>,
        end: &End,
        case: &Case,
        traffic: &Arc<Traffic>,
    ) -> Result<Self> {
        Self::open(functions, end, case, traffic, |name, harness| {
            // SAFETY: as for `main`.
            unsafe { (functions.renderer)(name, harness) }
        })
    }

    fn open(
        functions: &'f Functions<'f>,
        end: &End,
        case: &Case,
        traffic: &Arc<Traffic>,
        make: impl FnOnce(*const c_char, *const Harness) -> *mut c_void,
    ) -> Result<Self> {
        let harness = Harness {
            traffic: Arc::as_ptr(traffic),
            write,
            read,
            fail,
            len: case.len,
            wait_policy: match policy(case) {
                WaitPolicy::Adaptive => 0,
                WaitPolicy::Park => 1,
                WaitPolicy::Spin => 2,
            },
        };
        let level = make(CString::new(end.plan.token.as_str())?.as_ptr(), &raw const harness);
        let opened = Self { functions, level, _traffic: Arc::clone(traffic) };
        if level.is_null() { Err(functions.failed()) } else { Ok(opened) }
    }

    #[inline]
    fn act(&self, act: &Act<'_>) -> Result<()> {
        // SAFETY: it is not closed.
        let status = unsafe { act(self.level) };
        if status == 0 { Ok(()) } else { Err(self.functions.failed()) }
    }
}

impl Client for Level<'_> {
    #[inline]
    fn send(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        self.act(&self.functions.claim)
    }

    #[inline]
    fn call(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        self.act(&self.functions.call)
    }
}

impl Server for Level<'_> {
    fn sink(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        self.act(&self.functions.run)
    }

    fn echo(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        self.act(&self.functions.run)
    }
}

impl Drop for Level<'_> {
    fn drop(&mut self) {
        if !self.level.is_null() {
            // SAFETY: it is closed once.
            unsafe { (self.functions.close)(self.level) };
        }
    }
}
