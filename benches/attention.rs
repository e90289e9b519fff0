//! Attention, layer normalisation and activations, one thread, GPT-2 small's shape: 12 heads of 64.
//!
//! `cargo bench --bench attention`. Throughput of attention is in floating-point operations that the visible pairs need (4
//! for each pair and component), so that it can be held against the machine's peak; the others count elements.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use yardstick_zoo::kernels::{Activation, Attention, KeyValues, LayerNorm, Run, Team};

const N_HEAD: usize = 12;
const HEAD_DIM: usize = 64;
const N_EMBD: usize = N_HEAD * HEAD_DIM;

fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|i| (i * 7919 % 2003) as f32 / 500.0 - 2.0).collect()
}

/// `runs` are (start, rows).
fn attend(group: &mut BenchmarkGroup<WallTime>, name: &str, runs: &[(usize, usize)]) {
    let attention = Attention::new(N_HEAD, 0.125);
    let deepest = runs.iter().map(|(start, rows)| start + rows).max().unwrap_or(0);
    let mut path = KeyValues::new(N_HEAD, HEAD_DIM, deepest);
    let past = numbers(deepest * 3 * N_EMBD);
    let all = [Run { rows: 0..deepest, start: 0 }];
    attention.forward(&past, &all, Some(&[]), &mut path, &mut [], Team::ONE);
    let mut rows = 0;
    let runs: Vec<Run> = runs
        .iter()
        .map(|&(start, count)| {
            rows += count;
            Run { rows: rows - count..rows, start }
        })
        .collect();
    let pairs: usize = runs.iter().flat_map(|run| (run.start..run.start + run.rows.len()).map(|at| at + 1)).sum();
    let (qkv, mut out) = (numbers(rows * 3 * N_EMBD), vec![0.0; rows * N_EMBD]);
    group.throughput(Throughput::Elements((4 * pairs * N_EMBD) as u64));
    group.bench_function(name, |b| {
        b.iter(|| attention.forward(black_box(&qkv), &runs, None, &mut path, &mut out, Team::ONE));
    });
}

fn attention(c: &mut Criterion) {
    let mut group = c.benchmark_group("attention, FLOP");
    attend(&mut group, "1 × 1024", &[(0, 1024)]);
    attend(&mut group, "8 × 128", &[(0, 128); 8]);
    attend(&mut group, "16 × 8 after 512", &[(512, 8); 16]);
    attend(&mut group, "32 × 1 after 512", &[(512, 1); 32]);
    attend(&mut group, "1 after 512", &[(512, 1)]);
    group.finish();
}

fn layer_norm(c: &mut Criterion) {
    let norm = LayerNorm::new(numbers(N_EMBD), numbers(N_EMBD), 1e-5);
    let mut group = c.benchmark_group("layer norm, elements");
    for rows in [16, 1024] {
        let (x, mut out) = (numbers(rows * N_EMBD), vec![0.0; rows * N_EMBD]);
        group.throughput(Throughput::Elements(x.len() as u64));
        group.bench_function(format!("{rows} × {N_EMBD}"), |b| {
            b.iter(|| norm.forward(black_box(&x), &mut out, Team::ONE));
        });
    }
    group.finish();
}

fn activations(c: &mut Criterion) {
    let mut group = c.benchmark_group("activation, elements");
    let x = numbers(8192);
    group.throughput(Throughput::Elements(x.len() as u64));
    for name in ["gelu_new", "gelu", "quick_gelu", "relu", "silu", "tanh"] {
        let Some(activation) = Activation::from_name(name) else { continue };
        let mut tile = x.clone();
        group.bench_function(name, |b| {
            b.iter(|| {
                tile.copy_from_slice(&x);
                activation.apply(black_box(&mut tile));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, attention, layer_norm, activations);
criterion_main!(benches);
