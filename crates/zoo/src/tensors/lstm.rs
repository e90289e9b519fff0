//! One layer of long short-term memory; see [`crate::nn::Lstm`].

use super::activation::sigmoid;
use super::{Accelerator, Fault, Grid, Kept, Linear};
use crate::nn::Lane;
use candle_core::{DType, Tensor};

/// A layer with its weights.
#[derive(Debug)]
pub struct Lstm {
    /// W and b.
    input: Linear,
    /// U.
    hidden: Linear,
    n: usize,
}

/// The states of one path: h and c before the first position, and after each.
#[derive(Debug)]
pub struct States {
    /// `[positions + 1, 2·n]`
    values: Tensor,
}

/// A row that is next on its path.
struct Step {
    path: usize,
    row: usize,
    position: usize,
}

impl Lstm {
    /// From its two products; gates are in the order i, f, g, o.
    pub const fn new(input: Linear, hidden: Linear, n: usize) -> Self {
        Self { input, hidden, n }
    }

    /// h of the rows of `lanes` `[rows, n]`; their states go on the paths.
    pub fn forward(&self, x: &Grid, lanes: &[Lane], paths: &[Result<States, Fault>]) -> Result<Grid, Fault> {
        let gates = self.input.forward(x)?;
        let steps = |lane: &Lane| {
            let rows = lane.runs.iter().flat_map(|run| run.rows.clone().zip(run.start..));
            rows.map(|(row, position)| Step { path: lane.path, row, position }).collect::<Vec<_>>()
        };
        let mut lanes: Vec<_> = lanes.iter().map(|lane| steps(lane).into_iter()).collect();
        let (mut outputs, mut order) = (Vec::new(), vec![0; x.rows()]);
        loop {
            let steps: Vec<Step> = lanes.iter_mut().filter_map(Iterator::next).collect();
            if steps.is_empty() {
                break;
            }
            let first = outputs.len() as u32;
            (first..).zip(&steps).for_each(|(at, step)| order[step.row] = at);
            let h = self.step(&steps, &gates, paths)?;
            for i in 0..steps.len() {
                outputs.push(h.narrow(0, i, 1)?);
            }
        }
        if outputs.is_empty() {
            return Grid::none(self.n, self.input.on());
        }
        Grid::gather(&Tensor::cat(&outputs, 0)?, &order, self.input.on())
    }

    /// h' of one row of each path, `[steps, n]`.
    fn step(&self, steps: &[Step], gates: &Grid, paths: &[Result<States, Fault>]) -> Result<Tensor, Fault> {
        let n = self.n;
        let states = |step: &Step| paths[step.path].as_ref().map_err(Fault::clone);
        let before = |step: &Step| Ok(states(step)?.values.narrow(0, step.position, 1)?);
        let before = Tensor::cat(&steps.iter().map(before).collect::<Result<Vec<_>, Fault>>()?, 0)?;
        let (h, c) = (before.narrow(1, 0, n)?, before.narrow(1, n, n)?);
        let products = self.hidden.forward(&Grid::of(&h, self.hidden.on())?)?;
        let rows: Vec<u32> = steps.iter().map(|step| step.row as u32).collect();
        let gates = gates.pick(&rows, self.input.on())?.join(&products, |gates, products| gates + products)?;
        let gates = gates.tensor().narrow(0, 0, steps.len())?;
        let gate = |which: usize| gates.narrow(1, which * n, n)?.contiguous();
        let [input, forget, output] = [0, 1, 3].map(|which| sigmoid(&gate(which)?));
        let next = ((forget? * c)? + (input? * gate(2)?.tanh()?)?)?;
        let h = (output? * next.tanh()?)?;
        let after = Tensor::cat(&[&h, &next], 1)?;
        for (i, step) in steps.iter().enumerate() {
            states(step)?.values.slice_set(&after.narrow(0, i, 1)?.contiguous()?, 0, step.position + 1)?;
        }
        Ok(h)
    }
}

impl States {
    /// Room for `positions`, of states of width `n`.
    ///
    /// # Errors
    /// They do not fit on the device.
    pub fn new(n: usize, positions: usize, on: &Accelerator) -> Result<Self, Fault> {
        Ok(Self { values: Tensor::zeros((positions + 1, 2 * n), DType::F32, &on.device)? })
    }
}

impl Kept for States {
    fn keep(&self, len: usize) -> Result<Self, Fault> {
        Ok(Self { values: self.values.narrow(0, 0, len + 1)?.force_contiguous()? })
    }

    fn resume(&self, past: &Self, len: usize) -> Result<(), Fault> {
        Ok(self.values.slice_set(&past.values.narrow(0, 0, len + 1)?, 0, 0)?)
    }
}
