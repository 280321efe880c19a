//! What renderers leave in main that have gone. Alone in its process, whose descriptors it counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::{Condvar, Mutex};
use ringmain::limits::LEFT_INVOKES;
use ringmain::{Diagnostic, IpcMain, IpcRenderer, args};
use ringmain_tests::{UniqueEndpoint, Watchdog};

/// Renderers, each with a handler that never ends.
const RENDERERS: usize = LEFT_INVOKES + 44;

/// Counts the handlers that live.
struct Living(Arc<AtomicUsize>);

impl Living {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A number that is waited for.
#[derive(Default)]
struct Counter {
    number: Mutex<usize>,
    changed: Condvar,
}

impl Counter {
    fn add(&self) {
        *self.number.lock() += 1;
        self.changed.notify_all();
    }

    fn wait_for(&self, wanted: usize) {
        self.changed.wait_while(&mut self.number.lock(), |number| *number < wanted);
    }
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn renderers_that_go_before_their_handlers_end_leave_little_behind() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = IpcMain::bind(endpoint.name()).unwrap();
    let living = Arc::new(AtomicUsize::new(0));
    let (begun, gone, dropped) = <(Arc<Counter>, Arc<Counter>, Arc<Counter>)>::default();
    main.handle("never", {
        let (living, begun) = (Arc::clone(&living), Arc::clone(&begun));
        move |event, _args| {
            let kept = (event, Living::new(&living));
            begun.add();
            async move {
                std::future::pending::<()>().await;
                drop(kept);
                Ok(())
            }
        }
    })
    .unwrap();
    main.on_render_process_gone({
        let gone = Arc::clone(&gone);
        move |_page, _details| gone.add()
    });
    main.on_diagnostic({
        let dropped = Arc::clone(&dropped);
        move |diagnostic| match diagnostic {
            Diagnostic::HandlersDropped { number: 1 } => dropped.add(),
            other => panic!("{other}"),
        }
    });
    let running = std::thread::spawn({
        let main = main.clone();
        move || main.run()
    });
    let before = descriptors();
    for number in 1..=RENDERERS {
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        let _never_answered = renderer.invoke("never", args![number]);
        begun.wait_for(number);
        renderer.close();
        drop(renderer);
        gone.wait_for(number);
    }
    dropped.wait_for(RENDERERS - LEFT_INVOKES);
    assert_eq!(living.load(Ordering::Relaxed), LEFT_INVOKES);
    let after = descriptors();
    assert!(after <= before + 4, "{before} descriptors before, and {after} after");

    main.close();
    running.join().unwrap().unwrap();
    assert_eq!(living.load(Ordering::Relaxed), 0);
}
