//! The exact `McNemar` test.

use super::{MOST_DOCUMENTS, first_enough};
use crate::distribution::{Binomial, boundary, fair_tail};

/// The probability that [`crate::mcnemar_exact`] of `n` documents is at most `alpha`, where each is lost with
/// probability `p_loss` and won with probability `p_win`. Not a number if these are not probabilities.
///
/// Exact: the sum over how many documents differ, binomial, of the power that the test has given so many. Only those
/// are summed that happen; the time grows with √n.
///
/// Source: Duffy (1984), "Asymptotic and exact power for the `McNemar` test and its analogue with R controls per case",
/// Biometrics 40.
pub fn mcnemar_power(n: u64, p_loss: f64, p_win: f64, alpha: f64) -> f64 {
    let discordance = p_loss + p_win;
    if !(p_loss >= 0.0 && p_win >= 0.0 && discordance <= 1.0 + 1e-12) {
        return f64::NAN;
    }
    if alpha >= 1.0 || discordance <= 0.0 {
        return if alpha >= 1.0 { 1.0 } else { 0.0 };
    }
    let differing = Binomial::new(n, discordance.min(1.0));
    let (first, last) = massive(n, discordance.min(1.0));
    let Some(mut critical) = Critical::new(first, alpha).filter(|critical| critical.fair.trials <= last) else {
        return 0.0;
    };
    let mut tails = [p_loss, p_win].map(|p| critical.with_probability(p / discordance));
    let mut power = 0.0;
    loop {
        let trials = critical.fair.trials;
        power += differing.probability(trials) * (tails[0].at_most + tails[1].at_most);
        if trials >= last {
            return power.clamp(0.0, 1.0);
        }
        let is_higher = critical.next();
        for tail in &mut tails {
            tail.add_trial();
            if is_higher {
                tail.add_success();
            }
        }
    }
}

/// The smallest difference between both models' shares of right documents that the exact test of `n` documents finds
/// with probability `power`, where they differ on a share `discordance` of the documents. A difference cannot be larger
/// than that share: if it would have to be, all documents that differ are losses, and they are as many as the
/// difference says. `None` if not even a difference of 1 is found.
///
/// Source: as [`mcnemar_power`], solved for the difference.
pub fn mcnemar_detectable(n: u64, discordance: f64, alpha: f64, power: f64) -> Option<f64> {
    let is_short = |difference| power_at(n, difference, discordance, alpha) < power;
    if is_short(1.0) { None } else { Some(boundary(0.0, 1.0, is_short)) }
}

/// The number of documents from which on the exact test finds a `difference` between both models' shares of right
/// documents with probability `power`, where they differ on a share `discordance` of the documents (or `difference`, if
/// that is larger). The power of an exact test does not grow with every single document; here it never falls short
/// again. `None` beyond 10 million.
///
/// Source: as [`mcnemar_power`], solved for the number.
pub fn mcnemar_documents(difference: f64, discordance: f64, alpha: f64, power: f64) -> Option<u64> {
    let difference = difference.abs();
    let is_enough = |n| power_at(n, difference, discordance, alpha) >= power;
    let mut enough = first_enough(1, is_enough)?;
    let mut n = enough;
    while n < enough + ripple(enough, discordance.max(difference)) {
        n += 1;
        if !is_enough(n) {
            enough = n + 1;
        }
    }
    (enough <= MOST_DOCUMENTS).then_some(enough)
}

fn power_at(n: u64, difference: f64, discordance: f64, alpha: f64) -> f64 {
    let discordance = discordance.max(difference).min(1.0);
    let p_loss = f64::midpoint(discordance, difference);
    mcnemar_power(n, p_loss, discordance - p_loss, alpha)
}

/// Over how many documents power may go up and down. Where the number of documents that differ varies itself, that
/// smooths the test's steps.
#[expect(clippy::cast_sign_loss, reason = "not negative")]
fn ripple(n: u64, discordance: f64) -> u64 {
    let (differing, alike) = (n as f64 * discordance, n as f64 * (1.0 - discordance));
    if differing > 40.0 && alike > 20.0 && discordance < 0.95 {
        0
    } else {
        64 + (4.0 * (n as f64).sqrt()).min(4e3) as u64
    }
}

