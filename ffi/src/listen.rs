//! Listeners and handlers.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{at, call, offer, text};
use crate::callback::{Callback, Retire, Set, User, ringmain_destroy};
use crate::endpoint::{Either, ringmain};
use crate::event::{Cause, deliver, ringmain_event, with_values};
use crate::reply::{Answer, ringmain_reply};
use crate::status::ringmain_status::*;
use crate::status::{Failure, null, ringmain_status, usage};
use crate::table::{Entry, Place, Table};
use crate::value::ringmain_value;
use engine::{Args, ArgsRef, BoxError, Event, InvokeEvent, RendererEvent, Value};
use std::ffi::{c_char, c_void};
use std::sync::{Arc, Weak};

/// Called with a message, where its endpoint dispatches.
///
/// @param user what it was given with
/// @param args count values, valid during the call
pub type ringmain_listener = Option<
    extern "C" fn(
        user: *mut c_void,
        event: *const ringmain_event,
        args: *const ringmain_value,
        count: usize,
    ),
>;

/// Called with a request, where main dispatches. It must not block: whoever wants to take time keeps the
/// reply and answers later, from any thread.
///
/// @param user what it was given with
/// @param args count values, valid during the call
/// @param reply the callee's: to be ended, once, by `ringmain_reply_value`, `ringmain_reply_error` or
///        `ringmain_reply_free`
pub type ringmain_handler = Option<
    extern "C" fn(
        user: *mut c_void,
        event: *const ringmain_event,
        args: *const ringmain_value,
        count: usize,
        reply: *mut ringmain_reply,
    ),
>;

/// A listener in the engine.
struct Listening {
    callback: Arc<Callback<Set<ringmain_listener>>>,
    /// For one that is called once: where to cross it out.
    once: Option<(Weak<Table>, u64)>,
}

impl Listening {
    fn deliver(&self, cause: Cause<'_>, args: ArgsRef<'_>) -> Result<(), BoxError> {
        let mut called = Ok(());
        let delivered = deliver(cause, |event| {
            called = with_values(args, |args| {
                self.callback.call(|listener, user| {
                    listener(user, event, args.as_ptr(), args.len());
                });
            });
        });
        if let Some((table, number)) = &self.once {
            cross_out(table, *number, &*self.callback);
        }
        called?;
        delivered
    }
}

/// What was called once is over.
fn cross_out(table: &Weak<Table>, number: u64, callback: &dyn Retire) {
    callback.retire();
    if let Some(table) = table.upgrade() {
        table.remove(number);
    }
}

/// Enters a callback that the engine has already. One that was called once meanwhile is over, and was not
/// in the table to be crossed out.
fn enter<F: Copy + Send + Sync + 'static>(
    table: &Table,
    number: u64,
    place: Place,
    callback: &Arc<Callback<F>>,
) {
    table.insert(number, Entry { place, callback: callback.clone() });
    if callback.is_retired() {
        table.remove(number);
    }
}

/// Adds a listener behind those that the channel has.
///
/// @param user passed to every call
/// @param destroy NULL, or called once with `user` when the listener is not called any more; also if
///        this call fails
/// @param number NULL, or a place for what `ringmain_off` takes
/// @returns INVALID_ARGUMENT; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_on(
    handle: *const ringmain,
    channel: *const c_char,
    listener: ringmain_listener,
    user: *mut c_void,
    destroy: ringmain_destroy,
    number: *mut u64,
) -> ringmain_status {
    let user = User::new(user, destroy);
    // SAFETY: the header asks for pointers that are NULL or valid.
    call(|| unsafe { listen(handle, channel, listener, user, number, false) })
}

