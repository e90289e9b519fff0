//! Rotary position embedding where the network computes.

use super::{Pairing, Rows};
use crate::nn::{self, Team, Turned};
use crate::tensors::{self, Grid};

/// Turns pairs of components of queries and keys by angles that grow with the position; see [`nn::Rope`].
pub struct Rope {
    rope: nn::Rope,
    pairing: Pairing,
}

impl Rope {
    /// From radians a position, one a pair, and a factor on what is turned.
    pub const fn new(frequencies: Vec<f32>, scale: f32, pairing: Pairing) -> Self {
        Self { rope: nn::Rope::new(frequencies, scale, pairing), pairing }
    }

    /// Components of a head that are turned; the rest stays.
    pub const fn dim(&self) -> usize {
        self.rope.dim()
    }

    /// Makes `angles` those of `positions`: `[rows, dim]`, the cosines of a row and then its sines. They are computed on the
    /// processor for every device.
    pub fn angles(&self, positions: &[u32], angles: &mut Rows) {
        match angles {
            Rows::Host(angles) => self.rope.angles(positions, angles),
            Rows::Device(on, angles) => {
                let mut numbers = Vec::new();
                self.rope.angles(positions, &mut numbers);
                *angles = Grid::upload(&numbers, self.dim(), on);
            }
        }
    }

    /// Turns the heads of every row of `x` `[rows, width]` by its `angles` `[rows, dim]`.
    pub fn turn(&self, x: &mut Rows, of: Turned, angles: &Rows, team: Team) {
        match x {
            Rows::Host(x) => self.rope.turn(x, of, angles.host(), team),
            Rows::Device(..) if self.dim() == 0 => {}
            Rows::Device(..) => x.compute(|x| tensors::turn(self.pairing, x?, of, angles.device()?)),
        }
    }
}
