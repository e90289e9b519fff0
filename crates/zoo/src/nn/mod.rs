//! The layers on the processor: structs of weights that read and write plain row-major buffers, `[rows, n]`.
//!
//! The rule that keeps a row's bits independent of its company: an output row is a function of its own input row (and, in
//! attention, of the keys and values it sees), computed by one fixed chain of operations whatever the number of rows, the
//! tile it falls into, or the threads that share the work.

mod activation;
mod attention;
mod embedding;
mod head;
mod kernel;
mod layer_norm;
mod linear;
mod lstm;
mod pack;
mod path;
mod peak;
mod rms_norm;
mod rope;
mod simd;
mod team;

pub use activation::Activation;
pub use attention::{Attention, Scores, Window};
pub use embedding::Embedding;
pub use head::{Head, cap_logits, pick_logits, score_logits};
pub use kernel::work_bytes;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use lstm::{Lstm, LstmBuffers, States};
pub use pack::{Source, Storage};
pub use path::{KeyValues, Lane, Run};
pub use peak::{fma_peak, instruction_set};
pub use rms_norm::RmsNorm;
pub use rope::{Pairing, Rope, Turned};
pub use team::Team;

use candle_core::{CpuStorage, Tensor};

/// Shows the elements of a contiguous f32 tensor on the CPU, which is what a checkpoint's tensors are.
pub fn values<T>(tensor: &Tensor, f: impl FnOnce(&[f32]) -> T) -> T {
    let (storage, layout) = tensor.storage_and_layout();
    match (&*storage, layout.contiguous_offsets()) {
        (candle_core::Storage::Cpu(CpuStorage::F32(data)), Some((start, end))) => f(&data[start..end]),
        _ => unreachable!("checkpoints give contiguous f32 tensors on the CPU"),
    }
}
