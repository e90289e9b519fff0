//! `aggregate`: the mean over tasks against parameters, a bold line a number of shots, single tasks behind it.
//!
//! Source of the form: Brown et al. (2020), "Language Models are Few-Shot Learners", figure 1.3. Chance is taken off first,
//! which that figure does not do: tasks of two and of four choices would not have the same zero.

use super::common::{self, Above, Common};
use super::curves::{Across, AcrossScale, Apart, Curve, CurvePlot, CurvePoint, Curves, Weight};
use super::panels::shots_word;
use super::{About, Chart, Figure, Key, LegendEntry, Material, pick};
use crate::Card;
use crate::number::Unit;
use crate::overview::Overview;
use std::sync::Arc;

/// Mean over tasks against parameters.
pub(super) struct Aggregate;

impl Chart for Aggregate {
    fn card(&self) -> Card {
        let summary = "mean over tasks, chance taken off, against parameters, a bold line a number of shots";
        Card { id: "aggregate", summary }
    }

    /// None with models of one size, or without two tasks that all have.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        let (tasks, unknown) = common::accuracies(overview);
        let columns: Vec<usize> = (0..overview.models.len()).collect();
        let common = Common::new(overview, &tasks, &columns)
            .filter(|common| pick::sizes_differ(overview, common.columns.iter().copied()));
        common.map(|common| figure(overview, &common, unknown)).into_iter().collect()
    }
}

fn figure(overview: &Overview, common: &Common, unknown: Vec<String>) -> Figure {
    let families = families(overview, common);
    let (series, points) = lines(overview, common, &families);
    let curves = Curves {
        across: Across {
            label: "parameters".to_owned(),
            column: "n_params",
            scale: AcrossScale::Parameters,
            apart: Apart::Near,
        },
        unit: Unit::Plain,
        value_label: "accuracy above chance (0 = guessing, 1 = all right)".to_owned(),
        series,
        plots: vec![CurvePlot {
            label: format!("mean of {} tasks", common.tasks.len()),
            details: common.documents(),
            chance: Some(0.0),
            points,
        }],
    };
    Figure {
        chart: "aggregate",
        stem: "aggregate-accuracy".to_owned(),
        about: About::Report,
        title: format!("Mean of {} tasks against model size", common.tasks.len()),
        subtitle: subtitle(common),
        notes: notes(overview, common, unknown),
        partial: overview.partial,
        legend: legend(common, &families),
        plot: Arc::new(curves),
    }
}

fn subtitle(common: &Common) -> String {
    let shots: Vec<String> = common.shots.iter().map(|&shots| shots_word(shots)).collect();
    format!(
        "{}; accuracy with chance taken off; whiskers: 95 % intervals of the mean; dashed: chance; lines join models of one family",
        shots.join(", ")
    )
}

fn notes(overview: &Overview, common: &Common, unknown: Vec<String>) -> Vec<String> {
    let what = "Plain mean over tasks, each counting once (a group of tasks counts as one), of (accuracy − chance) / \
                (1 − chance). Its interval is that of other documents: tasks are taken as given, documents as independent. \
                The intervals of single tasks are in the data file."
        .to_owned();
    let tasks = format!("Tasks: {}.", common.names());
    let places = "Models of almost the same size are set side by side.".to_owned();
    let same = pick::same_size_note(overview, &common.columns);
    let left_out = common.left_out.iter().cloned().chain(unknown);
    [what, places].into_iter().chain(same).chain([tasks, pick::models_by_size(overview)]).chain(left_out).collect()
}

fn legend(common: &Common, families: &[&str]) -> Vec<LegendEntry> {
    let entry = |key, label: String| LegendEntry { key, label };
    let means = common.shots.iter().enumerate();
    let means = means.map(|(at, &shots)| entry(Key::Line(at), format!("mean, {}", shots_word(shots))));
    let families = families.iter().enumerate().map(|(at, family)| entry(Key::Family(at), (*family).to_owned()));
    let last = [entry(Key::Faint, "one task".to_owned()), entry(Key::Dashed, "chance".to_owned())];
    means.chain(families).chain(last).collect()
}

