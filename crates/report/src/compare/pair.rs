//! Documents of two sides meet by what was asked: prompt, choices and right answer.

use super::{CompareError, CompareOptions, Side, by_task};
use crate::hash::sha256_hex;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use yardstick_core::{Sample, TaskCard};

/// A task with its documents, each answered by both.
pub(super) struct TaskPairs<'a> {
    /// As the base ran it.
    pub card: &'a TaskCard,
    /// (base, candidate), in the base's order.
    pub pairs: Vec<(&'a Sample, &'a Sample)>,
    /// Documents of one side only.
    pub unpaired: usize,
}

/// All documents of two sides.
pub(super) struct Pairs<'a> {
    /// In the base's order.
    pub tasks: Vec<TaskPairs<'a>>,
    /// Documents of one side only, task by task.
    pub unpaired: Vec<Unpaired>,
}

/// Which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SideName {
    /// What was there before.
    Base,
    /// What is in question.
    Candidate,
}

/// A document without a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unpaired {
    /// The task.
    pub task: String,
    /// Row in the split.
    pub doc_id: u64,
    /// Whose it is.
    pub side: SideName,
    /// Why the other side has none that is equal.
    pub reason: String,
}

impl fmt::Display for Unpaired {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let side = match self.side {
            SideName::Base => "base",
            SideName::Candidate => "candidate",
        };
        write!(f, "{}, row {} of the {side}: {}", self.task, self.doc_id, self.reason)
    }
}

/// Pairs the documents of all tasks that both sides have.
pub(super) fn pairs<'a>(
    base: &Side<'a>,
    candidate: &Side<'a>,
    options: &CompareOptions,
    notes: &mut Vec<String>,
) -> Result<Pairs<'a>, CompareError> {
    let (ours, theirs) = (by_task(base.samples, &base.card.name), by_task(candidate.samples, &candidate.card.name));
    let same_tokenizer = base.card.tokenizer_sha256 == candidate.card.tokenizer_sha256;
    if !same_tokenizer {
        notes.push("the tokenizers differ: prompts are the same texts, not the same tokens".to_owned());
    }
    let (mut tasks, mut unpaired, mut n_docs) = (Vec::new(), Vec::new(), 0);
    for card in &base.record.tasks {
        let none = Vec::new();
        let (ours, theirs) = (ours.get(card.id.as_str()), theirs.get(card.id.as_str()));
        if ours.is_none() && theirs.is_none() || candidate.record.tasks.iter().all(|task| task.id != card.id) {
            continue;
        }
        let (ours, theirs) = (ours.unwrap_or(&none), theirs.unwrap_or(&none));
        n_docs += ours.len() + theirs.len();
        let mut found = meet(ours, theirs);
        if same_tokenizer {
            found.part_where_cut_differently();
        } else {
            notes.extend(found.cut_note(&card.id));
        }
        let alone = found.unpaired(&card.id, ours, theirs);
        tasks.push(TaskPairs { card, pairs: found.pairs, unpaired: alone.len() });
        unpaired.extend(alone);
    }
    if !unpaired.is_empty() && !options.allow_missing {
        return Err(CompareError::Unpaired { unpaired, n_docs });
    }
    if !unpaired.is_empty() {
        notes.push(format!("{} of {n_docs} documents have no partner and are left out", unpaired.len()));
    }
    tasks.retain(|task| !task.pairs.is_empty());
    if tasks.is_empty() {
        return Err(CompareError::NoDocuments { base: base.name.to_owned(), candidate: candidate.name.to_owned() });
    }
    Ok(Pairs { tasks, unpaired })
}

/// The documents of one task.
struct Met<'a> {
    pairs: Vec<(&'a Sample, &'a Sample)>,
    alone: Vec<(SideName, &'a Sample, Option<&'static str>)>,
}

