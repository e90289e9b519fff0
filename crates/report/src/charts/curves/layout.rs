//! Where lines and points go.

use super::{AcrossScale, Apart, Curve, CurvePlot, CurvePoint, Curves, Weight};
use crate::charts::grid::{Area, Grid, value_axis};
use crate::charts::{Figure, Scene, spread};
use crate::draw::axis::{self, Axis};
use crate::draw::page::{Page, family_marker, push_whisker};
use crate::draw::palette::{self, Color, INK, LINK, PAPER};
use crate::draw::{Line, whole};

/// Radius of a symbol, and the width of the rim around it.
const DOT: f64 = 4.0;
const RIM: f64 = 1.0;
/// Between the middles of points of the same place.
const GAP: f64 = 2.0 * (DOT + RIM);
/// Half of a whisker's cap.
const CAP: f64 = 3.0;
/// So many values of the horizontal axis have each their own tick.
const OWN_TICKS: usize = 12;

/// A plot with its two axes.
struct Plot<'a> {
    data: &'a Curves,
    shown: &'a CurvePlot,
    area: Area,
    x: Across,
    y: Axis,
    /// Where each point stands from left to right.
    places: Vec<f64>,
}

/// The horizontal axis in pixels.
struct Across {
    scale: AcrossScale,
    axis: Axis,
    /// The values that there are, ascending.
    values: Vec<f64>,
}

/// Draws a figure of one plot or a grid of them.
pub(super) fn scene(figure: &Figure, data: &Curves) -> Scene {
    let grid = Grid::new(data.plots.iter().map(|plot| plot.label.as_str()), 4);
    let page = Page::new(figure, grid.width);
    let mut scene = grid.scene(&page, &data.across.label, &data.value_label);
    for (at, plot) in data.plots.iter().enumerate() {
        let area = grid.area(&page, at);
        let x = Across::new(data, area.across());
        let y = value_axis(data.unit, data.ends(plot), area.up());
        let places = places(data, plot, &x, area);
        Plot { data, shown: plot, area, x, y, places }.push(&mut scene);
    }
    scene
}

/// Where the points stand from left to right; those that have no symbol stay where they belong.
fn places(data: &Curves, plot: &CurvePlot, x: &Across, area: Area) -> Vec<f64> {
    let mut places: Vec<f64> = plot.points.iter().map(|point| x.at(point.x)).collect();
    let has_symbol = |at: &usize| matches!(data.series[plot.points[*at].series].weight, Weight::Bold | Weight::Plain);
    let moving: Vec<usize> = (0..places.len()).filter(has_symbol).collect();
    match data.across.apart {
        Apart::Exact => {}
        Apart::BySeries => {
            let mut series: Vec<usize> = moving.iter().map(|&at| plot.points[at].series).collect();
            series.sort_unstable();
            series.dedup();
            let middle = (series.len() as f64 - 1.0) / 2.0;
            let edge =
                places.iter().map(|place| (place - area.left).min(area.right - place)).fold(f64::INFINITY, f64::min);
            let within = (edge - DOT - RIM).max(0.0) / middle.max(0.5);
            let step = GAP.min(0.8 * x.least_distance() / series.len().max(1) as f64).min(within);
            for at in moving {
                let rank = series.iter().position(|&one| one == plot.points[at].series).unwrap_or(0);
                places[at] += (rank as f64 - middle) * step;
            }
        }
        Apart::Near => {
            let mut moving = moving;
            moving.sort_by(|&a, &b| plot.points[a].x.total_cmp(&plot.points[b].x));
            let wanted: Vec<f64> = moving.iter().map(|&at| places[at]).collect();
            let room = (area.left + DOT + RIM, area.right - DOT - RIM);
            for (at, place) in moving.into_iter().zip(spread::apart(&wanted, GAP, room)) {
                places[at] = place;
            }
        }
    }
    places
}

impl Across {
    /// The axis of all plots of a figure, whichever points a plot has.
    fn new(data: &Curves, (left, right): (f64, f64)) -> Self {
        let mut values: Vec<f64> = data.plots.iter().flat_map(|plot| &plot.points).map(|point| point.x).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let scale = data.across.scale;
        let (low, high) = (values.first().copied().unwrap_or(1.0), values.last().copied().unwrap_or(1.0));
        let axis = match scale {
            AcrossScale::FromZero(unit) => Axis::log((1.0, 1.0 + (high / unit).max(1.0)), (left + 22.0, right - 22.0)),
            AcrossScale::Log | AcrossScale::Parameters => {
                let (low, high) = (low.max(f64::MIN_POSITIVE), high.max(f64::MIN_POSITIVE));
                let room = if high > 100.0 * low { 2.0 } else { 1.3 };
                Axis::log((low / room, high * room), (left, right))
            }
        };
        Self { scale, axis, values }
    }

