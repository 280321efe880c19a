//! Endpoints: how processes find each other.

use ringmain::{Error, IpcMain, IpcRenderer, RendererOptions, Value, args};
use ringmain_tests::{Stage, UniqueEndpoint, Watchdog, lone_main, options, renderer};
use std::process::Command;
use std::time::{Duration, Instant};

/// Longer than the watchdog allows.
fn patient() -> RendererOptions {
    RendererOptions::new().wait_until(Instant::now() + Duration::from_secs(600))
}

#[test]
fn a_renderer_finds_a_main_by_its_name() {
    let endpoint = UniqueEndpoint::new();
    let stage = Stage::of(options().bind(endpoint.name()).unwrap());
    let results = stage.collect();
    stage.on("question", |event, _args| event.set_return_value(event.sender().process_id()));
    let mut child = renderer!("script", "sync:question", "send:", endpoint.name()).spawn();
    let child = child.as_mut().unwrap();
    let details = stage.run_until_gone(1)[0].details;
    // No child of the engine's: how it went is not known.
    assert_eq!(details.reason, ringmain::GoneReason::Disconnected);
    assert_eq!(results.take(), [child.id().to_string()]);
    assert!(!child.wait().unwrap().success(), "the endpoint's name is no step of a script");
}

#[test]
fn a_program_finds_a_main_of_another_program() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    assert_eq!(renderer.main_process_id(), main.id());
    assert_eq!(renderer.send_sync("echo", args!["hello"]), Ok(Value::from("hello")));
}

#[test]
fn a_second_main_in_the_same_process_is_refused() {
    let endpoint = UniqueEndpoint::new();
    let first = IpcMain::bind(endpoint.name()).unwrap();
    let in_use = Error::EndpointInUse { name: endpoint.name().to_owned() };
    assert_eq!(IpcMain::bind(endpoint.name()).err(), Some(in_use));
    drop(first);
    IpcMain::bind(endpoint.name()).unwrap();
}

#[test]
fn a_second_main_in_another_process_is_refused() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = lone_main!(endpoint);
    let in_use = Error::EndpointInUse { name: endpoint.name().to_owned() };
    assert_eq!(IpcMain::bind(endpoint.name()).err(), Some(in_use));
    drop(main);
    IpcMain::bind(endpoint.name()).unwrap();
}

#[test]
fn a_killed_mains_endpoint_is_taken_over_and_its_renderers_attach_again() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let mut first = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    first.kill();
    assert_eq!(renderer.run(), Err(Error::MainGone));
    let no_main = Error::NoMain { endpoint: endpoint.name().to_owned() };
    assert_eq!(IpcRenderer::connect(endpoint.name()).err(), Some(no_main));

    let second = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    assert_eq!(renderer.main_process_id(), second.id());
    assert_eq!(renderer.send_sync("echo", args![1]), Ok(Value::from(1)));
}

#[test]
fn a_killed_main_whose_child_lives_on_is_taken_over_too() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let mut first = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    assert_eq!(renderer.send_sync("fork", args![]), Ok(Value::from("forked")));
    first.kill();
    let no_main = Error::NoMain { endpoint: endpoint.name().to_owned() };
    assert_eq!(IpcRenderer::connect(endpoint.name()).err(), Some(no_main));
    let second = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    assert_eq!(renderer.main_process_id(), second.id());
    first.release();
}

#[test]
fn connecting_to_nobody_fails_at_once() {
    let endpoint = UniqueEndpoint::new();
    let no_main = Error::NoMain { endpoint: endpoint.name().to_owned() };
    assert_eq!(IpcRenderer::connect(endpoint.name()).err(), Some(no_main.clone()));
    assert_eq!(no_main.to_string(), format!("no main process is bound to '{}'", endpoint.name()));
}

#[test]
fn connecting_to_nobody_ends_at_the_deadline() {
    let endpoint = UniqueEndpoint::new();
    let no_main = Error::NoMain { endpoint: endpoint.name().to_owned() };
    let soon = RendererOptions::new().wait_until(Instant::now() + Duration::from_millis(1));
    assert_eq!(soon.connect(endpoint.name()).err(), Some(no_main));
}

#[test]
fn a_renderer_may_wait_for_a_main_that_comes_later() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| patient().connect(endpoint.name()).unwrap());
        let main = lone_main!(endpoint);
        let renderer = waiting.join().unwrap();
        assert_eq!(renderer.main_process_id(), main.id());
        assert_eq!(renderer.send_sync("echo", args![1]), Ok(Value::from(1)));
    });
}

#[test]
fn a_renderer_may_wait_for_a_dead_mains_successor() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    lone_main!(endpoint).kill();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| patient().connect(endpoint.name()).unwrap());
        let main = lone_main!(endpoint);
        assert_eq!(waiting.join().unwrap().main_process_id(), main.id());
    });
}

#[test]
fn a_name_that_is_none_is_refused_on_both_sides() {
    let refused = Error::EndpointName { name: "a/b".to_owned() };
    assert_eq!(IpcMain::bind("a/b").err(), Some(refused.clone()));
    assert_eq!(IpcRenderer::connect("a/b").err(), Some(refused));
}

#[test]
fn a_closed_main_starts_no_program() {
    let main = IpcMain::new().unwrap();
    main.close();
    // It is not there, which another error would tell if it had been tried.
    let spawned = main.spawn(Command::new("/not/there"));
    assert_eq!(spawned.err(), Some(Error::Disconnected));
    assert_eq!(main.spawn(renderer!("idle")).err(), Some(Error::Disconnected));
    assert!(main.all_web_contents().is_empty());
}

#[test]
fn a_process_that_nobody_spawned_has_no_session() {
    let refused = IpcRenderer::from_env().unwrap_err();
    assert_eq!(refused, Error::NotSpawned { variable: "RINGMAIN_FD" });
}
