//! What is written into shared memory while main reads it.

use super::{Attack, Class, again, attach, each_again};
use crate::hostile::Random;
use crate::hostile::client::{Client, MAINS_HEAD, header, kind, own};
use crate::hostile::map::Map;
use ringmain::args;
use ringmain::layout::DATA_OFFSET;
use ringmain::layout::record_kind::RECORD;
use std::sync::atomic::Ordering::Relaxed;

pub(super) fn attacks() -> Vec<Attack> {
    use Class::{Control, Messages};
    vec![
        Attack::new(
            "random-bytes",
            "random words all over its segment, while messages are sent",
            Messages,
            |endpoint| again(|| beside(endpoint, "any", scribble)),
        )
        .threads(2),
        Attack::new(
            "flipping-heads",
            "how far it has read flips, goes back and jumps, while main answers",
            Messages,
            |endpoint| again(|| flip_heads(endpoint)),
        )
        .threads(2),
        Attack::new(
            "flipping-words",
            "all words for waiting flip, while main answers",
            Messages,
            |endpoint| again(|| flip_words(endpoint)),
        )
        .threads(2),
        Attack::new(
            "frozen-head",
            "reads what main sends, and never says so",
            Messages,
            |endpoint| again(|| frozen(endpoint)),
        ),
        Attack::new(
            "flipping-headers",
            "the headers of published records flip between two lengths",
            Messages,
            |endpoint| again(|| beside(endpoint, "any", flip_headers)),
        )
        .threads(2),
        Attack::new(
            "flipping-text",
            "a text flips between two letters, byte by byte, while main reads it",
            Messages,
            |endpoint| again(|| flip_text(endpoint)),
        )
        .threads(2),
        Attack::new(
            "flipping-text-in-place",
            "the same at a main that reads in place, which has to see it: the control",
            Control,
            |endpoint| again(|| flip_text(endpoint)),
        )
        .threads(2)
        .limits(&["in-place"]),
        Attack::new(
            "foreign-calls",
            "answers that nobody asked for, and calls with forged and repeated ids",
            Messages,
            |endpoint| each_again(2, |_| foreign_calls(endpoint)),
        )
        .threads(2),
    ]
}

/// Sends messages, and has another thread change the ring meanwhile.
fn beside(endpoint: &str, channel: &str, change: fn(&Map, &mut Random)) {
    let mut client = attach(endpoint, channel);
    let map = Map::writable(&client.own_fd, client.own.size()).expect("a second view");
    let archive = args!["short", [1, 2], "of more than fourteen bytes"];
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random(crate::arena::pulse::now());
            while !done.load(Relaxed) {
                change(&map, &mut random);
            }
        });
        while client.put(kind::MESSAGE, 0, 0, archive.archive()).is_ok() && !client.is_hung_up() {
            client.nudge();
        }
        done.store(true, Relaxed);
    });
}

fn place(map: &Map, random: &mut Random, step: usize) -> usize {
    let lines = (map.size() - DATA_OFFSET) / step;
    DATA_OFFSET + usize::try_from(random.number()).unwrap_or(0) % lines * step
}

fn scribble(map: &Map, random: &mut Random) {
    for _ in 0..16 {
        map.store(place(map, random, 8), random.number());
    }
    // Beside the ring: the words that both sides look at.
    let word = usize::try_from(random.number()).unwrap_or(0) % (DATA_OFFSET / 8) * 8;
    map.store(word, random.number());
}

fn flip_headers(map: &Map, random: &mut Random) {
    let line = place(map, random, 64);
    let word = map.load(line);
    if word >> 32 == u64::from(RECORD) {
        map.store(line, header(RECORD, 40));
        map.store(line, word);
    }
}

fn flip_heads(endpoint: &str) {
    let mut client = attach(endpoint, "echo");
    let mut random = Random(crate::arena::pulse::now());
    let archive = args![vec![b'x'; 1000].as_slice()];
    let mut last = 0;
    for call in 0.. {
        client.put(kind::SYNC_CALL, 0, call, archive.archive()).expect("a main that listens");
        client.nudge();
        while client.replies.read(&client.main, &client.own).is_some() {}
        let honest = client.own.load(own::REPLIES_HEAD);
        // Backwards and forwards in turn, and a lie that cannot be true at times.
        client.own.store(own::REPLIES_HEAD, last);
        last = honest;
        if random.number().is_multiple_of(1000) {
            client.own.store(own::REPLIES_HEAD, random.number());
        } else {
            client.own.store(own::REPLIES_HEAD, honest);
        }
    }
}

