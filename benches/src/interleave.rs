//! Interleaving: A B C, C B A, A B C, …, so that what the machine does meanwhile meets all alike.

use crate::Result;

/// What several runs of one contender came to.
#[derive(Debug, Clone)]
pub(crate) struct Series<T> {
    pub(crate) samples: Vec<T>,
    /// Why there are no more.
    pub(crate) failure: Option<String>,
}

/// Takes one sample of each of `contenders` per cycle, in turn, every other cycle backwards. The
/// first cycle, on top of `cycles`, warms the machine up and is thrown away. A contender that
/// fails once is left out from then on.
pub(crate) fn interleave<C, T>(
    contenders: &[C],
    cycles: usize,
    mut take: impl FnMut(&C) -> Result<T>,
) -> Vec<Series<T>> {
    let none = || Series { samples: Vec::new(), failure: None };
    let mut series: Vec<_> = contenders.iter().map(|_| none()).collect();
    let forwards: Vec<usize> = (0..contenders.len()).collect();
    let backwards: Vec<usize> = forwards.iter().copied().rev().collect();
    for cycle in 0..=cycles {
        for &at in if cycle % 2 == 0 { &backwards } else { &forwards } {
            if series[at].failure.is_some() {
                continue;
            }
            match take(&contenders[at]) {
                Ok(sample) if cycle > 0 => series[at].samples.push(sample),
                Ok(_) => {}
                Err(error) => series[at].failure = Some(error.to_string()),
            }
        }
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_cycle_goes_backwards() {
        let mut order = String::new();
        let series = interleave(&['a', 'b', 'c'], 2, |&contender| {
            order.push(contender);
            Ok(())
        });
        assert_eq!(order, "cbaabccba");
        assert!(series.iter().all(|series| series.samples.len() == 2));
    }

    #[test]
    fn one_that_fails_is_left_out_and_the_others_go_on() {
        let mut takes = 0;
        let series = interleave(&[false, true], 3, |&fails| {
            takes += usize::from(fails);
            if fails { Err("broken".into()) } else { Ok(()) }
        });
        assert_eq!(takes, 1);
        assert_eq!(series[0].samples.len(), 3);
        assert_eq!(series[1].failure.as_deref(), Some("broken"));
    }
}