    fn at(&self, value: f64) -> f64 {
        match self.scale {
            AcrossScale::FromZero(unit) => self.axis.at(1.0 + value / unit),
            AcrossScale::Log | AcrossScale::Parameters => self.axis.at(value),
        }
    }

    /// Pixels between the two values that are closest; many where there is one.
    fn least_distance(&self) -> f64 {
        self.values.windows(2).map(|pair| self.at(pair[1]) - self.at(pair[0])).fold(f64::INFINITY, f64::min)
    }

    /// Ticks at the values themselves where there are few, else at round ones.
    fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let values = match self.scale {
            AcrossScale::FromZero(_) if self.values.len() <= OWN_TICKS => self.values.clone(),
            AcrossScale::FromZero(unit) => {
                let high = self.values.last().copied().unwrap_or(unit);
                let round = Axis::log((unit, high.max(10.0 * unit)), (0.0, 1.0)).ticks(most);
                [0.0].into_iter().chain(round.into_iter().filter(|&tick| tick <= high)).collect()
            }
            AcrossScale::Log | AcrossScale::Parameters => self.axis.ticks(most),
        };
        let label = |value: f64| match self.scale {
            AcrossScale::Parameters => axis::size_label(value),
            AcrossScale::Log | AcrossScale::FromZero(_) => axis::label(crate::number::Unit::Plain, value),
        };
        values.into_iter().map(|value| (self.at(value), label(value))).collect()
    }
}

impl Plot<'_> {
    fn push(&self, scene: &mut Scene) {
        self.area.push_values(scene, self.data.unit, &self.y);
        let n_ticks = whole((self.area.right - self.area.left) / 44.0) as usize;
        self.area.push_ticks(scene, self.x.ticks(n_ticks).into_iter());
        self.area.push_heading(scene, &self.shown.label, &self.shown.details);
        if let Some(chance) = self.shown.chance {
            let y = self.y.at(chance);
            scene.dashed((self.area.left, y), (self.area.right, y), 4.0, Line(1.2, INK));
        }
        // Means last, so that nothing covers them.
        for weight in [Weight::Faint, Weight::Front, Weight::Plain, Weight::Bold] {
            for (at, series) in self.data.series.iter().enumerate().filter(|(_, series)| series.weight == weight) {
                self.push_series(scene, at, series);
            }
        }
    }

    fn push_series(&self, scene: &mut Scene, series: usize, curve: &Curve) {
        let own = || self.shown.points.iter().zip(&self.places).filter(|(point, _)| point.series == series);
        let place = |(point, x): (&CurvePoint, &f64)| (*x, self.y.at(point.value));
        let joined: Vec<(f64, f64)> = own().filter(|(point, _)| point.joined).map(place).collect();
        let (color, width) = look(curve);
        for pair in joined.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            if curve.weight == Weight::Front {
                scene.line(from, (from.0, to.1), Line(width, color));
                scene.line((from.0, to.1), to, Line(width, color));
            } else {
                scene.line(from, to, Line(width, color));
            }
        }
        match curve.weight {
            Weight::Front => {}
            // A line of one point would not be seen.
            Weight::Faint => own().map(place).for_each(|at| scene.mark(at, family_marker(0), 1.5, color)),
            Weight::Plain | Weight::Bold => own().for_each(|(point, x)| self.push_point(scene, curve, point, *x)),
        }
    }

    fn push_point(&self, scene: &mut Scene, curve: &Curve, point: &CurvePoint, x: f64) {
        let (color, width) = look(curve);
        if let Some((low, high)) = point.interval.filter(|_| point.value.is_finite()) {
            push_whisker(scene, x, (self.y.at(low), self.y.at(high)), CAP, Line(width.min(1.6), color));
        }
        let (at, marker) = ((x, self.y.at(point.value)), family_marker(curve.family));
        let radius = if curve.weight == Weight::Bold { DOT + 1.0 } else { DOT };
        scene.mark(at, marker, radius + RIM, PAPER);
        scene.mark(at, marker, radius, color);
    }
}

/// Colour and width of a line.
fn look(curve: &Curve) -> (Color, f64) {
    match (curve.weight, curve.hue) {
        (Weight::Bold, hue) => (hue.map_or(INK, palette::series), 3.0),
        (Weight::Plain, hue) => (hue.map_or(INK, palette::series), 1.6),
        (Weight::Faint, hue) => (hue.map_or(LINK, palette::tint), 1.0),
        (Weight::Front, _) => (LINK, 1.6),
    }
}
