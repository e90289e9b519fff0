//! Rows of numbers where a network computes.

use crate::tensors::{Accelerator, Fault, Grid};

/// Rows of numbers, `[rows, n]`, on the processor or on a device; what failed there is kept instead of them.
#[derive(Clone, Debug)]
pub enum Rows {
    /// Row by row.
    Host(Vec<f32>),
    /// On a device.
    Device(Accelerator, Result<Grid, Fault>),
}

impl Rows {
    /// None yet.
    pub fn new(on: Option<&Accelerator>) -> Self {
        match on {
            None => Self::Host(Vec::new()),
            Some(on) => Self::Device(on.clone(), Err(Fault::uncomputed())),
        }
    }

    /// On the processor.
    ///
    /// # Panics
    /// When they are not there: a layer and its rows are always in the same place, as for all of these.
    pub fn host(&self) -> &[f32] {
        match self {
            Self::Host(rows) => rows,
            Self::Device(..) => misplaced(),
        }
    }

    /// On the processor, to be written.
    pub fn host_mut(&mut self) -> &mut Vec<f32> {
        match self {
            Self::Host(rows) => rows,
            Self::Device(..) => misplaced(),
        }
    }

    /// The numbers, wherever they are.
    #[cfg(test)]
    pub fn numbers(&self) -> Vec<f32> {
        match self {
            Self::Host(rows) => rows.clone(),
            Self::Device(_, rows) => rows.as_ref().unwrap().download().unwrap(),
        }
    }

    /// On a device.
    ///
    /// # Errors
    /// What failed.
    pub fn device(&self) -> Result<&Grid, Fault> {
        match self {
            Self::Host(_) => misplaced(),
            Self::Device(_, rows) => rows.as_ref().map_err(Fault::clone),
        }
    }

    /// Replaces rows on a device, from what they are.
    pub fn compute(&mut self, f: impl FnOnce(Result<&Grid, Fault>) -> Result<Grid, Fault>) {
        match self {
            Self::Host(_) => misplaced(),
            Self::Device(_, rows) => *rows = f(rows.as_ref().map_err(Fault::clone)),
        }
    }

    /// Room for `len` numbers on the processor; what is in it is left over. A device gives new rows anyway.
    pub fn resize(&mut self, len: usize) {
        if let Self::Host(rows) = self {
            rows.resize(len, 0.0);
        }
    }

    /// Every number times `factor`.
    pub fn scale(&mut self, factor: f32) {
        match self {
            Self::Host(rows) => rows.iter_mut().for_each(|x| *x *= factor),
            Self::Device(..) => self.compute(|rows| rows?.map(|x| x * f64::from(factor))),
        }
    }

    /// The numbers of others, as many.
    pub fn copy_from(&mut self, other: &Self) {
        match self {
            Self::Host(rows) => rows.copy_from_slice(other.host()),
            Self::Device(..) => self.compute(|_| other.device().cloned()),
        }
    }

    /// The sum with others: the residual connection.
    pub fn add(&mut self, other: &Self) {
        match self {
            Self::Host(rows) => rows.iter_mut().zip(other.host()).for_each(|(x, y)| *x += y),
            Self::Device(..) => self.compute(|rows| rows?.join(other.device()?, |x, y| x + y)),
        }
    }

    /// Only some of them, ascending, of `n` numbers each.
    pub fn pick(&mut self, picked: &[u32], n: usize) {
        match self {
            Self::Host(rows) => {
                for (to, &from) in picked.iter().enumerate() {
                    let from = from as usize * n;
                    rows.copy_within(from..from + n, to * n);
                }
                rows.truncate(picked.len() * n);
            }
            Self::Device(on, rows) => {
                *rows = rows.as_ref().map_err(Fault::clone).and_then(|rows| rows.pick(picked, on));
            }
        }
    }
}

fn misplaced() -> ! {
    unreachable!("a layer's rows are where its weights are")
}
