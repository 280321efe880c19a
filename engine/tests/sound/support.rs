//! What the programs share.

use ringmain::{Args, ArgsRef, Error};
use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// Reads all of a message, as whoever has it may, and then as the peer that checks it first.
pub(crate) fn read(args: &Args) {
    for argument in args.iter() {
        let _chars = argument.as_str().map(|text| text.chars().map(u64::from).sum::<u64>());
        let _parts = (argument.as_error().map(|error| error.to_string()), argument.as_view());
        let copy = argument.to_owned();
        assert_eq!(copy.to_string(), argument.to_string());
    }
    let _printed = args.to_string();
    let received = ArgsRef::check(args.archive());
    assert!(received.is_ok(), "a peer refuses it: {}", received.unwrap_err());
}

/// Reads what came out of a builder, if something did.
pub(crate) fn read_or_error(finished: Result<Args, Error>) {
    match finished {
        Ok(args) => read(&args),
        Err(error) => assert!(matches!(error, Error::Malformed(_)), "{error}"),
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic. A panic that was expected is not printed.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    let ran = catch_unwind(AssertUnwindSafe(run));
    QUIET.set(before);
    ran
}
