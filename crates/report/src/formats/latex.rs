//! `results.tex`: the results as a table for a paper.

use super::{Format, Put};
use crate::number::Unit;
use crate::overview::{Row, RowKind};
use crate::partial::lack;
use crate::table::{best, chance, n};
use crate::text::latex as escape;
use crate::{Artifact, Card, Report, ReportError};
use std::fmt::Write;
use yardstick_core::Estimate;

/// A booktabs table to be read with `\input`.
pub(super) struct Latex;

impl Format for Latex {
    fn card(&self) -> Card {
        Card { id: "latex", summary: "results.tex: a booktabs table with 95 % intervals, for \\input" }
    }

    fn write(&self, report: &Report, put: &mut Put) -> Result<(), ReportError> {
        put(Artifact { path: "results.tex".to_owned(), bytes: table(report).into_bytes() })
    }
}

/// What stands left of the models: task, metric, documents, chance.
const LEFT: usize = 4;

/// The whole file. A model has two columns, its values and their intervals, so that both line up.
fn table(report: &Report) -> String {
    let models = &report.overview.models;
    let rows: Vec<&Row> = report.overview.shown(false).collect();
    let mut out = preamble(report);
    let _ = writeln!(out, "\\begin{{tabular}}{{@{{}}llrr{}@{{}}}}", "r@{\\,}l".repeat(models.len()));
    out.push_str("\\toprule\n");
    let names = models.iter().map(|model| format!("\\multicolumn{{2}}{{c}}{{{}}}", escape(&model.label)));
    push_line(&mut out, ["task", "metric", "$n$", "chance"].map(str::to_owned).into_iter().chain(names));
    for at in 0..models.len() {
        let first = LEFT + 1 + 2 * at;
        let _ = write!(out, "\\cmidrule(lr){{{first}-{}}}", first + 1);
    }
    out.push_str(if models.is_empty() { "\\midrule\n" } else { "\n" });
    let mut before: Option<&Row> = None;
    for row in rows {
        push_line(&mut out, cells(row, before.is_some_and(|before| before.label == row.label)));
        before = Some(row);
    }
    if lack(&report.records).is_some() {
        let (all, words) = (LEFT + 2 * models.len(), "\\textbf{PARTIAL RUN}: models, tasks or documents are missing");
        let _ = writeln!(out, "\\midrule\n\\multicolumn{{{all}}}{{@{{}}l@{{}}}}{{{words}}} \\\\");
    }
    out.push_str("\\bottomrule\n\\end{tabular}\n");
    out
}

/// What the table needs and what it says, as comments.
fn preamble(report: &Report) -> String {
    let mut out = String::from(
        "% Made by yardstick from its run folders. Needs \\usepackage{booktabs} and \\usepackage[T1]{fontenc}.\n\
         % Value and 95 % interval; the best value of a row is bold, which says nothing of whether it differs from the next:\n\
         % yardstick compare tests that. An arrow is the direction of better.\n\
         % A table wider than the page: \\resizebox{\\textwidth}{!}{\\input{results.tex}} (package graphicx).\n",
    );
    if let Some(lack) = lack(&report.records) {
        let _ = writeln!(out, "% PARTIAL RUN: {}", crate::text::visible(lack));
    }
    out
}

fn cells(row: &Row, same_task: bool) -> Vec<String> {
    let task = match (same_task, row.kind) {
        (true, _) => String::new(),
        (false, RowKind::Group) => format!("{} (group)", escape(&row.label)),
        (false, _) => escape(&row.label),
    };
    let arrow = row.higher_is_better.map_or("", |higher| if higher { " $\\uparrow$" } else { " $\\downarrow$" });
    let metric = format!("{}{arrow}{}", escape(&row.metric), escape(row.unit.suffix()));
    let left = [task, metric, number(&n(row)), number(&chance(row))];
    let best = best(row);
    let models =
        row.cells.iter().enumerate().flat_map(|(at, cell)| model_cells(row.unit, cell.as_ref(), best == Some(at)));
    left.into_iter().chain(models).collect()
}

/// Value and interval; the interval is empty where there is none.
fn model_cells(unit: Unit, cell: Option<&Estimate>, is_best: bool) -> [String; 2] {
    let Some(estimate) = cell else { return ["--".to_owned(), String::new()] };
    let value = number(&unit.value(estimate.value));
    let value = if is_best { format!("\\textbf{{{value}}}") } else { value };
    let interval = unit.interval(estimate).map_or_else(String::new, |interval| {
        let ends = interval.replace(" to ", ", ");
        format!("{{\\scriptsize [{}]}}", number(&ends))
    });
    [value, interval]
}

/// A number as it is written for people; a sign is a minus, not a hyphen, and a comma no break.
fn number(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '-' | '−' => out.push_str("$-$"),
            ',' => out.push_str("{,}"),
            '∞' => out.push_str("$\\infty$"),
            '–' => out.push_str("--"),
            c => out.push(c),
        }
    }
    out.replace("{,} ", ", ").replace("e$-$", "e-")
}

fn push_line(out: &mut String, cells: impl IntoIterator<Item = String>) {
    out.push_str(&cells.into_iter().collect::<Vec<_>>().join(" & "));
    out.push_str(" \\\\\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::artifacts;
    use crate::{Run, testing};
    use insta::assert_snapshot;
    use yardstick_core::{RunRecord, RunStatus};

    fn file(record: RunRecord) -> String {
        let runs = [Run { record, samples: Vec::new() }];
        String::from_utf8(artifacts(&Latex, &Report::numbers(&runs))[0].bytes.clone()).expect("UTF-8")
    }

    /// Every line has as many cells as the table has columns, and every brace its partner.
    #[expect(clippy::needless_pass_by_value, reason = "records are made for it")]
    fn check(record: RunRecord) -> String {
        let (text, n_models) = (file(record.clone()), record.models.len());
        let lines = text.lines().filter(|line| line.ends_with("\\\\") && !line.contains("PARTIAL"));
        for line in lines.clone() {
            let cells = line.replace("\\&", "").matches('&').count() + 1;
            let spanned = line.matches("\\multicolumn{2}").count();
            assert_eq!(cells + spanned, LEFT + 2 * n_models, "{line}");
        }
        assert!(lines.count() > 1, "{text}");
        let plain = text.replace("\\{", "").replace("\\}", "");
        assert_eq!(plain.matches('{').count(), plain.matches('}').count(), "{text}");
        assert_eq!(plain.matches('$').count() % 2, 0, "{text}");
        text
    }

    #[test]
    fn four_by_eleven() {
        assert_snapshot!(check(testing::four_by_eleven()));
    }

    #[test]
    fn hostile_names() {
        let text = check(testing::hostile());
        assert!(!text.contains("<script>") && text.contains("\\textless{}script\\textgreater{}"), "{text}");
        assert_snapshot!(text);
    }

    #[test]
    fn a_partial_run_with_a_group_says_so() {
        let mut record = testing::with_group();
        record.status = RunStatus::Partial;
        record.results.retain(|result| result.model != "gpt2-micro");
        record.results[0].estimate.value = f64::INFINITY;
        let text = check(record);
        assert!(text.contains("% PARTIAL RUN") && text.contains("blimp (group)") && text.contains("\\infty"), "{text}");
    }
}
