//! What both contenders of iceoryx2 share: a node, loaned memory, waiting for the other end.

use std::mem::MaybeUninit;
use std::thread::sleep;
use std::time::{Duration, Instant};

use iceoryx2::prelude::*;
use ringmain_bench::Result;

use crate::directory::Directory;

const CONNECT: Duration = Duration::from_secs(10);

/// A node whose files lie in `directory`, but for the shared memory, which lies beside it.
pub(crate) fn node(directory: &Directory) -> Result<Node<ipc::Service>> {
    set_log_level(LogLevel::Error);
    let root = directory.path().to_str().ok_or("a path that is not UTF-8")?;
    let mut config = Config::default();
    config.global.set_root_path(&Path::new(root.as_bytes())?);
    config.global.prefix = FileName::new(format!("{}_", directory.name()).as_bytes())?;
    Ok(NodeBuilder::new()
        .config(&config)
        .signal_handling_mode(SignalHandlingMode::Disabled)
        .create::<ipc::Service>()?)
}

pub(crate) fn wait_until(mut reached: impl FnMut() -> bool) -> Result<()> {
    let deadline = Instant::now() + CONNECT;
    while !reached() {
        if Instant::now() > deadline {
            return Err("no peer".into());
        }
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Loaned memory as bytes to write: who gets them writes every one and reads none before.
pub(crate) fn bytes_mut(memory: &mut [MaybeUninit<u8>]) -> &mut [u8] {
    // SAFETY: the memory is mapped, and `MaybeUninit<u8>` has the layout of `u8`.
    unsafe { &mut *(std::ptr::from_mut(memory) as *mut [u8]) }
}
