//! Panels of marks: the data of charts that show models on tasks.

use super::{Key, LegendEntry};
use crate::Overview;
use crate::number::{Unit, count};
use polars::prelude::Column;

/// Who is compared, and on what.
#[derive(Clone, Debug, PartialEq)]
pub struct Panels {
    /// Unit of every value, interval end and chance level.
    pub unit: Unit,
    /// Name of the value axis.
    pub value_label: String,
    /// Who is compared, in the order of the legend.
    pub series: Vec<Series>,
    /// One a task or group.
    pub panels: Vec<Panel>,
}

/// One of those compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name shown.
    pub label: String,
    /// Who it is.
    pub kind: SeriesKind,
}

/// Who a series stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum SeriesKind {
    /// A model of the runs: its column in the overview, which sets its colour, and its family.
    Model {
        /// Column in the overview.
        column: usize,
        /// `model_type`.
        family: String,
    },
    /// Values printed in a paper.
    Paper {
        /// The paper (`GPT-3`).
        paper: &'static str,
        /// Whether the symbol is filled (the larger of two models).
        filled: bool,
    },
}

/// One task or group.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The task's label.
    pub label: String,
    /// Metric name.
    pub metric: String,
    /// Documents behind each value: smallest and largest over models.
    pub n: Option<(u64, u64)>,
    /// Tasks averaged over in a group; 0 for a task.
    pub members: usize,
    /// What guessing gets.
    pub chance: Option<f64>,
    /// Levels that a paper gives to compare with: people, the best model of its time.
    pub levels: Vec<Level>,
    /// In the order of the series; a missing value has no mark.
    pub marks: Vec<Mark>,
}

/// A level to compare with, of no model of a known size.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Whose it is: `human`, `fine-tuned, 2020`.
    pub label: String,
    /// In the panel's unit.
    pub value: f64,
    /// Where it was printed.
    pub source: String,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Index in the figure's series.
    pub series: usize,
    /// Few-shot examples before each document.
    pub shots: usize,
    /// Parameters of the model behind it.
    pub n_params: f64,
    /// The value.
    pub value: f64,
    /// Ends of the 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Documents behind it; unknown for a paper's value.
    pub n: Option<u64>,
    /// How the interval was made, or where the value was printed.
    pub source: String,
}

impl Panels {
    /// The series, and chance and other levels where there are any. Models are dots or areas.
    pub(super) fn legend(&self, dots: bool) -> Vec<LegendEntry> {
        let entry = |series: &Series| LegendEntry { key: series.kind.key(dots), label: series.label.clone() };
        self.series.iter().map(entry).chain(self.legend_of_levels()).collect()
    }

    /// A legend in which colours stand for numbers of shots and symbols for families of models.
    pub(super) fn legend_of_shots(&self) -> Vec<LegendEntry> {
        let entry = |key, label: &str| LegendEntry { key, label: label.to_owned() };
        let shots = self.shots().into_iter().enumerate();
        let shots = shots.map(|(at, shots)| entry(Key::Line(at), &shots_word(shots)));
        let families = self.families().into_iter().enumerate().map(|(at, family)| entry(Key::Family(at), family));
        let papers = self.series.iter().filter(|series| matches!(series.kind, SeriesKind::Paper { .. }));
        let papers = papers.map(|series| entry(series.kind.key(true), &series.label));
        shots.chain(families).chain(papers).chain(self.legend_of_levels()).collect()
    }

    fn legend_of_levels(&self) -> impl Iterator<Item = LegendEntry> {
        let chance = self.panels.iter().any(|panel| panel.chance.is_some());
        let chance = chance.then(|| LegendEntry { key: Key::Dashed, label: "chance".to_owned() });
        let labels = self.level_labels();
        let levels = (!labels.is_empty())
            .then(|| LegendEntry { key: Key::Dotted, label: format!("{}, paper", labels.join(", ")) });
        chance.into_iter().chain(levels)
    }

