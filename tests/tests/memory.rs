//! What messages leave behind: nothing.
//!
//! A process's memory is looked at as a whole, so these tests run one at a time.

use ringmain::{Error, MainOptions, args};
use ringmain_tests::{Log, Stage, is_numbered, listed, numbered, renderer, resident};
use std::sync::{Mutex, PoisonError};

static ALONE: Mutex<()> = Mutex::new(());

/// By how much a process may grow that is as large as before: what its allocator keeps.
const SLACK: usize = 8 << 20;

#[test]
fn messages_of_a_mebibyte_and_more_leave_both_processes_as_they_were() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stage = Stage::new();
    let lens = [1 << 20, 1000, 3 << 20, 400_000, 1 << 20, 1 << 20];
    let count = 7500; // each way, two of three of a mebibyte and more: ten thousand of these
    let messages: Vec<_> = (0..).zip(lens).map(|(number, len)| numbered(number, len)).collect();
    let seen = Log::new();
    stage.on("numbered", {
        let seen = seen.clone();
        move |event, args| {
            let number = i32::try_from(seen.len() % lens.len()).unwrap();
            assert!(is_numbered(args, number));
            seen.push(if seen.len() == count / 10 || seen.len() + 1 == count {
                resident()
            } else {
                0
            });
            event.reply("numbered", &messages[usize::try_from(number).unwrap()])
        }
    });
    let results = stage.collect();
    stage.start(listed(renderer!("soak", count), &lens));
    stage.run_to_the_end(1);
    let sizes: Vec<_> = seen.take().into_iter().filter(|size| *size > 0).collect();
    let [early, late] = sizes[..] else { panic!("{sizes:?}") };
    assert!(late < early + SLACK, "main grew from {early} to {late} bytes");
    let grown: i32 = results.take()[0].parse().unwrap();
    assert!(grown < i32::try_from(SLACK >> 10).unwrap(), "the renderer grew by {grown} KiB");
}

#[test]
fn arguments_that_a_handler_keeps_take_no_more_memory_than_they_are_long() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stage = Stage::with(&MainOptions::new().ring_capacity(64 << 10));
    stage.on("numbered", |_event, _args| {});
    stage.on("echo", |event, args| event.set_return_value(args.get(1)));
    let sizes = Log::new();
    stage.on("echo", {
        let sizes = sizes.clone();
        move |_event, _args| sizes.push(resident())
    });
    stage
        .handle("never", |_event, args: ringmain::Args| async move {
            std::future::pending::<()>().await;
            Ok(args.len())
        })
        .unwrap();
    let before = resident();
    // The buffer that the long message was gathered in is the next one's, too.
    let (message, argument, count) = (12 << 20, 100_000, 20);
    stage.start(renderer!("pending", message, argument, count));
    stage.run_to_the_end(1);
    let sizes = sizes.take();
    let bound = count * argument + ringmain::limits::POOLED_BUFFERS * 2 * message + SLACK;
    assert!(sizes[0] < before + bound, "{} of {bound} bytes", sizes[0] - before);
}

#[test]
fn mains_claim_past_a_gigabyte_is_refused_at_no_cost() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stage = Stage::new();
    let page = stage.start(renderer!("serve"));
    let claimed = (1 << 30) + 1;
    let before = resident();
    let refused = page.claim("huge", claimed).map(drop).unwrap_err();
    let Error::TooLarge { found, limit } = refused else { panic!("{refused:?}") };
    assert_eq!(limit, ringmain::limits::MESSAGE_LIMIT);
    assert!((claimed..claimed + 100).contains(&found));
    assert!(resident() < before + (1 << 20));
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}
