//! What can go wrong with kept runs.

use crate::number::counted;
use crate::{CompareError, ReportError};
use std::io;
use std::path::PathBuf;

/// Why a baseline could not be kept, found or drawn.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// A name that could be mistaken for a path or a place in a history.
    #[error(
        "a baseline cannot be called {name:?}: letters, digits, `-`, `_` and `.`, at most 100, and it begins with a letter or digit"
    )]
    Name {
        /// As typed.
        name: String,
    },
    /// A reference that is none.
    #[error("{text:?} is no baseline: write NAME, or NAME~2 for two saves before the latest")]
    Reference {
        /// As typed.
        text: String,
    },
    /// A name that nothing was saved under.
    #[error("{} has no baseline {name:?}{}; `yardstick baseline save {name} RUN` makes one", store.display(), known_names(known))]
    Unknown {
        /// Where was looked.
        store: PathBuf,
        /// The name.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A save before the first one.
    #[error("baseline {name} has {}, so there is no {name}~{back}", counted(*saves, "save"))]
    TooFarBack {
        /// The name.
        name: String,
        /// How far back.
        back: usize,
        /// How many there are.
        saves: usize,
    },
    /// A run that did not finish.
    #[error("{} is an unfinished run: finish it with the command that began it before it becomes a baseline", run.display())]
    Unfinished {
        /// The run folder.
        run: PathBuf,
    },
    /// Something in the store that is not what was put there.
    #[error("{} is damaged: {reason}; delete it and save the run again", path.display())]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file or folder of the store that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A task, metric or model that a save does not have.
    #[error("save {save} of {name} has no {what} {wanted:?}; it has {}", known.join(", "))]
    NotInSave {
        /// Counted from 1.
        save: usize,
        /// The baseline.
        name: String,
        /// `task`, `metric` or `model`.
        what: &'static str,
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A save that is not there.
    #[error("baseline {name} has {}, counted from 1, and no save {wanted}", counted(*saves, "save"))]
    NoSave {
        /// The baseline.
        name: String,
        /// Counted from 1.
        wanted: usize,
        /// How many there are.
        saves: usize,
    },
    /// Two saves that cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// A run folder.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl BaselineError {
    /// Whether the command line is at fault, and not the store or a run.
    pub const fn is_usage(&self) -> bool {
        match self {
            Self::Name { .. }
            | Self::Reference { .. }
            | Self::Unknown { .. }
            | Self::TooFarBack { .. }
            | Self::NotInSave { .. }
            | Self::NoSave { .. } => true,
            Self::Compare(error) => error.is_usage(),
            Self::Unfinished { .. } | Self::Damaged { .. } | Self::Io { .. } | Self::Report(_) => false,
        }
    }
}

fn known_names(known: &[String]) -> String {
    if known.is_empty() { String::new() } else { format!("; there are {}", known.join(", ")) }
}
