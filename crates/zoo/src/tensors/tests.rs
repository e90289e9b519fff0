//! What conformance cannot see: faults, and shapes at the edges of blocks.

use super::*;
use crate::layers::{Activation, Attention, Rows, Scores, Window};
use crate::nn::{KeyValues, Lane, Run, Source, Team};

fn on() -> Accelerator {
    Accelerator::open(Device::Candle).unwrap()
}

fn numbers(len: usize, seed: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 500.0 - 1.0).collect()
}

fn bits(xs: &[f32]) -> Vec<u32> {
    xs.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn rows_are_filled_up_and_come_back() {
    let on = on();
    for rows in [0, 1, CPU_BLOCK - 1, CPU_BLOCK, CPU_BLOCK + 1, 3 * CPU_BLOCK] {
        let values = numbers(rows * 5, 1);
        let grid = Grid::upload(&values, 5, &on).unwrap();
        assert_eq!((grid.rows(), grid.download().unwrap()), (rows, values.clone()));
        let blocks: Vec<Grid> = grid.blocks(&on).collect::<Result<_, _>>().unwrap();
        assert_eq!(blocks.iter().map(Grid::rows).sum::<usize>(), rows);
        let again: Vec<f32> = blocks.iter().flat_map(|block| block.download().unwrap()).collect();
        assert_eq!(again, values);
        let every_second: Vec<u32> = (0..rows as u32).step_by(2).collect();
        let picked = grid.pick(&every_second, &on).unwrap().download().unwrap();
        assert_eq!(picked, values.chunks(5).step_by(2).flatten().copied().collect::<Vec<_>>());
    }
}

#[test]
fn a_row_of_a_product_does_not_depend_on_its_company() {
    let (on, n_in, n_out) = (on(), 37, 50);
    let weight = numbers(n_in * n_out, 2);
    let source = Source { values: &weight, n_in, n_out, transposed: true };
    let layer = Linear::new(source, Some(&numbers(n_out, 3)), &on).unwrap();
    let x = numbers(70 * n_in, 4);
    let run = |x: &[f32]| {
        let grid = layer.activate(&Grid::upload(x, n_in, &on).unwrap(), Activation::GeluErf).unwrap();
        bits(&grid.download().unwrap())
    };
    let all = run(&x);
    for rows in [0..1, 1..2, 15..17, 3..70, 40..41] {
        assert_eq!(run(&x[rows.start * n_in..rows.end * n_in]), all[rows.start * n_out..rows.end * n_out], "{rows:?}");
    }
}

/// Outputs of a path that is advanced in runs, on the processor and here.
fn attended(attention: &Attention, heads: usize, dim: usize, runs: &[Run]) -> [Vec<f32>; 2] {
    let (on, rows) = (on(), runs.iter().map(|run| run.rows.end).max().unwrap());
    let positions = runs.iter().map(|run| run.start + run.rows.len()).max().unwrap();
    let qkv = numbers(rows * (attention.n_head + 2 * heads) * dim, 5);
    let mut host = vec![0.0; rows * attention.n_head * dim];
    let mut kv = KeyValues::new(heads, dim, positions);
    attention.forward(&qkv, runs, None, &mut kv, &mut host, Team::ONE);
    let grid = Grid::upload(&qkv, qkv.len() / rows, &on).unwrap();
    let path = [Path::new(heads, dim, positions, &on)];
    let lanes = [Lane { path: 0, runs: runs.to_vec() }];
    let device = attention.advance_on_device(&grid, &lanes, None, &path, &on).unwrap();
    [host, device.download().unwrap()]
}

#[test]
fn attention_equals_the_kernels() {
    let slopes = Scores::Sloped(vec![0.5, 0.25, 0.125, 0.0625]);
    for scores in [Scores::Plain, Scores::Capped(2.0), slopes] {
        for window in [Window::Global, Window::Local(1), Window::Local(20)] {
            for heads in [1, 2, 4] {
                let attention = Attention { n_head: 4, scale: 0.7, window, scores: scores.clone() };
                // Over the border of a block, back, and on from inside another.
                let runs =
                    [Run { rows: 0..50, start: 0 }, Run { rows: 50..53, start: 10 }, Run { rows: 53..90, start: 12 }];
                let [host, device] = attended(&attention, heads, 6, &runs);
                let apart = host.iter().zip(&device).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(apart < 1e-5, "{window:?}, {scores:?}, {heads} heads: {apart:e} apart");
            }
        }
    }
}

#[test]
fn what_fails_goes_on_to_the_end() {
    let on = on();
    let uncomputed = Rows::new(Some(&on));
    let mut rows = Rows::new(Some(&on));
    rows.copy_from(&uncomputed);
    rows.add(&uncomputed);
    rows.scale(2.0);
    rows.pick(&[0], 3);
    assert!(rows.device().unwrap_err().reason().contains("before they are computed"));
    // A product of the wrong width is candle's own error, in one line.
    let weight = numbers(6, 1);
    let layer = Linear::new(Source { values: &weight, n_in: 2, n_out: 3, transposed: false }, None, &on).unwrap();
    let fault = layer.forward(&Grid::upload(&numbers(5, 2), 5, &on).unwrap()).unwrap_err();
    assert!(fault.reason().contains("shape mismatch") && !fault.reason().contains('\n'), "{fault:?}");
}

#[test]
fn costs_count_what_is_filled_up() {
    let d = Dimensions { n_layer: 2, n_ctx: 64, vocab_size: 100, ..Dimensions::multi_head(2, 8) };
    let (plain, here) = (d.costs(), on().costs(&d, d.costs()));
    assert_eq!((here.flop_per_row, here.bytes_per_position), (plain.flop_per_row, plain.bytes_per_position));
    assert_eq!(here.bytes_per_path - plain.bytes_per_path, CPU_BLOCK as u64 * plain.bytes_per_position);
    assert!(here.bytes_per_thread > plain.bytes_per_thread && here.bytes_per_row > plain.bytes_per_row);
}

/// What is overwritten before anyone looks at it must not fail either: a GPU would not compute after it.
#[test]
fn no_pass_of_any_family_fails_unseen() {
    use crate::LoadOptions;
    use yardstick_core::{LanguageModel, Span};
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut seen = 0;
    for family in crate::FAMILIES {
        let folder = fixtures.join(family.model_type());
        let folder = if folder.is_dir() { folder } else { fixtures.join(format!("{}-untied", family.model_type())) };
        let Some(path) = folder.to_str().filter(|_| folder.join("config.json").exists()) else { continue };
        let options = LoadOptions { device: Device::Candle, ..LoadOptions::default() };
        let model = crate::Model::open(path, &options).unwrap();
        let before = super::grid::tests::MADE.with(std::cell::Cell::get);
        // Passes with few scored rows, then with scored rows far behind, in one session.
        let tokens: Vec<u32> = (0..40).map(|i| 5 + i % 50).collect();
        let spans = [1, 20, 1].map(|scored| Span { tokens: tokens.clone(), scored });
        model.score(&spans).unwrap();
        if model.card().scoring.is_causal() {
            let mut session = model.session(40, 1);
            for (start, wanted) in [(0, 2), (20, 19), (5, 30)] {
                let positions: Vec<u32> = (start..40).collect();
                let row = wanted.min(positions.len() as u32 - 1);
                let wanted = [yardstick_core::Wanted { row, token: 7 }];
                let tokens = &tokens[start as usize..];
                let stretch = yardstick_core::Stretch { tokens, positions: &positions, wanted: &wanted };
                session.advance(&stretch).unwrap();
            }
        }
        let made = super::grid::tests::MADE.with(std::cell::Cell::get) - before;
        assert_eq!(made, 0, "{}: operations that failed", family.model_type());
        seen += 1;
    }
    assert!(seen >= crate::FAMILIES.len() - 1, "{seen} families");
}
