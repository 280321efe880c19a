//! What a main leaves in `/dev/shm` that is killed while a renderer was about to attach, and who takes it
//! away. Each test has a `/dev/shm` of its own.

use ringmain::leftovers::{self, Leftover};
use ringmain::{IpcRenderer, MainOptions, args};
use ringmain_tests::{
    MainProcess, UniqueEndpoint, Watchdog, lone_main, options, own_shm_files, with_own_shm,
};
use std::fs;
use std::path::PathBuf;

/// A main with a renderer that will never say hello. Killed, it leaves the session's two files.
fn with_a_mute_renderer(endpoint: &UniqueEndpoint) -> MainProcess {
    lone_main!(endpoint, "cat", "-")
}

#[test]
fn what_a_main_leaves_that_was_killed_before_a_renderer_attached_is_listed_then_reclaimed() {
    let test =
        "what_a_main_leaves_that_was_killed_before_a_renderer_attached_is_listed_then_reclaimed";
    with_own_shm(test, "4m", || {
        let _watchdog = Watchdog::new();
        let endpoint = UniqueEndpoint::new();
        let mut main = with_a_mute_renderer(&endpoint);
        let made = own_shm_files();
        assert_eq!(made.len(), 2);
        assert_eq!(leftovers::stale().unwrap(), []);
        // Nor does another main take them away while theirs lives.
        drop(options().build().unwrap());
        assert_eq!(own_shm_files(), made);

        main.kill();
        let stale = leftovers::stale().unwrap();
        assert!(stale.iter().map(|left| PathBuf::from(left.path())).eq(made.clone()));
        assert!(stale.iter().all(|left| left.process_id() == main.id()));
        let bytes: u64 = made.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
        assert_eq!(stale.iter().map(Leftover::bytes).sum::<u64>(), bytes);

        drop(MainOptions::new().build().unwrap());
        assert_eq!(own_shm_files(), made, "a main of sealed segments took them away");
        leftovers::remove(&stale[0]).unwrap();
        leftovers::remove(&stale[0]).unwrap();
        assert_eq!(own_shm_files(), made[1..]);
        drop(options().build().unwrap());
        assert!(own_shm_files().is_empty());
    });
}

#[test]
fn a_main_that_takes_over_an_endpoint_takes_away_what_the_dead_one_left() {
    with_own_shm(
        "a_main_that_takes_over_an_endpoint_takes_away_what_the_dead_one_left",
        "4m",
        || {
            let _watchdog = Watchdog::new();
            let endpoint = UniqueEndpoint::new();
            let mut first = with_a_mute_renderer(&endpoint);
            first.kill();
            assert_eq!(own_shm_files().len(), 2);
            let second = lone_main!(endpoint);
            assert!(own_shm_files().is_empty());
            let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
            assert_eq!(renderer.main_process_id(), second.id());
            assert_eq!(renderer.send_sync("echo", args![1]).unwrap(), 1);
        },
    );
}
