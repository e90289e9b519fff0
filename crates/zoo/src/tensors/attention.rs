//! Attention along a path and over whole inputs; see [`Attention`].
//!
//! Queries go in blocks of [`Accelerator`]'s size, filled up, and meet keys block by block with a softmax that is brought up
//! to date at each (Milakov & Gimelshein 2018). What a query does not see has a score so low that it weighs nothing: not in a
//! block beside keys that it sees, and not as a block of its own before the first key that it sees, whose sums are then
//! multiplied with an exact 0. Only what is no number goes further than on the processor: NaN among a block's keys or values
//! reaches all queries that meet the block, so that the position which an error names may be an earlier one.

use super::{Accelerator, Fault, Grid, Kept};
use crate::nn::{Attention, Lane, Scores, Window};
use candle_core::{DType, Result as TensorResult, Tensor};
use std::ops::Range;
use std::sync::OnceLock;

/// The score of a key that is not seen: far below all others, yet finite, so that nothing becomes NaN.
const UNSEEN: f64 = -1e30;

/// Keys and values of one layer along one path.
#[derive(Debug)]
pub struct Path {
    /// `[heads, positions filled up, head_dim]`
    keys: Tensor,
    /// The same.
    values: Tensor,
    /// A slope a head `[n_head, 1, 1]`, where scores have them, once it is needed.
    slopes: OnceLock<Tensor>,
    on: Accelerator,
}

impl Path {
    /// Room for `positions`.
    ///
    /// # Errors
    /// They do not fit on the device.
    pub fn new(n_head: usize, head_dim: usize, positions: usize, on: &Accelerator) -> Result<Self, Fault> {
        let positions = positions.next_multiple_of(on.block).max(on.block);
        let room = || Tensor::zeros((n_head, positions, head_dim), DType::F32, &on.device);
        Ok(Self { keys: room()?, values: room()?, slopes: OnceLock::new(), on: on.clone() })
    }

    /// Puts keys and values `[rows, heads, head_dim]` at the positions from `start` on, and zeros behind them up to the end
    /// of the block: what is left there of another branch could be anything.
    fn store(&self, start: usize, keys: &Tensor, values: &Tensor) -> Result<(), Fault> {
        let end = start + keys.dim(0)?;
        let beyond = end.next_multiple_of(self.on.block) - end;
        for (to, from) in [(&self.keys, keys), (&self.values, values)] {
            let from = from.transpose(0, 1)?.pad_with_zeros(1, 0, beyond)?.contiguous()?;
            to.slice_set(&from, 1, start)?;
        }
        Ok(())
    }

    fn heads(&self) -> usize {
        self.keys.dims()[0]
    }

    fn head_dim(&self) -> usize {
        self.keys.dims()[2]
    }
}

impl Kept for Path {
    fn keep(&self, len: usize) -> Result<Self, Fault> {
        let filled = len.next_multiple_of(self.on.block).max(self.on.block);
        let part = |all: &Tensor| all.narrow(1, 0, filled)?.force_contiguous();
        let (keys, values) = (part(&self.keys)?, part(&self.values)?);
        Ok(Self { keys, values, slopes: OnceLock::new(), on: self.on.clone() })
    }

    fn resume(&self, past: &Self, len: usize) -> Result<(), Fault> {
        let len = len.next_multiple_of(self.on.block);
        for (to, from) in [(&self.keys, &past.keys), (&self.values, &past.values)] {
            if len > 0 {
                to.slice_set(&from.narrow(1, 0, len)?.contiguous()?, 1, 0)?;
            }
        }
        Ok(())
    }
}

/// What queries see of the keys.
#[derive(Clone, Copy)]
enum Reach {
    /// Their own position and the ones before it, as far as the window goes.
    Before(Window),
    /// The first so many, whatever their own position.
    All(usize),
}

impl Attention {
    /// [`Self::advance`] on a device.
    ///
    /// # Errors
    /// The device fails.
    pub fn advance_on_device(
        &self,
        qkv: &Grid,
        lanes: &[Lane],
        queries: Option<&[u32]>,
        paths: &[Result<Path, Fault>],
        on: &Accelerator,
    ) -> Result<Grid, Fault> {
        let mut outputs = Vec::new();
        for lane in lanes {
            let path = paths[lane.path].as_ref().map_err(Fault::clone)?;
            let split = Split::new(self.n_head, path);
            for run in &lane.runs {
                let rows = qkv.tensor().narrow(0, run.rows.start, run.rows.len())?;
                path.store(run.start, &split.keys(&rows)?, &split.values(&rows)?)?;
                let wanted = inside(queries, run.rows.clone());
                let q = pick(&split.queries(&rows)?, &wanted, run.rows.clone())?;
                let positions: Vec<usize> = wanted.iter().map(|row| run.start + row - run.rows.start).collect();
                outputs.extend(self.over(&q, &positions, path, Reach::Before(self.window))?);
            }
        }
        let width = match paths.first() {
            Some(path) => self.n_head * path.as_ref().map_err(Fault::clone)?.head_dim(),
            None => self.n_head,
        };
        gather(&outputs, width, on)
    }

