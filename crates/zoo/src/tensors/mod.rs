//! The layers on candle's tensors: for CUDA and Metal, and for candle's own CPU code, which tests them everywhere.
//!
//! The rule of [`crate::nn`] holds here too: an output row is a function of its own input row and of the keys and values it
//! sees. A library's product adds in an order that depends on the shapes it is given, so shapes never vary: rows go through
//! every product in blocks of [`Accelerator::rows`], filled up, and meet keys in blocks at absolute positions. Everything else
//! is computed row by row.
//!
//! What fails on a device (memory, a kernel) fails late and anywhere: it travels as the [`Fault`] that a layer gives instead of
//! rows, so that a family's forward pass reads the same as on the processor.

mod activation;
mod attention;
mod grid;
mod linear;
mod lstm;
mod norms;
mod rope;

pub use attention::Path;
pub use grid::{Fault, Grid};
pub use linear::Linear;
pub use lstm::{Lstm, States};
pub use norms::{LayerNorm, RmsNorm};
pub use rope::turn;

use crate::dimensions::Dimensions;
use crate::{Device, ZooError};
use candle_core::Tensor;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use yardstick_core::Costs;

/// Keys and values, or states, of one layer along one path on a device.
pub trait Kept: Sized {
    /// A copy of the first `len` positions.
    ///
    /// # Errors
    /// It does not fit on the device.
    fn keep(&self, len: usize) -> Result<Self, Fault>;

    /// Takes over the first `len` positions of `past`, which both have.
    ///
    /// # Errors
    /// The device fails.
    fn resume(&self, past: &Self, len: usize) -> Result<(), Fault>;
}

/// Rows that go through a product together, and keys that they meet together, on a GPU: enough to keep it busy.
const GPU_BLOCK: usize = 256;
/// The same on the processor, where filling up costs time.
const CPU_BLOCK: usize = 16;

/// A device that is ready to compute.
#[derive(Clone, Debug)]
pub struct Accelerator {
    device: candle_core::Device,
    /// Rows of a product, and keys of a block.
    block: usize,
    /// 0, 1, 2, … `[block]`, from which positions are made.
    count: Tensor,
    /// Whose turn it is: libraries keep one workspace a device.
    turn: Arc<Mutex<()>>,
}

impl Accelerator {
    /// Opens a device.
    ///
    /// # Errors
    /// [`ZooError::Device`]: it is not there, or its driver is not.
    pub fn open(device: Device) -> Result<Self, ZooError> {
        let failed = |reason: String| ZooError::Device { device: device.to_string(), reason };
        // candle's Metal backend panics where there is no GPU of that number.
        let opened = std::panic::catch_unwind(|| match device {
            Device::Cpu | Device::Candle => Ok(candle_core::Device::Cpu),
            // One stream for all threads: what one uploads is there when another computes with it.
            Device::Cuda(index) => candle_core::Device::new_cuda_with_stream(index),
            Device::Metal(index) => candle_core::Device::new_metal(index),
        });
        let opened = opened.map_err(|_| failed("there is none on this machine".to_owned()))?;
        let opened = opened.map_err(|error| failed(first_line(&error.to_string())))?;
        let block = if opened.is_cpu() { CPU_BLOCK } else { GPU_BLOCK };
        let count = Tensor::arange(0.0, block as f32, &opened);
        let count = count.map_err(|error| failed(first_line(&error.to_string())))?;
        Ok(Self { device: opened, block, count, turn: Arc::default() })
    }

    /// Waits until no other thread's work is on a GPU. Nothing in a turn may wait for a thread pool: a thread that waits
    /// there takes up other work, which would wait for this turn. So the processor's own code has none.
    pub fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        (!self.device.is_cpu()).then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// `start`, `start` + 1, … `[block]`, made on the device.
    fn positions(&self, start: usize) -> candle_core::Result<Tensor> {
        &self.count + start as f64
    }

    /// Memory of its own that is free, bytes, where something tells.
    pub fn free_memory(&self) -> Option<u64> {
        match &self.device {
            #[cfg(feature = "cuda")]
            candle_core::Device::Cuda(device) => {
                device.cuda_stream().context().mem_get_info().ok().map(|(free, _)| free as u64)
            }
            #[cfg(feature = "metal")]
            candle_core::Device::Metal(device) => {
                let (most, taken) = (device.recommended_max_working_set_size(), device.current_allocated_size());
                Some(most.saturating_sub(taken) as u64)
            }
            _ => None,
        }
    }

    /// Numbers on the device, of this shape.
    fn upload(&self, values: &[f32], shape: &[usize]) -> Result<Tensor, Fault> {
        Ok(Tensor::from_slice(values, shape, &self.device)?)
    }

    /// A tensor of the processor, there too.
    pub fn place(&self, tensor: &Tensor) -> Result<Tensor, Fault> {
        Ok(tensor.to_device(&self.device)?)
    }

    /// What the work costs here, from what it costs on the processor: rows are filled up, and a layer's inputs and outputs
    /// are there at the same time.
    pub fn costs(&self, d: &Dimensions, costs: Costs) -> Costs {
        let [block, heads, vocab] = [self.block, d.n_head, d.vocab_size].map(|n| n as u64);
        let filled = block * costs.bytes_per_position;
        let scores = 6 * heads * block * block * size_of::<f32>() as u64;
        let logits = 2 * block * vocab * size_of::<f32>() as u64;
        Costs {
            bytes_per_path: costs.bytes_per_path + filled,
            bytes_per_row: 3 * costs.bytes_per_row,
            bytes_per_thread: costs.bytes_per_thread + scores + logits + 3 * block * costs.bytes_per_row,
            ..costs
        }
    }
}

/// A backend's error without the backtrace that may follow.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests;
