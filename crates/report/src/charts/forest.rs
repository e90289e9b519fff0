//! `forest`: the difference of two models on each task, sorted by effect, with intervals and corrected verdicts.

mod layout;

use super::two::{self, Two};
use super::{Chart, Figure, Key, LegendEntry, Material, Plot, Scene, protocol};
use crate::compare::{TaskRow, Verdict, word};
use crate::number::Unit;
use crate::{Artifact, Card, Comparison, ReportError, Side};
use polars::prelude::Column;
use std::sync::Arc;

/// Differences with intervals, task by task.
pub(super) struct Forest;

/// Lines of a figure; beyond, the largest gains and losses are shown.
const MOST: usize = 60;

impl Chart for Forest {
    fn card(&self) -> Card {
        Card { id: "forest", summary: "two models' differences by task, sorted, with intervals and corrected verdicts" }
    }

    fn figures(&self, material: &Material) -> Vec<Figure> {
        let (pairs, left_out) = two::drawn(material);
        pairs.iter().filter_map(|pair| figure(pair, left_out.as_deref())).collect()
    }
}

/// The forest plot and the outcomes of two models that are no part of a report: CSV, SVG and PNG of each.
///
/// # Errors
/// A table or picture that cannot be encoded.
pub fn comparison_artifacts(
    base: &Side,
    candidate: &Side,
    comparison: &Comparison,
) -> Result<Vec<Artifact>, ReportError> {
    let pair = Two::alone(base, candidate, comparison);
    let figures = figure(&pair, None).into_iter().chain(super::outcomes::figure(&pair, None));
    let files: Vec<Vec<Artifact>> = figures.map(|figure| super::files(&figure, true)).collect::<Result<_, _>>()?;
    Ok(files.into_iter().flatten().collect())
}

/// Differences that share an axis.
#[derive(Debug, PartialEq)]
struct Section {
    /// What a unit of the axis is.
    scale: Scale,
    /// The largest gain first.
    lines: Vec<Entry>,
}

/// How a difference is put on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    /// Shares: in points of a hundred.
    Points,
    /// Anything else: in percent of the base's value.
    Relative,
}

/// A task.
#[derive(Debug, PartialEq)]
struct Entry {
    task: String,
    version: String,
    shots: usize,
    prompt_hash: String,
    metric: String,
    higher_is_better: bool,
    n: u64,
    base: f64,
    candidate: f64,
    /// Positive where the candidate is better; like all that follows in the unit of the axis.
    gain: f64,
    interval: Option<(f64, f64)>,
    /// What could have been seen.
    detectable: Option<f64>,
    /// Not corrected.
    p: f64,
    /// Corrected over tasks.
    holm: Option<f64>,
    verdict: Verdict,
}

/// What is drawn.
#[derive(Debug, PartialEq)]
struct Differences {
    level: String,
    sections: Vec<Section>,
}

impl Plot for Differences {
    fn table(&self) -> Vec<Column> {
        let lines: Vec<(&Section, &Entry)> =
            self.sections.iter().flat_map(|section| section.lines.iter().map(move |line| (section, line))).collect();
        let texts = |name: &str, of: &dyn Fn(&Section, &Entry) -> String| {
            Column::new(name.into(), lines.iter().map(|(s, e)| of(s, e)).collect::<Vec<_>>())
        };
        let floats = |name: &str, of: &dyn Fn(&Entry) -> Option<f64>| {
            Column::new(name.into(), lines.iter().map(|(_, e)| of(e)).collect::<Vec<_>>())
        };
        let counts = |name: &str, of: &dyn Fn(&Entry) -> u64| {
            Column::new(name.into(), lines.iter().map(|(_, e)| of(e)).collect::<Vec<_>>())
        };
        vec![
            texts("task", &|_, e| e.task.clone()),
            texts("version", &|_, e| e.version.clone()),
            counts("shots", &|e| e.shots as u64),
            texts("prompt_hash", &|_, e| e.prompt_hash.clone()),
            texts("metric", &|_, e| e.metric.clone()),
            texts("better", &|_, e| if e.higher_is_better { "higher" } else { "lower" }.to_owned()),
            counts("n", &|e| e.n),
            floats("base", &|e| Some(e.base)),
            floats("candidate", &|e| Some(e.candidate)),
            texts("unit_of_gain", &|s, _| s.scale.unit().to_owned()),
            floats("gain", &|e| Some(e.gain)),
            floats("low", &|e| e.interval.map(|i| i.0)),
            floats("high", &|e| e.interval.map(|i| i.1)),
            floats("detectable", &|e| e.detectable),
            floats("p", &|e| Some(e.p)),
            floats("p_holm", &|e| e.holm),
            texts("verdict", &|_, e| word(e.verdict).to_owned()),
        ]
    }

    fn scene(&self, figure: &Figure) -> Scene {
        layout::scene(figure, self)
    }

    fn extent(&self) -> String {
        let all = || self.sections.iter().flat_map(|section| &section.lines);
        let count = |verdict: Verdict| all().filter(|line| line.verdict == verdict).count();
        let (better, worse) = (count(Verdict::Better), count(Verdict::Worse));
        format!("{}, {better} better, {worse} worse", two::tasks(all().count()))
    }
}

