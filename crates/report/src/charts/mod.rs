//! Charts: a file each, listed in [`CHARTS`]. What is drawn ([`Figure`]) is decided apart from how ([`Plot`]).

mod aggregate;
mod bars;
mod common;
mod curves;
mod figure;
mod grid;
mod material;
mod panels;
mod pareto;
mod pick;
mod positions;
mod radar;
mod scale;
mod shots;
mod spread;
mod steps;
#[cfg(test)]
mod tests;

pub use crate::draw::{Color, Scene};
pub use figure::{Figure, Key, LegendEntry, Plot};
pub use material::Material;
pub use panels::{Level, Mark, Panel, Panels, Series, SeriesKind};

use crate::{Artifact, Card, ReportError};
pub(crate) use panels::shots_word;

/// A kind of chart.
pub trait Chart: Sync {
    /// Id and one line.
    fn card(&self) -> Card;

    /// What there is to draw: none, or several where units differ.
    fn figures(&self, material: &Material) -> Vec<Figure>;
}

/// Every chart, in the order a report shows them.
pub static CHARTS: &[&dyn Chart] = &[
    &bars::Bars,
    &scale::Scale,
    &aggregate::Aggregate,
    &shots::Shots,
    &steps::Steps,
    &pareto::Pareto,
    &positions::Positions,
    &radar::Radar,
];

/// Below a report's folder, where charts go.
pub(crate) const FOLDER: &str = "charts";

/// Whether [`artifacts`] gives files of this name: `<chart>-<what>.<csv|svg|png>`.
pub(crate) fn is_artifact(name: &str) -> bool {
    let Some((stem, "csv" | "svg" | "png")) = name.split_once('.') else { return false };
    let Some((chart, what)) = stem.split_once('-') else { return false };
    CHARTS.iter().any(|c| c.card().id == chart) && !what.is_empty() && what == pick::file_name(what)
}

/// The files of a figure: its data, and its pictures if asked for.
pub(crate) fn artifacts(figure: &Figure, pictures: bool) -> Result<Vec<Artifact>, ReportError> {
    let file = |ext: &str, bytes| Artifact { path: format!("{FOLDER}/{}.{ext}", figure.stem), bytes };
    let mut files = vec![file("csv", figure.csv()?)];
    if pictures {
        files.push(file("svg", figure.svg()?.into_bytes()));
        files.push(file("png", figure.png()?));
    }
    Ok(files)
}
