//! Who gets an endpoint, and who comes in.

use std::os::fd::AsRawFd;

use super::super::actor::{Actor, TERMS};
use super::super::connect::connect;
use super::super::scratch::Scratch;
use super::*;
use crate::fork::in_a_child;

fn in_use() -> Error {
    Error::EndpointInUse { name: "stage".to_owned() }
}

fn bind(endpoint: &Endpoint) -> Result<Listener, Error> {
    Listener::bind(endpoint, &TERMS)
}

#[test]
fn a_second_bind_in_this_process_is_refused_and_takes_no_lock_away() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let _listener = bind(&endpoint).unwrap();
    assert_eq!(bind(&endpoint).unwrap_err(), in_use());
    // Had the refused one opened and closed the lock file, another process would get in.
    let mut actor = Actor::at(&endpoint, "main");
    assert_eq!(actor.line(), in_use().to_string());
    actor.finish();
}

#[test]
fn another_path_to_the_same_directory_is_the_same_endpoint() {
    let scratch = Scratch::new();
    let _listener = bind(&scratch.endpoint("stage")).unwrap();
    let around = scratch.path().join("..").join(scratch.path().file_name().unwrap());
    let directory = super::super::endpoint::Directory::at(around);
    assert_eq!(bind(&Endpoint::at(directory, "stage").unwrap()).unwrap_err(), in_use());
}

#[test]
fn a_second_bind_is_refused_while_another_process_holds_the_endpoint() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut actor = Actor::at(&endpoint, "main");
    assert_eq!(actor.line(), "bound");
    assert_eq!(bind(&endpoint).unwrap_err(), in_use());
    // The refused one left no entry behind, and what a killed main leaves is taken over.
    actor.kill();
    assert!(scratch.path().join("stage.sock").exists());
    let mut listener = bind(&endpoint).unwrap();
    let _renderer = connect(&endpoint, None).unwrap();
    assert!(listener.accept().unwrap().is_some());
}

#[test]
fn what_is_left_of_an_unfinished_bind_is_no_obstacle() {
    let scratch = Scratch::new();
    for file in ["stage.new", "stage.sock", "stage.lock"] {
        std::fs::write(scratch.path().join(file), "").unwrap();
    }
    let _listener = bind(&scratch.endpoint("stage")).unwrap();
    assert!(!scratch.path().join("stage.new").exists());
}

#[test]
fn a_dropped_listener_leaves_the_lock_file_and_no_socket() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    for _ in 0..2 {
        drop(bind(&endpoint).unwrap());
        assert!(!scratch.path().join("stage.sock").exists());
        assert!(scratch.path().join("stage.lock").exists());
    }
}

#[test]
fn a_listener_dropped_in_a_forked_child_stays_its_parents() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut listener = Some(bind(&endpoint).unwrap());
    assert!(in_a_child(|| listener.take().is_some()));
    let mut listener = listener.unwrap();
    let mut actor = Actor::at(&endpoint, "main");
    assert_eq!(actor.line(), in_use().to_string());
    actor.finish();
    let _renderer = connect(&endpoint, None).unwrap();
    assert!(listener.accept().unwrap().is_some());
}

#[test]
fn nobody_waiting_is_no_error() {
    let scratch = Scratch::new();
    assert!(bind(&scratch.endpoint("stage")).unwrap().accept().unwrap().is_none());
}

#[test]
fn an_accepted_socket_refuses_descriptors_from_its_first_packet() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut listener = bind(&endpoint).unwrap();
    let renderer = connect(&endpoint, None).unwrap();
    let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
    // Before main even accepted.
    let sent = send_packet(renderer.as_fd(), b"n", &[writer.as_fd()]);
    drop(writer);
    let stream = listener.accept().unwrap().unwrap();
    if stream.refuses_descriptors().unwrap() {
        assert_eq!(sent, Err(Errno::PERM));
    }
    let _ = stream.drain();
    assert_eq!(rustix::io::read(&reader, &mut [0]), Ok(0));
}

#[test]
fn accepted_sockets_neither_block_nor_pass_over_exec() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut listener = bind(&endpoint).unwrap();
    let renderer = connect(&endpoint, None).unwrap();
    let stream = listener.accept().unwrap().unwrap();
    for socket in [stream.as_fd(), renderer.as_fd(), listener.as_fd()] {
        assert!(rustix::fs::fcntl_getfl(socket).unwrap().contains(OFlags::NONBLOCK));
        let flags = rustix::io::fcntl_getfd(socket).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    }
}

#[test]
fn renderers_that_died_waiting_are_passed_over_or_seen_to_be_gone() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut listener = bind(&endpoint).unwrap();
    let mut actor = Actor::at(&endpoint, "renderer");
    assert_eq!(actor.line(), "connected");
    actor.kill();
    // Newer kernels know a dead process by its socket, older ones do not.
    if let Some(stream) = listener.accept().unwrap() {
        assert!(stream.is_gone());
    }
}

#[test]
fn without_a_descriptor_a_renderer_is_refused_and_the_listener_not_left_readable() {
    // In a child, since the limit is a whole process's.
    assert!(in_a_child(|| {
        let scratch = Scratch::new();
        let endpoint = scratch.endpoint("stage");
        let mut listener = bind(&endpoint).unwrap();
        let renderer = connect(&endpoint, None).unwrap();
        let next = rustix::io::dup(&renderer).unwrap();
        let highest = u64::try_from(next.as_raw_fd()).unwrap() + 1;
        // Fill the holes below, so that the limit is reached.
        let mut held = vec![next];
        let limit = rustix::process::Rlimit { current: Some(highest), maximum: None };
        rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).unwrap();
        while let Ok(fd) = rustix::io::dup(&renderer) {
            held.push(fd);
        }
        let refused = listener.accept().unwrap_err() == Error::Exhausted { what: "descriptors" };
        let unclogged = !listener.is_clogged() && listener.accept().unwrap().is_none();
        held.clear();
        let told = renderer.recv_welcome(&TERMS, None).unwrap_err();
        let named = matches!(told, Error::Exhausted { what } if what.starts_with("main"));
        refused && unclogged && named
    }));
}
