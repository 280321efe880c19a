//! Scenarios of messages that are larger than their rings.

use ringmain::value::Bytes;
use ringmain::{BoxError, Error, IpcRenderer, args};
use ringmain_tests::{contents, is_contents, is_numbered, numbered, resident, until_eof};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// Calls of each kind with each length, a small message between them. What comes back is what was
/// sent.
pub(crate) fn round_trips(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let mut number = 0;
    let mut next = || {
        number += 1;
        number - 1
    };
    for word in words {
        let len: usize = word.parse()?;
        renderer.send("numbered", numbered(next(), 1))?;
        let number = next();
        let echo = renderer.send_sync("echo", numbered(number, len))?;
        assert!(echo.as_bytes().is_some_and(|echo| is_contents(echo, number)), "call {number}");
        let number = next();
        let invoke = renderer.invoke("echo", numbered(number, len));
        renderer.send("numbered", numbered(next(), 2))?;
        let echo = invoke.wait()?;
        assert!(echo.as_bytes().is_some_and(|echo| is_contents(echo, number)), "call {number}");
        assert_eq!(echo.len(), len);
    }
    Ok(())
}

/// Claims and sends one byte more than the limit in the first word; what is exactly the limit, the
/// bytes in the second word, passes.
pub(crate) fn limits(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let [limit, bytes] = [&words[0], &words[1]].map(|word| word.parse::<usize>().unwrap());
    let found = numbered(0, bytes + 1).archive().len();
    let error = Error::TooLarge { found, limit };
    let too_large = || numbered(0, bytes + 1);
    assert_eq!(renderer.send("numbered", too_large()), Err(error.clone()));
    assert_eq!(renderer.try_send("numbered", too_large()), Err(error.clone()));
    assert_eq!(renderer.send_sync("echo", too_large()), Err(error.clone()));
    assert_eq!(renderer.invoke("echo", too_large()).wait(), Err(error));
    round_trips(renderer, &words[1..2])
}

/// A claim of one byte more than a gigabyte is refused before there is any memory for it.
pub(crate) fn claims_too_much(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    let before = resident();
    let claimed = (1 << 30) + 1;
    match renderer.claim("numbered", claimed).map(drop) {
        Err(Error::TooLarge { found, limit }) => {
            assert_eq!(limit, ringmain::limits::MESSAGE_LIMIT);
            assert!((claimed..claimed + 100).contains(&found));
        }
        claimed => return Err(format!("{claimed:?}").into()),
    }
    assert!(resident() < before + (1 << 20));
    renderer.send("numbered", numbered(0, 1))?;
    Ok(())
}

/// What fits neither before a deadline nor at once, into the ring of a main that does not dispatch.
/// Between small messages, and of as many bytes as the first word says.
pub(crate) fn gives_up(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    until_eof();
    let len: usize = words[0].parse()?;
    renderer.send("numbered", numbered(0, 1))?;
    let refused = renderer.try_send("numbered", numbered(7, len));
    assert!(matches!(refused, Err(Error::TooLarge { .. })), "{refused:?}");
    renderer.try_send("numbered", numbered(1, len / 16))?;
    let soon = || Instant::now() + Duration::from_millis(1);
    let late = renderer.send_deadline("numbered", numbered(7, len), soon());
    assert_eq!(late, Err(Error::Deadline));
    let refused = renderer.try_send("numbered", numbered(7, len));
    assert!(matches!(refused, Err(Error::TooLarge { .. })), "{refused:?}");
    let late = renderer.send_sync_deadline("echo", numbered(7, len), soon());
    assert_eq!(late, Err(Error::Deadline));
    println!("gave up");
    renderer.send("numbered", numbered(2, 2))?;
    renderer.send("numbered", numbered(3, len))?;
    Ok(())
}

/// Gives up a message of as many bytes as the first word says, and does nothing else until standard
/// input ends a second time: a line, and its end.
pub(crate) fn gives_up_and_rests(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let soon = Instant::now() + Duration::from_millis(1);
    let late = renderer.send_deadline("numbered", numbered(7, words[0].parse()?), soon);
    assert_eq!(late, Err(Error::Deadline));
    println!("gave up");
    until_eof();
    renderer.send("end", args![])?;
    Ok(())
}

/// Sends a message of as many bytes as the first word says once standard input has ended, and says so
/// when it waits for space in the middle of it.
pub(crate) fn waits_in_a_run(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    until_eof();
    let len: usize = words[0].parse()?;
    let stalls = renderer.counters().stalls;
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| renderer.send("numbered", numbered(0, len)));
        while renderer.counters().stalls == stalls {
            std::thread::yield_now();
        }
        println!("waits");
        sending.join().expect("no panic")
    })?;
    Ok(())
}

/// Large messages without end.
pub(crate) fn flood(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let args = numbered(0, words[0].parse()?);
    loop {
        renderer.send("flood", &args)?;
    }
}

