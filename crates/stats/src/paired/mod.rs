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

    #[test]
    fn counts() {
        let counts = PairedCounts { both: 20, base_only: 2, candidate_only: 12, neither: 16 };
        assert_eq!((counts.n(), counts.swapped().candidate_only), (50, 2));
        assert!((counts.difference() - 0.2).abs() < 1e-15 && PairedCounts::default().difference().abs() < 1e-300);
    }
}
