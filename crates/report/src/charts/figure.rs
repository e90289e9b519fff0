//! A chart as plain data, and what it must know to be drawn.

use crate::ReportError;
use crate::compare::Verdict;
use crate::draw::{self, Marker, Scene, palette::Color};
use crate::frame::csv;
use polars::prelude::Column;
use std::fmt::Debug;
use std::sync::Arc;

/// One picture: its words, its legend, and the data that its plots show.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Id of the chart it belongs to.
    pub chart: &'static str,
    /// Name of its files without extension: `<chart>-<what>`.
    pub stem: String,
    /// What it is about.
    pub about: About,
    /// Heading.
    pub title: String,
    /// Protocol, and what whiskers and lines mean.
    pub subtitle: String,
    /// What must be said under the picture.
    pub notes: Vec<String>,
    /// Whether some run did not finish.
    pub partial: bool,
    /// Who and what is to be told apart, in order.
    pub legend: Vec<LegendEntry>,
    /// The data.
    pub plot: Arc<dyn Plot>,
}

/// What a figure is about: a page shows it there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum About {
    /// The report as a whole.
    #[default]
    Report,
    /// A task, by its id and the checksum of what was asked.
    Task {
        /// The task's id.
        id: String,
        /// Its prompt hash.
        asked: String,
    },
    /// Two models, by their columns in the overview.
    Pair {
        /// The one that was there before.
        base: usize,
        /// The one in question.
        candidate: usize,
    },
}

/// The data of a figure and the way it is laid out.
pub trait Plot: Debug + Send + Sync {
    /// What is drawn, a line a mark: the file beside the picture.
    fn table(&self) -> Vec<Column>;

    /// The picture with its heading, legend and notes, which `figure` has.
    fn scene(&self, figure: &Figure) -> Scene;

    /// How much is shown, for readers who cannot see it: `10 tasks, 4 series`.
    fn extent(&self) -> String;
}

/// One entry of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    /// How it is drawn.
    pub key: Key,
    /// What it is.
    pub label: String,
}

/// How something is drawn in a legend and in the plots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// A model, by its column in the overview, as an area.
    Area(usize),
    /// A model, by its column in the overview, as a dot.
    Dot(usize),
    /// A line of the colour of a series.
    Line(usize),
    /// An area of a colour that stands for no model.
    Shade(Color),
    /// Values printed in a paper; whether the symbol is filled (the larger of two models).
    Paper(&'static str, bool),
    /// A symbol that stands for no model.
    Mark(Marker, Color),
    /// What is said of a difference.
    Verdict(Verdict),
    /// A bold line in ink: a mean.
    Mean,
    /// A thin grey line: one of many that are not told apart.
    Faint,
    /// The symbol of a family of models, where colours stand for something else.
    Family(usize),
    /// A dashed line in ink: what guessing gets, or no difference.
    Dashed,
    /// A dotted line in grey: a level that is neither measured nor guessed (people, say).
    Dotted,
}

impl Figure {
    /// What the picture shows, in one line, for readers who cannot see it.
    pub fn alt(&self) -> String {
        let partial = if self.partial { " (PARTIAL)" } else { "" };
        format!("{}{partial}: {}. {}", self.title, self.plot.extent(), self.subtitle)
    }

    /// The data, one line a mark.
    ///
    /// # Errors
    /// When the table cannot be encoded.
    pub fn csv(&self) -> Result<Vec<u8>, ReportError> {
        csv(&self.stem, self.plot.table())
    }

    /// The picture as shapes.
    pub fn scene(&self) -> Scene {
        self.plot.scene(self)
    }

    /// The picture as SVG.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn svg(&self) -> Result<String, ReportError> {
        let bytes = draw::svg(&self.scene()).map_err(|reason| self.failed(reason))?;
        String::from_utf8(bytes).map_err(|error| self.failed(error.to_string()))
    }

    /// The picture as PNG, two pixels for each of the scene's.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        draw::png(&self.scene()).map_err(|reason| self.failed(reason))
    }

    fn failed(&self, reason: String) -> ReportError {
        ReportError::Draw { figure: self.stem.clone(), reason }
    }
}
