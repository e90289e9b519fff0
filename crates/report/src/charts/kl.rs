//! `kl`: how far two models' distributions are apart, from `yardstick diff`.

use super::ledger::{Ledger, Place, Row, plain};
use super::{About, Chart, Figure, Key, LegendEntry, Material, Plot, Scene};
use crate::diff::DiffUnit;
use crate::draw::axis::Axis;
use crate::draw::page::Page;
use crate::draw::palette::{Color, INK, LINK, MUTED};
use crate::draw::ramp::rising;
use crate::draw::{Anchor, Font, Line, Marker};
use crate::number::{Unit, count};
use crate::{Artifact, Card, DiffRecord, ReportError};
use polars::prelude::Column;
use std::sync::Arc;

/// A strip a pair of models.
pub(super) struct Kl;

/// Strips of a figure.
const MOST: usize = 30;
/// Decades that an axis may span: what is smaller counts as nothing.
const DECADES: f64 = 12.0;
/// Room for what is nothing, left of a log axis.
const NOTHING: f64 = 40.0;
/// Half of a bar's height.
const BAR: f64 = 5.0;
const TICK: Font = Font::new(10.5).color(MUTED);

impl Chart for Kl {
    fn card(&self) -> Card {
        Card {
            id: "kl",
            summary: "KL of two models token by token: mean, median, 99 %, 99.9 % and largest on a log axis",
        }
    }

    fn figures(&self, material: &Material) -> Vec<Figure> {
        figure("kl-divergence", material.diffs).into_iter().collect()
    }
}

/// The strip of one comparison as CSV, SVG and PNG: `<name>-kl.<ext>`.
///
/// # Errors
/// A table or picture that cannot be encoded.
pub fn diff_artifacts(name: &str, record: &DiffRecord) -> Result<Vec<Artifact>, ReportError> {
    let figure = figure(&format!("{name}-kl"), std::slice::from_ref(record));
    figure.map_or_else(|| Ok(Vec::new()), |figure| super::files(&figure, true))
}

/// What is drawn.
#[derive(Debug, PartialEq)]
struct Strips(Vec<Strip>);

/// Two models. All of it in nats.
#[derive(Debug, PartialEq)]
struct Strip {
    a: String,
    b: String,
    material: String,
    mean: f64,
    interval: Option<(f64, f64)>,
    /// Median, 99 %, 99.9 %, largest.
    quantiles: [f64; 4],
    /// Share of positions with the same most likely token, and its interval.
    same_top1: [f64; 3],
    positions: u64,
    units: String,
    bit_identical: bool,
}

/// From one quantile to the next: how dark, and in words.
const SPANS: [(f64, &str); 3] = [(0.85, "median to 99 %"), (0.55, "to 99.9 %"), (0.3, "to the largest")];
/// The mean and its interval.
const MEAN: Color = INK;

fn figure(stem: &str, diffs: &[DiffRecord]) -> Option<Figure> {
    let spans = SPANS.map(|(dark, label)| LegendEntry { key: Key::Shade(rising(dark)), label: label.to_owned() });
    let mean = LegendEntry { key: Key::Mark(Marker::Diamond, MEAN), label: "mean, with its 95 % interval".to_owned() };
    let hidden = diffs.len().saturating_sub(MOST);
    let title = match diffs {
        [record] => format!("{} against {}, token by token", record.model_b.name, record.model_a.name),
        _ => "Distributions compared, token by token".to_owned(),
    };
    (!diffs.is_empty()).then(|| Figure {
        chart: "kl",
        stem: stem.to_owned(),
        about: About::Report,
        title,
        subtitle: format!(
            "KL(A, B) of the next token's distribution, nats on a log axis; B against A{}; 0: the same distributions",
            if let [record] = diffs { format!(": A is {}", record.model_a.name) } else { String::new() }
        ),
        notes: notes(diffs, hidden),
        partial: false,
        legend: std::iter::once(mean).chain(spans).collect(),
        plot: Arc::new(Strips(diffs.iter().take(MOST).map(strip).collect())),
    })
}

