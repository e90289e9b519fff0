//! The samples of all runs, task by task and document by document, models side by side.

use crate::{Overview, Run};
use std::collections::BTreeMap;
use yardstick_core::{Sample, TaskCard};

/// Everything that was asked, by task.
#[derive(Clone, Debug)]
pub(crate) struct Gathered<'a> {
    /// In the order of the runs.
    pub tasks: Vec<TaskDocs<'a>>,
}

/// A task as one or more runs asked it in the same words.
#[derive(Clone, Debug)]
pub(crate) struct TaskDocs<'a> {
    /// Of the first run that has it.
    pub card: &'a TaskCard,
    /// In the order of their rows.
    pub docs: Vec<Answers<'a>>,
}

/// A document: what each model of the overview answered, where it was asked.
pub(crate) type Answers<'a> = Vec<Option<&'a Sample>>;

/// Id and checksum of what was asked.
type Key<'a> = (&'a str, &'a str);

/// The samples of one model of one run.
type Asked<'a> = Vec<&'a Sample>;

impl<'a> Gathered<'a> {
    /// Puts the samples of runs side by side. Of a model that several runs asked the same, the run with the most documents
    /// counts, or else the first, as in the overview.
    pub fn new(runs: &'a [Run], overview: &Overview) -> Self {
        let mut tasks: Vec<(Key, &TaskCard)> = Vec::new();
        let mut asked: BTreeMap<(usize, usize), Asked> = BTreeMap::new();
        for (run, columns) in runs.iter().zip(&overview.columns) {
            let places = places(run, &mut tasks);
            let mut own: BTreeMap<(usize, usize), Asked> = BTreeMap::new();
            for sample in &run.samples {
                let place = places.get(sample.task.as_str()).zip(columns.get(&sample.model));
                if let Some((&task, &column)) = place {
                    own.entry((task, column)).or_default().push(sample);
                }
            }
            for (place, samples) in own {
                let known = asked.entry(place).or_default();
                if samples.len() > known.len() {
                    *known = samples;
                }
            }
        }
        let n_models = overview.models.len();
        let docs = |at: usize| side_by_side(asked.range((at, 0)..(at + 1, 0)), n_models);
        let tasks = tasks.iter().enumerate().map(|(at, &(_, card))| TaskDocs { card, docs: docs(at) }).collect();
        Self { tasks }
    }
}

/// Index of each task of a run among all tasks, to which new ones are added.
fn places<'a>(run: &'a Run, tasks: &mut Vec<(Key<'a>, &'a TaskCard)>) -> BTreeMap<&'a str, usize> {
    let mut places = BTreeMap::new();
    for card in &run.record.tasks {
        let key = (card.id.as_str(), card.prompt_hash.as_str());
        let at = tasks.iter().position(|task| task.0 == key).unwrap_or_else(|| {
            tasks.push((key, card));
            tasks.len() - 1
        });
        places.insert(card.id.as_str(), at);
    }
    places
}

/// Documents meet by row and prompt.
fn side_by_side<'a, 'b>(
    asked: impl Iterator<Item = (&'b (usize, usize), &'b Asked<'a>)>,
    n_models: usize,
) -> Vec<Answers<'a>>
where
    'a: 'b,
{
    let mut docs: BTreeMap<(u64, &str), Answers> = BTreeMap::new();
    for (&(_, column), samples) in asked {
        for &sample in samples {
            let doc = docs.entry((sample.doc_id, &sample.prompt_hash)).or_insert_with(|| vec![None; n_models]);
            doc[column] = Some(sample);
        }
    }
    docs.into_values().collect()
}
