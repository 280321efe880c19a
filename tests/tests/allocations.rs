//! Who decides how much memory the engine takes.
//!
//! An allocation that fails ends the process, and what a peer sends must not. So in the modules that handle what
//! peers send, every call that allocates as much as it is told goes on with `?` where there is no memory, or is
//! in the list below, with the reason why it may be as it is. A change of the list is a change that somebody
//! reads.

use ringmain_tests::sources;
use std::collections::BTreeMap;

/// The modules that see bytes, names or numbers of a peer's.
const MODULES: [&str; 12] = [
    "board",
    "buffer",
    "emitter",
    "ipc_main",
    "ipc_renderer",
    "lane",
    "rendezvous",
    "ring",
    "session",
    "typed",
    "value",
    "wire",
];

/// What allocates as much as it is told.
const CALLS: [&str; 20] = [
    "with_capacity(",
    ".reserve(",
    ".reserve_exact(",
    ".resize(",
    ".resize_with(",
    ".append(",
    ".extend(",
    ".extend_from_slice(",
    ".insert_str(",
    ".collect(",
    ".collect::<",
    ".to_vec(",
    "::to_vec",
    ".to_owned(",
    "str::to_owned",
    ".to_string(",
    ".into_owned(",
    "from_utf8_lossy(",
    "format!(",
    "vec![",
];

/// File, call, how often, and why no peer can end the process by it.
#[rustfmt::skip]
const LIST: &[(&str, &str, usize, &str)] = &[
    ("board/text.rs", ".collect(", 1, "a text of the board's, of some tens of bytes"),
    ("board/text.rs", ".into_owned(", 1, "the same"),
    ("board/text.rs", "from_utf8_lossy(", 1, "the same"),
    ("buffer.rs", ".append(", 2, "hands the refusal on as its result"),
    ("emitter/handlers.rs", ".to_owned(", 1, "a name that the host registers"),
    ("emitter/listeners.rs", ".collect(", 3, "the listeners that the host registers"),
    ("emitter/listeners.rs", ".collect::<", 1, "the same"),
    ("emitter/outcome.rs", ".to_owned(", 2, "the text of a panic"),
    ("emitter/snapshots.rs", ".resize(", 1, "a slot that `Names` has room for: 16 bytes each for at most 1,024 of them"),
    ("ipc_main/attach.rs", ".collect::<", 1, "8 bytes for each session that leaves"),
    ("ipc_main/door.rs", ".collect(", 2, "8 bytes for each of at most 64 handshakes"),
    ("ipc_main/door.rs", ".collect::<", 1, "8 bytes for each of at most 64 handshakes"),
    ("ipc_main/handler.rs", ".to_string(", 3, "the text of an error of the host's, or of one of ours"),
    ("ipc_main/mod.rs", ".collect(", 1, "8 bytes for each session, where the host asks for all"),
    ("ipc_main/raw.rs", ".reserve(", 1, "a place in the ring"),
    ("ipc_main/state.rs", ".collect::<", 2, "8 or 16 bytes for each session that waits for memory"),
    ("ipc_renderer/calls.rs", ".collect(", 1, "8 bytes for each invoke of the host's"),
    ("ipc_renderer/raw.rs", ".reserve(", 1, "a place in the ring"),
    ("rendezvous/actor.rs", ".to_owned(", 1, "tests only"),
    ("rendezvous/endpoint.rs", ".to_owned(", 3, "a name that the host chooses, or of a file in its directory"),
    ("rendezvous/endpoint.rs", "format!(", 9, "the same"),
    ("rendezvous/handshake.rs", ".extend(", 1, "at most as many descriptors as lie in place"),
    ("rendezvous/listener.rs", ".to_owned(", 3, "a name that the host chooses"),
    ("rendezvous/peer.rs", ".to_owned(", 1, "a fixed text"),
    ("rendezvous/scratch.rs", "format!(", 1, "tests only"),
    ("rendezvous/spawn.rs", "format!(", 1, "two numbers"),
    ("rendezvous/stream.rs", "format!(", 1, "two numbers"),
    ("rendezvous/welcome.rs", ".resize(", 1, "a packet of fixed size"),
    ("rendezvous/welcome.rs", ".to_owned(", 1, "a fixed text"),
    ("ring/buffer.rs", ".resize(", 1, "what `make_room` has reserved; a short record's lines, at most 16 of them; in tests"),
    ("ring/data.rs", ".collect(", 5, "tests and models only"),
    ("ring/data.rs", "vec![", 1, "tests only"),
    ("session/overflow.rs", ".extend(", 2, "what `push` has reserved"),
    ("session/payload.rs", ".to_owned(", 1, "the name of a channel of the host's"),
    ("session/pool.rs", ".reserve_exact(", 1, "is matched, and hands the refusal on"),
    ("session/pool.rs", "with_capacity(", 1, "16 empty buffers"),
    ("value/builder.rs", "with_capacity(", 1, "what the host writes"),
    ("value/builder/objects.rs", ".collect(", 1, "what the host writes"),
    ("value/builder/objects.rs", ".extend(", 2, "what the host writes"),
    ("value/builder/objects.rs", "with_capacity(", 2, "what the host writes"),
    ("value/builder/written.rs", "str::to_owned", 1, "what the host writes"),
    ("value/compare.rs", ".extend(", 1, "was promised, or panics"),
    ("value/compound.rs", ".collect(", 1, "what the host writes"),
    ("value/copy.rs", ".reserve_exact(", 1, "was promised"),
    ("value/copy.rs", "vec![", 2, "was promised; of up to 1,024 nodes 4 KiB that are freed at once"),
    ("value/from_value.rs", ".collect(", 1, "each entry was promised"),
    ("value/from_value.rs", ".reserve(", 1, "was promised"),
    ("value/from_value.rs", "::to_vec", 1, "was promised"),
    ("value/from_value.rs", "format!(", 3, "numbers"),
    ("value/from_value.rs", "str::to_owned", 1, "was promised"),
    ("value/list.rs", ".extend_from_slice(", 1, "was reserved, or panicked"),
    ("value/list.rs", ".resize(", 1, "was reserved, or panicked"),
    ("value/pool.rs", ".extend_from_slice(", 1, "hands the refusal on as its result"),
    ("value/regexp.rs", ".collect(", 1, "at most eight flags"),
    ("value/serde/error.rs", ".insert_str(", 2, "a step of a path of at most 128 steps, each of which is cut off"),
    ("value/serde/error.rs", "format!(", 1, "a number"),
    ("value/serde/forms.rs", ".to_string(", 1, "a date"),
    ("value/serde/forms.rs", "format!(", 1, "was promised"),
    ("value/serde/mod.rs", ".to_string(", 1, "an error, whose text is cut off"),
    ("value/serde/write.rs", ".collect(", 2, "what the host writes"),
    ("value/wrong_kind.rs", ".insert_str(", 2, "a step of a path as deep as the host's type, each of which is cut off"),
    ("value/wrong_kind.rs", ".to_string(", 1, "a number of at most 32 bytes"),
    ("value/wrong_kind.rs", "format!(", 4, "a number, or a key that is cut off"),
    ("value/wrong_kind.rs", "from_utf8_lossy(", 1, "a key that is cut off"),
    ("value/wtf8.rs", ".extend(", 2, "what the host writes"),
    ("value/wtf8.rs", ".to_string(", 1, "was promised where main calls it; the host's own call otherwise"),
    ("wire/channels.rs", ".extend_from_slice(", 1, "a name of at most 255 bytes"),
    ("wire/channels.rs", ".resize(", 1, "was reserved"),
    ("wire/interner.rs", "with_capacity(", 1, "255 bytes"),
    ("wire/run.rs", ".extend(", 2, "hands the refusal on as its result"),
    ("wire/run.rs", ".reserve_exact(", 1, "hands the refusal on as its result"),
    ("wire/status.rs", ".into_owned(", 1, "was promised"),
    ("wire/status.rs", ".to_owned(", 1, "a name of at most 255 bytes"),
    ("wire/status.rs", "from_utf8_lossy(", 1, "was promised"),
];

