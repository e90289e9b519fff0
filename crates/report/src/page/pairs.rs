//! Models two by two on the documents that both answered.

use super::outline::unit;
use super::pieces::Pieces;
use super::{encode, round};
use crate::compare::{Flip, TaskRow, Verdict};
use crate::gather::Gathered;
use crate::number::Unit;
use crate::pairs::Pair;
use crate::{Comparison, Report, ReportError};
use serde::Serialize;
use std::collections::BTreeMap;
use yardstick_core::RunRecord;

/// Flips of a pair that are listed.
const FLIPS: usize = 200;
/// Characters of a flip's texts; the document has all of them.
const CLIP: usize = 240;

/// Two models in the page's list: where their comparison is, or why there is none.
#[derive(Serialize)]
pub(super) struct PairLine {
    base: usize,
    candidate: usize,
    piece: Option<usize>,
    error: Option<String>,
}

/// A comparison as the page shows it.
#[derive(Serialize)]
struct PairPage<'a> {
    alpha: f64,
    power: f64,
    family: usize,
    same_model: bool,
    rows: Vec<Line<'a>>,
    averages: &'a [crate::compare::AverageRow],
    lost: usize,
    won: usize,
    flips: Vec<FlipLine<'a>>,
    unpaired: usize,
    notes: &'a [String],
}

/// A metric of a task, with the words that show its numbers.
#[derive(Serialize)]
struct Line<'a> {
    task: &'a str,
    place: Option<usize>,
    metric: &'a str,
    primary: bool,
    unit: &'static str,
    higher: bool,
    n: u64,
    base: f64,
    candidate: f64,
    difference: f64,
    low: Option<f64>,
    high: Option<f64>,
    /// Base, candidate, difference, ends of the interval, smallest difference that could have been seen.
    text: [String; 6],
    wins: u64,
    losses: u64,
    ties: u64,
    test: &'a str,
    p: f64,
    holm: Option<f64>,
    verdict: &'static str,
}

/// A document that one got right and the other wrong.
#[derive(Serialize)]
struct FlipLine<'a> {
    task: &'a str,
    /// Places of task and document.
    at: Option<(usize, usize)>,
    id: u64,
    lost: bool,
    prompt: String,
    target: String,
    choices: Vec<String>,
    right: &'a [usize],
    chosen: [Option<usize>; 2],
    ll: [Vec<f64>; 2],
    written: [Option<String>; 2],
    certainty: f64,
}

/// The report's comparisons as pieces of the page.
pub(super) fn pairs(report: &Report, gathered: &Gathered, pieces: &mut Pieces) -> Result<Vec<PairLine>, ReportError> {
    let places = Places::new(gathered);
    let mut line = |pair: &Pair| {
        let (piece, error) = match &pair.outcome {
            Ok(comparison) => (Some(add(comparison, pair.record, &places, pieces)?), None),
            Err(reason) => (None, Some(reason.clone())),
        };
        Ok(PairLine { base: pair.base, candidate: pair.candidate, piece, error })
    };
    report.pairs.iter().map(&mut line).collect()
}

/// Where the page has tasks and documents.
struct Places<'a> {
    /// By id and checksum of what was asked.
    tasks: BTreeMap<(&'a str, &'a str), usize>,
    /// By task and row.
    docs: BTreeMap<(usize, u64), usize>,
}

impl<'a> Places<'a> {
    fn new(gathered: &Gathered<'a>) -> Self {
        let (mut tasks, mut docs) = (BTreeMap::new(), BTreeMap::new());
        for (at, task) in gathered.tasks.iter().enumerate() {
            tasks.insert((task.card.id.as_str(), task.card.prompt_hash.as_str()), at);
            for (row, doc) in task.docs.iter().enumerate() {
                if let Some(sample) = doc.iter().flatten().next() {
                    docs.entry((at, sample.doc_id)).or_insert(row);
                }
            }
        }
        Self { tasks, docs }
    }

