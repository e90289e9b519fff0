//! How long it takes to plan 100,000 requests: encoding apart, for the model here has a tokenizer that costs next to
//! nothing (a token a word).
//!
//! `cargo bench --bench plan` prints times; compare ratios on one machine, not figures between machines.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use yardstick_core::{Costs, Decoder, LanguageModel, ModelCard, Request, ScoreError, Session};
use yardstick_runner::{PlanOptions, plan};

const REQUESTS: usize = 100_000;

/// GPT-2 small's sizes without its arithmetic. A word is its number.
struct Words(ModelCard);

impl Words {
    fn new() -> Self {
        Self(ModelCard {
            name: "words".to_owned(),
            source: "bench".to_owned(),
            family: "none".to_owned(),
            n_params: 0,
            n_layer: 12,
            n_embd: 768,
            n_head: 12,
            n_ctx: 1024,
            vocab_size: 50_257,
            dtype: "f32".to_owned(),
            storage: "f32".to_owned(),
            device: "cpu".to_owned(),
            scoring: yardstick_core::Scoring::Causal,
            prefix_token: Some(0),
            prefix_always: false,
            end_token: Some(0),
            weights_sha256: String::new(),
            tokenizer_sha256: String::new(),
            config_sha256: String::new(),
        })
    }
}

impl LanguageModel for Words {
    fn card(&self) -> &ModelCard {
        &self.0
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, ScoreError> {
        let number = |word: &str| word.bytes().fold(0, |sum: u32, digit| sum * 10 + u32::from(digit - b'0'));
        Ok(text.split_ascii_whitespace().map(number).collect())
    }

    fn costs(&self) -> Costs {
        Costs {
            flop_per_row: 170_000_000,
            flop_per_pair: 36_864,
            flop_per_scored_row: 77_000_000,
            bytes_per_position: 73_728,
            bytes_per_row: 40_000,
            bytes_per_scored_row: 4_000,
            bytes_per_path: 0,
            bytes_per_thread: 1_000_000,
        }
    }

    fn decode(&self, _: &[u32], _: bool) -> Result<String, ScoreError> {
        unreachable!("planning writes nothing")
    }

    fn decoder(&self, _: usize, _: usize, _: usize) -> Box<dyn Decoder + '_> {
        unreachable!("planning writes nothing")
    }

    fn session(&self, _: usize, _: usize) -> Box<dyn Session + '_> {
        unreachable!("planning computes nothing")
    }
}

/// `count` words that only `seed` has.
fn words(seed: usize, count: usize) -> String {
    let word = |i| format!(" {}", (seed * 7919 + i * 104_729) % 50_257);
    (0..count).map(word).collect::<Vec<_>>().concat()
}

/// `choices` requests a document, in subjects that share a prefix.
fn requests(prefix: usize, context: usize, choices: usize, ending: usize) -> Vec<Request> {
    let docs = REQUESTS / choices;
    let document = |doc: usize| {
        let context: Arc<str> = (words(doc / 200, prefix) + &words(1000 + doc, context)).into();
        let request = move |choice| Request::LogLikelihood {
            context: Arc::clone(&context),
            continuation: words(doc * choices + choice, ending),
        };
        (0..choices).map(request)
    };
    (0..docs).flat_map(document).collect()
}

fn planning(c: &mut Criterion) {
    let model = Words::new();
    let mut group = c.benchmark_group("plan 100,000 requests");
    group.throughput(Throughput::Elements(REQUESTS as u64)).sample_size(10);
    let sets = [
        ("few-shot, one-token choices", requests(600, 80, 4, 1)),
        ("contexts of 100 with endings of 25", requests(0, 100, 4, 25)),
        ("sentences of 25", requests(0, 0, 1, 25)),
    ];
    for (name, requests) in &sets {
        let requests: Vec<&Request> = requests.iter().collect();
        for threads in [2, 128] {
            let options = PlanOptions { threads, memory: 1 << 40, share: true };
            group.bench_function(format!("{name}, {threads} threads"), |b| {
                b.iter(|| plan(&model, black_box(&requests), &options).expect("fits"));
            });
        }
    }
}

criterion_group!(benches, planning);
criterion_main!(benches);
