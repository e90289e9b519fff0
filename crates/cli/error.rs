//! Every failure with its exit code, rendered for a person.

use crate::refusal::Refusal;
use crate::stderr::say;
use crate::terminal;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters};
use std::fmt::Display;
use std::process::ExitCode;
use yardstick_core::ScoreError;
use yardstick_hub::HubError;
use yardstick_report::{BaselineError, CompareError, GateError, QueryError, ReportError};
use yardstick_runner::RunnerError;
use yardstick_tasks::TaskError;
use yardstick_workload::WorkloadError;
use yardstick_zoo::ZooError;

/// What the program can fail with.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command line asks for something that cannot be.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// A task file or its data.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// A task that cannot be run.
    #[error(transparent)]
    Refusal(Box<Refusal>),
    /// Documents with answers of which their task can make nothing.
    #[error("{first}")]
    Unscorable {
        /// The first one's failure.
        first: Box<TaskError>,
        /// How many more documents of the task fail.
        others: usize,
    },
    /// The hub, or a store that it fills.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// A model of the hub that cannot be fetched.
    #[error("{reason}")]
    Pull {
        /// As typed, where it might have been meant as something else.
        typed: Option<String>,
        /// Why not.
        reason: Box<HubError>,
    },
    /// Numbers that are not what they should be; which they are is printed.
    #[error("{failed} of {count} checks failed: {what}")]
    Selftest {
        /// How many failed.
        failed: usize,
        /// How many there are.
        count: usize,
        /// What that means.
        what: String,
    },
    /// Files of stores that are gone or changed, each named before.
    #[error("{count} files are not what the stores' records say; `yardstick data pull` fetches them again")]
    Store {
        /// How many.
        count: usize,
    },
    /// A model that cannot be loaded.
    #[error(transparent)]
    Model(#[from] ZooError),
    /// A model that cannot score.
    #[error("{place}: {reason}")]
    Score {
        /// Model, task and document.
        place: String,
        /// Why.
        reason: RunnerError,
    },
    /// Two models whose distributions are not over the same tokens.
    #[error(transparent)]
    Vocabulary(RunnerError),
    /// A text file that cannot be compared on.
    #[error("{path} {reason}")]
    Text {
        /// Which.
        path: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// A model that cannot compute what is measured.
    #[error(transparent)]
    Arithmetic(#[from] ScoreError),
    /// A model that cannot be written to be measured.
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    /// A run folder that cannot be made or written.
    #[error("cannot write the run folder {path}: {reason}")]
    Folder {
        /// Which.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
    /// A run folder or report that cannot be read or written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A question to runs that has no answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Runs that cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// A policy that cannot be read or does not fit, or runs that cannot be judged.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// A kept run.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// A folder that a report can make nothing of.
    #[error("{path} is neither a run (it has no run.json) nor the record of a diff (it has no diff.json)")]
    Neither {
        /// Which.
        path: String,
    },
    /// A file or folder.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Tasks that were looked at and do not run; which they are is printed.
    #[error("{failed} of {count} tasks do not run")]
    Invalid {
        /// How many do not.
        failed: usize,
        /// How many were looked at.
        count: usize,
    },
    /// Ctrl-C.
    #[error("interrupted; {kept}")]
    Interrupted {
        /// What is kept, and how to go on.
        kept: String,
    },
    /// A panic, whose message is already printed.
    #[error("this is a fault in yardstick, not in your input; please report it with the message above")]
    Internal,
    /// Tasks that cannot be run, each printed before.
    #[error("{count} of {} tasks cannot be run; nothing was scored", count + others)]
    Refused {
        /// How many.
        count: usize,
        /// How many can be.
        others: usize,
        /// The first one's exit code.
        code: u8,
    },
    /// Errors that were printed as they came.
    #[error("{count} of the run's parts failed; {kept}")]
    Parts {
        /// How many.
        count: usize,
        /// What there is all the same.
        kept: &'static str,
        /// The first one's exit code.
        code: u8,
    },
}

impl CliError {
    /// A usage error without more help.
    pub fn usage(message: impl Display) -> Self {
        Self::Usage { message: message.to_string(), help: None }
    }

    /// 1 internal · 2 usage · 3 data · 4 model · 5 interrupted.
    pub fn code(&self) -> u8 {
        match self {
            Self::Report(error) if error.is_internal() => 1,
            Self::Query(error) if error.is_internal() => 1,
            Self::Internal => 1,
            Self::Query(error) if error.is_usage() => 2,
            Self::Compare(error) if error.is_usage() => 2,
            Self::Gate(error) if error.is_usage() => 2,
            Self::Baseline(error) if error.is_usage() => 2,
            Self::Task(error) => task_code(error),
            Self::Refusal(refusal) => refusal.code(),
            Self::Usage { .. }
            | Self::Hub(HubError::BadName { .. } | HubError::Unknown { .. })
            | Self::Score { reason: RunnerError::Memory { .. }, .. } => 2,
            Self::Score { reason: RunnerError::Score { .. } | RunnerError::CannotWrite { .. }, .. }
            | Self::Model(_)
            | Self::Pull { .. }
            | Self::Selftest { .. }
            | Self::Arithmetic(_)
            | Self::Vocabulary(_) => 4,
            Self::Unscorable { .. }
            | Self::Invalid { .. }
            | Self::Hub(_)
            | Self::Store { .. }
            | Self::Text { .. }
            | Self::Score { .. }
            | Self::Report(_)
            | Self::Query(_)
            | Self::Compare(_)
            | Self::Gate(_)
            | Self::Baseline(_)
            | Self::Folder { .. }
            | Self::Io { .. }
            | Self::Neither { .. }
            | Self::Workload(_) => 3,
            Self::Interrupted { .. } => 5,
            Self::Parts { code, .. } | Self::Refused { code, .. } => *code,
        }
    }

    /// Prints the error to standard error.
    pub fn print(&self) {
        let mut theme =
            if terminal::stderr_color() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        if !terminal::is_utf8(|name| std::env::var(name).ok()) {
            theme.characters = ThemeCharacters::ascii();
        }
        let handler = GraphicalReportHandler::new_themed(theme).with_width(120).without_cause_chain();
        let mut text = String::new();
        if handler.render_report(&mut text, self).is_err() {
            text = self.to_string();
        }
        say(text.trim_end());
    }

    /// Prints the error and gives its exit code.
    pub fn report(&self) -> ExitCode {
        self.print();
        ExitCode::from(self.code())
    }
}

/// The exit code of a task's error: a name that means nothing is a mistake of the command line.
pub const fn task_code(error: &TaskError) -> u8 {
    match error {
        TaskError::UnknownTask { .. } | TaskError::UnknownSuite { .. } => 2,
        _ => 3,
    }
}

impl Diagnostic for CliError {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        match self {
            Self::Usage { help: Some(help), .. } | Self::Query(QueryError::Sql { help, .. }) => Some(Box::new(help)),
            Self::Refusal(refusal) => refusal.help(),
            Self::Pull { typed: Some(typed), .. } => Some(Box::new(format!(
                "{typed} is neither a bundled model nor a folder here, so it was taken for a model of the hub"
            ))),
            Self::Model(ZooError::UnknownModel { reference, .. }) => {
                Some(Box::new(crate::models::suggestion(reference)))
            }
            Self::Folder { .. } => Some(Box::new("choose another --out")),
            Self::Unscorable { others: 1, .. } => Some(Box::new("one more document of this task fails")),
            Self::Unscorable { others: n @ 2.., .. } => Some(Box::new(format!("{n} more documents of this task fail"))),
            Self::Refused { others: 1.., .. } => Some(Box::new("--keep-going runs the others")),
            _ => None,
        }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        match self {
            Self::Query(QueryError::Sql { place, .. }) => Some(&place.sql),
            _ => None,
        }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        match self {
            Self::Query(QueryError::Sql { place, .. }) => {
                let label = |span: &std::ops::Range<usize>| LabeledSpan::underline((span.start, span.len()));
                place.span.as_ref().map(|span| Box::new(std::iter::once(label(span))) as Box<dyn Iterator<Item = _>>)
            }
            _ => None,
        }
    }
}
