//! Tests by what could have been: models that do not differ could have had each other's scores.

use super::mcnemar_exact;
use crate::random::Random;

/// Up to so many differences all signs are tried.
const ENUMERABLE: usize = 16;

/// Random draws where they are more.
const DRAWS: usize = 9_999;

/// Sums are looked up for so many differences at a time.
const BLOCK: usize = 8;

/// Sums that differ by less than this, beside the largest there could be, are equal.
const TIED: f64 = 1e-12;

/// The two-sided p of the randomisation test of the mean of `differences`, finite and one a document: the share of all
/// assignments of signs whose sum is as far from 0 as the one seen. Differences of 0 are dropped; 1 where nothing is
/// left.
///
/// Exact for up to 16 differences, and where all have the same size (the sign test). Of more, 9,999 draws with `seed`
/// are counted, the one seen among them: (k + 1)/(9,999 + 1).
///
/// Source: Fisher (1935), "The Design of Experiments", section 21; Phipson & Smyth (2010), "Permutation p-values should
/// never be zero", Statistical Applications in Genetics and Molecular Biology 9, for the draws.
pub fn sign_flip_test(differences: &[f64], seed: u64) -> f64 {
    let differences: Vec<f64> = differences.iter().copied().filter(|&x| x.abs() > 0.0).collect();
    let largest = differences.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if differences.iter().all(|x| largest - x.abs() <= largest * TIED) {
        let wins = differences.iter().filter(|&&x| x > 0.0).count();
        return mcnemar_exact((differences.len() - wins) as u64, wins as u64);
    }
    let reach = differences.iter().map(|x| x.abs()).sum::<f64>();
    let reached = differences.iter().sum::<f64>().abs() - reach * TIED;
    let share = |sums: &[f64], own: usize| {
        let as_far = sums.iter().filter(|sum| sum.abs() >= reached).count();
        (as_far + own) as f64 / (sums.len() + own) as f64
    };
    if differences.len() <= ENUMERABLE {
        share(&all_sums(&differences), 0)
    } else {
        share(&drawn_sums(&differences, seed), 1)
    }
}

/// The sums of all 2ⁿ assignments of signs.
fn all_sums(differences: &[f64]) -> Vec<f64> {
    let with_either_sign = |sums: Vec<f64>, x: &f64| sums.iter().flat_map(|sum| [sum + x, sum - x]).collect();
    differences.iter().fold(vec![0.0], with_either_sign)
}

/// The sums of random assignments of signs: each block's 256 sums once, of which every draw picks one.
fn drawn_sums(differences: &[f64], seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let mut sums = vec![0.0; DRAWS];
    for block in differences.chunks(BLOCK) {
        let table = all_sums(block);
        for eight in sums.chunks_mut(8) {
            for (sum, byte) in eight.iter_mut().zip(random.bits().to_le_bytes()) {
                *sum += table[usize::from(byte) % table.len()];
            }
        }
    }
    sums
}

