//! A contender: anything that is measured in two processes, floors included.

use crate::Result;
use crate::bars::bar::{Bar, Unit};
use crate::end::{End, Side};
use crate::stats::Sample;

/// Where the two ends run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// The measuring end on CPU 0, the answering end on CPU 1.
    TwoCpus,
    /// Both on CPU 0.
    OneCpu,
}

/// How its figure comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// The sample that `measure` returns.
    Sampled,
    /// System calls per message: what the kernel saw both ends call between their
    /// [`mark`](crate::syscalls::mark)s, divided by the `count` of the sample.
    CountedCalls,
}

/// Something measured in two processes or more. The same executable runs all ends.
pub(crate) trait Contender: Sync {
    /// Unique among contenders: it is how the second process finds it.
    fn name(&self) -> &'static str;

    fn placement(&self) -> Placement {
        Placement::TwoCpus
    }

    fn method(&self) -> Method {
        Method::Sampled
    }

    /// The CPUs of each end, the measuring one's first, of `two` on different cores. Two ends, unless
    /// it says otherwise.
    fn cpus(&self, two: (usize, usize)) -> Vec<Vec<usize>> {
        let (one, other) = two;
        let answering = if self.placement() == Placement::TwoCpus { other } else { one };
        vec![vec![one], vec![answering]]
    }

    /// What its samples count.
    fn unit(&self) -> Unit {
        Unit::Nanoseconds
    }

    /// What it has to reach. Floors have none.
    fn bars(&self) -> Vec<Bar> {
        Vec::new()
    }

    /// Whichever end this process is.
    ///
    /// # Errors
    /// Whatever spoils the run.
    fn run(&self, end: End) -> Result<Option<Sample>> {
        match end.plan.side {
            Side::Measuring => self.measure(end).map(Some),
            Side::Answering => self.answer(end).map(|()| None),
        }
    }

    /// The end that takes the time. Returns once its last answer is there.
    ///
    /// # Errors
    /// Whatever spoils the run, a wrong payload first of all.
    fn measure(&self, end: End) -> Result<Sample>;

    /// The other end. Returns once it has given its last answer; one that has no other end need
    /// not write this.
    ///
    /// # Errors
    /// Whatever spoils the run.
    fn answer(&self, _end: End) -> Result<()> {
        Ok(())
    }
}
