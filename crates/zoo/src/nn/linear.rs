//! Products with a weight matrix.

use super::kernel::{Products, product};
use super::pack::{COLUMNS, Line, Panels, Source, Storage};
use super::simd::Isa;
use super::{Activation, Team};
use std::ops::Range;

/// Fewer rows are not worth a thread's pass over all weights: the threads share the outputs instead.
const ROWS_A_THREAD: usize = 128;
/// Floating-point operations that are worth another thread: what it takes to wake it, some ten microseconds.
const FLOP_A_THREAD: usize = 1 << 20;

/// x·W + b with W packed for the kernel.
pub struct Linear {
    weights: Panels,
    bias: Option<Vec<f32>>,
}

/// What is done with x·W + b.
#[derive(Clone, Copy)]
enum Then {
    Store,
    Add,
    Multiply,
    Activate(Activation),
}

impl Linear {
    /// Packs a matrix that is already in memory. The bias is `[n_out]`.
    pub fn pack(weight: Source, bias: Option<Vec<f32>>, storage: Storage) -> Self {
        assert!(bias.as_ref().is_none_or(|bias| bias.len() == weight.n_out), "a bias for each output");
        Self { weights: Panels::pack(weight, storage), bias }
    }

    /// Inputs.
    pub const fn n_in(&self) -> usize {
        self.weights.n_in()
    }

    /// Outputs.
    pub const fn n_out(&self) -> usize {
        self.weights.n_out()
    }

    /// The same layer with another bias `[n_out]`.
    #[must_use]
    pub fn with_bias(self, bias: Vec<f32>) -> Self {
        assert_eq!(bias.len(), self.n_out(), "a bias for each output");
        Self { bias: Some(bias), ..self }
    }

    /// The bias `[n_out]`, where there is one.
    pub fn bias(&self) -> Option<&[f32]> {
        self.bias.as_deref()
    }

    /// The weights.
    pub const fn weights(&self) -> &Panels {
        &self.weights
    }

    /// `out = x·W + b`: `x` is `[rows, n_in]`, `out` `[rows, n_out]`.
    pub fn forward(&self, x: &[f32], out: &mut [f32], team: Team) {
        self.run(x, out, Then::Store, team);
    }

    /// `out = activation(x·W + b)`, each part while it is in the cache.
    pub fn activate(&self, x: &[f32], activation: Activation, out: &mut [f32], team: Team) {
        self.run(x, out, Then::Activate(activation), team);
    }

    /// `out += x·W + b`: the residual connection.
    pub fn add(&self, x: &[f32], out: &mut [f32], team: Team) {
        self.run(x, out, Then::Add, team);
    }

    /// `out *= x·W + b`: the gated unit's second factor (Shazeer 2020, "GLU Variants Improve Transformer").
    pub fn multiply(&self, x: &[f32], out: &mut [f32], team: Team) {
        self.run(x, out, Then::Multiply, team);
    }

    fn run(&self, x: &[f32], out: &mut [f32], then: Then, team: Team) {
        let isa = Isa::best();
        team.each(self.pieces(x, out, team), |mut piece| {
            let (x, panels) = (piece.x, piece.panels.clone());
            product(isa, x, &self.weights, panels, |products| self.finish(&products, &mut piece, then));
        });
    }

    /// Cuts the work for a team: many rows by rows, few rows by outputs.
    fn pieces<'a>(&self, x: &'a [f32], out: &'a mut [f32], team: Team) -> Vec<Piece<'a>> {
        let (n_in, n_out) = (self.n_in(), self.n_out());
        let n_rows = x.len() / n_in;
        assert!(x.len() == n_rows * n_in && out.len() == n_rows * n_out, "rows of {n_in} inputs and {n_out} outputs");
        let team = Team::new(team.threads().min(2 * x.len() * n_out / FLOP_A_THREAD));
        let by_rows = team.split(n_rows, ROWS_A_THREAD);
        let by_panels = Team::new(team.threads() / by_rows.clone().count().max(1)).split(self.weights.len(), 1);
        let mut rest = out;
        let mut pieces = Vec::new();
        for rows in by_rows {
            let out = rest.split_off_mut(..rows.len() * n_out).unwrap_or_default();
            let x = &x[rows.start * n_in..rows.end * n_in];
            let first = pieces.len();
            pieces.extend(by_panels.clone().map(|panels| Piece { x, panels, rows: Vec::with_capacity(rows.len()) }));
            for row in out.chunks_exact_mut(n_out) {
                share_row(row, &mut pieces[first..]);
            }
        }
        pieces
    }

    /// Writes the outputs of a block of rows and a group of panels.
    fn finish(&self, products: &Products, piece: &mut Piece, then: Then) {
        let start = products.panels.start * COLUMNS;
        let end = self.n_out().min(products.panels.end * COLUMNS);
        let offset = piece.panels.start * COLUMNS;
        let bias = self.bias.as_ref().map(|bias| &bias[start..end]);
        for (i, row) in piece.rows[products.rows.clone()].iter_mut().enumerate() {
            let to = &mut row[start - offset..end - offset];
            let lines = products.row(i);
            match then {
                Then::Add => write(to, lines, bias, |to, sum| *to += sum),
                Then::Multiply => write(to, lines, bias, |to, sum| *to *= sum),
                Then::Store => write(to, lines, bias, |to, sum| *to = sum),
                Then::Activate(activation) => {
                    write(to, lines, bias, |to, sum| *to = sum);
                    activation.apply(to);
                }
            }
        }
    }
}

