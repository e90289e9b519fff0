//! Keys and values where the network computes, and attention over them.

use super::{Attention, Memory, Rows};
use crate::dimensions::Dimensions;
use crate::nn::{KeyValues, Lane, Team};
use crate::tensors::{self, Accelerator, Fault};
use std::ops::Range;

/// Keys and values of one layer, one entry a path.
pub type Layer = Memory<KeyValues, tensors::Path>;

impl Layer {
    /// Of `count` empty paths with room for `positions` each.
    pub fn new(d: &Dimensions, count: usize, positions: usize, on: Option<&Accelerator>) -> Self {
        match on {
            None => Self::Host((0..count).map(|_| d.key_values(positions)).collect()),
            Some(on) => {
                let path = |_| tensors::Path::new(d.n_kv_head, d.head_dim, positions, on);
                Self::Device(on.clone(), (0..count).map(path).collect())
            }
        }
    }
}

/// Keys and values of one input at a time, kept from input to input.
#[derive(Default)]
pub struct Scratch {
    host: Option<KeyValues>,
    device: Option<(tensors::Path, usize)>,
}

impl Scratch {
    fn host(&mut self, d: &Dimensions, longest: usize) -> &mut KeyValues {
        let room = self.host.take().filter(|kv| kv.positions() >= longest);
        self.host.insert(room.unwrap_or_else(|| d.key_values(longest)))
    }

    fn device(&mut self, d: &Dimensions, longest: usize, on: &Accelerator) -> Result<&tensors::Path, Fault> {
        let room = self.device.take().filter(|(_, positions)| *positions >= longest);
        let room = match room {
            Some(room) => room,
            None => (tensors::Path::new(d.n_kv_head, d.head_dim, longest, on)?, longest),
        };
        Ok(&self.device.insert(room).0)
    }
}

impl Attention {
    /// Advances paths by the rows of `lanes`; see [`Attention::advance`]. `out` becomes the outputs `[queries, n_head, head_dim]`.
    pub fn attend(
        &self,
        qkv: &Rows,
        lanes: &[Lane],
        queries: Option<&[u32]>,
        layer: &mut Layer,
        out: &mut Rows,
        team: Team,
    ) {
        match layer {
            Layer::Host(paths) => self.advance(qkv.host(), lanes, queries, paths, out.host_mut(), team),
            Layer::Device(on, paths) => {
                out.compute(|_| self.advance_on_device(qkv.device()?, lanes, queries, paths, on));
            }
        }
    }

    /// Every row of an input sees every row of it; see [`Attention::whole`]. `queries` names the rows whose output is wanted.
    pub fn attend_whole(
        &self,
        qkv: &Rows,
        inputs: &[Range<usize>],
        queries: &[u32],
        d: &Dimensions,
        scratch: &mut Scratch,
        out: &mut Rows,
    ) {
        let longest = inputs.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        match out {
            Rows::Host(out) => {
                let kv = scratch.host(d, longest);
                let mut rest = &mut out[..];
                for input in inputs {
                    let from = |row: usize| queries.partition_point(|&query| (query as usize) < row);
                    let queries = &queries[from(input.start)..from(input.end)];
                    let out = rest.split_off_mut(..queries.len() * d.n_embd).unwrap_or_default();
                    self.whole(qkv.host(), input.clone(), queries, kv, out);
                }
            }
            Rows::Device(on, out) => {
                let scratch = scratch.device(d, longest, on);
                *out = scratch.and_then(|scratch| self.whole_on_device(qkv.device()?, inputs, queries, scratch));
            }
        }
    }
}
