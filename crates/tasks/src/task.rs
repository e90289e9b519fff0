//! A task: load it, score answers to it, sum up the scores.

use crate::config::{MetricSpec, TaskConfig};
use crate::data::{self, Split, Stores};
use crate::error::TaskError;
use crate::hash;
use crate::hooks::HookKind;
use crate::prompt;
use crate::row::Row;
use std::collections::BTreeMap;
use std::sync::Arc;
use yardstick_core::{DatasetCard, Estimate, Instance, MetricCard, Response, Sample, Score, Target, TaskCard};

/// A task, read and checked, without its data. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Task {
    pub(crate) config: Arc<TaskConfig>,
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
            metrics: config.metrics.iter().map(|spec| self.metric_card(spec, &[])).collect(),
            shots: 0,
            prompt_hash: String::new(),
            n_docs: 0,
            n_available: 0,
        }
    }

    /// Reads the first `limit` rows of the split (all without a limit) and makes their requests.
    ///
    /// # Errors
    /// A dataset that is not found, empty or damaged; a row that the task's fields cannot be made from. Errors name the
    /// file, row and column.
    pub fn load(&self, stores: &Stores, limit: Option<usize>) -> Result<Loaded, TaskError> {
        let mut split = data::read(&self.config.dataset, stores, limit)?;
        self.process(&mut split)?;
        let (instances, prompt_warnings) = prompt::instances(&self.config, &mut split)?;
        let mut warnings = [self.config.warnings.clone(), prompt_warnings].concat();
        if let Some(limit) = limit.filter(|&limit| (instances.len()) < limit) {
            warnings.push(format!(
                "{}: {limit} documents were asked for, the split has {}",
                self.id(),
                instances.len()
            ));
        }
        let card = TaskCard {
            dataset: split.card,
            metrics: self.config.metrics.iter().map(|spec| self.metric_card(spec, &instances)).collect(),
            prompt_hash: hash::all(instances.iter().map(|instance| instance.prompt_hash.as_str())),
            n_docs: instances.len() as u64,
            n_available: split.available,
            ..self.card()
        };
        Ok(Loaded { task: self.clone(), card, instances, warnings })
    }

    /// `process_docs`: the hook's columns are added to each row.
    fn process(&self, split: &mut Split) -> Result<(), TaskError> {
        let Some(HookKind::Row(function)) = self.config.process_docs.map(|hook| hook.kind) else { return Ok(()) };
        let columns = split.docs.iter().map(|doc| function(split.row(doc))).collect::<Result<Vec<_>, _>>()?;
        for (doc, columns) in split.docs.iter_mut().zip(columns) {
            for (name, value) in columns {
                doc.fields.insert(name, value);
            }
        }
        Ok(())
    }

    fn metric_card(&self, spec: &MetricSpec, instances: &[Instance]) -> MetricCard {
        let chance = spec.metric.is_accuracy.then(|| self.config.chance.or_else(|| chance(instances)));
        MetricCard {
            name: spec.metric.name.to_owned(),
            higher_is_better: spec.higher_is_better,
            chance: chance.flatten(),
        }
    }

    /// Scores one document of this task from the responses to its requests, which are in the requests' order.
    ///
    /// # Errors
    /// Another number of responses than of requests, or a log-likelihood that is not a number.
    pub fn sample(&self, model: &str, instance: &Instance, responses: &[Response]) -> Result<Sample, TaskError> {
        self.check_responses(instance, responses)?;
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
            metrics: self.scores(instance, responses)?,
        })
    }

    fn check_responses(&self, instance: &Instance, responses: &[Response]) -> Result<(), TaskError> {
        let bad = |reason| TaskError::BadResponse { task: self.config.id.clone(), doc: instance.doc.id, reason };
        if responses.len() != instance.requests.len() {
            return Err(bad(format!("{} requests have {} responses", instance.requests.len(), responses.len())));
        }
        match responses.iter().position(|response| response.log_likelihood.is_nan()) {
            Some(index) => Err(bad(format!("the log-likelihood of request {index} is not a number"))),
            None => Ok(()),
        }
    }

    fn scores(&self, instance: &Instance, responses: &[Response]) -> Result<BTreeMap<String, Score>, TaskError> {
        let hook = self.config.process_results.map(|hook| hook.kind);
        let wanted = self.config.metrics.iter();
        if let Some(HookKind::Results { function, .. }) = hook {
            let row = Row { fields: &instance.doc.fields, file: &self.config.dataset.path, row: instance.doc.id };
            let scores = function(row, responses)?;
            let is_wanted = |name: &str| self.config.metrics.iter().any(|spec| spec.metric.name == name);
            return Ok(scores
                .into_iter()
                .filter(|(name, _)| is_wanted(name))
                .map(|(n, s)| (n.to_owned(), s))
                .collect());
        }
        Ok(wanted.map(|spec| (spec.metric.name.to_owned(), (spec.metric.score)(instance, responses))).collect())
    }

    /// Every metric of the task over the samples of one model, in the task file's order. Samples may come in any order;
    /// sums are taken in document order. A metric that no sample has is left out.
    pub fn estimates(&self, samples: &[Sample]) -> Vec<(String, Estimate)> {
        let mut ordered: Vec<_> = samples.iter().collect();
        ordered.sort_by_key(|sample| sample.doc_id);
        let estimate = |spec: &MetricSpec| {
            let name = spec.metric.name;
            let scores: Vec<_> = ordered.iter().filter_map(|sample| sample.metrics.get(name).copied()).collect();
            (!scores.is_empty()).then(|| (name.to_owned(), spec.metric.aggregation.estimate(&scores)))
        };
        self.config.metrics.iter().filter_map(estimate).collect()
    }
}

/// One over the number of choices, averaged over documents; `None` without choices.
fn chance(instances: &[Instance]) -> Option<f64> {
    let shares = instances.iter().filter(|instance| matches!(instance.target, Target::Choice(_)));
    let shares: Vec<_> = shares.map(|instance| 1.0 / instance.choices.len() as f64).collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}
