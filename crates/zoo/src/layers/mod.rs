//! What families are made of: each layer with its weights where the model computes, in [`crate::nn`]'s kernels or on
//! [`crate::tensors`], and the rows that go from one to the next.
//!
//! The name of a layer is the same in all three; this is the only place that knows two of them.

mod attention;
mod embedding;
mod head;
mod linear;
mod lstm;
mod memory;
mod norms;
mod rope;
mod rows;

pub use attention::{Layer, Scratch};
pub use embedding::Embedding;
pub use head::Head;
pub use linear::Linear;
pub use lstm::{Lstm, LstmBuffers, States};
pub use memory::Memory;
pub use norms::{LayerNorm, RmsNorm};
pub use rope::Rope;
pub use rows::Rows;

pub use crate::nn::{Activation, Attention, Pairing, Scores, Window};
