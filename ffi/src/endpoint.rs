//! The handle: a main or a renderer, and everything that both can do.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, at, call, deadline, put, text};
use crate::options::{
    main_options, renderer_options, ringmain_main_options, ringmain_renderer_options,
};
use crate::status::ringmain_status::*;
use crate::status::{Failure, invalid, null, ringmain_status, usage};
use crate::table::Table;
use crate::web_contents::ringmain_web_contents;
use engine::{Error, IpcMain, IpcRenderer};
use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A main or a renderer. Usable from any thread, by several at once; `ringmain_free` ends that.
#[derive(Debug)]
pub struct ringmain {
    role: Role,
    pub(crate) table: Arc<Table>,
    closed: AtomicBool,
    /// Who made it.
    process: u32,
}

#[derive(Debug)]
enum Role {
    Main(IpcMain),
    Renderer(IpcRenderer),
}

impl ringmain {
    fn new(role: Role) -> Box<Self> {
        let table = Arc::new(Table::new());
        Box::new(Self { role, table, closed: AtomicBool::new(false), process: std::process::id() })
    }

    fn of_main(main: IpcMain) -> Box<Self> {
        let handle = Self::new(Role::Main(main.clone()));
        let table = Arc::downgrade(&handle.table);
        main.on_diagnostic(move |diagnostic| Table::tell(&table, &diagnostic.to_string()));
        handle
    }

    fn of_renderer(renderer: IpcRenderer) -> Box<Self> {
        let handle = Self::new(Role::Renderer(renderer.clone()));
        let table = Arc::downgrade(&handle.table);
        renderer.on_uncaught(move |channel, error| {
            Table::tell(
                &table,
                &format!("Uncaught exception in a listener of '{channel}': {error}"),
            );
        });
        handle
    }

    /// The main that this is.
    pub(crate) fn main(&self) -> Result<&IpcMain, Failure> {
        self.own()?;
        self.open()?;
        match &self.role {
            Role::Main(main) => Ok(main),
            Role::Renderer(_) => Err(usage(RINGMAIN_WRONG_ROLE, "this is a renderer")),
        }
    }

    /// The renderer that this is.
    #[inline]
    pub(crate) fn renderer(&self) -> Result<&IpcRenderer, Failure> {
        match &self.role {
            Role::Renderer(renderer) => Ok(renderer),
            Role::Main(_) => Err(usage(RINGMAIN_WRONG_ROLE, "this is a main")),
        }
    }

    /// Whether this is the process that made it. If not, threads that the fork has left behind may hold its
    /// locks for ever, and nothing here may be touched. Calls that the engine answers so itself need not ask.
    pub(crate) fn own(&self) -> Result<(), Failure> {
        match self.process == std::process::id() {
            true => Ok(()),
            false => Err(Error::Forked.into()),
        }
    }

    fn open(&self) -> Result<&Role, Failure> {
        match self.closed.load(Ordering::Relaxed) {
            true => Err(Error::Disconnected.into()),
            false => Ok(&self.role),
        }
    }

    /// What this is, in the process that made it, and has not been closed.
    pub(crate) fn own_role(&self) -> Result<Either<'_>, Failure> {
        self.own()?;
        self.either()
    }

    /// What this is, and has not been closed.
    pub(crate) fn either(&self) -> Result<Either<'_>, Failure> {
        Ok(match self.open()? {
            Role::Main(main) => Either::Main(main),
            Role::Renderer(renderer) => Either::Renderer(renderer),
        })
    }

    fn close(&self, timeout_ms: i64) -> Result<(), Failure> {
        self.own()?;
        let flushed = match &self.role {
            Role::Main(main) if timeout_ms != 0 && !self.closed.load(Ordering::Relaxed) => {
                // For ever is until the clock ends.
                let far = || deadline(i64::from(u32::MAX));
                match deadline(timeout_ms).or_else(far) {
                    Some(deadline) => main.close_until(deadline)?,
                    None => false,
                }
            }
            Role::Main(main) => {
                main.close();
                true
            }
            Role::Renderer(renderer) => {
                renderer.close();
                true
            }
        };
        self.closed.store(true, Ordering::Relaxed);
        self.table.retire_all();
        if flushed { Ok(()) } else { Err(Error::Deadline.into()) }
    }
}

