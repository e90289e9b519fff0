//! `reliability`: whether models that are sure are right, for tasks with choices.

mod layout;

use super::items::{is_member, label, metric};
use super::{About, Chart, Figure, Key, LegendEntry, Material, Plot, Scene, protocol};
use crate::gather::TaskDocs;
use crate::number::count;
use crate::{Card, Overview, choices};
use polars::prelude::Column;
use std::sync::Arc;
use yardstick_core::{Estimate, Sample};
use yardstick_stats::{CalibrationBin, calibration_bins, calibration_error_estimate};

/// Share of right answers against confidence, a figure a task, a plot a model.
pub(super) struct Reliability;

/// Tasks with a figure, and models of a figure.
const TASKS: usize = 24;
const MODELS: usize = 12;

impl Chart for Reliability {
    fn card(&self) -> Card {
        Card {
            id: "reliability",
            summary: "share of right answers against confidence, with the calibration error (ECE)",
        }
    }

    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        let has_choices =
            |task: &&TaskDocs| task.card.output_type == "multiple_choice" && !is_member(overview, task.card);
        let mut tasks = material.documents.tasks.iter().filter(has_choices);
        let mut figures: Vec<Figure> = tasks.by_ref().take(TASKS).filter_map(|task| figure(overview, task)).collect();
        let hidden = tasks.count();
        if hidden > 0 {
            let note = format!("{hidden} more tasks with choices have no such picture.");
            for figure in &mut figures {
                figure.notes.push(note.clone());
            }
        }
        figures
    }
}

/// What is drawn.
#[derive(Debug, PartialEq)]
struct Diagram {
    panels: Vec<Panel>,
}

/// A model.
#[derive(Debug, PartialEq)]
struct Panel {
    /// Its column in the overview.
    column: usize,
    label: String,
    n: u64,
    /// Share of right answers.
    right: f64,
    /// Mean confidence.
    confidence: f64,
    ece: Estimate,
    bins: Vec<CalibrationBin>,
}

fn figure(overview: &Overview, task: &TaskDocs) -> Option<Figure> {
    let metric = metric(task.card).filter(|metric| metric.name.starts_with("acc"))?;
    let panels = (0..overview.models.len()).filter_map(|column| {
        let answers: Vec<(f64, bool)> = task.docs.iter().filter_map(|doc| answer(doc[column]?, &metric.name)).collect();
        (!answers.is_empty()).then(|| panel(overview, column, &answers))
    });
    let panels: Vec<Panel> = panels.take(MODELS).collect();
    let is_some = !panels.is_empty();
    let label = label(overview, task.card);
    is_some.then(|| Figure {
        chart: "reliability",
        stem: format!("reliability-{}", super::pick::file_name(&label)),
        about: About::Task { id: task.card.id.clone(), asked: task.card.prompt_hash.clone() },
        title: format!("{label}: how often sure answers are right"),
        subtitle: format!(
            "{}; {}; whiskers: 95 % intervals; dashed: as sure as right",
            metric.name,
            protocol::of_task(task.card)
        ),
        notes: notes(&metric.name, task, overview.models.len().saturating_sub(MODELS)),
        partial: overview.partial,
        legend: [
            (Key::Dashed, "as often right as sure"),
            (Key::Shade(layout::STRIP), "documents by confidence, their numbers below"),
        ]
        .map(|(key, label)| LegendEntry { key, label: label.to_owned() })
        .into(),
        plot: Arc::new(Diagram { panels }),
    })
}

/// How sure a model is of its choice, and whether it is right; `None` without two choices that can be compared.
fn answer(sample: &Sample, metric: &str) -> Option<(f64, bool)> {
    let scores = choices::scores(sample, metric);
    let chosen = choices::chosen(&scores).filter(|_| scores.len() > 1 && scores.len() == sample.choices.len())?;
    let confidence = choices::probabilities(&scores)[chosen];
    confidence.is_finite().then(|| (confidence, choices::right(sample).contains(&chosen)))
}

fn panel(overview: &Overview, column: usize, answers: &[(f64, bool)]) -> Panel {
    let n = answers.len() as f64;
    Panel {
        column,
        label: overview.models[column].label.clone(),
        n: answers.len() as u64,
        right: answers.iter().filter(|answer| answer.1).count() as f64 / n,
        confidence: answers.iter().map(|answer| answer.0).sum::<f64>() / n,
        ece: calibration_error_estimate(answers),
        bins: calibration_bins(answers),
    }
}

fn notes(metric: &str, task: &TaskDocs, hidden: usize) -> Vec<String> {
    let scores = match metric.split(',').next().unwrap_or(metric) {
        "acc_norm" => "log-likelihoods divided by the choices' characters",
        "acc_bytes" => "log-likelihoods divided by the choices' bytes",
        "acc_tokens" => "log-likelihoods divided by the choices' tokens",
        "acc_mutual_info" => "what the context adds to the choices' log-likelihoods",
        _ => "the choices' log-likelihoods",
    };
    let samples = || task.docs.iter().flatten().flatten();
    let (few, many) = samples().fold((usize::MAX, 0), |(a, b), s| (a.min(s.choices.len()), b.max(s.choices.len())));
    let choices = if few == many { count(many as u64) } else { format!("{few} to {many}") };
    let confidence = format!(
        "Confidence: the largest of the softmax of {scores}; among {choices} choices never below 1/{many}. 15 bins of equal width; \
         empty ones have no dot."
    );
    let ece = "ECE: mean distance of dots from the dashed line, weighted by documents, with a bootstrap interval; above 0 even for \
               perfect confidence, the more so the fewer documents there are.";
    let hidden = (hidden > 0).then(|| format!("{hidden} models are not shown."));
    [Some(confidence), Some(ece.to_owned()), hidden].into_iter().flatten().collect()
}

impl Plot for Diagram {
    fn table(&self) -> Vec<Column> {
        let lines: Vec<(&Panel, &CalibrationBin)> =
            self.panels.iter().flat_map(|panel| panel.bins.iter().map(move |bin| (panel, bin))).collect();
        let floats = |name: &str, of: &dyn Fn(&Panel, &CalibrationBin) -> Option<f64>| {
            Column::new(name.into(), lines.iter().map(|(p, b)| of(p, b)).collect::<Vec<_>>())
        };
        vec![
            Column::new("model".into(), lines.iter().map(|(p, _)| p.label.clone()).collect::<Vec<_>>()),
            floats("from", &|_, b| Some(b.from)),
            floats("to", &|_, b| Some(b.to)),
            Column::new("n".into(), lines.iter().map(|(_, b)| b.n).collect::<Vec<_>>()),
            floats("confidence", &|_, b| Some(b.confidence)),
            floats("right", &|_, b| Some(b.right)),
            floats("low", &|_, b| Some(b.interval.low)),
            floats("high", &|_, b| Some(b.interval.high)),
            floats("ece", &|p, _| Some(p.ece.value)),
            floats("ece_low", &|p, _| p.ece.low),
            floats("ece_high", &|p, _| p.ece.high),
        ]
    }

    fn scene(&self, figure: &Figure) -> Scene {
        layout::scene(figure, self)
    }

    fn extent(&self) -> String {
        let errors: Vec<String> =
            self.panels.iter().map(|panel| format!("{} ECE {:.1} %", panel.label, 100.0 * panel.ece.value)).collect();
        errors.join(", ")
    }
}
