//! Messages that cost main much for few bytes.

use super::{Attack, Class, attach, each_again};
use crate::hostile::client::kind;
use ringmain::Args;
use ringmain::value::{Builder, Wtf8};

pub(super) fn attacks() -> Vec<Attack> {
    let attack = |name, says, play| Attack::new(name, says, Class::Messages, play).threads(2);
    vec![
        attack(
            "wtf-8",
            "texts of lone surrogates, 400 KB each, which are slow to check",
            |endpoint| {
                flood(endpoint, "note", &surrogates(400_000));
            },
        ),
        attack("check-nodes", "400 KB of the smallest nodes there are", |endpoint| {
            flood(endpoint, "note", &nodes(24_000));
        }),
        attack(
            "check-keys",
            "objects of thousands of keys that differ in their ends",
            |endpoint| {
                flood(endpoint, "note", &keys(5000));
            },
        ),
        attack("print-shared", "arrays inside arrays, each twice: 2^60 when printed", |endpoint| {
            flood(endpoint, "any", &doubling(60));
        }),
        attack("print-bigint", "an integer of 100 KB, printed in decimals if at all", |endpoint| {
            flood(endpoint, "any", &bigint(100_000));
        }),
        attack("print-surrogates", "a text of 400 KB of lone surrogates, printed", |endpoint| {
            flood(endpoint, "any", &surrogates(400_000));
        }),
        attack("compare-shared", "two of these graphs, compared", |endpoint| {
            flood(endpoint, "compare", &doubling(4000));
        }),
        attack("copy-shared", "such a graph, copied", |endpoint| {
            flood(endpoint, "own", &doubling(4000));
        }),
        attack("echo-shared", "such a graph, sent back as an answer", |endpoint| {
            echo(endpoint, &doubling(4000));
        }),
        attack("look-up", "a key that is not there, in an object of thousands", |endpoint| {
            flood(endpoint, "look up", &keys(5000));
        }),
        attack(
            "error-texts",
            "what has main's listeners fail: no text, or an illegal one",
            |endpoint| {
                flood(endpoint, "text", &surrogates(40));
            },
        ),
    ]
}

/// Sends one message without end, in two sessions.
fn flood(endpoint: &str, channel: &str, args: &Args) {
    each_again(2, |_| {
        let mut client = attach(endpoint, channel);
        loop {
            client.put(kind::MESSAGE, 0, 0, args.archive()).expect("a main that listens");
            client.nudge();
        }
    });
}

/// Calls with one message without end, and reads the answers.
fn echo(endpoint: &str, args: &Args) {
    each_again(2, |_| {
        let mut client = attach(endpoint, "echo");
        for call in 0.. {
            client.put(kind::SYNC_CALL, 0, call, args.archive()).expect("a main that listens");
            client.nudge();
            while client.replies.read(&client.main, &client.own).is_some() {}
        }
    });
}

/// A text of so many bytes, which is no UTF-8.
fn surrogates(bytes: usize) -> Args {
    let text = [0xed, 0xa0, 0x80].repeat(bytes / 3);
    let mut builder = Builder::args(1);
    let root = builder.root(0);
    builder.wtf8(root, Wtf8::new(&text).expect("lone surrogates"));
    builder.finish_args().expect("a message")
}

/// An array of so many `null`s.
fn nodes(count: usize) -> Args {
    let mut builder = Builder::args(1);
    let root = builder.root(0);
    let elements: Vec<_> = (0..count).map(|_| builder.reserve()).collect();
    elements.iter().for_each(|slot| builder.null(*slot));
    builder.array_of(root, &elements);
    builder.finish_args().expect("a message")
}

/// An object of so many long keys.
fn keys(count: usize) -> Args {
    let mut builder = Builder::args(1);
    let root = builder.root(0);
    let none = builder.reserve();
    builder.null(none);
    let prefix = "x".repeat(40);
    let entries: Vec<_> = (0..count).map(|key| (format!("{prefix}{key}"), none)).collect();
    builder.object(root, &entries);
    builder.finish_args().expect("a message")
}

/// Two graphs of arrays that have the next one twice, so many levels deep.
fn doubling(levels: usize) -> Args {
    let mut builder = Builder::args(2);
    for root in [builder.root(0), builder.root(1)] {
        let mut outer = root;
        for _ in 0..levels {
            let inner = builder.reserve();
            builder.array_of(outer, &[inner, inner]);
            outer = inner;
        }
        builder.int(outer, 1);
    }
    builder.finish_args().expect("a message")
}

/// An integer of so many bytes.
fn bigint(bytes: usize) -> Args {
    let mut builder = Builder::args(1);
    let root = builder.root(0);
    builder.bigint(root, false, &vec![0xfd; bytes]);
    builder.finish_args().expect("a message")
}