/// Families of the models in the order of their columns.
fn families<'a>(overview: &'a Overview, common: &Common) -> Vec<&'a str> {
    let mut families: Vec<&str> = Vec::new();
    for &column in &common.columns {
        let family = overview.models[column].card.family.as_str();
        if !families.contains(&family) {
            families.push(family);
        }
    }
    families
}

/// For each number of shots and family, the tasks' lines and then their mean.
fn lines(overview: &Overview, common: &Common, families: &[&str]) -> (Vec<Curve>, Vec<CurvePoint>) {
    let (mut series, mut points) = (Vec::new(), Vec::new());
    for (hue, &shots) in common.shots.iter().enumerate() {
        for (family, name) in families.iter().enumerate() {
            let columns = by_size(overview, common, name);
            let size = |column: usize| overview.models[column].card.n_params;
            let is_alone = |of: usize| columns.iter().filter(|&&column| size(column) == size(of)).count() == 1;
            let point = |series: usize, value: (usize, Above, Option<u64>)| CurvePoint {
                joined: is_alone(value.0),
                ..point(overview, series, value)
            };
            let curve = |label: &str, weight| Curve {
                label: format!("{label}, {name}, {}", shots_word(shots)),
                hue: Some(hue),
                family,
                weight,
            };
            for task in &common.tasks {
                let values = columns.iter().filter_map(|&column| {
                    let row = Common::row(task, shots)?;
                    let estimate = common::value(row, column)?;
                    Some((column, common::above_chance(row, estimate)?, Some(estimate.n)))
                });
                points.extend(values.map(|value| point(series.len(), value)));
                series.push(curve(&task.label, Weight::Faint));
            }
            let means = columns.iter().filter_map(|&column| Some((column, common.mean(column, shots)?, None)));
            points.extend(means.map(|value| point(series.len(), value)));
            series.push(curve("mean", Weight::Bold));
        }
    }
    (series, points)
}

/// Columns of a family from small to large.
fn by_size(overview: &Overview, common: &Common, family: &str) -> Vec<usize> {
    let is_of = |column: &usize| overview.models[*column].card.family == family;
    let mut columns: Vec<usize> = common.columns.iter().copied().filter(is_of).collect();
    columns.sort_by_key(|&column| overview.models[column].card.n_params);
    columns
}

fn point(overview: &Overview, series: usize, (column, above, n): (usize, Above, Option<u64>)) -> CurvePoint {
    let model = &overview.models[column];
    CurvePoint {
        series,
        name: model.label.clone(),
        x: model.card.n_params as f64,
        value: above.value,
        interval: above.interval,
        n,
        source: "chance taken off".to_owned(),
        joined: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{model, record, task};

    #[test]
    fn only_sizes_that_differ_are_joined() {
        let acc = |id: &str| task(id, &[("acc", true, Some(0.5))], 100);
        let of = |sizes: &[u64]| {
            let models = sizes.iter().enumerate().map(|(at, &size)| model(&format!("m{at}"), "gpt2", size)).collect();
            Overview::new(&[&record(models, vec![acc("piqa"), acc("copa")])])
        };
        let overview = of(&[9_000_000, 1_000_000, 1_000_000, 400_000]);
        let (tasks, _) = common::accuracies(&overview);
        let common = Common::new(&overview, &tasks, &[0, 1, 2, 3]).expect("all of it");
        let (series, points) = lines(&overview, &common, &["gpt2"]);
        let mean = points.iter().filter(|point| point.series == series.len() - 1);
        let joined: Vec<_> = mean.map(|point| (point.name.as_str(), point.joined)).collect();
        assert_eq!(joined, [("m3", true), ("m1", false), ("m2", false), ("m0", true)]);
        assert!(notes(&overview, &common, Vec::new()).iter().any(|note| note.contains("not joined")));
        let same = of(&[1_000_000, 1_000_000]);
        assert!(!pick::sizes_differ(&same, [0, 1]) && pick::same_size_note(&same, &[0, 1]).is_some());
    }
}
