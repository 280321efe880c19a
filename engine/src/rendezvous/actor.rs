//! Other processes for tests: this test binary again, playing one part.
//!
//! An actor says on standard error how far it is, and lives until its standard input ends. It
//! leaves by `_exit`-like means, so that nothing is dropped: as a crash would.

#![expect(unsafe_code, reason = "an actor forks to leave its socket with a child")]

use std::io::{BufRead, BufReader, Read};
use std::os::fd::{AsFd, AsRawFd};
use std::process::{Child, ChildStderr, Command, Stdio};

use super::endpoint::{Directory, Endpoint};
use super::hello::{Hello, Role};
use super::listener::Listener;
use super::terms::{Capacities, Terms};
use super::{connect, spawn};
use crate::Error;

pub(crate) const TERMS: Terms = Terms { version: 1, features: 0b11, fingerprint: 0xabcd };

const PART: &str = "RINGMAIN_TEST_PART";
const DIRECTORY: &str = "RINGMAIN_TEST_DIRECTORY";

/// An actor on stage.
pub(crate) struct Actor {
    pub(crate) child: Child,
    said: BufReader<ChildStderr>,
}

/// A command that plays `part` when it is spawned.
pub(crate) fn command(part: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    command
        .args(["--exact", "rendezvous::actor::plays_its_part", "--nocapture"])
        .env(PART, part)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

impl Actor {
    /// Starts an actor that meets us at the endpoint `name`.
    pub(crate) fn at(endpoint: &Endpoint, part: &str) -> Self {
        let mut command = command(part);
        command.env(DIRECTORY, endpoint.directory().path());
        Self::of(command.spawn().expect("an actor"))
    }

    pub(crate) fn of(mut child: Child) -> Self {
        let said = BufReader::new(child.stderr.take().expect("its standard error"));
        Self { child, said }
    }

    /// The next thing that it says.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// Lets it go, and waits until it is gone.
    pub(crate) fn finish(mut self) {
        drop(self.child.stdin.take());
        self.child.wait().expect("its end");
    }

    /// Kills it, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a kill");
        self.child.wait().expect("its end");
    }
}

fn until_let_go() -> ! {
    let _ = std::io::stdin().read(&mut [0]);
    end()
}

fn end() -> ! {
    // SAFETY: ends the process at once; nothing of it is needed any more.
    unsafe { libc::_exit(0) }
}

/// Not a fact: the stage. Without a part it does nothing.
#[test]
fn plays_its_part() {
    let Ok(part) = std::env::var(PART) else { return };
    let endpoint = || {
        let directory = std::env::var(DIRECTORY).expect("a directory");
        Endpoint::at(Directory::at(directory), "stage").expect("a name")
    };
    match part.as_str() {
        "main" => main(&endpoint()),
        "main that forks and dies" => main_that_forks_and_dies(&endpoint()),
        "renderer" => renderer(&endpoint()),
        "renderer that forks and dies" => renderer_that_forks_and_dies(&endpoint()),
        "spawned renderer" => spawned_renderer(),
        "spawned twice removed" => spawned_twice_removed(),
        other => panic!("no part {other}"),
    }
}

fn main(endpoint: &Endpoint) {
    match Listener::bind(endpoint, &TERMS) {
        Ok(_listener) => {
            eprintln!("bound");
            until_let_go();
        }
        Err(error) => eprintln!("{error}"),
    }
    end();
}

fn renderer(endpoint: &Endpoint) {
    let stream = connect::connect(endpoint, None).expect("a main");
    let (role, wanted) = (Role::Renderer, Capacities::default());
    stream.send_hello(&Hello { terms: TERMS, role, wanted }).expect("a hello");
    eprintln!("connected");
    until_let_go();
}

fn main_that_forks_and_dies(endpoint: &Endpoint) {
    let _listener = Listener::bind(endpoint, &TERMS).expect("the endpoint");
    fork_and_die();
}

fn renderer_that_forks_and_dies(endpoint: &Endpoint) {
    let _stream = connect::connect(endpoint, None).expect("a main");
    fork_and_die();
}

fn fork_and_die() -> ! {
    // SAFETY: the child makes system calls only, and ends by `_exit`.
    if unsafe { libc::fork() } == 0 {
        until_let_go();
    }
    eprintln!("forked");
    end();
}

fn spawned_renderer() {
    let stream = match spawn::inherited() {
        Ok(stream) => stream,
        Err(error) => {
            eprintln!("{error}");
            end();
        }
    };
    let flags = rustix::io::fcntl_getfd(stream.as_fd()).expect("flags");
    assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    assert_eq!(stream.credentials().pid, std::os::unix::process::parent_id());
    assert!(matches!(spawn::inherited(), Err(Error::NotSpawned { .. })));
    assert_eq!(stream.nudge(), Ok(super::stream::Nudge::Sent));
    eprintln!("attached");
    until_let_go();
}

/// Takes the session, then spawns a process that finds the variable and must not believe it,
/// though its number is a socket there as well.
fn spawned_twice_removed() {
    let stream = spawn::inherited().expect("a session");
    let number = stream.as_fd().as_raw_fd();
    let value = std::env::var(spawn::VARIABLE).expect("still there");
    drop(stream);
    // Takes the number that was just freed, with its own meaning and its own cookie.
    let mut grandchild = command("spawned renderer");
    let (_ours, child) = spawn::spawn(&mut grandchild).expect("a grandchild");
    let mut actor = Actor::of(child);
    assert_eq!(actor.line(), "attached");
    actor.finish();
    grandchild.env(spawn::VARIABLE, &value);
    let mut actor = Actor::of(grandchild.spawn().expect("a grandchild"));
    eprintln!("{number} {}", actor.line());
    end();
}
