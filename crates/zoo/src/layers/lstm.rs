//! Long short-term memory, from a checkpoint.

use super::{Linear, Memory, Rows};
use crate::ZooError;
use crate::checkpoint::Weights;
use crate::nn::{self, Lane, Team};
use crate::tensors::{self, Accelerator};

pub use crate::nn::LstmBuffers;

/// Input, forget and output gates and the candidate, side by side in the order of PyTorch: i, f, g, o.
const GATES: usize = 4;

/// A layer; see [`nn::Lstm`].
pub enum Lstm {
    /// On the processor.
    Host(nn::Lstm),
    /// On a device.
    Device(tensors::Lstm),
}

/// The states of one layer, one entry a path.
pub type States = Memory<nn::States, tensors::States>;

impl Lstm {
    /// Reads layer `i` from the tensors that PyTorch's `nn.LSTM` has: `weight_ih_l{i}` `[4·n, n_in]`, `weight_hh_l{i}`
    /// `[4·n, n]`, `bias_ih_l{i}` and `bias_hh_l{i}` `[4·n]`, whose sum is b.
    ///
    /// # Errors
    /// A tensor is missing or wrong.
    pub fn load(weights: &Weights, i: usize, n_in: usize, n: usize) -> Result<Self, ZooError> {
        let matrix = |name: &str, n_in: usize| weights.get(&format!("{name}_l{i}"), &[GATES * n, n_in]);
        let bias = |name: &str| weights.get(&format!("{name}_l{i}"), &[GATES * n]);
        let sum = (bias("bias_ih")? + bias("bias_hh")?)?;
        let input = Linear::of_tensors(&matrix("weight_ih", n_in)?, Some(&sum), weights)?;
        let hidden = Linear::of_tensors(&matrix("weight_hh", n)?, None, weights)?;
        Ok(match (input, hidden) {
            (Linear::Device(input), Linear::Device(hidden)) => Self::Device(tensors::Lstm::new(input, hidden, n)),
            (Linear::Host(input), Linear::Host(hidden)) => Self::Host(nn::Lstm::new(input, hidden, n)),
            _ => unreachable!("both are where the checkpoint's layers are to be"),
        })
    }

    /// Advances paths by the rows of `lanes`: `x` `[rows, n_in]` becomes their h `[rows, n]`. A row at a position sees the
    /// state one position up.
    pub fn forward(&self, x: &mut Rows, lanes: &[Lane], paths: &mut States, b: &mut LstmBuffers, team: Team) {
        match (self, paths) {
            (Self::Host(lstm), States::Host(paths)) => lstm.forward(x.host_mut(), lanes, paths, b, team),
            (Self::Device(lstm), States::Device(_, paths)) => x.compute(|x| lstm.forward(x?, lanes, paths)),
            _ => unreachable!("a layer's states are where its weights are"),
        }
    }

    /// Floating-point operations for a row of `n_in` inputs and a state of width `n`.
    pub const fn flop(n_in: usize, n: usize) -> u64 {
        2 * ((n_in + n) * GATES * n) as u64
    }
}

impl States {
    /// Bytes for each position.
    pub const fn bytes_per_position(n: usize) -> u64 {
        nn::States::bytes_per_position(n)
    }

    /// Of `count` paths with room for `positions`, of states of width `n`.
    pub fn new(n: usize, count: usize, positions: usize, on: Option<&Accelerator>) -> Self {
        match on {
            None => Self::Host((0..count).map(|_| nn::States::new(n, positions)).collect()),
            Some(on) => Self::Device(on.clone(), (0..count).map(|_| tensors::States::new(n, positions, on)).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations() {
        assert_eq!(Lstm::flop(3, 5), 2 * 4 * 5 * (3 + 5));
    }

    #[test]
    fn biases_are_added_number_by_number() {
        let numbers = |xs: &[f32]| candle_core::Tensor::from_slice(xs, xs.len(), &candle_core::Device::Cpu).unwrap();
        let sum = (numbers(&[0.1, -3.0]) + numbers(&[0.2, 1.0])).unwrap();
        assert_eq!(nn::values(&sum, <[f32]>::to_vec), [0.1 + 0.2, -2.0]);
    }
}
