//! Products with a weight matrix, from a checkpoint.

use super::{Activation, Rows};
use crate::ZooError;
use crate::checkpoint::Weights;
use crate::nn::{self, Source, Storage, Team, values};
use crate::tensors;
use candle_core::Tensor;

/// x·W + b.
pub enum Linear {
    /// Packed for the kernel.
    Host(nn::Linear),
    /// On a device.
    Device(tensors::Linear),
}

impl Linear {
    /// Reads a layer stored `[in, out]`, as GPT-1 and GPT-2 do (there a one-wide convolution), with its bias.
    ///
    /// # Errors
    /// A tensor is missing or wrong, as for all of these.
    pub fn conv1d(weights: &Weights, n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        let weight = weights.get("weight", &[n_in, n_out])?;
        let bias = values(&weights.get("bias", &[n_out])?, <[f32]>::to_vec);
        values(&weight, |w| Self::place(Source { values: w, n_in, n_out, transposed: false }, Some(bias), weights))
    }

    /// Reads a layer stored `[out, in]` with its bias.
    ///
    /// # Errors
    /// As above.
    pub fn transposed(weights: &Weights, n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        Self::dense(weights, n_in, n_out, true)
    }

    /// One layer from several without bias, each stored `[n_out, n_in]`: their outputs side by side.
    ///
    /// # Errors
    /// As above.
    pub fn joined(parts: &[Weights], n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        let parts: Vec<_> = parts.iter().map(|part| (part.clone(), n_out)).collect();
        Self::side_by_side(&parts, n_in, false)
    }

    /// Reads a layer stored `[out, in]`, with or without a bias.
    ///
    /// # Errors
    /// As above.
    pub fn dense(weights: &Weights, n_in: usize, n_out: usize, bias: bool) -> Result<Self, ZooError> {
        Self::side_by_side(&[(weights.clone(), n_out)], n_in, bias)
    }

    /// One layer from several, each stored `[out, in]` with its own number of outputs, at least one, all with or all without
    /// a bias: their outputs side by side.
    ///
    /// # Errors
    /// As above.
    pub fn side_by_side(parts: &[(Weights, usize)], n_in: usize, bias: bool) -> Result<Self, ZooError> {
        let all = |name: &str, shape: &dyn Fn(usize) -> Vec<usize>| {
            let tensors = parts.iter().map(|(part, n_out)| part.get(name, &shape(*n_out)));
            Ok::<_, ZooError>(Tensor::cat(&tensors.collect::<Result<Vec<_>, _>>()?, 0)?)
        };
        let weight = all("weight", &|n_out| vec![n_out, n_in])?;
        let bias = bias.then(|| all("bias", &|n_out| vec![n_out])).transpose()?;
        Self::of_tensors(&weight, bias.as_ref(), &parts[0].0)
    }

    /// Queries, keys and values whose outputs are stored head by head, `[n_head, 3, head_dim, n_in]`, as GPT-NeoX and BLOOM
    /// do; here all heads' queries come first.
    ///
    /// # Errors
    /// As above.
    pub fn fused(weights: &Weights, n_in: usize, n_head: usize, head_dim: usize, bias: bool) -> Result<Self, ZooError> {
        let n_out = 3 * n_head * head_dim;
        let sort = |tensor: Tensor, shape: &[usize]| {
            let apart = tensor.reshape((n_head, 3, tensor.elem_count() / (3 * n_head)))?;
            Ok::<_, ZooError>(apart.transpose(0, 1)?.contiguous()?.reshape(shape)?)
        };
        let weight = sort(weights.get("weight", &[n_out, n_in])?, &[n_out, n_in])?;
        let bias = bias.then(|| sort(weights.get("bias", &[n_out])?, &[n_out])).transpose()?;
        Self::of_tensors(&weight, bias.as_ref(), weights)
    }

    /// From a matrix `[out, in]` and a bias `[out]`.
    ///
    /// # Errors
    /// They do not fit on the device.
    pub fn of_tensors(weight: &Tensor, bias: Option<&Tensor>, weights: &Weights) -> Result<Self, ZooError> {
        let bias = bias.map(|bias| values(bias, <[f32]>::to_vec));
        let [n_out, n_in] = [0, 1].map(|dim| weight.dims()[dim]);
        values(weight, |w| Self::place(Source { values: w, n_in, n_out, transposed: true }, bias, weights))
    }

    /// Where the checkpoint's layers are to be, in the kind of numbers that they are to be held in.
    fn place(source: Source, bias: Option<Vec<f32>>, weights: &Weights) -> Result<Self, ZooError> {
        let Some(on) = weights.accelerator() else {
            return Ok(Self::Host(nn::Linear::pack(source, bias, weights.storage())));
        };
        let linear = if weights.storage() == Storage::F32 {
            tensors::Linear::new(source, bias.as_deref(), on)
        } else {
            // Rounded as the kernels would hold it, and f32 all the same.
            let held = nn::Linear::pack(source, None, weights.storage()).weights().held();
            tensors::Linear::new(Source { values: &held, transposed: false, ..source }, bias.as_deref(), on)
        };
        Ok(Self::Device(linear.map_err(|fault| weights.does_not_fit(&fault))?))
    }

    /// `out = x·W + b`: `x` is `[rows, n_in]`, `out` `[rows, n_out]`.
    pub fn forward(&self, x: &Rows, out: &mut Rows, team: Team) {
        match self {
            Self::Host(linear) => linear.forward(x.host(), out.host_mut(), team),
            Self::Device(linear) => out.compute(|_| linear.forward(x.device()?)),
        }
    }

    /// `out = activation(x·W + b)`.
    pub fn activate(&self, x: &Rows, activation: Activation, out: &mut Rows, team: Team) {
        match self {
            Self::Host(linear) => linear.activate(x.host(), activation, out.host_mut(), team),
            Self::Device(linear) => out.compute(|_| linear.activate(x.device()?, activation)),
        }
    }

    /// `out += x·W + b`: the residual connection.
    pub fn add(&self, x: &Rows, out: &mut Rows, team: Team) {
        match self {
            Self::Host(linear) => linear.add(x.host(), out.host_mut(), team),
            Self::Device(linear) => out.compute(|out| linear.add(x.device()?, out?)),
        }
    }

    /// `out *= x·W + b`: the gated unit's second factor (Shazeer 2020, "GLU Variants Improve Transformer").
    pub fn multiply(&self, x: &Rows, out: &mut Rows, team: Team) {
        match self {
            Self::Host(linear) => linear.multiply(x.host(), out.host_mut(), team),
            Self::Device(linear) => out.compute(|out| linear.multiply(x.device()?, out?)),
        }
    }
}
