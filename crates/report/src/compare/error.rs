//! Why two runs cannot be compared.

use super::Unpaired;

/// What keeps two models from being compared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CompareError {
    /// A run that did not finish.
    #[error(
        "{run} is an unfinished run: {} Finish it with the command that began it, or compare what there is with --allow-missing",
        sentence(lack)
    )]
    Partial {
        /// Which.
        run: String,
        /// What is missing.
        lack: String,
    },
    /// A model that the run does not have.
    #[error("{run} has no model {model:?}; it has {}", known.join(", "))]
    NoModel {
        /// The run.
        run: String,
        /// What was asked for.
        model: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Several models, or none, where one is needed.
    #[error("{run} has {}; name one with --base-model or --candidate-model", models(known))]
    WhichModel {
        /// The run.
        run: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Two runs that ask something else under one id.
    #[error(transparent)]
    Protocol(Box<Mismatch>),
    /// No task on both sides.
    #[error(
        "{base} and {candidate} have no task in common: the first has {}, the second {}",
        list(base_tasks),
        list(candidate_tasks)
    )]
    NothingShared {
        /// The base.
        base: String,
        /// The candidate.
        candidate: String,
        /// The base's tasks.
        base_tasks: Vec<String>,
        /// The candidate's tasks.
        candidate_tasks: Vec<String>,
    },
    /// Tasks of one side only.
    #[error("only {run} has {}; run the same tasks on both sides, or leave them out with --allow-missing", list(tasks))]
    MissingTasks {
        /// Whose they are.
        run: String,
        /// Which.
        tasks: Vec<String>,
    },
    /// Documents without a partner.
    #[error("{} of {n_docs} documents have no partner on the other side:\n{}\nrun both on the same data, or leave them out with --allow-missing", unpaired.len(), first(unpaired))]
    Unpaired {
        /// All of them.
        unpaired: Vec<Unpaired>,
        /// Documents of both sides.
        n_docs: usize,
    },
    /// No document on both sides.
    #[error("{base} and {candidate} have tasks in common, but no document: they were asked something else")]
    NoDocuments {
        /// The base.
        base: String,
        /// The candidate.
        candidate: String,
    },
    /// A value that is no number, or not a finite one.
    #[error(
        "task {task}: {metric} of the {side} is {number}; there is no difference to it: look at the model's answers, or leave the task out"
    )]
    NotFinite {
        /// The task.
        task: String,
        /// The metric.
        metric: String,
        /// `base` or `candidate`.
        side: &'static str,
        /// What it is.
        number: String,
    },
    /// A column that groups no documents.
    #[error(
        "no task that is compared has a column {column:?} of several texts to group its documents by; `yardstick render TASK --json` shows what a document has"
    )]
    UnknownColumn {
        /// What was asked for.
        column: String,
    },
    /// A metric that no task of the comparison has.
    #[error("no task that is compared has the metric {metric:?}; there are {}", known.join(", "))]
    UnknownMetric {
        /// What was asked for.
        metric: String,
        /// What there is.
        known: Vec<String>,
    },
}

/// What differs between two runs of one task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "task {task}: {what} is {base} in {base_run} and {candidate} in {candidate_run}; such numbers cannot be compared: run both the same way"
)]
pub struct Mismatch {
    /// The task.
    pub task: String,
    /// What differs.
    pub what: &'static str,
    /// In the base.
    pub base: String,
    /// In the candidate.
    pub candidate: String,
    /// The base's run.
    pub base_run: String,
    /// The candidate's run.
    pub candidate_run: String,
}

impl CompareError {
    /// Whether the command line is at fault, and not the runs.
    pub const fn is_usage(&self) -> bool {
        match self {
            Self::NoModel { .. }
            | Self::WhichModel { .. }
            | Self::UnknownMetric { .. }
            | Self::UnknownColumn { .. } => true,
            Self::Partial { .. }
            | Self::Protocol(_)
            | Self::NothingShared { .. }
            | Self::MissingTasks { .. }
            | Self::NoDocuments { .. }
            | Self::NotFinite { .. }
            | Self::Unpaired { .. } => false,
        }
    }
}

/// With one full stop at its end.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn models(known: &[String]) -> String {
    if known.is_empty() { "no model".to_owned() } else { format!("{} models ({})", known.len(), known.join(", ")) }
}

/// Names, but not hundreds of them.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len() {
        0 => "none".to_owned(),
        n if n <= SHOWN => names.join(", "),
        n => format!("{} and {} more", names[..SHOWN].join(", "), n - SHOWN),
    }
}

/// The first of them, a line each.
fn first(unpaired: &[Unpaired]) -> String {
    const SHOWN: usize = 5;
    let mut lines: Vec<String> = unpaired.iter().take(SHOWN).map(|one| format!("  {one}")).collect();
    if unpaired.len() > SHOWN {
        lines.push(format!("  and {} more", unpaired.len() - SHOWN));
    }
    lines.join("\n")
}
