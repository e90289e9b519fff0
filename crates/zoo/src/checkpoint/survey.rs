//! What a checkpoint lacks, all of it. A family stops at the first tensor that is missing; so it is made to try again with
//! zeros in the place of what is not there, and what it then asks for in vain is the message. No network comes of that.

use super::{Checkpoint, MOST_NAMES, elements, is_mask};
use crate::ZooError;
use candle_core::{DType, Device, Tensor};
use std::sync::PoisonError;

/// Names of tensors that were asked for in vain.
pub type Missing = Vec<String>;

impl Checkpoint<'_> {
    /// The error that `error`, with which `build` failed, becomes when everything that is missing is known.
    pub fn survey<T>(&self, error: ZooError, build: impl FnOnce() -> Result<T, ZooError>) -> ZooError {
        let ZooError::MissingTensor { file, tensor, .. } = error else { return error };
        self.with_missing(|missing| *missing = Some(Missing::new()));
        let stopped = matches!(build(), Err(ZooError::MissingTensor { .. }));
        let mut names = self.with_missing(Option::take).unwrap_or_default();
        names.retain(|name| *name != tensor);
        let (taken, is_spare) = (self.taken(), |name: &&String| !is_mask(name));
        let unused = self.index.keys().filter(|name| !taken.contains_key(*name)).filter(is_spare);
        let unused: Vec<&String> = unused.collect();
        let n_unused = unused.len();
        let unused = unused.into_iter().take(MOST_NAMES).cloned().collect();
        ZooError::MissingTensor { file, tensor, more: names, and_others: stopped, unused, n_unused }
    }

    /// A tensor that is not there: zeros if this is a survey, which ends when it has enough names, or when zeros would take
    /// more room than the largest tensor that is there.
    pub(super) fn stand_in(&self, tensor: String, shape: &[usize]) -> Result<Tensor, ZooError> {
        let largest = self.index.values().filter_map(|(_, there)| elements(&there.shape)).max();
        let fits = elements(shape).is_some_and(|size| Some(size) <= largest);
        let goes_on = self.with_missing(|missing| {
            let missing = missing.as_mut()?;
            missing.push(tensor.clone());
            (missing.len() < MOST_NAMES && fits).then_some(())
        });
        if goes_on.is_some() {
            return Ok(Tensor::zeros(shape, DType::F32, &Device::Cpu)?);
        }
        let file = if let [(file, _)] = &self.files.files[..] { file } else { &self.files.folder };
        Err(ZooError::missing(file, tensor))
    }

    fn with_missing<T>(&self, f: impl FnOnce(&mut Option<Missing>) -> T) -> T {
        f(&mut self.missing.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
