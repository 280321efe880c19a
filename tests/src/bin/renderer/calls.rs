//! Scenarios of `sendSync` and `invoke`.

use ringmain::{BoxError, Error, IpcRenderer, Value, args};
use ringmain_tests::Log;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// Eight threads, each with a hundred calls that must bring back what it asked for.
pub(crate) fn threads_call_at_once(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for number in 0..100 {
                    let question = thread * 1000 + number;
                    let answer = renderer.send_sync("echo", args![question]);
                    assert_eq!(answer, Ok(Value::from(question)));
                }
            });
        }
    });
    Ok(())
}

/// Threads whose deadlines pass while their answers come. Reports how many calls were answered, and
/// how many answers came late.
pub(crate) fn threads_call_in_a_hurry(
    renderer: &IpcRenderer,
    _: &[String],
) -> Result<(), BoxError> {
    let in_a_hurry = |number: u64| {
        let soon = Instant::now() + Duration::from_micros(number % 100);
        renderer.send_sync_deadline("echo", args![number], soon).is_ok()
    };
    let thread = || (0..500).filter(|number| in_a_hurry(*number)).count();
    let answered: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(thread)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // Its answer is behind all others.
    assert_eq!(renderer.send_sync("echo", args![0])?, 0);
    let late = renderer.counters().late_answers;
    renderer.send("result", args![format!("{answered} answered, {late} late")])?;
    Ok(())
}

/// What main's listener sends before it answers comes when the call has returned, in order.
pub(crate) fn receive_what_was_sent_inside(
    renderer: &IpcRenderer,
    _: &[String],
) -> Result<(), BoxError> {
    let log = Log::new();
    for channel in ["replied", "sent"] {
        renderer.on(channel, {
            let log = log.clone();
            move |event, args| log.push(format!("{} {}", event.channel(), args.get(0)))
        });
    }
    assert_eq!(renderer.send_sync("question", args![])?, "answer");
    assert!(log.is_empty(), "a listener ran inside send_sync");
    renderer.invoke("flush", args![]).wait()?;
    assert_eq!(log.take(), ["replied 1", "sent 2", "replied 3"]);
    Ok(())
}

/// Main sends a message and then answers, a hundred times. Each message is delivered before the
/// answer behind it and after the answer before it.
pub(crate) fn answers_and_messages_in_one_order(
    renderer: &IpcRenderer,
    _: &[String],
) -> Result<(), BoxError> {
    let invokes = (0..100).map(|number| renderer.invoke("numbered", args![number]));
    let invokes = Mutex::new(invokes.collect::<Vec<_>>());
    let log = Log::new();
    renderer.on("message", {
        let log = log.clone();
        move |_event, args| {
            let number = args.get(0).as_i32().unwrap();
            let index = usize::try_from(number).unwrap();
            let mut invokes = invokes.lock().unwrap();
            let own = poll_once(&mut invokes[index]);
            let before = index.checked_sub(1).map(|before| poll_once(&mut invokes[before]));
            log.push((number, own.is_pending(), before));
        }
    });
    renderer.invoke("last", args![]).wait()?;
    for (expected, (number, own_is_pending, before)) in (0..100).zip(log.take()) {
        assert_eq!(number, expected);
        assert!(own_is_pending, "an answer overtook message {number}");
        if let Some(before) = before {
            assert_eq!(before, Poll::Ready(Ok(Value::from(number - 1))));
        }
    }
    assert_eq!(renderer.counters().late_answers, 0);
    Ok(())
}

fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// A thousand calls of all three kinds, numbered.
pub(crate) fn mixed(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    let mut invokes = Vec::new();
    for number in 0..1000 {
        match number % 7 {
            0 | 3 => {
                let answer = renderer.send_sync("sync", args![number])?;
                assert_eq!(answer, Value::from(number));
            }
            1 | 4 | 5 => invokes.push((number, renderer.invoke("invoke", args![number]))),
            _ => renderer.send("send", args![number])?,
        }
    }
    for (number, invoke) in invokes {
        assert_eq!(invoke.wait()?, Value::from(number));
    }
    Ok(())
}