/// A handle by its role.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Either<'a> {
    Main(&'a IpcMain),
    Renderer(&'a IpcRenderer),
}

/// Makes a main, and gives its handle.
///
/// @param endpoint the name that renderers find it by: 1 to 64 of [A-Za-z0-9._-]; or NULL for a main whose
///        renderers are only those that it spawns
/// @param options NULL for the defaults
/// @returns INVALID_ARGUMENT; ENDPOINT_NAME; ENDPOINT_IN_USE while a living main has the name;
///          PERMISSION_DENIED if the directory for endpoints is not this user's alone; EXHAUSTED; SYSTEM
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_bind(
    endpoint: *const c_char,
    options: *const ringmain_main_options,
    handle: *mut *mut ringmain,
) -> ringmain_status {
    border::quiet();
    call(|| {
        if handle.is_null() {
            return Err(null("handle"));
        }
        // SAFETY: the header asks for pointers that are NULL or valid.
        let options = unsafe { main_options(options) }?;
        let main = match endpoint.is_null() {
            true => options.build()?,
            // SAFETY: as above.
            false => options.bind(unsafe { text(endpoint, "endpoint") }?)?,
        };
        let made = Box::into_raw(ringmain::of_main(main));
        // SAFETY: as above.
        unsafe { put(handle, made, "handle") }
    })
}

/// Makes a renderer, attached to the main that is bound to `endpoint`. Blocks until main has answered, five
/// seconds at most, and for a main to appear as long as the options say.
///
/// @param options NULL for the defaults
/// @returns INVALID_ARGUMENT; NO_MAIN; ENDPOINT_NAME; PERMISSION_DENIED; VERSION_MISMATCH; LAYOUT_MISMATCH;
///          SEGMENTS_REFUSED; MAIN_GONE; EXHAUSTED; DEADLINE; SYSTEM
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_connect(
    endpoint: *const c_char,
    options: *const ringmain_renderer_options,
    handle: *mut *mut ringmain,
) -> ringmain_status {
    border::quiet();
    call(|| {
        if handle.is_null() {
            return Err(null("handle"));
        }
        // SAFETY: the header asks for pointers that are NULL or valid.
        let (options, endpoint) =
            unsafe { (renderer_options(options)?, text(endpoint, "endpoint")?) };
        let made = Box::into_raw(ringmain::of_renderer(options.connect(endpoint)?));
        // SAFETY: as above.
        unsafe { put(handle, made, "handle") }
    })
}

/// Makes a renderer, attached to the main that has spawned this process. Works once.
///
/// @param options NULL for the defaults
/// @returns NOT_SPAWNED; else as `ringmain_connect`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_from_env(
    options: *const ringmain_renderer_options,
    handle: *mut *mut ringmain,
) -> ringmain_status {
    border::quiet();
    call(|| {
        if handle.is_null() {
            return Err(null("handle"));
        }
        // SAFETY: the header asks for pointers that are NULL or valid.
        let options = unsafe { renderer_options(options) }?;
        let made = Box::into_raw(ringmain::of_renderer(options.from_env()?));
        // SAFETY: as above.
        unsafe { put(handle, made, "handle") }
    })
}