    /// The page's task that a run has under an id.
    fn task(&self, record: &RunRecord, id: &str) -> Option<usize> {
        let card = record.tasks.iter().find(|task| task.id == id)?;
        self.tasks.get(&(id, card.prompt_hash.as_str())).copied()
    }

    /// Task and place of a document of a run.
    fn doc(&self, record: &RunRecord, id: &str, row: u64) -> Option<(usize, usize)> {
        let task = self.task(record, id)?;
        Some((task, *self.docs.get(&(task, row))?))
    }
}

fn add(comparison: &Comparison, base: &RunRecord, places: &Places, pieces: &mut Pieces) -> Result<usize, ReportError> {
    let lost = comparison.flips.iter().filter(|flip| flip.lost).count();
    let page = PairPage {
        alpha: comparison.alpha,
        power: comparison.power,
        family: comparison.family,
        same_model: comparison.same_model,
        rows: comparison.rows.iter().map(|row| line(row, places.task(base, &row.task))).collect(),
        averages: &comparison.averages,
        lost,
        won: comparison.flips.len() - lost,
        flips: comparison
            .flips
            .iter()
            .take(FLIPS)
            .map(|flip| flip_line(flip, places.doc(base, &flip.task, flip.doc_id)))
            .collect(),
        unpaired: comparison.unpaired.len(),
        notes: &comparison.notes,
    };
    pieces.add(serde_json::to_string(&page).map_err(|error| encode(&error))?)
}

fn line(row: &TaskRow, place: Option<usize>) -> Line<'_> {
    let of = Unit::of(&row.metric);
    let like = |number: f64| of.difference(number, row.base);
    let ends = row.interval.as_ref().map(|interval| (interval.low, interval.high));
    Line {
        task: &row.task,
        place,
        metric: &row.metric,
        primary: row.primary,
        unit: unit(of),
        higher: row.higher_is_better,
        n: row.n,
        base: row.base,
        candidate: row.candidate,
        difference: row.difference,
        low: ends.map(|ends| ends.0),
        high: ends.map(|ends| ends.1),
        text: [
            of.value(row.base),
            of.value(row.candidate),
            like(row.difference),
            ends.map_or_else(String::new, |ends| like(ends.0)),
            ends.map_or_else(String::new, |ends| like(ends.1)),
            row.detectable.map_or_else(String::new, like),
        ],
        wins: row.wins,
        losses: row.losses,
        ties: row.ties,
        test: row.test,
        p: row.p,
        holm: row.holm,
        verdict: match row.verdict {
            Verdict::Identical => "identical",
            Verdict::Worse => "worse",
            Verdict::Better => "better",
            Verdict::NotShown => "not shown",
            Verdict::NotJudged => "–",
        },
    }
}

fn flip_line(flip: &Flip, at: Option<(usize, usize)>) -> FlipLine<'_> {
    let short = |text: &Option<String>| text.as_deref().map(beginning);
    let nats = |values: &[f64]| values.iter().map(|value| round(*value, 3)).collect();
    FlipLine {
        task: &flip.task,
        at,
        id: flip.doc_id,
        lost: flip.lost,
        prompt: end(&flip.prompt),
        target: beginning(&flip.target),
        choices: flip.choices.iter().map(|choice| beginning(choice)).collect(),
        right: &flip.right,
        chosen: [flip.base_choice, flip.candidate_choice],
        ll: [nats(&flip.base), nats(&flip.candidate)],
        written: [short(&flip.base_text), short(&flip.candidate_text)],
        certainty: round(flip.certainty, 3),
    }
}

fn beginning(text: &str) -> String {
    if text.chars().count() <= CLIP { text.to_owned() } else { text.chars().take(CLIP).chain(['…']).collect() }
}

fn end(text: &str) -> String {
    let n = text.chars().count();
    if n <= CLIP { text.to_owned() } else { format!("…{}", text.chars().skip(n - CLIP).collect::<String>()) }
}