fn flip_words(endpoint: &str) {
    let mut client = attach(endpoint, "echo");
    let map = Map::writable(&client.own_fd, client.own.size()).expect("a second view");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random(3);
            while !client_is_gone(&map) {
                for word in [own::MESSAGES_OUT, own::MESSAGES_IN, own::REPLIES_IN] {
                    let number = random.number().to_le_bytes();
                    let [asleep, bell] =
                        [[0, 1, 2, 3], [4, 5, 6, 7]].map(|at| at.map(|at: usize| number[at]));
                    map.u32(word).store(u32::from_le_bytes(asleep), Relaxed);
                    map.u32(word + 4).store(u32::from_le_bytes(bell), Relaxed);
                }
            }
        });
        let archive = args![1];
        for call in 0.. {
            if client.put(kind::SYNC_CALL, 0, call, archive.archive()).is_err() {
                break;
            }
            client.nudge();
            while client.replies.read(&client.main, &client.own).is_some() {}
        }
        map.store(GONE, u64::MAX);
    });
}

/// A word of the segment that nobody uses: past the words for waiting.
const GONE: usize = DATA_OFFSET - 8;

fn client_is_gone(map: &Map) -> bool {
    map.load(GONE) == u64::MAX
}

fn frozen(endpoint: &str) {
    let mut client = attach(endpoint, "echo");
    let archive = args![vec![b'x'; 100].as_slice()];
    for call in 0.. {
        client.put(kind::SYNC_CALL, 0, call, archive.archive()).expect("a main that listens");
        client.nudge();
        while client.replies.read(&client.main, &client.own).is_some() {}
        client.own.store(own::REPLIES_HEAD, 0);
    }
}

/// Bytes of ring that each message takes.
const SIZE: usize = 128;

fn flip_text(endpoint: &str) {
    let mut client = attach(endpoint, "text");
    let args = args!["a".repeat(40)];
    let archive = args.archive();
    let text = archive.windows(40).position(|window| window == [b'a'; 40]).expect("the text");
    // From now on all lie at the same places in every lap.
    client.wait_until_read();
    advance(&mut client, archive);
    let map = Map::writable(&client.own_fd, client.own.size()).expect("a second view");
    let main = Map::readable(&client.main_fd, client.main.size()).expect("a second view");
    let capacity = client.capacity;
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random(4);
            while !done.load(Relaxed) {
                // What main reads now, or next.
                let head = usize::try_from(main.load(MAINS_HEAD)).unwrap_or(0) / SIZE * SIZE;
                for position in (head..head + 64 * SIZE).step_by(SIZE) {
                    flip_letters(&map, DATA_OFFSET + position % capacity + 16 + text, &mut random);
                }
            }
        });
        while client.put(kind::MESSAGE, 0, 0, archive).is_ok() && !client.is_hung_up() {
            client.nudge();
        }
        done.store(true, Relaxed);
    });
}

fn flip_letters(map: &Map, place: usize, random: &mut Random) {
    let letters = random.number();
    for at in 0..40 {
        map.write(place + at, &[if letters >> at & 1 == 0 { b'a' } else { b'b' }]);
    }
}

/// Sends messages up to a place that is a multiple of [`SIZE`].
fn advance(client: &mut Client, archive: &[u8]) {
    assert!((16 + archive.len()).next_multiple_of(64) == SIZE, "messages of two lines");
    while !client.index().is_multiple_of(SIZE) {
        client.define(1, "none"); // a record of one line
    }
}

fn foreign_calls(endpoint: &str) {
    let mut client = attach(endpoint, "echo");
    let mut random = Random(crate::arena::pulse::now());
    let archive = args![1];
    for number in 0_u32..100_000 {
        let call = match number % 3 {
            0 => 7,
            1 => u32::MAX - number,
            _ => u32::try_from(random.number() >> 32).unwrap_or(0),
        };
        client.put(kind::SYNC_CALL, 0, call, archive.archive()).expect("a main that listens");
        client.nudge();
        while client.replies.read(&client.main, &client.own).is_some() {}
    }
    client.put(kind::ANSWER, 0, 1, archive.archive()).expect("a main that listens");
    client.nudge();
    client.wait_for_hang_up();
}
