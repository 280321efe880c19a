//! What the engine's sources promise about themselves: the order of the modules, and which files may
//! say `unsafe`. Both lists are here, so a change of either is a change that somebody reads.

use ringmain_tests::sources;
use std::collections::{BTreeMap, BTreeSet};

/// Lowest first. A module names itself and those before it, and none behind it.
const ORDER: [&str; 25] = [
    "sync",
    "copy",
    "trace",
    "limits",
    "error",
    "room",
    "buffer",
    "layout",
    "fork",
    "value",
    "emitter",
    "ring",
    "segment",
    "board",
    "wait",
    "lane",
    "wire",
    "typed",
    "rendezvous",
    "session",
    "ipc_renderer",
    "ipc_main",
    "monitor",
    "upkeep",
    "driver",
];

/// The audit list: the files that may say `unsafe`, and what for.
const UNSAFE: [(&str, &str); 34] = [
    ("board/mod.rs", "names the struct of the page"),
    ("buffer.rs", "memory is not cleared before it is written"),
    ("driver.rs", "tokio watches a descriptor that is borrowed meanwhile"),
    ("fork.rs", "a word in a page that the kernel clears in a child"),
    ("ipc_main/options.rs", "trust in renderers is the caller's promise"),
    ("ipc_main/turn.rs", "reads messages in place, on the caller's word"),
    ("ipc_renderer/delivery.rs", "reads main's messages in place"),
    ("ipc_renderer/held.rs", "a claim beside the session that it borrows from"),
    ("rendezvous/actor.rs", "tests only: descriptors of another process"),
    ("rendezvous/holder.rs", "asks who holds a lock, which rustix cannot"),
    ("rendezvous/sockopt.rs", "socket options that rustix lacks"),
    ("rendezvous/spawn.rs", "the child's side of fork, and a descriptor known by its number"),
    ("ring/buffer.rs", "lines as the bytes they are made of"),
    ("ring/consumer.rs", "reading a record in place, on the caller's word"),
    ("ring/data.rs", "ring positions into memory"),
    ("ring/model.rs", "models only: reading in place"),
    ("ring/producer.rs", "writing a claimed record in place"),
    ("segment/life.rs", "tests only: words of a segment"),
    ("room.rs", "has the C library give unused memory back"),
    ("segment/mod.rs", "a mapping into the layout's structs"),
    (
        "segment/named.rs",
        "a mapping of the crate shared_memory, made read-only and sent to threads",
    ),
    ("segment/tests.rs", "tests only: words of a segment"),
    ("session/lanes.rs", "names the structs of the two segments"),
    ("session/replies.rs", "reads main's answers in place"),
    ("sync/robust.rs", "words that the kernel marks, on pages that are mapped twice"),
    ("sync/robust_tests.rs", "tests only: forks, and words in mappings"),
    ("sync/shared.rs", "a reference that keeps its mapping alive"),
    ("sync/thread.rs", "libc's threads and signal masks"),
    ("typed/serialize.rs", "bytes of a type that is its own archive"),
    ("value/args.rs", "an archive is checked once and read where it lies"),
    ("value/check.rs", "an archive proved whole without rkyv"),
    ("value/owned.rs", "as args.rs"),
    ("value/table.rs", "checked nodes as the bytes that they are"),
    ("value/view.rs", "text of a checked archive is UTF-8"),
];

/// The words of a text: runs of letters, digits and underscores.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The module that a file belongs to.
fn module_of(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

/// The first names behind every `crate::`, one or those of a group.
fn named_by(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (_, rest) in
        text.match_indices("crate::").map(|(at, found)| (at, &text[at + found.len()..]))
    {
        match rest.strip_prefix('{') {
            None => names.extend(words(rest).next()),
            Some(group) => names.extend(group_of(group)),
        }
    }
    names
}

/// The first names of the parts of a group, up to the brace that closes it.
fn group_of(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.extend(words(&group[start..at]).next());
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

/// Where a name at the crate's root comes from: `lib.rs` says it in `pub use module::{…};`.
fn exports(lib: &str) -> BTreeMap<&str, &str> {
    let mut exports = BTreeMap::from([("args", "value"), ("object", "value")]); // macros, exported at the root
    for statement in lib.split("pub use ").skip(1) {
        let statement = statement.split(';').next().unwrap_or_default();
        let mut names = words(statement);
        let Some(module) = names.next() else { continue };
        exports.extend(names.map(|name| (name, module)));
    }
    exports
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let sources = sources();
    let found: BTreeSet<_> =
        sources.keys().map(|file| module_of(file)).filter(|module| *module != "lib").collect();
    assert_eq!(found, BTreeSet::from(ORDER));
}

#[test]
fn a_module_names_only_modules_before_it() {
    let sources = sources();
    let exports = exports(&sources["lib.rs"]);
    let place = |module: &str| ORDER.iter().position(|known| *known == module);
    let mut violations = Vec::new();
    for (file, text) in sources.iter().filter(|(file, _)| *file != "lib.rs") {
        let own = place(module_of(file)).expect("a module with a place");
        for name in named_by(text) {
            let module = exports.get(name).copied().unwrap_or(name);
            match place(module) {
                Some(place) if place <= own => {}
                Some(_) => violations.push(format!("{file} names {module}")),
                None => violations.push(format!("{file} names {name}, which has no place")),
            }
        }
    }
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn unsafe_is_said_only_in_the_files_of_the_list() {
    let sources = sources();
    let says = |text: &str| words(text).any(|word| word == "unsafe");
    let found: BTreeSet<_> =
        sources.iter().filter(|(_, text)| says(text)).map(|(file, _)| file.as_str()).collect();
    let listed: BTreeSet<_> = UNSAFE.iter().map(|(file, _)| *file).collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    let idle: Vec<_> = listed.difference(&found).collect();
    assert!(missing.is_empty(), "not on the audit list: {missing:?}");
    assert!(idle.is_empty(), "on the audit list for nothing: {idle:?}");
    assert!(UNSAFE.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn unsafe_is_opened_with_a_reason_in_every_file_of_the_list() {
    for (file, text) in sources() {
        let opened = text.matches("unsafe_code").count();
        let reasons = text.matches("reason =").count();
        assert!(opened <= reasons, "{file} opens unsafe code without a reason");
    }
}

#[test]
fn a_group_of_names_is_read_name_by_name() {
    let text = "use crate::{Args, value::{Kind, Value}, wire::Names};\nuse crate::sync::at;";
    assert_eq!(named_by(text), BTreeSet::from(["Args", "sync", "value", "wire"]));
}
