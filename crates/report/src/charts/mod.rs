//! Charts: a file each, listed in [`CHARTS`]. What is drawn ([`Figure`]) is decided apart from how ([`Plot`]).

mod aggregate;
mod bars;
mod common;
mod curves;
mod figure;
mod forest;
mod grid;
mod items;
mod kl;
mod ledger;
mod material;
mod outcomes;
mod pairs;
mod panels;
mod pareto;
mod pick;
mod positions;
mod protocol;
mod radar;
mod reliability;
mod scale;
mod shots;
mod spread;
mod steps;
#[cfg(test)]
mod tests;
mod timeline;
mod two;

pub use crate::draw::{Color, Marker, Scene};
pub use figure::{About, Figure, Key, LegendEntry, Plot};
pub use forest::comparison_artifacts;
pub use kl::diff_artifacts;
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
    &forest::Forest,
    &outcomes::Outcomes,
    &pairs::Pairs,
    &items::Items,
    &reliability::Reliability,
    &kl::Kl,
    &timeline::Timeline,
];

/// Below a report's folder, where charts go.
pub(crate) const FOLDER: &str = "charts";

/// Whether [`artifacts`] gives files of this name: `<chart>-<what>.<csv|svg|png>`.
pub(crate) fn is_artifact(name: &str) -> bool {
    let Some((stem, "csv" | "svg" | "png")) = name.split_once('.') else { return false };
    let Some((chart, what)) = stem.split_once('-') else { return false };
    CHARTS.iter().any(|c| c.card().id == chart) && !what.is_empty() && what.chars().all(pick::is_plain)
}

/// Gives figures whose files would have the same name a number each.
pub(crate) fn name_apart(figures: &mut [Figure]) {
    for at in 0..figures.len() {
        let (before, rest) = figures.split_at_mut(at);
        let is_taken = |stem: &str| before.iter().any(|figure| figure.stem == stem);
        let own = rest[0].stem.clone();
        let numbered = (2..).map(|number| format!("{own}_{number}"));
        if let Some(free) = std::iter::once(own.clone()).chain(numbered).find(|stem| !is_taken(stem)) {
            rest[0].stem = free;
        }
    }
}

/// The files of a figure: its data, and its pictures if asked for.
pub(crate) fn artifacts(figure: &Figure, pictures: bool) -> Result<Vec<Artifact>, ReportError> {
    let below = |file: Artifact| Artifact { path: format!("{FOLDER}/{}", file.path), ..file };
    Ok(files(figure, pictures)?.into_iter().map(below).collect())
}

/// The same without a folder.
pub(crate) fn files(figure: &Figure, pictures: bool) -> Result<Vec<Artifact>, ReportError> {
    let file = |ext: &str, bytes| Artifact { path: format!("{}.{ext}", figure.stem), bytes };
    let mut files = vec![file("csv", figure.csv()?)];
    if pictures {
        files.push(file("svg", figure.svg()?.into_bytes()));
        files.push(file("png", figure.png()?));
    }
    Ok(files)
}
