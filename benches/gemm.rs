//! Products at the shapes of GPT-2 small: packed layers beside `gemm` (through candle, its result's allocation included) and
//! `matrixmultiply` (through ndarray), which take plain row-major weights, and beside the arithmetic peak. Throughputs are
//! floating-point operations a second: Gelem/s is GFLOP/s.
//!
//! `RAYON_NUM_THREADS=1 cargo bench --bench gemm` keeps candle on one thread too; `-- 'rows 64'` picks one number of rows.

use candle_core::{Device, Tensor};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use ndarray::{Array2, linalg::general_mat_mul};
use std::hint::black_box;
use std::time::Duration;
use yardstick_zoo::kernels::{Activation, Head, Linear, Source, Storage, Team, fma_peak};

const N_EMBD: usize = 768;
const VOCAB: usize = 50_257;
const SHAPES: [(usize, usize); 4] =
    [(N_EMBD, 3 * N_EMBD), (N_EMBD, N_EMBD), (N_EMBD, 4 * N_EMBD), (4 * N_EMBD, N_EMBD)];
const ROWS: [usize; 5] = [1, 16, 64, 256, 1024];

/// Numbers between -1 and 1, neighbours far apart.
fn values(len: usize) -> Vec<f32> {
    (0..len).map(|i| (i * 7919 % 1009) as f32 / 504.5 - 1.0).collect()
}

fn group(c: &mut Criterion, rows: usize, n_in: usize, n_out: usize) -> BenchmarkGroup<'_, WallTime> {
    let mut group = c.benchmark_group(format!("{n_in} → {n_out}, rows {rows}"));
    group.throughput(Throughput::Elements((2 * rows * n_in * n_out) as u64)).sample_size(10);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800));
    group
}

fn layers(c: &mut Criterion) {
    eprintln!("the limit, fused multiply-adds on one thread: {:.1} GFLOP/s", fma_peak(50) / 1e9);
    for (n_in, n_out) in SHAPES {
        let w = values(n_in * n_out);
        for rows in ROWS {
            let (x, mut out) = (values(rows * n_in), vec![0.0; rows * n_out]);
            let mut group = group(c, rows, n_in, n_out);
            for storage in Storage::ALL {
                let source = Source { values: &w, n_in, n_out, transposed: false };
                let layer = Linear::pack(source, Some(values(n_out)), storage);
                group.bench_function(storage.name(), |b| b.iter(|| layer.forward(black_box(&x), &mut out, Team::ONE)));
                group.bench_function(format!("{}, GELU", storage.name()), |b| {
                    b.iter(|| layer.activate(black_box(&x), Activation::GeluTanh, &mut out, Team::ONE));
                });
            }
            peers(&mut group, &x, &w, n_in);
            group.finish();
        }
    }
}

/// The same product by others.
fn peers(group: &mut BenchmarkGroup<'_, WallTime>, x: &[f32], w: &[f32], n_in: usize) {
    let (rows, n_out) = (x.len() / n_in, w.len() / n_in);
    let tensor = |values: &[f32], shape| Tensor::from_slice(values, shape, &Device::Cpu).expect("shapes fit");
    let (a, b) = (tensor(x, (rows, n_in)), tensor(w, (n_in, n_out)));
    group.bench_function("gemm", |bench| bench.iter(|| black_box(&a).matmul(&b).expect("shapes fit")));
    let array = |values: &[f32], shape| Array2::from_shape_vec(shape, values.to_vec()).expect("shapes fit");
    let (a, b) = (array(x, (rows, n_in)), array(w, (n_in, n_out)));
    let mut out = Array2::zeros((rows, n_out));
    group.bench_function("matrixmultiply", |bench| {
        bench.iter(|| general_mat_mul(1.0, black_box(&a), &b, 0.0, &mut out));
    });
}

fn head(c: &mut Criterion) {
    let w = values(VOCAB * N_EMBD);
    let head = Head::pack(&w, N_EMBD, Storage::F32);
    for rows in [1, 16, 64, 256] {
        let hidden = values(rows * N_EMBD);
        let wanted: Vec<(usize, u32)> = (0..rows).map(|row| (row, (row * 7919 % VOCAB) as u32)).collect();
        let mut group = group(c, rows, N_EMBD, VOCAB);
        group.bench_function("log-probabilities", |b| b.iter(|| head.score(black_box(&hidden), &wanted, Team::ONE)));
        let mut logits = Vec::new();
        group.bench_function("logits", |b| b.iter(|| head.logits(black_box(&hidden), &mut logits, Team::ONE)));
        group.finish();
    }
}

criterion_group!(benches, layers, head);
criterion_main!(benches);
