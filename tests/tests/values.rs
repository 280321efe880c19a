//! Values of every kind between two processes.

use ringmain::{IpcRenderer, Value, args, object};
use ringmain_tests::any_value::any_value;
use ringmain_tests::{UniqueEndpoint, Watchdog, lone_main};

#[test]
fn graphs_of_every_kind_come_back_as_they_went() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let _main = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    for seed in 0..500 {
        let value = any_value(seed, 60);
        assert_eq!(renderer.send_sync("echo", args![&value]).unwrap(), value);
        assert_eq!(renderer.invoke("echo", args![&value]).wait().unwrap(), value);
    }
}

#[test]
fn an_object_that_is_written_in_place_arrives() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let _main = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    let echo = renderer.send_sync("echo", args![object! { "id": 7, "name": "x" }]).unwrap();
    assert_eq!(echo, Value::object([("id", Value::from(7)), ("name", Value::from("x"))]));
}
