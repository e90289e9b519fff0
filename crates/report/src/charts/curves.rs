//! Lines over a common horizontal axis, in one plot or several: the data of charts that follow something as it grows.

mod layout;

use super::{Figure, Key, LegendEntry, Plot, Scene};
use crate::Overview;
use crate::number::Unit;
use polars::prelude::Column;

/// Plots whose points share both axes' meaning.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curves {
    pub(super) across: Across,
    /// Unit of every value, interval end and level.
    pub(super) unit: Unit,
    /// Name of the value axis.
    pub(super) value_label: String,
    /// Who is drawn, in the order of the legend.
    pub(super) series: Vec<Curve>,
    /// One a task, or one of all.
    pub(super) plots: Vec<CurvePlot>,
}

/// The horizontal axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Across {
    /// Its name in the picture.
    pub(super) label: String,
    /// Its name in the file beside it.
    pub(super) column: &'static str,
    pub(super) scale: AcrossScale,
    pub(super) apart: Apart,
}

/// How points of the same place are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Apart {
    /// Not at all: each stands exactly where it belongs.
    Exact,
    /// Each series a little to the side of the one before, as far as its place has room before the next one.
    BySeries,
    /// Those of almost the same place side by side, whatever the series: for places that the data chose.
    Near,
}

/// How the horizontal axis grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum AcrossScale {
    /// Logarithmic, marked with parameters (`100M`).
    Parameters,
    /// Logarithmic.
    Log,
    /// log(1 + x / unit): zero has a place, and beyond the unit it is almost logarithmic.
    FromZero(f64),
}

/// One line, or one kind of points.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    /// The name shown.
    pub(super) label: String,
    /// Its colour: of the series of that index, or ink.
    pub(super) hue: Option<usize>,
    /// Its symbol: of the family of that index, or a dot.
    pub(super) family: usize,
    pub(super) weight: Weight,
}

/// How much a line stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// A mean: broad, with symbols and whiskers.
    Bold,
    /// With symbols and whiskers.
    Plain,
    /// One of many behind the others: thin, without whiskers.
    Faint,
    /// The edge of what is reached: steps down to the next point, then across; without symbols.
    Front,
}

/// One plot.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CurvePlot {
    /// Its name: a task, or what it is a mean of.
    pub(super) label: String,
    /// Metric and documents.
    pub(super) details: String,
    /// A dashed line: what guessing gets.
    pub(super) chance: Option<f64>,
    /// In the order of the series, then of the horizontal axis.
    pub(super) points: Vec<CurvePoint>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CurvePoint {
    /// Index in the series.
    pub(super) series: usize,
    /// Whose it is: the model, or the model and task.
    pub(super) name: String,
    /// Place on the horizontal axis.
    pub(super) x: f64,
    pub(super) value: f64,
    /// Ends of the 95 % interval.
    pub(super) interval: Option<(f64, f64)>,
    /// What it was computed of (documents, tokens), where that is one number.
    pub(super) n: Option<u64>,
    /// How it was made.
    pub(super) source: String,
    /// Whether its series' line goes through it.
    pub(super) joined: bool,
}

impl Curves {
    /// Every series but the faint ones, which have one entry together, and chance where there is one.
    pub(super) fn legend(&self, faint: &str) -> Vec<LegendEntry> {
        let entry = |key, label: &str| LegendEntry { key, label: label.to_owned() };
        let told_apart = self.series.iter().filter(|series| series.weight != Weight::Faint);
        let series = told_apart.map(|series| entry(series.key(), &series.label));
        let faint = self.series.iter().any(|series| series.weight == Weight::Faint).then(|| entry(Key::Faint, faint));
        let chance = self.plots.iter().any(|plot| plot.chance.is_some()).then(|| entry(Key::Dashed, "chance"));
        series.chain(faint).chain(chance).collect()
    }

    /// Every finite number that is drawn along the value axis of a plot.
    fn ends(&self, plot: &CurvePlot) -> (f64, f64) {
        let has_whisker = |p: &CurvePoint| {
            matches!(self.series[p.series].weight, Weight::Bold | Weight::Plain) && p.value.is_finite()
        };
        let values = plot.points.iter().flat_map(|p| {
            let (low, high) = p.interval.filter(|_| has_whisker(p)).unzip();
            [Some(p.value), low, high]
        });
        let finite = values.chain([plot.chance]).flatten().filter(|value| value.is_finite());
        let ends = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if ends.0 <= ends.1 { ends } else { (0.0, 1.0) }
    }
}

impl Curve {
    fn key(&self) -> Key {
        match (self.weight, self.hue) {
            (Weight::Front, _) => Key::Faint,
            (_, None) => Key::Mean,
            (_, Some(hue)) => Key::Line(hue),
        }
    }
}

impl Plot for Curves {
    fn table(&self) -> Vec<Column> {
        let lines: Vec<(&CurvePlot, &CurvePoint)> =
            self.plots.iter().flat_map(|plot| plot.points.iter().map(move |point| (plot, point))).collect();
        let texts = |name: &str, of: &dyn Fn(&CurvePlot, &CurvePoint) -> String| {
            Column::new(name.into(), lines.iter().map(|(plot, point)| of(plot, point)).collect::<Vec<_>>())
        };
        let floats = |name: &str, of: &dyn Fn(&CurvePlot, &CurvePoint) -> Option<f64>| {
            Column::new(name.into(), lines.iter().map(|(plot, point)| of(plot, point)).collect::<Vec<_>>())
        };
        vec![
            texts("plot", &|plot, _| plot.label.clone()),
            texts("series", &|_, p| self.series[p.series].label.clone()),
            texts("name", &|_, p| p.name.clone()),
            floats(self.across.column, &|_, p| Some(p.x)),
            floats("value", &|_, p| Some(p.value)),
            floats("low", &|_, p| p.interval.map(|i| i.0)),
            floats("high", &|_, p| p.interval.map(|i| i.1)),
            floats("chance", &|plot, _| plot.chance),
            Column::new("n".into(), lines.iter().map(|(_, p)| p.n).collect::<Vec<_>>()),
            texts("source", &|_, p| p.source.clone()),
        ]
    }

    fn scene(&self, figure: &Figure) -> Scene {
        layout::scene(figure, self)
    }

    fn extent(&self) -> String {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        format!("{}, {}", count(self.plots.len(), "plot"), count(self.series.len(), "line"))
    }
}

/// A line a model of an overview, each in its own colour.
pub(super) fn lines_of_models(overview: &Overview) -> Vec<Curve> {
    let line = |(column, model): (usize, &crate::ModelColumn)| Curve {
        label: model.label.clone(),
        hue: Some(column),
        family: 0,
        weight: Weight::Plain,
    };
    overview.models.iter().enumerate().map(line).collect()
}

/// A value with its interval, or nothing where it is no number.
pub(super) fn point(series: usize, name: &str, x: f64, estimate: &yardstick_core::Estimate) -> Option<CurvePoint> {
    (!estimate.value.is_nan()).then(|| CurvePoint {
        series,
        name: name.to_owned(),
        x,
        value: estimate.value,
        interval: estimate.low.zip(estimate.high),
        n: Some(estimate.n),
        source: estimate.method.clone(),
        joined: true,
    })
}
