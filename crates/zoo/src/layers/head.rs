//! The projection to the vocabulary where the network computes, and what becomes of its logits.

use super::{Embedding, Linear, Rows};
use crate::ZooError;
use crate::checkpoint::Weights;
use crate::nn::{self, Storage, Team, values};
use crate::tensors::{self, Accelerator, Fault, Grid};
use yardstick_core::{Next, Pick, TokenScore};

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
                for block in hidden.device()?.blocks(linear.on()) {
                    logits.extend(fetch(linear, &block?)?);
                }
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
        self.each_block(hidden, |start, block| {
            let logits = fetch(linear, &block)?;
            let end = start + block.rows();
            let inside = wanted.partition_point(|w| w.0 < start)..wanted.partition_point(|w| w.0 < end);
            let wanted: Vec<_> = wanted[inside].iter().map(|&(row, token)| (row - start, token)).collect();
            let found = nn::score_logits(&logits, linear.n_out(), cap, &wanted, team);
            scores.extend(found.map_err(|row| HeadError::NotFinite(start + row))?);
            Ok(())
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
        self.each_block(hidden, |start, block| {
            let logits = fetch(linear, &block)?;
            let picks = &picks[start..start + block.rows()];
            let found = nn::pick_logits(&logits, linear.n_out(), cap, picks, team);
            all.extend(found.map_err(|row| HeadError::NotFinite(start + row))?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Blocks of rows on a device, each with the number of its first row.
    fn each_block(
        &self,
        hidden: &Rows,
        mut take: impl FnMut(usize, Grid) -> Result<(), HeadError>,
    ) -> Result<(), HeadError> {
        let Some(on) = self.accelerator() else { return Ok(()) };
        let (hidden, mut start) = (hidden.device()?, 0);
        for block in hidden.blocks(on).take(hidden.rows()) {
            let block = block?;
            let rows = block.rows();
            take(start, block)?;
            start += rows;
        }
        Ok(())
    }
}

/// The logits of a block, on the processor.
fn fetch(linear: &tensors::Linear, block: &Grid) -> Result<Vec<f32>, Fault> {
    let _turn = linear.on().turn();
    linear.forward(block)?.download()
}
