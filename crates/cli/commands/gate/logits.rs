//! The diff that a policy's limits on logits are held against.

use crate::error::CliError;
use std::path::Path;
use yardstick_report::{GateError, LogitFigures, Policy};

/// What was given, where the policy asks for it.
///
/// # Errors
/// It asks for one and none is given, or the file is no diff.
pub fn given(policy: &Policy, file: Option<&Path>) -> Result<Option<LogitFigures>, CliError> {
    match (&policy.logits, file) {
        (None, None) => Ok(None),
        (None, Some(file)) => Err(CliError::usage(format!(
            "{} sets no limits on logits, so there is nothing to hold --diff {} against; add [logits] or leave it out",
            policy.file,
            file.display()
        ))),
        (Some(_), Some(file)) => Ok(Some(LogitFigures::read(file)?)),
        (Some(limits), None) => Err(GateError::NoDiff { file: policy.file.clone(), line: limits.line }.into()),
    }
}