/// Sets every output from the sum of its product and its bias.
fn write<'a>(to: &mut [f32], lines: impl Iterator<Item = &'a Line>, bias: Option<&[f32]>, set: impl Fn(&mut f32, f32)) {
    for (panel, (to, line)) in to.chunks_mut(COLUMNS).zip(lines).enumerate() {
        match bias {
            Some(bias) => {
                let bias = &bias[panel * COLUMNS..];
                to.iter_mut().zip(&line.0).zip(bias).for_each(|((to, product), bias)| set(to, product + bias));
            }
            None => to.iter_mut().zip(&line.0).for_each(|(to, product)| set(to, *product)),
        }
    }
}

/// A part of the result: some rows, and of them the outputs of some panels.
struct Piece<'a> {
    /// `[rows, n_in]`
    x: &'a [f32],
    panels: Range<usize>,
    /// For each row its outputs of `panels`.
    rows: Vec<&'a mut [f32]>,
}

/// Gives each piece its outputs of one row.
fn share_row<'a>(mut row: &'a mut [f32], pieces: &mut [Piece<'a>]) {
    for piece in pieces {
        let width = row.len().min(piece.panels.len() * COLUMNS);
        piece.rows.extend(row.split_off_mut(..width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(len: usize, seed: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 500.0 - 1.0).collect()
    }

    /// Row `row` of x·W + b for W `[n_in, n_out]`, in double precision.
    fn reference(x: &[f32], w: &[f32], bias: &[f32]) -> Vec<f64> {
        let product = |j: usize, k: usize| f64::from(x[k]) * f64::from(w[k * bias.len() + j]);
        (0..bias.len()).map(|j| (0..x.len()).map(|k| product(j, k)).sum::<f64>() + f64::from(bias[j])).collect()
    }

    fn check(got: &[f32], wanted: impl Iterator<Item = f64>, tolerance: f64) -> Result<(), TestCaseError> {
        for (i, (got, wanted)) in got.iter().zip(wanted).enumerate() {
            let error = (f64::from(*got) - wanted).abs();
            prop_assert!(error < tolerance * wanted.abs().max(1.0), "output {}: {}, not {}", i, got, wanted);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn layers_equal_their_definition(
            rows in 1_usize..40, n_in in 1_usize..600, n_out in 1_usize..400, transposed: bool, with_bias: bool,
        ) {
            let (x, w, old) = (values(rows * n_in, 1), values(n_in * n_out, 2), values(rows * n_out, 3));
            let bias = if with_bias { values(n_out, 4) } else { vec![0.0; n_out] };
            let turned: Vec<f32> = (0..n_out).flat_map(|j| w[j..].iter().step_by(n_out).copied()).collect();
            let source = Source { values: if transposed { &turned } else { &w }, n_in, n_out, transposed };
            let layer = Linear::pack(source, with_bias.then(|| bias.clone()), Storage::F32);
            let run = |then| {
                let mut out = old.clone();
                layer.run(&x, &mut out, then, Team::ONE);
                out
            };
            let relu = Then::Activate(Activation::Relu);
            let [forward, sum, product, relu] = [Then::Store, Then::Add, Then::Multiply, relu].map(run);
            for row in 0..rows {
                let wanted = reference(&x[row * n_in..][..n_in], &w, &bias);
                let of_row = row * n_out..(row + 1) * n_out;
                let old = old[of_row.clone()].iter().map(|x| f64::from(*x));
                check(&forward[of_row.clone()], wanted.iter().copied(), 1e-4)?;
                check(&sum[of_row.clone()], wanted.iter().zip(old.clone()).map(|(x, old)| x + old), 1e-4)?;
                check(&product[of_row.clone()], wanted.iter().zip(old).map(|(x, old)| x * old), 1e-4)?;
                check(&relu[of_row], wanted.iter().map(|x| x.max(0.0)), 1e-4)?;
            }
        }

        #[test]
        fn a_row_does_not_depend_on_its_company(
            rows in 1_usize..600, n_in in 1_usize..300, n_out in 1_usize..300, threads in 2_usize..8, kind in 0..Storage::ALL.len(),
        ) {
            let (x, w) = (values(rows * n_in, 1), values(n_in * n_out, 2));
            let source = Source { values: &w, n_in, n_out, transposed: false };
            let layer = Linear::pack(source, Some(values(n_out, 3)), Storage::ALL[kind]);
            let run = |x: &[f32], team| {
                let mut out = vec![f32::NAN; x.len() / n_in * n_out];
                layer.activate(x, Activation::GeluTanh, &mut out, team);
                out
            };
            let all = run(&x, Team::new(threads));
            prop_assert_eq!(&all, &run(&x, Team::ONE));
            for row in [0, rows / 2, rows - 1] {
                prop_assert_eq!(&all[row * n_out..][..n_out], &run(&x[row * n_in..][..n_in], Team::ONE)[..]);
            }
        }
    }

    #[test]
    fn a_team_shares_rows_or_outputs() {
        let w = vec![0.0; 512 * 100];
        let layer = Linear::pack(Source { values: &w, n_in: 512, n_out: 100, transposed: false }, None, Storage::F32);
        let check = |rows: usize, threads: usize, wanted: &[(usize, Range<usize>)]| {
            let (x, mut out) = (vec![0.0; rows * 512], vec![0.0; rows * 100]);
            let pieces = layer.pieces(&x, &mut out, Team::new(threads));
            let got: Vec<_> = pieces.iter().map(|piece| (piece.rows.len(), piece.panels.clone())).collect();
            assert_eq!(got, wanted, "{rows} rows, {threads} threads");
        };
        check(0, 2, &[]);
        check(1, 2, &[(1, 0..4)]);
        check(64, 2, &[(64, 0..2), (64, 2..4)]);
        check(256, 2, &[(128, 0..4), (128, 0..4)]);
        check(256, 4, &[(128, 0..2), (128, 2..4), (128, 0..2), (128, 2..4)]);
    }
}
