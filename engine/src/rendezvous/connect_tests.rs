//! Finding a main, or not.

use std::os::unix::fs::PermissionsExt;

use super::super::actor::{Actor, TERMS};
use super::super::listener::Listener;
use super::super::scratch::Scratch;
use super::*;

fn no_main() -> Error {
    Error::NoMain { endpoint: "stage".to_owned() }
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(20))
}

/// Longer than any test may take, so that only what is waited for ends the wait.
fn late() -> Option<Instant> {
    Some(Instant::now() + Duration::from_secs(60))
}

#[test]
fn nobody_bound_is_no_main_at_once_and_after_the_deadline() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    assert_eq!(connect(&endpoint, None).unwrap_err(), no_main());
    assert_eq!(connect(&endpoint, soon()).unwrap_err(), no_main());
    assert_eq!(connect(&endpoint, Some(Instant::now())).unwrap_err(), no_main());
}

#[test]
fn looking_for_a_main_makes_no_directory() {
    let scratch = Scratch::new();
    let path = scratch.path().join("missing");
    let endpoint = Endpoint::at(Directory::at(&path), "stage").unwrap();
    assert_eq!(connect(&endpoint, None).unwrap_err(), no_main());
    assert!(!path.exists());
}

#[test]
fn a_directory_that_others_can_enter_is_not_trusted() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let _listener = Listener::bind(&endpoint, &TERMS).unwrap();
    std::fs::set_permissions(scratch.path(), PermissionsExt::from_mode(0o755)).unwrap();
    assert!(matches!(connect(&endpoint, None), Err(Error::PermissionDenied { .. })));
    assert!(matches!(connect(&endpoint, late()), Err(Error::PermissionDenied { .. })));
}

#[test]
fn a_file_or_a_dead_socket_in_place_of_the_socket_is_no_main() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    std::fs::write(scratch.path().join("stage.sock"), "").unwrap();
    assert_eq!(connect(&endpoint, None).unwrap_err(), no_main());
    let mut actor = Actor::at(&endpoint, "main");
    assert_eq!(actor.line(), "bound");
    actor.kill();
    assert_eq!(connect(&endpoint, None).unwrap_err(), no_main());
    assert_eq!(connect(&endpoint, soon()).unwrap_err(), no_main());
}

#[test]
fn a_path_too_long_for_a_socket_is_no_obstacle() {
    let scratch = Scratch::new();
    let path = scratch.path().join("d".repeat(100));
    let endpoint = Endpoint::at(Directory::at(path), &"n".repeat(64)).unwrap();
    let mut listener = Listener::bind(&endpoint, &TERMS).unwrap();
    let _renderer = connect(&endpoint, None).unwrap();
    assert!(listener.accept().unwrap().is_some());
}

#[test]
fn a_renderer_waits_for_a_main_to_appear() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let renderer = {
        let endpoint = endpoint.clone();
        std::thread::spawn(move || connect(&endpoint, late()).map(|it| it.credentials()))
    };
    let mut actor = Actor::at(&endpoint, "main");
    assert_eq!(actor.line(), "bound");
    assert_eq!(renderer.join().unwrap().unwrap().pid, actor.child.id());
    actor.finish();
}

#[test]
fn a_renderer_waits_for_the_successor_of_a_dead_main() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut actor = Actor::at(&endpoint, "main");
    assert_eq!(actor.line(), "bound");
    actor.kill();
    let renderer = {
        let endpoint = endpoint.clone();
        std::thread::spawn(move || connect(&endpoint, late()).map(|it| it.credentials()))
    };
    let _listener = Listener::bind(&endpoint, &TERMS).unwrap();
    assert_eq!(renderer.join().unwrap().unwrap().pid, std::process::id());
}

#[test]
fn a_dead_mains_child_that_holds_the_socket_open_is_no_main() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut actor = Actor::at(&endpoint, "main that forks and dies");
    assert_eq!(actor.line(), "forked");
    // Its child lives until this ends, which waiting would see to.
    let _its_input = actor.child.stdin.take();
    actor.child.wait().unwrap();
    assert_eq!(connect(&endpoint, None).unwrap_err(), no_main());
    let mut listener = Listener::bind(&endpoint, &TERMS).unwrap();
    let _renderer = connect(&endpoint, None).unwrap();
    assert!(listener.accept().unwrap().is_some());
}

#[test]
fn without_inotify_the_clock_is_watched() {
    let unwatched = Arrivals { inotify: None };
    unwatched.wait(Instant::now()).unwrap();
    let before = Instant::now();
    unwatched.wait(late().unwrap()).unwrap();
    assert!(Instant::now() >= before + UNWATCHED_SLICE);
}

#[test]
fn an_arrival_ends_the_wait() {
    let scratch = Scratch::new();
    let arrivals = Arrivals::watch(&Directory::at(scratch.path())).unwrap();
    std::fs::write(scratch.path().join("a"), "").unwrap();
    std::fs::rename(scratch.path().join("a"), scratch.path().join("b")).unwrap();
    let fd = arrivals.inotify.as_ref().unwrap();
    assert!(poll_until(&mut [PollFd::new(fd, PollFlags::IN)], late()).unwrap());
    arrivals.wait(late().unwrap()).unwrap();
    assert!(!poll_until(&mut [PollFd::new(fd, PollFlags::IN)], Some(Instant::now())).unwrap());
}

#[test]
fn a_full_backlog_is_waited_for_until_the_deadline_only() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut listener = Listener::bind(&endpoint, &TERMS).unwrap();
    let mut waiting = Vec::new();
    let full = loop {
        match connect(&endpoint, soon()) {
            Ok(stream) => waiting.push(stream),
            Err(error) => break error,
        }
    };
    assert_eq!(full, Error::Deadline);
    let late_comer = {
        let endpoint = endpoint.clone();
        std::thread::spawn(move || connect(&endpoint, late()).map(drop))
    };
    assert!(listener.accept().unwrap().is_some());
    assert_eq!(late_comer.join().unwrap(), Ok(()));
}
