//! Which margin a run's documents can support, before there is a candidate.

use super::policy::Size;
use crate::compare::{Evidence, TaskRow};
use crate::number::Unit;
use yardstick_core::Estimate;
use yardstick_stats::{mean_non_inferiority_documents, non_inferiority_documents, normal_quantile};

/// What is assumed of a candidate that is no worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumptions {
    /// One-sided level of the test.
    pub alpha: f64,
    /// Probability with which it is to succeed.
    pub power: f64,
    /// Share of documents that one of the models gets right and the other does not.
    pub discordance: f64,
    /// Correlation of the two models' scores over documents, where scores are not right or wrong.
    pub correlation: f64,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self { alpha: 0.05, power: 0.8, discordance: 0.1, correlation: 0.9 }
    }
}

/// Margins that people would write, as shares: of documents for shares of documents, of the base's value for anything else.
const LADDER: [f64; 15] =
    [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1];
/// The widest of them.
pub(super) const WIDEST: f64 = LADDER[LADDER.len() - 1];

/// Scores as a test of a margin sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scores {
    /// Right or wrong: documents, or passages that share them.
    Flips { units: u64 },
    /// Numbers: the standard deviation of differences, and documents or passages.
    Scatter { sd: f64, units: u64, base: f64, is_log: bool },
    /// A statistic of all documents: the standard error of its difference.
    Error { stderr: f64 },
}

/// The narrowest round margin that `row`'s documents could show an equal candidate to keep; none where that would be wider
/// than ten points or a tenth.
pub(super) fn margin(row: &TaskRow, estimate: &Estimate, assumed: &Assumptions) -> Option<Size> {
    let scores = scores(row, estimate, assumed)?;
    LADDER.into_iter().map(|step| size(row, step)).find(|size| can_show(&scores, size.of(row.base), assumed))
}

/// Documents that the widest margin would take.
pub(super) fn documents_for_widest(row: &TaskRow, estimate: &Estimate, assumed: &Assumptions) -> Option<u64> {
    let scores = scores(row, estimate, assumed)?;
    let (needed, units) = needed(&scores, size(row, WIDEST).of(row.base), row.n, assumed)?;
    Some(whole(row.n as f64 * needed as f64 / units as f64))
}

/// Points of a share, or a part of the base's value.
fn size(row: &TaskRow, step: f64) -> Size {
    match Unit::of(&row.metric) {
        Unit::Percent if row.base.abs() <= 1.0 => Size::Units(step),
        Unit::Percent => Size::Units(100.0 * step),
        _ => Size::Share(step),
    }
}

/// What is known from one model alone. Documents that share a passage count as one where their scores are right or wrong:
/// how alike their flips will be cannot be known yet.
fn scores(row: &TaskRow, estimate: &Estimate, assumed: &Assumptions) -> Option<Scores> {
    let stderr = || estimate.stderr.filter(|stderr| stderr.is_finite() && *stderr > 0.0);
    let of_difference = (2.0 * (1.0 - assumed.correlation)).sqrt();
    // The standard deviation of single scores, from the error of their mean.
    let sd = || Some(stderr()? * (row.n as f64).sqrt() * of_difference);
    Some(match &row.evidence {
        Evidence::Counts { .. } => Scores::Flips { units: row.n },
        // From one model alone no flips are known, and so not how alike those of one passage are.
        Evidence::Mean { alone: Some(_), units, .. } => Scores::Flips { units: *units },
        Evidence::Mean { units, .. } => Scores::Scatter { sd: sd()?, units: *units, base: row.base, is_log: false },
        // ln x has the error of x over x.
        Evidence::Log { units, .. } => {
            Scores::Scatter { sd: sd()? / row.base, units: *units, base: row.base, is_log: true }
        }
        Evidence::Draws { .. } => Scores::Error { stderr: stderr()? * of_difference },
    })
}

fn can_show(scores: &Scores, margin: f64, assumed: &Assumptions) -> bool {
    needed(scores, margin, 1, assumed).is_some_and(|(needed, units)| needed <= units)
}

/// Units that it takes, and how many there are. Of a statistic of all documents `n` documents stand for what there is.
fn needed(scores: &Scores, margin: f64, n: u64, assumed: &Assumptions) -> Option<(u64, u64)> {
    let &Assumptions { alpha, power, discordance, .. } = assumed;
    match *scores {
        Scores::Flips { units } => Some((non_inferiority_documents(discordance, margin, alpha, power)?, units)),
        Scores::Scatter { sd, units, base, is_log } => {
            let margin = if is_log { (margin / base).ln_1p() } else { margin };
            Some((mean_non_inferiority_documents(sd, margin, alpha, power)?, units))
        }
        Scores::Error { stderr } => {
            let wanted = margin / (normal_quantile(1.0 - alpha) + normal_quantile(power));
            Some((whole(n as f64 * (stderr / wanted).powi(2)), n))
        }
    }
}

/// The next whole number from 0 on.
#[allow(clippy::cast_sign_loss, reason = "a number of documents is not negative")]
const fn whole(x: f64) -> u64 {
    x.ceil() as u64
}
