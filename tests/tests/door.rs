//! Renderers that come in crowds, beside processes that only stand in the door.

use ringmain::{Error, IpcMain, IpcRenderer, MainOptions, RendererOptions, args};
use ringmain_tests::{Log, MainProcess, UniqueEndpoint, Watchdog, options, program};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Processes that wait for the same main.
const CROWD: usize = 200;

/// A main that runs on a thread and notes whom it refused.
struct Hall {
    main: IpcMain,
    refused: Log<String>,
    running: JoinHandle<Result<(), Error>>,
}

impl Hall {
    fn new(endpoint: &UniqueEndpoint) -> Self {
        let main = bind(endpoint);
        let refused = Log::new();
        main.on_diagnostic({
            let refused = refused.clone();
            move |diagnostic| refused.push(diagnostic.to_string())
        });
        main.on("echo", |event, args| event.set_return_value(args.get(0)));
        let running = std::thread::spawn({
            let main = main.clone();
            move || main.run()
        });
        Self { main, refused, running }
    }

    fn end(self) {
        self.main.close();
        self.running.join().unwrap().unwrap();
    }
}

fn bind(endpoint: &UniqueEndpoint) -> IpcMain {
    // Hundreds of sessions: small rings.
    let options: MainOptions = options().ring_capacity(64 << 10);
    options.bind(endpoint.name()).unwrap()
}

/// A process that connects as often as that, says nothing, and comes again as often as that.
fn silent(endpoint: &UniqueEndpoint, at_once: u32, again: u32) -> MainProcess {
    let socket = endpoint.socket();
    let words = [&*socket.to_string_lossy(), &at_once.to_string(), &again.to_string()];
    MainProcess::start(program(env!("CARGO_BIN_EXE_silent"), &words))
}

/// So many renderers at once, each with its own thread, and all their errors.
fn attach_at_once(endpoint: &UniqueEndpoint, renderers: i32) -> Vec<Error> {
    let options = RendererOptions::new().wait_until(Instant::now() + Duration::from_secs(60));
    let attach = |number: i32| {
        let renderer: IpcRenderer = options.connect(endpoint.name())?;
        assert_eq!(renderer.send_sync("echo", args![number])?, number);
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..renderers).map(|number| scope.spawn(move || attach(number))).collect();
        let results = threads.into_iter().map(|thread| thread.join().unwrap());
        results.filter_map(Result::err).collect()
    })
}

#[test]
fn a_crowd_of_processes_that_wait_for_a_main_gets_in_when_it_comes() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let visitor = || program(env!("CARGO_BIN_EXE_visitor"), &[endpoint.name()]);
    let mut crowd: Vec<_> = (0..CROWD).map(|_| MainProcess::start(visitor())).collect();
    // They all hear of it at the same moment, and get their processors one after the other.
    let hall = Hall::new(&endpoint);
    let statuses = crowd.iter_mut().map(MainProcess::exit_status);
    let refused = statuses.filter(|status| !status.success()).count();
    assert_eq!((refused, hall.refused.take()), (0, Vec::<String>::new()));
    hall.end();
}

#[test]
fn a_process_that_only_stands_in_the_door_keeps_nobody_out() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let hall = Hall::new(&endpoint);
    let _silent = silent(&endpoint, 300, 5000);
    // One who has no patience at all either.
    for number in 0..50 {
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        assert_eq!(renderer.send_sync("echo", args![number]).unwrap(), number);
    }
    assert_eq!(attach_at_once(&endpoint, 30), []);
    hall.end();
}

#[test]
fn who_is_full_of_silent_processes_takes_the_patient_once_these_have_been_silent_for_long() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let hall = Hall::new(&endpoint);
    let _silent: Vec<_> = (0..12).map(|_| silent(&endpoint, 8, 0)).collect();
    assert_eq!(attach_at_once(&endpoint, 30), []);
    hall.end();
}