/// The two-sided p of a randomisation test of any statistic: `difference` is told for each of `units` documents (or
/// clusters) whether the two models swap their scores there, and gives the statistic's difference between them. Counted
/// are `draws` random swaps with `seed` and the one seen: (k + 1)/(draws + 1). A draw that is not a number counts as
/// one as far as the one seen.
///
/// Source: Noreen (1989), "Computer-Intensive Methods for Testing Hypotheses", chapter 2; Yeh (2000), "More accurate
/// tests for the statistical significance of result differences", COLING, section 3.3.
pub fn swap_test(units: usize, seed: u64, draws: usize, mut difference: impl FnMut(&[bool]) -> f64) -> f64 {
    let mut random = Random::new(seed);
    let mut swaps = vec![false; units];
    let observed = difference(&swaps).abs();
    let mut draw = |_| {
        for part in swaps.chunks_mut(64) {
            let bits = random.bits();
            part.iter_mut().enumerate().for_each(|(i, swap)| *swap = bits >> i & 1 == 1);
        }
        difference(&swaps).abs()
    };
    let swapped: Vec<f64> = (0..draws).map(&mut draw).collect();
    let largest = swapped.iter().fold(observed, |largest, x| largest.max(*x));
    let reached = observed - largest * TIED;
    let as_far = swapped.iter().filter(|x| x.is_nan() || reached.is_nan() || **x >= reached).count();
    (as_far + 1) as f64 / (draws + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(differences: &[f64], want: f64) {
        let got = sign_flip_test(differences, 1);
        assert!((got - want).abs() < 1e-12, "{differences:?}: {got}");
    }

    #[test]
    fn by_hand() {
        check(&[], 1.0);
        check(&[0.0, 0.0], 1.0);
        check(&[1.0, 2.0, 3.0], 0.25);
        // Sums 3 + 2 − 1 = 4 and all seven others: ±6, ±4, ±2, ±0; four reach 4.
        check(&[-1.0, 2.0, 3.0], 0.5);
        // Ties in spite of rounding: 0.1 + 0.2 − 0.3 is as far as 0 from 0.
        check(&[0.1, 0.2, -0.3], 1.0);
        check(&[0.5; 8], 2.0 / 256.0);
        // Thirty of one size: 20 against 10.
        let same: Vec<f64> = (0..30).map(|i| if i < 20 { 0.1 } else { -0.1 }).collect();
        check(&same, mcnemar_exact(10, 20));
    }

    #[test]
    fn draws_agree_with_enumeration() {
        let differences: Vec<f64> = (1..=16).map(|i: i32| f64::from(i).sqrt() - 2.2).collect();
        let (exact, seen) = (sign_flip_test(&differences, 1), differences.iter().sum::<f64>().abs());
        let as_far = drawn_sums(&differences, 5).iter().filter(|sum| sum.abs() >= seen - 1e-9).count();
        let drawn = as_far as f64 / DRAWS as f64;
        assert!((exact - drawn).abs() < 5.0 * (exact * (1.0 - exact) / 1e4).sqrt(), "{exact} {drawn}");
    }

    #[test]
    fn never_zero() {
        let clear: Vec<f64> = (0..100).map(|i| 1.0 + f64::from(i)).collect();
        check(&clear, 1e-4);
        assert!(
            (swap_test(100, 1, 99, |swaps| swaps.iter().filter(|&&swap| !swap).count() as f64) - 0.01).abs() < 1e-12
        );
    }

    /// The statistic of the sign-flip test as a swap.
    fn swapped_sum(differences: &[f64], swaps: &[bool]) -> f64 {
        differences.iter().zip(swaps).map(|(x, &swap)| if swap { -x } else { *x }).sum()
    }

    #[test]
    fn swaps_of_a_mean_are_sign_flips() {
        let differences: Vec<f64> = (0..40_i32).map(|i| f64::from(i * 7 % 11) - 4.0).collect();
        let flipped = sign_flip_test(&differences, 1);
        let swapped = swap_test(40, 2, 9_999, |swaps| swapped_sum(&differences, swaps));
        assert!((flipped - swapped).abs() < 5.0 * (2.0 * flipped / 1e4).sqrt(), "{flipped} {swapped}");
    }

    #[test]
    fn what_is_not_a_number_counts_against() {
        assert!((swap_test(3, 1, 50, |_| f64::NAN) - 1.0).abs() < 1e-15);
        let mut calls = 0;
        let undefined = |_: &[bool]| {
            calls += 1;
            if calls == 1 { 1.0 } else { f64::NAN }
        };
        assert!((swap_test(3, 1, 50, undefined) - 1.0).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn mirrors(xs in proptest::collection::vec(-9.0..9.0_f64, 0..40), seed: u64) {
            let mirrored: Vec<f64> = xs.iter().map(|x| -x).collect();
            let p = sign_flip_test(&xs, seed);
            prop_assert!(p > 0.0 && p <= 1.0);
            prop_assert!((p - sign_flip_test(&mirrored, seed)).abs() < 0.05);
            prop_assert_eq!(p.to_bits(), sign_flip_test(&xs, seed).to_bits());
        }
    }

    /// Shares of 2,000 null comparisons of `n` normal differences whose p is at most 0.05, and at most 0.5.
    fn shares(n: usize, p: impl Fn(&[f64]) -> f64) -> [f64; 2] {
        let mut random = Random::new(11);
        let mut normal = || crate::normal_quantile(random.uniform().max(1e-17));
        let ps: Vec<f64> = (0..2_000).map(|_| p(&(0..n).map(|_| normal()).collect::<Vec<_>>())).collect();
        [0.05, 0.5].map(|level| ps.iter().filter(|&&p| p <= level).count() as f64 / 2e3)
    }

    #[test]
    fn p_is_uniform_where_nothing_differs() {
        // Five standard errors of 2,000 draws: 0.024 and 0.056.
        for [low, half] in [
            shares(10, |xs| sign_flip_test(xs, 3)),
            shares(20, |xs| sign_flip_test(xs, 3)),
            shares(10, |xs| crate::paired_mean(xs, 0.95).unwrap().p),
        ] {
            assert!((low - 0.05).abs() < 0.024 && (half - 0.5).abs() < 0.056, "{low} {half}");
        }
        let [low, half] = shares(20, crate::sign_test);
        assert!(low <= 0.05 + 0.024 && half <= 0.5 + 0.056, "{low} {half}");
    }
}