fn notes(diffs: &[DiffRecord], hidden: usize) -> Vec<String> {
    let shots = super::protocol::shots(diffs.iter().flat_map(|d| &d.material.tasks).map(|card| card.shots));
    let asked = if diffs.iter().any(|d| !d.material.tasks.is_empty()) {
        format!("Tasks: {shots}, at their scored positions. ")
    } else {
        String::new()
    };
    let what = format!(
        "{asked}Quantiles are over positions; intervals take documents or windows of a text as independent. Same top-1: positions \
         where both models have the same most likely token."
    );
    let alone = diffs.iter().any(|d| d.unit == DiffUnit::Position);
    let alone = alone.then(|| {
        "Where there is one window only, positions count as independent: such intervals are too narrow.".to_owned()
    });
    let hidden = (hidden > 0).then(|| format!("{hidden} more comparisons are left out."));
    [Some(what), alone, hidden].into_iter().flatten().collect()
}

fn strip(record: &DiffRecord) -> Strip {
    let texts = record.material.texts.iter().map(|text| text.path.as_str());
    let tasks = record.material.tasks.iter().map(|task| task.id.as_str());
    let unit = match record.unit {
        DiffUnit::Document => "documents",
        DiffUnit::Window => "windows",
        DiffUnit::Position => "positions",
    };
    let top = &record.same_top1;
    Strip {
        a: record.model_a.name.clone(),
        b: record.model_b.name.clone(),
        material: texts.chain(tasks).collect::<Vec<_>>().join(", "),
        mean: record.mean_kl.value,
        interval: record.mean_kl.low.zip(record.mean_kl.high),
        quantiles: [record.kl_median, record.kl_p99, record.kl_p999, record.kl_max],
        same_top1: [top.rate, top.low, top.high],
        positions: record.n_positions,
        units: format!("{} {unit}", count(record.n_units)),
        bit_identical: record.bit_identical,
    }
}

impl Strip {
    fn all(&self) -> impl Iterator<Item = f64> {
        let ends = self.interval.map_or([self.mean; 2], |(low, high)| [low, high]);
        self.quantiles.into_iter().chain([self.mean]).chain(ends)
    }
}

/// Positive numbers on a log axis; what is nothing has a place of its own at the left.
struct Scale {
    axis: Axis,
    least: f64,
    nothing: f64,
}

impl Scale {
    fn new(strips: &[Strip], (left, right): (f64, f64)) -> Self {
        let values = || strips.iter().flat_map(Strip::all).filter(|kl| kl.is_finite());
        let high = values().fold(0.0, f64::max);
        let high = if high > 0.0 { high } else { 1.0 };
        let least = high * 10f64.powf(-DECADES);
        let low = values().filter(|kl| *kl > least).fold(high, f64::min);
        let ends = (10f64.powf((0.8 * low).log10().floor()), 10f64.powf((1.25 * high).log10().ceil()));
        let has_nothing = values().any(|kl| kl <= least);
        let start = if has_nothing { left + NOTHING } else { left };
        Self { axis: Axis::log(ends, (start, right)), least, nothing: left + NOTHING / 3.0 }
    }

    fn at(&self, kl: f64) -> f64 {
        if kl > self.least { self.axis.at(kl) } else { self.nothing }
    }
}

impl Plot for Strips {
    fn table(&self) -> Vec<Column> {
        let texts = |name: &str, of: &dyn Fn(&Strip) -> String| {
            Column::new(name.into(), self.0.iter().map(of).collect::<Vec<_>>())
        };
        let floats = |name: &str, of: &dyn Fn(&Strip) -> Option<f64>| {
            Column::new(name.into(), self.0.iter().map(of).collect::<Vec<_>>())
        };
        vec![
            texts("a", &|s| s.a.clone()),
            texts("b", &|s| s.b.clone()),
            texts("material", &|s| s.material.clone()),
            Column::new("positions".into(), self.0.iter().map(|s| s.positions).collect::<Vec<_>>()),
            texts("independent", &|s| s.units.clone()),
            floats("kl_mean", &|s| Some(s.mean)),
            floats("kl_mean_low", &|s| s.interval.map(|i| i.0)),
            floats("kl_mean_high", &|s| s.interval.map(|i| i.1)),
            floats("kl_median", &|s| Some(s.quantiles[0])),
            floats("kl_p99", &|s| Some(s.quantiles[1])),
            floats("kl_p999", &|s| Some(s.quantiles[2])),
            floats("kl_max", &|s| Some(s.quantiles[3])),
            floats("same_top1", &|s| Some(s.same_top1[0])),
            floats("same_top1_low", &|s| Some(s.same_top1[1])),
            floats("same_top1_high", &|s| Some(s.same_top1[2])),
            Column::new("bit_identical".into(), self.0.iter().map(|s| s.bit_identical).collect::<Vec<_>>()),
        ]
    }

