//! Whether the counter of system calls counts: both ends, and a second thread of one, make calls
//! of a known number.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::{Contender, Method};
use crate::end::End;
use crate::stats::{Sample, Stat};
use crate::{Result, syscalls};

const MESSAGES: u32 = 2_000;

pub(super) struct CountedCalls;

impl Contender for CountedCalls {
    fn name(&self) -> &'static str {
        "counted calls"
    }

    fn method(&self) -> Method {
        Method::CountedCalls
    }

    fn unit(&self) -> Unit {
        Unit::PerMessage
    }

    fn bars(&self) -> Vec<Bar> {
        vec![Bar {
            name: "harness: 3 system calls a message are counted as 3",
            stat: Stat::Mean,
            rule: Rule::Exactly(3.0),
            stretch: None,
        }]
    }

    /// One call a message from the main thread, one from a thread that was there before.
    fn measure(&self, end: End) -> Result<Sample> {
        let messages = end.trips(MESSAGES);
        let [ready, go, done, over] = [false; 4].map(AtomicBool::new);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                ready.store(true, Release); // its own setting up is over, and was not counted
                spin_until(&go);
                call(messages);
                done.store(true, Release);
                spin_until(&over); // nor is its tearing down
            });
            spin_until(&ready);
            syscalls::mark();
            go.store(true, Release);
            call(messages);
            spin_until(&done);
            syscalls::mark();
            over.store(true, Release);
        });
        Ok(Sample::of_one(0.0, messages.into()))
    }

    fn answer(&self, end: End) -> Result<()> {
        let messages = end.trips(MESSAGES);
        call(1); // before the section, so not counted
        syscalls::mark();
        call(messages);
        syscalls::mark();
        Ok(())
    }
}

/// Without a system call, unlike any lock that waits.
fn spin_until(flag: &AtomicBool) {
    // Pairs with the store of the thread that sets this flag.
    while !flag.load(Acquire) {
        std::hint::spin_loop();
    }
}

fn call(times: u32) {
    for _ in 0..times {
        std::hint::black_box(rustix::process::getuid());
    }
}
