//! Where the points go.

use crate::charts::grid::{Area, Grid, value_axis};
use crate::charts::spread;
use crate::charts::{Figure, Mark, Panel, Panels, Scene, SeriesKind};
use crate::draw::axis::{self, Axis};
use crate::draw::page::{Page, family_marker, push_kind, push_whisker};
use crate::draw::palette::{self, Color, INK, LINK, MUTED, PAPER};
use crate::draw::{Line, Marker, whole};
use std::collections::BTreeMap;

/// Radius of a model's symbol, and of the rim that keeps it apart from what lies behind it.
const DOT: f64 = 5.0;
const RIM: f64 = DOT + 1.0;
/// Between the middles of models of the same size: neither dots nor caps of whiskers touch.
const GAP: f64 = 2.0 * RIM + 1.0;
/// Half of a whisker's cap.
const CAP: f64 = 3.0;

/// Between the numbers of shots of a model: its whiskers stand side by side, within its own place.
const SHOTS_GAP: f64 = 4.0;

/// A plot with its two axes.
struct Plot<'a> {
    data: &'a Panels,
    /// Numbers of shots, if colours stand for them.
    shots: &'a [usize],
    families: &'a [&'a str],
    area: Area,
    x: Axis,
    y: Axis,
    /// Where the models stand from left to right, by series.
    models: BTreeMap<usize, f64>,
}

/// Draws a figure of small plots.
pub(super) fn scene(figure: &Figure, data: &Panels) -> Scene {
    let (sizes, shots, families) = (sizes(data), data.shots(), data.families());
    // Several whiskers a model need more room.
    let most = if shots.len() > 1 { 3 } else { 4 };
    let grid = Grid::new(data.panels.iter().map(|panel| panel.label.as_str()), most);
    let page = Page::new(figure, grid.width);
    let mut scene = grid.scene(&page, "parameters", &data.value_label);
    for (at, panel) in data.panels.iter().enumerate() {
        let area = grid.area(&page, at);
        let x = Axis::log(sizes, area.across());
        let y = value_axis(data.unit, Panels::ends([panel]).unwrap_or((0.0, 1.0)), area.up());
        let models = places(data, &x, area.across());
        let shots = if shots.len() > 1 { shots.as_slice() } else { &[] };
        Plot { data, shots, families: &families, area, x, y, models }.push(&mut scene, panel);
    }
    scene
}

/// Where the models of a figure stand, by series: the same in each of its plots, whoever is missing there.
fn places(data: &Panels, x: &Axis, (left, right): (f64, f64)) -> BTreeMap<usize, f64> {
    let marks = || data.panels.iter().flat_map(|p| &p.marks);
    let models: BTreeMap<usize, f64> = marks()
        .filter(|m| matches!(data.series[m.series].kind, SeriesKind::Model { .. }))
        .map(|m| (m.series, m.n_params.max(1.0)))
        .collect();
    // From small to large: the smaller one of two in almost the same place stands on the left.
    let mut models: Vec<(usize, f64)> = models.into_iter().collect();
    models.sort_by(|a, b| a.1.total_cmp(&b.1));
    let wanted: Vec<f64> = models.iter().map(|(_, size)| x.at(*size)).collect();
    let places = spread::apart(&wanted, GAP, (left + RIM, right - RIM));
    models.into_iter().map(|(series, _)| series).zip(places).collect()
}

/// Neighbours by size of one family or paper at a number of shots. Where several have one size, none of them is joined.
fn links<'a>(data: &Panels, panel: &'a Panel) -> Vec<(&'a Mark, &'a Mark)> {
    let line_of = |mark: &Mark| match &data.series[mark.series].kind {
        SeriesKind::Model { family, .. } => ("model", family.as_str(), mark.shots),
        SeriesKind::Paper { paper, .. } => ("paper", *paper, mark.shots),
    };
    let is_same = |a: &Mark, b: &Mark| line_of(a) == line_of(b) && a.n_params.total_cmp(&b.n_params).is_eq();
    let is_alone = |mark: &&Mark| panel.marks.iter().filter(|other| is_same(mark, other)).count() == 1;
    let mut marks: Vec<&Mark> = panel.marks.iter().filter(is_alone).collect();
    marks.sort_by(|a, b| a.n_params.total_cmp(&b.n_params));
    let next = |at: usize| marks[at + 1..].iter().find(|next| line_of(next) == line_of(marks[at]));
    (0..marks.len()).filter_map(|at| Some((marks[at], *next(at)?))).collect()
}

