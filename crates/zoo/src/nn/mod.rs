//! Layers that the families share. Each is a struct of weights with a `forward`; tensors are f32 on the CPU.
//!
//! Two rules keep a span's bits independent of what else is in the batch:
//! every layer but attention works row by row, and no product has a single row (see `product.rs`).
//! Elementwise work runs on the calling thread: the caller scores batches in parallel, nothing forks inside one.

mod activation;
mod attention;
mod embedding;
mod layer_norm;
mod linear;
mod product;
mod simd;

pub use activation::Activation;
pub use attention::{Attention, Window};
pub use embedding::Embedding;
pub use layer_norm::LayerNorm;
pub use linear::{Head, Linear};
pub use product::{add, product};

use candle_core::{CpuStorage, Layout, bail};

/// What layers return: candle's error unless said otherwise.
pub type Result<T, E = candle_core::Error> = std::result::Result<T, E>;

/// The elements behind a contiguous layout, to change in place.
fn slice_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(data), Some((start, end))) => Ok(&mut data[start..end]),
        _ => bail!("in-place operations need contiguous f32 data"),
    }
}

/// The elements behind a contiguous layout.
fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("this operation needs contiguous data") };
    Ok(&storage.as_slice::<f32>()?[start..end])
}
