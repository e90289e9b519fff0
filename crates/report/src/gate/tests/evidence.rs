//! Tests at a drop, and how many documents would do.

use super::super::evidence::Documents;
use crate::Evidence;
use proptest::prelude::*;
use yardstick_stats::{PairedCounts, paired_mean};

fn counts(both: u64, base_only: u64, candidate_only: u64, neither: u64) -> Evidence {
    Evidence::Counts { counts: PairedCounts { both, base_only, candidate_only, neither } }
}

#[test]
fn a_drop_of_nothing_is_the_plain_test() {
    // 8 to 1: 2·(C(9,0) + C(9,1))/2⁹ = 20/512.
    let evidence = counts(40, 8, 1, 51);
    assert!((evidence.worse_than(0.0) - 20.0 / 512.0).abs() < 1e-12);
    // 7 points are lost: 7 more than nothing may be shown, 7 more than 7 may not.
    assert!(evidence.worse_than(0.001) < 0.05 && evidence.worse_than(0.07) > 0.9);
}

#[test]
fn a_mean_by_hand() {
    // Mean −0.5, s = 1, n = 16: t = −2 against 0, −1.2 against a drop of 0.2. P(T₁₅ < −1.2) = 0.1243.
    let apart = (15.0_f64 / 16.0).sqrt();
    let gains: Vec<f64> = (0..16).map(|at| if at % 2 == 0 { apart - 0.5 } else { -apart - 0.5 }).collect();
    let mean = paired_mean(&gains, 0.95).expect("a mean");
    let evidence = Evidence::Mean { mean, p: 0.06, units: 16, alone: None };
    assert!((evidence.worse_than(0.2) - 2.0 * 0.1243).abs() < 2e-4, "{}", evidence.worse_than(0.2));
    assert!((evidence.worse_than(0.0) - 0.06).abs() < 1e-12, "the test that was made");
}

#[test]
fn documents_that_would_do() {
    // (1.645 + 0.842)²·0.1/0.02² and a little more; a hundred flips in a thousand.
    let Documents { n, .. } = counts(600, 50, 50, 300).documents(1_000, 0.02, 0.05, 0.8).expect("a number");
    assert!((1_545..1_700).contains(&n), "{n}");
    let few = counts(900, 0, 0, 100).documents(1_000, 0.01, 0.05, 0.8).expect("a number");
    assert!((270..400).contains(&few.n), "no flip in a thousand is nearly none ever: {few:?}");
}

proptest! {
    #[test]
    fn p_values_are_probabilities_and_fall_with_losses(
        n in 50_u64..400, lost in 0_u64..25, won in 0_u64..25, drop in 0.0..0.2_f64,
    ) {
        let with = |lost: u64| counts(n, lost, won, n).worse_than(drop);
        prop_assert!((0.0..=1.0).contains(&with(lost)));
        if lost >= won {
            prop_assert!(with(lost + 1) <= with(lost) + 1e-9);
        }
    }

    #[test]
    fn a_larger_allowance_is_never_surer_passed(lost in 0_u64..25, won in 0_u64..25, drop in 0.001..0.2_f64, more in 0.0..0.2_f64) {
        let evidence = counts(100, lost, won, 100);
        prop_assert!(evidence.worse_than(drop + more) >= evidence.worse_than(drop) - 1e-9);
    }
}
