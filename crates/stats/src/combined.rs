//! Intervals of weighted means from the intervals of their parts.

/// One part of a weighted mean, with its own interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Its weight, not negative; the weights of all parts add up to 1.
    pub weight: f64,
    /// Its value.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
}

/// The interval of Σ wᵢxᵢ for independent parts, at the level of the parts' intervals: the distances from each value to its own
/// ends add up as squares. It keeps what the parts' intervals are good at: with Wilson's at the edges, a mean of zeros
/// still has an upper end.
///
/// Source: Zou & Donner (2008), "Construction of confidence limits about effect measures: a general approach", Statistics
/// in Medicine 27, eq. 5 (MOVER), for non-negative weights.
pub fn weighted_mean_interval(shares: &[Share]) -> (f64, f64) {
    let (mut mean, mut below, mut above) = (0.0, 0.0, 0.0);
    for share in shares {
        mean += share.weight * share.value;
        below += (share.weight * (share.value - share.low)).powi(2);
        above += (share.weight * (share.high - share.value)).powi(2);
    }
    (mean - f64::sqrt(below), mean + f64::sqrt(above))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wilson;
    use proptest::prelude::*;

    fn share(weight: f64, successes: f64, n: f64) -> Share {
        let (low, high) = wilson(successes, n);
        Share { weight, value: successes / n, low, high }
    }

    #[test]
    fn by_hand() {
        // Two halves at 0.2 and 0.6, ends 0.1 and 0.2 away below, 0.3 and 0.4 above: 0.4 − √(0.05² + 0.1²), 0.4 + √(0.15² + 0.2²).
        let parts =
            [(0.2, 0.1, 0.5), (0.6, 0.4, 1.0)].map(|(value, low, high)| Share { weight: 0.5, value, low, high });
        let (low, high) = weighted_mean_interval(&parts);
        assert!((low - (0.4 - 0.0125_f64.sqrt())).abs() < 1e-12);
        assert!((high - 0.65).abs() < 1e-12);
    }

    #[test]
    fn zeros_have_an_upper_end() {
        let (low, high) = weighted_mean_interval(&[share(0.5, 0.0, 250.0), share(0.5, 0.0, 250.0)]);
        assert!(low.abs() < 1e-15 && (0.005..0.02).contains(&high), "{low} {high}");
    }

    proptest! {
        #[test]
        fn around_the_mean_and_inside_the_unit(parts in proptest::collection::vec((0_u32..50, 50_u32..90), 1..8)) {
            let weight = 1.0 / parts.len() as f64;
            let shares: Vec<Share> = parts.iter().map(|&(k, n)| share(weight, f64::from(k), f64::from(n))).collect();
            let mean: f64 = shares.iter().map(|s| s.weight * s.value).sum();
            let (low, high) = weighted_mean_interval(&shares);
            prop_assert!(low <= mean && mean <= high && low > -1e-12 && high < 1.0 + 1e-12);
        }
    }
}
