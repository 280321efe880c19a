//! Sessions of spawned renderers, with real ones.

use super::super::actor::{Actor, command};
use super::super::stream::Nudge;
use super::*;

#[test]
fn a_spawned_renderer_finds_its_session_once_and_keeps_it_from_its_own_children() {
    let (stream, child) = spawn(&mut command("spawned renderer")).unwrap();
    assert_eq!(stream.credentials().pid, child.id());
    let mut actor = Actor::of(child);
    assert_eq!(actor.line(), "attached");
    assert_eq!(stream.drain().nudges, 1);
    assert_eq!(stream.nudge(), Ok(Nudge::Sent));
    assert!(!stream.is_gone());
    actor.kill();
    assert!(stream.is_gone());
}

#[test]
fn one_command_spawns_any_number_of_renderers() {
    let mut command = command("spawned renderer");
    let sessions: Vec<_> = (0..3).map(|_| spawn(&mut command).unwrap()).collect();
    for (stream, child) in sessions {
        let mut actor = Actor::of(child);
        assert_eq!(actor.line(), "attached");
        actor.finish();
        assert!(stream.is_gone());
    }
}

#[test]
fn a_process_that_inherits_only_the_variable_was_not_spawned() {
    let mut spawned = command("spawned renderer");
    let (_stream, child) = spawn(&mut spawned).unwrap();
    Actor::of(child).kill();
    let mut actor = Actor::of(spawned.spawn().unwrap());
    assert_eq!(actor.line(), Error::NotSpawned { variable: VARIABLE }.to_string());
    actor.finish();
}

#[test]
fn a_grandchild_does_not_believe_its_grandparents_variable() {
    let (_stream, child) = spawn(&mut command("spawned twice removed")).unwrap();
    let mut actor = Actor::of(child);
    let line = actor.line();
    let refusal = Error::NotSpawned { variable: VARIABLE }.to_string();
    assert!(line.ends_with(&refusal), "{line}");
    actor.finish();
}

#[test]
fn a_session_passes_through_a_program_that_does_not_know_it() {
    let renderer = command("spawned renderer");
    let mut shell = Command::new("/bin/sh");
    // `exec` makes the renderer the spawned process itself.
    shell.args(["-c", "exec \"$0\" \"$@\""]).arg(renderer.get_program()).args(renderer.get_args());
    for (name, value) in renderer.get_envs() {
        shell.env(name, value.unwrap());
    }
    shell.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null());
    shell.stderr(std::process::Stdio::piped());
    let (stream, child) = spawn(&mut shell).unwrap();
    let mut actor = Actor::of(child);
    assert_eq!(actor.line(), "attached");
    actor.finish();
    assert!(stream.is_gone());
}

#[test]
fn a_program_that_cannot_be_started_is_named() {
    let error = spawn(&mut Command::new("/nonexistent/program")).unwrap_err();
    assert_eq!(error, Error::System { call: "spawn", errno: libc::ENOENT });
}

#[test]
fn only_a_seqpacket_socket_with_that_cookie_is_a_session() {
    let (ours, theirs) = pair().unwrap();
    let number = theirs.as_raw_fd();
    let cookie = sockopt::cookie_of(number).unwrap();
    let others = sockopt::cookie_of(ours.as_raw_fd()).unwrap();
    assert_eq!(named_in(Some(&format!("{number}:{cookie}"))), Some(number));
    let wrong = [
        format!("{number}"),
        format!("{number}:"),
        format!("{number}:{others}"),
        format!("-1:{cookie}"),
        format!("999999:{cookie}"),
        format!("{number}:{cookie} "),
        format!(":{cookie}"),
        String::new(),
    ];
    for value in wrong {
        assert_eq!(named_in(Some(&value)), None, "{value}");
    }
    assert_eq!(named_in(None), None);
}

#[test]
fn sockets_of_other_kinds_have_no_cookie_for_us() {
    let (stream, _other) = std::os::unix::net::UnixStream::pair().unwrap();
    assert_eq!(sockopt::cookie_of(stream.as_raw_fd()), None);
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    assert_eq!(sockopt::cookie_of(udp.as_raw_fd()), None);
}

#[test]
fn the_end_that_is_handed_over_is_no_standard_stream() {
    let (_ours, theirs) = pair().unwrap();
    assert!(theirs.as_raw_fd() >= FIRST);
    assert!(above_standard(theirs).unwrap().as_raw_fd() >= FIRST);
}
