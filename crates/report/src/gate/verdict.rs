//! What a gate says, as data.

use super::judge::Cause;
use super::policy::{Correction, TierName};
use crate::compare::Flip;
use serde::Serialize;
use std::fmt;
use yardstick_core::ModelCard;
use yardstick_stats::Interval;

/// How a candidate stands, best first: of several outcomes the largest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Shown to be good enough.
    Pass,
    /// The data cannot tell.
    Inconclusive,
    /// Shown to be worse.
    Regressed,
}

impl Outcome {
    /// As printed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Regressed => "REGRESSED",
        }
    }

    /// The exit code: 0, 101 or 100.
    pub const fn code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Regressed => 100,
            Self::Inconclusive => 101,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ends {
    /// Lower.
    pub low: f64,
    /// Upper.
    pub high: f64,
}

impl From<Interval> for Ends {
    fn from(Interval { low, high }: Interval) -> Self {
        Self { low, high }
    }
}

/// A gate's verdict with everything that it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct GateVerdict {
    /// [`GateVerdict::FORMAT`].
    pub format: &'static str,
    /// What is said.
    pub verdict: Outcome,
    /// Why, in a sentence.
    pub summary: String,
    /// The model that was there before.
    pub base: ModelCard,
    /// The model in question.
    pub candidate: ModelCard,
    /// Whether both are the same model by content.
    pub same_model: bool,
    /// The policy's file.
    pub policy: String,
    /// Level of every decision.
    pub alpha: f64,
    /// How the tests that find a task worse were corrected.
    pub correction: Correction,
    /// Tasks that they were corrected over.
    pub family: usize,
    /// Power at which a drop counts as one that the data could have seen.
    pub power: f64,
    /// A task each, in the base's order.
    pub tasks: Vec<TaskVerdict>,
    /// A tier each, strictest first.
    pub tiers: Vec<TierVerdict>,
    /// A limit each.
    pub logits: Vec<LimitVerdict>,
    /// Documents that stand on one side only and were left out.
    pub unpaired: u64,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl GateVerdict {
    /// The format that this version writes.
    pub const FORMAT: &'static str = "yardstick.verdict/1";
}

/// How a task stands.
#[derive(Clone, Debug, Serialize)]
pub struct TaskVerdict {
    /// The task.
    pub task: String,
    /// Its tier.
    pub tier: TierName,
    /// How it stands.
    pub verdict: Outcome,
    /// What that follows from.
    pub cause: Cause,
    /// Why, in words.
    pub reason: String,
    /// Whether it counts for the gate's verdict by itself: not in a watch tier, nor where the tier's average stands in.
    pub counts: bool,
    /// The numbers; none where the two sides have no metric in common.
    pub numbers: Option<Numbers>,
    /// Documents that the candidate lost, the surest first; of regressed tasks.
    pub flips: Vec<Flip>,
}

/// What a task's verdict rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Numbers {
    /// The metric.
    pub metric: String,
    /// Direction of better.
    pub higher_is_better: bool,
    /// Documents on both sides.
    pub n: u64,
    /// The documents it takes to say anything.
    pub min_documents: u64,
    /// Documents with a better score.
    pub wins: u64,
    /// Documents with a worse score.
    pub losses: u64,
    /// The base's value.
    pub base: f64,
    /// The candidate's value.
    pub candidate: f64,
    /// Candidate − base, in the metric's unit.
    pub difference: f64,
    /// The difference's interval, two-sided at 1 − alpha.
    pub interval: Option<Ends>,
    /// The drop that must be ruled out, in the metric's unit.
    pub margin: Option<f64>,
    /// The drop that is allowed, in the metric's unit.
    pub allowed_drop: Option<f64>,
    /// Two-sided p of the test that finds the task worse (by more than an allowed drop).
    pub p: f64,
    /// The same, corrected.
    pub p_corrected: f64,
    /// One-sided p of a drop of the margin or more; not corrected.
    pub p_margin: Option<f64>,
    /// The smallest difference that the data could have shown.
    pub detectable: Option<f64>,
    /// Documents with which an equal model would be shown to keep the margin, where there are fewer.
    pub documents_needed: Option<u64>,
    /// Whether that number is of a normal approximation.
    pub documents_are_approximate: bool,
    /// Documents of which the candidate finds two choices equally likely to the bit, and the base does not.
    pub tied: u64,
    /// Documents that stand on one side only.
    pub unpaired: u64,
    /// What guessing gets.
    pub chance: Option<f64>,
    /// The gain's standard error.
    pub stderr: Option<f64>,
}

/// How a tier stands.
#[derive(Clone, Debug, Serialize)]
pub struct TierVerdict {
    /// Which.
    pub tier: TierName,
    /// How it stands; of a watch tier, how it would.
    pub verdict: Outcome,
    /// Why, in words.
    pub reason: String,
    /// Its tasks.
    pub n_tasks: usize,
    /// Of them found worse.
    pub n_regressed: usize,
    /// Of them that cannot be told.
    pub n_inconclusive: usize,
    /// The mean over its tasks, where it is asked to stand in.
    pub average: Option<AverageVerdict>,
}

/// A mean over a tier's tasks of (x − chance)/(1 − chance), each task once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AverageVerdict {
    /// Tasks in it.
    pub n_tasks: usize,
    /// Candidate − base.
    pub difference: f64,
    /// Lower end of the two-sided interval at 1 − 2·alpha, whose lower end is the one-sided one at 1 − alpha.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The mean of the tasks' margins, each over (1 − chance) as the differences are.
    pub margin: f64,
    /// Whether a drop of the margin or more is ruled out.
    pub is_within: bool,
}

/// How a limit on logits is kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LimitVerdict {
    /// The policy's key.
    pub limit: &'static str,
    /// What the policy allows.
    pub bound: f64,
    /// What was found.
    pub value: f64,
    /// Its interval, where it has one.
    pub interval: Option<Ends>,
    /// How it stands.
    pub verdict: Outcome,
    /// Why, in words.
    pub reason: String,
}
