//! What the two-process tests share.
//!
//! A test is one process and spawns the others: `renderer` attaches to the test's own main,
//! `lone_main` is a main that can be killed. Nothing here sleeps or looks at a clock; a test waits
//! for what must happen, and the [`Watchdog`] ends it if that does not.

pub mod any_value;
pub mod arena;
mod denied;
mod endpoint;
pub mod held;
pub mod hostile;
mod log;
mod main_process;
mod memory;
mod origin;
mod own_shm;
mod pattern;
mod process;
mod sources;
mod stage;
mod traffic;
pub mod types;
mod watchdog;

pub use denied::{deny, obey_denial};
pub use endpoint::UniqueEndpoint;
pub use log::Log;
pub use main_process::MainProcess;
pub use memory::{limit_address_space, resident};
pub use origin::{of_origin, options, segments};
pub use own_shm::{own_shm_files, remount_own_shm, with_own_shm};
pub use pattern::{contents, is_contents, is_numbered, is_of, many_lens, numbered, pattern};
pub use process::{
    die, in_a_child, is_a_child, kill, program, resume, stop, until_dead, until_eof,
};
pub use sources::sources;
pub use stage::{Departure, Stage, run_until};
pub use traffic::{archive_len, bytes_within, download, listed, upload};
pub use watchdog::Watchdog;

/// The command of a renderer that plays a scenario.
#[macro_export]
macro_rules! renderer {
    ($($word:expr),+ $(,)?) => {
        $crate::program(env!("CARGO_BIN_EXE_renderer"), &[$(&$word.to_string()),+])
    };
}

/// A [`MainProcess`] bound to an endpoint.
#[macro_export]
macro_rules! lone_main {
    ($endpoint:expr $(, $word:expr)* $(,)?) => {
        $crate::MainProcess::start($crate::program(
            env!("CARGO_BIN_EXE_lone_main"),
            &[$endpoint.name() $(, $word)*],
        ))
    };
}
