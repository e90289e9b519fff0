//! The bootstrap over documents: any statistic's standard error and interval.
//!
//! Documents are drawn with replacement, as many as there are. Of that only how often each distinct score is drawn matters
//! to a statistic, so weights are drawn: of a few distinct scores by conditional binomials, a cost that does not grow
//! with the documents; of many by picking documents.
//!
//! Source: Efron & Tibshirani (1993), "An Introduction to the Bootstrap": algorithm 6.1 for the standard error, section
//! 13.3 for percentile intervals.

use crate::mean::{estimate, sample_sd};
use crate::random::Random;
use yardstick_core::Estimate;

/// The seed of every bootstrap: the same scores have the same error.
const SEED: u64 = 20_030;

/// Draws where scores are picked one by one.
const REPLICATES: usize = 1_000;

/// Draws where scores are few, and cheap.
const CELL_REPLICATES: usize = 10_000;

/// So many distinct scores are few.
const FEW: usize = 64;

/// From so many documents on, sums are resampled in as many random groups.
const GROUPS: usize = 4_096;

/// A statistic with the bootstrap's standard error and 95 % percentile interval.
///
/// `counts` says how often each distinct score occurs; the statistic is given such counts, whole numbers that add up to
/// the same total. `replicates` is how often it may be called, [`None`] for as often as is good. Draws for which the
/// statistic is not a number are left out.
pub fn bootstrap_estimate(
    counts: &[u64],
    replicates: Option<usize>,
    statistic: impl Fn(&[f64]) -> f64,
    name: &str,
) -> Estimate {
    let n: u64 = counts.iter().sum();
    let observed: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
    let (value, n) = (statistic(&observed), usize::try_from(n).unwrap_or(usize::MAX));
    let mut resampler = Resampler::new(counts);
    let replicates = replicates.unwrap_or_else(|| resampler.replicates());
    if n < 2 || replicates < 2 {
        return estimate(value, None, None, n, name);
    }
    let mut weights = vec![0.0; counts.len()];
    let draw = |_| {
        resampler.draw(&mut weights);
        statistic(&weights)
    };
    let mut drawn: Vec<f64> = (0..replicates).map(draw).filter(|value| !value.is_nan()).collect();
    drawn.sort_by(f64::total_cmp);
    let method = format!("{name}; bootstrap of {replicates}, percentile 95 %");
    estimate(value, sample_sd(&drawn), percentiles(&drawn), n, &method)
}

/// The 2.5th and the 97.5th percentile of sorted values.
fn percentiles(sorted: &[f64]) -> Option<(f64, f64)> {
    let tail = sorted.len() / 40;
    sorted.get(tail).copied().zip(sorted.get(sorted.len().checked_sub(tail + 1)?).copied())
}

/// A statistic of the sums of what each document contributes, all of the same length, with the bootstrap's standard error.
///
/// More than 4,096 documents with many distinct scores are put into 4,096 random groups of equal size (give or take one),
/// and these are resampled: the error of the error, 1/√(2 · 4,096) = 1.1 %, stays below that of 1,000 draws.
///
/// Source: Wolter (2007), "Introduction to Variance Estimation", chapter 2 (random groups).
pub fn sums_estimate(rows: &[&[f64]], statistic: impl Fn(&[f64]) -> f64, name: &str) -> Estimate {
    let width = rows.first().map_or(0, |row| row.len());
    let (distinct, counts) = distinct_rows(rows);
    let (units, counts) = if rows.len() > GROUPS && counts.len() > FEW {
        (groups(rows, width), vec![1; GROUPS])
    } else {
        (distinct.concat(), counts)
    };
    let of_weights = |weights: &[f64]| {
        let mut sums = vec![0.0; width];
        for (weight, row) in weights.iter().zip(units.chunks_exact(width.max(1))) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
        }
        statistic(&sums)
    };
    let drawn = bootstrap_estimate(&counts, None, of_weights, name);
    Estimate { n: rows.len() as u64, ..drawn }
}

/// The different rows, sorted, with how often each occurs.
fn distinct_rows<'a>(rows: &[&'a [f64]]) -> (Vec<&'a [f64]>, Vec<u64>) {
    let order = |a: &[f64], b: &[f64]| {
        let differing = a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
        differing.unwrap_or_else(|| a.len().cmp(&b.len()))
    };
    let mut sorted = rows.to_vec();
    sorted.sort_unstable_by(|a, b| order(a, b));
    let runs = sorted.chunk_by(|a, b| order(a, b).is_eq());
    runs.map(|run| (run[0], run.len() as u64)).unzip()
}

/// The sums of random groups of rows. Groups by position would be distorted by whatever repeats in a dataset.
fn groups(rows: &[&[f64]], width: usize) -> Vec<f64> {
    let mut random = Random::new(SEED);
    let mut shuffled = rows.to_vec();
    (1..shuffled.len()).for_each(|last| shuffled.swap(last, random.below(last + 1)));
    let mut sums = vec![0.0; GROUPS * width];
    for (index, row) in shuffled.iter().enumerate() {
        let group = &mut sums[index % GROUPS * width..][..width];
        group.iter_mut().zip(*row).for_each(|(sum, value)| *sum += value);
    }
    sums
}

