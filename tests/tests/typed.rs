//! Typed channels between two processes.

use ringmain::{Channel, MainOptions, Trust, args};
use ringmain_tests::types::{CHAIN, OLD_SAMPLE, REPORT, Report, SAMPLE, Sample, TOUCHY};
use ringmain_tests::{Log, Stage, listed, renderer};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const CAPACITY: usize = 64 << 10;

/// Growing and shrinking: in one line, around half the ring, and of several mebibytes.
const LENS: [usize; 12] =
    [0, 10, 3000, 32_000, 32_700, 33_000, 5 << 20, 70_000, 100, 4 << 20, 5 << 20, 1];

fn small_ring() -> MainOptions {
    MainOptions::new().ring_capacity(CAPACITY)
}

#[expect(unsafe_code, reason = "vouches for renderers that are ours")]
fn trusting() -> MainOptions {
    // SAFETY: the renderer of these tests writes through the engine alone.
    unsafe { small_ring().trust(Trust::InPlace) }
}

/// Receives a sample and a report of each of [`LENS`], in turn.
fn upload(options: &MainOptions) {
    let stage = Stage::with(options);
    let samples = Log::new();
    stage.on_typed(&SAMPLE, {
        let samples = samples.clone();
        move |_event, sample| {
            let number = u64::try_from(samples.len()).unwrap();
            samples.push(*sample == Sample::new(number));
        }
    });
    let reports = Log::new();
    stage.on_typed(&REPORT, {
        let reports = reports.clone();
        move |_event, report| {
            let index = reports.len();
            assert_eq!(samples.len(), index + 1, "in turn");
            reports.push(report.is(i32::try_from(index).unwrap(), LENS[index]));
        }
    });
    stage.start(listed(renderer!("typed-upload"), &LENS));
    stage.run_to_the_end(1);
    assert_eq!(reports.take(), [true; LENS.len()]);
}

#[test]
fn values_of_two_types_and_any_size_reach_main() {
    upload(&small_ring());
}

#[test]
fn values_of_two_types_and_any_size_reach_a_main_that_reads_in_place() {
    upload(&trusting());
}

#[test]
fn values_of_two_types_and_any_size_reach_the_renderer() {
    // The overflow takes them all.
    let stage = Stage::with(&small_ring().overflow_limit(64 << 20));
    stage.on("ready", |event, _args| {
        for (number, len) in (0..).zip(LENS) {
            event.sender().send_typed(&SAMPLE, &Sample::new(number)).unwrap();
            let report = Report::new(i32::try_from(number).unwrap(), len);
            event.sender().send_typed(&REPORT, &report).unwrap();
        }
    });
    stage.start(listed(renderer!("typed-download"), &LENS));
    stage.run_to_the_end(1);
}

