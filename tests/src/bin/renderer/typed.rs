//! Scenarios of typed channels.

use ringmain::{BoxError, IpcRenderer, args};
use ringmain_tests::types::{
    CHAIN, Chain, OLD_SAMPLE, REPORT, Report, SAMPLE, Sample, TOUCHY, Touchy,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

fn abort_on_failure(renderer: &IpcRenderer) {
    renderer.on_uncaught(|channel, error| {
        eprintln!("{channel}: {error}");
        std::process::abort();
    });
}

/// Sends a sample and a report of each length, in turn.
pub(crate) fn upload(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    for (number, word) in (0..).zip(words) {
        renderer.send_typed(&SAMPLE, &Sample::new(number))?;
        renderer.send_typed(&REPORT, &Report::new(i32::try_from(number)?, word.parse()?))?;
    }
    Ok(())
}

/// Expects a sample and a report of each length, in turn.
pub(crate) fn download(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    let lens = words.iter().map(|word| word.parse::<usize>());
    let lens = lens.collect::<Result<Vec<_>, _>>()?;
    let last = lens.len();
    abort_on_failure(renderer);
    let next = Arc::new(AtomicI32::new(0));
    renderer.on_typed(&SAMPLE, {
        let next = Arc::clone(&next);
        move |_event, sample| {
            let number = u64::try_from(next.load(Ordering::Relaxed)).unwrap();
            assert_eq!(*sample, Sample::new(number));
        }
    });
    renderer.on_typed(&REPORT, move |event, report| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let index = usize::try_from(number).unwrap();
        assert!(report.is(number, lens[index]), "report {number} is not what was sent");
        if index + 1 == last {
            event.sender().stop();
        }
    });
    renderer.send("ready", args![])?;
    renderer.run()?;
    Ok(())
}

/// Typed and dynamic messages on one name, numbered.
pub(crate) fn mixed(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    for number in 0..words[0].parse()? {
        match number % 3 {
            0 => renderer.send_typed(&SAMPLE, &Sample::new(number))?,
            1 => renderer.send("sample", args![number])?,
            _ => renderer.send_typed(&OLD_SAMPLE, &Sample::new(number))?,
        }
    }
    Ok(())
}

/// Reports how listeners of samples fail for what main sends, until it says "stop".
pub(crate) fn mismatched(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.on_typed(&SAMPLE, |event, sample| {
        event.sender().send("result", args![format!("{}", sample.number)])
    });
    renderer.on_uncaught({
        let renderer = renderer.clone();
        move |_channel, error| renderer.send("result", args![error.to_string()]).unwrap()
    });
    renderer.on("stop", |event, _| event.sender().stop());
    renderer.send("ready", args![])?;
    renderer.run()?;
    Ok(())
}

/// A type that panics while it is serialised, and one that does not, on one session.
pub(crate) fn touchy(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.send_typed(&TOUCHY, &Touchy(1))?;
    let panics = || renderer.send_typed(&TOUCHY, &Touchy(0));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
    renderer.send_typed(&TOUCHY, &Touchy(2))?;
    renderer.send("end", args![])?;
    Ok(())
}

/// Sends chains of so many links.
pub(crate) fn chain(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    for word in words {
        let longer = |next, _| Chain { next: Some(Box::new(next)) };
        renderer.send_typed(&CHAIN, &(0..word.parse()?).fold(Chain::default(), longer))?;
    }
    Ok(())
}