/// Draws how often each distinct score is in a sample with replacement.
struct Resampler<'a> {
    counts: &'a [u64],
    total: u64,
    random: Random,
    /// Which distinct score each document has; empty where binomials are drawn.
    owners: Vec<usize>,
}

impl<'a> Resampler<'a> {
    fn new(counts: &'a [u64]) -> Self {
        let total = counts.iter().sum();
        let owners = if counts.len() <= FEW {
            Vec::new()
        } else {
            let repeated = |(index, &count)| (0..count).map(move |_| index);
            counts.iter().enumerate().flat_map(repeated).collect()
        };
        Self { counts, total, random: Random::new(SEED), owners }
    }

    fn replicates(&self) -> usize {
        if self.owners.is_empty() { CELL_REPLICATES } else { REPLICATES }
    }

    fn draw(&mut self, weights: &mut [f64]) {
        weights.fill(0.0);
        if !self.owners.is_empty() {
            (0..self.owners.len()).for_each(|_| weights[self.owners[self.random.below(self.owners.len())]] += 1.0);
            return;
        }
        // Multinomial: each cell given the ones before it.
        let (mut trials, mut rest) = (self.total, self.total);
        for (weight, &count) in weights.iter_mut().zip(self.counts) {
            let drawn = if rest == 0 { 0 } else { self.random.binomial(trials, count as f64 / rest as f64) };
            *weight = drawn as f64;
            (trials, rest) = (trials - drawn, rest - count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mean_of(rows: &[f64]) -> Estimate {
        let rows: Vec<[f64; 2]> = rows.iter().map(|&x| [x, 1.0]).collect();
        let rows: Vec<&[f64]> = rows.iter().map(<[f64; 2]>::as_slice).collect();
        sums_estimate(&rows, |sums| sums[0] / sums[1], "mean")
    }

    /// The bootstrap's error of a mean is √(Σ(x − x̄)²)/n in the limit of many draws.
    fn check(rows: &[f64], tolerance: f64) {
        let got = mean_of(rows);
        let n = rows.len() as f64;
        let want = crate::sample_sd(rows).unwrap() * ((n - 1.0) / n).sqrt() / n.sqrt();
        assert!((got.value - crate::mean(rows)).abs() < 1e-12, "{got:?}");
        assert!((got.stderr.unwrap() / want - 1.0).abs() < tolerance, "{got:?}, {want}");
        let half = (got.high.unwrap() - got.low.unwrap()) / 2.0;
        assert!((half / (crate::Z95 * want) - 1.0).abs() < 2.0 * tolerance, "{got:?}, {want}");
        assert_eq!(got.n, rows.len() as u64);
    }

    #[test]
    fn of_a_mean() {
        // Picked, by cells, in groups.
        check(&(0..300).map(|i| f64::from(i).sqrt()).collect::<Vec<_>>(), 0.08);
        check(&(0..300).map(|i| f64::from(i % 50)).collect::<Vec<_>>(), 0.03);
        check(&(0..40_000).map(|i| f64::from(u8::from(i % 3 == 0))).collect::<Vec<_>>(), 0.03);
        check(&(0..40_000).map(|i| f64::from(i * 7_919 % 40_000)).collect::<Vec<_>>(), 0.1);
    }

    #[test]
    fn the_same_twice() {
        let rows: Vec<f64> = (0..50).map(f64::from).collect();
        assert_eq!(mean_of(&rows), mean_of(&rows));
    }

    #[test]
    fn little_is_known_of_one_document() {
        let one = mean_of(&[3.0]);
        assert_eq!((one.value, one.stderr, one.low, one.n), (3.0, None, None, 1));
    }

    #[test]
    fn undefined_draws_are_left_out() {
        let positive = |weights: &[f64]| if weights[0] > 0.0 { weights[1] / weights[0] } else { f64::NAN };
        let got = bootstrap_estimate(&[1, 2], None, positive, "ratio");
        assert!(got.stderr.unwrap().is_finite() && got.high.unwrap() <= 2.0, "{got:?}");
    }

    proptest! {
        #[test]
        fn weights_add_up(counts in proptest::collection::vec(0_u64..200, 1..12)) {
            let total: u64 = counts.iter().sum();
            let mut resampler = Resampler::new(&counts);
            let mut weights = vec![0.0; counts.len()];
            for _ in 0..5 {
                resampler.draw(&mut weights);
                prop_assert!((weights.iter().sum::<f64>() - total as f64).abs() < 1e-9);
                prop_assert!(weights.iter().zip(&counts).all(|(weight, count)| *count > 0 || *weight < 0.5));
            }
        }
    }
}