    fn scene(&self, figure: &Figure) -> Scene {
        let heads = ["mean KL\n(95 % interval)", "same top-1, %\n(95 % interval)", "positions"];
        let ledger = Ledger::new(&heads, vec![self.0.iter().map(row).collect()]);
        let page = Page::new(figure, ledger.width());
        let mut scene = page.scene(ledger.height());
        let scale = Scale::new(&self.0, ledger.plot());
        for place in ledger.push(&mut scene, page.top()) {
            push_axis(&mut scene, &ledger, &scale, &place);
            for (strip, y) in self.0.iter().zip(&place.rows) {
                push_strip(&mut scene, &scale, *y, strip);
            }
        }
        scene
    }

    fn extent(&self) -> String {
        let means: Vec<String> =
            self.0.iter().map(|s| format!("{} against {}: mean {}", s.b, s.a, Unit::Plain.value(s.mean))).collect();
        means.join("; ")
    }
}

fn push_axis(scene: &mut Scene, ledger: &Ledger, scale: &Scale, place: &Place) {
    let label = |tick: f64| {
        let power = tick.log10().round();
        if (-3.0..=3.0).contains(&power) { format!("{tick}") } else { format!("{tick:.0e}") }
    };
    ledger.push_axis(scene, place, &scale.axis, label, "KL(A, B), nats, log axis");
    if scale.axis.at(0.0) > ledger.plot().0 {
        scene.dashed((scale.nothing, place.top), (scale.nothing, place.bottom), 3.0, Line(1.0, LINK));
        scene.text((scale.nothing, place.bottom + 15.0), "0", TICK, Anchor::Middle);
    }
}

fn row(strip: &Strip) -> Row {
    let nats = |kl: f64| Unit::Plain.value(kl);
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let interval = strip.interval.map_or_else(String::new, |(low, high)| format!(" ({} to {})", nats(low), nats(high)));
    let [rate, low, high] = strip.same_top1.map(percent);
    let mean =
        if strip.bit_identical { "0, bit-identical".to_owned() } else { format!("{}{interval}", nats(strip.mean)) };
    Row {
        name: format!("{} against {}", strip.b, strip.a),
        detail: format!("{}, {}", strip.units, strip.material),
        cells: vec![plain(mean), plain(format!("{rate} ({low} to {high})")), (count(strip.positions), MUTED)],
    }
}

/// The mean and its interval a little above the middle, the quantiles on a bar a little below.
fn push_strip(scene: &mut Scene, scale: &Scale, middle: f64, strip: &Strip) {
    let (above, below) = (middle - 8.0, middle + 5.0);
    for (ends, (dark, _)) in strip.quantiles.windows(2).zip(SPANS) {
        let (from, to) = (scale.at(ends[0]), scale.at(ends[1]));
        scene.rect((from, below - BAR), (to.max(from + 2.0), below + BAR), rising(dark));
    }
    // Where the quantiles are nearly one, the ends are still to be seen.
    for kl in [strip.quantiles[0], strip.quantiles[3]] {
        scene.line((scale.at(kl), below - BAR - 1.5), (scale.at(kl), below + BAR + 1.5), Line(1.6, rising(1.0)));
    }
    if let Some((low, high)) = strip.interval {
        let (low, high) = (scale.at(low), scale.at(high));
        scene.line((low, above), (high, above), Line(1.6, MEAN));
        for x in [low, high] {
            scene.line((x, above - 3.5), (x, above + 3.5), Line(1.6, MEAN));
        }
    }
    scene.mark((scale.at(strip.mean), above), Marker::Diamond, 4.5, MEAN);
}
