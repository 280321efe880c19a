//! `ringmain ls`: the endpoints of this user.

use crate::activity;
use crate::failure::{Failure, complain};
use crate::output::{Colour, Output};
use crate::table::{Side, Table};
use crate::units::span;
use clap::Args;
use ringmain::monitor::MainView;
use ringmain::upkeep::{EndpointState, EndpointView, endpoints};
use ringmain::{Error, Monitor};
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

/// Lists the endpoints of this user.
///
/// A main is `running` while it runs or dispatches, `elsewhere` outside of that (as one in an event loop of
/// its own mostly is), `stuck` if a listener has held it up for a second or longer, and `alive` if it
/// does not let itself be looked into. Of a `dead` one there are files left: `ringmain clean` removes
/// them, or the next main takes them over.
#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// Prints an array of objects instead of a table
    #[arg(long)]
    json: bool,
}

/// An endpoint, and what could be seen of its main.
#[derive(Debug)]
struct Entry {
    name: String,
    /// Zero: of another pid namespace.
    pid: Option<u32>,
    main: Option<MainView>,
    problem: Option<Error>,
}

impl Ls {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let endpoints = endpoints()?;
        // At once: a main that is stuck takes half a second to be looked into.
        let entries: Vec<_> = std::thread::scope(|scope| {
            let looks: Vec<_> =
                endpoints.into_iter().map(|view| scope.spawn(|| Entry::of(view))).collect();
            looks.into_iter().filter_map(|look| look.join().ok()).collect()
        });
        let mut output = Output::stdout();
        match self.json {
            true => output.json(&entries.iter().map(Entry::json).collect())?,
            false => table(&entries).write(&mut output)?,
        }
        output.flush()?;
        for entry in entries.iter().filter(|_| !self.json) {
            if let Some(problem) = &entry.problem {
                complain(&format!("{}: {problem}", entry.name));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(entries: &[Entry]) -> Table {
    let mut table = Table::new([
        ("NAME", Side::Left),
        ("STATE", Side::Left),
        ("PID", Side::Right),
        ("RENDERERS", Side::Right),
        ("UP", Side::Right),
    ]);
    for entry in entries {
        table.row(entry.cells(), (entry.state() == "stuck").then_some(Colour::Red));
    }
    table
}

impl Entry {
    fn of(view: EndpointView) -> Self {
        let EndpointState::Alive { pid } = view.state else {
            return Self { name: view.name, pid: None, main: None, problem: None };
        };
        match Monitor::connect(&view.name) {
            Ok(monitor) => {
                let main = Some(monitor.snapshot().main);
                Self { name: view.name, pid: Some(pid), main, problem: None }
            }
            // It has ended meanwhile.
            Err(Error::NoMain { .. } | Error::MainGone) => {
                Self { name: view.name, pid: None, main: None, problem: None }
            }
            Err(error) => {
                Self { name: view.name, pid: Some(pid), main: None, problem: Some(error) }
            }
        }
    }

    fn state(&self) -> &'static str {
        match (&self.main, self.pid) {
            (Some(main), _) => activity::word(main),
            (None, Some(_)) => "alive",
            (None, None) => "dead",
        }
    }

    /// Its process's id, where it has one here.
    fn pid(&self) -> Option<u32> {
        self.pid.filter(|pid| *pid != 0)
    }

    fn cells(&self) -> [String; 5] {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        [
            self.name.clone(),
            self.state().to_owned(),
            or_dash(self.pid().map(|pid| pid.to_string())),
            or_dash(self.main.as_ref().map(|main| main.sessions.to_string())),
            or_dash(self.main.as_ref().map(|main| span(main.up))),
        ]
    }

    fn json(&self) -> Value {
        let main = self.main.as_ref();
        json!({
            "name": self.name,
            "state": self.state(),
            "pid": self.pid(),
            "renderers": main.map(|main| main.sessions),
            "up_seconds": main.map(|main| main.up.as_secs_f64()),
            "release": main.map(|main| &main.release),
            "problem": self.problem.as_ref().map(ToString::to_string),
        })
    }
}
