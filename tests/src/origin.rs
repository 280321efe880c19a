//! Where the memory of the tests' sessions comes from.
//!
//! The tests of behaviour hold over sealed and over named segments alike, so they name neither: they take
//! [`options`], and a [`Stage`](crate::Stage) sees to it by itself. Sessions are sealed, but in the
//! programs of `tests/named*.rs`, which are made of the other files' tests, and where the environment has
//! `RINGMAIN_TEST_SEGMENTS=named`.

use ringmain::{MainOptions, Segments};
use std::process::Command;

const VARIABLE: &str = "RINGMAIN_TEST_SEGMENTS";

/// What the sessions of this process's mains are made of.
///
/// # Panics
/// If the environment names something else than `sealed` or `named`.
#[must_use]
pub fn segments() -> Segments {
    match std::env::var(VARIABLE).as_deref() {
        Ok("named") => Segments::Named,
        Ok("sealed") => Segments::Sealed,
        Ok(other) => panic!("{VARIABLE} is neither 'sealed' nor 'named': {other}"),
        Err(_) if is_of_the_named() => Segments::Named,
        Err(_) => Segments::Sealed,
    }
}

/// Whether this is a program that cargo built of `tests/named*.rs`.
fn is_of_the_named() -> bool {
    let program = std::env::current_exe().expect("no program");
    program.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"named"))
}

/// Default options of a main with segments of this process's.
#[must_use]
pub fn options() -> MainOptions {
    of_origin(MainOptions::new())
}

/// These options with segments of this process's.
#[must_use]
#[expect(unsafe_code, reason = "names want the caller's promise")]
pub fn of_origin(options: MainOptions) -> MainOptions {
    // SAFETY: the renderers are programs of ours, which keep to the engine; and the tests that cut a
    // segment short, or put another in its place, do so before either side reads or writes it.
    unsafe { options.segments(segments()) }
}

/// Has a program's mains make the same segments as ours.
pub(crate) fn pass_on(command: &mut Command) {
    if segments() == Segments::Named {
        command.env(VARIABLE, "named");
    }
}
