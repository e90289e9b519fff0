//! Why there is no verdict.

use crate::CompareError;
use std::io;
use std::path::PathBuf;

/// What keeps a gate from judging. None of these is ever a pass.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// A policy that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A policy that is no TOML.
    #[error("{file}:{line}: {reason}")]
    Syntax {
        /// The policy.
        file: String,
        /// Counted from 1.
        line: usize,
        /// The parser's own words.
        reason: String,
    },
    /// A key that means nothing.
    #[error("{file}:{line}: {place} has no key {key:?}{}; there are {}", meant(nearest.as_deref()), known.join(", "))]
    UnknownKey {
        /// The policy.
        file: String,
        /// Counted from 1.
        line: usize,
        /// The table it stands in.
        place: &'static str,
        /// As written.
        key: String,
        /// The known key that is most like it.
        nearest: Option<String>,
        /// All keys of the table.
        known: Vec<&'static str>,
    },
    /// A key with a value that cannot be.
    #[error("{file}:{line}: {key}: {reason}")]
    Key {
        /// The policy.
        file: String,
        /// Counted from 1.
        line: usize,
        /// The key.
        key: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A glob that no task of the two runs matches.
    #[error("{file}:{line}: no task matches {glob:?}{}; the runs have {}", meant(nearest.as_deref()), list(tasks))]
    NoTask {
        /// The policy.
        file: String,
        /// Counted from 1.
        line: usize,
        /// The glob.
        glob: String,
        /// The task whose name is most like it.
        nearest: Option<String>,
        /// What there is.
        tasks: Vec<String>,
    },
    /// Tasks that no tier takes.
    #[error(
        "{file}: no tier takes {}; name them in one, add a watch tier with \"*\", or say `unlisted = \"watch\"`",
        list(tasks)
    )]
    Unlisted {
        /// The policy.
        file: String,
        /// Which.
        tasks: Vec<String>,
    },
    /// A metric that a task of the tier does not have.
    #[error("{file}:{line}: {task} has no metric {metric:?}{}; it has {}", meant(nearest.as_deref()), known.join(", "))]
    UnknownMetric {
        /// The policy.
        file: String,
        /// Counted from 1.
        line: usize,
        /// The task.
        task: String,
        /// What the policy asks for.
        metric: String,
        /// The known metric that is most like it.
        nearest: Option<String>,
        /// What the task has.
        known: Vec<String>,
    },
    /// A run that did not finish.
    #[error(
        "{run} is an unfinished run: {lack}; a gate judges finished runs only: finish it with the command that began it"
    )]
    Partial {
        /// Which.
        run: String,
        /// What is missing.
        lack: String,
    },
    /// Limits on logits, and nothing to hold against them.
    #[error(
        "{file}:{line}: [logits] sets limits, but there is no diff of the two models: {reason}; write one with `yardstick diff BASE CANDIDATE --out FILE` and give it with --diff FILE"
    )]
    NoDiff {
        /// The policy.
        file: String,
        /// Counted from 1.
        line: usize,
        /// Why none could be run.
        reason: String,
    },
    /// A record of a diff that cannot be used.
    #[error("{file}: {reason}")]
    Diff {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// A run that supports no margin at all.
    #[error("no task of {run} could show that a margin of {worst} is kept: {tasks}")]
    NoMargin {
        /// The run.
        run: String,
        /// The widest margin that counts as useful.
        worst: String,
        /// What each task lacks.
        tasks: String,
    },
    /// Runs that cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
}

impl GateError {
    /// Whether the command line or the policy is at fault, and not the runs.
    pub const fn is_usage(&self) -> bool {
        match self {
            Self::Compare(error) => error.is_usage(),
            Self::Read { .. } | Self::Partial { .. } | Self::Diff { .. } | Self::NoMargin { .. } => false,
            Self::Syntax { .. }
            | Self::UnknownKey { .. }
            | Self::Key { .. }
            | Self::NoTask { .. }
            | Self::Unlisted { .. }
            | Self::UnknownMetric { .. }
            | Self::NoDiff { .. } => true,
        }
    }
}

/// The name in `known` that is most like `name`, where one is.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const ALIKE: f64 = 0.8;
    let scored = known.into_iter().map(|other| (strsim::jaro_winkler(name, other), other));
    let best = scored.filter(|(score, _)| *score >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, other)| other.to_owned())
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" (did you mean {nearest:?}?)"))
}

/// Names, but not hundreds of them.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 8;
    match names.len() {
        0 => "none".to_owned(),
        n if n <= SHOWN => names.join(", "),
        n => format!("{} and {} more", names[..SHOWN].join(", "), n - SHOWN),
    }
}