/// The figure of a pair; none where nothing is compared.
fn figure(pair: &Two, left_out: Option<&str>) -> Option<Figure> {
    let (sections, hidden) = sections(pair);
    let verdicts = [Verdict::Better, Verdict::Worse, Verdict::NotShown, Verdict::Identical];
    let has = |verdict: &Verdict| sections.iter().flat_map(|s| &s.lines).any(|line| line.verdict == *verdict);
    let entry = |key: Key, label: &str| LegendEntry { key, label: label.to_owned() };
    let verdicts = verdicts.into_iter().filter(has).map(|verdict| entry(Key::Verdict(verdict), in_words(verdict)));
    let unseen = entry(Key::Shade(layout::UNSEEN), "too small for these documents");
    let has_unseen = sections.iter().flat_map(|section| &section.lines).any(|line| line.detectable.is_some());
    let legend: Vec<LegendEntry> = verdicts.chain(has_unseen.then_some(unseen)).collect();
    (!sections.is_empty()).then(|| Figure {
        chart: "forest",
        stem: pair.stem("forest"),
        about: pair.about.clone(),
        title: format!("{} against {}", pair.candidate, pair.base),
        subtitle: subtitle(pair),
        notes: notes(pair, hidden, left_out),
        partial: pair.partial,
        legend,
        plot: Arc::new(Differences { level: pair.level(), sections }),
    })
}

const fn in_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::NotShown | Verdict::NotJudged => "no difference shown",
        Verdict::Identical => "all answers identical",
    }
}

fn subtitle(pair: &Two) -> String {
    format!(
        "{}; the same documents; whiskers: {} intervals of paired differences; verdicts: p corrected over {} (Holm)",
        pair.shots(),
        pair.level(),
        two::tasks(pair.comparison.family),
    )
}

fn notes(pair: &Two, hidden: usize, left_out: Option<&str>) -> Vec<String> {
    let seen = format!(
        "Grey: differences too small for these documents; one at its ends would be found in {} of such comparisons. \
         Not shown is not equal. Where lower is better, signs are turned: right of zero the candidate is better.",
        two::percent(pair.comparison.power)
    );
    let hidden =
        (hidden > 0).then(|| format!("{} between the largest gains and losses are left out.", two::tasks(hidden)));
    let rest = [Some(protocol::IN_CSV.to_owned()), two::other_runs(pair.others), left_out.map(str::to_owned)];
    [Some(seen), hidden].into_iter().chain(rest).flatten().collect()
}

/// Shares first, then the others; and how many lines are left out.
fn sections(pair: &Two) -> (Vec<Section>, usize) {
    let mut sections = Vec::new();
    let mut hidden = 0;
    for scale in [Scale::Points, Scale::Relative] {
        let rows = pair.comparison.primary().filter(|row| Scale::of(row) == scale && row.difference.is_finite());
        let mut lines: Vec<Entry> = rows.map(|row| entry(pair, row, scale)).collect();
        // Equal ones keep the order of tasks.
        lines.sort_by(|a, b| b.gain.total_cmp(&a.gain));
        if lines.len() > MOST {
            hidden += lines.len() - MOST;
            lines.drain(MOST / 2..lines.len() - MOST / 2);
        }
        if !lines.is_empty() {
            sections.push(Section { scale, lines });
        }
    }
    (sections, hidden)
}

fn entry(pair: &Two, row: &TaskRow, scale: Scale) -> Entry {
    let factor = scale.factor(row);
    let card = pair.card(&row.task);
    let turned = row.interval.as_ref().map(|interval| (interval.low * factor, interval.high * factor));
    Entry {
        task: row.task.clone(),
        version: card.map(|card| card.version.clone()).unwrap_or_default(),
        shots: card.map_or(0, |card| card.shots),
        prompt_hash: card.map(|card| card.prompt_hash.clone()).unwrap_or_default(),
        metric: row.metric.clone(),
        higher_is_better: row.higher_is_better,
        n: row.n,
        base: row.base,
        candidate: row.candidate,
        gain: row.difference * factor,
        interval: turned.map(|(a, b)| (a.min(b), a.max(b))).filter(|(low, high)| low.is_finite() && high.is_finite()),
        detectable: row.detectable.map(|size| (size * factor).abs()).filter(|size| size.is_finite()),
        p: row.p,
        holm: row.holm,
        verdict: row.verdict,
    }
}

impl Scale {
    fn of(row: &TaskRow) -> Self {
        if Unit::of(&row.metric) == Unit::Percent { Self::Points } else { Self::Relative }
    }

    /// What a difference is multiplied with.
    fn factor(self, row: &TaskRow) -> f64 {
        let sign = if row.higher_is_better { 1.0 } else { -1.0 };
        match self {
            // A share above 1 is in percent already.
            Self::Points if row.base.abs().max(row.candidate.abs()) > 1.0 => sign,
            Self::Points => 100.0 * sign,
            Self::Relative if row.base.abs() > 0.0 => 100.0 * sign / row.base.abs(),
            Self::Relative => sign,
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Relative => "percent of the base's value",
        }
    }
}
