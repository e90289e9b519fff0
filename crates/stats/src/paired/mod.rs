//! Two models on the same documents.

mod mcnemar;
mod mean;
mod newcombe;
mod randomisation;
mod tango;

pub use mcnemar::{mcnemar_exact, mcnemar_mid_p, sign_test};
pub use mean::{PairedMean, clustered_mean, paired_mean};
pub use newcombe::newcombe_paired;
pub use randomisation::{sign_flip_test, swap_test};
pub use tango::{tango_interval, tango_non_inferiority, tango_tost};

/// How often two models were right on the same documents, for a metric that is 0 or 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairedCounts {
    /// Documents that both had right.
    pub both: u64,
    /// Documents that the base alone had right: losses of the candidate.
    pub base_only: u64,
    /// Documents that the candidate alone had right: its wins.
    pub candidate_only: u64,
    /// Documents that neither had right.
    pub neither: u64,
}

impl PairedCounts {
    /// All documents.
    pub fn n(&self) -> u64 {
        self.both + self.base_only + self.candidate_only + self.neither
    }

    /// The candidate's share of right documents less the base's, from −1 to 1; 0 for no documents.
    pub fn difference(&self) -> f64 {
        (self.candidate_only as f64 - self.base_only as f64) / (self.n() as f64).max(1.0)
    }

    /// The share of documents that one of the two had right, from 0 to 1.
    pub fn discordance(&self) -> f64 {
        (self.candidate_only + self.base_only) as f64 / (self.n() as f64).max(1.0)
    }

    /// The same with candidate and base in each other's place.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Self { base_only: self.candidate_only, candidate_only: self.base_only, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Interval;
    use crate::random::Random;

    #[test]
    fn counts() {
        let counts = PairedCounts { both: 20, base_only: 2, candidate_only: 12, neither: 16 };
        assert_eq!((counts.n(), counts.swapped().candidate_only), (50, 2));
        assert!((counts.difference() - 0.2).abs() < 1e-15 && PairedCounts::default().difference().abs() < 1e-300);
    }

    /// The share of 4,000 draws whose interval holds the true difference.
    fn coverage(n: u64, p_loss: f64, p_win: f64, interval: fn(&PairedCounts, f64) -> Interval) -> f64 {
        let mut random = Random::new(29);
        let mut covers = || {
            let differing = random.binomial(n, p_loss + p_win);
            let base_only = random.binomial(differing, p_loss / (p_loss + p_win));
            let both = random.binomial(n - differing, 0.6);
            let candidate_only = differing - base_only;
            let counts = PairedCounts { both, base_only, candidate_only, neither: n - differing - both };
            let got = interval(&counts, 0.95);
            got.low <= p_win - p_loss && p_win - p_loss <= got.high
        };
        (0..4_000).filter(|_| covers()).count() as f64 / 4e3
    }

    #[test]
    fn intervals_cover_what_they_promise() {
        for (n, p_loss, p_win) in
            [(30, 0.1, 0.1), (30, 0.3, 0.05), (200, 0.02, 0.02), (200, 0.1, 0.05), (2_000, 0.06, 0.04)]
        {
            let tango = coverage(n, p_loss, p_win, tango_interval);
            let newcombe = coverage(n, p_loss, p_win, newcombe_paired);
            for share in [tango, newcombe] {
                assert!((0.935..0.985).contains(&share), "{n} {p_loss} {p_win}: {tango} {newcombe}");
            }
        }
    }
}
