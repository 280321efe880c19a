//! Scenarios of claims and bursts.

use ringmain::{BoxError, Error, IpcRenderer, WhenFull, args};
use ringmain_tests::{contents, is_of, numbered, until_eof};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// Claims of each length: one that is dropped, one of twice the length, committed in part.
pub(crate) fn upload(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    for (number, word) in (0..).zip(words) {
        let len: usize = word.parse()?;
        let mut dropped = renderer.claim("raw", len)?;
        dropped.bytes().fill(0xdd);
        drop(dropped);
        let mut claim = renderer.claim("raw", 2 * len)?;
        assert_eq!(claim.bytes().len(), 2 * len);
        assert!(claim.bytes().as_ptr().addr().is_multiple_of(16));
        claim.bytes()[..len].copy_from_slice(&contents(number, len));
        claim.bytes()[len..].fill(0xee);
        claim.commit(len)?;
    }
    renderer.send("end", args![])?;
    Ok(())
}

/// Expects bytes of each length, and acknowledges each.
pub(crate) fn download(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let lens = words.iter().map(|word| word.parse::<usize>());
    let lens = lens.collect::<Result<Vec<_>, _>>()?;
    let last = lens.len();
    let next = Arc::new(AtomicI32::new(0));
    renderer.on_uncaught(|channel, error| {
        eprintln!("{channel}: {error}");
        std::process::abort();
    });
    renderer.on("raw", move |event, args| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let index = usize::try_from(number).unwrap();
        assert!(args.len() == 1 && is_of(args.get(0), number), "claim {number}");
        assert_eq!(args.get(0).len(), lens[index]);
        if index + 1 == last {
            event.sender().stop();
        }
    });
    renderer.send("ready", args![])?;
    renderer.run()?;
    Ok(())
}

/// Bursts between ordinary messages, numbered, as many as the first word says and more than the ring
/// can hold.
pub(crate) fn bursts(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let count: i32 = words[0].parse()?;
    for number in (0..count).step_by(100) {
        renderer.send("numbered", numbered(number, 10))?;
        let mut burst = renderer.burst(WhenFull::Wait)?;
        for number in number + 1..number + 99 {
            burst.send("numbered", numbered(number, 1000))?;
        }
        burst.send("numbered", numbered(number + 99, 200_000))?;
        burst.end()?;
    }
    Ok(())
}

/// A burst that stays open until main has had what is in it, as standard input says.
pub(crate) fn open_burst(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    let mut burst = renderer.burst(WhenFull::Wait)?;
    burst.send("numbered", numbered(0, 1))?;
    burst.send("numbered", numbered(1, 1))?;
    until_eof();
    burst.send("numbered", numbered(2, 1))?;
    Ok(())
}

/// Bursts that do not wait, or not for long, into the ring of a main that does not dispatch.
pub(crate) fn impatient_bursts(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    until_eof();
    let mut number = 0;
    let mut burst = renderer.burst(WhenFull::Fail)?;
    let refused = loop {
        match burst.send("numbered", numbered(number, 1000)) {
            Ok(()) => number += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, Error::Backpressure { .. }), "{refused:?}");
    burst.end()?;
    let soon = Instant::now() + Duration::from_millis(1);
    let mut burst = renderer.burst(WhenFull::Until(soon))?;
    assert_eq!(burst.send("numbered", numbered(number, 1000)), Err(Error::Deadline));
    drop(burst);
    println!("full");
    let mut burst = renderer.burst(WhenFull::Wait)?;
    burst.send("numbered", numbered(number, 1000))?;
    burst.send("end", args![number])?;
    Ok(())
}
