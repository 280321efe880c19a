//! A main under attack, what others get of it meanwhile, and what it is worth: the command `hostile`.
//!
//! ```text
//!   command              main process                 two honest processes: a flood, a call a
//!   Campaign  ─ pipes ─► IpcMain, default options ◄── millisecond, now and then 64 MiB
//!     phases, marks,     counts and checks        ◄── newcomers: attach, ask, go
//!     /proc, bars                                 ◄── the attack, or a burner of as many threads
//! ```
//! Every process is this program again, started with `role` and the words of its role. They hear of
//! phases through their standard input and report on their standard output: an attack on main disturbs
//! neither.

mod actor;
pub mod attacks;
mod bars;
mod burner;
mod campaign;
mod cases;
mod counts;
mod delays;
mod honest;
mod hosting;
mod kernel;
mod newcomers;
mod pulse;
mod report;
mod roles;

pub use bars::Bar;
pub use campaign::{Campaign, Pace};
pub use cases::{CASES, Case};
pub use report::Report;
pub use roles::play;

/// What honest processes and main do now: nothing is measured, beside a burner, beside the attack.
pub const PHASES: [&str; 3] = ["between", "burner", "attack"];
/// The phase beside a burner.
pub const BURNER: usize = 1;
/// The phase beside the attack.
pub const ATTACK: usize = 2;
