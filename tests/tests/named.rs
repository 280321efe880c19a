//! The behaviour that other files test, once more over named segments: it is the same.
//!
//! A program of this name has [named segments](ringmain_tests::segments). Nothing is left out but what
//! looks at the whole process (`named_many.rs` has one of these), the segments' seals, or what is in
//! them: a renderer that cheats is for sealed ones.

mod any_size;
mod backpressure;
mod claims;
mod descriptors;
mod fork;
mod in_place;
mod invoke;
mod large_pressure;
mod life;
mod listeners;
mod main_death;
mod names;
mod order;
mod polling;
mod reconnect;
mod renderer_death;
mod send_sync;
mod typed;

use ringmain::{IpcRenderer, args};
use ringmain_tests::{Stage, UniqueEndpoint, Watchdog, lone_main, renderer};

/// Mappings of named segments that a process has: two of a session, and a page of its own once more, for its
/// sign of life.
fn mapped(process: u32) -> usize {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    maps.lines().filter(|line| line.contains(" /dev/shm/ringmain-")).count()
}

#[test]
fn what_a_stage_or_another_main_makes_here_has_names() {
    let stage = Stage::new();
    stage.on("mapped", |event, _| event.set_return_value(mapped(event.sender().process_id())));
    let results = stage.results(renderer!("script", "sync:mapped"));
    assert_eq!(results, ["3"]);

    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    assert!(renderer.send_sync("echo", args![true]).unwrap() == true);
    assert_eq!(mapped(main.id()), 3);
}
