//! Messages one way through a whole session, dispatched to a listener that reads them: what the bars
//! of rates run on. The sending end measures; the other end counts the messages that came right and
//! in order, and says how many they were when it is asked at the end of each round.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use parking_lot::Mutex;
use ringmain::{Error, IpcMain, IpcRenderer, MainOptions, Value, WaitPolicy, WebContents, args};

use super::failed::Failed;
use super::send_sync::{connect, run_until_gone};
use crate::Result;
use crate::bars::rounds::Rounds;
use crate::end::End;
use crate::stats::Sample;

/// How many messages a listener has had that were right, all since the first.
#[derive(Debug, Default)]
pub(super) struct Tally {
    right: AtomicU64,
}

impl Tally {
    /// The number of the message that has to come next.
    #[inline]
    pub(super) fn next(&self) -> u64 {
        self.right.load(Relaxed)
    }

    /// Takes note of a message. After one that is wrong, none counts that is not the one it should
    /// have been.
    #[inline]
    pub(super) fn count(&self, is_right: bool) {
        // One thread dispatches, so nobody writes between these two.
        self.right.store(self.next() + u64::from(is_right), Relaxed);
    }

    /// That all before `number` came right.
    pub(super) fn check(found: &Value, number: u64) -> Result<()> {
        if found.as_f64() == Some(number as f64) {
            return Ok(());
        }
        Err(format!("{found} messages of {number} came right and in order").into())
    }
}

/// Times rounds of messages to main, each ended by a `sendSync` that main answers with its count.
/// Yields nanoseconds a message.
pub(super) fn from_renderer(
    end: &End,
    rounds: Rounds,
    mut send: impl FnMut(&IpcRenderer, Range<u64>) -> Result<()>,
) -> Result<Sample> {
    let renderer = connect(end, WaitPolicy::default())?;
    end.meet()?;
    rounds.time(end, |numbers| {
        let last = numbers.end;
        send(&renderer, numbers)?;
        let counted = renderer.send_sync("count", args![])?;
        Tally::check(&counted, last)
    })
}

/// A main with the listener that `listen` adds, which counts.
pub(super) fn into_main(
    end: &End,
    options: &MainOptions,
    listen: impl FnOnce(&IpcMain, Arc<Tally>),
) -> Result<()> {
    let main = options.bind(&end.plan.token)?;
    let tally = Arc::<Tally>::default();
    listen(&main, Arc::clone(&tally));
    main.on("count", move |event, _| event.set_return_value(tally.next()));
    run_until_gone(end, &main)
}

/// Main's end while it sends to its renderer.
pub(super) struct Sender {
    pub(super) main: IpcMain,
    pub(super) page: WebContents,
}

impl Sender {
    /// Sends, as often as it takes: main never blocks, so who sends too much has to dispatch, which
    /// moves what waits in main into the ring.
    #[inline]
    pub(super) fn send(&self, send: impl Fn(&WebContents) -> Result<(), Error>) -> Result<()> {
        loop {
            match send(&self.page) {
                Err(Error::Backpressure { .. }) => self.make_room()?,
                sent => return Ok(sent?),
            }
        }
    }

    /// Dispatches, once.
    #[cold]
    pub(super) fn make_room(&self) -> Result<()> {
        self.main.dispatch(usize::MAX)?;
        Ok(())
    }
}

/// Times rounds of messages to the renderer, each ended by the renderer's answer to a message that
/// asks for its count. Yields nanoseconds a message.
pub(super) fn from_main(
    end: &End,
    options: &MainOptions,
    rounds: Rounds,
    mut send: impl FnMut(&Sender, Range<u64>) -> Result<()>,
) -> Result<Sample> {
    let main = options.bind(&end.plan.token)?;
    let failed = Failed::of_main(&main);
    let (page, counted) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(None)));
    main.on("ready", {
        let page = Arc::clone(&page);
        move |event, _| *page.lock() = Some(event.sender().clone())
    });
    main.on("counted", {
        let counted = Arc::clone(&counted);
        move |_, args| *counted.lock() = Some(args.get(0).to_owned())
    });
    let page = dispatch_until(&main, &failed, || page.lock().take())?;
    let sender = Sender { main, page };
    rounds.time(end, |numbers| {
        let last = numbers.end;
        send(&sender, numbers)?;
        sender.send(|page| page.send("count", args![]))?;
        let counted = dispatch_until(&sender.main, &failed, || counted.lock().take())?;
        Tally::check(&counted, last)
    })
}

fn dispatch_until<T>(
    main: &IpcMain,
    failed: &Failed,
    mut found: impl FnMut() -> Option<T>,
) -> Result<T> {
    loop {
        main.dispatch(usize::MAX)?;
        failed.check()?;
        if let Some(found) = found() {
            return Ok(found);
        }
    }
}

/// A renderer with the listener that `listen` adds, which counts.
pub(super) fn into_renderer(
    end: &End,
    listen: impl FnOnce(&IpcRenderer, Arc<Tally>),
) -> Result<()> {
    let renderer = connect(end, WaitPolicy::default())?;
    let failed = Failed::of_renderer(&renderer);
    let tally = Arc::<Tally>::default();
    listen(&renderer, Arc::clone(&tally));
    renderer.on("count", move |event, _| event.sender().send("counted", args![tally.next()]));
    renderer.send("ready", args![])?;
    match renderer.run() {
        Err(Error::MainGone) => failed.check(),
        ended => Err(format!("the renderer ended early: {ended:?}").into()),
    }
}
