//! `radar`: a profile of a few models over a few tasks, chance taken off.

mod layout;

use super::common::{self, Above, Common};
use super::panels::shots_word;
use super::{About, Chart, Figure, Key, LegendEntry, Material, Plot, Scene};
use crate::Card;
use crate::number::count;
use crate::overview::Overview;
use polars::prelude::Column;
use std::sync::Arc;

/// Profiles of models.
pub(super) struct Radar;

/// Most tasks and most models: more could not be told apart.
const MOST_AXES: usize = 8;
const MOST_MODELS: usize = 5;
const LEAST_AXES: usize = 3;

impl Chart for Radar {
    fn card(&self) -> Card {
        let summary = "profiles of at most five models over at most eight tasks or groups, from chance to all right";
        Card { id: "radar", summary }
    }

    /// None for fewer than three tasks that all models have.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        let (tasks, unknown) = common::accuracies(overview);
        let columns: Vec<usize> = (0..overview.models.len()).collect();
        let common = Common::new(overview, &tasks, &columns).filter(|common| common.tasks.len() >= LEAST_AXES);
        common.map(|common| figure(overview, &common, unknown)).into_iter().collect()
    }
}

/// Models over spokes.
#[derive(Clone, Debug, PartialEq)]
struct Wheel {
    /// What the rim stands for, from 0 at the centre.
    rim: f64,
    spokes: Vec<Spoke>,
    profiles: Vec<Profile>,
}

/// A task or group.
#[derive(Clone, Debug, PartialEq)]
struct Spoke {
    label: String,
    /// Metric and documents.
    details: String,
    chance: f64,
}

/// A model.
#[derive(Clone, Debug, PartialEq)]
struct Profile {
    label: String,
    /// Column in the overview, which sets its colour.
    column: usize,
    /// One a spoke.
    values: Vec<Above>,
}

fn figure(overview: &Overview, common: &Common, unknown: Vec<String>) -> Figure {
    let shots = common.shots[0];
    let columns: Vec<usize> = common.columns.iter().copied().take(MOST_MODELS).collect();
    let rows: Vec<_> =
        common.tasks.iter().filter_map(|task| Some((*task, Common::row(task, shots)?))).take(MOST_AXES).collect();
    let spokes = rows.iter().map(|(task, row)| {
        let n = row.n().map_or(0, |n| n.0);
        Spoke {
            label: task.label.clone(),
            details: format!("{}, n = {}", row.metric, count(n)),
            chance: row.chance.unwrap_or(0.0),
        }
    });
    let above = |row: &crate::overview::Row, column| common::above_chance(row, common::value(row, column)?);
    let profile = |&column: &usize| {
        let values: Option<Vec<Above>> = rows.iter().map(|(_, row)| above(row, column)).collect();
        Some(Profile { label: overview.models[column].label.clone(), column, values: values? })
    };
    let profiles: Vec<Profile> = columns.iter().filter_map(profile).collect();
    let rim = rim(&profiles);
    let data = Wheel { rim, spokes: spokes.collect(), profiles };
    Figure {
        chart: "radar",
        stem: "radar-accuracy".to_owned(),
        about: About::Report,
        title: format!("Profiles over {} tasks", data.spokes.len()),
        subtitle: format!(
            "{}; accuracy with chance taken off: the centre is guessing or worse, the rim {}; lines along the spokes: 95 % intervals",
            shots_word(shots),
            if rim < 1.0 { format!("{rim} of the way to all right") } else { "all right".to_owned() },
        ),
        notes: notes(overview, common, &data, unknown),
        partial: overview.partial,
        legend: data
            .profiles
            .iter()
            .map(|p| LegendEntry { key: Key::Line(p.column), label: p.label.clone() })
            .collect(),
        plot: Arc::new(data),
    }
}

/// The least of a quarter, a half and one that holds every value and interval.
fn rim(profiles: &[Profile]) -> f64 {
    let values = profiles.iter().flat_map(|profile| &profile.values);
    let highest = values.map(|above| above.interval.map_or(above.value, |(_, high)| high)).fold(0.0, f64::max);
    [0.25, 0.5].into_iter().find(|&rim| highest <= rim).unwrap_or(1.0)
}

fn notes(overview: &Overview, common: &Common, data: &Wheel, unknown: Vec<String>) -> Vec<String> {
    let hides = "What a radar hides: the order of the spokes is that of the report and another order gives another shape; the \
                 area means nothing; values near the centre look alike. Read along one spoke, or take the bars. Models' \
                 dots stand side by side on each spoke."
        .to_owned();
    let tasks: Vec<&str> = common.tasks.iter().skip(data.spokes.len()).map(|task| task.label.as_str()).collect();
    let models: Vec<&str> =
        common.columns.iter().skip(MOST_MODELS).map(|&column| overview.models[column].label.as_str()).collect();
    let said = |what: &str, names: &[&str]| {
        (!names.is_empty())
            .then(|| format!("Not shown, the first {what} of the report being enough: {}.", names.join(", ")))
    };
    let not_shown = said("eight tasks", &tasks).into_iter().chain(said("five models", &models));
    [hides].into_iter().chain(not_shown).chain(common.left_out.iter().cloned()).chain(unknown).collect()
}

impl Plot for Wheel {
    fn table(&self) -> Vec<Column> {
        let lines: Vec<(&Profile, &Spoke, &Above)> = self
            .profiles
            .iter()
            .flat_map(|profile| {
                self.spokes.iter().zip(&profile.values).map(move |(spoke, above)| (profile, spoke, above))
            })
            .collect();
        let texts = |name: &str, of: &dyn Fn(&Profile, &Spoke) -> String| {
            Column::new(name.into(), lines.iter().map(|(p, s, _)| of(p, s)).collect::<Vec<_>>())
        };
        let floats = |name: &str, of: &dyn Fn(&Spoke, &Above) -> Option<f64>| {
            Column::new(name.into(), lines.iter().map(|(_, s, a)| of(s, a)).collect::<Vec<_>>())
        };
        vec![
            texts("series", &|p, _| p.label.clone()),
            texts("task", &|_, s| s.label.clone()),
            texts("metric", &|_, s| s.details.clone()),
            floats("above_chance", &|_, a| Some(a.value)),
            floats("low", &|_, a| a.interval.map(|i| i.0)),
            floats("high", &|_, a| a.interval.map(|i| i.1)),
            floats("chance", &|s, _| Some(s.chance)),
        ]
    }

    fn scene(&self, figure: &Figure) -> Scene {
        layout::scene(figure, self)
    }

    fn extent(&self) -> String {
        format!("{} tasks, {} models", self.spokes.len(), self.profiles.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rim_holds_everything() {
        let check = |high: f64, wanted: f64| {
            let above = Above { value: 0.1, stderr: None, interval: Some((0.0, high)) };
            let profile = Profile { label: String::new(), column: 0, values: vec![above] };
            assert!((rim(&[profile]) - wanted).abs() < 1e-12, "{high}");
        };
        for (high, wanted) in [(0.2, 0.25), (0.25, 0.25), (0.26, 0.5), (0.7, 1.0), (1.1, 1.0)] {
            check(high, wanted);
        }
    }
}
