//! A diff of two models' logits, as a gate takes it.

use super::logits::{Figure, LogitFigures};
use super::verdict::Ends;
use super::{GateError, Side};
use serde::Deserialize;
use std::path::Path;
use yardstick_core::{Estimate, ModelCard};

/// The format that is read.
const FORMAT: &str = "yardstick.diff/1";

/// The record of a diff, as far as limits are set on it.
#[derive(Debug, Deserialize)]
struct Record {
    model_a: ModelCard,
    model_b: ModelCard,
    n_positions: u64,
    bit_identical: bool,
    mean_kl: Estimate,
    kl_p99: f64,
    kl_p999: f64,
    kl_max: f64,
    same_top1: Rate,
    same_top5: Rate,
    ln_ppl_ratio: Estimate,
}

#[derive(Debug, Deserialize)]
struct Rate {
    #[serde(rename = "rate")]
    value: f64,
    low: f64,
    high: f64,
}

/// Before its fields: a newer record may lack some of them.
#[derive(Deserialize)]
struct Envelope {
    format: Option<String>,
}

impl LogitFigures {
    /// Reads what `yardstick diff --out` wrote.
    ///
    /// # Errors
    /// A file that cannot be read or is no such record.
    pub fn read(path: &Path) -> Result<Self, GateError> {
        let text = std::fs::read(path).map_err(|source| GateError::Read { path: path.to_owned(), source })?;
        let fault = |reason: String| GateError::Diff { file: path.display().to_string(), reason };
        let envelope: Envelope = serde_json::from_slice(&text).map_err(|error| fault(error.to_string()))?;
        if envelope.format.as_deref() != Some(FORMAT) {
            let found = envelope.format.unwrap_or_else(|| "none".to_owned());
            return Err(fault(format!("it has the format {found:?}, but this version reads {FORMAT:?}")));
        }
        let record: Record = serde_json::from_slice(&text).map_err(|error| fault(error.to_string()))?;
        Ok(record.figures(path.display().to_string()))
    }

    /// Refuses a diff of other models than the two that are judged: an old file would otherwise pass anything.
    pub(super) fn check(&self, base: &Side, candidate: &Side) -> Result<(), GateError> {
        for (which, ours, side) in [("first", &self.models[0], base), ("second", &self.models[1], candidate)] {
            if let Some(what) = differs(ours, side.card) {
                return Err(GateError::Diff {
                    file: self.file.clone(),
                    reason: format!(
                        "its {which} model {} is not {} of {}: {what} differ; run the diff again on these two, in this order",
                        ours.name, side.card.name, side.name
                    ),
                });
            }
        }
        Ok(())
    }
}

/// What makes two models two.
fn differs(a: &ModelCard, b: &ModelCard) -> Option<&'static str> {
    let parts = [
        ("the weights", a.weights_sha256 == b.weights_sha256),
        ("the tokenizers", a.tokenizer_sha256 == b.tokenizer_sha256),
        ("the configurations", a.config_sha256 == b.config_sha256),
        ("the types that hold the weights", a.storage == b.storage),
    ];
    parts.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
}

impl Record {
    fn figures(self, file: String) -> LogitFigures {
        let point = |value| Figure { value, interval: None };
        let estimate = |estimate: Estimate| Figure {
            value: estimate.value,
            interval: estimate.low.zip(estimate.high).map(|(low, high)| Ends { low, high }),
        };
        let rate = |rate: Rate| Figure { value: rate.value, interval: Some(Ends { low: rate.low, high: rate.high }) };
        LogitFigures {
            file,
            models: [self.model_a, self.model_b],
            n_positions: self.n_positions,
            bit_identical: self.bit_identical,
            mean_kl: estimate(self.mean_kl),
            kl_p99: point(self.kl_p99),
            kl_p999: point(self.kl_p999),
            kl_max: point(self.kl_max),
            same_top1: rate(self.same_top1),
            same_top5: rate(self.same_top5),
            ln_ppl_ratio: estimate(self.ln_ppl_ratio),
        }
    }
}
