//! Who holds a claim or burst is told so instead of waiting for itself.

use ringmain::value::Bytes;
use ringmain::{
    Args, Channel, Error, IpcMain, IpcRenderer, MainOptions, WebContents, WhenFull, args,
};
use std::sync::mpsc::channel;
use std::time::Instant;

/// A main that nobody runs, and two renderers of it in the same process.
struct Trio {
    main: IpcMain,
    first: IpcRenderer,
    second: IpcRenderer,
    pages: [WebContents; 2],
}

impl Trio {
    fn new(test: &str) -> Self {
        let name = format!("claims-{test}-{}", std::process::id());
        let main = MainOptions::new().ring_capacity(64 << 10).bind(&name).unwrap();
        let attach = || {
            std::thread::scope(|scope| {
                let renderer = scope.spawn(|| IpcRenderer::connect(&name).unwrap());
                while !renderer.is_finished() {
                    main.dispatch(1).unwrap();
                }
                renderer.join().unwrap()
            })
        };
        let (first, second) = (attach(), attach());
        let pages = main.all_web_contents().try_into().unwrap();
        Self { main, first, second, pages }
    }

    /// The texts that main gets now.
    fn received(&self) -> Vec<String> {
        let (tx, rx) = channel();
        let id = self.main.on("note", move |_event, args| tx.send(args.to_string()));
        while self.main.dispatch(usize::MAX).unwrap() > 0 {}
        self.main.remove_listener("note", id);
        rx.try_iter().collect()
    }
}

#[test]
fn a_renderers_thread_with_a_claim_may_send_nothing_else_there() {
    let trio = Trio::new("renderer");
    let Trio { first, second, .. } = &trio;
    let claim = first.claim("note", 3).unwrap();
    assert_eq!(first.send("note", args![1]), Err(Error::ClaimHeld));
    assert_eq!(first.try_send("note", args![1]), Err(Error::ClaimHeld));
    assert_eq!(first.send_deadline("note", args![1], Instant::now()), Err(Error::ClaimHeld));
    assert_eq!(first.send_sync("note", args![1]), Err(Error::ClaimHeld));
    assert_eq!(first.invoke("note", args![1]).wait(), Err(Error::ClaimHeld));
    assert_eq!(first.burst(WhenFull::Wait).map(drop), Err(Error::ClaimHeld));
    assert_eq!(first.burst(WhenFull::Fail).map(drop), Err(Error::ClaimHeld));
    assert_eq!(first.claim("note", 1).map(drop), Err(Error::ClaimHeld));
    // Another session has a sending end of its own.
    second.send("note", args!["second"]).unwrap();
    let mut claim = { claim };
    claim.bytes().copy_from_slice(b"raw");
    claim.commit(3).unwrap();
    first.send("note", args!["first"]).unwrap();
    let mut received = trio.received();
    received.sort_unstable();
    assert_eq!(received[..2], [r#"["first"]"#, r#"["second"]"#]);
    assert_eq!(received.len(), 3);
}

#[test]
fn a_burst_is_held_as_a_claim_is() {
    let trio = Trio::new("burst");
    let Trio { first, pages: [page, _], .. } = &trio;
    let mut burst = first.burst(WhenFull::Wait).unwrap();
    burst.send("note", args![1]).unwrap();
    assert_eq!(first.send("note", args![0]), Err(Error::ClaimHeld));
    drop(burst);
    first.send("note", args![2]).unwrap();
    assert_eq!(trio.received(), ["[1]", "[2]"]);
    let mut burst = page.burst().unwrap();
    burst.send("note", args![1]).unwrap();
    assert_eq!(page.send("note", args![0]), Err(Error::ClaimHeld));
    drop(burst);
    page.send("note", args![2]).unwrap();
}

#[test]
fn mains_thread_with_a_claim_may_send_nothing_else_there_but_dispatch() {
    let trio = Trio::new("main");
    let Trio { main, pages: [page, other], .. } = &trio;
    let claim = page.claim("note", 3).unwrap();
    assert_eq!(page.send("note", args![1]), Err(Error::ClaimHeld));
    assert_eq!(page.burst().map(drop), Err(Error::ClaimHeld));
    assert_eq!(page.claim("note", 1).map(drop), Err(Error::ClaimHeld));
    assert_eq!(main.close_until(Instant::now()), Err(Error::ClaimHeld));
    assert_eq!(main.dispatch(1), Ok(0));
    other.send("note", args![1]).unwrap();
    // What is only looked at needs no sending end.
    assert_eq!(page.queued_bytes(), 0);
    assert_eq!(page.counters().sent, 0);
    claim.commit(0).unwrap();
    page.send("note", args![1]).unwrap();
    assert_eq!(main.dispatch(1), Ok(0));
}

#[test]
fn a_thread_that_forgot_a_claim_can_dispatch_for_everybody() {
    let trio = Trio::new("forgot");
    let Trio { main, first, second, pages: [page, _] } = &trio;
    main.on("question", |event, args| event.set_return_value(args.get(0)));
    std::mem::forget(page.claim("note", 3).unwrap());
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            let answers = [first, second].map(|renderer| renderer.send_sync("question", args![7]));
            main.stop();
            answers
        });
        main.run().unwrap();
        assert!(asked.join().unwrap().into_iter().all(|answer| answer.unwrap() == 7));
    });
    page.close();
    first.close();
    assert_eq!(trio.received(), Vec::<String>::new());
}

