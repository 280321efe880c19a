//! How long to poll before sleeping.

/// What a blocked call or an idle loop does before it sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitPolicy {
    /// Sleep at once. For machines where every cycle is somebody else's.
    Park,
    /// Poll for as long as it has paid lately, 50 µs at most, and only while the peer runs on
    /// another CPU; then sleep.
    #[default]
    Adaptive,
    /// Poll for ever. For a CPU of one's own: the lowest latency, at full power.
    Spin,
}

#[cfg(not(loom))]
pub(crate) use spin::{Spin, SpinOutcome};

#[cfg(not(loom))]
mod spin {
    use super::WaitPolicy;
    use crate::limits::SPIN_MAX;
    use crate::sync::{AtomicU32, Ordering, pause};
    use std::time::{Duration, Instant};

    /// Decides how long one endpoint polls, from what polling has brought so far.
    ///
    /// A spin that finds nothing halves the budget; a spin that finds something, or a sleep so short
    /// that a spin would have covered it, restores it. So a peer that answers within microseconds
    /// is always waited for awake, and one that thinks for a second costs a few microseconds.
    #[derive(Debug)]
    pub(crate) struct Spin {
        policy: WaitPolicy,
        /// How long policy Spin polls before it looks around.
        look_every: Duration,
        /// Nanoseconds. Several threads may write it; any of their values will do.
        budget: AtomicU32,
    }

    /// How a spin ended.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum SpinOutcome {
        /// What was waited for is there.
        Ready,
        /// It is time to sleep.
        Sleep,
        /// It is time to look whether the peer still lives, and then to spin on.
        Look,
    }

    #[expect(clippy::cast_possible_truncation, reason = "50,000 fits")]
    const MAX_NS: u32 = SPIN_MAX.as_nanos() as u32;
    /// Below this a spin costs less than arming does.
    const MIN_NS: u32 = 1_000;
    /// Polls between two looks at the clock, which cost as much as a poll or more.
    const POLLS: u32 = 128;

    impl Spin {
        pub(crate) fn new(policy: WaitPolicy, look_every: Duration) -> Self {
            Self { policy, look_every, budget: AtomicU32::new(MAX_NS) }
        }

        /// Polls until `ready`, or until it is time for something else. `peer_elsewhere` says whether
        /// the peer runs on another CPU now: spinning while it needs this one takes 7 µs to 8 ms.
        #[inline]
        pub(crate) fn until(
            &self,
            mut ready: impl FnMut() -> bool,
            peer_elsewhere: impl Fn() -> bool,
        ) -> SpinOutcome {
            if ready() {
                return SpinOutcome::Ready;
            }
            match self.policy {
                WaitPolicy::Park => SpinOutcome::Sleep,
                WaitPolicy::Adaptive if !peer_elsewhere() => SpinOutcome::Sleep,
                WaitPolicy::Adaptive => {
                    let budget = self.budget.load(Ordering::Relaxed);
                    self.adapt(spin(ready, Duration::from_nanos(budget.into()), peer_elsewhere))
                }
                WaitPolicy::Spin if spin(ready, self.look_every, || true) => SpinOutcome::Ready,
                WaitPolicy::Spin => SpinOutcome::Look,
            }
        }

        #[inline]
        fn adapt(&self, paid: bool) -> SpinOutcome {
            let budget = self.budget.load(Ordering::Relaxed);
            let next = if paid { MAX_NS } else { (budget / 2).max(MIN_NS) };
            if next != budget {
                self.budget.store(next, Ordering::Relaxed);
            }
            if paid { SpinOutcome::Ready } else { SpinOutcome::Sleep }
        }

        /// Learns from a sleep that followed a spin.
        #[cold]
        pub(crate) fn slept(&self, for_time: Duration) {
            if for_time < SPIN_MAX {
                self.budget.store(MAX_NS, Ordering::Relaxed);
            }
        }
    }

    /// Polls for `time` at most, and no longer than `go_on`. The clock is looked at only now and
    /// then, and not before the first polls.
    #[inline]
    fn spin(mut ready: impl FnMut() -> bool, time: Duration, go_on: impl Fn() -> bool) -> bool {
        let mut started = None;
        loop {
            for _ in 0..POLLS {
                pause();
                if ready() {
                    return true;
                }
            }
            let started = *started.get_or_insert_with(Instant::now);
            if started.elapsed() >= time || !go_on() {
                return false;
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::cell::Cell;

        fn never(polls: &Cell<u32>) -> impl FnMut() -> bool {
            || {
                polls.set(polls.get() + 1);
                false
            }
        }

        #[test]
        fn park_looks_once() {
            let polls = Cell::new(0);
            let spin = Spin::new(WaitPolicy::Park, SPIN_MAX);
            assert_eq!(spin.until(never(&polls), || true), SpinOutcome::Sleep);
            assert_eq!(polls.get(), 1);
        }

        #[test]
        fn a_peer_on_the_same_cpu_is_not_spun_for() {
            let polls = Cell::new(0);
            let spin = Spin::new(WaitPolicy::Adaptive, SPIN_MAX);
            assert_eq!(spin.until(never(&polls), || false), SpinOutcome::Sleep);
            assert_eq!(polls.get(), 1);
        }

        #[test]
        fn a_spin_ends_when_the_peer_comes_to_this_cpu() {
            let (polls, looks) = (Cell::new(0), Cell::new(0));
            let spin = Spin::new(WaitPolicy::Adaptive, SPIN_MAX);
            let elsewhere = || looks.replace(looks.get() + 1) == 0;
            assert_eq!(spin.until(never(&polls), elsewhere), SpinOutcome::Sleep);
            assert_eq!(polls.get(), 1 + POLLS);
        }

        #[test]
        fn spins_that_bring_nothing_get_shorter_and_a_short_sleep_restores_them() {
            let spin = Spin::new(WaitPolicy::Adaptive, SPIN_MAX);
            for _ in 0..20 {
                spin.until(|| false, || true);
            }
            assert_eq!(spin.budget.load(Ordering::Relaxed), MIN_NS);
            spin.slept(Duration::from_millis(1));
            assert_eq!(spin.budget.load(Ordering::Relaxed), MIN_NS);
            spin.slept(Duration::from_micros(10));
            assert_eq!(spin.budget.load(Ordering::Relaxed), MAX_NS);
        }

        #[test]
        fn policy_spin_never_asks_for_sleep() {
            let polls = Cell::new(0);
            let spin = Spin::new(WaitPolicy::Spin, SPIN_MAX);
            assert_eq!(spin.until(never(&polls), || false), SpinOutcome::Look);
            assert!(polls.get() > POLLS);
        }
    }
}
