//! One side of a comparison: a model in a run.

use super::CompareError;
use crate::Run;
use yardstick_core::{ModelCard, RunRecord, Sample};

/// A model with what it answered.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Where it comes from, as people wrote it: for messages.
    pub name: &'a str,
    /// The run.
    pub record: &'a RunRecord,
    /// Of all models of the run.
    pub samples: &'a [Sample],
    /// The model.
    pub card: &'a ModelCard,
}

impl<'a> Side<'a> {
    /// The model called `model` of a run, or its only one.
    ///
    /// # Errors
    /// There is no such model, or there are several and none is named.
    pub fn new(name: &'a str, run: &'a Run, model: Option<&str>) -> Result<Self, CompareError> {
        let models = &run.record.models;
        let known = || models.iter().map(|card| card.name.clone()).collect::<Vec<_>>();
        let card =
            match (model, models.as_slice()) {
                (Some(model), _) => models.iter().find(|card| card.name == model).ok_or_else(|| {
                    CompareError::NoModel { run: name.to_owned(), model: model.to_owned(), known: known() }
                })?,
                (None, [card]) => card,
                (None, _) => return Err(CompareError::WhichModel { run: name.to_owned(), known: known() }),
            };
        Ok(Self { name, record: &run.record, samples: &run.samples, card })
    }
}

/// Whether two cards are of the same model, held and cut the same way.
pub(super) fn is_same_model(a: &ModelCard, b: &ModelCard) -> bool {
    let identity = |card: &ModelCard| {
        (
            card.weights_sha256.clone(),
            card.tokenizer_sha256.clone(),
            card.config_sha256.clone(),
            card.storage.clone(),
            card.n_ctx,
        )
    };
    identity(a) == identity(b)
}
