//! One layer of long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use super::activation::{sigmoid, tanh};
use super::simd::{Isa, Simd, WithSimd};
use super::{Lane, Linear, Team};

/// Input, forget and output gates and the candidate, side by side in the order of PyTorch: i, f, g, o.
const GATES: usize = 4;

/// c' = σ(f)·c + σ(i)·tanh(g), h' = σ(o)·tanh(c'), where [i, f, g, o] = W·x + U·h + b.
pub struct Lstm {
    /// W and b.
    input: Linear,
    /// U.
    hidden: Linear,
    n: usize,
}

/// The states that one layer has computed for the positions of one path: h and c of each, `[positions, 2·n]`.
pub struct States {
    n: usize,
    values: Vec<f32>,
}

/// Memory that [`Lstm::forward`] keeps from pass to pass.
#[derive(Default)]
pub struct LstmBuffers {
    /// W·x + b `[rows, 4·n]`.
    gates: Vec<f32>,
    /// The states before the rows of a step, h only, `[rows, n]`.
    before: Vec<f32>,
    /// U·h of the rows of a step `[rows, 4·n]`.
    products: Vec<f32>,
}

/// A row that is next on its path.
struct Step {
    path: usize,
    row: usize,
    position: usize,
}

impl Lstm {
    /// From W and b `[n_in, 4·n]` and U `[n, 4·n]`, gates in the order i, f, g, o.
    pub const fn new(input: Linear, hidden: Linear, n: usize) -> Self {
        Self { input, hidden, n }
    }

    /// Advances paths by the rows of `lanes`: `x` `[rows, n_in]` becomes their h `[rows, n]`. A row at a position sees the
    /// state one position up.
    ///
    /// The rows of one lane are computed one after another, those of several lanes side by side.
    pub fn forward(&self, x: &mut Vec<f32>, lanes: &[Lane], paths: &mut [States], b: &mut LstmBuffers, team: Team) {
        let rows = x.len() / self.input.n_in();
        b.gates.resize(rows * GATES * self.n, 0.0);
        self.input.forward(x, &mut b.gates, team);
        x.resize(rows * self.n, 0.0);
        let most = lanes.iter().map(|lane| lane.rows().len()).max().unwrap_or(0);
        let mut lanes: Vec<_> = lanes.iter().map(|lane| (lane.path, steps(lane))).collect();
        let mut steps: Vec<Step> = Vec::with_capacity(lanes.len());
        for _ in 0..most {
            steps.clear();
            steps.extend(
                lanes
                    .iter_mut()
                    .filter_map(|(path, rows)| rows.next().map(|(row, position)| Step { path: *path, row, position })),
            );
            self.step(&steps, x, paths, b, team);
        }
    }

    /// One row of each path.
    fn step(&self, steps: &[Step], x: &mut [f32], paths: &mut [States], b: &mut LstmBuffers, team: Team) {
        let n = self.n;
        b.before.clear();
        for step in steps {
            b.before.extend_from_slice(paths[step.path].before(step.position).0);
        }
        b.products.resize(steps.len() * GATES * n, 0.0);
        self.hidden.forward(&b.before, &mut b.products, team);
        for (step, products) in steps.iter().zip(b.products.chunks_exact(GATES * n)) {
            let gates = &mut b.gates[step.row * GATES * n..][..GATES * n];
            let states = &mut paths[step.path];
            let c = states.before(step.position).1;
            // h takes the place of the input gate, c' that of the forget gate.
            Isa::best().run(Cell { gates, products, c });
            states.values[2 * n * step.position..][..2 * n].copy_from_slice(&gates[..2 * n]);
            x[step.row * n..][..n].copy_from_slice(&gates[..n]);
        }
    }
}

/// The rows of a lane with their positions.
fn steps(lane: &Lane) -> impl Iterator<Item = (usize, usize)> + '_ {
    lane.runs.iter().flat_map(|run| run.rows.clone().zip(run.start..))
}

impl States {
    /// Room for `positions`, of states of width `n`. Memory that is never written is not taken from the system.
    pub fn new(n: usize, positions: usize) -> Self {
        // One position more is never written: the zeros before the first.
        Self { n, values: vec![0.0; 2 * n * (positions + 1)] }
    }

    /// Bytes for each position.
    pub const fn bytes_per_position(n: usize) -> u64 {
        (2 * n * size_of::<f32>()) as u64
    }

    /// h and c `[n]` of the position before `position`; zeros before the first.
    fn before(&self, position: usize) -> (&[f32], &[f32]) {
        let at = position.checked_sub(1).unwrap_or(self.values.len() / (2 * self.n) - 1);
        self.values[2 * self.n * at..][..2 * self.n].split_at(self.n)
    }

    /// A copy of the first `len` positions.
    #[must_use]
    pub fn keep(&self, len: usize) -> Self {
        let mut kept = Self::new(self.n, len);
        kept.resume(self, len);
        kept
    }

    /// Takes over the first `len` positions of `past`, which both have.
    pub fn resume(&mut self, past: &Self, len: usize) {
        let len = 2 * self.n * len;
        self.values[..len].copy_from_slice(&past.values[..len]);
    }
}

/// The step itself, over the gates: h' and c' come to stand where the input and forget gates were.
struct Cell<'a> {
    /// W·x + b `[4, n]`.
    gates: &'a mut [f32],
    /// U·h `[4, n]`.
    products: &'a [f32],
    /// `[n]`
    c: &'a [f32],
}

impl WithSimd for Cell<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let width = self.c.len();
        for (x, y) in self.gates.iter_mut().zip(self.products) {
            *x += y;
        }
        let (i, rest) = self.gates.split_at_mut(width);
        let (f, rest) = rest.split_at_mut(width);
        let (g, o) = rest.split_at_mut(width);
        for ((((i, f), g), o), c) in i.iter_mut().zip(f).zip(g).zip(o).zip(self.c) {
            let next = sigmoid(*f).mul_add(*c, sigmoid(*i) * tanh(*g));
            *i = sigmoid(*o) * tanh(next);
            *f = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_equals_its_definition_on_every_machine() {
        for n in [1, 7, 16, 130] {
            let numbers =
                |seed: usize, len| (0..len).map(move |i| ((i * 7919 + seed * 104_729) % 1000) as f32 / 125.0 - 4.0);
            let (gates, products, c) = (
                numbers(1, 4 * n).collect::<Vec<_>>(),
                numbers(2, 4 * n).collect::<Vec<_>>(),
                numbers(3, n).collect::<Vec<_>>(),
            );
            let mut bits = Vec::new();
            for isa in Isa::all() {
                let mut found = gates.clone();
                isa.run(Cell { gates: &mut found, products: &products, c: &c });
                for (k, c) in c.iter().enumerate() {
                    let z = |gate: usize| f64::from(gates[gate * n + k]) + f64::from(products[gate * n + k]);
                    let sigma = |x: f64| 1.0 / (1.0 + (-x).exp());
                    let next = sigma(z(1)) * f64::from(*c) + sigma(z(0)) * z(2).tanh();
                    let wanted = [sigma(z(3)) * next.tanh(), next];
                    for (found, wanted) in [found[k], found[n + k]].into_iter().zip(wanted) {
                        assert!((f64::from(found) - wanted).abs() < 2e-6, "{n}: {k}: {found}, not {wanted}");
                    }
                }
                bits.push(found[..2 * n].iter().map(|x| x.to_bits()).collect::<Vec<_>>());
            }
            assert!(bits.iter().all(|other| *other == bits[0]), "{n}");
        }
    }
}
