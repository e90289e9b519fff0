//! safetensors: a JSON header with a place for every tensor, then their bytes.

use super::formats::{Fault, Tensors};
use super::stored::{Kind, Layout, Place, Stored};
use safetensors::{Dtype, SafeTensors};

/// Bytes of the header's length.
const LENGTH: usize = 8;

/// The tensors of a file.
///
/// # Errors
/// What the format's own crate says of it.
pub fn parse(bytes: &[u8]) -> Result<Tensors, Fault> {
    let (header, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let begin = LENGTH + header;
    let stored = |(name, info): (String, &safetensors::tensor::TensorInfo)| {
        let (start, end) = info.data_offsets;
        let place = Place::Plain(begin + start..begin + end);
        (name, Stored { kind: kind(info.dtype), shape: info.shape.clone(), place, layout: Layout::Rows })
    };
    let mut tensors: Tensors = metadata.tensors().into_iter().map(stored).collect();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(tensors)
}

fn kind(dtype: Dtype) -> Kind {
    match dtype {
        Dtype::F32 => Kind::F32,
        Dtype::F16 => Kind::F16,
        Dtype::BF16 => Kind::Bf16,
        other => Kind::Other(format!("{other:?}")),
    }
}
