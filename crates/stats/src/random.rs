//! Random numbers with a seed.

/// `SplitMix64`: a counter through a mixing function.
///
/// Source: Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA, figure 15.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From [0, 1), in steps of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 to `n` − 1. The numbers differ in probability by less than n · 2⁻⁶⁴.
    #[expect(clippy::cast_possible_truncation, reason = "the product's upper half is below n")]
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// How many of `n` trials succeed, each with probability `p`.
    pub fn binomial(&mut self, n: u64, p: f64) -> u64 {
        if p > 0.5 {
            return n - self.binomial(n, 1.0 - p);
        }
        if n == 0 || p <= 0.0 {
            return 0;
        }
        if n as f64 * p < 10.0 { self.by_inversion(n, p) } else { self.by_rejection(n as f64, p) }
    }

    /// One uniform number against the distribution function, from 0 up.
    fn by_inversion(&mut self, n: u64, p: f64) -> u64 {
        let odds = p / (1.0 - p);
        let mut u = self.uniform();
        let mut probability = (n as f64 * (-p).ln_1p()).exp();
        let mut k = 0;
        while u > probability && k < n {
            u -= probability;
            probability *= odds * (n - k) as f64 / (k + 1) as f64;
            k += 1;
        }
        k
    }

    /// Transformed rejection.
    ///
    /// Source: Hörmann (1993), "The generation of binomial random variates", Journal of Statistical Computation and
    /// Simulation 46, algorithm BTRS; `n · p` must be 10 or more.
    #[expect(
        clippy::many_single_char_names,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the paper's names; k is whole and from 0 to n"
    )]
    fn by_rejection(&mut self, n: f64, p: f64) -> u64 {
        let sd = (n * p * (1.0 - p)).sqrt();
        let b = 1.15 + 2.53 * sd;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let centre = n * p + 0.5;
        let alpha = (2.83 + 5.1 / b) * sd;
        let mode = ((n + 1.0) * p).floor();
        let log_odds = (p / (1.0 - p)).ln();
        loop {
            let u = self.uniform() - 0.5;
            let v = self.uniform();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + centre).floor();
            if us >= 0.07 && v <= 0.92 - 4.2 / b {
                return k as u64;
            }
            if !(0.0..=n).contains(&k) {
                continue;
            }
            let ratio = ln_factorial(mode) + ln_factorial(n - mode) - ln_factorial(k) - ln_factorial(n - k);
            if (v * alpha / (a / (us * us) + b)).ln() <= ratio + (k - mode) * log_odds {
                return k as u64;
            }
        }
    }
}

fn ln_factorial(k: f64) -> f64 {
    statrs::function::gamma::ln_gamma(k + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of 20,000 draws, within 5 standard errors of np and np(1 − p).
    fn check(n: u64, p: f64) {
        let mut random = Random::new(7);
        let draws: Vec<f64> = (0..20_000).map(|_| random.binomial(n, p) as f64).collect();
        let (mean, sd) = (crate::mean(&draws), crate::sample_sd(&draws).unwrap());
        let variance = n as f64 * p * (1.0 - p);
        assert!((mean - n as f64 * p).abs() < 5.0 * (variance / 2e4).sqrt(), "{n} {p}: {mean}");
        assert!((sd * sd / variance - 1.0).abs() < 5.0 * (2.0_f64 / 2e4).sqrt() + 0.01, "{n} {p}: {sd}");
        assert!(draws.iter().all(|&k| k >= 0.0 && k <= n as f64));
    }

    #[test]
    fn binomial_moments() {
        for (n, p) in [(20, 0.3), (20, 0.9), (1000, 0.004), (40, 0.5), (1000, 0.2), (40_000, 0.63), (40_000, 0.001)] {
            check(n, p);
        }
    }

    #[test]
    fn binomial_shape() {
        // Two methods, one distribution: P(X ≤ 10) of Bin(25, 0.42) is 0.50439 by summing its terms.
        let mut random = Random::new(3);
        let below = |draws: Vec<u64>| draws.iter().filter(|&&k| k <= 10).count() as f64 / draws.len() as f64;
        let inverted = below((0..40_000).map(|_| random.by_inversion(25, 0.42)).collect());
        let rejected = below((0..40_000).map(|_| random.by_rejection(25.0, 0.42)).collect());
        let want = 0.504_39;
        assert!((inverted - want).abs() < 0.0125 && (rejected - want).abs() < 0.0125, "{inverted} {rejected}");
    }

    #[test]
    fn certain_trials() {
        let mut random = Random::new(1);
        assert_eq!([random.binomial(9, 0.0), random.binomial(9, 1.0), random.binomial(0, 0.5)], [0, 9, 0]);
    }

    #[test]
    fn indices_are_even() {
        let mut random = Random::new(5);
        let mut counts = [0_i32; 7];
        (0..70_000).for_each(|_| counts[random.below(7)] += 1);
        assert!(counts.iter().all(|&count| (count - 10_000).abs() < 500), "{counts:?}");
    }
}
