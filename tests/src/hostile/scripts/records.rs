//! Records that no renderer writes, and some that one may.

use super::super::Random;
use super::super::client::{Client, kind};
use super::super::lies::{self, Lie};
use super::super::player::{say, told};
use super::{ECHO, NOTE, attach, note};
use ringmain::args;

/// Tells each lie in a session of its own, and waits to be cut off for it.
pub(super) fn tell(lies: &[Lie], endpoint: Option<&str>) {
    for lie in lies {
        let mut client = Client::attach(endpoint);
        client.define(0, "sum"); // a channel without listeners
        (lie.tell)(&mut client);
        client.nudge();
        client.wait_for_hang_up();
        say(lie.name);
        let _ = told();
    }
}

/// One session per archive with a flipped bit.
pub(super) fn flipped_archives(endpoint: Option<&str>) {
    let archives = lies::flipped_archives();
    for archive in &archives {
        let mut client = attach(endpoint);
        client.put(kind::MESSAGE, NOTE, 0, archive).expect("a main that listens");
        client.nudge();
        client.wait_for_hang_up();
    }
    say(&archives.len().to_string());
    while told().is_some() {}
}

/// One session per random header word.
pub(super) fn random_headers(endpoint: Option<&str>) {
    let mut random = Random(1);
    for _ in 0..100 {
        let client = attach(endpoint);
        // Kinds 1 and 2 in earnest, the rest at random.
        let word = random.number();
        let small = word & 0x3_ffff_ffff;
        client.lie(if word.is_multiple_of(2) { word | 1 << 40 } else { small | 1 << 20 });
        client.nudge();
        client.wait_for_hang_up();
    }
    say("100");
    while told().is_some() {}
}

/// Records of random bytes behind a proper envelope, or an improper one, until cut off.
pub(super) fn random_records(endpoint: Option<&str>) {
    let mut random = Random(2);
    for _ in 0..100 {
        let mut client = attach(endpoint);
        loop {
            let len = 8 + random.number() % 512;
            let mut content: Vec<u8> = (0..len).map(|_| random.number().to_le_bytes()[0]).collect();
            if random.number().is_multiple_of(2) {
                content[..2].copy_from_slice(&[(random.number() % 6).to_le_bytes()[0], 0]);
                content[2..4].copy_from_slice(&[0, 0]);
            }
            if client.record(&content).is_err() || client.is_hung_up() {
                break;
            }
            client.nudge();
        }
    }
    say("100");
    while told().is_some() {}
}

/// What follows a lie must never be delivered.
pub(super) fn lie_between_messages(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    note(&mut client, "before").expect("a main that listens");
    client.wait_until_read();
    // At once for main, as nothing is there before its header is: the first header is stored last.
    let first = client.here();
    client.put(kind::MESSAGE, NOTE, 0, &[0; 40]).expect("space");
    let lie = client.own.load(first);
    client.own.store(first, 0);
    for _ in 0..20 {
        client.put(kind::MESSAGE, NOTE, 0, args!["after"].archive()).expect("space");
    }
    client.own.store(first, lie);
    client.nudge();
    client.wait_for_hang_up();
    say("cut off");
    while told().is_some() {}
}

/// Main reads nothing into the ids of calls: any is echoed, also twice.
pub(super) fn call_ids(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    for call in [0, u32::MAX, 7, 7, 7, 1 << 31] {
        client.put(kind::SYNC_CALL, ECHO, call, args![call].archive()).expect("space");
        let reply = client.next_reply().expect("a reply");
        assert_eq!(reply[..4], [kind::ANSWER, 0, 0, 0]);
        assert_eq!(reply[4..8], call.to_le_bytes());
    }
    say("answered");
    while told().is_some() {}
}

/// A hundred thousand names for one slot after the other.
pub(super) fn churn(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    for number in 0..100_000_u32 {
        let slot = u16::try_from(number % 1024).expect("a slot");
        let name = format!("{number}-{}", "x".repeat(200));
        client.put(kind::DEFINE, slot, 0, name.as_bytes()).expect("a main that listens");
    }
    client.define(NOTE, "note");
    note(&mut client, "churned").expect("a main that listens");
    say("churned");
    while told().is_some() {}
}
