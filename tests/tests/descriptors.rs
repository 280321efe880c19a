//! A main that runs out of descriptors: a named error, no harm to those who are there, and as many
//! renderers as before once there are descriptors again.

use ringmain::{Error, IpcRenderer, args};
use ringmain_tests::{MainProcess, UniqueEndpoint, Watchdog, lone_main};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::fs;

/// Descriptors that it may still open.
fn allow(main: &MainProcess, more: u64) {
    let open = open(main) as u64;
    let pid = Pid::from_raw(main.id().cast_signed());
    let limit = Rlimit { current: Some(open + more), maximum: Some(1024) };
    prlimit(pid, Resource::Nofile, limit).unwrap();
}

/// Descriptors that it has.
fn open(main: &MainProcess) -> usize {
    fs::read_dir(format!("/proc/{}/fd", main.id())).unwrap().count()
}

/// Attaches until main refuses.
fn attach_all(endpoint: &UniqueEndpoint) -> Vec<IpcRenderer> {
    let mut attached = Vec::new();
    loop {
        match IpcRenderer::connect(endpoint.name()) {
            Ok(renderer) => attached.push(renderer),
            Err(refused) => {
                assert!(matches!(refused, Error::Exhausted { .. }), "{refused}");
                return attached;
            }
        }
    }
}

#[test]
fn who_comes_too_late_is_told_and_who_is_there_stays() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = lone_main!(endpoint);
    let first = IpcRenderer::connect(endpoint.name()).unwrap();
    assert_eq!(first.send_sync("echo", args![0]).unwrap(), 0);
    let before = open(&main);
    allow(&main, 32);
    let mut most = None;
    for _ in 0..5 {
        let attached = attach_all(&endpoint);
        assert!(attached.len() >= 5, "a session has a socket and a process: {}", attached.len());
        assert_eq!(*most.get_or_insert(attached.len()), attached.len());
        for (number, renderer) in (0..).zip(&attached) {
            assert_eq!(renderer.send_sync("echo", args![number]).unwrap(), number);
        }
        drop(attached);
        // Main has buried them once it answers somebody who came behind.
        while open(&main) > before {
            assert_eq!(first.send_sync("echo", args![1]).unwrap(), 1);
        }
    }
}

#[test]
fn a_renderer_without_descriptors_is_told_by_name() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let _main = lone_main!(endpoint);
    // Its own process: the limit is the whole process's.
    let status =
        ringmain_tests::renderer!("without-descriptors", endpoint.name()).status().unwrap();
    assert!(status.success());
}
