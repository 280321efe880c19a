//! A renderer that waits for a main at the endpoint in the first argument, asks it something, and goes.

use ringmain::{BoxError, RendererOptions, args};
use ringmain_tests::Watchdog;
use std::time::{Duration, Instant};

fn main() -> Result<(), BoxError> {
    let _watchdog = Watchdog::new();
    let endpoint = std::env::args().nth(1).ok_or("no endpoint")?;
    let patience = Instant::now() + Duration::from_secs(120);
    println!("ready");
    let renderer = RendererOptions::new().wait_until(patience).connect(&endpoint)?;
    assert_eq!(renderer.send_sync("echo", args![7])?, 7);
    Ok(())
}