    /// [`Self::whole`] of several inputs on a device. `scratch` has room for the longest.
    ///
    /// # Errors
    /// The device fails.
    pub fn whole_on_device(
        &self,
        qkv: &Grid,
        inputs: &[Range<usize>],
        queries: &[u32],
        scratch: &Path,
    ) -> Result<Grid, Fault> {
        let split = Split::new(self.n_head, scratch);
        let mut outputs = Vec::new();
        for input in inputs {
            let rows = qkv.tensor().narrow(0, input.start, input.len())?;
            scratch.store(0, &split.keys(&rows)?, &split.values(&rows)?)?;
            let wanted = inside(Some(queries), input.clone());
            let q = pick(&split.queries(&rows)?, &wanted, input.clone())?;
            outputs.extend(self.over(&q, &vec![0; wanted.len()], scratch, Reach::All(input.len()))?);
        }
        gather(&outputs, self.n_head * scratch.head_dim(), &scratch.on)
    }

    /// The outputs `[rows, n_head · head_dim]` of queries `[rows, n_head, head_dim]`, in blocks.
    fn over(&self, q: &Tensor, positions: &[usize], path: &Path, reach: Reach) -> Result<Vec<Tensor>, Fault> {
        let size = path.on.block;
        let blocks = positions.chunks(size).enumerate();
        let block = |(i, positions): (usize, &[usize])| {
            let q = q.narrow(0, i * size, positions.len())?;
            Ok(self.block(&q, positions, path, reach)?)
        };
        blocks.map(block).collect()
    }

    /// At most a block of queries, at ascending positions, through all blocks of keys that one of them sees.
    fn block(&self, q: &Tensor, positions: &[usize], path: &Path, reach: Reach) -> TensorResult<Tensor> {
        let (rows, size, dim, heads) = (positions.len(), path.on.block, path.head_dim(), path.heads());
        let share = self.n_head / heads;
        let device = &path.on.device;
        let q = (q.pad_with_zeros(0, 0, size - rows)? * f64::from(self.scale))?;
        let q = q.transpose(0, 1)?.contiguous()?.reshape((heads, share * size, dim))?;
        let (first, last) = (positions.first().copied().unwrap_or(0), positions.last().copied().unwrap_or(0));
        let keys = match reach {
            Reach::Before(Window::Global) => 0..last + 1,
            Reach::Before(Window::Local(reach)) => (first + 1).saturating_sub(reach)..last + 1,
            Reach::All(count) => 0..count,
        };
        let positions = if matches!(reach, Reach::All(_)) || last - first + 1 == rows {
            path.on.positions(first)?
        } else {
            let mut numbers: Vec<f32> = positions.iter().map(|&position| position as f32).collect();
            numbers.resize(size, last as f32);
            Tensor::from_vec(numbers, size, device)?
        };
        let positions = positions.reshape((1, size, 1))?;
        let mut softmax: Option<Softmax> = None;
        for at in keys.start / size..keys.end.div_ceil(size) {
            let (block, span) = (at * size, at * size..(at + 1) * size);
            let part = |all: &Tensor| all.narrow(1, block, size);
            let scores = q.matmul(&part(&path.keys)?.transpose(1, 2)?)?.reshape((self.n_head, size, size))?;
            let scores = self.reshape(scores, &positions, &span, first, reach, path)?;
            let values = part(&path.values)?;
            softmax = Some(match softmax {
                None => Softmax::begin(&scores, &values)?,
                Some(softmax) => softmax.update(&scores, &values)?,
            });
        }
        let out =
            softmax.map_or_else(|| Tensor::zeros((self.n_head, size, dim), DType::F32, device), Softmax::finish)?;
        out.transpose(0, 1)?.contiguous()?.reshape((size, self.n_head * dim))?.narrow(0, 0, rows)
    }