    /// The levels' labels, each once.
    fn level_labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> = Vec::new();
        for level in self.panels.iter().flat_map(|panel| &panel.levels) {
            if !labels.contains(&level.label.as_str()) {
                labels.push(&level.label);
            }
        }
        labels
    }

    /// What must be said of the levels, if there are any.
    pub(super) fn level_note(&self) -> Option<String> {
        let mut sources: Vec<String> = Vec::new();
        for level in self.panels.iter().flat_map(|panel| &panel.levels) {
            let printed = level.source.split(';').next().unwrap_or_default();
            let source = format!("{}: {printed}", level.label);
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        (!sources.is_empty())
            .then(|| format!("Dotted lines: {}. Other prompts and other models than these.", sources.join("; ")))
    }

    /// The numbers of shots that models were run with, from few to many.
    pub(super) fn shots(&self) -> Vec<usize> {
        let is_model = |mark: &&Mark| matches!(self.series[mark.series].kind, SeriesKind::Model { .. });
        let mut shots: Vec<usize> =
            self.panels.iter().flat_map(|panel| &panel.marks).filter(is_model).map(|mark| mark.shots).collect();
        shots.sort_unstable();
        shots.dedup();
        shots
    }

    /// The models' families in the order of the series.
    pub(super) fn families(&self) -> Vec<&str> {
        let mut families: Vec<&str> = Vec::new();
        for series in &self.series {
            if let SeriesKind::Model { family, .. } = &series.kind
                && !families.contains(&family.as_str())
            {
                families.push(family);
            }
        }
        families
    }

    /// One line a mark, then the levels.
    pub(super) fn table(&self) -> Vec<Column> {
        let lines: Vec<Entry> = self.panels.iter().flat_map(|panel| self.entries(panel)).collect();
        let texts =
            |name: &str, of: fn(&Entry) -> String| Column::new(name.into(), lines.iter().map(of).collect::<Vec<_>>());
        let floats = |name: &str, of: fn(&Entry) -> Option<f64>| {
            Column::new(name.into(), lines.iter().map(of).collect::<Vec<_>>())
        };
        let counts = |name: &str, of: fn(&Entry) -> Option<u64>| {
            Column::new(name.into(), lines.iter().map(of).collect::<Vec<_>>())
        };
        vec![
            texts("task", |e| e.panel.label.clone()),
            texts("metric", |e| e.panel.metric.clone()),
            texts("series", |e| e.label.to_owned()),
            texts("kind", |e| e.kind.to_owned()),
            counts("shots", |e| e.mark.map(|m| m.shots as u64)),
            floats("n_params", |e| e.mark.map(|m| m.n_params)),
            floats("value", |e| Some(e.value)),
            floats("low", |e| e.mark.and_then(|m| m.interval).map(|i| i.0)),
            floats("high", |e| e.mark.and_then(|m| m.interval).map(|i| i.1)),
            floats("chance", |e| e.panel.chance),
            counts("n", |e| e.mark.and_then(|m| m.n)),
            texts("source", |e| e.source.to_owned()),
        ]
    }

    fn entries<'a>(&'a self, panel: &'a Panel) -> impl Iterator<Item = Entry<'a>> {
        let marks = panel.marks.iter().map(move |mark| Entry {
            panel,
            label: &self.series[mark.series].label,
            kind: self.series[mark.series].kind.word(),
            mark: Some(mark),
            value: mark.value,
            source: &mark.source,
        });
        let levels = panel.levels.iter().map(move |level| Entry {
            panel,
            label: &level.label,
            kind: "level",
            mark: None,
            value: level.value,
            source: &level.source,
        });
        marks.chain(levels)
    }

    /// `10 tasks, 4 series`.
    pub(super) fn extent(&self) -> String {
        let tasks = if self.panels.len() == 1 { "task" } else { "tasks" };
        format!("{} {tasks}, {} series", self.panels.len(), self.series.len())
    }

    /// Every finite number that a value axis has to hold.
    pub(crate) fn ends<'a>(panels: impl IntoIterator<Item = &'a Panel>) -> Option<(f64, f64)> {
        let values = panels.into_iter().flat_map(|panel| {
            let marks = panel.marks.iter();
            let ends = marks.flat_map(|m| [Some(m.value), m.interval.map(|i| i.0), m.interval.map(|i| i.1)]);
            ends.chain([panel.chance]).flatten().chain(panel.levels.iter().map(|level| level.value))
        });
        let finite = values.filter(|v| v.is_finite());
        finite.fold(None, |ends, v| Some(ends.map_or((v, v), |(low, high): (f64, f64)| (low.min(v), high.max(v)))))
    }
}

impl Panel {
    /// Metric, tasks of a group and documents, in a line: `acc, mean of 67 tasks, n = 1,000`.
    pub(super) fn details(&self) -> String {
        let mean = if self.members == 0 { String::new() } else { format!(", mean of {} tasks", self.members) };
        format!("{}{mean}, {}", self.metric, documents(self.n))
    }

    /// The chance level where it is more than nothing: that is the axis itself.
    pub(super) fn raised_chance(&self) -> Option<f64> {
        self.chance.filter(|&chance| chance > 0.0)
    }
}

/// `n = 200`, `n = 100 to 200`.
pub(super) fn documents(n: Option<(u64, u64)>) -> String {
    match n {
        Some((low, high)) if low != high => format!("n = {} to {}", count(low), count(high)),
        n => format!("n = {}", count(n.map_or(0, |n| n.0))),
    }
}

/// A line of the table.
struct Entry<'a> {
    panel: &'a Panel,
    label: &'a str,
    kind: &'static str,
    /// `None` for a level.
    mark: Option<&'a Mark>,
    value: f64,
    source: &'a str,
}

/// `zero-shot`, `5-shot`.
pub(crate) fn shots_word(shots: usize) -> String {
    if shots == 0 { "zero-shot".to_owned() } else { format!("{shots}-shot") }
}

impl SeriesKind {
    /// `model` or `paper`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Model { .. } => "model",
            Self::Paper { .. } => "paper",
        }
    }

    /// How it is drawn.
    pub(super) const fn key(&self, dots: bool) -> Key {
        match self {
            Self::Model { column, .. } if dots => Key::Dot(*column),
            Self::Model { column, .. } => Key::Area(*column),
            Self::Paper { paper, filled } => Key::Paper(paper, *filled),
        }
    }
}

/// A series for each model of an overview; it has the index of its column.
pub(super) fn model_series(overview: &Overview) -> Vec<Series> {
    let series = |(column, model): (usize, &crate::ModelColumn)| Series {
        label: model.label.clone(),
        kind: SeriesKind::Model { column, family: model.card.family.clone() },
    };
    overview.models.iter().enumerate().map(series).collect()
}
