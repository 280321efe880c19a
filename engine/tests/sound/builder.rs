//! One builder, used as its methods allow.

use crate::support::{caught, read, read_or_error};
use ringmain::value::{Boxed, ErrorName, Key, Primitive, Slot, ViewKind};
use ringmain::{Args, Builder, Error};

/// Slots of another builder, which may be parts of what this one has made.
fn foreign(count: usize) -> Vec<Slot> {
    let mut other = Builder::args(0);
    (0..count).map(|_| other.reserve()).collect()
}

/// Of a length that no number of sequences of two or four bytes has.
fn long(of: &str) -> String {
    of.repeat(501)
}

#[test]
fn a_builder_that_gave_its_message_away_is_empty() {
    let mut builder = Builder::args(2);
    let (text, bytes) = (builder.root(0), builder.root(1));
    builder.string(text, &long("a"));
    let mut args = Args::default();
    builder.finish_into(&mut args).unwrap();

    let written = caught(|| builder.bytes(bytes, &[0xff; 600]));
    let rest = builder.finish_args().unwrap();
    read(&rest);
    assert!(written.is_err() && rest.is_empty());
    assert_eq!(args.get(0).as_str(), Some(&*long("a")));
}

#[test]
fn so_is_one_whose_message_was_short() {
    let mut builder = Builder::args(1);
    let mut args = Args::default();
    builder.string(builder.root(0), "a");
    builder.finish_into(&mut args).unwrap();
    assert!(caught(|| builder.root(0)).is_err());
    builder.finish_into(&mut args).unwrap();
    assert!(args.is_empty());
}

#[test]
fn a_key_that_is_no_string_any_more_is_a_named_error() {
    let mut builder = Builder::args(1);
    let (root, key) = (builder.root(0), builder.reserve());
    builder.string(key, "key");
    builder.object_of(root, &[(key, root)]);
    builder.int(key, 7);
    let finished = builder.finish_args();
    let Err(Error::Malformed(corrupt)) = finished else {
        panic!("{finished:?}, of which a peer says {:?}", finished.as_ref().map(read));
    };
    assert_eq!(corrupt.place, "value object key");
}

#[test]
fn so_is_one_that_a_copy_was_put_over() {
    for copy in [ringmain::args![[1, 2]], ringmain::args![1.5], ringmain::args![[0_u8; 99]]] {
        let mut builder = Builder::args(1);
        let (root, key) = (builder.root(0), builder.reserve());
        builder.string(key, "key");
        builder.object_of(root, &[(key, root)]);
        builder.put(key, copy.get(0));
        let finished = builder.finish_args();
        assert!(matches!(finished, Err(Error::Malformed(_))), "{finished:?}");
    }
}

#[test]
fn a_key_that_is_another_string_now_is_a_key() {
    let mut builder = Builder::args(1);
    let (root, key) = (builder.root(0), builder.reserve());
    builder.string(key, "key");
    builder.object_of(root, &[(key, root)]);
    builder.string(key, "another");
    assert_eq!(builder.finish_args().unwrap().to_string(), r#"[{"another": [circular]}]"#);
}

#[test]
fn a_message_that_was_refused_can_be_mended() {
    let mut builder = Builder::args(1);
    let (root, key) = (builder.root(0), builder.reserve());
    builder.string(key, "key");
    builder.object_of(root, &[(key, key)]);
    builder.null(key);
    let mut args = ringmain::args!["before"];
    assert!(matches!(builder.finish_into(&mut args), Err(Error::Malformed(_))));
    assert_eq!(args.get(0), "before");
    builder.string(key, "mended");
    builder.finish_into(&mut args).unwrap();
    read(&args);
    assert_eq!(args.to_string(), r#"[{"mended": "mended"}]"#);
}

#[test]
fn parts_that_have_no_slot_here_can_be_written_with_another_builders_only_to_an_error() {
    let made: [fn(&mut Builder, Slot); 5] = [
        |builder, root| {
            builder.error(root, ErrorName::Error, Some("a".into()), Some("b".into()), None);
        },
        |builder, root| builder.boxed(root, Primitive::Number(0.5)),
        |builder, root| builder.sparse_array(root, 9, &[(Key::Index(3), root)]),
        |builder, root| builder.object(root, &[("key", root)]),
        |builder, root| builder.put(root, ringmain::object! { "key": 1 }),
    ];
    for make in made {
        let mut builder = Builder::args(1);
        let root = builder.root(0);
        make(&mut builder, root);
        for slot in foreign(6).into_iter().skip(1) {
            let _foreign = caught(|| builder.array(slot, 0));
        }
        let finished = builder.finish_args();
        assert!(
            matches!(finished, Err(Error::Malformed(_))),
            "{:?}",
            finished.map(|args| read(&args))
        );
    }
}

#[test]
fn the_buffer_of_a_view_stays_one() {
    let mut builder = Builder::args(1);
    let (root, buffer) = (builder.root(0), builder.reserve());
    builder.buffer(buffer, &[1; 8]);
    builder.view(root, ViewKind::Uint16Array, buffer, 2, 4);
    let again: [&dyn Fn(&mut Builder); 4] = [
        &|builder| builder.null(buffer),
        &|builder| builder.buffer(buffer, &[]),
        &|builder| _ = builder.array(buffer, 1),
        &|builder| builder.put(buffer, ringmain::args![&*long("a")].get(0)),
    ];
    assert!(again.iter().all(|write| caught(|| write(&mut builder)).is_err()));
    read(&builder.finish_args().unwrap());
}

#[test]
fn a_slot_of_before_a_new_beginning_is_another_builders() {
    let mut builder = Builder::args(0);
    let slots: Vec<_> = (0..40).map(|_| builder.reserve()).collect();
    slots.iter().for_each(|slot| builder.string(*slot, &long("a")));
    builder.begin(2);
    let (old, kept) = (slots[39], slots[1]);
    let uses: [&dyn Fn(&mut Builder); 7] = [
        &|builder| builder.null(old),
        &|builder| builder.array_of(builder.root(0), &[old]),
        &|builder| builder.object(builder.root(0), &[("a", old)]),
        &|builder| builder.object_of(builder.root(0), &[(old, kept)]),
        &|builder| builder.map(builder.root(0), &[(kept, old)]),
        &|builder| {
            builder.sparse_array(builder.root(0), 5, &[(Key::Index(1), kept), (Key::Index(2), old)])
        },
        &|builder| builder.view(builder.root(0), ViewKind::DataView, old, 0, 0),
    ];
    assert!(uses.iter().all(|write| caught(|| write(&mut builder)).is_err()));
    builder.put(kept, Boxed(Primitive::Bool(true)));
    read_or_error(builder.finish_args());
}

#[test]
fn a_key_that_was_never_written_is_refused_where_it_is_used() {
    let mut builder = Builder::args(1);
    let key = builder.reserve();
    let root = builder.root(0);
    assert!(caught(|| builder.object_of(root, &[(key, root)])).is_err());
    let args = builder.finish_args().unwrap();
    read(&args);
    assert!(args.get(0).is_undefined());
}

#[test]
fn a_part_that_is_refused_leaves_the_rest() {
    let mut builder = Builder::args(2);
    let (first, second) = (builder.root(0), builder.root(1));
    let entries = [(Key::Index(1), first), (Key::Index(9), first)];
    assert!(caught(|| builder.sparse_array(first, 5, &entries)).is_err());
    builder.string(second, &long("b"));
    let args = builder.finish_args().unwrap();
    read(&args);
    assert_eq!(args.get(1).as_str(), Some(&*long("b")));
}