/// Small calls until the answer is that it is enough.
pub(crate) fn ticks(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    while renderer.send_sync("tick", args![])? == true {}
    Ok(())
}

/// Messages of the lengths in the words behind the first, over and over, as many as the first says
/// and as many back; reports by how much that made this process grow, after the first tenth.
pub(crate) fn soak(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let count: i32 = words[0].parse()?;
    let lens = words[1..].iter().map(|word| word.parse::<usize>());
    let lens = lens.collect::<Result<Vec<_>, _>>()?;
    let kinds = i32::try_from(lens.len())?;
    let messages: Vec<_> = (0..).zip(&lens).map(|(number, len)| numbered(number, *len)).collect();
    let next = Arc::new(AtomicI32::new(0));
    let start = Arc::new(AtomicI32::new(0));
    renderer.on_uncaught(|channel, error| {
        eprintln!("{channel}: {error}");
        std::process::abort();
    });
    renderer.on("numbered", {
        let (next, start) = (Arc::clone(&next), Arc::clone(&start));
        let mebibytes = || i32::try_from(resident() >> 10);
        move |event, args| -> Result<(), BoxError> {
            let number = next.fetch_add(1, Ordering::Relaxed);
            assert!(is_numbered(args, number % kinds), "message {number} is not what was sent");
            if number == count / 10 {
                start.store(mebibytes()?, Ordering::Relaxed);
            }
            if number + 1 == count {
                let grown = mebibytes()? - start.load(Ordering::Relaxed);
                event.sender().send("result", args![grown.to_string()])?;
                event.sender().stop();
            } else {
                let again = &messages[usize::try_from((number + 1) % kinds)?];
                event.sender().send("numbered", again)?;
            }
            Ok(())
        }
    });
    renderer.send("numbered", numbered(0, lens[0]))?;
    renderer.run()?;
    Ok(())
}

/// Leaves its messages unread while it calls; reads them when the answer is there, which is larger
/// than any that wait.
pub(crate) fn answered_past_the_overflow(
    renderer: &IpcRenderer,
    words: &[String],
) -> Result<(), BoxError> {
    let len: usize = words[0].parse()?;
    let answer = renderer.send_sync("fill", args![])?;
    assert!(answer.as_bytes().is_some_and(|answer| answer.len() == len && is_contents(answer, 1)));
    renderer.on("numbered", {
        let next = AtomicI32::new(0);
        move |event, args| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let good = is_numbered(args, number);
            event.sender().send("received", args![if good { number } else { -1 }])
        }
    });
    renderer.on("stop", |event, _| event.sender().stop());
    renderer.run()?;
    Ok(())
}

/// Keeps handlers busy with as many bytes as the second word says, one message of as many as the first
/// between them.
pub(crate) fn pending(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let [message, argument] = [&words[0], &words[1]].map(|word| word.parse::<usize>().unwrap());
    let count: usize = words[2].parse()?;
    let (message, argument) = (numbered(0, message), numbered(1, argument));
    let mut invokes = Vec::new();
    for _ in 0..count {
        renderer.send("numbered", &message)?;
        invokes.push(renderer.invoke("never", &argument));
    }
    // Behind them, so that main has taken all.
    assert_eq!(renderer.send_sync("echo", args![0, 1])?, 1);
    Ok(())
}

/// Invokes with as many bytes as the first word says until the arguments are too many, and again when
/// one is answered.
pub(crate) fn too_many_arguments(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let limit = ringmain::limits::PENDING_BYTES;
    let len: usize = words[0].parse()?;
    let argument = numbered(0, len);
    let mut held: Vec<_> = (0..limit / len).map(|_| renderer.invoke("slow", &argument)).collect();
    let refused = renderer.invoke("slow", &argument).wait();
    let size = argument.archive().len();
    let queued = (held.len() + 1) * size;
    assert_eq!(refused, Err(Error::Backpressure { queued, limit }));
    // There is room for a smaller one.
    assert_eq!(renderer.invoke("fast", args![0]).wait()?, 1);
    renderer.send("finish", args![])?;
    assert_eq!(held.swap_remove(0).wait()?, 2);
    held.push(renderer.invoke("slow", &argument));
    renderer.send("finish", args![])?;
    for invoke in held {
        assert_eq!(invoke.wait()?, 2);
        renderer.send("finish", args![])?;
    }
    Ok(())
}

/// One call with as many bytes as the first word says, which come back.
pub(crate) fn huge_call(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let args = args![Bytes(&contents(5, words[0].parse()?))];
    let echo = renderer.send_sync("echo", &args)?;
    assert!(echo.as_bytes().is_some_and(|echo| is_contents(echo, 5)));
    assert_eq!(renderer.send_sync("check", args)?, true);
    Ok(())
}
