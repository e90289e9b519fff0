//! What is kept of a comparison of two models' distributions.

use crate::hash::sha256_hex;
use serde::{Deserialize, Serialize};
use yardstick_core::{Estimate, ModelCard, TaskCard, TokenDiff, TopToken};

/// Two models, A and B, compared token by token on the same texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiffRecord {
    /// [`DiffRecord::FORMAT`]; readers refuse what they do not know.
    pub format: String,
    /// Version of yardstick that wrote it.
    pub version: String,
    /// Model A, with its name and checksums.
    pub model_a: ModelCard,
    /// Model B.
    pub model_b: ModelCard,
    /// What both read.
    pub material: DiffMaterial,
    /// Distributions compared. Tokens that stand after the very same tokens of one document (the first ones of a question's
    /// choices) share theirs.
    pub n_positions: u64,
    /// Tokens scored, each choice's own.
    pub n_tokens: u64,
    /// What is taken as independent of one another for errors and intervals.
    pub unit: DiffUnit,
    /// How many of them.
    pub n_units: u64,
    /// Whether all logits at all positions have the same bits.
    pub bit_identical: bool,
    /// Mean of KL(A‖B) over positions, nats.
    pub mean_kl: Estimate,
    /// Its median, nats.
    pub kl_median: f64,
    /// 99 % of positions have no more, nats.
    pub kl_p99: f64,
    /// 99.9 % of positions have no more, nats.
    pub kl_p999: f64,
    /// The largest, nats.
    pub kl_max: f64,
    /// How often the most likely token is the same.
    pub same_top1: DiffRate,
    /// How often the five most likely tokens are the same set, in whatever order.
    pub same_top5: DiffRate,
    /// `p_B − p_A` of the text's own tokens.
    pub delta_p: DeltaP,
    /// Perplexity of A per token.
    pub ppl_a: f64,
    /// Perplexity of B per token.
    pub ppl_b: f64,
    /// `ln(PPL_B/PPL_A)`: the mean over tokens of `ln p_A − ln p_B`, nats. Its error is that of the mean of these differences,
    /// which is far smaller than that of two perplexities measured apart.
    pub ln_ppl_ratio: Estimate,
    /// The first position where the most likely token differs.
    pub first_parting: Option<DiffPlace>,
    /// The position with the largest KL; `None` where there is none above 0.
    pub largest_kl: Option<DiffPlace>,
}

impl DiffRecord {
    /// The format that this version writes.
    pub const FORMAT: &'static str = "yardstick.diff/1";
}

/// The texts of a comparison: files, or tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiffMaterial {
    /// Text files, whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<DiffText>,
    /// Tasks, at their scored positions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskCard>,
    /// What a reader must know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A text file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffText {
    /// As typed.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// sha256 (hex) of its bytes.
    pub sha256: String,
}

impl DiffText {
    /// A file with its bytes.
    pub fn new(path: String, bytes: &[u8]) -> Self {
        Self { path, bytes: bytes.len() as u64, sha256: sha256_hex(bytes) }
    }
}

/// What is taken as independent of one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffUnit {
    /// A document of a task.
    Document,
    /// A window of a text, as long as the context.
    Window,
    /// A position, where there is one window only: an error that is too small, for neighbours have much in common.
    Position,
}

/// A share of positions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiffRate {
    /// From 0 to 1.
    pub rate: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// How the probability of the text's own tokens changes from A to B.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeltaP {
    /// Mean over tokens.
    pub mean: Estimate,
    /// Root of the mean square.
    pub rms: f64,
    /// 1 % quantile.
    pub p01: f64,
    /// 5 % quantile.
    pub p05: f64,
    /// Median.
    pub p50: f64,
    /// 95 % quantile.
    pub p95: f64,
    /// 99 % quantile.
    pub p99: f64,
}

/// One position, with what both models expect there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiffPlace {
    /// The file, or task, row and choice.
    pub document: String,
    /// The line that the token is on, counted from 1, where the tokens tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Index of the token in the scored text, counted from 0.
    pub position: u64,
    /// The end of the text before it.
    pub before: String,
    /// KL(A‖B) there, nats.
    pub kl: f64,
    /// The token that the text has.
    pub token: DiffToken,
    /// The most likely token of A.
    pub top_a: DiffToken,
    /// The most likely token of B.
    pub top_b: DiffToken,
}

/// A token and its probability in both models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiffToken {
    /// Its id.
    pub id: u32,
    /// What it stands for.
    pub text: String,
    /// From 0 to 1.
    pub p_a: f64,
    /// From 0 to 1.
    pub p_b: f64,
}

/// Where a position is, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffWhere {
    /// See [`DiffPlace::document`].
    pub document: String,
    /// See [`DiffPlace::line`].
    pub line: Option<u64>,
    /// See [`DiffPlace::before`].
    pub before: String,
}

impl DiffPlace {
    /// A token's place; `text` is what a token stands for.
    pub fn new(diff: &TokenDiff, place: DiffWhere, text: impl Fn(u32) -> String) -> Self {
        let token = |token: u32, log_prob: [f64; 2]| {
            let [p_a, p_b] = log_prob.map(f64::exp);
            DiffToken { id: token, text: text(token), p_a, p_b }
        };
        let [top_a, top_b] = diff.top.map(|TopToken { token: id, log_prob }| token(id, log_prob));
        Self {
            document: place.document,
            line: place.line,
            position: u64::from(diff.position),
            before: place.before,
            kl: diff.kl,
            token: token(diff.token, diff.log_prob),
            top_a,
            top_b,
        }
    }
}