/// The largest message of bytes whose archive has at most `limit` bytes.
fn largest_within(limit: usize) -> Args {
    let messages = (0..limit).rev().map(|len| args![Bytes(&vec![7; len])]);
    messages.into_iter().find(|args| args.archive().len() <= limit).unwrap()
}

#[test]
fn what_the_empty_ring_cannot_hold_at_once_is_too_large_to_try() {
    let trio = Trio::new("at-once");
    let Trio { first, .. } = &trio;
    let refused = first.try_send("note", args![Bytes(&[0; 1 << 20])]).unwrap_err();
    let Error::TooLarge { limit, .. } = refused else { panic!("{refused:?}") };
    assert!(limit > (64 << 10) * 7 / 10 && limit < 64 << 10, "{limit}");
    let (fits, larger) = (largest_within(limit), largest_within(limit + 16));
    let found = larger.archive().len();
    assert!(found > limit);
    // Wherever in the ring it begins.
    for small in 0..40 {
        for _ in 0..small {
            first.try_send("note", args![Bytes(&[0; 1000])]).unwrap();
        }
        assert_eq!(trio.received().len(), small);
        assert_eq!(first.try_send("note", &larger), Err(Error::TooLarge { found, limit }));
        assert_eq!(first.try_send("note", &fits), Ok(()));
        assert_eq!(trio.received().len(), 1);
    }
}

#[test]
fn backpressure_counts_what_waits_and_passes_once_main_has_read() {
    const CAPACITY: usize = 64 << 10;
    let trio = Trio::new("counts");
    let Trio { first, .. } = &trio;
    for len in [1000, 20_000, 40_000] {
        let args = args![Bytes(&vec![7; len])];
        let mut sent = 0;
        let refused = loop {
            match first.try_send("note", &args) {
                Ok(()) => sent += 1,
                Err(error) => break error,
            }
        };
        let Error::Backpressure { queued, limit: CAPACITY } = refused else {
            panic!("{refused:?}")
        };
        // With a record's words, the room that a run may need besides, and padding.
        let least = (sent + 1) * len;
        assert!(queued > CAPACITY && queued < least.max(CAPACITY) * 3 / 2, "{sent} {queued}");
        assert_eq!(trio.received().len(), sent);
        assert_eq!(first.try_send("note", &args), Ok(()));
        assert_eq!(trio.received().len(), 1);
    }
}

#[test]
fn a_claim_that_finds_no_room_in_the_ring_says_whether_it_ever_will() {
    let trio = Trio::new("no-room");
    let Trio { main, first, pages: [page, _], .. } = &trio;
    let too_large = page.try_claim("note", 40_000).map(drop).unwrap_err();
    assert!(matches!(too_large, Error::TooLarge { limit: 30_000..33_000, .. }), "{too_large:?}");
    page.try_claim("note", 30_000).unwrap().commit(30_000).unwrap();
    page.try_claim("note", 20_000).unwrap().commit(20_000).unwrap();
    let refused = page.try_claim("note", 20_000).map(drop).unwrap_err();
    let Error::Backpressure { queued, limit: 65_536 } = refused else { panic!("{refused:?}") };
    assert!((70_000..72_000).contains(&queued), "{queued}");
    while first.dispatch(usize::MAX).unwrap() > 0 {}
    main.dispatch(usize::MAX).unwrap();
    page.try_claim("note", 20_000).unwrap().commit(20_000).unwrap();
}

