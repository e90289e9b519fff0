//! The models of a report two by two, on the documents that both answered.

use crate::{CompareOptions, Comparison, Overview, Run, Side, ValueOf, compare};
use yardstick_core::RunRecord;

/// Up to so many models every one is compared with every other; beyond, the first with each of the others.
const ALL_PAIRS: usize = 6;
/// Documents, summed over pairs, that are compared; pairs beyond are left out.
const MOST_DOCUMENTS: usize = 3_000_000;

/// Two models of a report.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// Column of the one in the overview.
    pub base: usize,
    /// Column of the other.
    pub candidate: usize,
    /// The base's run.
    pub record: &'a RunRecord,
    /// Other runs that have one of the models.
    pub others: usize,
    /// What came out, or why they were not compared.
    pub outcome: Result<Comparison, String>,
}

/// Compares the models of an overview, as many pairs as are cheap.
///
/// `value` makes a metric's number of the scores of documents.
pub(crate) fn pairs<'a>(runs: &'a [Run], overview: &Overview, value: ValueOf) -> Vec<Pair<'a>> {
    let n = overview.models.len();
    let last = if n <= ALL_PAIRS { n } else { 1 };
    let all = (0..last).flat_map(|base| (base + 1..n).map(move |candidate| (base, candidate)));
    let mut room = MOST_DOCUMENTS;
    let mut pairs = Vec::new();
    let order = order(overview);
    for (base, candidate) in all {
        let (first, second) = sides(runs, overview, &order, (base, candidate));
        let (Some((at, first)), Some((other, second))) = (first, second) else { continue };
        let size = first.record.tasks.iter().map(|task| task.n_docs as usize).sum::<usize>();
        let outcome = if size > room {
            Err("not compared here, since the report has many documents: see yardstick compare".to_owned())
        } else {
            room -= size;
            let options = CompareOptions { allow_missing: true, ..CompareOptions::default() };
            compare(&first, &second, &options, value).map_err(|error| error.to_string())
        };
        let has = |run: &usize| overview.columns[*run].values().any(|column| [base, candidate].contains(column));
        let others = (0..runs.len()).filter(|run| ![at, other].contains(run)).filter(has).count();
        pairs.push(Pair { base, candidate, record: first.record, others, outcome });
    }
    pairs
}

/// Runs in the order in which they are asked for models: the one with the most first.
fn order(overview: &Overview) -> Vec<usize> {
    let mut order: Vec<usize> = (0..overview.columns.len()).collect();
    order.sort_by_key(|&run| std::cmp::Reverse(overview.columns[run].len()));
    order
}

/// A model in a run.
type Found<'a> = Option<(usize, Side<'a>)>;

/// The sides of a pair: of one run where one has both.
fn sides<'a>(
    runs: &'a [Run],
    overview: &Overview,
    order: &[usize],
    (base, candidate): (usize, usize),
) -> (Found<'a>, Found<'a>) {
    let side = |run: usize, column: usize| {
        let name = overview.columns[run].iter().find(|(_, at)| **at == column)?.0;
        let Run { record, samples } = &runs[run];
        let card = record.models.iter().find(|card| card.name == *name)?;
        Some((run, Side { name: &card.name, record, samples, card }))
    };
    let both = order.iter().find_map(|&run| Some((side(run, base)?, side(run, candidate)?)));
    let any = |column: usize| order.iter().find_map(|&run| side(run, column));
    both.map_or_else(|| (any(base), any(candidate)), |(base, candidate)| (Some(base), Some(candidate)))
}
