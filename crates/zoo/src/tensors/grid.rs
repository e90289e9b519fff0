//! Rows on a device.

use super::{Accelerator, first_line};
use candle_core::{DType, Result as TensorResult, Tensor};
use std::ops::Range;
use std::sync::Arc;
use yardstick_core::{ModelCard, ScoreError};

/// Why a device has no rows to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(Arc<str>);

impl Fault {
    /// With these words.
    pub fn new(reason: &str) -> Self {
        #[cfg(test)]
        tests::MADE.with(|made| made.set(made.get() + 1));
        Self(reason.into())
    }

    /// Of rows that are not there yet.
    pub fn uncomputed() -> Self {
        Self("rows are read before they are computed".into())
    }

    /// As the caller of a model with this card knows it.
    pub fn of(&self, card: &ModelCard) -> ScoreError {
        ScoreError::Backend { model: card.name.clone(), reason: self.reason().to_owned() }
    }

    /// The backend's own words, in one line.
    pub fn reason(&self) -> &str {
        &self.0
    }
}

impl From<candle_core::Error> for Fault {
    fn from(error: candle_core::Error) -> Self {
        Self::new(&first_line(&error.to_string()))
    }
}

/// Rows of numbers on a device, `[rows, n]`, filled up to whole blocks, at least one, with rows that nobody looks at.
#[derive(Clone, Debug)]
pub struct Grid {
    /// `[rows filled up, n]`, contiguous.
    tensor: Tensor,
    rows: usize,
}

impl Grid {
    /// `rows` rows from a tensor that is filled up already.
    pub fn filled(tensor: Tensor, rows: usize) -> Self {
        Self { tensor, rows }
    }

    /// All rows of `tensor`, to be filled up.
    pub fn of(tensor: &Tensor, on: &Accelerator) -> Result<Self, Fault> {
        let rows = tensor.dim(0)?;
        let missing = filled(rows, on) - rows;
        let filled = if missing == 0 { tensor.contiguous()? } else { tensor.pad_with_zeros(0, 0, missing)? };
        Ok(Self { tensor: filled, rows })
    }

    /// No rows, of `n` numbers each.
    pub fn none(n: usize, on: &Accelerator) -> Result<Self, Fault> {
        Ok(Self { tensor: Tensor::zeros((on.block, n), DType::F32, &on.device)?, rows: 0 })
    }

    /// Numbers of the processor, `[rows, n]`.
    pub fn upload(values: &[f32], n: usize, on: &Accelerator) -> Result<Self, Fault> {
        if values.is_empty() {
            return Self::none(n, on);
        }
        Self::of(&on.upload(values, &[values.len() / n, n])?, on)
    }

    /// Rows `ids` of a table `[ids, n]`.
    pub fn gather(table: &Tensor, ids: &[u32], on: &Accelerator) -> Result<Self, Fault> {
        let mut index = ids.to_vec();
        index.resize(filled(ids.len(), on), 0);
        let index = Tensor::from_slice(&index, index.len(), &on.device)?;
        Ok(Self { tensor: table.index_select(&index, 0)?, rows: ids.len() })
    }

    /// Some of the rows.
    pub fn pick(&self, rows: &[u32], on: &Accelerator) -> Result<Self, Fault> {
        if let Some(row) = rows.iter().find(|&&row| row as usize >= self.rows) {
            // A GPU that is asked for it does not say so, or says nothing else afterwards.
            return Err(Fault::new(&format!("row {row} of {}", self.rows)));
        }
        Self::gather(&self.tensor, rows, on)
    }

    /// Rows that count.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// All of it, `[rows filled up, n]`.
    pub const fn tensor(&self) -> &Tensor {
        &self.tensor
    }

    /// The rows that count, on the processor.
    pub fn download(&self) -> Result<Vec<f32>, Fault> {
        if self.rows == 0 {
            return Ok(Vec::new());
        }
        Ok(self.tensor.narrow(0, 0, self.rows)?.flatten_all()?.to_vec1()?)
    }

    /// Block by block, each a grid of its own.
    pub fn blocks(&self, on: &Accelerator) -> impl Iterator<Item = Result<Self, Fault>> {
        (0..self.rows.max(1)).step_by(on.block).map(|start| {
            let tensor = self.tensor.narrow(0, start, on.block)?;
            Ok(Self { tensor, rows: on.block.min(self.rows - start) })
        })
    }

    /// The same rows through a function of single rows.
    pub fn map(&self, f: impl FnOnce(&Tensor) -> candle_core::Result<Tensor>) -> Result<Self, Fault> {
        Ok(Self { tensor: f(&self.tensor)?, rows: self.rows })
    }

    /// Row by row with those of another.
    pub fn join(
        &self,
        other: &Self,
        f: impl FnOnce(&Tensor, &Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<Self, Fault> {
        Ok(Self { tensor: f(&self.tensor, &other.tensor)?, rows: self.rows })
    }
}

/// Rows with those that fill them up.
fn filled(rows: usize, on: &Accelerator) -> usize {
    rows.next_multiple_of(on.block).max(on.block)
}

/// Some columns of `[rows, columns]`; `None` where there are none, for devices take no empty tensors.
pub fn columns(x: &Tensor, columns: Range<usize>) -> TensorResult<Option<Tensor>> {
    (!columns.is_empty()).then(|| x.narrow(1, columns.start, columns.len())).transpose()
}

/// What there is, side by side along a dimension.
pub fn side_by_side<const N: usize>(parts: [Option<Tensor>; N], dim: usize) -> TensorResult<Tensor> {
    Tensor::cat(&parts.into_iter().flatten().collect::<Vec<_>>(), dim)
}

#[cfg(test)]
pub mod tests {
    use std::cell::Cell;

    thread_local! {
        /// Faults that this thread made: one that is overwritten unseen would bring down a GPU's driver.
        pub static MADE: Cell<usize> = const { Cell::new(0) };
    }
}