/// Smallest and largest model of the data, with room on both sides.
fn sizes(data: &Panels) -> (f64, f64) {
    let all = || data.panels.iter().flat_map(|p| &p.marks).map(|m| m.n_params.max(1.0));
    let (low, high) = all().fold((f64::INFINITY, 1.0_f64), |(low, high), n| (low.min(n), high.max(n)));
    let room = if high > 100.0 * low { 2.0 } else { 1.3 };
    if low.is_finite() { (low / room, high * room) } else { (1.0, 10.0) }
}

impl Plot<'_> {
    fn push(&self, scene: &mut Scene, panel: &Panel) {
        self.area.push_values(scene, self.data.unit, &self.y);
        let n_ticks = whole((self.area.right - self.area.left) / 44.0) as usize;
        let ticks = self.x.ticks(n_ticks).into_iter().map(|tick| (self.x.at(tick), axis::size_label(tick)));
        self.area.push_ticks(scene, ticks);
        self.area.push_heading(scene, &panel.label, &panel.details());
        if let Some(chance) = panel.raised_chance() {
            self.push_level(scene, chance, 4.0, Line(1.2, INK));
        }
        for level in &panel.levels {
            self.push_level(scene, level.value, 2.0, Line(1.2, MUTED));
        }
        self.push_links(scene, panel);
        for mark in &panel.marks {
            self.push_mark(scene, mark);
        }
    }

    fn push_level(&self, scene: &mut Scene, value: f64, dash: f64, line: Line) {
        let y = self.y.at(value);
        scene.dashed((self.area.left, y), (self.area.right, y), dash, line);
    }

    /// Joins the models of a family at a number of shots, and a paper's, from small to large.
    fn push_links(&self, scene: &mut Scene, panel: &Panel) {
        for (mark, next) in links(self.data, panel) {
            let is_model = matches!(self.data.series[mark.series].kind, SeriesKind::Model { .. });
            let width = if is_model && !self.shots.is_empty() { 2.0 } else { 1.2 };
            let color = self.color_of_shots(mark).unwrap_or(LINK);
            scene.line(self.point(mark), self.point(next), Line(width, color));
        }
    }

    fn color_of_shots(&self, mark: &Mark) -> Option<Color> {
        self.shots.iter().position(|&shots| shots == mark.shots).map(palette::series)
    }

    fn push_mark(&self, scene: &mut Scene, mark: &Mark) {
        let (at, kind) = (self.point(mark), &self.data.series[mark.series].kind);
        let SeriesKind::Model { column, family } = kind else { return push_kind(scene, at, kind) };
        let color = self.color_of_shots(mark).unwrap_or_else(|| palette::series(*column));
        let family = self.families.iter().position(|name| name == family).filter(|_| !self.shots.is_empty());
        let marker = family.map_or(Marker::Dot, family_marker);
        if let Some((low, high)) = mark.interval.filter(|_| mark.value.is_finite()) {
            push_whisker(scene, at.0, (self.y.at(low), self.y.at(high)), CAP, Line(1.6, color));
        }
        let smaller = if self.shots.is_empty() { 0.0 } else { 1.5 };
        scene.mark(at, marker, RIM - smaller, PAPER);
        scene.mark(at, marker, DOT - smaller, color);
    }

    fn point(&self, mark: &Mark) -> (f64, f64) {
        let aside = self.shots.iter().position(|&shots| shots == mark.shots);
        let aside = aside.map_or(0.0, |at| (at as f64 - (self.shots.len() as f64 - 1.0) / 2.0) * SHOTS_GAP);
        let x = self.models.get(&mark.series).map(|x| x + aside);
        (x.unwrap_or_else(|| self.x.at(mark.n_params.max(1.0))), self.y.at(mark.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::panels::model_series;
    use crate::charts::pick;
    use crate::number::Unit;
    use crate::overview::Overview;
    use crate::testing::{self, model, record};

    #[test]
    fn only_sizes_that_differ_are_joined() {
        let sizes = [("c", 3_000_000), ("b-int8", 1_000_000), ("b", 1_000_000), ("a", 400_000), ("d", 9_000_000)];
        let models = sizes.map(|(name, n_params)| model(name, "gpt2", n_params)).to_vec();
        let overview = Overview::new(&[&record(models, testing::one_by_one("piqa").tasks)]);
        let panel = pick::panel(&overview, &overview.rows[0]);
        let series = model_series(&overview);
        let data = Panels { unit: Unit::Percent, value_label: String::new(), series, panels: vec![panel] };
        let joined: Vec<_> = links(&data, &data.panels[0]).iter().map(|(a, b)| (a.series, b.series)).collect();
        assert_eq!(joined, [(3, 0), (0, 4)]);
        let x = Axis::log((1e5, 1e10), (0.0, 100.0));
        let places = places(&data, &x, (0.0, 100.0));
        assert!(
            places[&3] < places[&1] && places[&1] < places[&2] && places[&2] < places[&0] && places[&0] < places[&4]
        );
    }
}
