//! Lengths that no memory has, and sums of them that would go round.

use crate::support::{caught, read};
use ringmain::limits::{RING_CAPACITY_MAX, RING_CAPACITY_MIN};
use ringmain::value::ValueRef;
use ringmain::{Args, ArgsRef, Builder, Error, Geometry, Value, lanes};

/// So many that the sum goes round, that no memory has, and that are counted in more than 32 bits.
const COUNTS: [usize; 6] =
    [usize::MAX, usize::MAX - 23, usize::MAX / 16, usize::MAX / 32 + 2, 1 << 40, 1 << 32];

#[test]
fn more_arguments_than_memory_has_are_a_panic() {
    for count in COUNTS {
        assert!(caught(|| Builder::args(count)).is_err());
        let mut builder = Builder::args(0);
        assert!(caught(|| builder.begin(count)).is_err());
        let args = builder.finish_args().unwrap();
        read(&args);
        assert!(args.is_empty());
    }
}

#[test]
fn a_builder_is_whole_after_a_container_that_no_memory_has() {
    for count in COUNTS {
        for before in [0, 30] {
            let mut builder = Builder::args(2);
            let (first, second) = (builder.root(0), builder.root(1));
            let slots: Vec<_> = builder.array(first, before).collect();
            slots.iter().for_each(|slot| builder.string(*slot, "a string that is not short"));
            assert!(caught(|| builder.array(second, count)).is_err());
            builder.put(second, "behind it");
            let args = builder.finish_args().unwrap();
            assert_eq!((args.get(0).len(), args.get(0).elements().count()), (before, before));
            assert!(args.get(0).elements().all(|text| text == "a string that is not short"));
            assert_eq!(args.get(1), "behind it");
            read(&args);
        }
    }
}

#[test]
fn so_it_is_after_a_slice_that_takes_no_memory_itself() {
    let nothing = [(); usize::MAX];
    let mut builder = Builder::args(1);
    let root = builder.root(0);
    assert!(caught(|| builder.put(root, nothing)).is_err());
    let _ = builder.array(root, 3);
    read(&builder.finish_args().unwrap());
    assert!(caught(|| Args::new(&[&nothing])).is_err());
}

#[test]
fn a_message_longer_than_any_is_refused_before_there_is_memory_for_it() {
    for len in COUNTS.into_iter().chain([1 << 31]) {
        let refused = Args::receive(len, |_| panic!("nothing to fill"));
        let Err(Error::Corrupt(corrupt)) = refused else { panic!("{refused:?}") };
        assert_eq!(corrupt.place, "value archive");
        assert!(Value::receive(len, |_| panic!("nothing to fill")).is_err());
    }
    assert!(ArgsRef::check(&[]).is_err() && ValueRef::check(&[]).is_err());
}

#[test]
fn a_session_has_rings_that_rings_can_be() {
    let legal = Geometry::default();
    for capacity in
        [0, 1, 8, 64, 3 << 16, RING_CAPACITY_MIN / 2, 2 * RING_CAPACITY_MAX, 1 << 63, usize::MAX]
    {
        for geometry in [
            Geometry { to_main: capacity, ..legal },
            Geometry { to_renderer: capacity, ..legal },
            Geometry { replies: capacity, ..legal },
            Geometry { to_main: capacity, to_renderer: capacity, replies: capacity },
        ] {
            let refused = caught(|| lanes::create(&geometry, 1).map(drop)).unwrap_err();
            let why = refused.downcast_ref::<String>().unwrap();
            assert!(why.contains("is no power of two from"), "{why}");
        }
    }
}

#[test]
fn a_lane_of_main_takes_no_record_that_its_ring_has_not() {
    let (mut main, _descriptors) = lanes::create(&Geometry::default(), 1).unwrap();
    for len in COUNTS {
        assert!(main.messages.claim(len).is_err());
        assert!(main.messages.arm_for_space(len, ringmain::wait::How::Futex).is_err());
    }
    let commit = |len| {
        let claim = main.replies.claim(8).unwrap();
        caught(|| claim.commit(len)).is_err()
    };
    assert!(COUNTS.into_iter().all(commit));
    // Awake already, twice: of no effect.
    main.messages.disarm();
    main.incoming.disarm();
    assert!(main.incoming.arm_for_data(ringmain::wait::How::Futex).is_some());
    main.incoming.disarm();
    assert!(main.incoming.peek().unwrap().is_none());
}

#[test]
fn a_value_says_nothing_of_places_that_it_has_not() {
    let args = ringmain::args![[1, 2, 3], "text"];
    for position in COUNTS {
        assert!(args.get(position).is_undefined());
        assert!(args.get(0).index(position).is_undefined() && !args.get(0).has_index(position));
    }
    assert!(Value::new(args.get(usize::MAX)).unwrap().is_undefined());
}
