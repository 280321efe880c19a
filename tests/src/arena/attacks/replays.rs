//! What the tests know already: their scripts, one after the other, without end.

use super::super::actor::Actor;
use super::{Attack, Class};
use rustix::process::Signal;
use std::time::Duration;

/// How long a script may say nothing before the next one's turn.
const SLOT: Duration = Duration::from_millis(300);

pub(super) fn attacks() -> Vec<Attack> {
    let attack = |(name, says, class, scripts)| Attack::scripts(name, says, class, scripts);
    let mut attacks: Vec<_> = REPLAYS.into_iter().map(attack).collect();
    let stops = "is stopped in every state";
    attacks.push(Attack::new("stops", stops, Class::Messages, stop_each));
    attacks
}

/// Name, what it is, what it is made of, and the scripts.
type Replay = (&'static str, &'static str, Class, &'static [&'static str]);

const REPLAYS: [Replay; 11] = [
    (
        "heads",
        "indices that go back, jump and are impossible",
        Class::Messages,
        &["head of messages", "head of replies", "head line by line"],
    ),
    (
        "lies",
        "lengths, envelopes, archives and runs that lie",
        Class::Nothing,
        &["headers", "envelopes", "archives", "runs", "typed", "a lie between messages"],
    ),
    (
        "random",
        "random headers, records and flipped archives",
        Class::Nothing,
        &["random headers", "random records", "flipped archives", "flips nodes"],
    ),
    (
        "fragments",
        "messages of several records as nobody sends them",
        Class::Messages,
        &["tiny fragments", "fragments until cut off", "begins and waits"],
    ),
    (
        "hellos",
        "hellos of every length, that lie, and random ones",
        Class::Nothing,
        &["hellos of every length", "hellos that lie", "random hellos"],
    ),
    (
        "board",
        "monitors that speak, misuse the board, and come without end",
        Class::Nothing,
        &["speaks as a monitor", "misuses the board", "monitors without end"],
    ),
    (
        "sockets",
        "packets, descriptors, half-closed sockets, nudges that are never read",
        Class::Nothing,
        &["packets", "descriptors", "never reads nudges", "shuts writing", "shuts reading"],
    ),
    (
        "seals",
        "truncation, mapping for writing, holes",
        Class::Nothing,
        &["seals", "holes in its own segment"],
    ),
    (
        "call-ids",
        "call ids and channel names as nobody gives them",
        Class::Messages,
        &["call ids", "channel churn"],
    ),
    (
        "deaths",
        "dies in every state, and leaves a child that writes on",
        Class::Messages,
        &[
            "dies between claim and commit",
            "dies behind the next header",
            "dies before it rings",
            "dies after it rang",
            "leaves a child",
            "hangs up and writes on",
        ],
    ),
    (
        "reads-nothing",
        "has main send and answer, and reads nothing",
        Class::Messages,
        &[
            "reads no messages",
            "calls and reads nothing",
            "invokes and reads nothing",
            "invokes what never ends",
        ],
    ),
];

/// Plays scripts one after the other, and tells each to go on whenever it waits.
pub(super) fn replay(endpoint: &str, scripts: &[&str]) {
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