#[test]
fn another_thread_waits_for_a_claim_of_a_renderer() {
    let trio = Trio::new("thread");
    let first = &trio.first;
    let claim = first.claim("note", 10).unwrap();
    std::thread::scope(|scope| {
        let (tx, rx) = channel();
        let waiting = scope.spawn(move || {
            // These do not wait, and are no claims of this thread.
            let refused = first.try_send("note", args!["refused"]);
            assert!(matches!(refused, Err(Error::Backpressure { .. })), "{refused:?}");
            let late = first.send_deadline("note", args!["late"], Instant::now());
            assert_eq!(late, Err(Error::Deadline));
            tx.send(()).unwrap();
            first.send("note", args!["waited"])
        });
        rx.recv().unwrap();
        claim.commit(0).unwrap();
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(trio.received().len(), 2);
    assert_eq!(first.counters().sent, 2);
}

#[test]
fn main_is_driven_by_another_thread_while_a_claim_is_held() {
    let trio = Trio::new("driven");
    let Trio { main, first, pages: [page, _], .. } = &trio;
    main.on("question", |event, args| event.set_return_value(args.get(0)));
    let mut claim = page.claim("note", 40_000).unwrap();
    std::thread::scope(|scope| {
        let driver = scope.spawn(|| main.run());
        // Answers to calls take another lane.
        assert_eq!(first.send_sync("question", args![7]).unwrap(), 7);
        claim.bytes().fill(7);
        main.stop();
        driver.join().unwrap().unwrap();
    });
    claim.commit(40_000).unwrap();
    let (tx, rx) = channel();
    first.on("note", move |_event, args| {
        let bytes = args.get(0).as_bytes().unwrap_or_default();
        tx.send(bytes.len() == 40_000 && bytes.iter().all(|byte| *byte == 7))
    });
    while first.dispatch(1).unwrap() == 0 {}
    assert_eq!(rx.try_iter().collect::<Vec<_>>(), [true]);
}

#[test]
fn what_is_sent_behind_a_claim_that_waits_keeps_its_place() {
    let trio = Trio::new("behind");
    let Trio { first, pages: [page, _], .. } = &trio;
    // A claim of more than the ring is sent as any message of its size.
    let mut claim = page.claim("note", 200_000).unwrap();
    claim.bytes().fill(1);
    claim.commit(200_000).unwrap();
    page.send("note", args![Bytes(&[2; 10])]).unwrap();
    let mut claim = page.claim("note", 10).unwrap();
    claim.bytes().fill(3);
    claim.commit(5).unwrap();
    let (tx, rx) = channel();
    first.on("note", move |_event, args| {
        let bytes = args.get(0).as_bytes().unwrap_or_default();
        tx.send((bytes.len(), bytes.first().copied()))
    });
    let mut delivered = 0;
    while delivered < 3 {
        delivered += first.dispatch(1).unwrap();
        trio.main.dispatch(1).unwrap();
    }
    let expected = [(200_000, Some(1)), (10, Some(2)), (5, Some(3))];
    assert_eq!(rx.try_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_small_typed_message_behind_a_large_one_takes_no_more_room_than_it_needs() {
    static BYTES: Channel<Vec<u8>> = Channel::new("typed", 1);
    let trio = Trio::new("room");
    let Trio { main, first, .. } = &trio;
    first.send_typed(&BYTES, &vec![1; 30_000]).unwrap();
    while main.dispatch(usize::MAX).unwrap() > 0 {}
    // Nobody reads these, and they leave some kilobytes.
    for _ in 0..50 {
        first.try_send("filling", args![Bytes(&[0; 1000])]).unwrap();
    }
    let mut burst = first.burst(WhenFull::Fail).unwrap();
    assert_eq!(burst.send_typed(&BYTES, &vec![2; 10]), Ok(()));
    let large = burst.send_typed(&BYTES, &vec![3; 30_000]);
    assert!(matches!(large, Err(Error::Backpressure { .. })), "{large:?}");
    assert_eq!(burst.send_typed(&BYTES, &vec![4; 10]), Ok(()));
    drop(burst);
    let (tx, rx) = channel();
    main.on_typed(&BYTES, move |_event, bytes| tx.send((bytes.len(), bytes[0])));
    while main.dispatch(usize::MAX).unwrap() > 0 {}
    assert_eq!(rx.try_iter().collect::<Vec<_>>(), [(10, 2), (10, 4)]);
}
