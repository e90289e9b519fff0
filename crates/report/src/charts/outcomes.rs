//! `outcomes`: how many documents of each task one of two models answers better, worse or the same.

use super::ledger::{self, Ledger, Row, plain};
use super::two::{self, Two};
use super::{Chart, Figure, Key, LegendEntry, Material, Plot, Scene, protocol};
use crate::Card;
use crate::compare::TaskRow;
use crate::draw::page::Page;
use crate::draw::palette::{self, Color, INK, MUTED};
use crate::draw::ramp::legible_on;
use crate::draw::{Anchor, Font, Line};
use crate::number::count;
use polars::prelude::Column;
use std::sync::Arc;
use yardstick_stats::{PairedCounts, tango_interval};

/// Wins, ties and losses.
pub(super) struct Outcomes;

/// Tasks of a figure; beyond, those with the largest balance either way are shown.
const MOST: usize = 60;
const TIED: Color = Color(0xd0, 0xd0, 0xd0);
const INSIDE: Font = Font::new(10.5);

impl Chart for Outcomes {
    fn card(&self) -> Card {
        Card { id: "outcomes", summary: "documents won, tied and lost by one of two models, task by task" }
    }

    fn figures(&self, material: &Material) -> Vec<Figure> {
        let (pairs, left_out) = two::drawn(material);
        pairs.iter().filter_map(|pair| figure(pair, left_out.as_deref())).collect()
    }
}

/// A task.
#[derive(Debug, PartialEq)]
struct Outcome {
    task: String,
    version: String,
    shots: usize,
    prompt_hash: String,
    metric: String,
    wins: u64,
    ties: u64,
    losses: u64,
    /// Of (wins − losses) over documents; none where documents depend on each other.
    interval: Option<(f64, f64)>,
}

/// What is drawn.
#[derive(Debug, PartialEq)]
struct Tasks {
    level: String,
    /// The best balance first.
    lines: Vec<Outcome>,
}

impl Outcome {
    fn n(&self) -> u64 {
        self.wins + self.ties + self.losses
    }

    /// Share of documents won less that of those lost.
    fn balance(&self) -> f64 {
        (self.wins as f64 - self.losses as f64) / self.n().max(1) as f64
    }
}

/// The figure of a pair; none where nothing is compared.
pub(super) fn figure(pair: &Two, left_out: Option<&str>) -> Option<Figure> {
    let mut lines: Vec<Outcome> =
        pair.comparison.primary().map(|row| outcome(pair, row)).filter(|line| line.n() > 0).collect();
    lines.sort_by(|a, b| b.balance().total_cmp(&a.balance()));
    let hidden = lines.len().saturating_sub(MOST);
    if hidden > 0 {
        lines.drain(MOST / 2..lines.len() - MOST / 2);
    }
    let entry = |color: Color, label: String| LegendEntry { key: Key::Shade(color), label };
    (!lines.is_empty()).then(|| Figure {
        chart: "outcomes",
        stem: pair.stem("outcomes"),
        about: pair.about.clone(),
        title: format!("Documents won and lost: {} against {}", pair.candidate, pair.base),
        subtitle: format!(
            "{}; each bar is all documents of its task, ties in the middle; balance: won − lost, with its {} interval",
            pair.shots(),
            pair.level()
        ),
        notes: notes(pair, hidden, left_out),
        partial: pair.partial,
        legend: vec![
            entry(lost(), format!("{} worse", pair.candidate)),
            entry(TIED, "the same score".to_owned()),
            entry(won(), format!("{} better", pair.candidate)),
        ],
        plot: Arc::new(Tasks { level: pair.level(), lines }),
    })
}

fn notes(pair: &Two, hidden: usize, left_out: Option<&str>) -> Vec<String> {
    let bars = "A document is won where its score is better, by however little; a right answer against a wrong one where \
                scores are 0 or 1. Intervals: Tango's, for independent documents; none where documents share passages.";
    let hidden = (hidden > 0).then(|| format!("{} with the smallest balance are left out.", two::tasks(hidden)));
    let seen = pair.comparison.rows.iter().any(|row| row.primary && row.tied != 0);
    let tied =
        seen.then(|| "Where a model finds two choices equally likely the first counts, as in lm-eval.".to_owned());
    let rest = [Some(protocol::IN_CSV.to_owned()), two::other_runs(pair.others), left_out.map(str::to_owned)];
    [Some(bars.to_owned()), hidden, tied].into_iter().chain(rest).flatten().collect()
}

fn outcome(pair: &Two, row: &TaskRow) -> Outcome {
    let card = pair.card(&row.task);
    // Who got what both got right does not matter to the interval.
    let counts = PairedCounts { both: row.ties, base_only: row.losses, candidate_only: row.wins, neither: 0 };
    let interval = tango_interval(&counts, 1.0 - pair.comparison.alpha);
    Outcome {
        task: row.task.clone(),
        version: card.map(|card| card.version.clone()).unwrap_or_default(),
        shots: card.map_or(0, |card| card.shots),
        prompt_hash: card.map(|card| card.prompt_hash.clone()).unwrap_or_default(),
        metric: row.metric.clone(),
        wins: row.wins,
        ties: row.ties,
        losses: row.losses,
        interval: row.clusters.is_none().then_some((interval.low, interval.high)),
    }
}

