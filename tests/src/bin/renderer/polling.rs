//! Scenario `polling`: a renderer in an event loop of its own.

use ringmain::{BoxError, Error, IpcRenderer, args};
use ringmain_tests::is_numbered;
use rustix::event::{PollFd, PollFlags, poll};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

/// Polls, dispatches one message, and polls again until main is gone. Exits in earnest only if
/// all the messages came.
pub(crate) fn with_a_budget(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let expected: i32 = words[0].parse()?;
    let next = Arc::new(AtomicI32::new(0));
    renderer.on("numbered", {
        let next = Arc::clone(&next);
        move |event, args| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            assert!(is_numbered(args, number));
            event.sender().send("received", args![number])
        }
    });
    renderer.send("ready", args![])?;
    loop {
        poll(&mut [PollFd::new(renderer, PollFlags::IN)], None)?;
        match renderer.dispatch(1) {
            Ok(delivered) => assert!(delivered <= 1),
            Err(error) => {
                assert_eq!(error, Error::MainGone);
                break;
            }
        }
    }
    assert_eq!(next.load(Ordering::Relaxed), expected);
    Ok(())
}
