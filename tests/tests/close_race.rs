//! A session that one thread closes while another sends: what was answered `Ok` arrives, and of what was not
//! at most the last one.

use ringmain::{Error, IpcMain, IpcRenderer, WebContents, WhenFull, args};
use ringmain_tests::{Log, UniqueEndpoint, Watchdog, options};
use std::thread::JoinHandle;

const ROUNDS: u32 = 600;

/// A main that runs on a thread and notes what arrives, and who goes.
struct Hall {
    main: IpcMain,
    received: Log<i32>,
    gone: Log<u32>,
    running: JoinHandle<Result<(), Error>>,
    endpoint: UniqueEndpoint,
    _watchdog: Watchdog,
}

impl Hall {
    fn new() -> Self {
        let (watchdog, endpoint) = (Watchdog::new(), UniqueEndpoint::new());
        let main = options().ring_capacity(64 << 10).bind(endpoint.name()).unwrap();
        let (received, gone) = (Log::new(), Log::new());
        main.on("number", {
            let received = received.clone();
            move |_event, args| received.push(args.get(0).as_i32().unwrap_or(-1))
        });
        main.on_render_process_gone({
            let gone = gone.clone();
            move |page, _details| gone.push(page.id())
        });
        let running = std::thread::spawn({
            let main = main.clone();
            move || main.run()
        });
        Self { main, received, gone, running, endpoint, _watchdog: watchdog }
    }

    fn renderer(&self) -> IpcRenderer {
        let renderer = IpcRenderer::connect(self.endpoint.name()).unwrap();
        assert_eq!(renderer.send_sync("nobody", args![]), Err(Error::NoReply));
        renderer
    }

    /// Main has delivered all that a renderer left behind.
    fn until_gone(&self, id: u32) {
        while !self.gone.take().contains(&id) {
            std::thread::yield_now();
        }
    }

    fn end(self) {
        self.main.close();
        self.running.join().unwrap().unwrap();
    }
}

/// Lets a sender come so far, differently in each round.
fn dawdle(round: u32) {
    for _ in 0..round.wrapping_mul(2_654_435_761) % 20_000 {
        std::hint::spin_loop();
    }
}

/// Sends numbers by `send` until it fails; how many it were.
fn numbers(send: impl Fn(i32) -> Result<(), Error>, end: &[Error]) -> i32 {
    let refused = (0..).find_map(|number| send(number).err().map(|error| (number, error)));
    let (number, error) = refused.unwrap();
    assert!(end.contains(&error), "{error:?} behind {number}");
    number
}

/// What arrived are the numbers in order, with all that were accepted.
fn arrived(received: &[i32], accepted: i32, what: &str) {
    let number = i32::try_from(received.len()).unwrap();
    assert!(received.iter().copied().eq(0..number), "{what}: {received:?}");
    assert!((accepted..=accepted + 1).contains(&number), "{what}: {number} of {accepted} arrived");
}

#[test]
fn of_a_renderer_that_closes_main_gets_all_that_was_accepted() {
    let hall = Hall::new();
    let end = [Error::Disconnected, Error::MainGone];
    for round in 0..ROUNDS {
        let renderer = hall.renderer();
        let send = |number: i32| match round % 3 {
            0 => renderer.send("number", args![number]),
            1 => {
                let mut burst = renderer.burst(WhenFull::Wait)?;
                burst.send("number", args![number])?;
                burst.end()
            }
            _ => renderer.send_deadline("number", args![number], std::time::Instant::now()),
        };
        let send = |number| match send(number) {
            // A full ring, and main is about to read.
            Err(Error::Deadline) => renderer.send("number", args![number]),
            sent => sent,
        };
        let accepted = std::thread::scope(|scope| {
            let sender = scope.spawn(|| numbers(send, &end));
            dawdle(round);
            renderer.close();
            sender.join().unwrap()
        });
        hall.until_gone(renderer.id());
        arrived(&hall.received.take(), accepted, &format!("round {round}"));
    }
    hall.end();
}

#[test]
fn of_main_that_closes_a_renderer_this_gets_all_that_was_accepted_and_did_not_wait() {
    let hall = Hall::new();
    for round in 0..ROUNDS {
        let renderer = hall.renderer();
        let page: WebContents = hall.main.web_contents(renderer.id()).unwrap();
        let received = Log::new();
        renderer.on("number", {
            let received = received.clone();
            move |_event, args| received.push(args.get(0).as_i32().unwrap_or(-1))
        });
        // What fits the ring: what waits in main behind it is lost when that closes, as `close` says.
        let send = |number: i32| match round % 2 {
            _ if number == 500 => Err(Error::Deadline),
            0 => page.send("number", args![number]),
            _ => {
                let mut burst = page.burst()?;
                burst.send("number", args![number])?;
                burst.end()
            }
        };
        let end = [Error::RendererGone { id: page.id() }, Error::Deadline];
        let accepted = std::thread::scope(|scope| {
            let sender = scope.spawn(|| numbers(send, &end));
            dawdle(round);
            page.close();
            assert_eq!(renderer.run(), Err(Error::MainGone));
            sender.join().unwrap()
        });
        arrived(&received.take(), accepted, &format!("round {round}"));
    }
    hall.end();
}
