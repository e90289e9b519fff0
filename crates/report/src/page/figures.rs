//! The report's charts in the page: as pictures in it while they are small, else as the files beside it.

use crate::charts::FOLDER;
use crate::{Figure, Report, ReportError};
use serde::Serialize;

/// Bytes of pictures that a page holds itself.
const MOST: usize = 1_500_000;

/// A chart.
#[derive(Serialize)]
pub(super) struct Picture {
    chart: &'static str,
    stem: String,
    title: String,
    alt: String,
    notes: Vec<String>,
    /// The picture, where the page holds it.
    svg: Option<String>,
    /// Its file beside the page.
    file: String,
}

/// The pictures of all figures, in the order of the report.
pub(super) fn pictures(report: &Report) -> Result<Vec<Picture>, ReportError> {
    let mut room = MOST;
    report.figures.iter().map(|figure| picture(figure, &mut room)).collect()
}

fn picture(figure: &Figure, room: &mut usize) -> Result<Picture, ReportError> {
    let svg = Some(figure.svg()?).filter(|svg| svg.len() <= *room);
    *room -= svg.as_ref().map_or(0, String::len);
    Ok(Picture {
        chart: figure.chart,
        stem: figure.stem.clone(),
        title: figure.title.clone(),
        alt: figure.alt(),
        notes: figure.notes.clone(),
        svg,
        file: format!("{FOLDER}/{}.svg", figure.stem),
    })
}