/// From where to where a binomial variable happens at all: outside, its probability is below 1e-17.
#[expect(clippy::cast_sign_loss, reason = "not negative")]
fn massive(n: u64, p: f64) -> (u64, u64) {
    let mean = n as f64 * p;
    let reach = 9.0 * (mean * (1.0 - p)).sqrt();
    (((mean - reach - 50.0).max(0.0)) as u64, ((mean + reach + 50.0) as u64).min(n))
}

/// P(X = k) and P(X ≤ k) of a binomial variable, kept up to date while trials and k grow.
#[derive(Clone, Copy, Debug)]
struct Tail {
    trials: u64,
    k: u64,
    p: f64,
    point: f64,
    at_most: f64,
}

impl Tail {
    fn new(trials: u64, k: u64, p: f64) -> Self {
        let binomial = Binomial::new(trials, p);
        Self { trials, k, p, point: binomial.probability(k), at_most: binomial.at_most(k) }
    }

    /// One more trial: P(X' ≤ k) is P(X ≤ k) less a success on top of k.
    fn add_trial(&mut self) {
        self.at_most -= self.p * self.point;
        self.point *= (1.0 - self.p) * (self.trials + 1) as f64 / (self.trials + 1 - self.k) as f64;
        self.trials += 1;
    }

    fn add_success(&mut self) {
        if self.point > 0.0 {
            self.point *= self.p / (1.0 - self.p) * (self.trials - self.k) as f64 / (self.k + 1) as f64;
        }
        self.at_most += self.point;
        self.k += 1;
    }
}

/// The most losses, or wins, with which the test rejects.
struct Critical {
    fair: Tail,
    alpha: f64,
}

impl Critical {
    /// Of `trials` documents that differ, or of as many more as can reject at all; `None` if nothing can.
    fn new(trials: u64, alpha: f64) -> Option<Self> {
        let least = (0..1_100).find(|&n| 2.0 * fair_tail(0, n).1 <= alpha)?;
        let trials = trials.max(least);
        let rejects = |k: u64| 2.0 * fair_tail(k, trials).1 <= alpha;
        let (mut k, mut above) = (0, trials / 2 + 1);
        while above - k > 1 {
            let middle = u64::midpoint(k, above);
            if rejects(middle) { k = middle } else { above = middle }
        }
        let (point, at_most) = fair_tail(k, trials);
        Some(Self { fair: Tail { trials, k, p: 0.5, point, at_most }, alpha })
    }

    fn with_probability(&self, p: f64) -> Tail {
        Tail::new(self.fair.trials, self.fair.k, p)
    }

