//! `ringmain top`: what a main and its renderers do, again and again.

mod columns;
mod keys;
mod live;
mod model;
mod order;
mod plain;
mod view;

use crate::failure::Failure;
use crate::output::Output;
use clap::Args;
use model::Picture;
use ringmain::Monitor;
use ringmain::upkeep::{EndpointState, EndpointView, endpoints};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

/// Shows what a main, its renderers and its channels do.
///
/// On a terminal the picture is renewed until `q`, Esc or Ctrl-C; Tab chooses a table, the arrows or s and S
/// the column that it is sorted by, r turns the order around, and up and down scroll. Main is not
/// disturbed, except that it counts by channel while somebody looks.
#[derive(Debug, Args)]
#[command(after_long_help = columns::HELP)]
pub(crate) struct Top {
    /// The main's endpoint; may be left out if only one main lives
    endpoint: Option<String>,

    /// Prints one plain picture, of one interval, as also happens if stdout is no terminal
    #[arg(long)]
    once: bool,

    /// Milliseconds between two looks
    #[arg(long, value_name = "MS", default_value_t = 1000,
          value_parser = clap::value_parser!(u64).range(50..=3_600_000))]
    interval: u64,
}

impl Top {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        let endpoint = match self.endpoint {
            Some(endpoint) => endpoint,
            None => only_one(endpoints()?)?,
        };
        let monitor = Monitor::connect(&endpoint)?;
        let interval = Duration::from_millis(self.interval);
        if self.once || !io::stdout().is_terminal() {
            return once(&monitor, interval);
        }
        match live::run(&monitor, interval)? {
            Some(last) => print(&last),
            None => Ok(ExitCode::SUCCESS),
        }
    }
}

/// The endpoint that is meant if none is named.
fn only_one(endpoints: Vec<EndpointView>) -> Result<String, Failure> {
    let is_alive = |view: &EndpointView| matches!(view.state, EndpointState::Alive { .. });
    let mut living: Vec<_> = endpoints.into_iter().filter(is_alive).map(|view| view.name).collect();
    match living.len() {
        1 => Ok(living.remove(0)),
        0 => Err(Failure::new("no main of this user is alive", "start one, then look again")),
        _ => Err(Failure::new(
            format!("several mains are alive: {}", living.join(", ")),
            "name one: ringmain top ENDPOINT",
        )),
    }
}

fn once(monitor: &Monitor, interval: Duration) -> Result<ExitCode, Failure> {
    let before = monitor.snapshot();
    std::thread::sleep(interval);
    let mut picture = Picture::between(&before, &monitor.snapshot());
    picture.is_over = monitor.is_main_gone();
    print(&picture)
}

fn print(picture: &Picture) -> Result<ExitCode, Failure> {
    let mut output = Output::stdout();
    plain::write(picture, &mut output)?;
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}
