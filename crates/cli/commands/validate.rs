//! `yardstick validate`: do these tasks really run?

use super::{print, print_json, stores};
use crate::args::ValidateArgs;
use crate::columns::columns;
use crate::error::CliError;
use crate::stderr::warn;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use yardstick_tasks::{LoadOptions, RowReport, Rows, Spread, Status, Verdict};

/// So many tasks are listed one by one; of more, reasons are counted.
const MOST_LISTED: usize = 40;
/// Reasons that are listed for each status.
const MOST_REASONS: usize = 15;
/// Characters of a reason in the list of reasons.
const REASON_WIDTH: usize = 110;

/// Prints what is to be expected of each task.
///
/// # Errors
/// A name that means nothing; [`CliError::Invalid`] when not all tasks run.
pub fn validate(args: &ValidateArgs, as_json: bool) -> Result<(), CliError> {
    let rows = if args.no_data {
        Rows::MadeUp
    } else {
        let options = LoadOptions { limit: args.limit, ..LoadOptions::default() };
        Rows::Data { stores: stores(&args.data)?, options }
    };
    let (groups, tasks): (Vec<_>, Vec<_>) =
        args.folders.catalog()?.validate(&args.tasks, &rows)?.into_iter().partition(|verdict| verdict.is_group);
    for group in &groups {
        warn(format_args!("group {} cannot be read: {}", group.task, group.reason));
    }
    if as_json {
        print_json(&Value::Array(tasks.iter().map(object).collect()))?;
    } else if tasks.len() <= MOST_LISTED {
        print(&list(&tasks))?;
    } else {
        print(&format!("{}{}", table(&tasks), reasons(&tasks)))?;
    }
    let is_survey = args.no_data && args.tasks.iter().all(|name| Path::new(name).is_dir());
    let failed = tasks.iter().filter(|verdict| verdict.status != Status::Runs).count();
    if failed == 0 || is_survey { Ok(()) } else { Err(CliError::Invalid { failed, count: tasks.len() }) }
}

fn object(verdict: &Verdict) -> Value {
    let mut object = json!({ "task": verdict.task, "status": verdict.status.name(), "reason": verdict.reason });
    if let Some(rows) = &verdict.rows {
        object["rows"] = row_object(rows);
    }
    object
}

fn row_object(rows: &RowReport) -> Value {
    let spread = |spread: &Spread| json!({ "least": spread.least, "median": spread.median, "most": spread.most });
    let labels: serde_json::Map<_, _> = rows.labels.iter().map(|(label, n)| (label.to_string(), (*n).into())).collect();
    json!({
        "docs": rows.docs,
        "available": rows.available,
        "requests": rows.requests,
        "choices": rows.choices.as_ref().map(spread),
        "labels": labels,
        "context_chars": spread(&rows.context_chars),
        "scored_chars": spread(&rows.scored_chars),
        "duplicates": rows.duplicates,
        "warnings": rows.warnings,
    })
}

/// A line a task, and what its rows are like.
fn list(verdicts: &[Verdict]) -> String {
    let width = verdicts.iter().map(|verdict| verdict.task.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for verdict in verdicts {
        let text = verdict.rows.as_ref().map_or_else(|| verdict.reason.clone(), row_text);
        let line = format!("{:width$}  {:10}  {text}", verdict.task, verdict.status.name());
        let _ = writeln!(out, "{}", line.trim_end());
        for warning in verdict.rows.iter().flat_map(|rows| &rows.warnings) {
            let _ = writeln!(out, "{:width$}  warning: {warning}", "");
        }
    }
    out
}

fn row_text(rows: &RowReport) -> String {
    let mut parts =
        vec![format!("{} of {} documents", rows.docs, rows.available), format!("{} requests", rows.requests)];
    if let Some(choices) = &rows.choices {
        parts.push(format!("{} choices", range(choices)));
        let share =
            |(label, count): (&usize, &u64)| format!("{label} {:.0} %", 100.0 * *count as f64 / rows.docs as f64);
        parts.push(format!("right: {}", rows.labels.iter().map(share).collect::<Vec<_>>().join(", ")));
    }
    parts.push(format!("context {} characters", spread(&rows.context_chars)));
    parts.push(format!("scored {}", spread(&rows.scored_chars)));
    if rows.duplicates > 0 {
        parts.push(format!("{} duplicates", rows.duplicates));
    }
    parts.join("; ")
}

fn range(spread: &Spread) -> String {
    if spread.least == spread.most { spread.least.to_string() } else { format!("{}–{}", spread.least, spread.most) }
}

fn spread(spread: &Spread) -> String {
    if spread.least == spread.most {
        spread.most.to_string()
    } else {
        format!("{} (median {})", range(spread), spread.median)
    }
}

/// How many tasks have each status: those of YAML alone, and those that call Python functions.
fn table(verdicts: &[Verdict]) -> String {
    let mut rows = vec![["", "YAML alone", "with functions", "all"].map(str::to_owned).to_vec()];
    let row = |name: &str, has_status: &dyn Fn(&Verdict) -> bool| {
        let with = verdicts.iter().filter(|verdict| has_status(verdict) && verdict.has_functions).count();
        let all = verdicts.iter().filter(|verdict| has_status(verdict)).count();
        vec![name.to_owned(), (all - with).to_string(), with.to_string(), all.to_string()]
    };
    rows.extend(Status::ALL.iter().map(|status| row(status.name(), &|verdict| verdict.status == *status)));
    rows.push(row("all", &|_| true));
    columns(&rows)
}

/// The most frequent reasons of each status, with a task for each.
fn reasons(verdicts: &[Verdict]) -> String {
    let mut out = String::new();
    for status in Status::ALL {
        let mut counts: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for verdict in verdicts.iter().filter(|verdict| verdict.status == status && !verdict.cause.is_empty()) {
            counts.entry(&verdict.cause).or_insert((0, &verdict.task)).0 += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(cause, (count, _))| (std::cmp::Reverse(*count), *cause));
        if counts.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{}", status.name());
        for (cause, (count, task)) in counts.iter().take(MOST_REASONS) {
            let _ = writeln!(out, "{count:7}  {} (such as {task})", shortened(cause));
        }
        if let Some(more) = counts.len().checked_sub(MOST_REASONS).filter(|&more| more > 0) {
            let _ = writeln!(out, "         and {more} more reasons; --json has all of them");
        }
    }
    out
}

fn shortened(text: &str) -> String {
    let mut line: String = text.lines().next().unwrap_or_default().chars().take(REASON_WIDTH).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    line
}
