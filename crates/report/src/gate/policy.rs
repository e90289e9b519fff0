//! What a candidate must hold.

use super::GateError;
use super::glob::matches;
use super::read;
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// A gate's policy, as its file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The file, for messages.
    pub file: String,
    /// Level of every decision.
    pub alpha: f64,
    /// How the tests that find a task worse are corrected over tasks.
    pub correction: Correction,
    /// Power at which a drop counts as one that the data could have seen.
    pub power: f64,
    /// What happens to tasks that no tier names.
    pub unlisted: Unlisted,
    /// In the file's order: the first that matches takes a task.
    pub tiers: Vec<Tier>,
    /// Limits on logits.
    pub logits: Option<Limits>,
}

/// Correction over tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// Holm (1979): no false alarm at all, with probability 1 − alpha.
    Holm,
    /// Benjamini & Hochberg (1995): at most a share alpha of the alarms is false.
    BenjaminiHochberg,
    /// Each task by itself.
    None,
}

/// What happens to tasks that no tier names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// They are an error: a policy knows its tasks.
    Refuse,
    /// They are reported and decide nothing.
    Watch,
}

/// What a tier's tasks decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TierName {
    /// Each task must pass by itself.
    Critical,
    /// No task may be worse; where one cannot be told, the average over the tier may stand in for it.
    Standard,
    /// Reported, decides nothing.
    Watch,
}

/// One `[[tier]]` of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// What its tasks decide.
    pub name: TierName,
    /// Globs over task ids.
    pub tasks: Vec<Pattern>,
    /// The metric that stands for a task, with its line; each task's first one where there is none.
    pub metric: Option<(String, usize)>,
    /// What a task must hold; of a watch tier there may be none.
    pub bar: Option<Bar>,
    /// Fewer paired documents decide nothing.
    pub min_documents: u64,
}

/// A glob over task ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The glob.
    pub glob: String,
    /// Its line in the file.
    pub line: usize,
}

/// What a task must hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bar {
    /// Non-inferiority: the candidate must be shown to lose less than this.
    Margin(Size),
    /// Superiority: the candidate must not be shown to lose more than this.
    AllowedDrop(Size),
}

/// How much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// In the metric's unit.
    Units(f64),
    /// A share of the base's value.
    Share(f64),
}

/// Limits on how far the candidate's logits may be from the base's. Rates are shares, KL divergences are nats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Mean KL divergence.
    pub max_mean_kl: Option<f64>,
    /// 99th percentile of it.
    pub max_p99_kl: Option<f64>,
    /// 99.9th percentile.
    pub max_p999_kl: Option<f64>,
    /// The largest one.
    pub max_kl: Option<f64>,
    /// Share of positions with the same most likely token.
    pub min_same_top1: Option<f64>,
    /// Share of positions with the same five most likely tokens.
    pub min_same_top5: Option<f64>,
    /// ln of the candidate's perplexity over the base's.
    pub max_ln_ppl_ratio: Option<f64>,
    /// The text that a diff is run on.
    pub text: Option<String>,
    /// The task whose documents a diff is run on.
    pub task: Option<String>,
    /// Line in the file.
    pub line: usize,
}

impl Policy {
    /// The format that this version reads.
    pub const FORMAT: &'static str = "yardstick.policy/1";
    /// Where a tier says nothing: what a normal approximation needs and no more.
    pub const MIN_DOCUMENTS: u64 = 100;

    /// Reads a policy.
    ///
    /// # Errors
    /// A file that cannot be read, is no TOML, or says what a policy cannot.
    pub fn read(path: &Path) -> Result<Self, GateError> {
        let text = std::fs::read_to_string(path).map_err(|source| GateError::Read { path: path.to_owned(), source })?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// A policy from its text; `file` is for messages.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(file: &str, text: &str) -> Result<Self, GateError> {
        read::policy(file, text)
    }

    /// The tier that takes a task.
    pub(super) fn tier_of(&self, task: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.tasks.iter().any(|pattern| matches(&pattern.glob, task)))
    }
}

impl Size {
    /// In the metric's unit, for a base of that value.
    pub fn of(self, base: f64) -> f64 {
        match self {
            Self::Units(units) => units,
            Self::Share(share) => share * base.abs(),
        }
    }
}

impl Bar {
    /// How much, whichever way it is tested.
    pub const fn size(self) -> Size {
        match self {
            Self::Margin(size) | Self::AllowedDrop(size) => size,
        }
    }
}

impl TierName {
    /// All, strictest first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Standard, Self::Watch];

    /// As written in a policy.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Standard => "standard",
            Self::Watch => "watch",
        }
    }

    /// Whether its tasks can keep a candidate from passing.
    pub const fn decides(self) -> bool {
        !matches!(self, Self::Watch)
    }
}

impl Correction {
    /// All, as they are listed.
    pub const ALL: [Self; 3] = [Self::Holm, Self::BenjaminiHochberg, Self::None];

    /// As written in a policy.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holm => "holm",
            Self::BenjaminiHochberg => "benjamini-hochberg",
            Self::None => "none",
        }
    }

    /// p-values of a family, corrected.
    pub(super) fn apply(self, p: &[f64]) -> Vec<f64> {
        match self {
            Self::Holm => yardstick_stats::holm(p),
            Self::BenjaminiHochberg => yardstick_stats::benjamini_hochberg(p),
            Self::None => p.to_vec(),
        }
    }
}

impl fmt::Display for TierName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}
