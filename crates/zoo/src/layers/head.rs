//! The projection to the vocabulary where the network computes, and what becomes of its logits.

use super::{Embedding, Linear, Rows};
use crate::ZooError;
use crate::checkpoint::Weights;
use crate::nn::{self, Storage, Team, values};
use crate::tensors::{self, Accelerator, Fault};
use yardstick_core::{ModelCard, Next, Pick, ScoreError, TokenScore};

/// From the last hidden state to the vocabulary. Logits of a device are reduced on the processor, by the same code as its own.
pub enum Head {
    /// On the processor.
    Host(nn::Head),
    /// On a device.
    Device {
        /// From hidden states to logits.
        linear: tensors::Linear,
        /// Logits are pressed below it.
        cap: Option<f32>,
    },
}

/// Why rows have no scores.
#[derive(Debug)]
pub enum HeadError {
    /// The first row with a logit that is not finite.
    NotFinite(usize),
    /// The device failed.
    Fault(Fault),
}

impl HeadError {
    /// As the caller's caller knows it: `not_finite` names a row's place.
    pub fn of(self, card: &ModelCard, not_finite: impl FnOnce(usize) -> ScoreError) -> ScoreError {
        match self {
            Self::NotFinite(row) => not_finite(row),
            Self::Fault(fault) => fault.of(card),
        }
    }
}

impl From<Fault> for HeadError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Head {
    /// A head that is the token embedding itself, held as `weights` holds layers.
    ///
    /// # Errors
    /// It does not fit on the device.
    pub fn tied(embedding: &Embedding, n_embd: usize, weights: &Weights) -> Result<Self, ZooError> {
        match embedding {
            Embedding::Host(table) => Ok(Self::Host(nn::Head::new(table.table(), n_embd, weights.storage()))),
            Embedding::Device(table, on) if weights.storage() == Storage::F32 => {
                let linear = tensors::Linear::of_table(table, on).map_err(|fault| weights.does_not_fit(&fault))?;
                Ok(Self::Device { linear, cap: None })
            }
            Embedding::Device(table, _) => {
                let table = table.to_device(&candle_core::Device::Cpu)?;
                Ok(Self::of(Linear::of_tensors(&table, None, weights)?))
            }
        }
    }

    /// A head that is a layer of its own.
    pub fn of(linear: Linear) -> Self {
        match linear {
            Linear::Host(linear) => Self::Host(nn::Head::of(linear)),
            Linear::Device(linear) => Self::Device { linear, cap: None },
        }
    }

    /// The same head with a bias `[vocab]`, read from `weights`.
    ///
    /// # Errors
    /// The tensor is missing or wrong.
    pub fn with_bias(self, weights: &Weights, name: &str, vocab: usize) -> Result<Self, ZooError> {
        let bias = values(&weights.get(name, &[vocab])?, <[f32]>::to_vec);
        Ok(match self {
            Self::Host(head) => Self::Host(head.with_bias(bias)),
            Self::Device { linear, cap } => {
                Self::Device { linear: linear.with_bias(&bias).map_err(|fault| weights.does_not_fit(&fault))?, cap }
            }
        })
    }

    /// The same head whose logits become cap·tanh(logit / cap), where there is a cap (Gemma Team 2024, "Gemma 2", 2).
    #[must_use]
    pub fn capped(self, cap: Option<f32>) -> Self {
        match self {
            Self::Host(head) => Self::Host(head.capped(cap)),
            Self::Device { linear, .. } => Self::Device { linear, cap },
        }
    }

    /// Where the network computes; `None` for the processor.
    pub const fn accelerator(&self) -> Option<&Accelerator> {
        match self {
            Self::Host(_) => None,
            Self::Device { linear, .. } => Some(linear.on()),
        }
    }

    /// Makes `logits` `[rows, vocab]` those of `hidden` `[rows, n_embd]`, all of them.
    ///
    /// # Errors
    /// The device failed.
    pub fn logits(&self, hidden: &Rows, logits: &mut Vec<f32>, team: Team) -> Result<(), Fault> {
        match self {
            Self::Host(head) => head.logits(hidden.host(), logits, team),
            Self::Device { linear, cap } => {
                logits.clear();
                each_block(linear, hidden, |_, _, block| {
                    logits.extend_from_slice(block);
                    Ok::<_, Fault>(())
                })?;
                nn::cap_logits(logits, *cap);
            }
        }
        Ok(())
    }

    /// Scores `wanted` tokens, each after its row of `hidden` `[rows, n_embd]`; rows ascending. One score each, in order.
    ///
    /// # Errors
    /// The first row with a logit that is not finite, or with none above −1.7·10³⁸; or the device failed.
    pub fn score(&self, hidden: &Rows, wanted: &[(usize, u32)], team: Team) -> Result<Vec<TokenScore>, HeadError> {
        let (linear, cap) = match self {
            Self::Host(head) => return head.score(hidden.host(), wanted, team).map_err(HeadError::NotFinite),
            Self::Device { linear, cap } => (linear, *cap),
        };
        let mut scores = Vec::with_capacity(wanted.len());
        each_block(linear, hidden, |start, end, logits| {
            let inside = wanted.partition_point(|w| w.0 < start)..wanted.partition_point(|w| w.0 < end);
            let wanted: Vec<_> = wanted[inside].iter().map(|&(row, token)| (row - start, token)).collect();
            let found = nn::score_logits(logits, linear.n_out(), cap, &wanted, team);
            scores.extend(found.map_err(|row| HeadError::NotFinite(start + row))?);
            Ok::<_, HeadError>(())
        })?;
        Ok(scores)
    }

    /// Picks the token after each row of `hidden` `[picks, n_embd]`.
    ///
    /// # Errors
    /// As of [`Self::score`].
    pub fn pick(&self, hidden: &Rows, picks: &[Pick], team: Team) -> Result<Vec<Next>, HeadError> {
        let (linear, cap) = match self {
            Self::Host(head) => return head.pick(hidden.host(), picks, team).map_err(HeadError::NotFinite),
            Self::Device { linear, cap } => (linear, *cap),
        };
        let mut all = Vec::with_capacity(picks.len());
        each_block(linear, hidden, |start, end, logits| {
            let found = nn::pick_logits(logits, linear.n_out(), cap, &picks[start..end], team);
            all.extend(found.map_err(|row| HeadError::NotFinite(start + row))?);
            Ok::<_, HeadError>(())
        })?;
        Ok(all)
    }
}

/// Gives `take` the logits of each block of rows `[end - start, vocab]`, on the processor, with its first row and the next
/// block's.
fn each_block<E: From<Fault>>(
    linear: &tensors::Linear,
    hidden: &Rows,
    mut take: impl FnMut(usize, usize, &[f32]) -> Result<(), E>,
) -> Result<(), E> {
    let (hidden, mut start) = (hidden.device()?, 0);
    for block in hidden.blocks(linear.on()).take(hidden.rows()) {
        let block = block?;
        let logits = {
            let _turn = linear.on().turn();
            linear.forward(&block)?.download()?
        };
        let end = start + block.rows();
        take(start, end, &logits)?;
        start = end;
    }
    Ok(())
}
