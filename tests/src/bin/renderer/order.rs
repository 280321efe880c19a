//! Scenarios of numbered messages, whose bytes both sides know.

use ringmain::{BoxError, Error, IpcRenderer, args};
use ringmain_tests::{is_numbered, many_lens, numbered};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

/// The lengths in the words, or as many of [`many_lens`] as "many:TOTAL" says.
fn lens(words: &[String]) -> Result<Vec<usize>, std::num::ParseIntError> {
    match words {
        [word] if word.starts_with("many:") => Ok(many_lens(word["many:".len()..].parse()?)),
        words => words.iter().map(|word| word.parse()).collect(),
    }
}

/// Sends one message of each length.
pub(crate) fn upload(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    for (number, len) in (0..).zip(lens(words)?) {
        renderer.send("numbered", numbered(number, len))?;
    }
    Ok(())
}

/// Expects messages of these lengths, in order, and acknowledges each.
pub(crate) fn download(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let lens = lens(words)?;
    let next = Arc::new(AtomicI32::new(0));
    renderer.on_uncaught(|channel, error| {
        eprintln!("{channel}: {error}");
        std::process::abort();
    });
    renderer.on("numbered", {
        let next = Arc::clone(&next);
        let last = lens.len();
        move |event, args| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let index = usize::try_from(number).unwrap();
            assert!(is_numbered(args, number), "message {number} is not what was sent");
            assert_eq!(args.get(1).len(), lens[index]);
            if index + 1 == last {
                event.sender().stop();
            }
            event.sender().send("received", args![number])
        }
    });
    renderer.send("ready", args![])?;
    renderer.run()?;
    Ok(())
}

/// One byte more than the largest message is refused with both numbers, and nothing is lost by it.
pub(crate) fn too_large(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let [found, limit] = [&words[0], &words[1]].map(|word| word.parse::<usize>().unwrap());
    let bytes: usize = words[2].parse()?;
    let error = Error::TooLarge { found, limit };
    assert_eq!(renderer.send("numbered", numbered(0, bytes)), Err(error.clone()));
    assert_eq!(renderer.try_send("numbered", numbered(0, bytes)), Err(error.clone()));
    assert_eq!(renderer.send_sync("sync", numbered(0, bytes)), Err(error.clone()));
    assert_eq!(renderer.invoke("invoke", numbered(0, bytes)).wait(), Err(error));
    renderer.send("numbered", numbered(0, 1))?;
    Ok(())
}
