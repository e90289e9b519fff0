//! `report.md`: what was run, the results with their errors, the charts, and how to read them.

use super::{Format, Put};
use crate::number::{Unit, count, metric_name, parameters};
use crate::overview::{ModelColumn, Row, RowKind};
use crate::partial::lack;
use crate::table::{best, chance, n};
use crate::text::markdown as escape;
use crate::{Artifact, Card, Report, ReportError};
use yardstick_core::{ModelCard, Reference, RunRecord, RunStatus, TaskCard};

/// A page for people.
pub(super) struct Markdown;

impl Format for Markdown {
    fn card(&self) -> Card {
        Card { id: "markdown", summary: "report.md: results, intervals, charts, protocol and warnings" }
    }

    fn is_standard(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, put: &mut Put) -> Result<(), ReportError> {
        let sections = [
            title(report),
            runs(report),
            models(report),
            results(report),
            charts(report),
            warnings(report),
            tasks(report),
            protocols(report),
            intervals(report),
            how_to_read(report),
        ];
        let page = sections.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("\n");
        put(Artifact { path: "report.md".to_owned(), bytes: page.into_bytes() })
    }
}

fn title(report: &Report) -> String {
    lack(&report.records).map_or_else(
        || "# Evaluation report\n".to_owned(),
        |lack| format!("# Evaluation report (PARTIAL)\n\n**PARTIAL RUN: {lack}**\n"),
    )
}

fn runs(report: &Report) -> String {
    let row = |(at, record): (usize, &&RunRecord)| {
        let spec = &record.spec;
        let limit = spec.limit.map_or("all".to_owned(), |limit| format!("first {}", count(limit as u64)));
        let context = spec.context.map_or("the model's".to_owned(), |n| format!("{n} tokens"));
        let environment = &record.environment;
        let machine = format!("{} {}, {} threads", environment.os, environment.arch, environment.threads);
        let cells = [status(record.status), &record.started, &record.version, &limit, &context, &machine];
        let number = (at + 1).to_string();
        line([number].into_iter().chain(cells.into_iter().map(escape)).chain([format!("{:.1} s", record.seconds)]))
    };
    let heading = ["run", "status", "started", "yardstick", "documents per task", "context", "machine", "time"];
    section("Runs", &table(&heading, 0, report.records.iter().enumerate().map(row)))
}

const fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Complete => "complete",
        RunStatus::Partial => "PARTIAL",
    }
}

fn models(report: &Report) -> String {
    let row = |model: &ModelColumn| {
        let card = &model.card;
        let context = model.context.map_or(card.n_ctx, |n| n.min(card.n_ctx));
        let weights: String = card.weights_sha256.chars().take(12).collect();
        line([
            escape(&model.label),
            escape(&family(card)),
            parameters(card.n_params),
            format!("{} × {}", card.n_layer, card.n_embd),
            context.to_string(),
            escape(&weights_type(card)),
            escape(&weights),
        ])
    };
    let heading = ["model", "family", "parameters", "layers × width", "context", "weights", "sha256"];
    section("Models", &table(&heading, 0, report.overview.models.iter().map(row)))
}

/// The family, and how it scores where that is no log-likelihood.
fn family(card: &ModelCard) -> String {
    if card.scoring.is_causal() { card.family.clone() } else { format!("{}, {}", card.family, card.scoring.name()) }
}

/// The type on disk, and how the weights were held where that rounds them.
fn weights_type(card: &ModelCard) -> String {
    if card.storage == "f32" { card.dtype.clone() } else { format!("{} as {}", card.dtype, card.storage) }
}

fn results(report: &Report) -> String {
    let models: Vec<String> = report.overview.models.iter().map(|m| escape(&m.label)).collect();
    let heading: Vec<&str> =
        ["task", "metric", "n", "chance"].into_iter().chain(models.iter().map(String::as_str)).collect();
    let row = |row: &Row| {
        let best = best(row);
        let cell = |(m, cell): (usize, &Option<_>)| match cell {
            Some(estimate) if best == Some(m) => format!("**{}**", row.unit.with_error(estimate)),
            Some(estimate) => row.unit.with_error(estimate),
            None => "–".to_owned(),
        };
        let task =
            if row.kind == RowKind::Group { format!("{} (group)", escape(&row.label)) } else { escape(&row.label) };
        let left = [task, metric_heading(row), n(row), chance(row)];
        line(left.into_iter().chain(row.cells.iter().enumerate().map(cell)))
    };
    let note = "Value ± standard error; the best model of a row in bold. Intervals are further down.\n";
    let scoring = |model: &ModelColumn| Some(format!("{}: {}.\n", escape(&model.label), model.card.scoring.note()?));
    let scoring: String = report.overview.models.iter().filter_map(scoring).collect();
    section("Results", &format!("{}\n{note}{scoring}", table(&heading, 2, report.overview.shown(false).map(row))))
}