    /// What becomes of scores `[n_head, queries, keys]` before the softmax; the keys are those at positions `span`, the
    /// queries at `positions` `[1, queries, 1]`, the lowest of which is `first`.
    fn reshape(
        &self,
        scores: Tensor,
        positions: &Tensor,
        span: &Range<usize>,
        first: usize,
        reach: Reach,
        path: &Path,
    ) -> TensorResult<Tensor> {
        let keys = path.on.positions(span.start)?.reshape((1, 1, span.len()))?;
        let distance = positions.broadcast_sub(&keys)?; // how far a query is behind a key
        let scores = match &self.scores {
            Scores::Plain => scores,
            Scores::Capped(cap) => ((scores / f64::from(*cap))?.tanh()? * f64::from(*cap))?,
            Scores::Sloped(slopes) => {
                let placed = match path.slopes.get() {
                    Some(placed) => placed.clone(),
                    None => Tensor::from_slice(slopes, (slopes.len(), 1, 1), positions.device())?,
                };
                scores.broadcast_sub(&distance.broadcast_mul(path.slopes.get_or_init(|| placed))?)?
            }
        };
        // Above 0 where a key is not seen. Comparisons would bring their number to the device each time.
        let unseen = match reach {
            Reach::Before(Window::Global) if span.end <= first + 1 => return Ok(scores),
            Reach::Before(Window::Global) => distance.neg()?.relu()?,
            Reach::Before(Window::Local(reach)) => {
                (distance.neg()?.relu()? + (distance + (1.0 - reach as f64))?.relu()?)?
            }
            Reach::All(count) if span.end <= count => return Ok(scores),
            Reach::All(count) => (keys + (1.0 - count as f64))?.relu()?,
        };
        scores.broadcast_add(&(unseen * UNSEEN)?)
    }
}

/// Weighted sums of values so far, with what they were divided by so far.
struct Softmax {
    /// The largest score `[n_head, queries, 1]`.
    max: Tensor,
    /// Σ exp(score − max) `[n_head, queries, 1]`.
    total: Tensor,
    /// Σ exp(score − max)·value `[n_head, queries, head_dim]`.
    sums: Tensor,
}

impl Softmax {
    fn begin(scores: &Tensor, values: &Tensor) -> TensorResult<Self> {
        let max = scores.max_keepdim(2)?;
        let weights = scores.broadcast_sub(&max)?.exp()?;
        Ok(Self { max, total: weights.sum_keepdim(2)?, sums: weigh(&weights, values)? })
    }

    fn update(self, scores: &Tensor, values: &Tensor) -> TensorResult<Self> {
        let max = self.max.maximum(&scores.max_keepdim(2)?)?;
        let weights = scores.broadcast_sub(&max)?.exp()?;
        let shrink = (self.max - &max)?.exp()?;
        let total = ((self.total * &shrink)? + weights.sum_keepdim(2)?)?;
        let sums = (self.sums.broadcast_mul(&shrink)? + weigh(&weights, values)?)?;
        Ok(Self { max, total, sums })
    }

    fn finish(self) -> TensorResult<Tensor> {
        self.sums.broadcast_div(&self.total)
    }
}

/// Weights `[n_head, queries, keys]` × values `[heads, keys, head_dim]`.
fn weigh(weights: &Tensor, values: &Tensor) -> TensorResult<Tensor> {
    let (n_head, queries, keys) = weights.dims3()?;
    let (heads, _, dim) = values.dims3()?;
    let weights = weights.reshape((heads, n_head / heads * queries, keys))?;
    weights.matmul(values)?.reshape((n_head, queries, dim))
}

/// Where queries, keys and values are in a row.
struct Split {
    n_head: usize,
    heads: usize,
    dim: usize,
}

impl Split {
    fn new(n_head: usize, path: &Path) -> Self {
        Self { n_head, heads: path.heads(), dim: path.head_dim() }
    }

    /// Heads of rows, `[rows, heads, head_dim]`.
    fn part(&self, rows: &Tensor, first: usize, heads: usize) -> Result<Tensor, Fault> {
        let part = rows.narrow(1, first * self.dim, heads * self.dim)?;
        Ok(part.reshape((rows.dim(0)?, heads, self.dim))?)
    }

    fn queries(&self, rows: &Tensor) -> Result<Tensor, Fault> {
        self.part(rows, 0, self.n_head)
    }

    fn keys(&self, rows: &Tensor) -> Result<Tensor, Fault> {
        self.part(rows, self.n_head, self.heads)
    }

    fn values(&self, rows: &Tensor) -> Result<Tensor, Fault> {
        self.part(rows, self.n_head + self.heads, self.heads)
    }
}

/// The rows of `rows` whose output is wanted.
fn inside(queries: Option<&[u32]>, rows: Range<usize>) -> Vec<usize> {
    match queries {
        None => rows.collect(),
        Some(queries) => queries.iter().map(|&row| row as usize).filter(|row| rows.contains(row)).collect(),
    }
}

/// The wanted ones of a tensor of `rows`.
fn pick(tensor: &Tensor, wanted: &[usize], rows: Range<usize>) -> Result<Tensor, Fault> {
    if wanted.len() == rows.len() {
        return Ok(tensor.clone());
    }
    let index: Vec<u32> = wanted.iter().map(|row| (row - rows.start) as u32).collect();
    let index = Tensor::from_vec(index, wanted.len(), tensor.device())?;
    Ok(tensor.contiguous()?.index_select(&index, 0)?)
}

/// Outputs of `width` numbers, one below the other.
fn gather(outputs: &[Tensor], width: usize, on: &Accelerator) -> Result<Grid, Fault> {
    if outputs.is_empty() { Grid::none(width, on) } else { Grid::of(&Tensor::cat(outputs, 0)?, on) }
}
