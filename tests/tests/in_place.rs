//! A main that trusts its renderers reads where they wrote, and sees what any main sees.

use ringmain::{Args, MainOptions, Trust, Value, args};
use ringmain_tests::{Log, Stage, download, is_numbered, listed, many_lens, renderer, upload};

const CAPACITY: usize = 64 << 10;

#[expect(unsafe_code, reason = "vouches for renderers that are ours")]
fn trusting() -> Stage {
    // SAFETY: the renderer of these tests writes through the engine alone.
    Stage::with(&unsafe { MainOptions::new().ring_capacity(CAPACITY).trust(Trust::InPlace) })
}

#[test]
fn many_small_messages_arrive_whole_and_in_order() {
    let total = 100 * CAPACITY;
    upload(&trusting(), renderer!("upload", format!("many:{total}")), &many_lens(total));
}

#[test]
fn messages_of_any_size_arrive_whole_and_in_order() {
    let half = CAPACITY / 2;
    let mut lens: Vec<_> = (half - 130..half + 10).collect();
    lens.extend([0, CAPACITY, 3, 10 * CAPACITY, 1, 5 << 20]);
    upload(&trusting(), listed(renderer!("upload"), &lens), &lens);
    download(&trusting(), listed(renderer!("download"), &lens), &lens, 2);
}

#[test]
fn calls_of_all_kinds_and_sizes_come_back() {
    let stage = trusting();
    let log = Log::new();
    stage.on("numbered", {
        let log = log.clone();
        move |_event, args| log.push(args.get(0).as_i32().unwrap())
    });
    stage.on("echo", {
        let log = log.clone();
        move |event, args| {
            let number = args.get(0).as_i32().unwrap();
            log.push(if is_numbered(args, number) { number } else { -1 });
            event.set_return_value(args.get(1))
        }
    });
    let noted = log.clone();
    let echo = move |_event, args: Args| {
        let number = args.get(0).as_i32().unwrap();
        noted.push(if is_numbered(args.view(), number) { number } else { -1 });
        async move { Ok(Value::from(args.get(1))) }
    };
    stage.handle("echo", echo).unwrap();
    let lens = [0, 100, 20_000, 40_000, 1, CAPACITY, 1 << 20, 5];
    stage.start(listed(renderer!("round-trips"), &lens));
    stage.run_to_the_end(1);
    assert!(log.take().into_iter().eq(0..4 * i32::try_from(lens.len()).unwrap()));
}

#[test]
fn a_listener_may_send_to_the_renderer_whose_message_it_reads() {
    let stage = trusting();
    let pongs = Log::new();
    stage.on("ready", |event, _args| event.reply("ping", args![0, "x".repeat(30_000)]));
    stage.on("pong", {
        let pongs = pongs.clone();
        move |event, args| {
            let number = args.get(0).as_i32().unwrap();
            pongs.push((number, args.get(1).len()));
            match number {
                100 => event.reply("stop", args![]),
                _ => event.reply("ping", args![number + 1, args.get(1)]),
            }
        }
    });
    stage.start(renderer!("serve"));
    stage.run_to_the_end(1);
    assert!(pongs.take().into_iter().eq((0..=100).map(|number| (number, 30_000))));
}

#[test]
fn arguments_that_are_kept_are_copies() {
    let stage = trusting();
    let kept = Log::new();
    stage.on("numbered", {
        let kept = kept.clone();
        move |_event, args| kept.push(args.to_owned())
    });
    let lens = [20_000, 20_000, 20_000, 100, 40_000, 20_000, 20_000];
    stage.start(listed(renderer!("upload"), &lens));
    stage.run_to_the_end(1);
    for (number, args) in (0..).zip(kept.take()) {
        assert!(is_numbered(args.view(), number));
    }
}
