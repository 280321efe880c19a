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
        /// Nanoseconds. Several threads may write it; any of their values will do.
        budget: AtomicU32,
    }

    /// How a spin ended.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum SpinOutcome {
        /// What was waited for is there.
        Ready,
        /// It is time to sleep.
        Exhausted,
    }

    #[expect(clippy::cast_possible_truncation, reason = "50,000 fits")]
    const MAX_NS: u32 = SPIN_MAX.as_nanos() as u32;
    /// Below this a spin costs less than arming does.
    const MIN_NS: u32 = 1_000;
    /// Polls between two looks at the clock, which cost as much as a poll or more.
    const POLLS: u32 = 32;

    impl Spin {
        pub(crate) fn new(policy: WaitPolicy) -> Self {
            Self { policy, budget: AtomicU32::new(MAX_NS) }
        }

        /// Polls until `ready`, or until it is time to sleep. `peer_elsewhere` says whether the peer
        /// runs on another CPU now: spinning while it needs this one takes 7 µs to 8 ms.
        #[inline]
        pub(crate) fn until(
            &self,
            mut ready: impl FnMut() -> bool,
            peer_elsewhere: impl Fn() -> bool,
        ) -> SpinOutcome {
            for _ in 0..POLLS {
                if ready() {
                    return SpinOutcome::Ready;
                }
                if self.policy == WaitPolicy::Park {
                    return SpinOutcome::Exhausted;
                }
                pause();
            }
            self.keep_spinning(ready, peer_elsewhere)
        }

        fn keep_spinning(
            &self,
            mut ready: impl FnMut() -> bool,
            peer_elsewhere: impl Fn() -> bool,
        ) -> SpinOutcome {
            let started = Instant::now();
            let budget = Duration::from_nanos(self.budget.load(Ordering::Relaxed).into());
            while self.policy == WaitPolicy::Spin || peer_elsewhere() && started.elapsed() < budget
            {
                for _ in 0..POLLS {
                    if ready() {
                        self.budget.store(MAX_NS, Ordering::Relaxed);
                        return SpinOutcome::Ready;
                    }
                    pause();
                }
            }
            self.budget
                .store((self.budget.load(Ordering::Relaxed) / 2).max(MIN_NS), Ordering::Relaxed);
            SpinOutcome::Exhausted
        }

        /// Learns from a sleep that followed a spin.
        #[cold]
        pub(crate) fn slept(&self, for_time: Duration) {
            if for_time < SPIN_MAX {
                self.budget.store(MAX_NS, Ordering::Relaxed);
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::cell::Cell;

        #[test]
        fn park_looks_once() {
            let polls = Cell::new(0);
            let ready = || {
                polls.set(polls.get() + 1);
                false
            };
            assert_eq!(Spin::new(WaitPolicy::Park).until(ready, || true), SpinOutcome::Exhausted);
            assert_eq!(polls.get(), 1);
        }

        #[test]
        fn a_peer_on_the_same_cpu_is_not_spun_for() {
            let spin = Spin::new(WaitPolicy::Adaptive);
            let polls = Cell::new(0);
            let ready = || {
                polls.set(polls.get() + 1);
                false
            };
            assert_eq!(spin.until(ready, || false), SpinOutcome::Exhausted);
            assert_eq!(polls.get(), POLLS);
        }

        #[test]
        fn spins_that_bring_nothing_get_shorter_and_a_short_sleep_restores_them() {
            let spin = Spin::new(WaitPolicy::Adaptive);
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
        fn spin_outlasts_every_budget() {
            let polls = Cell::new(0);
            let ready = || {
                polls.set(polls.get() + 1);
                polls.get() == 1_000_000
            };
            assert_eq!(Spin::new(WaitPolicy::Spin).until(ready, || false), SpinOutcome::Ready);
        }
    }
}
