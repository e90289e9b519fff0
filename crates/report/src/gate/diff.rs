//! A diff of two models' logits, as a gate takes it.

use super::logits::{Figure, LogitFigures};
use super::verdict::Ends;
use super::{GateError, Side};
use crate::identity::difference;
use crate::{DiffRate, DiffRecord, DiffUnit};
use yardstick_core::Estimate;

impl LogitFigures {
    /// The figures of a diff; `file` is its name in messages.
    pub fn new(file: String, record: &DiffRecord) -> Self {
        let point = |value| Figure { value, interval: None };
        let estimate = |estimate: &Estimate| Figure {
            value: estimate.value,
            interval: estimate.low.zip(estimate.high).map(|(low, high)| Ends { low, high }),
        };
        let rate =
            |rate: &DiffRate| Figure { value: rate.rate, interval: Some(Ends { low: rate.low, high: rate.high }) };
        Self {
            file,
            models: [record.model_a.clone(), record.model_b.clone()],
            warnings: warnings(record),
            n_positions: record.n_positions,
            bit_identical: record.bit_identical,
            mean_kl: estimate(&record.mean_kl),
            kl_p99: point(record.kl_p99),
            kl_p999: point(record.kl_p999),
            kl_max: point(record.kl_max),
            same_top1: rate(&record.same_top1),
            same_top5: rate(&record.same_top5),
            ln_ppl_ratio: estimate(&record.ln_ppl_ratio),
        }
    }

    /// Whether both models are one, by their checksums.
    pub(super) fn is_same_model(&self) -> bool {
        difference(&self.models[0], &self.models[1]).is_none()
    }

    /// Refuses a diff of other models than the two that are judged: an old file would otherwise pass anything.
    pub(super) fn check(&self, base: &Side, candidate: &Side) -> Result<(), GateError> {
        for (which, ours, side) in [("first", &self.models[0], base), ("second", &self.models[1], candidate)] {
            if let Some(what) = difference(ours, side.card) {
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

/// What the diff itself warns of, and what its errors rest on.
fn warnings(record: &DiffRecord) -> Vec<String> {
    let alone = "logits: the positions of one window are taken as independent, so their errors are too small";
    let alone = (record.unit == DiffUnit::Position).then(|| alone.to_owned());
    record.material.warnings.iter().map(|warning| format!("logits: {warning}")).chain(alone).collect()
}
