//! `timeline`: runs of one model's name in the order of time, each held against the first.

use super::{About, Chart, Figure, Material};
use crate::baseline::timeline_figure;
use crate::{Card, Run, Save, SavedModel, TimelineOptions};
use std::collections::BTreeMap;
use yardstick_core::{RunStatus, TaskCard};

/// A task over runs, with the band that an unchanged model stays in: the baseline's timeline, for a report's own runs.
pub(super) struct Timeline;

/// So many runs are a line.
const LEAST: usize = 3;
/// Figures of a report.
const MOST: usize = 24;
/// Chance that any run leaves its band although the model never changed.
const ALPHA: f64 = 0.05;

impl Chart for Timeline {
    fn card(&self) -> Card {
        Card { id: "timeline", summary: "a task over runs of one name, with the band that an unchanged model stays in" }
    }

    /// None where no name has three complete runs of a task.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let lines = lines(material.runs);
        let mut figures: Vec<Figure> = lines.iter().filter_map(|line| line.figure(material)).take(MOST).collect();
        let hidden = lines.len().saturating_sub(MOST);
        if hidden > 0 {
            let note = format!("{hidden} more timelines are left out.");
            for figure in &mut figures {
                figure.notes.push(note.clone());
            }
        }
        figures
    }
}

/// The complete runs of a model's name that asked the same.
struct Runs<'a> {
    name: &'a str,
    card: &'a TaskCard,
    /// In the order of time.
    in_turn: Vec<&'a Run>,
}

/// Each name and task with enough runs, in the order of the report.
fn lines(runs: &[Run]) -> Vec<Runs<'_>> {
    let mut order: Vec<&Run> = runs.iter().filter(|run| run.record.status == RunStatus::Complete).collect();
    order.sort_by_key(|run| &run.record.started);
    // The same run given twice is one.
    order.dedup_by_key(|run| &run.record.started);
    let mut lines: Vec<Runs> = Vec::new();
    let mut known: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for run in order {
        for model in &run.record.models {
            for card in &run.record.tasks {
                let key = (model.name.as_str(), card.id.as_str(), card.prompt_hash.as_str());
                let at = *known.entry(key).or_insert_with(|| {
                    lines.push(Runs { name: &model.name, card, in_turn: Vec::new() });
                    lines.len() - 1
                });
                lines[at].in_turn.push(run);
            }
        }
    }
    lines.retain(|line| line.in_turn.len() >= LEAST);
    lines
}

impl Runs<'_> {
    /// None where the runs cannot be compared: other documents, or a metric that is no number.
    fn figure(&self, material: &Material) -> Option<Figure> {
        let options = TimelineOptions {
            task: self.card.id.clone(),
            metric: None,
            model: Some(self.name.to_owned()),
            against: 1,
            alpha: ALPHA,
        };
        let saves: Vec<(Save, Run)> = self.in_turn.iter().map(|run| (self.save(run), self.only(run))).collect();
        let timeline = crate::Timeline::new(self.name, &saves, &options, material.value).ok()?;
        let figure = timeline_figure(&timeline, "run");
        Some(Figure {
            about: About::Task { id: self.card.id.clone(), asked: self.card.prompt_hash.clone() },
            subtitle: format!("{}; {}", figure.subtitle, super::protocol::of_task(self.card)),
            stem: self.stem(&timeline.metric),
            partial: material.overview.partial,
            ..figure
        })
    }

    fn stem(&self, metric: &str) -> String {
        let [task, metric, name] = [&self.card.id, metric, self.name].map(super::pick::file_name);
        format!("timeline-{task}_{metric}_{name}")
    }

    /// A run as if it were kept when it was started.
    fn save(&self, run: &Run) -> Save {
        let own = run.record.models.iter().filter(|card| card.name == self.name);
        let saved = own.map(|card| SavedModel { name: card.name.clone(), weights_sha256: card.weights_sha256.clone() });
        Save { time: run.record.started.clone(), object: String::new(), models: saved.collect() }
    }

    /// What the run has of this model and task.
    fn only(&self, run: &Run) -> Run {
        let is_own = |sample: &&yardstick_core::Sample| sample.model == self.name && sample.task == self.card.id;
        Run { record: run.record.clone(), samples: run.samples.iter().filter(is_own).cloned().collect() }
    }
}
