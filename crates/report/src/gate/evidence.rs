//! What a gate asks of paired scores beyond a comparison.

use crate::Evidence;
use yardstick_stats::{
    PairedCounts, PairedMean, mean_non_inferiority_documents, non_inferiority_documents, normal_quantile,
    tango_non_inferiority,
};

/// How many documents would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Documents {
    /// Documents, of which as many share a passage as do now.
    pub n: u64,
    /// Whether it is a normal approximation, or taken over from passages to documents.
    pub is_approximate: bool,
}

impl Evidence {
    /// p of the test that finds the candidate worse by more than `drop` (0 or more, in the metric's unit), counted twice, so
    /// that it is the two-sided p of no difference where `drop` is 0 and the test of the two-sided interval otherwise.
    pub fn worse_than(&self, drop: f64) -> f64 {
        if drop <= 0.0 {
            return self.p();
        }
        let one_sided = match self {
            // The test of a margin looks at the same statistic from its other end.
            Self::Mean { mean, alone: Some(alone), .. } => {
                1.0 - mean.non_inferiority(drop).min(tango_non_inferiority(alone, drop))
            }
            Self::Counts { .. } | Self::Mean { .. } | Self::Log { .. } => 1.0 - self.non_inferiority(drop),
            Self::Draws { sorted, .. } => {
                let better = sorted.iter().filter(|gain| **gain >= -drop).count();
                (better + 1) as f64 / (sorted.len() + 1) as f64
            }
        };
        (2.0 * one_sided).clamp(0.0, 1.0)
    }

    /// Documents with which a candidate that is equal to the base would be shown to lose less than `margin`, one-sided at
    /// `alpha`, with probability `power`: flips as frequent and differences as scattered as in the `n` documents at hand.
    pub(super) fn documents(&self, n: u64, margin: f64, alpha: f64, power: f64) -> Option<Documents> {
        let of_mean = |mean: &PairedMean, units: u64, margin: f64| {
            let sd = mean.stderr * (units as f64).sqrt();
            let needed = mean_non_inferiority_documents(sd, margin, alpha, power)?;
            Some(Documents { n: scaled(n, needed as f64 / units as f64), is_approximate: units != n })
        };
        match self {
            Self::Counts { counts } => {
                let n = non_inferiority_documents(discordance(counts), margin, alpha, power)?;
                Some(Documents { n, is_approximate: true })
            }
            Self::Mean { alone: Some(alone), .. } => {
                let needed = non_inferiority_documents(discordance(alone), margin, alpha, power)?;
                Some(Documents { n: scaled(n, needed as f64 / alone.n().max(1) as f64), is_approximate: true })
            }
            Self::Mean { mean, units, .. } => of_mean(mean, *units, margin),
            Self::Log { mean, units, base, .. } => of_mean(mean, *units, (margin / base).ln_1p()),
            Self::Draws { sorted, .. } => {
                let needed = margin / (normal_quantile(1.0 - alpha) + normal_quantile(power));
                let has = yardstick_stats::sample_sd(sorted)?;
                Some(Documents { n: scaled(n, (has / needed).powi(2)), is_approximate: true })
            }
        }
    }
}

/// The share of documents that flip, half of one more to each side, so that none in a few does not count as never.
fn discordance(counts: &PairedCounts) -> f64 {
    (counts.base_only + counts.candidate_only + 1) as f64 / (counts.n() + 2) as f64
}

#[allow(clippy::cast_sign_loss, reason = "a number of documents times a positive number")]
fn scaled(n: u64, by: f64) -> u64 {
    (n as f64 * by).ceil() as u64
}
