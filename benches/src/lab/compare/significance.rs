//! How likely chance alone is to set two sets of figures so far apart: the Mann-Whitney U test, exact
//! for any number of figures and with ties, two-sided.
//!
//! If both sets come from one source, every choice of which ranks the first set gets is as likely.
//! The sums of ranks over all choices are counted; ties share the average of their ranks, and all
//! ranks are doubled, so that they are whole.

/// Findings are reported where chance alone does as much in fewer than this share of cases.
pub(super) const LEVEL: f64 = 0.05;

/// The smaller tail's probability, twice; 1 if either set is empty.
pub(super) fn p_value(one: &[f64], other: &[f64]) -> f64 {
    let ranks = doubled_ranks(one, other);
    let found: usize = ranks[..one.len()].iter().sum();
    let ways = ways_to_sums(&ranks, one.len());
    let all: f64 = ways.iter().sum();
    let low: f64 = ways[..=found].iter().sum();
    let high: f64 = ways[found..].iter().sum();
    (2.0 * low.min(high) / all).min(1.0)
}

/// The smallest that [`p_value`] can be for sets of these sizes, without ties.
pub(super) fn least_p(one: usize, other: usize) -> f64 {
    // The choices are a binomial coefficient, of which one is the furthest out on each side.
    let choices = (1..=one).fold(1.0, |ways, at| ways * (other + at) as f64 / at as f64);
    (2.0 / choices).min(1.0)
}

/// How many figures each of two sets needs for a finding.
pub(super) fn enough_cycles() -> usize {
    (1..).find(|&cycles| least_p(cycles, cycles) < LEVEL).unwrap_or(usize::MAX)
}

/// Twice each figure's rank among all, those of `one` first.
fn doubled_ranks(one: &[f64], other: &[f64]) -> Vec<usize> {
    let figures = || one.iter().chain(other);
    let rank = |figure: &f64| {
        let below = figures().filter(|other| *other < figure).count();
        let equal = figures().filter(|other| *other == figure).count();
        2 * below + equal + 1 // ranks below + 1 to below + equal
    };
    figures().map(rank).collect()
}

/// In how many ways `chosen` of `ranks` add up to each sum.
fn ways_to_sums(ranks: &[usize], chosen: usize) -> Vec<f64> {
    let sums = 1 + ranks.iter().sum::<usize>();
    let mut ways = vec![vec![0.0; sums]; chosen + 1];
    ways[0][0] = 1.0;
    for &rank in ranks {
        for count in (1..=chosen).rev() {
            for sum in rank..sums {
                ways[count][sum] += ways[count - 1][sum - rank];
            }
        }
    }
    ways.swap_remove(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-12
    }

    #[test]
    fn sets_apart_are_as_unlikely_as_can_be() {
        let (one, other) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
        assert!(close(p_value(&one, &other), 2.0 / 70.0));
        assert!(close(p_value(&other, &one), 2.0 / 70.0));
        assert!(close(least_p(4, 4), 2.0 / 70.0));
        assert!(close(least_p(3, 5), 2.0 / 56.0));
    }

    // Expected values: all choices of ranks, enumerated with Python's itertools.combinations.
    #[test]
    fn values_are_those_of_an_enumeration() {
        // The example in the documentation of scipy.stats.mannwhitneyu: U = 17, p = 0.1111.
        assert!(close(
            p_value(&[19.0, 22.0, 16.0, 29.0, 24.0], &[20.0, 11.0, 17.0, 12.0]),
            1.0 / 9.0
        ));
        assert!(close(
            p_value(&[1.0, 2.0, 3.0, 5.0, 8.0], &[4.0, 6.0, 7.0, 9.0, 10.0]),
            2.0 / 21.0
        ));
        assert!(close(p_value(&[1.0, 1.0, 2.0, 3.0], &[2.0, 3.0, 3.0, 4.0]), 1.0 / 5.0));
        assert!(close(
            p_value(&[1.0, 2.0, 2.0, 5.0, 7.0, 9.0, 11.0], &[3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 13.0]),
            13.0 / 66.0
        ));
        assert!(close(p_value(&[10.0, 10.5, 11.0], &[12.0, 13.0, 14.0, 15.0, 16.0]), 1.0 / 28.0));
    }

    #[test]
    fn equal_figures_are_as_likely_as_can_be() {
        assert!(close(p_value(&[3.0; 4], &[3.0; 4]), 1.0));
        assert!(close(p_value(&[], &[1.0]), 1.0));
    }

    #[test]
    fn four_cycles_are_enough_and_three_are_not() {
        assert_eq!(enough_cycles(), 4);
        assert!(close(least_p(3, 3), 0.1));
    }
}
