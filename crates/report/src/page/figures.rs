//! The report's charts in the page: as pictures in it while they are small, else as the files beside it.

use crate::charts::{About, FOLDER};
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
    /// The page's task that it is about.
    task: Option<usize>,
    /// The models that it is about: base and candidate.
    pair: Option<[usize; 2]>,
    notes: Vec<String>,
    /// The picture, where the page holds it.
    svg: Option<String>,
    /// Its file beside the page.
    file: String,
}

/// The pictures of all figures, in the order of the report.
pub(super) fn pictures(report: &Report) -> Result<Vec<Picture>, ReportError> {
    let mut room = MOST;
    report.figures.iter().map(|figure| picture(report, figure, &mut room)).collect()
}

fn picture(report: &Report, figure: &Figure, room: &mut usize) -> Result<Picture, ReportError> {
    let svg = Some(figure.svg()?).filter(|svg| svg.len() <= *room);
    *room -= svg.as_ref().map_or(0, String::len);
    Ok(Picture {
        chart: figure.chart,
        stem: figure.stem.clone(),
        title: figure.title.clone(),
        alt: figure.alt(),
        task: task(report, &figure.about),
        pair: if let About::Pair { base, candidate } = figure.about { Some([base, candidate]) } else { None },
        notes: figure.notes.clone(),
        svg,
        file: format!("{FOLDER}/{}.svg", figure.stem),
    })
}

fn task(report: &Report, about: &About) -> Option<usize> {
    let About::Task { id, asked } = about else { return None };
    report.documents.tasks.iter().position(|task| task.card.id == *id && task.card.prompt_hash == *asked)
}
