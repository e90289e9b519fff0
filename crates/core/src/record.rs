//! `run.json`: what was run, where, and what came out. Written by a run, read by everything after it.

use crate::{Estimate, ModelCard};
use serde::{Deserialize, Serialize};

/// The whole record of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// [`RunRecord::FORMAT`]; readers refuse what they do not know.
    pub format: String,
    /// Version of yardstick that wrote it.
    pub version: String,
    /// Whether everything that was asked for was scored.
    pub status: RunStatus,
    /// Start, RFC 3339, UTC.
    pub started: String,
    /// Wall time, seconds.
    pub seconds: f64,
    /// What was asked for.
    pub spec: RunSpec,
    /// The machine.
    pub environment: Environment,
    /// In the order asked for.
    pub models: Vec<ModelCard>,
    /// In the order asked for.
    pub tasks: Vec<TaskCard>,
    /// Groups of tasks that get a mean of their own.
    pub groups: Vec<GroupRecord>,
    /// The template of the prompts, where they are conversations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_template: Option<String>,
    /// Models × tasks × metrics, in that order; groups after the tasks of each model.
    pub results: Vec<ResultRecord>,
    /// What a reader must know: truncated contexts, unscored tokens, a short dataset.
    pub warnings: Vec<String>,
    /// How fast the models were, at most one a model; never part of a comparison of what they answered. Empty in records from
    /// before it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speeds: Vec<SpeedRecord>,
}

impl RunRecord {
    /// The format that this version writes.
    pub const FORMAT: &'static str = "yardstick.run/1";
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Every document of every task with every model.
    Complete,
    /// Interrupted or failed: results cover only the documents that were scored.
    Partial,
}

/// What was asked for on the command line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSpec {
    /// Model references, as typed.
    pub models: Vec<String>,
    /// Task selectors, as typed.
    pub tasks: Vec<String>,
    /// First documents of each split, when limited.
    pub limit: Option<usize>,
    /// Context length in tokens, when shortened.
    pub context: Option<usize>,
    /// Few-shot examples before each document, when not each task's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shots: Option<usize>,
    /// Seed of few-shot draws, when not the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The tool whose draws are reproduced to the letter, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compat: Option<String>,
    /// How weights are held, when not `f32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtype: Option<String>,
    /// Where models compute, when not on the processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The most tokens of a text that the model writes, where tasks allow more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_gen_toks: Option<u32>,
    /// Words before every prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Prompts as conversations: `multi-turn` or `single-turn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
    /// How masked models score, when not the usual way: `original`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pll: Option<String>,
    /// Whether the log-probability of every scored token is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub token_scores: bool,
}

/// Where a run took place; never part of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// `linux`, `macos`, …
    pub os: String,
    /// `x86_64`, `aarch64`, …
    pub arch: String,
    /// Logical cores.
    pub cpus: usize,
    /// Threads used.
    pub threads: usize,
}

/// How fast one model scored and wrote, on the run's [`Environment`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpeedRecord {
    /// Model name.
    pub model: String,
    /// Tokens fed to the model: what equal beginnings share is fed, and counted, once.
    pub tokens: u64,
    /// Wall time of feeding them, seconds: without loading the model, encoding and planning. Another model may have been
    /// loaded meanwhile. Of a run that was interrupted and gone on with, the sum over its parts, where all of them were on
    /// the same machine with as many threads; answers found in the log cost nothing and are not counted.
    pub seconds: f64,
    /// Threads used.
    pub threads: usize,
}

/// A task as it was run: the protocol behind a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskCard {
    /// The id, which names the protocol (`hellaswag`, `lambada@gpt2`).
    pub id: String,
    /// What it measures, one line.
    pub description: String,
    /// `multiple_choice`, `loglikelihood` or `loglikelihood_rolling`.
    pub output_type: String,
    /// Version in the task file's metadata.
    pub version: String,
    /// Where the rows come from.
    pub dataset: DatasetCard,
    /// The metrics in the order of the task file.
    pub metrics: Vec<MetricCard>,
    /// Few-shot examples before each document.
    pub shots: usize,
    /// Where those examples come from; `None` without examples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fewshot: Option<FewShotCard>,
    /// sha256 (hex) over the prompt hashes of the documents run, in order.
    pub prompt_hash: String,
    /// Documents run.
    pub n_docs: u64,
    /// Documents in the split.
    pub n_available: u64,
    /// The paper whose protocol this is; `None` for a protocol of no paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// What was chosen where the paper leaves it open, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What the paper prints for this protocol.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

/// One printed number of a paper, to be drawn beside measured ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The model as the paper calls it (`117M`, `175B`).
    pub model: String,
    /// Its parameters, where the name counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_params: Option<f64>,
    /// The task's metric that means the same kind of number.
    pub metric: String,
    /// Few-shot examples before each document.
    pub shots: usize,
    /// In the metric's unit: accuracies from 0 to 1, whatever the paper prints.
    pub value: f64,
    /// Table and split in the paper.
    pub source: String,
    /// How sure the transcription is: `found` where its source was read, `recalled` where it has to be checked.
    pub status: String,
    /// How the number's protocol differs from the task's; empty where nothing is known to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A metric of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricCard {
    /// `acc`, `acc_norm`, `perplexity`, `bits_per_byte`, …
    pub name: String,
    /// Direction of better.
    pub higher_is_better: bool,
    /// What guessing gets, where that is known: one over the number of choices, averaged over documents.
    pub chance: Option<f64>,
    /// How scores of documents become the number: `mean`, `perplexity`, `f1`, a hook's name. Empty in records from before it was kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub aggregation: String,
}

/// How few-shot examples were chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FewShotCard {
    /// `first_n`, `keyed` (drawn for each document by itself) or `lm-eval` (drawn as lm-eval 0.4.13 draws).
    pub draw: String,
    /// Seed of the draw; `None` where nothing is drawn.
    pub seed: Option<u64>,
    /// The split they are taken from, or `samples` for those in the task file.
    pub pool: DatasetCard,
}

/// Where a task's rows come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetCard {
    /// Hub id, or `json`, `csv`, `parquet` for local files.
    pub path: String,
    /// Configuration.
    pub name: Option<String>,
    /// Split that was scored.
    pub split: String,
    /// Files read, with their sha256 (hex).
    pub files: Vec<(String, String)>,
}

/// A group of tasks with a mean over them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// The id.
    pub id: String,
    /// Its tasks.
    pub tasks: Vec<String>,
}

/// One number of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultRecord {
    /// Model name.
    pub model: String,
    /// Task or group id.
    pub task: String,
    /// Metric name.
    pub metric: String,
    /// The value with its error.
    pub estimate: Estimate,
}
