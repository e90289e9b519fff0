//! One metric of one task, both sides of it.

use super::clusters::Clusters;
use super::{CompareOptions, Evidence};
use serde::Serialize;
use yardstick_stats::Interval;

/// What is said of a row at the comparison's level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every answer is the same to the bit.
    Identical,
    /// The candidate is worse, after correction.
    Worse,
    /// The candidate is better, after correction.
    Better,
    /// Neither is shown.
    NotShown,
    /// Another metric of the task stands for it, so that this one's p is not corrected.
    NotJudged,
}

/// A metric of a task on both sides.
#[derive(Clone, Debug, Serialize)]
pub struct TaskRow {
    /// The task.
    pub task: String,
    /// The metric.
    pub metric: String,
    /// Whether it stands for its task: one metric a task does, and p-values are corrected over these.
    pub primary: bool,
    /// Direction of better.
    pub higher_is_better: bool,
    /// What guessing gets.
    pub chance: Option<f64>,
    /// Documents on both sides.
    pub n: u64,
    /// Documents of the task on one side only.
    pub unpaired: u64,
    /// What documents share, where they do.
    pub clusters: Option<Clusters>,
    /// The base's value.
    pub base: f64,
    /// The candidate's value.
    pub candidate: f64,
    /// Candidate − base, in the metric's unit.
    pub difference: f64,
    /// The difference's standard error, clustered where documents share a passage.
    pub stderr: Option<f64>,
    /// The difference's interval.
    pub interval: Option<Interval>,
    /// Newcombe's interval of the same, for 0/1 scores of independent documents: what others print.
    pub newcombe: Option<Interval>,
    /// Documents with a better score.
    pub wins: u64,
    /// Documents with a worse score.
    pub losses: u64,
    /// Documents with the same score.
    pub ties: u64,
    /// Documents of which the candidate finds its two best choices equally likely to the bit, less those of the base: the
    /// first of them counts, as in lm-eval, and says nothing of the model.
    pub tied: u64,
    /// Whether all answers are the same to the bit.
    pub identical: bool,
    /// The test behind `p`.
    pub test: &'static str,
    /// Two-sided p.
    pub p: f64,
    /// `McNemar`'s mid-p, for 0/1 scores of independent documents.
    pub mid_p: Option<f64>,
    /// p corrected over tasks by Holm's method; of rows that stand for their task.
    pub holm: Option<f64>,
    /// p corrected over tasks by Benjamini and Hochberg's method; of rows that stand for their task.
    pub benjamini_hochberg: Option<f64>,
    /// The drop that counts as none, in the metric's unit.
    pub margin: f64,
    /// One-sided p of a drop of `margin` or more; not corrected.
    pub non_inferiority: f64,
    /// p of a difference of `margin` or more either way (two one-sided tests); not corrected.
    pub equivalence: f64,
    /// The smallest difference that these documents could have shown, at the level that the smallest p has to pass.
    pub detectable: Option<f64>,
    /// What is said.
    pub verdict: Verdict,
    /// For tests at other margins and levels.
    #[serde(skip)]
    pub evidence: Evidence,
}

impl TaskRow {
    /// The candidate's gain: the difference, positive where the candidate is better.
    pub const fn gain(&self) -> f64 {
        if self.higher_is_better { self.difference } else { -self.difference }
    }
}

/// What can be said once all p-values are corrected.
pub(super) fn finish(rows: &mut [TaskRow], options: &CompareOptions, family: usize) {
    let strictest = options.alpha / family.max(1) as f64;
    for row in rows {
        row.detectable = row.evidence.detectable(if row.primary { strictest } else { options.alpha }, options.power);
        row.verdict = match row.holm.map(|p| p <= options.alpha) {
            _ if row.identical => Verdict::Identical,
            None => Verdict::NotJudged,
            Some(false) => Verdict::NotShown,
            Some(true) if row.gain() < 0.0 => Verdict::Worse,
            Some(true) => Verdict::Better,
        };
    }
}
