//! The binomial distribution: probabilities and tails with their digits, whatever their size.

use super::stirling_error;
use std::f64::consts::PI;

/// So few trials are counted with whole numbers where both outcomes are as likely.
const COUNTABLE: u64 = 62;

/// Successes among `n` trials.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binomial {
    n: u64,
    /// Probability of a success, and of a failure: a small one keeps its digits.
    p: f64,
    q: f64,
}

impl Binomial {
    pub fn new(n: u64, p: f64) -> Self {
        Self { n, p, q: 1.0 - p }
    }

    /// The failures.
    pub fn mirrored(self) -> Self {
        Self { n: self.n, p: self.q, q: self.p }
    }

    /// P(X = k) for k ≤ n.
    ///
    /// Source: Loader (2000), "Fast and accurate computation of binomial probabilities", eq. 4 and 5.
    pub fn probability(self, k: u64) -> f64 {
        let (n, rest) = (self.n as f64, (self.n - k) as f64);
        if self.n == 0 || self.p <= 0.0 || self.q <= 0.0 {
            let certain = if self.p > 0.0 { self.n } else { 0 };
            return f64::from(u8::from(k == certain));
        }
        if k == 0 {
            return (n * ln_complement(self.p, self.q)).exp();
        }
        if k == self.n {
            return (n * ln_complement(self.q, self.p)).exp();
        }
        let k = k as f64;
        let stirling = stirling_error(n) - stirling_error(k) - stirling_error(rest);
        let deviance = deviance(k, n * self.p) + deviance(rest, n * self.q);
        (stirling - deviance).exp() * (n / (2.0 * PI * k * rest)).sqrt()
    }

    /// P(X ≤ k), in time that grows with √n.
    pub fn at_most(self, k: u64) -> f64 {
        if k >= self.n {
            return 1.0;
        }
        if (k as f64) < self.n as f64 * self.p {
            self.sum_down(k)
        } else {
            1.0 - self.mirrored().sum_down(self.n - k - 1)
        }
    }

    /// P(X ≥ k).
    pub fn at_least(self, k: u64) -> f64 {
        if k > self.n { 0.0 } else { self.mirrored().at_most(self.n - k) }
    }

    /// P(X ≤ k) from the term of k down to where terms no longer count.
    fn sum_down(self, k: u64) -> f64 {
        let odds = self.q / self.p;
        let mut term = self.probability(k);
        let mut sum = term;
        for j in (1..=k).rev() {
            term *= odds * j as f64 / (self.n - j + 1) as f64;
            sum += term;
            if term < sum * 1e-19 {
                break;
            }
        }
        sum
    }
}

/// ln(1 − p), where q = 1 − p.
fn ln_complement(p: f64, q: f64) -> f64 {
    if p < 0.5 { (-p).ln_1p() } else { q.ln() }
}

/// x ln(x/m) + m − x, without loss where x is near m.
///
/// Source: Loader (2000), section 2.2.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let (mut sum, mut term) = ((x - m) * v, 2.0 * x * v);
    for j in 1..40 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next.to_bits() == sum.to_bits() {
            break;
        }
        sum = next;
    }
    sum
}

/// P(X = k) and P(X ≤ k) for the heads X of `n` fair coins and k ≤ n/2; to the last digit up to 62 coins.
pub(crate) fn fair_tail(k: u64, n: u64) -> (f64, f64) {
    if n > COUNTABLE {
        let coins = Binomial::new(n, 0.5);
        return (coins.probability(k), coins.at_most(k));
    }
    let (mut ways, mut sum) = (1_u64, 1_u64);
    for i in 0..k.min(n) {
        ways = ways * (n - i) / (i + 1);
        sum += ways;
    }
    let all = (1_u64 << n) as f64;
    (ways as f64 / all, sum as f64 / all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(n: u64, p: f64, k: u64, probability: f64, at_most: f64) {
        let binomial = Binomial::new(n, p);
        let got = (binomial.probability(k), binomial.at_most(k));
        let is_close = (got.0 / probability - 1.0).abs() < 1e-13 && (got.1 / at_most - 1.0).abs() < 1e-13;
        assert!(is_close, "{n} {p} {k}: {got:?}");
    }

    #[test]
    fn by_hand() {
        check(4, 0.25, 0, 81.0 / 256.0, 81.0 / 256.0);
        check(4, 0.25, 1, 108.0 / 256.0, 189.0 / 256.0);
        check(4, 0.25, 4, 1.0 / 256.0, 1.0);
        check(3, 1.0, 3, 1.0, 1.0);
        check(1, 1e-12, 1, 1e-12, 1.0);
        check(0, 0.3, 0, 1.0, 1.0);
        assert!((Binomial::new(4, 0.25).at_least(3) - 13.0 / 256.0).abs() < 1e-16);
        assert!(Binomial::new(4, 0.25).at_least(5).abs() < 1e-300);
    }

    #[test]
    fn coins() {
        assert_eq!(fair_tail(1, 9), (9.0 / 512.0, 10.0 / 512.0));
        assert_eq!(fair_tail(0, 0), (1.0, 1.0));
        let (counted, summed) = (fair_tail(25, 62), Binomial::new(62, 0.5));
        assert!((summed.probability(25) / counted.0 - 1.0).abs() < 1e-13);
        assert!((summed.at_most(25) / counted.1 - 1.0).abs() < 1e-13);
    }

    proptest! {
        #[test]
        fn tails_add_up(n in 1_u64..5_000, p in 0.0..1.0_f64, k in 0_u64..5_000) {
            let (k, binomial) = (k.min(n), Binomial::new(n, p));
            prop_assert!((binomial.at_most(k) + binomial.at_least(k + 1) - 1.0).abs() < 1e-12);
            let below = if k == 0 { 0.0 } else { binomial.at_most(k - 1) };
            prop_assert!((binomial.at_most(k) - below - binomial.probability(k)).abs() < 1e-12);
        }
    }
}
