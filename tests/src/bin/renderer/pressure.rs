//! Scenarios of full rings.

use ringmain::{BoxError, Error, IpcRenderer, args};
use ringmain_tests::{is_numbered, numbered, until_eof};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// Bytes that each message carries.
const LEN: usize = 1000;

/// Fills the ring of a main that no longer dispatches once standard input has ended, and tries out
/// the three ways to send.
pub(crate) fn fill(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    until_eof();
    let mut number = 0;
    let refused = loop {
        match renderer.try_send("numbered", numbered(number, LEN)) {
            Ok(()) => number += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, Error::Backpressure { .. }), "{refused:?}");
    let soon = Instant::now() + Duration::from_millis(1);
    let late = renderer.send_deadline("numbered", numbered(number, LEN), soon);
    assert_eq!(late, Err(Error::Deadline));
    let stalls = renderer.counters().stalls;
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| renderer.send("numbered", numbered(number, LEN)));
        while renderer.counters().stalls == stalls {
            std::thread::yield_now();
        }
        println!("full"); // main reads from here on, and not before the send waits
        waiting.join().expect("no panic")
    })?;
    renderer.send("end", args![number])?;
    Ok(())
}

/// Reads nothing until standard input ends, then everything, and acknowledges every message.
pub(crate) fn not_reading(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    let next = Arc::new(AtomicI32::new(0));
    renderer.on("numbered", {
        let next = Arc::clone(&next);
        move |event, args| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let good = is_numbered(args, number);
            event.sender().send("received", args![if good { number } else { -1 }])
        }
    });
    renderer.on("stop", |event, _| event.sender().stop());
    until_eof();
    renderer.run()?;
    Ok(())
}

/// Has so many sessions with the main at an endpoint, fills the rings of all once standard input has ended, and
/// waits for main's end.
pub(crate) fn crowd(first: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let (sessions, endpoint): (usize, _) = (words[0].parse()?, &words[1]);
    let others: Result<Vec<_>, _> = (1..sessions).map(|_| IpcRenderer::connect(endpoint)).collect();
    println!("attached");
    until_eof();
    let others = others?;
    for renderer in others.iter().chain([first]) {
        while renderer.try_send("message", args![1]).is_ok() {}
    }
    println!("full");
    first.run()?;
    Ok(())
}

/// Leaves so many answers unread. Each comes in the end, or word that there was no room for it.
pub(crate) fn unread_answers(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let count: usize = words[0].parse()?;
    let invokes: Vec<_> = (0..count).map(|_| renderer.invoke("question", args![])).collect();
    // Answered on a lane of its own once main has handled all of them.
    assert_eq!(renderer.send_sync("nobody", args![]), Err(Error::NoReply));
    let mut refused = 0;
    for invoke in invokes {
        match invoke.wait() {
            Ok(value) => assert_eq!(value.len(), 30_000),
            Err(Error::Backpressure { queued, limit }) => {
                assert!(queued > limit);
                refused += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
    assert!(0 < refused && refused < count, "{refused} of {count} were refused");
    Ok(())
}
