//! TER: edits to make a text the right one, where moving words that stand together is one edit.

use super::edit_distance::{Edit, Table};
use crate::config::OutputType;
use crate::metrics::{Aggregation, BASE, Metric, text};
use crate::python::split;
use std::collections::BTreeMap;
use yardstick_core::Score;

/// lm-eval's `ter`: words between white space, in lower case; edits are those of the closest right text, and the length is
/// the mean. Percent, above 100 when there is more to edit than words.
///
/// Source: Snover et al. (2006), "A Study of Translation Edit Rate with Targeted Human Annotation", AMTA; the search is
/// that of their program tercom.
pub(crate) static METRIC: Metric = Metric {
    name: "ter",
    about: "corpus translation edit rate, as sacrebleu's default",
    higher_is_better: false,
    output_types: &[OutputType::GenerateUntil],
    aggregation: Aggregation::Ter,
    score: |instance, answers, _| {
        let written = text::prediction(answers)?;
        Ok(Score::Counts(counts(written, &text::references(instance)).to_vec()))
    },
    ..BASE
};

/// Most words that are moved together.
const MOST_WORDS: usize = 10;
/// Most words that they are moved over.
const FARTHEST: usize = 50;
/// Moves that are tried in one document.
const MOST_CANDIDATES: usize = 1_000;

/// What a document contributes: edits, and words of the right text.
pub(crate) fn counts(written: &str, references: &[String]) -> [f64; 2] {
    let mut numbers = BTreeMap::new();
    let mut numbered = |text: &str| -> Vec<u32> {
        let text = text.to_lowercase();
        let mut number = |word: &str| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(word.to_owned()).or_insert(next)
        };
        split(&text).map(&mut number).collect()
    };
    let written = numbered(written);
    let references: Vec<_> = references.iter().map(|text| numbered(text)).collect();
    let edits = references.iter().map(|reference| n_edits(&written, reference)).min().unwrap_or(0);
    let length: usize = references.iter().map(Vec::len).sum();
    [f64::from(edits), length as f64 / references.len().max(1) as f64]
}

/// TER of summed counts.
pub(crate) fn score(sums: &[f64]) -> f64 {
    match (sums[0] > 0.0, sums[1] > 0.0) {
        (_, true) => 100.0 * (sums[0] / sums[1]),
        (true, false) => 100.0,
        (false, false) => 0.0,
    }
}

/// Moves while they help, then single words.
fn n_edits(written: &[u32], meant: &[u32]) -> u32 {
    if meant.is_empty() {
        return u32::try_from(written.len()).unwrap_or(u32::MAX);
    }
    let mut words = written.to_vec();
    let mut table = Table::new(meant.len());
    table.fill(&words, meant, 0);
    let (mut n_moves, mut n_candidates) = (0, 0);
    loop {
        let best = best_move(&words, meant, &table, &mut n_candidates);
        let Some(best) = best.filter(|best| best.gain > 0 && n_candidates < MOST_CANDIDATES) else {
            return n_moves + table.distance();
        };
        n_moves += 1;
        words = moved(&words, best.start, best.length, best.target);
        table.fill(&words, meant, 0);
    }
}

/// A move with its worth.
#[derive(Clone, Copy, Debug)]
struct Move {
    gain: i64,
    length: usize,
    start: usize,
    target: usize,
}

impl Move {
    /// More gain first, then more words, then from farther left, then to farther left.
    fn is_better_than(&self, other: &Self) -> bool {
        let rank = |one: &Self| (one.gain, one.length, std::cmp::Reverse((one.start, one.target)));
        rank(self) > rank(other)
    }
}

fn best_move(words: &[u32], meant: &[u32], table: &Table, n_candidates: &mut usize) -> Option<Move> {
    let alignment = Alignment::new(&table.edits());
    let mut best: Option<Move> = None;
    let mut trial = table.clone();
    for (start, other, length) in pairs(words, meant) {
        if !alignment.is_worth_moving(start, other, length) {
            continue;
        }
        let mut previous = None;
        for place in 0..=length {
            let target = alignment.target(other, place);
            if previous == Some(target) {
                continue;
            }
            previous = Some(target);
            let shifted = moved(words, start, length, target);
            // Rows of the common beginning are the table's own.
            let n_known = words.iter().zip(&shifted).take_while(|(a, b)| a == b).count();
            let n_known = n_known.min(words.len().saturating_sub(1));
            trial.copy_rows(table, n_known);
            trial.fill(&shifted, meant, n_known);
            let gain = i64::from(table.distance()) - i64::from(trial.distance());
            let candidate = Move { gain, length, start, target };
            *n_candidates += 1;
            if best.is_none_or(|best| candidate.is_better_than(&best)) {
                best = Some(candidate);
            }
        }
        if *n_candidates >= MOST_CANDIDATES {
            break;
        }
    }
    best
}

/// Which written word stands where a meant one should, and which of both are wrong.
struct Alignment {
    /// For each meant word, how many written words come up to and with its own.
    n_before: Vec<usize>,
    meant_errors: Vec<bool>,
    written_errors: Vec<bool>,
}

impl Alignment {
    fn new(edits: &[Edit]) -> Self {
        let mut alignment = Self { n_before: Vec::new(), meant_errors: Vec::new(), written_errors: Vec::new() };
        for edit in edits {
            let is_error = *edit != Edit::Keep;
            if *edit != Edit::Insert {
                alignment.written_errors.push(is_error);
            }
            if *edit != Edit::Delete {
                alignment.n_before.push(alignment.written_errors.len());
                alignment.meant_errors.push(is_error);
            }
        }
        alignment
    }

    /// Both sides have an error, and the place is not among the words themselves.
    fn is_worth_moving(&self, start: usize, other: usize, length: usize) -> bool {
        let has_error = |errors: &[bool], start: usize| errors[start..start + length].contains(&true);
        let is_inside = (start + 1..=start + length).contains(&self.n_before[other]);
        has_error(&self.written_errors, start) && has_error(&self.meant_errors, other) && !is_inside
    }

    /// Where words go that should come behind `place` words from meant word `other` on, less one.
    fn target(&self, other: usize, place: usize) -> usize {
        (other + place).checked_sub(1).map_or(0, |meant| self.n_before[meant])
    }
}

/// Runs of words that are in both texts: where they are written, where they are meant, and how many.
fn pairs<'a>(words: &'a [u32], meant: &'a [u32]) -> impl Iterator<Item = (usize, usize, usize)> + use<'a> {
    let starts = (0..words.len()).flat_map(|start| (0..meant.len()).map(move |other| (start, other)));
    starts.filter(|(start, other)| start.abs_diff(*other) <= FARTHEST).flat_map(|(start, other)| {
        let same = words[start..].iter().zip(&meant[other..]).take(MOST_WORDS).take_while(|(a, b)| a == b);
        (1..=same.count()).map(move |length| (start, other, length))
    })
}

/// The words with `length` of them, from `start` on, put before word `target`; inside of themselves, so many words later.
fn moved(words: &[u32], start: usize, length: usize, target: usize) -> Vec<u32> {
    let end = start + length;
    let block = &words[start..end];
    if target < start {
        return [&words[..target], block, &words[target..start], &words[end..]].concat();
    }
    let target = if target > end { target } else { (length + target).min(words.len()) };
    [&words[..start], &words[end..target], block, &words[target..]].concat()
}
