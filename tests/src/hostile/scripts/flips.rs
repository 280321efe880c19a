//! Words and payloads that never stand still.

use super::super::Random;
use super::super::client::{kind, own};
use super::super::map::Map;
use super::super::player::{say, told};
use super::{ANY, TEXT, ask_for, attach};
use ringmain::args;
use ringmain::layout::{DATA_OFFSET, HEADER_WORD};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Every word for waiting says something else all the time, while main sends and receives.
pub(super) fn words(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    let own = Map::writable(&client.own_fd, client.own.size()).expect("a map");
    std::thread::spawn(move || {
        let mut random = Random(3);
        loop {
            for word in [own::MESSAGES_OUT, own::MESSAGES_IN, own::REPLIES_IN] {
                let [asleep, bell] = [random.number(), random.number()];
                own.u32(word).store(u32::try_from(asleep >> 32).unwrap_or(0), Relaxed);
                own.u32(word + 4).store(u32::try_from(bell >> 32).unwrap_or(0), Relaxed);
                own.u32(own::CPU).store(u32::try_from(bell & 7).unwrap_or(0), Relaxed);
            }
        }
    });
    say("flips");
    for _ in 0..50 {
        ask_for(&mut client, 100, 1).expect("a main that listens");
        for _ in 0..100 {
            client.next_message().expect("a message");
        }
    }
    say("done");
    while told().is_some() {}
}

/// Arms once, and again when told, and reads nothing.
pub(super) fn arms_once(endpoint: Option<&str>) {
    let client = attach(endpoint);
    client.wait_until_read();
    let mut epoch = 0;
    loop {
        epoch += 1;
        client.own.u32(own::MESSAGES_IN).store(epoch << 2 | 1, Relaxed);
        say("armed");
        if told().is_none() {
            return;
        }
    }
}

/// Bytes of ring that each message below takes, so that all lie at the same places in every lap.
const SIZE: usize = 128;

/// Publishes `count` messages of `archive` on `slot`, while a second thread goes through the ring
/// and changes the archive in every place with `change`, published or not. Returns whether main
/// took them all.
fn publish_and_change(
    endpoint: Option<&str>,
    slot: u16,
    archive: &[u8],
    count: usize,
    change: impl Fn(&Map, usize, &mut Random) + Sync,
) -> bool {
    let mut client = attach(endpoint);
    client.advance_to(4 * SIZE);
    client.wait_until_read();
    let map = Map::writable(&client.own_fd, client.own.size()).expect("a second view");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random(4);
            while !stop.load(Relaxed) {
                for place in (DATA_OFFSET..map.size()).step_by(SIZE) {
                    change(&map, place + HEADER_WORD + 8, &mut random);
                }
            }
        });
        let took_all = (0..count).all(|_| {
            let put = client.put(kind::MESSAGE, slot, 0, archive);
            client.nudge();
            put.is_ok() && !client.is_hung_up()
        });
        stop.store(true, Relaxed);
        took_all
    })
}

/// A text flips between two letters, byte by byte: main must see one or the other, and see the same
/// when it looks twice.
pub(super) fn text(endpoint: Option<&str>) {
    let args = args!["a".repeat(40)];
    let archive = args.archive();
    let text = archive.windows(40).position(|window| window == [b'a'; 40]).expect("the text");
    let took_all = publish_and_change(endpoint, TEXT, archive, 20_000, |map, place, random| {
        let letters = random.number();
        for at in 0..40 {
            let letter = if letters >> at & 1 == 0 { b'a' } else { b'b' };
            map.write(place + text + at, &[letter]);
        }
    });
    assert!(took_all, "every such text is a legal one");
    say("flipped");
    while told().is_some() {}
}

/// Anything flips, headers and envelopes too where they happen to lie: main may read a legal message
/// or cut the session off, and nothing else.
pub(super) fn nodes(endpoint: Option<&str>) {
    let args = args!["short", [1, 2], "of more than fourteen bytes"];
    let archive = args.archive();
    for _ in 0..50 {
        publish_and_change(endpoint, ANY, archive, 200, |map, place, random| {
            let (at, bit) = (random.number() % 96, random.number() % 8);
            let at = place + usize::try_from(at).expect("a small number");
            let byte = map.read(at, 1)[0] ^ 1 << bit;
            map.write(at, &[byte]);
        });
    }
    say("flipped");
    while told().is_some() {}
}
