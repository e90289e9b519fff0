//! From rows on disk to requests: 10,000 four-choice documents of about 40 words, with and without 10 examples before each.
//!
//! `cargo bench --bench render`. Everything runs on one thread, so that a time is also the CPU's: what lm-eval takes 189
//! CPU seconds for is the second line.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;
use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use yardstick_tasks::{Catalog, DrawMode, LoadOptions, Stores, Task};

const DOCUMENTS: usize = 10_000;

const TASK: &str = r#"task: rendered
dataset_path: bench/questions
test_split: test
fewshot_split: train
output_type: multiple_choice
description: "The following are multiple choice questions (with answers).\n\n"
doc_to_text: "{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD. {{choices[3]}}\nAnswer:"
doc_to_choice: ["A", "B", "C", "D"]
doc_to_target: answer
"#;

const WORDS: [&str; 16] = [
    "river", "children", "walked", "under", "the", "old", "bridge", "because", "morning", "light", "stone", "a",
    "quickly", "between", "answer", "of",
];

/// Words in an order that differs from row to row.
fn words(into: &mut String, seed: usize, count: usize) {
    for i in 0..count {
        let word = WORDS[(seed.wrapping_mul(2_654_435_761) >> (i % 24)).wrapping_add(i * i) % WORDS.len()];
        let _ = write!(into, "{}{word}", if i == 0 { "" } else { " " });
    }
}

fn rows(split: usize) -> String {
    let mut out = String::new();
    for row in 0..DOCUMENTS {
        let seed = split * DOCUMENTS + row;
        out.push_str("{\"question\":\"");
        words(&mut out, seed, 30);
        let _ = write!(out, " {seed}?\",\"subject\":\"words\",\"choices\":[");
        for choice in 0..4 {
            out.push_str(if choice == 0 { "\"" } else { ",\"" });
            words(&mut out, seed + choice, 3);
            out.push('"');
        }
        let _ = writeln!(out, "],\"answer\":{}}}", seed % 4);
    }
    out
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of our own");
    std::fs::write(path, text).expect("a file of our own");
}

fn task(folder: &Path) -> Task {
    write(&folder.join("task.yaml"), TASK);
    for (number, split) in ["train", "test"].into_iter().enumerate() {
        write(&folder.join(format!("data/bench/questions/default/{split}/rows.jsonl")), &rows(number));
    }
    let selector = folder.join("task.yaml").display().to_string();
    Catalog::bundled().expect("catalog").resolve(&[selector]).expect("a task").tasks.remove(0)
}

fn render(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let task = task(folder.path());
    let stores = Stores::new(vec![folder.path().join("data")]);
    let one_thread = ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut group = c.benchmark_group("render 10,000 documents, one thread");
    group.sample_size(10);
    group.throughput(Throughput::Elements(DOCUMENTS as u64));
    let cases = [
        ("zero-shot", 0, DrawMode::Keyed),
        ("10 shots", 10, DrawMode::Keyed),
        ("10 shots, drawn as lm-eval draws", 10, DrawMode::LmEval),
    ];
    for (name, shots, draw) in cases {
        let options = LoadOptions { shots: Some(shots), draw, ..LoadOptions::default() };
        let load = || one_thread.install(|| task.load(black_box(&stores), &options).expect("rows of our own"));
        group.bench_function(name, |b| b.iter_with_large_drop(load));
    }
}

criterion_group!(benches, render);
criterion_main!(benches);
