//! One more token for texts that GPT-2 small writes side by side: what reading the weights once for all of them saves.
//!
//! `cargo bench --bench generate` prints times; compare ratios on one machine, not figures between machines. The model has
//! random weights and is written into a temporary folder (498 MB).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use yardstick_core::{Decoder, Feed, LanguageModel, Pick, Sampling};
use yardstick_workload::{GPT2_SMALL, write_model};
use yardstick_zoo::{LoadOptions, load};

/// Tokens before the one that is written.
const READ: usize = 128;

fn model() -> Box<dyn LanguageModel> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_model(folder.path(), GPT2_SMALL).expect("room for the model");
    let path = folder.path().to_str().expect("a temporary folder's name is UTF-8");
    load(path, &LoadOptions::default()).expect("the model is well formed")
}

/// Each path reads the same token again at the same position, and picks the next.
fn step(decoder: &mut dyn Decoder, paths: usize, pick: Pick) {
    let feed = |path| Feed { path, start: READ, tokens: &[11], pick: Some(pick) };
    let feeds: Vec<Feed> = (0..paths).map(feed).collect();
    black_box(decoder.step(black_box(&feeds)).expect("feeds that fit"));
}

fn generate(c: &mut Criterion) {
    let model = model();
    let sampling = Sampling { temperature: 0.8, top_k: None, top_p: Some(0.9), seed: 0 };
    for threads in [1, rayon::current_num_threads()] {
        let mut group = c.benchmark_group(format!("generate, threads {threads}"));
        group.sample_size(10);
        for paths in [1, 2, 4, 8, 12, 16, 24, 32, 48, 64] {
            let mut decoder = model.decoder(paths, READ + 1, threads);
            for path in 0..paths {
                let tokens: Vec<u32> = (0..READ).map(|i| ((i + path) * 7919 % 50_000) as u32).collect();
                let feed = Feed { path, start: 0, tokens: &tokens, pick: None };
                decoder.step(&[feed]).expect("a prompt that fits");
            }
            group.throughput(Throughput::Elements(paths as u64));
            group.bench_function(format!("{paths} texts, greedy"), |b| {
                b.iter(|| step(decoder.as_mut(), paths, Pick::First));
            });
            let drawn = Pick::Draw { sampling: &sampling, uniform: 0.5 };
            group.bench_function(format!("{paths} texts, drawn"), |b| b.iter(|| step(decoder.as_mut(), paths, drawn)));
        }
    }
}

criterion_group!(benches, generate);
criterion_main!(benches);
