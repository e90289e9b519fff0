//! Few-shot examples: where they come from and which of them stand before a document.

mod draw;
mod keyed;
mod mersenne;
mod pool;

pub(crate) use pool::Pool;

use crate::config::{FewShotConfig, OutputType, PoolSpec, Sampler, TaskConfig};
use crate::data::{Split, Stores};
use crate::error::TaskError;
use crate::task::LoadOptions;
use draw::Draw;
use yardstick_core::{DatasetCard, FewShotCard};

/// How examples are drawn at random.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DrawMode {
    /// For each document by itself, by seed, task and row: `--limit`, order and shards change nothing. A document is
    /// never among its own examples.
    #[default]
    Keyed,
    /// As lm-eval 0.4.13 draws: one stream of `CPython`'s random numbers over the documents in order. It looks for the
    /// document itself only where the file names the same split for both, or neither a test nor a few-shot split.
    LmEval,
}

/// A task's examples before it is known how they read.
pub(crate) struct FewShot {
    pub config: FewShotConfig,
    /// Examples before each document; at least one.
    pub shots: usize,
    pub pool: Pool,
    mode: DrawMode,
    seed: u64,
}

impl FewShot {
    /// What the file and the options ask for: `None` for a zero-shot task.
    ///
    /// # Errors
    /// Few-shot keys that are wrong; examples that are not found or damaged.
    pub fn read(
        task: &TaskConfig,
        stores: &Stores,
        options: &LoadOptions,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Self>, TaskError> {
        let shots = shots(task, options.shots, warnings);
        if shots == 0 {
            return Ok(None);
        }
        let config = FewShotConfig::read(task)?;
        warnings.extend(config.warnings.iter().cloned());
        let pool = Pool::read(task, &config, shots, stores, warnings)?;
        Ok(Some(Self { config, shots, pool, mode: options.draw, seed: options.seed }))
    }

    /// The same without data: examples are taken from the rows that are scored, unless the file has its own.
    ///
    /// # Errors
    /// Few-shot keys that are wrong.
    pub fn without_data(task: &TaskConfig, options: &LoadOptions) -> Result<Option<Self>, TaskError> {
        let shots = shots(task, options.shots, &mut Vec::new());
        if shots == 0 {
            return Ok(None);
        }
        let config = FewShotConfig::read(task)?;
        let pool = match &config.pool {
            PoolSpec::Samples(..) => Pool::read(task, &config, shots, &Stores::default(), &mut Vec::new())?,
            _ => Pool::Evaluated,
        };
        Ok(Some(Self { config, shots, pool, mode: options.draw, seed: options.seed }))
    }

    /// Indices of the pool for each of the first `n_docs` documents of the split.
    ///
    /// # Errors
    /// A pool with too few documents.
    pub fn drawn(&self, task: &TaskConfig, split: &Split, n_docs: usize) -> Result<Vec<Vec<usize>>, TaskError> {
        let draw = Draw {
            pool: &self.pool.split(split).docs,
            shots: self.shots,
            is_same_split: self.pool.is_split(&task.dataset),
            is_same_by_name: self.config.is_same_split_by_name,
        };
        let docs = &split.docs[..n_docs];
        let drawn = match (self.config.sampler, self.mode) {
            (Sampler::FirstN, DrawMode::Keyed) => draw.first_n(docs, draw.is_same_split),
            (Sampler::FirstN, DrawMode::LmEval) => draw.first_n(docs, draw.is_same_by_name),
            (Sampler::Default, DrawMode::Keyed) => draw.keyed(docs, self.seed, &task.id),
            (Sampler::Default, DrawMode::LmEval) => draw.lm_eval(docs, self.seed),
        };
        drawn.map_err(|few| TaskError::TooFewExamples {
            place: task.place.clone(),
            shots: self.shots,
            needed: few.needed,
            pool: self.pool.name(&self.config.pool, &task.dataset),
            available: few.available,
        })
    }

    /// The record of what was drawn.
    pub fn card(&self, evaluated: &DatasetCard) -> FewShotCard {
        let (draw, seed) = match (self.config.sampler, self.mode) {
            (Sampler::FirstN, _) => ("first_n", None),
            (Sampler::Default, DrawMode::Keyed) => ("keyed", Some(self.seed)),
            (Sampler::Default, DrawMode::LmEval) => ("lm-eval", Some(self.seed)),
        };
        let pool = self.pool.own().map_or_else(|| evaluated.clone(), |split| split.card.clone());
        FewShotCard { draw: draw.to_owned(), seed, pool }
    }
}

/// How many examples: what the options say, or else the file. A file that says 0 means it, and a rolling text has no
/// question that an example could stand before.
fn shots(task: &TaskConfig, asked: Option<usize>, warnings: &mut Vec<String>) -> usize {
    let shots = asked.or(task.num_fewshot).unwrap_or(0);
    let zero_because = match task.output_type {
        OutputType::LogLikelihoodRolling => Some("a text that is scored from its first token on has no examples"),
        _ => (task.num_fewshot == Some(0)).then_some("its file says `num_fewshot: 0`"),
    };
    match zero_because.filter(|_| shots > 0) {
        Some(reason) => {
            warnings.push(format!("{}: stays zero-shot ({reason})", task.id));
            0
        }
        None => shots,
    }
}
