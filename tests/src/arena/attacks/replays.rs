//! What the tests know already: their scripts, one after the other, without end.

use super::super::actor::Actor;
use super::{Attack, Class};
use rustix::process::Signal;
use std::time::Duration;

/// How long a script may say nothing before the next one's turn.
const SLOT: Duration = Duration::from_millis(300);

pub(super) fn attacks() -> Vec<Attack> {
    use Class::{Messages, Nothing};
    vec![
        Attack::new(
            "heads",
            "indices that go back, jump and are impossible",
            Messages,
            |endpoint| {
                replay(endpoint, &["head of messages", "head of replies", "head line by line"]);
            },
        ),
        Attack::new(
            "lies",
            "lengths, envelopes, archives and runs that lie",
            Nothing,
            |endpoint| {
                replay(
                    endpoint,
                    &[
                        "headers",
                        "envelopes",
                        "archives",
                        "runs",
                        "typed",
                        "a lie between messages",
                    ],
                );
            },
        ),
        Attack::new(
            "random",
            "random headers, records and flipped archives",
            Nothing,
            |endpoint| {
                replay(
                    endpoint,
                    &["random headers", "random records", "flipped archives", "flips nodes"],
                );
            },
        ),
        Attack::new(
            "fragments",
            "messages of several records as nobody sends them",
            Messages,
            |endpoint| {
                replay(
                    endpoint,
                    &["tiny fragments", "fragments until cut off", "begins and waits"],
                );
            },
        ),
        Attack::new(
            "hellos",
            "hellos of every length, that lie, and random ones",
            Nothing,
            |endpoint| {
                replay(endpoint, &["hellos of every length", "hellos that lie", "random hellos"]);
            },
        ),
        Attack::new(
            "board",
            "monitors that speak, misuse the board, and come without end",
            Nothing,
            |endpoint| {
                replay(
                    endpoint,
                    &["speaks as a monitor", "misuses the board", "monitors without end"],
                );
            },
        ),
        Attack::new(
            "sockets",
            "packets, descriptors, half-closed sockets, nudges that are never read",
            Nothing,
            |endpoint| {
                replay(
                    endpoint,
                    &[
                        "packets",
                        "descriptors",
                        "never reads nudges",
                        "shuts writing",
                        "shuts reading",
                    ],
                );
            },
        ),
        Attack::new("seals", "truncation, mapping for writing, holes", Nothing, |endpoint| {
            replay(endpoint, &["seals", "holes in its own segment"]);
        }),
        Attack::new(
            "call-ids",
            "call ids and channel names as nobody gives them",
            Messages,
            |endpoint| {
                replay(endpoint, &["call ids", "channel churn"]);
            },
        ),
        Attack::new(
            "deaths",
            "dies in every state, and leaves a child that writes on",
            Messages,
            |endpoint| {
                replay(
                    endpoint,
                    &[
                        "dies between claim and commit",
                        "dies behind the next header",
                        "dies before it rings",
                        "dies after it rang",
                        "leaves a child",
                        "hangs up and writes on",
                    ],
                );
            },
        ),
        Attack::new(
            "reads-nothing",
            "has main send and answer, and reads nothing",
            Messages,
            |endpoint| {
                replay(
                    endpoint,
                    &[
                        "reads no messages",
                        "calls and reads nothing",
                        "invokes and reads nothing",
                        "invokes what never ends",
                    ],
                );
            },
        ),
        Attack::new("stops", "is stopped in every state", Messages, stop_each),
    ]
}

/// Plays scripts one after the other, and tells each to go on whenever it waits.
fn replay(endpoint: &str, scripts: &[&str]) {
    for script in scripts.iter().cycle() {
        let mut actor = Actor::helper(&["script", script, endpoint]);
        while actor.hear(SLOT).is_some() {
            actor.tell("go on");
        }
    }
}

/// Stops a process in each state for as long as main may wait for it, and kills it.
fn stop_each(endpoint: &str) {
    let scripts = [
        "stopped",
        "begins a gigabyte",
        "flips words",
        "calls and reads nothing",
        "messages without end",
        "says nothing",
        "arms once",
        "tiny fragments",
        "a full ring",
    ];
    let mut stopped: Vec<Actor> = Vec::new();
    for script in scripts.iter().cycle() {
        let actor = Actor::helper(&["script", script, endpoint]);
        actor.hear(SLOT);
        actor.signal(Signal::STOP);
        stopped.push(actor);
        if stopped.len() > scripts.len() {
            drop(stopped.remove(0));
        }
        std::thread::sleep(SLOT / 3);
    }
}