/// Futures that this thread polls by hand, while another one dispatches.
pub(crate) fn awaits_while_another_thread_runs(
    renderer: &IpcRenderer,
    _: &[String],
) -> Result<(), BoxError> {
    std::thread::scope(|scope| {
        let driver = scope.spawn(|| renderer.run());
        for number in 0..100 {
            assert_eq!(block_on(renderer.invoke("echo", args![number])), Ok(Value::from(number)));
        }
        renderer.stop();
        assert_eq!(driver.join().unwrap(), Ok(()));
    });
    Ok(())
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}

/// Every way of waiting for what only the listener's own return can bring.
pub(crate) fn waits_inside_a_listener(
    renderer: &IpcRenderer,
    _: &[String],
) -> Result<(), BoxError> {
    renderer.on("ask", |event, _args| {
        let sender = event.sender();
        assert_eq!(sender.invoke("echo", args![1]).wait(), Err(Error::WouldDeadlock));
        assert_eq!(sender.run(), Err(Error::WouldDeadlock));
        assert_eq!(sender.dispatch(1), Err(Error::WouldDeadlock));
        // No listener of this process is needed for this one.
        assert_eq!(sender.send_sync("echo-sync", args![2]), Ok(Value::from(2)));
        sender.stop();
    });
    renderer.on_uncaught(|channel, error| panic!("{channel}: {error}"));
    renderer.send("ready", args![])?;
    renderer.run()?;
    assert_eq!(renderer.invoke("echo", args![3]).wait()?, Value::from(3));
    Ok(())
}

/// An answer to an invoke that was dropped is counted, and disturbs no other.
pub(crate) fn drops_an_invoke(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    drop(renderer.invoke("echo", args![1]));
    assert_eq!(renderer.invoke("echo", args![2]).wait()?, Value::from(2));
    assert_eq!(renderer.counters().late_answers, 1);
    Ok(())
}

/// Inside tokio: a hundred invokes that are awaited while a task of the same thread drives.
pub(crate) fn inside_tokio(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let driver = tokio::spawn({
            let renderer = renderer.clone();
            async move { renderer.run_async().await }
        });
        let asked: Vec<_> =
            (0..100).map(|number| renderer.invoke("twice", args![number])).collect();
        for (number, answer) in (0..100).zip(asked) {
            assert_eq!(answer.await?, number * 2);
        }
        renderer.stop();
        Ok(driver.await??)
    })
}

/// A little of everything.
pub(crate) fn visit(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    let log = Log::new();
    renderer.on("noted", {
        let log = log.clone();
        move |_event, args| log.push(args.get(0).to_owned())
    });
    for number in 0..10 {
        renderer.send("note", args![number])?;
        assert_eq!(renderer.send_sync("echo", args![number])?, number);
    }
    assert_eq!(renderer.invoke("echo", args!["bye"]).wait()?, "bye");
    assert_eq!(log.len(), 10);
    Ok(())
}

/// Attaches once more while there is no descriptor for that, and again when there is.
pub(crate) fn without_descriptors(
    renderer: &IpcRenderer,
    words: &[String],
) -> Result<(), BoxError> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let endpoint = words.last().ok_or("no endpoint")?;
    let allowed = getrlimit(Resource::Nofile);
    let open = std::fs::read_dir("/proc/self/fd")?.count() as u64 - 1;
    for more in 0..8 {
        setrlimit(Resource::Nofile, Rlimit { current: Some(open + more), ..allowed })?;
        match IpcRenderer::connect(endpoint) {
            Err(Error::Exhausted { .. }) => {}
            Ok(_) if more > 0 => {}
            other => panic!("with {more} descriptors: {other:?}"),
        }
        assert_eq!(renderer.send_sync("echo", args![1])?, 1);
    }
    setrlimit(Resource::Nofile, allowed)?;
    assert_eq!(IpcRenderer::connect(endpoint)?.send_sync("echo", args![2])?, 2);
    Ok(())
}
