//! What the suites share.

#![allow(dead_code, reason = "each suite is a program of its own and uses some of it")]

use criterion::Criterion;
use ringmain::Geometry;
use ringmain::lanes::{self, MainLanes, RendererLanes};
use std::path::PathBuf;
use std::time::Duration;

/// How all suites measure: long enough for a few per cent, short enough to run them all often.
pub(crate) fn settings() -> Criterion {
    Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
        .sample_size(30)
        .nresamples(20_000)
}

/// Both ends of the lanes of a session, in this process, with rings of `capacity` bytes.
#[expect(unsafe_code, reason = "the lanes are made here, and opened here once")]
pub(crate) fn lanes(capacity: usize) -> (MainLanes, RendererLanes) {
    let geometry = Geometry { to_main: capacity, to_renderer: capacity, ..Geometry::default() };
    let (main, descriptors) = lanes::create(&geometry, 1).expect("segments");
    // SAFETY: needs descriptors of one session that are opened this once, and a segment that nobody else
    // writes. They were just made, and end here.
    let renderer = unsafe { lanes::open(descriptors, &geometry, 1) }.expect("the same segments");
    (main, renderer)
}

/// An endpoint's name. Dropping it removes what a main leaves behind under it: its lock, which
/// outlives every main, and the socket of one that was killed.
#[derive(Debug)]
pub(crate) struct Endpoint {
    name: String,
}

impl Endpoint {
    /// A name of this process's own.
    pub(crate) fn of_this_process(suite: &str) -> Self {
        Self::named(format!("ringmain-{suite}-{}", std::process::id()))
    }

    /// A name that another process chose.
    pub(crate) fn named(name: String) -> Self {
        Self { name }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let directory = directory();
        for ending in ["lock", "sock"] {
            // The other process that knows the name may have removed it, or no main was there.
            let _ = std::fs::remove_file(directory.join(format!("{}.{ending}", self.name)));
        }
    }
}

/// Where endpoints are.
fn directory() -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    match runtime.filter(|path| path.is_absolute()) {
        Some(runtime) => runtime.join("ringmain"),
        None => {
            let uid = rustix::process::geteuid().as_raw();
            std::env::temp_dir().join(format!("ringmain-{uid}"))
        }
    }
}
