//! Handles in a forked child: they say so, and leave the parent's session alone.

use ringmain_tests::{Stage, Watchdog, program, renderer};

#[test]
fn a_renderers_forked_child_cannot_use_its_session_nor_disturb_it() {
    let stage = Stage::new();
    stage.on("echo", |event, args| event.set_return_value(args.get(0)));
    stage.start(renderer!("use-in-child"));
    stage.run_to_the_end(1);
}

#[test]
fn a_mains_forked_child_cannot_use_its_sessions_nor_disturb_them() {
    let _watchdog = Watchdog::new();
    let mut main = program(env!("CARGO_BIN_EXE_forking_main"), &[env!("CARGO_BIN_EXE_renderer")]);
    assert!(main.status().unwrap().success());
}