/// The calls in a file, and how often each is there. `#[cfg(test)]` modules at the end do not count.
fn calls(text: &str) -> BTreeMap<&'static str, usize> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut found = BTreeMap::new();
    for call in CALLS {
        let count = code
            .match_indices(call)
            .filter(|(at, _)| !may_fail(call, &code[at + call.len()..]))
            .count();
        if count > 0 {
            found.insert(call, count);
        }
    }
    found
}

/// Whether a call, whose arguments `rest` begins with, hands its refusal on. One without arguments reserves no
/// memory but a slot of a builder's.
fn may_fail(call: &str, rest: &str) -> bool {
    if rest.starts_with(')') {
        return call == ".reserve(";
    }
    let mut depth = 1;
    let end = rest.char_indices().find(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    end.is_some_and(|(end, _)| {
        let behind = rest[end + 1..].trim_start();
        behind.starts_with('?') || behind.starts_with(".map_err(")
    })
}

#[test]
fn whatever_a_peer_decides_the_size_of_may_be_refused() {
    let listed: BTreeMap<_, _> =
        LIST.iter().map(|(file, call, count, _)| ((*file, *call), *count)).collect();
    assert_eq!(listed.len(), LIST.len(), "something is on the list twice");
    let sources = sources();
    let mut found = BTreeMap::new();
    for (file, text) in &sources {
        let is_test = file.contains("test") || file.contains("model");
        if !is_test && MODULES.contains(&file.split(['/', '.']).next().unwrap_or_default()) {
            found.extend(calls(text).into_iter().map(|(call, n)| ((file.as_str(), call), n)));
        }
    }
    let new: Vec<_> = found.iter().filter(|(at, count)| listed.get(*at) != Some(*count)).collect();
    let idle: Vec<_> = listed.iter().filter(|(at, _)| !found.contains_key(*at)).collect();
    assert!(new.is_empty(), "not on the list, or as often: {new:#?}");
    assert!(idle.is_empty(), "on the list for nothing: {idle:#?}");
    assert!(LIST.iter().all(|(.., reason)| !reason.is_empty()));
}

#[test]
fn a_call_is_found_unless_its_refusal_is_handed_on() {
    let found = |text| calls(text).into_iter().collect::<Vec<_>>();
    assert_eq!(found("Vec::with_capacity(sent.len());"), [("with_capacity(", 1)]);
    assert_eq!(found("copy.resize(sent(1), 0); a.resize(2, 0)"), [(".resize(", 2)]);
    assert_eq!(found("copy.resize(sent(1))?;"), []);
    assert_eq!(found("list.reserve_exact(5)\n    .map_err(|_| NoMemory)?;"), []);
    assert_eq!(found("builder.reserve(); list.reserve(1)"), [(".reserve(", 1)]);
    assert_eq!(found("names.extend(parse(sent)?);"), [(".extend(", 1)]);
    assert_eq!(found("#[cfg(test)]\nmod tests { vec![1] }"), []);
}
