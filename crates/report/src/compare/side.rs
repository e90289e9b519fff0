//! One side of a comparison: a model in a run.

use super::{CompareError, CompareOptions};
use crate::Run;
use crate::partial::lack;
use yardstick_core::{ModelCard, RunRecord, RunStatus, Sample};

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

impl Side<'_> {
    /// Refuses an unfinished run, unless what is missing is allowed to be: then a note says so.
    ///
    /// # Errors
    /// [`CompareError::Partial`].
    pub fn finished(&self, options: &CompareOptions) -> Result<Option<String>, CompareError> {
        if self.record.status == RunStatus::Complete {
            return Ok(None);
        }
        let lack = lack(&[self.record]).unwrap_or_default().to_owned();
        if !options.allow_missing {
            return Err(CompareError::Partial { run: self.name.to_owned(), lack });
        }
        Ok(Some(format!("{} is an unfinished run: {lack}", self.name)))
    }
}