fn metric_heading(row: &Row) -> String {
    let arrow = row.higher_is_better.map_or("", |higher| if higher { " ↑" } else { " ↓" });
    format!("{}{arrow}{}", escape(&row.metric), row.unit.suffix())
}

fn charts(report: &Report) -> String {
    let picture = |figure: &crate::Figure| {
        let files = ["png", "csv"].map(|ext| format!("[{ext}](charts/{}.{ext})", figure.stem));
        format!("![{}](charts/{}.svg)\n\n{}\n", escape(&figure.alt()), figure.stem, files.join(" · "))
    };
    let pictures: Vec<String> = report.figures.iter().map(picture).collect();
    if pictures.is_empty() { String::new() } else { section("Charts", &pictures.join("\n")) }
}

fn warnings(report: &Report) -> String {
    let mut list: Vec<String> = Vec::new();
    // What the report itself leaves out comes first.
    for warning in report.overview.warnings.iter().chain(report.records.iter().flat_map(|record| &record.warnings)) {
        let item = format!("- {}\n", escape(warning));
        // Runs of the same task warn of the same things.
        if !list.contains(&item) {
            list.push(item);
        }
    }
    if list.is_empty() { String::new() } else { section("Warnings", &list.concat()) }
}

fn tasks(report: &Report) -> String {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut rows = Vec::new();
    for task in report.records.iter().flat_map(|record| &record.tasks) {
        let key = (task.id.as_str(), task.prompt_hash.as_str());
        if !seen.contains(&key) {
            seen.push(key);
            rows.push(task_row(task));
        }
    }
    let heading = ["task", "what", "asked as", "version", "shots", "dataset", "split", "documents", "prompts (sha256)"];
    section("Tasks", &table(&heading, 0, rows.into_iter()))
}

/// What papers leave open and what their tasks do about it; what the papers print.
fn protocols(report: &Report) -> String {
    let mut cards: Vec<&TaskCard> = Vec::new();
    for card in report.records.iter().flat_map(|record| &record.tasks) {
        if !cards.iter().any(|seen| seen.id == card.id) {
            cards.push(card);
        }
    }
    let choices = cards.iter().flat_map(|&card| card.choices.iter().map(move |choice| (card, choice)));
    let choices = choices.map(|(card, choice)| line([escape(&card.id), escape(choice)]));
    let references = cards.iter().flat_map(|&card| card.references.iter().map(move |reference| (card, reference)));
    let references = references.map(|(card, reference)| {
        let Reference { model, metric, shots, value, source, .. } = reference;
        let value = Unit::of(metric).value(*value);
        line([escape(&card.id), escape(metric_name(metric)), shots.to_string(), escape(model), value, escape(source)])
    });
    let choices: Vec<String> = choices.collect();
    let references: Vec<String> = references.collect();
    let mut out = String::new();
    if !choices.is_empty() {
        out += &section("Choices where a paper leaves one open", &table(&["task", "choice"], 2, choices.into_iter()));
    }
    if !references.is_empty() {
        let heading = ["task", "metric", "shots", "model", "printed", "source"];
        out += &section("What the papers print", &table(&heading, 4, references.into_iter()));
    }
    out
}

fn task_row(task: &TaskCard) -> String {
    let name = task.dataset.name.as_ref().map_or(String::new(), |name| format!(", {name}"));
    let documents = if task.n_docs == task.n_available {
        count(task.n_docs)
    } else {
        format!("{} of {}", count(task.n_docs), count(task.n_available))
    };
    line([
        escape(&task.id),
        escape(&task.description),
        escape(&task.output_type),
        escape(&task.version),
        shots(task),
        escape(&format!("{}{name}", task.dataset.path)),
        escape(&task.dataset.split),
        documents,
        escape(&task.prompt_hash.chars().take(12).collect::<String>()),
    ])
}

