//! `shots`: a small plot per task, metric against the number of solved examples before each document, a line a model.
//!
//! Source of the form: Brown et al. (2020), "Language Models are Few-Shot Learners", figure 1.2.

use super::curves::{self, Across, AcrossScale, Apart, CurvePlot, CurvePoint, Curves};
use super::pick::{self, AxisGroup, TaskRows};
use super::{About, Chart, Figure, Material};
use crate::Card;
use crate::gather::TaskDocs;
use crate::overview::Row;
use std::collections::BTreeSet;
use std::sync::Arc;
use yardstick_core::DatasetCard;

/// Metric against shots.
pub(super) struct Shots;

impl Chart for Shots {
    fn card(&self) -> Card {
        Card { id: "shots", summary: "metric against the number of solved examples in the prompt, a line a model" }
    }

    /// Of tasks that were run with several numbers of shots.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        pick::axis_groups(material.overview).iter().filter_map(|group| figure(material, group)).collect()
    }
}

fn figure(material: &Material, group: &AxisGroup) -> Option<Figure> {
    let overview = material.overview;
    let tasks = pick::by_task(&group.rows);
    let (shown, others): (Vec<&TaskRows>, Vec<&TaskRows>) = tasks.iter().partition(|task| task.rows.len() > 1);
    let first = shown.first()?;
    let curves = Curves {
        across: Across {
            label: "solved examples in the prompt".to_owned(),
            column: "shots",
            scale: AcrossScale::FromZero(1.0),
            apart: Apart::BySeries,
        },
        unit: first.rows[0].unit,
        value_label: group.value_label(),
        series: curves::lines_of_models(overview),
        plots: shown.iter().map(|task| plot(material, task)).collect(),
    };
    let chance = if curves.plots.iter().any(|plot| plot.chance.is_some()) { "; dashed: chance" } else { "" };
    let rows: Vec<_> = shown.iter().flat_map(|task| task.rows.iter().copied()).collect();
    Some(Figure {
        chart: "shots",
        stem: format!("shots-{}", group.key),
        about: About::Report,
        title: format!("{} against solved examples in the prompt", group.heading()),
        subtitle: format!("{}; whiskers: 95 % intervals{chance}; a line a model", pick::shots(&rows)),
        notes: group.metric_note().into_iter().chain(notes(&curves, &others)).collect(),
        partial: overview.partial,
        legend: curves.legend(""),
        plot: Arc::new(curves),
    })
}

fn notes(curves: &Curves, others: &[&TaskRows]) -> Vec<String> {
    let axes =
        "Vertical axes differ between plots and need not start at zero; the horizontal axis is log(1 + examples). \
                Points of one number of examples are set side by side."
            .to_owned();
    let names: Vec<&str> = others.iter().map(|task| task.label.as_str()).collect();
    let left_out = format!("Not shown, since they were run with one number of examples only: {}.", names.join(", "));
    let apart = "Points of other documents (another number, another version of the task) are not joined.".to_owned();
    let is_apart = curves.plots.iter().flat_map(|plot| &plot.points).any(|point| !point.joined);
    [axes].into_iter().chain(is_apart.then_some(apart)).chain((!names.is_empty()).then_some(left_out)).collect()
}

/// What a point was measured on: version and data of the task, number of documents, and which ones where samples tell.
type Documents<'a> = (Option<(&'a str, &'a DatasetCard)>, u64, BTreeSet<&'a str>);

fn documents<'a>(material: &Material<'a>, row: &Row, column: usize, n: u64) -> Documents<'a> {
    let is_same = |task: &&TaskDocs| task.card.id == row.id && task.card.prompt_hash == row.asked;
    let task = material.documents.tasks.iter().find(is_same);
    let samples = task.iter().flat_map(|task| &task.docs).filter_map(|answers| answers[column]);
    let hashes = samples.map(|sample| sample.doc_hash.as_str()).collect();
    (task.map(|task| (task.card.version.as_str(), &task.card.dataset)), n, hashes)
}

/// Of each point whether it is of the documents that most are of; of those of the first such where several are alike.
fn joined(of: &[Documents]) -> Vec<bool> {
    let is_same = |a: &Documents, b: &Documents| {
        let is_known = !a.2.is_empty() && !b.2.is_empty();
        a.0 == b.0 && a.1 == b.1 && (!is_known || a.2 == b.2)
    };
    let alike = |at: usize| -> Vec<bool> { of.iter().map(|other| is_same(&of[at], other)).collect() };
    let count = |alike: &[bool]| alike.iter().filter(|same| **same).count();
    (0..of.len()).map(alike).rev().max_by_key(|alike| count(alike)).unwrap_or_default()
}

fn plot(material: &Material, task: &TaskRows) -> CurvePlot {
    let overview = material.overview;
    let panel = pick::task_panel(overview, task);
    let mut points = Vec::new();
    for (column, model) in overview.models.iter().enumerate() {
        let found = task.rows.iter().filter_map(|row| {
            let estimate = row.cells[column].as_ref()?;
            let point = curves::point(column, &model.label, row.shots as f64, estimate)?;
            Some((point, documents(material, row, column, estimate.n)))
        });
        let (own, of): (Vec<CurvePoint>, Vec<Documents>) = found.unzip();
        points.extend(own.into_iter().zip(joined(&of)).map(|(point, joined)| CurvePoint { joined, ..point }));
    }
    CurvePlot { label: panel.label.clone(), details: panel.details(), chance: panel.raised_chance(), points }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(of: &[(&str, u64, &[&'static str])], wanted: &[bool]) {
        let data = DatasetCard::default();
        let one = |&(version, n, hashes): &(_, u64, &[&'static str])| {
            (Some((version, &data)), n, hashes.iter().copied().collect::<BTreeSet<_>>())
        };
        assert_eq!(joined(&of.iter().map(one).collect::<Vec<_>>()), wanted, "{of:?}");
    }

    #[test]
    fn only_points_of_the_same_documents_are_joined() {
        check(&[], &[]);
        check(&[("1", 120, &[]), ("1", 120, &[]), ("1", 20, &[])], &[true, true, false]);
        check(&[("1", 20, &[]), ("1", 120, &[]), ("1", 120, &[])], &[false, true, true]);
        check(&[("2", 120, &[]), ("1", 120, &[]), ("1", 120, &[])], &[false, true, true]);
        check(&[("1", 1, &["a"]), ("1", 1, &["b"]), ("1", 1, &["a"])], &[true, false, true]);
        check(&[("1", 1, &["a"]), ("1", 1, &["b"])], &[true, false]);
    }
}