#[test]
fn a_sample_of_48_bytes_is_a_record_of_one_line() {
    let stage = Stage::with(&small_ring());
    stage.on_typed(&SAMPLE, |_event, _sample| {});
    let page = stage.start(renderer!("serve"));
    let before = page.counters();
    page.send_typed(&SAMPLE, &Sample::new(1)).unwrap();
    let after = page.counters();
    assert_eq!(after.sent, before.sent + 1);
    assert_eq!(after.sent_bytes, before.sent_bytes + 8 + 48);
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

/// What a main of these options hears of three kinds of messages on one name: typed ones, dynamic
/// ones, and those of another version.
fn mixed(options: &MainOptions) {
    const COUNT: usize = 300;
    let stage = Stage::with(options);
    let (typed, failed, opaque) = (Log::new(), Log::new(), Log::new());
    stage.on("sample", {
        let opaque = opaque.clone();
        move |_event, args| {
            assert_eq!(args.len(), 1);
            opaque.push(args.get(0).as_bytes().map_or(0, <[u8]>::len));
        }
    });
    stage.on_typed(&SAMPLE, {
        let typed = typed.clone();
        move |_event, sample| typed.push(u64::from(sample.number))
    });
    stage.on_diagnostic({
        let failed = failed.clone();
        move |diagnostic| failed.push(diagnostic.to_string())
    });
    stage.start(renderer!("typed-mixed", COUNT));
    stage.run_to_the_end(1);
    assert!(typed.take().into_iter().eq((0..COUNT as u64).step_by(3)));
    assert_eq!(opaque.take(), [48, 0, 48].repeat(COUNT / 3));
    let mismatch = |theirs: u64| {
        format!(
            "Uncaught exception in a listener of 'sample': channel 'sample' carries schema \
             {theirs:#018x} where {:#018x} is listened for (0: dynamic arguments) (from \
             WebContents #1)",
            SAMPLE.fingerprint()
        )
    };
    let expected = vec![[mismatch(0), mismatch(OLD_SAMPLE.fingerprint())]; COUNT / 3];
    assert_eq!(failed.take(), expected.concat());
}

#[test]
fn one_name_carries_typed_and_dynamic_messages_in_order_to_whom_they_suit() {
    mixed(&small_ring());
}

#[test]
fn one_name_carries_typed_and_dynamic_messages_to_a_main_that_reads_in_place() {
    mixed(&trusting());
}

#[test]
fn a_renderer_is_told_of_a_type_that_it_does_not_listen_for() {
    let stage = Stage::with(&small_ring());
    let results = stage.collect();
    stage.on("ready", |event, _args| {
        event.sender().send_typed(&OLD_SAMPLE, &Sample::new(1)).unwrap();
        event.reply("sample", args![2]).unwrap();
        event.sender().send_typed(&SAMPLE, &Sample::new(3)).unwrap();
        event.reply("stop", args![])
    });
    stage.start(renderer!("typed-mismatched"));
    stage.run_to_the_end(1);
    let mismatch = |theirs: u64| {
        format!(
            "channel 'sample' carries schema {theirs:#018x} where {:#018x} is listened for (0: \
             dynamic arguments)",
            SAMPLE.fingerprint()
        )
    };
    let expected = [mismatch(OLD_SAMPLE.fingerprint()), mismatch(0), "3".to_owned()];
    assert_eq!(results.take(), expected);
}

#[test]
fn a_dynamic_listener_may_send_a_typed_message_on_as_bytes() {
    let stage = Stage::with(&small_ring());
    let seen = Arc::new(AtomicUsize::new(0));
    stage.on("sample", {
        let seen = Arc::clone(&seen);
        move |_event, args| {
            let bytes = args.get(0).to_owned();
            seen.fetch_add(bytes.as_bytes().map_or(0, <[u8]>::len), Ordering::Relaxed);
        }
    });
    stage.start(renderer!("typed-mixed", 1));
    stage.run_to_the_end(1);
    assert_eq!(seen.load(Ordering::Relaxed), 48);
}

#[test]
fn a_type_that_panics_while_it_is_sent_leaves_the_session_as_it_was() {
    let stage = Stage::with(&small_ring());
    let received = Log::new();
    stage.on_typed(&TOUCHY, {
        let received = received.clone();
        move |_event, number| received.push(number.to_native())
    });
    stage.on("end", {
        let received = received.clone();
        move |_event, _args| received.push(0)
    });
    stage.start(renderer!("touchy"));
    stage.run_to_the_end(1);
    assert_eq!(received.take(), [1, 2, 0]);
}

#[test]
fn a_channel_may_be_named_while_the_program_runs() {
    let named = Channel::<Sample>::named("sample".to_owned(), 1);
    assert_eq!(named.fingerprint(), SAMPLE.fingerprint());
    assert_ne!(named.fingerprint(), OLD_SAMPLE.fingerprint());
    assert_ne!(named.fingerprint(), REPORT.fingerprint());
}

#[test]
fn types_may_nest_as_deep_as_is_said() {
    // A link is a box, and the first one is the archive itself.
    let deepest = ringmain::typed::DEPTH_MAX - 1;
    let stage = Stage::with(&small_ring());
    let depths = Log::new();
    stage.on_typed(&CHAIN, {
        let depths = depths.clone();
        move |_event, chain| {
            depths
                .push(std::iter::successors(chain.next.as_deref(), |it| it.next.as_deref()).count())
        }
    });
    let failed = Log::new();
    stage.on_diagnostic({
        let failed = failed.clone();
        move |diagnostic| failed.push(diagnostic.to_string())
    });
    stage.start(renderer!("chain", 1, deepest));
    stage.run_to_the_end(1);
    assert_eq!((depths.take(), failed.take()), (vec![1, deepest], Vec::new()));
}