/// How many examples, and how they were chosen: `3 (keyed, seed 1234, validation)`.
fn shots(task: &TaskCard) -> String {
    let Some(fewshot) = &task.fewshot else { return task.shots.to_string() };
    let seed = fewshot.seed.map_or(String::new(), |seed| format!("seed {seed}, "));
    escape(&format!("{} ({}, {seed}{})", task.shots, fewshot.draw, fewshot.pool.split))
}

fn intervals(report: &Report) -> String {
    let rows = report.overview.shown(true).flat_map(|row| {
        let cells = row.cells.iter().zip(&report.overview.models);
        cells.filter_map(move |(cell, model)| {
            let estimate = cell.as_ref()?;
            Some(line([
                escape(&row.label),
                metric_heading(row),
                escape(&model.label),
                row.unit.with_error(estimate),
                row.unit.interval(estimate).unwrap_or_else(|| "–".to_owned()),
                count(estimate.n),
                escape(&estimate.method),
            ]))
        })
    });
    let heading = ["task", "metric", "model", "value ± error", "95 % interval", "n", "method"];
    let table = table(&heading, 3, rows);
    section(
        "Intervals",
        &format!("<details><summary>Every value with its 95 % interval</summary>\n\n{table}\n</details>\n"),
    )
}

fn how_to_read(report: &Report) -> String {
    let mut names: Vec<&str> = report.overview.rows.iter().map(|row| row.metric.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let metric = |name: &&str| format!("- {}: {}.\n", escape(name), escape(metric_name(name)));
    let metrics: Vec<String> = names.iter().map(metric).collect();
    section("How to read this", &format!("{HOW_TO_READ}\nMetrics:\n\n{}", metrics.concat()))
}

const HOW_TO_READ: &str = "\
A task's id names its protocol: prompts, choices and metric. Numbers compare only where id and prompt hash are equal; where
runs differ in them, the id is followed by the beginning of the hash and the runs stand in different rows.

Every error says how far a value would move with other documents of the same kind: standard error and 95 % interval treat
documents as independent draws, by the method that the table of intervals names. Differences between models on the same
documents are usually known more precisely than these intervals suggest.

Chance is what guessing gets: one over the number of choices, averaged over documents. ↑ means higher is better, ↓ lower.
A group is the mean over its tasks. Values of published papers in charts come from other code and often another protocol:
they show a scale, not a target.
";

fn section(title: &str, body: &str) -> String {
    format!("## {title}\n\n{body}")
}

/// A table whose first `left` columns hold words and the others numbers; `left` 0 means words everywhere.
fn table(heading: &[&str], left: usize, rows: impl Iterator<Item = String>) -> String {
    let rule = (0..heading.len()).map(|at| if left > 0 && at >= left { "---:" } else { "---" }.to_owned());
    let mut out = line(heading.iter().map(|&h| h.to_owned()));
    out.push_str(&line(rule));
    out.extend(rows);
    out
}

fn line(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |\n", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::artifacts;
    use crate::{Run, testing};
    use insta::assert_snapshot;

    fn page(records: Vec<RunRecord>) -> String {
        let runs: Vec<Run> = records.into_iter().map(|record| Run { record, samples: Vec::new() }).collect();
        let artifacts = artifacts(&Markdown, &Report::new(&runs, &[], &testing::value));
        String::from_utf8(artifacts[0].bytes.clone()).expect("UTF-8")
    }

    #[test]
    fn four_by_eleven() {
        assert_snapshot!(page(vec![testing::four_by_eleven()]));
    }

    #[test]
    fn partial_and_other_prompts() {
        let first = testing::one_by_one("piqa");
        let mut second = testing::with_group();
        second.status = RunStatus::Partial;
        second.tasks[0].prompt_hash = "abcdef".repeat(8);
        assert_snapshot!(page(vec![first, second]));
    }

    #[test]
    fn what_is_not_shown_is_named() {
        let first = testing::one_by_one("piqa");
        let mut second = first.clone();
        second.results[0].estimate.value = 0.75;
        let page = page(vec![first, second]);
        let (_, warnings) = page.split_once("## Warnings").expect("warnings");
        assert!(warnings.trim_start().starts_with("- gpt2-micro: run 1 (") && warnings.contains("not 0.75"), "{page}");
    }

    #[test]
    fn hostile_names_stay_text() {
        let page = page(vec![testing::hostile()]);
        assert!(!page.contains("<script") && !page.contains('\u{1b}') && !page.contains("<b>"), "{page}");
        assert_snapshot!(page);
    }
}
