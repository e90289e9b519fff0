//! Four models on many documents: size of the page, and how long it takes until something is there.
//!
//! `YARDSTICK_LARGE=100000` takes that many documents; the default keeps the test short.

use crate::browser::Browser;
use crate::fixture::{text, yardstick};
use serde_json::json;
use std::path::Path;
use std::time::Instant;
use yardstick_core::{Request, Sample, Score, Target};
use yardstick_report::{Run, read_run, write_run};

/// A page may not be larger, however many documents there are.
const MOST: u64 = 5_000_000;

/// A run of four models on `n` made-up documents, in a folder.
fn run(dir: &Path, n: u64) -> std::path::PathBuf {
    let (small, large) = (dir.join("small"), dir.join("large"));
    yardstick(&[
        "run",
        "--quiet",
        "--no-report",
        "--limit",
        "2",
        "--task",
        "starter_pairs_agreement",
        "--out",
        text(&small),
    ]);
    let Run { mut record, samples } = read_run(&small).unwrap();
    record.tasks[0].n_docs = n;
    record.tasks[0].n_available = n;
    record.results.iter_mut().for_each(|result| result.estimate.n = n);
    let models: Vec<&Sample> = samples.iter().filter(|sample| sample.doc_id == 0).collect();
    let samples =
        models.iter().zip(0..).flat_map(|(sample, model)| (0..n).map(move |id| made_up(sample, id, model))).collect();
    write_run(&large, &Run { record, samples }).unwrap();
    large
}

/// The same document with other words and other answers.
fn made_up(like: &Sample, id: u64, model: u64) -> Sample {
    let words = ["river", "stone", "lantern", "winter", "letter", "garden", "market", "harbour"];
    let word = |at: u64| words[((id * 31 + at * 7) / 3 % 8) as usize];
    let context = format!(
        "Passage {id}. The {} stood by the {} until the {} came.\nQuestion: what came?\nAnswer:",
        word(1),
        word(2),
        word(3)
    );
    let mut sample = like.clone();
    sample.doc_id = id;
    sample.prompt_hash = format!("{:064x}", id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let n = sample.responses.len() as u64;
    for (at, request) in (0..).zip(&mut sample.requests) {
        *request =
            Request::LogLikelihood { context: context.as_str().into(), continuation: format!(" the {}", word(at + 3)) };
    }
    sample.choices = (0..n).map(|at| format!("the {}", word(at + 3))).collect();
    for (at, response) in (0..).zip(&mut sample.responses) {
        response.log_likelihood = -1.0 - ((id * 17 + at * 29 + model * 13) % 1009) as f64 / 100.0;
    }
    let best = (0..sample.responses.len())
        .max_by(|&a, &b| sample.responses[a].log_likelihood.total_cmp(&sample.responses[b].log_likelihood));
    sample.target = Target::Choice((id % n) as usize);
    let right = best == Some((id % n) as usize);
    sample.metrics.values_mut().for_each(|score| *score = Score::Value(f64::from(u8::from(right))));
    sample
}

#[test]
fn many_documents_stay_beside_the_page() {
    let n: u64 = std::env::var("YARDSTICK_LARGE").ok().and_then(|n| n.parse().ok()).unwrap_or(8_000);
    let dir = tempfile::tempdir().unwrap();
    let run = run(dir.path(), n);
    let started = Instant::now();
    yardstick(&["report", text(&run), "--quiet", "--out", text(&dir.path().join("report"))]);
    let took = started.elapsed();
    let page = dir.path().join("report/index.html");
    let size = page.metadata().unwrap().len();
    let pieces: Vec<u64> =
        page.with_file_name("docs").read_dir().unwrap().map(|e| e.unwrap().metadata().unwrap().len()).collect();
    let (all, most) = (pieces.iter().sum::<u64>(), pieces.iter().max().unwrap());
    eprintln!(
        "4 × {n} documents: report in {took:.2?}; index.html {size} B; {} pieces, {all} B, the largest {most} B",
        pieces.len()
    );
    assert!(size < MOST, "{size} bytes");
    let Some(browser) = Browser::start("a page with many documents", (1280, 900)) else { return };
    let timed = |what: &str, view: &str, script: &str| {
        let started = Instant::now();
        browser.open_file(&page, view);
        browser.wait(what, script);
        eprintln!("{what}: {:.2?}", started.elapsed());
    };
    timed("the overview", "", "return document.querySelectorAll('.heat tbody tr').length > 0");
    timed(
        "the list of documents",
        "task=starter_pairs_agreement",
        "return document.querySelector('a.head')?.innerText.startsWith('Passage')",
    );
    let started = Instant::now();
    browser.click(".documents [data-column='spread']");
    browser.wait("the sorted list", "return document.querySelector('a.head')?.innerText.startsWith('Passage')");
    eprintln!("sorted by spread: {:.2?}", started.elapsed());
    let last = n - 1;
    timed(
        "a document",
        &format!("task=starter_pairs_agreement&doc={last}"),
        "return document.querySelectorAll('table.choices tbody tr').length === 2",
    );
    assert!(browser.page_text().contains(&format!("Passage {last}.")));
    timed(
        "a comparison",
        "compare=gpt1-micro..gpt3-micro",
        "return document.querySelectorAll('.flips > li').length > 0",
    );
    let heap = browser.run("return performance.memory ? performance.memory.usedJSHeapSize : 0");
    eprintln!("JavaScript's heap: {heap} B");
    assert_eq!(
        browser.run("return document.querySelectorAll('head script').length"),
        json!(0),
        "pieces leave no elements"
    );
    browser.assert_quiet();
}
