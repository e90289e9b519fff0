//! `yardstick query`: SQL over runs.

use super::{print_bytes, print_text};
use crate::args::{AnswerFormat, QueryArgs};
use crate::baselines::run_folder;
use crate::error::CliError;
use crate::terminal::{color, width};
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use yardstick_report::{Answer, AnswerOptions, query as ask};

/// Asks the runs and prints the answer, or writes it into a file.
///
/// # Errors
/// A folder that is no run, a query that has no answer, or a file that cannot be written.
pub fn query(args: &QueryArgs, json: bool) -> Result<(), CliError> {
    let format = args.format.unwrap_or(if json { AnswerFormat::Json } else { AnswerFormat::Table });
    if format == AnswerFormat::Parquet && args.out.is_none() && stdout().is_terminal() {
        return Err(CliError::usage("parquet is no text for a terminal: name a file with --out"));
    }
    let run = |run: &PathBuf| Ok((run.display().to_string(), run_folder(run)?));
    let runs = args.runs.iter().map(run).collect::<Result<Vec<_>, CliError>>()?;
    let answer = ask(&runs, &args.sql)?;
    let bytes = written(&answer, format, args)?;
    match &args.out {
        Some(path) => write(path, &bytes),
        None if format == AnswerFormat::Table => print_text(&String::from_utf8_lossy(&bytes)),
        None => print_bytes(&bytes),
    }
}

fn written(answer: &Answer, format: AnswerFormat, args: &QueryArgs) -> Result<Vec<u8>, CliError> {
    let rows = if args.rows == 0 { usize::MAX } else { args.rows };
    Ok(match format {
        AnswerFormat::Table => {
            let color = color() && args.out.is_none();
            answer.table(&AnswerOptions { width: width(), rows, color }).into_bytes()
        }
        AnswerFormat::Markdown => answer.markdown(rows).into_bytes(),
        AnswerFormat::Json => format!("{:#}\n", answer.json()).into_bytes(),
        AnswerFormat::Csv => answer.csv().map_err(yardstick_report::QueryError::from)?,
        AnswerFormat::Parquet => answer.parquet().map_err(yardstick_report::QueryError::from)?,
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    std::fs::write(path, bytes).map_err(|source| CliError::Io { path: path.display().to_string(), source })
}