/// The same for one call at most.
///
/// @returns as `ringmain_on`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_once(
    handle: *const ringmain,
    channel: *const c_char,
    listener: ringmain_listener,
    user: *mut c_void,
    destroy: ringmain_destroy,
    number: *mut u64,
) -> ringmain_status {
    let user = User::new(user, destroy);
    // SAFETY: the header asks for pointers that are NULL or valid.
    call(|| unsafe { listen(handle, channel, listener, user, number, true) })
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn listen(
    handle: *const ringmain,
    channel: *const c_char,
    listener: ringmain_listener,
    user: User,
    number: *mut u64,
    once: bool,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let (handle, channel) = unsafe { (at(handle, "handle")?, text(channel, "channel")?) };
    let listener = listener.ok_or_else(|| null("listener"))?;
    let endpoint = handle.own_role()?;
    let callback = Arc::new(Callback::new(listener, user));
    let own = handle.table.reserve();
    let once = once.then(|| (Arc::downgrade(&handle.table), own));
    let is_once = once.is_some();
    let listening = Listening { callback: Arc::clone(&callback), once };
    let id = match endpoint {
        Either::Main(main) => {
            let call = move |event: &Event<'_>, args: ArgsRef<'_>| {
                listening.deliver(Cause::Main(event), args)
            };
            if is_once { main.once(channel, call) } else { main.on(channel, call) }
        }
        Either::Renderer(renderer) => {
            let call = move |event: &RendererEvent<'_>, args: ArgsRef<'_>| {
                listening.deliver(Cause::Renderer(event.channel()), args)
            };
            if is_once { renderer.once(channel, call) } else { renderer.on(channel, call) }
        }
    };
    enter(&handle.table, own, Place::Listener { channel: channel.into(), id }, &callback);
    // SAFETY: the caller's promise.
    unsafe { offer(number, own) };
    Ok(())
}

/// Takes a callback of any kind away. None of its calls begins after this has returned, and none goes on but
/// one that this is called from. Waits for one that goes on in another thread.
///
/// @param number what `ringmain_on` and its like have given
/// @returns NOT_FOUND if it was taken away, or was called once and is over; INVALID_ARGUMENT; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_off(handle: *const ringmain, number: u64) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let handle = unsafe { at(handle, "handle") }?;
        let endpoint = handle.own_role()?;
        let none = || usage(RINGMAIN_NOT_FOUND, "no callback has this number");
        leave(endpoint, &handle.table.remove(number).ok_or_else(none)?);
        Ok(())
    })
}

fn leave(endpoint: Either<'_>, entry: &Entry) {
    match endpoint {
        Either::Main(main) => entry.leave_main(main),
        Either::Renderer(renderer) => entry.leave_renderer(renderer),
    }
}

/// Takes all listeners of a channel away, or of all channels; handlers and hooks stay.
///
/// @param channel NULL for all
/// @returns INVALID_ARGUMENT; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_off_all(
    handle: *const ringmain,
    channel: *const c_char,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let handle = unsafe { at(handle, "handle") }?;
        let endpoint = handle.own_role()?;
        let wanted = match channel.is_null() {
            true => None,
            // SAFETY: as above.
            false => Some(unsafe { text(channel, "channel") }?),
        };
        let is_one = |place: &Place| match place {
            Place::Listener { channel, .. } => wanted.is_none_or(|wanted| **channel == *wanted),
            _ => false,
        };
        handle.table.drain(is_one).iter().for_each(|entry| leave(endpoint, entry));
        Ok(())
    })
}

/// Sets what answers `invoke` on a channel, of which there is one.
///
/// @param once for one request only
/// @param user passed to every call
/// @param destroy as for `ringmain_on`
/// @param number NULL, or a place for what `ringmain_off` takes
/// @returns DUPLICATE_HANDLER; INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_handle(
    handle: *const ringmain,
    channel: *const c_char,
    once: bool,
    handler: ringmain_handler,
    user: *mut c_void,
    destroy: ringmain_destroy,
    number: *mut u64,
) -> ringmain_status {
    let user = User::new(user, destroy);
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let (handle, channel) = unsafe { (at(handle, "handle")?, text(channel, "channel")?) };
        let handler = handler.ok_or_else(|| null("handler"))?;
        let main = handle.main()?;
        let callback = Arc::new(Callback::new(handler, user));
        let own = handle.table.reserve();
        let crossed = once.then(|| (Arc::downgrade(&handle.table), own));
        let called = Arc::clone(&callback);
        let answer = move |event: InvokeEvent, args: Args| {
            let answer = ask(&called, &event, &args);
            if let Some((table, number)) = &crossed {
                cross_out(table, *number, &*called);
            }
            answer
        };
        if once { main.handle_once(channel, answer) } else { main.handle(channel, answer) }?;
        let place = Place::Handler { channel: channel.into() };
        enter(&handle.table, own, place, &callback);
        // SAFETY: as above.
        unsafe { offer(number, own) };
        Ok(())
    })
}

/// Calls a handler; what it returns is the answer, once there is one.
fn ask(
    callback: &Callback<Set<ringmain_handler>>,
    event: &InvokeEvent,
    args: &Args,
) -> impl Future<Output = Result<Value, BoxError>> + Send + use<> {
    let answer = Answer::new();
    let reply = answer.clone();
    // It answers by itself where it fails.
    let _ = deliver(Cause::Invoke(event, &answer), |event| {
        let called = with_values(args.view(), |args| {
            callback.call(|handler, user| {
                let reply = ringmain_reply::invoke(reply);
                handler(user, event, args.as_ptr(), args.len(), reply);
            });
        });
        if let Err(error) = called {
            answer.settle(Err(error.to_string()));
        }
    });
    answer
}
