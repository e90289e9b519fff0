//! Charts: a file each, listed in [`CHARTS`]. What is drawn ([`Figure`]) is decided apart from how.

mod bars;
mod figure;
mod pick;
mod scale;
#[cfg(test)]
mod tests;

pub use crate::draw::Scene;
pub use figure::{Figure, Mark, Panel, Series, SeriesKind};

use crate::{Artifact, Card, Overview, ReportError, draw};

/// A kind of chart.
pub trait Chart: Sync {
    /// Id and one line.
    fn card(&self) -> Card;

    /// What there is to draw in an overview: none, or several where units differ.
    fn figures(&self, overview: &Overview) -> Vec<Figure>;

    /// A figure of this chart as a picture.
    fn scene(&self, figure: &Figure) -> Scene;
}

/// Every chart, in the order a report shows them.
pub static CHARTS: &[&dyn Chart] = &[&bars::Bars, &scale::Scale];

/// The files of a figure: its data, and its pictures if asked for.
pub(crate) fn artifacts(figure: &Figure, pictures: bool) -> Result<Vec<Artifact>, ReportError> {
    let file = |ext: &str, bytes| Artifact { path: format!("charts/{}.{ext}", figure.stem), bytes };
    let mut files = vec![file("csv", figure.csv()?)];
    if let Some(chart) = CHARTS.iter().find(|c| pictures && c.card().id == figure.chart) {
        let scene = chart.scene(figure);
        let failed = |reason| ReportError::Draw { figure: figure.stem.clone(), reason };
        files.push(file("svg", draw::svg(&scene).map_err(failed)?));
        files.push(file("png", draw::png(&scene).map_err(failed)?));
    }
    Ok(files)
}
