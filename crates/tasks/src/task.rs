//! A task: load it, score answers to it, sum up the scores.

use crate::config::{MetricSpec, TaskConfig};
use crate::data::{self, Stores};
use crate::error::TaskError;
use crate::fewshot::{DrawMode, FewShot};
use crate::filters::Pipeline;
use crate::hash;
use crate::metrics::Aggregation;
use crate::prompt;
use crate::rehearsal::rehearse;
use crate::row::Row;
use crate::score;
use std::collections::BTreeSet;
use std::sync::Arc;
use yardstick_core::{
    ChatTemplate, DatasetCard, Estimate, Instance, MetricCard, Request, Response, Sample, Target, TaskCard,
};

/// A task, read and checked, without its data. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Task {
    pub(crate) config: Arc<TaskConfig>,
}

/// A conversation instead of plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// How the model was taught to see it.
    pub template: ChatTemplate,
    /// Whether few-shot examples are turns of their own, and not all in one question.
    pub multiturn: bool,
}

/// Which documents of a task, and what stands before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// The first documents of the split; all of them without a limit.
    pub limit: Option<usize>,
    /// Few-shot examples before each document; as the task's file says without a number.
    pub shots: Option<usize>,
    /// How examples are drawn.
    pub draw: DrawMode,
    /// The draw's seed.
    pub seed: u64,
    /// Words before everything, the system's in a conversation.
    pub system: Option<String>,
    /// Prompts as conversations.
    pub chat: Option<Chat>,
    /// The most tokens of a text that the model writes, where a task's file allows more.
    pub max_tokens: Option<u32>,
}

impl LoadOptions {
    /// The seed of few-shot draws when none is named, which is lm-eval's.
    pub const SEED: u64 = 1234;
}

impl Default for LoadOptions {
    fn default() -> Self {
        let draw = DrawMode::default();
        Self { limit: None, shots: None, draw, seed: Self::SEED, system: None, chat: None, max_tokens: None }
    }
}

/// A task with its documents.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The task.
    pub task: Task,
    /// The protocol: files with checksums, hash of all prompts, counts, chance levels.
    pub card: TaskCard,
    /// The documents with their requests, in the split's order.
    pub instances: Vec<Instance>,
    /// What a reader of the results must know.
    pub warnings: Vec<String>,
}

impl Task {
    /// The id.
    pub fn id(&self) -> &str {
        &self.config.id
    }

    /// The file that it was read from; of bundled ones it begins with `catalog/`.
    pub fn file(&self) -> &str {
        &self.config.place.file
    }

    /// The dataset's columns that the task reads, with what stands in each, where its file says so: those of the papers'
    /// protocols do.
    pub fn columns(&self) -> &[(String, String)] {
        &self.config.protocol.columns
    }

    /// What is known without the data: no files, hashes, counts; chance only where the task file states it.
    pub fn card(&self) -> TaskCard {
        let config = &*self.config;
        TaskCard {
            id: config.id.clone(),
            description: config.about.clone(),
            output_type: config.output_type.name().to_owned(),
            version: config.version.clone(),
            dataset: DatasetCard {
                path: config.dataset.path.clone(),
                name: config.dataset.name.clone(),
                split: config.dataset.split.clone(),
                files: Vec::new(),
            },
            metrics: self.metric_cards(&[]),
            shots: config.num_fewshot.unwrap_or(0),
            fewshot: None,
            prompt_hash: String::new(),
            n_docs: 0,
            n_available: 0,
            paper: config.protocol.paper.clone(),
            choices: config.protocol.choices.clone(),
            references: config.protocol.references.clone(),
        }
    }

    /// Reads the split's first rows and makes their requests.
    ///
    /// # Errors
    /// A dataset that is not found, empty or damaged; a row that the task's fields cannot be made from; too few documents
    /// for the examples. Errors name the file, row and column.
    pub fn load(&self, stores: &Stores, options: &LoadOptions) -> Result<Loaded, TaskError> {
        let config = &*self.config;
        let mut warnings = config.warnings.clone();
        let fewshot = FewShot::read(config, stores, options, &mut warnings)?;
        // Examples come from all of the split, wherever scoring ends.
        let needs_all = fewshot.as_ref().is_some_and(|fewshot| fewshot.pool.own().is_none())
            || config.process_docs.is_some_and(|hook| hook.kind.needs_whole_split());
        let mut split = data::read(&config.dataset, stores, options.limit.filter(|_| !needs_all))?;
        split.process(config.process_docs)?;
        let n_docs = options.limit.unwrap_or(usize::MAX).min(split.docs.len());
        let (instances, prompt_warnings) = prompt::instances(config, &mut split, n_docs, fewshot.as_ref(), options)?;
        self.check_labels(&instances)?;
        rehearse(config, &instances, |instance| split.row(&instance.doc))?;
        warnings.extend(prompt_warnings);
        if let Some(limit) = options.limit.filter(|&limit| n_docs < limit) {
            warnings.push(format!("{}: {limit} documents were asked for, the split has {n_docs}", self.id()));
        }
        let card = TaskCard {
            shots: fewshot.as_ref().map_or(0, |fewshot| fewshot.shots),
            fewshot: fewshot.as_ref().map(|fewshot| fewshot.card(&split.card)),
            dataset: split.card,
            metrics: self.metric_cards(&instances),
            prompt_hash: hash::all(instances.iter().map(|instance| instance.prompt_hash.as_str())),
            n_docs: instances.len() as u64,
            n_available: split.available,
            ..self.card()
        };
        Ok(Loaded { task: self.clone(), card, instances, warnings })
    }

