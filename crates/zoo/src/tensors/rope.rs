//! Rotary position embedding; see [`crate::nn::Rope`].

use super::grid::{columns, side_by_side};
use super::{Fault, Grid};
use crate::nn::{Pairing, Turned};
use candle_core::{D, Result as TensorResult, Tensor};

/// The heads of every row of `x` `[rows, width]` turned by its `angles` `[rows, dim]`, cosines and then sines.
pub fn turn(pairing: Pairing, x: &Grid, of: Turned, angles: &Grid) -> Result<Grid, Fault> {
    let Turned { width, heads, head_dim } = of;
    x.join(angles, |x, angles| {
        let (rows, dim) = angles.dims2()?;
        if dim == 0 {
            return Ok(x.clone());
        }
        let half = |at| angles.narrow(1, at, dim / 2)?.reshape((rows, 1, dim / 2));
        let (cos, sin) = (half(0)?, half(dim / 2)?);
        let all = x.narrow(1, 0, heads * head_dim)?.reshape((rows, heads, head_dim))?;
        let head = all.narrow(2, 0, dim)?;
        let turned = match pairing {
            Pairing::Halves => {
                let (a, b) = turned(&head.narrow(2, 0, dim / 2)?, &head.narrow(2, dim / 2, dim / 2)?, &cos, &sin)?;
                Tensor::cat(&[a, b], 2)?
            }
            Pairing::Neighbours => {
                let pairs = head.reshape((rows, heads, dim / 2, 2))?;
                let part = |i| pairs.narrow(3, i, 1)?.squeeze(3);
                let (a, b) = turned(&part(0)?, &part(1)?, &cos, &sin)?;
                Tensor::stack(&[a, b], D::Minus1)?.reshape((rows, heads, dim))?
            }
        };
        let rest = (dim < head_dim).then(|| all.narrow(2, dim, head_dim - dim)).transpose()?;
        let turned = side_by_side([Some(turned), rest], 2)?.reshape((rows, heads * head_dim))?;
        side_by_side([Some(turned), columns(x, heads * head_dim..width)?], 1)
    })
}

/// Pairs turned by angles.
fn turned(a: &Tensor, b: &Tensor, cos: &Tensor, sin: &Tensor) -> TensorResult<(Tensor, Tensor)> {
    let low = (a.broadcast_mul(cos)? - b.broadcast_mul(sin)?)?;
    let high = (b.broadcast_mul(cos)? + a.broadcast_mul(sin)?)?;
    Ok((low, high))
}
