//! lm-eval's own files, for scripts that read those.

use super::{Format, Put};
use crate::lm_eval;
use crate::{Card, Report, ReportError};

/// A folder per model.
pub(super) struct LmEval;

impl Format for LmEval {
    fn card(&self) -> Card {
        Card {
            id: "lm-eval",
            summary: "<model>/results_<date>.json and samples_<task>_<date>.jsonl, as lm-evaluation-harness 0.4.13 writes them",
        }
    }

    fn write(&self, report: &Report, put: &mut Put) -> Result<(), ReportError> {
        lm_eval::write(report.runs, put)
    }
}