    /// F1 without an average is of two classes; lm-eval fails on more once all is done.
    fn check_labels(&self, instances: &[Instance]) -> Result<(), TaskError> {
        let is_binary = |spec: &MetricSpec| matches!(spec.aggregation, Aggregation::F1);
        let several = instances.iter().find(|instance| instance.choices.len() > 2);
        match (self.config.metrics.iter().find(|spec| is_binary(spec)), several) {
            (Some(spec), Some(instance)) => Err(TaskError::Unsupported {
                place: self.config.place.clone(),
                key: spec.name.clone(),
                reason: format!(
                    "aggregation f1 is of two choices, and document {} has {}; name another aggregation",
                    instance.doc.id,
                    instance.choices.len()
                ),
            }),
            _ => Ok(()),
        }
    }

    fn metric_cards(&self, instances: &[Instance]) -> Vec<MetricCard> {
        let chance = self.config.chance.or_else(|| chance(instances));
        let card = |(name, _, spec): (String, &Pipeline, &MetricSpec)| MetricCard {
            name,
            higher_is_better: spec.higher_is_better,
            chance: chance.filter(|_| spec.is_accuracy()),
            aggregation: spec.aggregation.name().to_owned(),
        };
        self.config.keys().map(card).collect()
    }

    /// Scores one document of this task from the responses to its requests, which are in the requests' order.
    ///
    /// # Errors
    /// Another number of responses than of requests, a log-likelihood that is not a number, a text that is not there, or a
    /// filter or metric that cannot make anything of a text.
    pub fn sample(&self, model: &str, instance: &Instance, responses: &[Response]) -> Result<Sample, TaskError> {
        self.check_responses(instance, responses)?;
        let scored = score::score(&self.config, instance, self.row(instance), responses)?;
        Ok(Sample {
            model: model.to_owned(),
            task: self.config.id.clone(),
            doc_id: instance.doc.id,
            doc: instance.doc.fields.clone(),
            doc_hash: instance.doc_hash.clone(),
            prompt_hash: instance.prompt_hash.clone(),
            requests: instance.requests.clone(),
            responses: responses.to_vec(),
            choices: instance.choices.clone(),
            target: instance.target.clone(),
            target_text: instance.target_text.clone(),
            filtered: scored.filtered,
            metrics: scored.metrics,
        })
    }

    /// The document as far as it is known once its files are read: by its place in the split.
    fn row<'a>(&'a self, instance: &'a Instance) -> Row<'a> {
        Row { fields: &instance.doc.fields, file: &self.config.dataset.path, row: instance.doc.id }
    }

    fn check_responses(&self, instance: &Instance, responses: &[Response]) -> Result<(), TaskError> {
        let row = self.row(instance).place();
        let bad = |reason| Err(TaskError::BadResponse { row: row.clone(), task: self.config.id.clone(), reason });
        if responses.len() != instance.requests.len() {
            return bad(format!("{} requests have {} responses", instance.requests.len(), responses.len()));
        }
        for (index, (request, response)) in instance.requests.iter().zip(responses).enumerate() {
            if response.log_likelihood.is_nan() {
                return bad(format!("the log-likelihood of request {index} is not a number"));
            }
            if matches!(request, Request::Generate { .. }) && response.text.is_none() {
                return bad(format!("request {index} asks for a text, and its response has none"));
            }
        }
        Ok(())
    }

    /// Every metric of the task over the samples of one model, in the task file's order. Samples may come in any order;
    /// sums are taken in document order. A metric that no sample has is left out.
    pub fn estimates(&self, samples: &[Sample]) -> Vec<(String, Estimate)> {
        let mut ordered: Vec<_> = samples.iter().collect();
        ordered.sort_by_key(|sample| sample.doc_id);
        let estimate = |(key, _, spec): (String, &Pipeline, &MetricSpec)| {
            let scores: Vec<_> = ordered.iter().filter_map(|sample| sample.metrics.get(&key).cloned()).collect();
            (!scores.is_empty()).then(|| (key, spec.aggregation.estimate(&scores)))
        };
        self.config.keys().filter_map(estimate).collect()
    }
}

/// The share of right choices, averaged over documents; `None` without choices.
fn chance(instances: &[Instance]) -> Option<f64> {
    let share = |instance: &Instance| match &instance.target {
        Target::Choice(_) => Some(1.0 / instance.choices.len() as f64),
        Target::Choices(right) => {
            let right: BTreeSet<_> = right.iter().collect();
            Some(right.len() as f64 / instance.choices.len() as f64)
        }
        Target::Text(_) | Target::Texts(_) => None,
    };
    let shares: Vec<_> = instances.iter().filter_map(share).collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}
