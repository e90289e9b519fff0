//! Products with a weight matrix.

use super::{Activation, Team, values};
use crate::ZooError;
use crate::checkpoint::Weights;
use crate::native::{Matrix, multiply};
use candle_core::Tensor;
use yardstick_core::TokenScore;

/// How weights are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// As they are.
    #[default]
    F32,
}

impl Storage {
    /// Every kind.
    pub const ALL: [Self; 1] = [Self::F32];

    /// Its name in the model's card.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
        }
    }
}

/// x·W + b with W held as `[in, out]`.
pub struct Linear {
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    pub fn conv1d(weights: &Weights, n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        let weight = weights.get("weight", &[n_in, n_out])?;
        Ok(Self { weight, bias: Some(weights.get("bias", &[n_out])?) })
    }
    pub fn transposed(weights: &Weights, n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        let weight = weights.get("weight", &[n_out, n_in])?.t()?.contiguous()?;
        Ok(Self { weight, bias: Some(weights.get("bias", &[n_out])?) })
    }
    pub fn joined(parts: &[Weights], n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        let parts = parts.iter().map(|part| part.get("weight", &[n_out, n_in])).collect::<Result<Vec<_>, _>>()?;
        let weight = Tensor::cat(&parts, 0)?.t()?.contiguous()?;
        Ok(Self { weight, bias: None })
    }
    pub fn forward(&self, x: &[f32], out: &mut [f32], _team: Team) {
        let (k, n) = self.weight.dims2().unwrap();
        let m = x.len() / k;
        if m == 0 {
            return;
        }
        values(&self.weight, |w| {
            let w = Matrix::new(w, (k, n), (n, 1)).unwrap();
            if m == 1 {
                let mut twice = vec![0.0; 2 * n];
                multiply(&mut twice, Matrix::new(x, (2, k), (0, 1)).unwrap(), w);
                out.copy_from_slice(&twice[..n]);
            } else {
                multiply(out, Matrix::new(x, (m, k), (k, 1)).unwrap(), w);
            }
        });
        if let Some(bias) = &self.bias {
            values(bias, |b| out.chunks_exact_mut(n).for_each(|row| row.iter_mut().zip(b).for_each(|(x, b)| *x += b)));
        }
    }
    pub fn activate(&self, x: &[f32], act: Activation, out: &mut [f32], team: Team) {
        self.forward(x, out, team);
        act.apply(out);
    }
    pub fn add(&self, x: &[f32], out: &mut [f32], team: Team) {
        let mut y = vec![0.0; out.len()];
        self.forward(x, &mut y, team);
        out.iter_mut().zip(y).for_each(|(o, y)| *o += y);
    }
}

/// The projection from the last hidden state to the vocabulary.
pub struct Head {
    linear: Linear,
}

impl Head {
    pub const WORK_BYTES: u64 = 1 << 22;
    pub fn new(weight: &Tensor, _n_embd: usize, _storage: Storage) -> Self {
        Self { linear: Linear { weight: weight.t().unwrap().contiguous().unwrap(), bias: None } }
    }
    pub fn logits(&self, hidden: &[f32], team: Team) -> Vec<f32> {
        let (k, n) = self.linear.weight.dims2().unwrap();
        let mut out = vec![0.0; hidden.len() / k * n];
        self.linear.forward(hidden, &mut out, team);
        out
    }
    pub fn score(&self, hidden: &[f32], wanted: &[(usize, u32)], team: Team) -> Result<Vec<TokenScore>, usize> {
        let (k, n) = self.linear.weight.dims2().unwrap();
        let one = |&(row, token): &(usize, u32)| {
            let logits = self.logits(&hidden[row * k..][..k], team);
            token_score(&logits[..n], token as usize).ok_or(row)
        };
        wanted.iter().map(one).collect()
    }
}

fn token_score(logits: &[f32], target: usize) -> Option<TokenScore> {
    if !logits.iter().all(|x| x.is_finite()) {
        return None;
    }
    let larger = |best: (usize, f32), (i, &x): (usize, &f32)| if x > best.1 { (i, x) } else { best };
    let (first_max, max) = logits.iter().enumerate().fold((0, f32::NEG_INFINITY), larger);
    let sum: f64 = logits.iter().map(|&x| (f64::from(x) - f64::from(max)).exp()).sum();
    let log_prob = f64::from(logits[target]) - f64::from(max) - sum.ln();
    Some(TokenScore { log_prob, is_greedy: first_max == target })
}