fn won() -> Color {
    palette::verdict(crate::compare::Verdict::Better)
}

fn lost() -> Color {
    palette::verdict(crate::compare::Verdict::Worse)
}

impl Plot for Tasks {
    fn table(&self) -> Vec<Column> {
        let texts = |name: &str, of: &dyn Fn(&Outcome) -> String| {
            Column::new(name.into(), self.lines.iter().map(of).collect::<Vec<_>>())
        };
        let counts = |name: &str, of: &dyn Fn(&Outcome) -> u64| {
            Column::new(name.into(), self.lines.iter().map(of).collect::<Vec<_>>())
        };
        let floats = |name: &str, of: &dyn Fn(&Outcome) -> Option<f64>| {
            Column::new(name.into(), self.lines.iter().map(of).collect::<Vec<_>>())
        };
        vec![
            texts("task", &|line| line.task.clone()),
            texts("version", &|line| line.version.clone()),
            counts("shots", &|line| line.shots as u64),
            texts("prompt_hash", &|line| line.prompt_hash.clone()),
            texts("metric", &|line| line.metric.clone()),
            counts("n", &Outcome::n),
            counts("won", &|line| line.wins),
            counts("tied", &|line| line.ties),
            counts("lost", &|line| line.losses),
            floats("balance", &|line| Some(line.balance())),
            floats("low", &|line| line.interval.map(|ends| ends.0)),
            floats("high", &|line| line.interval.map(|ends| ends.1)),
        ]
    }

    fn scene(&self, figure: &Figure) -> Scene {
        let heads = format!("balance, %\n({} interval)", self.level);
        let ledger = Ledger::new(&["lost", "tied", "won", "n", &heads], vec![self.lines.iter().map(row).collect()])
            .without_axis();
        let page = Page::new(figure, ledger.width());
        let mut scene = page.scene(ledger.height());
        let (left, right) = ledger.plot();
        let middle = f64::midpoint(left, right);
        // As long as can be: of the longer side of the most uneven bar, half of the plot.
        let side = |line: &Outcome| (line.ties as f64 / 2.0 + line.wins.max(line.losses) as f64) / line.n() as f64;
        let length = (right - left) / 2.0 / self.lines.iter().map(side).fold(0.5, f64::max);
        for place in ledger.push(&mut scene, page.top()) {
            scene.line((middle, place.top), (middle, place.bottom), Line(1.0, MUTED));
            for (line, y) in self.lines.iter().zip(&place.rows) {
                push_bar(&mut scene, line, (middle, length), (*y, place.half.min(11.0)));
            }
        }
        scene
    }

    fn extent(&self) -> String {
        let sum = |of: fn(&Outcome) -> u64| count(self.lines.iter().map(of).sum());
        let (won, lost) = (sum(|line| line.wins), sum(|line| line.losses));
        format!("{}, {won} documents won, {lost} lost", two::tasks(self.lines.len()))
    }
}

fn row(line: &Outcome) -> Row {
    let percent = |share: f64| ledger::signed(100.0 * share, 10.0);
    let interval = line
        .interval
        .map_or_else(|| " (–)".to_owned(), |(low, high)| format!(" ({} to {})", percent(low), percent(high)));
    Row {
        name: line.task.clone(),
        detail: line.metric.clone(),
        cells: vec![
            (count(line.losses), lost()),
            (count(line.ties), MUTED),
            (count(line.wins), won()),
            plain(count(line.n())),
            plain(format!("{}{interval}", percent(line.balance()))),
        ],
    }
}

/// A bar of all documents, whose ties are centred.
fn push_bar(scene: &mut Scene, line: &Outcome, (middle, length): (f64, f64), (y, half): (f64, f64)) {
    let width = |n: u64| length * n as f64 / line.n() as f64;
    let ties = width(line.ties) / 2.0;
    let parts = [
        (middle - ties - width(line.losses), middle - ties, line.losses, lost()),
        (middle - ties, middle + ties, line.ties, TIED),
        (middle + ties, middle + ties + width(line.wins), line.wins, won()),
    ];
    for (from, to, n, color) in parts {
        if n == 0 {
            continue;
        }
        scene.rect((from, y - half), (to, y + half), color);
        let text = count(n);
        if INSIDE.width(&text) + 8.0 < to - from {
            let ink = if color == TIED { INK } else { legible_on(color) };
            let at = (f64::midpoint(from, to), y + 0.36 * INSIDE.px);
            scene.text(at, &text, INSIDE.color(ink), Anchor::Middle);
        }
    }
}
