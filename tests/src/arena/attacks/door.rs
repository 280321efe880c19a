//! Main's door: who comes, who only stands there, and who never leaves.

use super::{Attack, Class, again, each_again, in_processes};
use crate::hostile::client::{Client, connect, hello, send, wait_for_hang_up};
use std::time::Duration;

pub(super) fn attacks() -> Vec<Attack> {
    use Class::Nothing;
    vec![
        Attack::new(
            "sessions",
            "sessions up to main's limit of descriptors, and one more again and again",
            Nothing,
            fill,
        ),
        Attack::new(
            "half-handshakes",
            "connects, says half a hello and hangs up, in four threads",
            Nothing,
            |endpoint| each_again(4, |_| half(endpoint)),
        )
        .threads(4),
        Attack::new("silent-handshakes", "100 connections that say nothing", Nothing, |endpoint| {
            each_again(100, |_| silent(endpoint));
        }),
        Attack::new(
            "thousand-handshakes",
            "1,000 connections that say nothing and come again when shown out",
            Nothing,
            |endpoint| each_again(1000, |_| silent(endpoint)),
        ),
        Attack::new("handshakes-forks", "silent-handshakes in 16 processes", Nothing, |endpoint| {
            in_processes(16, "silent-handshakes", endpoint)
        })
        .processes(16),
        Attack::new(
            "no-handshakes",
            "connects and hangs up at once, in four threads",
            Nothing,
            |endpoint| each_again(4, |_| drop(connect(endpoint))),
        )
        .threads(4),
        Attack::new("connects", "attaches and hangs up, in four threads", Nothing, |endpoint| {
            each_again(4, |_| drop(Client::attach(Some(endpoint))));
        })
        .threads(4),
        Attack::new(
            "monitors",
            "comes as a monitor and hangs up, in four threads",
            Nothing,
            |endpoint| each_again(4, |_| monitor(endpoint)),
        )
        .threads(4),
    ]
}

fn fill(endpoint: &str) {
    let mut clients = Vec::new();
    again(|| {
        clients.push(Client::attach(Some(endpoint)));
    });
}

fn half(endpoint: &str) {
    let socket = connect(endpoint);
    let _ = send(&socket, &hello()[..32]);
}

fn silent(endpoint: &str) {
    let socket = connect(endpoint);
    wait_for_hang_up(&socket);
    std::thread::sleep(Duration::from_millis(1));
}

fn monitor(endpoint: &str) {
    let mut packet = hello();
    packet[12] = 2;
    let socket = connect(endpoint);
    let _ = send(&socket, &packet);
    let _ = crate::hostile::client::welcome(&socket);
}