/// Starts a program as a renderer of this main; there, `ringmain_from_env` attaches. Messages may be sent to
/// it at once. It inherits the environment, and what this process has as stdin, stdout and stderr.
///
/// @param argv the program, found as a shell finds it, its arguments, and NULL
/// @param contents NULL, or a place for the renderer; `ringmain_web_contents_free` gives it back
/// @returns INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED; FORKED; EXHAUSTED; SYSTEM if it cannot be started
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_spawn(
    handle: *const ringmain,
    argv: *const *const c_char,
    contents: *mut *mut ringmain_web_contents,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let main = unsafe { at(handle, "handle") }?.main()?;
        // SAFETY: as above, and for an array that ends with NULL.
        let mut argv = unsafe { arguments(argv) }?.into_iter();
        let program = argv.next().ok_or_else(|| invalid("argv has no program"))?;
        let mut command = Command::new(program);
        command.args(argv);
        let spawned = main.spawn(command)?;
        if contents.is_null() {
            return Ok(());
        }
        // SAFETY: as above.
        unsafe { put(contents, ringmain_web_contents::boxed(spawned), "contents") }
    })
}

/// The texts of an array that ends with NULL.
unsafe fn arguments<'a>(argv: *const *const c_char) -> Result<Vec<&'a OsStr>, Failure> {
    let mut found = Vec::new();
    // SAFETY: the caller's promise.
    let mut at = unsafe { at(argv, "argv") }? as *const *const c_char;
    loop {
        // SAFETY: not behind the NULL that ends it.
        let argument = unsafe { at.read() };
        if argument.is_null() {
            return Ok(found);
        }
        // SAFETY: a text, by the caller's promise.
        found.push(OsStr::from_bytes(unsafe { CStr::from_ptr(argument) }.to_bytes()));
        // SAFETY: NULL was not reached.
        at = unsafe { at.add(1) };
    }
}

/// Attaches a renderer to the main that is bound to its endpoint now, and keeps listeners: what to do after
/// MAIN_GONE. The session is a new one; calls that waited for the old one answer MAIN_GONE.
///
/// @param timeout_ms how long to wait for a main: 0 not at all, -1 for ever
/// @returns as `ringmain_connect`; NOT_SPAWNED if this renderer was spawned, and its one session is used;
///          DISCONNECTED after a close; WOULD_DEADLOCK inside a callback; CLAIM_HELD; WRONG_ROLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_reconnect(
    handle: *const ringmain,
    timeout_ms: i64,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let renderer = unsafe { at(handle, "handle") }?.renderer()?;
        let far = || deadline(i64::from(u32::MAX));
        match deadline(timeout_ms).or_else(far) {
            Some(deadline) if timeout_ms != 0 => Ok(renderer.reconnect_until(deadline)?),
            _ => Ok(renderer.reconnect()?),
        }
    })
}

/// Ends all sessions, gives a main's endpoint up, and takes all callbacks away: none is called after this
/// has returned, but those further up on this thread's stack go on. Every later call but `ringmain_free`
/// answers DISCONNECTED. To close twice is no error.
///
/// @param timeout_ms what waits in main because renderers do not read: 0 loses it, more waits as long for
///        them, -1 for ever. Callbacks run meanwhile. Of no meaning for renderers, whose messages are in
///        shared memory once they are sent
/// @returns DEADLINE if something was lost; WOULD_DEADLOCK inside a callback, unless it loses it, and then
///          nothing was closed; CLAIM_HELD; FORKED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_close(
    handle: *const ringmain,
    timeout_ms: i64,
) -> ringmain_status {
    // SAFETY: the header asks for pointers that are NULL or valid.
    call(|| unsafe { at(handle, "handle") }?.close(timeout_ms))
}

/// Gives a handle back, and closes it first if it is open. No other call may use it any more, not even one
/// that goes on; not inside its own callbacks. NULL is ignored. In a forked child, what an inherited handle
/// holds stays until the child ends, and no destructor is called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_free(handle: *mut ringmain) {
    if handle.is_null() {
        return;
    }
    // SAFETY: one of ours, by the header, and nobody else's from here on.
    let handle = unsafe { Box::from_raw(handle) };
    if handle.own().is_err() {
        std::mem::forget(handle);
        return;
    }
    call(|| handle.close(0));
    border::value(|| drop(handle));
}
