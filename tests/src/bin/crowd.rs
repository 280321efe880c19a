//! A process that is several renderers of the main at the endpoint in the first argument, as many as the second
//! says. Each is made by a thread that ends. At the end of standard input it closes the first of them, and
//! lives on until it is killed.

use ringmain::{BoxError, IpcRenderer};
use ringmain_tests::{Watchdog, obey_denial, until_eof};

fn main() -> Result<(), BoxError> {
    let _watchdog = Watchdog::new();
    let words: Vec<_> = std::env::args().skip(1).collect();
    let (endpoint, renderers): (&str, usize) = (&words[0], words[1].parse()?);
    let connect = || {
        obey_denial();
        IpcRenderer::connect(endpoint)
    };
    let mut crowd = Vec::new();
    for _ in 0..renderers {
        let made = std::thread::scope(|scope| scope.spawn(connect).join());
        crowd.push(made.map_err(|_| "a thread panicked")??);
    }
    println!("ready");
    until_eof();
    crowd[0].close();
    println!("closed");
    loop {
        std::thread::park();
    }
}
