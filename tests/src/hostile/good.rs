//! The renderer that does nothing wrong, and must be served right whatever the other one does.

use super::player::{say, told};
use ringmain::value::Bytes;
use ringmain::{IpcRenderer, args};

/// Asks main for answers, as often as told, and checks each.
///
/// # Panics
/// If an answer is wrong.
pub fn play(endpoint: &str) {
    let renderer = IpcRenderer::connect(endpoint).expect("a session");
    say("attached");
    let mut number = 0;
    while let Some(rounds) = told() {
        for _ in 0..rounds.parse().expect("a number") {
            number += 1;
            let echo = renderer.send_sync("echo", args![number]).expect("an echo");
            assert_eq!(echo, number);
            let sum = renderer.invoke("sum", args![number, 1]).wait().expect("a sum");
            assert_eq!(sum, number + 1);
        }
        say("right");
    }
}

/// One large call, which is answered.
///
/// # Panics
/// If it is not.
pub fn send_a_mebibyte(endpoint: &str) {
    let renderer = IpcRenderer::connect(endpoint).expect("a session");
    let sum = renderer.invoke("sum", args![8, Bytes(&vec![1; 1 << 20])]).wait().expect("a sum");
    assert_eq!(sum, 8);
    say("answered");
    while told().is_some() {}
}
