//! Of which training step a checkpoint is, from its folder or name.

use crate::overview::{ModelColumn, Overview};

/// What stands before the number: `step1000`, `checkpoint-1000`, `checkpoints/1000`.
const WORDS: [&str; 9] =
    ["global_step", "steps", "step", "checkpoints", "checkpoint", "ckpt", "iterations", "iteration", "iter"];

/// Checkpoints of one training run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Training {
    /// Its name: what the checkpoints' names have in common.
    pub(super) label: String,
    /// Step and column in the overview, by step.
    pub(super) points: Vec<(u64, usize)>,
}

/// A step, and the text without it.
#[derive(Debug, PartialEq)]
struct Found {
    step: u64,
    before: String,
    after: String,
}

impl Training {
    /// Columns in the overview, by step.
    pub(super) fn columns(&self) -> Vec<usize> {
        self.points.iter().map(|point| point.1).collect()
    }
}

/// The training runs of which an overview has several checkpoints, in the order of their columns.
pub(super) fn trainings(overview: &Overview) -> Vec<Training> {
    let mut found: Vec<(Key, Training)> = Vec::new();
    for (column, model) in overview.models.iter().enumerate() {
        let Some((key, step)) = key_of(model) else { continue };
        let label = key.label.clone();
        let has_step = |training: &Training| training.points.iter().any(|point| point.0 == step);
        match found.iter_mut().find(|(other, training)| *other == key && !has_step(training)) {
            Some((_, training)) => training.points.push((step, column)),
            None => found.push((key, Training { label, points: vec![(step, column)] })),
        }
    }
    let several = found.into_iter().map(|(_, training)| training).filter(|training| training.points.len() > 1);
    several
        .map(|mut training| {
            training.points.sort_unstable();
            training
        })
        .collect()
}

/// What checkpoints of one training run have in common.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    place: String,
    label: String,
    n_params: u64,
    tokenizer: String,
    storage: String,
    context: Option<usize>,
}

fn key_of(model: &ModelColumn) -> Option<(Key, u64)> {
    let card = &model.card;
    let source = card.source.trim_end_matches('/');
    let Found { step, before, after } = step_in(source).or_else(|| step_in(&card.name))?;
    let key = Key {
        label: label(&before, &after).unwrap_or_else(|| card.family.clone()),
        place: format!("{before}|{after}"),
        n_params: card.n_params,
        tokenizer: card.tokenizer_sha256.clone(),
        storage: card.storage.clone(),
        context: model.context,
    };
    Some((key, step))
}

/// The last folder or name with something in it, the step taken out.
fn label(before: &str, after: &str) -> Option<String> {
    let tidy = |text: &str| text.trim_matches(|c: char| "-_. ".contains(c)).to_owned();
    let name = after.split('/').next().map(tidy).unwrap_or_default();
    let mut folders = before.rsplit('/').map(tidy).filter(|part| !part.is_empty() && !WORDS.contains(&part.as_str()));
    let folder = folders.next().filter(|part| part != "..").unwrap_or_default();
    let both = [folder, name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    (!both.is_empty()).then_some(both)
}

/// The last step that a text names.
fn step_in(text: &str) -> Option<Found> {
    let lower = text.to_ascii_lowercase();
    let found = WORDS.iter().flat_map(|word| lower.match_indices(word).map(|(at, _)| (at, at + word.len())));
    let found = found.filter_map(|(start, end)| Some((start, number_at(&lower, start, end)?)));
    let (start, (step, end)) = found.max_by_key(|(start, (_, end))| (*end, std::cmp::Reverse(*start)))?;
    Some(Found { step, before: text[..start].to_owned(), after: text[end..].to_owned() })
}

/// The number behind a word that begins and ends there, with a `k` or `m` for thousands or millions, and where it ends.
fn number_at(text: &str, start: usize, end: usize) -> Option<(u64, usize)> {
    if text[..start].ends_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let rest = text[end..].trim_start_matches(['-', '_', '=', '/', ' ']);
    let first = text.len() - rest.len();
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u64 = rest[..digits].parse().ok()?;
    let (factor, letters) = match rest[digits..].chars().next() {
        Some('k') => (1_000, 1),
        Some('m') => (1_000_000, 1),
        _ => (1, 0),
    };
    let last = first + digits + letters;
    let is_whole = !text[last..].starts_with(|c: char| c.is_ascii_alphanumeric());
    Some((number.checked_mul(factor)?, last)).filter(|_| is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(text: &str, step: u64, name: &str) {
        let found = step_in(text).unwrap_or_else(|| panic!("{text}: no step"));
        assert_eq!((found.step, label(&found.before, &found.after).as_deref()), (step, Some(name)), "{text}");
    }

    #[test]
    fn steps_of_folders_and_names() {
        check("gpt2-micro-step0", 0, "gpt2-micro");
        check("../shared/tiny/checkpoints/gpt2-micro-step200", 200, "gpt2-micro");
        check("pythia-70m-step143000", 143_000, "pythia-70m");
        check("gpt2-step10k", 10_000, "gpt2");
        check("out/my-model/checkpoint-1500", 1500, "my-model");
        check("/data/run7/checkpoints/2000", 2000, "run7");
        check("run7/checkpoints/step_50-deduped", 50, "run7-deduped");
        check("x/global_step12/hf", 12, "x");
        for text in ["gpt2-micro", "checkpoints/gpt2", "misstep5", "step", "step5x", "step99999999999999999999"] {
            assert_eq!(step_in(text), None, "{text}");
        }
    }

    #[test]
    fn checkpoints_of_a_run_meet() {
        let names = ["a-step8", "gpt2-micro", "a-step0", "b-step1", "a-step8-int8", "b/checkpoint-4"];
        let models = names.map(|name| testing::model(name, "gpt2", 1_000)).to_vec();
        let overview = Overview::new(&[&testing::record(models, Vec::new())]);
        let wanted = [Training { label: "a".to_owned(), points: vec![(0, 2), (8, 0)] }];
        assert_eq!(trainings(&overview), wanted);
    }
}