/// Equal documents meet in the order of their rows.
fn meet<'a>(ours: &[&'a Sample], theirs: &[&'a Sample]) -> Met<'a> {
    let mut waiting: BTreeMap<String, VecDeque<&Sample>> = BTreeMap::new();
    for &sample in theirs {
        waiting.entry(content(sample)).or_default().push_back(sample);
    }
    let mut met = Met { pairs: Vec::new(), alone: Vec::new() };
    for &sample in ours {
        match waiting.get_mut(&content(sample)).and_then(VecDeque::pop_front) {
            Some(partner) => met.pairs.push((sample, partner)),
            None => met.alone.push((SideName::Base, sample, None)),
        }
    }
    let mut rest: Vec<&Sample> = waiting.into_values().flatten().collect();
    rest.sort_by_key(|sample| sample.doc_id);
    met.alone.extend(rest.into_iter().map(|sample| (SideName::Candidate, sample, None)));
    met
}

/// Fingerprint of what was asked, and of what counts as right.
fn content(sample: &Sample) -> String {
    // Texts and indices: there is JSON for all of it.
    let right = serde_json::to_string(&(&sample.choices, &sample.target)).unwrap_or_default();
    sha256_hex(format!("{} {right}", sample.prompt_hash))
}

/// Tokens that were cut from the left, request by request.
fn cut(sample: &Sample) -> Vec<u32> {
    sample.responses.iter().map(|response| response.n_truncated).collect()
}

impl Met<'_> {
    /// With one tokenizer the same texts are the same tokens, unless a shorter context cut them.
    fn part_where_cut_differently(&mut self) {
        let (same, other): (Vec<_>, Vec<_>) = self.pairs.drain(..).partition(|(a, b)| cut(a) == cut(b));
        self.pairs = same;
        let why = Some("the contexts of the two models are not equally long, and cut this prompt differently");
        self.alone.extend(other.iter().map(|(ours, _)| (SideName::Base, *ours, why)));
        self.alone.extend(other.iter().map(|(_, theirs)| (SideName::Candidate, *theirs, why)));
    }

    /// Where tokenizers differ, cut prompts are told and kept.
    fn cut_note(&self, task: &str) -> Option<String> {
        let is_cut = |sample: &Sample| cut(sample).iter().any(|&tokens| tokens > 0);
        let n = self.pairs.iter().filter(|(a, b)| is_cut(a) || is_cut(b)).count();
        (n > 0).then(|| format!("{task}: {n} documents are cut to a model's context, by either tokenizer"))
    }

    fn unpaired(&self, task: &str, ours: &[&Sample], theirs: &[&Sample]) -> Vec<Unpaired> {
        if self.alone.is_empty() {
            return Vec::new();
        }
        let by_row = |samples: &[&'_ Sample]| -> BTreeMap<String, usize> {
            samples.iter().enumerate().rev().map(|(at, sample)| (sample.doc_hash.clone(), at)).collect()
        };
        let (our_rows, their_rows) = (by_row(ours), by_row(theirs));
        let line = |(side, sample, why): &(SideName, &Sample, Option<&str>)| {
            let (others, rows) = if *side == SideName::Base { (theirs, &their_rows) } else { (ours, &our_rows) };
            let twin = rows.get(&sample.doc_hash).map(|&at| others[at]);
            let reason = why.map_or_else(|| reason(sample, twin), str::to_owned);
            Unpaired { task: task.to_owned(), doc_id: sample.doc_id, side: *side, reason }
        };
        self.alone.iter().map(line).collect()
    }
}

/// Why none of the other side is equal, of which `twin` has the same row.
fn reason(sample: &Sample, twin: Option<&Sample>) -> String {
    let Some(twin) = twin else {
        return "the other side does not have it".to_owned();
    };
    if twin.prompt_hash != sample.prompt_hash {
        return "the same row, but its prompts differ".to_owned();
    }
    if twin.choices != sample.choices || twin.target != sample.target {
        return "the same row, but its choices or right answer differ".to_owned();
    }
    "it is there more often than on the other side".to_owned()
}
