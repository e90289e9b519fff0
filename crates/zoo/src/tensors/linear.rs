//! Products with a weight matrix; see [`crate::nn::Linear`].

use super::{Accelerator, Fault, Grid, activation};
use crate::nn::{Activation, Source};
use candle_core::Tensor;

/// x·W + b.
#[derive(Debug)]
pub struct Linear {
    /// `[n_in, n_out]`
    weight: Tensor,
    /// `[n_out]`
    bias: Option<Tensor>,
    on: Accelerator,
}

impl Linear {
    /// From a matrix and a bias `[n_out]` in memory.
    ///
    /// # Errors
    /// They do not fit on the device.
    pub fn new(weight: Source, bias: Option<&[f32]>, on: &Accelerator) -> Result<Self, Fault> {
        let Source { values, n_in, n_out, transposed } = weight;
        let shape = if transposed { [n_out, n_in] } else { [n_in, n_out] };
        let stored = on.upload(values, &shape)?;
        let weight = if transposed { stored.t()? } else { stored };
        let bias = bias.map(|bias| on.upload(bias, &[n_out])).transpose()?;
        Ok(Self { weight, bias, on: on.clone() })
    }

    /// From a table `[n_out, n_in]` that is there already.
    ///
    /// # Errors
    /// The device fails.
    pub fn of_table(table: &Tensor, on: &Accelerator) -> Result<Self, Fault> {
        Ok(Self { weight: table.t()?, bias: None, on: on.clone() })
    }

    /// The same layer with another bias `[n_out]`.
    ///
    /// # Errors
    /// It does not fit on the device.
    pub fn with_bias(self, bias: &[f32]) -> Result<Self, Fault> {
        let bias = Some(self.on.upload(bias, &[bias.len()])?);
        Ok(Self { bias, ..self })
    }

    /// Outputs.
    pub fn n_out(&self) -> usize {
        self.weight.dims()[1]
    }

    /// Where it computes.
    pub const fn on(&self) -> &Accelerator {
        &self.on
    }

    /// x·W + b.
    ///
    /// # Errors
    /// The device fails, as of everything that follows.
    pub fn forward(&self, x: &Grid) -> Result<Grid, Fault> {
        let product = |block: Result<Grid, Fault>| Ok(block?.tensor().matmul(&self.weight)?);
        let mut products = x.blocks(&self.on).map(product).collect::<Result<Vec<Tensor>, Fault>>()?;
        let product = match products.len() {
            1 => products.remove(0),
            _ => Tensor::cat(&products, 0)?,
        };
        drop(products);
        let sum = match &self.bias {
            Some(bias) => product.broadcast_add(bias)?,
            None => product,
        };
        Ok(Grid::filled(sum, x.rows()))
    }

    /// activation(x·W + b)
    pub fn activate(&self, x: &Grid, activation: Activation) -> Result<Grid, Fault> {
        self.forward(x)?.map(|y| activation::apply(activation, y))
    }

    /// y + x·W + b
    pub fn add(&self, x: &Grid, y: &Grid) -> Result<Grid, Fault> {
        y.join(&self.forward(x)?, |y, product| y + product)
    }

    /// y · (x·W + b)
    pub fn multiply(&self, x: &Grid, y: &Grid) -> Result<Grid, Fault> {
        y.join(&self.forward(x)?, |y, product| y * product)
    }
}
