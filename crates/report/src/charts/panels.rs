//! Panels of marks: the data of charts that show models on tasks.

use super::{Key, LegendEntry};
use crate::Overview;
use crate::number::Unit;
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
    /// In the order of the series; a missing value has no mark.
    pub marks: Vec<Mark>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Index in the figure's series.
    pub series: usize,
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
    /// The series, and chance where there is one. Models are dots or areas.
    pub(super) fn legend(&self, dots: bool) -> Vec<LegendEntry> {
        let entry = |series: &Series| LegendEntry { key: series.kind.key(dots), label: series.label.clone() };
        let chance = self.panels.iter().any(|panel| panel.chance.is_some());
        let chance = chance.then(|| LegendEntry { key: Key::Dashed, label: "chance".to_owned() });
        self.series.iter().map(entry).chain(chance).collect()
    }

    /// One line a mark.
    pub(super) fn table(&self) -> Vec<Column> {
        let lines: Vec<(&Panel, &Mark)> =
            self.panels.iter().flat_map(|p| p.marks.iter().map(move |m| (p, m))).collect();
        let texts = |name: &str, of: &dyn Fn(&Panel, &Mark) -> String| {
            Column::new(name.into(), lines.iter().map(|(p, m)| of(p, m)).collect::<Vec<_>>())
        };
        let floats = |name: &str, of: &dyn Fn(&Panel, &Mark) -> Option<f64>| {
            Column::new(name.into(), lines.iter().map(|(p, m)| of(p, m)).collect::<Vec<_>>())
        };
        vec![
            texts("task", &|p, _| p.label.clone()),
            texts("metric", &|p, _| p.metric.clone()),
            texts("series", &|_, m| self.series[m.series].label.clone()),
            texts("kind", &|_, m| self.series[m.series].kind.word().to_owned()),
            floats("n_params", &|_, m| Some(m.n_params)),
            floats("value", &|_, m| Some(m.value)),
            floats("low", &|_, m| m.interval.map(|i| i.0)),
            floats("high", &|_, m| m.interval.map(|i| i.1)),
            floats("chance", &|p, _| p.chance),
            Column::new("n".into(), lines.iter().map(|(_, m)| m.n).collect::<Vec<_>>()),
            texts("source", &|_, m| m.source.clone()),
        ]
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
            ends.chain([panel.chance]).flatten()
        });
        let finite = values.filter(|v| v.is_finite());
        finite.fold(None, |ends, v| Some(ends.map_or((v, v), |(low, high): (f64, f64)| (low.min(v), high.max(v)))))
    }
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