    /// One more document that differs; whether one more loss rejects then.
    fn next(&mut self) -> bool {
        self.fair.add_trial();
        let mut next = self.fair;
        next.add_success();
        let is_higher = 2.0 * next.at_most <= self.alpha;
        if is_higher {
            self.fair = next;
        }
        is_higher
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcnemar_exact;
    use proptest::prelude::*;

    /// The sum over all outcomes.
    fn enumerated(n: u64, p_loss: f64, p_win: f64, alpha: f64) -> f64 {
        let discordance = p_loss + p_win;
        let outcomes = (0..=n).flat_map(|trials| (0..=trials).map(move |losses| (trials, losses)));
        let rejected = outcomes.filter(|&(trials, losses)| mcnemar_exact(losses, trials - losses) <= alpha);
        let probability = |(trials, losses)| {
            Binomial::new(n, discordance).probability(trials)
                * Binomial::new(trials, p_loss / discordance).probability(losses)
        };
        rejected.map(probability).sum()
    }

    fn check(n: u64, p_loss: f64, p_win: f64, alpha: f64, want: f64) {
        let got = mcnemar_power(n, p_loss, p_win, alpha);
        assert!((got - want).abs() < 1e-12, "{n} {p_loss} {p_win} {alpha}: {got}, {want}");
    }

    #[test]
    fn by_hand() {
        // Three documents all lost or all won, at p = 0.25: 0.5³ + 0.2³.
        check(3, 0.5, 0.2, 0.25, 0.133);
        check(3, 0.5, 0.2, 0.24, 0.0);
        check(3, 1.0, 0.0, 0.25, 1.0);
        check(9, 0.0, 0.0, 0.05, 0.0);
        check(9, 0.0, 0.0, 1.0, 1.0);
        assert!(mcnemar_power(9, 0.7, 0.6, 0.05).is_nan());
    }

    #[test]
    fn as_enumerated() {
        for (n, p_loss, p_win, alpha) in [
            (20, 0.3, 0.1, 0.05),
            (60, 0.2, 0.2, 0.1),
            (90, 0.05, 0.02, 0.01),
            (120, 0.7, 0.3, 0.05),
            (150, 0.9, 0.0, 1e-9),
        ] {
            check(n, p_loss, p_win, alpha, enumerated(n, p_loss, p_win, alpha));
        }
    }

    #[test]
    fn many_documents() {
        // The normal approximation of Connor (1987): Φ((δ√n − z√π)/√(π − δ²)).
        let got = mcnemar_power(100_000, 0.0515, 0.0485, 0.05);
        let want = crate::normal_cdf((0.003 * 1e5_f64.sqrt() - crate::Z95 * 0.1_f64.sqrt()) / (0.1 - 9e-6_f64).sqrt());
        assert!(want - 3e-3 < got && got < want, "{got} {want}");
    }

    #[test]
    fn edges() {
        assert_eq!(mcnemar_detectable(5, 0.1, 0.05, 0.8), None);
        assert_eq!(mcnemar_documents(0.0, 0.1, 0.05, 0.8), None);
        // All lost: six losses without a win have p = 2/64.
        assert_eq!(mcnemar_documents(1.0, 1.0, 0.05, 0.8), Some(6));
        // Too few documents would differ: all lost, six of ten with probability 0.8.
        let alone = mcnemar_detectable(10, 0.0, 0.05, 0.8).unwrap();
        assert!((Binomial::new(10, alone).at_least(6) - 0.8).abs() < 1e-9);
    }

    #[test]
    fn documents_are_enough_from_there_on() {
        for difference in [0.1, 0.2, 0.4, 0.8] {
            for discordance in [0.1, 0.3, 0.6, 0.9, 0.97, 1.0] {
                for power in [0.5, 0.8, 0.95] {
                    let enough = mcnemar_documents(difference, discordance, 0.05, power).unwrap();
                    let has = |n| power_at(n, difference, discordance, 0.05) >= power;
                    assert!(!has(enough - 1), "{difference} {discordance} {power}");
                    assert!((enough..enough + 600).all(has), "{difference} {discordance} {power}: {enough}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn grows_with_the_difference(n in 1_u64..3_000, discordance in 0.0..=1.0_f64, share in 0.0..=1.0_f64, alpha in 1e-6..0.5_f64) {
            let at = |share: f64| power_at(n, discordance * share, discordance, alpha);
            prop_assert!((0.0..=1.0).contains(&at(share)));
            prop_assert!(at(share * 0.9) <= at(share) + 1e-12);
            prop_assert!(at(0.0) <= alpha + 1e-12, "the level is kept");
            let swapped = mcnemar_power(n, discordance * 0.2, discordance * 0.5, alpha);
            prop_assert!((mcnemar_power(n, discordance * 0.5, discordance * 0.2, alpha) - swapped).abs() < 1e-12);
        }

        #[test]
        fn detected(n in 20_u64..3_000, discordance in 0.01..=1.0_f64) {
            let found = mcnemar_detectable(n, discordance, 0.05, 0.8).unwrap();
            prop_assert!((power_at(n, found, discordance, 0.05) - 0.8).abs() < 1e-9);
        }
    }
}
