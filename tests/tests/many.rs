//! Hundreds of renderers that come, work and go leave nothing behind.
//!
//! One test, as it looks at everything that its process has.

use ringmain::{GoneReason, args};
use ringmain_tests::{Stage, UniqueEndpoint, kill, options, renderer, resident, stop};
use std::fs;

const RENDERERS: usize = 200;

/// What this process has open and mapped.
#[derive(Debug, PartialEq, Eq)]
struct Possessions {
    descriptors: usize,
    mappings: usize,
}

impl Possessions {
    fn now() -> Self {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        Self {
            descriptors: fs::read_dir("/proc/self/fd").unwrap().count(),
            mappings: maps
                .lines()
                .filter(|line| {
                    line.contains("memfd:ringmain") || line.contains("/dev/shm/ringmain-")
                })
                .count(),
        }
    }
}

#[test]
fn two_hundred_renderers_come_work_and_go_three_times_over() {
    let endpoint = UniqueEndpoint::new();
    let stage = Stage::of(options().bind(endpoint.name()).unwrap());
    stage.on("echo", |event, args| event.set_return_value(args.get(0)));
    stage.on("note", |event, args| event.reply("noted", args![args.get(0)]));
    stage.handle("echo", |_event, args| async move { Ok(args.get(0).to_owned()) }).unwrap();

    // What main shows to monitors.
    let mappings = Possessions::now().mappings;
    let stopped = stage.start(renderer!("idle"));
    stage.run_until_attached(1);
    stop(stopped.process_id());
    let mut before = None;
    let mut after_a_round = Vec::new();
    for _ in 0..3 {
        let mut children = Vec::new();
        for number in 0..RENDERERS {
            // Half of them by birth, half by name.
            if number % 2 == 0 {
                stage.start(renderer!("visit"));
            } else {
                children.push(renderer!("visit", endpoint.name()).spawn().unwrap());
            }
        }
        stopped.send("unread", args!["to one that does not read"]).unwrap();
        for departure in stage.run_until_gone(RENDERERS) {
            let reason = departure.details.reason;
            assert!(
                matches!(reason, GoneReason::CleanExit | GoneReason::Disconnected),
                "{reason:?}"
            );
        }
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(stage.all_web_contents(), std::slice::from_ref(&stopped));
        let now = Possessions::now();
        assert_eq!(before.get_or_insert(Possessions::now()), &now);
        after_a_round.push(resident());
    }
    let [_, second, third] = after_a_round[..] else { unreachable!("three rounds") };
    assert!(third <= second + (1 << 20), "{second} bytes after two rounds, {third} after three");

    kill(stopped.process_id());
    assert_eq!(stage.run_until_gone(1)[0].details.reason, GoneReason::Killed);
    drop(stopped);
    assert_eq!(Possessions::now().mappings, mappings);
}
