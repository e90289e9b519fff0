//! Made-up runs: no number here was measured.

use super::*;
use crate::{Run, TableOptions, testing};
use insta::assert_snapshot;
use yardstick_core::{FewShotCard, Map, RunStatus, Target, Value};

/// A run of one model on one task; `right` says which documents it gets right.
fn run(model: &str, task: &str, n: u64, right: impl Fn(u64) -> bool) -> Run {
    let mut record = testing::record(
        vec![testing::model(model, "gpt2", 1_000)],
        vec![testing::task(task, &[("acc", true, Some(0.5))], n)],
    );
    record.warnings.clear();
    let samples = (0..n).map(|row| testing::document(model, task, row, right(row), 1.0 + row as f64 / 100.0)).collect();
    Run { record, samples }
}

fn compared(base: &Run, candidate: &Run, options: &CompareOptions) -> Result<Comparison, CompareError> {
    compare(&Side::new("base", base, None)?, &Side::new("new", candidate, None)?, options, &testing::value)
}

fn with_defaults(base: &Run, candidate: &Run) -> Comparison {
    compared(base, candidate, &CompareOptions::default()).expect("they can be compared")
}

/// 8 lost, 1 won of 100.
fn eight_to_one() -> (Run, Run) {
    (run("old", "piqa", 100, |row| row % 2 == 0 && row != 50), run("new", "piqa", 100, |row| row % 2 == 0 && row >= 16))
}

#[test]
fn a_loss_by_hand() {
    let (base, candidate) = eight_to_one();
    let comparison = with_defaults(&base, &candidate);
    let row = &comparison.rows[0];
    assert_eq!((row.n, row.wins, row.losses, row.ties), (100, 1, 8, 91));
    assert!((row.difference + 0.07).abs() < 1e-12, "{row:?}");
    assert!((row.p - 0.039_062_5).abs() < 1e-12 && row.holm == Some(row.p), "{row:?}");
    assert_eq!((row.verdict, row.test), (Verdict::Worse, "McNemar, exact"));
    let interval = row.interval.as_ref().expect("there is one");
    assert!(interval.low < -0.07 && -0.07 < interval.high && interval.high < 0.0, "{interval:?}");
    assert_eq!((comparison.flips.len(), comparison.flips[0].doc_id), (9, 50), "the surest first");
    assert!(!comparison.flips[0].lost && comparison.flips[1].lost);
    assert!(comparison.flips.is_sorted_by(|a, b| a.certainty >= b.certainty));
}

#[test]
fn swapped_sides_are_swapped_numbers() {
    let (base, candidate) = eight_to_one();
    let (there, back) = (with_defaults(&base, &candidate), with_defaults(&candidate, &base));
    let (there, back) = (&there.rows[0], &back.rows[0]);
    assert!((there.difference + back.difference).abs() < 1e-12 && (there.p - back.p).abs() < 1e-12);
    assert_eq!((there.wins, there.losses, back.verdict), (back.losses, back.wins, Verdict::Better));
}

#[test]
fn the_same_model_is_identical() {
    let (base, _) = eight_to_one();
    let comparison = with_defaults(&base, &base.clone());
    assert!(comparison.same_model && comparison.flips.is_empty());
    let row = &comparison.rows[0];
    assert_eq!((row.verdict, row.identical, row.p.to_bits()), (Verdict::Identical, true, 1.0_f64.to_bits()));
    assert!(row.detectable.is_some_and(|d| d > 0.03 && d < 0.2), "{row:?}");
}

#[test]
fn lower_is_better_for_perplexities() {
    let of = |model: &str, shift: f64| {
        let mut run = run(model, "lambada_openai", 40, |_| true);
        let metric = &mut run.record.tasks[0].metrics[0];
        (metric.name, metric.higher_is_better, metric.aggregation) =
            ("perplexity".to_owned(), false, "perplexity".to_owned());
        for (at, sample) in run.samples.iter_mut().enumerate() {
            let log_likelihood = -3.0 - (at % 7) as f64 / 7.0 + shift * (1.0 + (at % 3) as f64 / 10.0);
            sample.responses[1].log_likelihood = log_likelihood;
            sample.metrics = [("perplexity".to_owned(), Score::Value(log_likelihood))].into();
        }
        run
    };
    let comparison = with_defaults(&of("old", 0.0), &of("new", -0.05));
    let row = &comparison.rows[0];
    assert!(row.difference > 0.0 && row.gain() < 0.0, "{row:?}");
    assert_eq!((row.verdict, row.losses, row.wins), (Verdict::Worse, 40, 0));
    let interval = row.interval.as_ref().expect("there is one");
    assert!(0.0 < interval.low && interval.low < row.difference && row.difference < interval.high, "{row:?}");
    assert!((row.evidence.gain() + row.difference).abs() < 1e-9 * row.base, "{row:?}");
}

#[test]
fn documents_that_share_a_passage_count_once() {
    let (mut base, mut candidate) = (run("old", "boolq", 100, |_| true), run("new", "boolq", 100, |row| row >= 10));
    let alone = with_defaults(&base, &candidate);
    in_passages(&mut base);
    in_passages(&mut candidate);
    let clustered = with_defaults(&base, &candidate);
    let (alone, clustered) = (&alone.rows[0], &clustered.rows[0]);
    assert!(alone.p < 0.01 && alone.verdict == Verdict::Worse, "{alone:?}");
    // One passage of ten: nothing is shown.
    assert!(clustered.p > 0.5 && clustered.verdict == Verdict::NotShown, "{clustered:?}");
    let found = clustered.clusters.as_ref().expect("passages");
    assert_eq!((found.column.as_str(), found.count), ("passage", 10));
}

#[test]
fn other_statistics_are_drawn() {
    let of = |model: &str, step: f64| {
        let mut run = run(model, "mt", 50, |_| true);
        let metric = &mut run.record.tasks[0].metrics[0];
        (metric.name, metric.aggregation) = ("bleu".to_owned(), "largest".to_owned());
        for (at, sample) in run.samples.iter_mut().enumerate() {
            sample.metrics = [("bleu".to_owned(), Score::Counts(vec![step * at as f64]))].into();
        }
        run
    };
    let comparison = with_defaults(&of("old", 1.0), &of("new", 0.5));
    let row = &comparison.rows[0];
    assert!((row.difference + 24.5).abs() < 1e-12 && row.test == "swapped answers", "{row:?}");
    assert!(row.p > 0.0 && row.interval.is_some(), "{row:?}");
}

#[test]
fn few_losses_are_held_against_the_exact_test() {
    let right = |_| true;
    let mut changed = run("new", "piqa", 200, right);
    changed.samples[0].responses[0].log_likelihood -= 0.5;
    let comparison = with_defaults(&run("old", "piqa", 200, right), &changed);
    // (1 − 0.0135)²⁰⁰, where Tango's test says 0.049.
    let p = comparison.rows[0].evidence.non_inferiority(0.0135);
    assert!((p - 0.066).abs() < 5e-4, "{p}");
}

#[test]
fn choices_that_are_equally_likely_are_counted() {
    let (base, mut candidate) = eight_to_one();
    for sample in &mut candidate.samples[..7] {
        sample.responses[1].log_likelihood = sample.responses[0].log_likelihood;
    }
    assert_eq!(with_defaults(&base, &candidate).rows[0].tied, 7);
    assert_eq!(with_defaults(&candidate, &base).rows[0].tied, 0);
}

/// A run whose documents have texts of these lengths and log-likelihoods for them.
fn prose(model: &str, texts: &[(f64, f64)]) -> Run {
    let mut run = run(model, "prose", texts.len() as u64, |_| true);
    let metric = &mut run.record.tasks[0].metrics[0];
    (metric.name, metric.higher_is_better) = ("bits_per_byte".to_owned(), false);
    metric.aggregation = "bits_per_byte".to_owned();
    for (sample, &(log_likelihood, bytes)) in run.samples.iter_mut().zip(texts) {
        sample.responses[1].log_likelihood = log_likelihood;
        sample.metrics = [("bits_per_byte".to_owned(), Score::Ratio(log_likelihood, bytes))].into();
    }
    run
}

#[test]
fn one_long_text_is_one_document() {
    let long: Vec<(f64, f64)> = [(-2_700.0, 2_700.0)].into_iter().chain([(-20.0, 20.0); 9]).collect();
    let mut better = long.clone();
    better[0].0 += 100.0;
    better[1..].iter_mut().for_each(|text| text.0 -= 0.5);
    let comparison = with_defaults(&prose("old", &long), &prose("new", &better));
    let row = &comparison.rows[0];
    // The long text's sign decides the sum of the turned differences: as often up as down.
    assert_eq!((row.wins, row.losses, row.verdict), (1, 9, Verdict::NotShown), "{row:?}");
    assert!(row.difference < 0.0 && row.p > 0.9, "{row:?}");
    assert!(comparison.notes.iter().any(|note| note.contains("one document is 94 % of the text")));
}

/// Ten documents a passage.
fn in_passages(run: &mut Run) {
    for sample in &mut run.samples {
        let mut doc = Map::new();
        doc.insert("passage", Value::from("a long story ".repeat(10) + &(sample.doc_id / 10).to_string()));
        sample.doc = doc;
    }
}

#[test]
fn passages_without_a_flip_are_not_certain() {
    let (mut base, mut candidate) = (run("old", "boolq", 100, |_| true), run("new", "boolq", 100, |_| true));
    candidate.samples[0].responses[0].log_likelihood -= 0.5;
    in_passages(&mut base);
    in_passages(&mut candidate);
    let comparison = with_defaults(&base, &candidate);
    let row = &comparison.rows[0];
    // As certain as ten documents without a flip: Tango's ± z²/(10 + z²).
    let interval = row.interval.as_ref().expect("there is one");
    assert!((interval.high - 0.277_5).abs() < 1e-3 && (interval.low + 0.277_5).abs() < 1e-3, "{interval:?}");
    assert!(row.non_inferiority > 0.3 && row.detectable.is_some_and(|d| d > 0.5), "{row:?}");
    // √(0.5 + 0.5)/12, as of ten documents.
    assert!(row.stderr.is_some_and(|stderr| (stderr - 1.0 / 12.0).abs() < 1e-12), "{row:?}");
}

#[test]
fn clusters_are_found_or_named() {
    let (mut base, mut candidate) = (run("old", "boolq", 100, |_| true), run("new", "boolq", 100, |row| row >= 10));
    in_passages(&mut base);
    in_passages(&mut candidate);
    let with = |column: &str| {
        let options = CompareOptions { cluster: Some(column.to_owned()), ..CompareOptions::default() };
        compared(&base, &candidate, &options).expect("they can be compared").rows[0].clone()
    };
    let options = CompareOptions { cluster: Some("pasage".to_owned()), ..CompareOptions::default() };
    let error = compared(&base, &candidate, &options).expect_err("there is no such column");
    assert!(error.is_usage() && error.to_string().contains("\"pasage\""), "{error}");
    assert!(with("none").clusters.is_none() && with("none").test.starts_with("McNemar"));
    assert_eq!(with("passage").clusters.map(|found| found.count), Some(10));
    // Two instructions in turn are no passages; documents that are the same as a whole count once.
    let (mut base, mut candidate) = (run("old", "x", 60, |_| false), run("new", "x", 60, |_| true));
    for sample in base.samples.iter_mut().chain(&mut candidate.samples) {
        let mut doc = Map::new();
        doc.insert(
            "instruction",
            Value::from("say which of the two is right ".repeat(5) + &(sample.doc_id % 2).to_string()),
        );
        sample.doc = doc;
    }
    assert!(with_defaults(&base, &candidate).rows[0].clusters.is_none());
    for sample in base.samples.iter_mut().chain(&mut candidate.samples) {
        sample.prompt_hash = format!("{}", sample.doc_id % 3);
    }
    let row = with_defaults(&base, &candidate).rows[0].clone();
    assert!(row.clusters.is_some_and(|found| found.count == 3) && row.p > 0.2);
}

#[test]
fn a_worse_score_is_a_lost_document_whatever_the_direction() {
    let lower = |run: &mut Run| run.record.tasks[0].metrics[0].higher_is_better = false;
    let (mut base, mut candidate) = eight_to_one();
    lower(&mut base);
    lower(&mut candidate);
    let comparison = with_defaults(&base, &candidate);
    assert_eq!((comparison.rows[0].wins, comparison.rows[0].losses), (8, 1));
    assert_eq!(comparison.flips.iter().filter(|flip| flip.lost).count(), 1);
    assert_eq!(comparison.rows[0].verdict, Verdict::Better);
}

#[test]
fn what_is_not_finite_is_refused() {
    let (base, mut candidate) = (prose("old", &[(-9.0, 9.0); 3]), prose("new", &[(-9.0, 9.0); 3]));
    candidate.samples[1].metrics = [("bits_per_byte".to_owned(), Score::Ratio(f64::NEG_INFINITY, 9.0))].into();
    let error = compared(&base, &candidate, &CompareOptions::default()).expect_err("refused").to_string();
    assert!(error.contains("task prose: bits_per_byte of the candidate is inf"), "{error}");
}

#[test]
fn the_macro_mean_counts_small_groups() {
    use yardstick_core::GroupRecord;
    let of = |model: &str, right: [bool; 3]| {
        let mut whole = run(model, "a", 40, |_| right[0]);
        for (task, right) in ["b", "c"].iter().zip(&right[1..]) {
            let other = run(model, task, 40, |_| *right);
            whole.record.tasks.extend(other.record.tasks);
            whole.samples.extend(other.samples);
        }
        let group = |id: &str, tasks: &[&str]| GroupRecord {
            id: id.into(),
            tasks: tasks.iter().map(|t| (*t).into()).collect(),
        };
        whole.record.groups = vec![group("all", &["a", "b", "c"]), group("ab", &["a", "b"])];
        whole
    };
    let comparison = with_defaults(&of("old", [true; 3]), &of("new", [true, true, false]));
    // c is alone in its smallest group: it counts a half, not a third.
    let values: Vec<f64> = comparison.averages.iter().map(|average| average.candidate).collect();
    assert!((values[0] - 1.0 / 3.0).abs() < 1e-12 && values[2].abs() < 1e-12, "{values:?}");
}

type Change = fn(&mut Run);

fn check_refused(change: Change, wanted: &[&str], is_usage: bool) {
    let (base, mut candidate) = eight_to_one();
    change(&mut candidate);
    let error = compared(&base, &candidate, &CompareOptions::default()).expect_err("refused");
    let message = error.to_string();
    assert!(wanted.iter().all(|part| message.contains(part)), "{message} lacks one of {wanted:?}");
    assert_eq!(error.is_usage(), is_usage, "{message}");
}

#[test]
fn what_cannot_be_compared() {
    check_refused(
        |run| run.record.status = RunStatus::Partial,
        &["new is an unfinished run", "--allow-missing"],
        false,
    );
    check_refused(
        |run| run.record.tasks[0].version = "2".into(),
        &["task piqa: its version is 1 in base and 2 in new"],
        false,
    );
    check_refused(
        |run| run.record.spec.context = Some(32),
        &["context asked for is the model's in base and 32 tokens in new"],
        false,
    );
    check_refused(|run| run.record.tasks[0].shots = 5, &["number of shots is 0 in base and 5 in new"], false);
    let seed: Change = |run| {
        let pool = run.record.tasks[0].dataset.clone();
        run.record.tasks[0].fewshot = Some(FewShotCard { draw: "keyed".into(), seed: Some(7), pool });
    };
    check_refused(seed, &["draw of its examples is none in base and keyed in new"], false);
    check_refused(|run| run.record.tasks[0].id = "boolq".into(), &["no task in common", "piqa", "boolq"], false);
    check_refused(
        |run| drop(run.samples.pop()),
        &["1 of 199 documents have no partner", "piqa, row 99 of the base"],
        false,
    );
    let prompt: Change = |run| run.samples[3].prompt_hash = "other".into();
    check_refused(prompt, &["2 of 200", "row 3 of the base: the same row, but its prompts differ"], false);
    let gold: Change = |run| run.samples[3].target = Target::Choice(0);
    check_refused(gold, &["row 3 of the candidate: the same row, but its choices or right answer differ"], false);
    let cut: Change = |run| run.samples[3].responses[0].n_truncated = 2;
    check_refused(cut, &["row 3 of the base: the contexts of the two models are not equally long"], false);
    let second: Change = |run| run.record.models.push(testing::model("third", "gpt2", 1));
    check_refused(second, &["new has 2 models (new, third); name one with --base-model or --candidate-model"], true);
}

#[test]
fn what_is_missing_may_be_left_out() {
    let (base, mut candidate) = eight_to_one();
    candidate.samples.pop();
    candidate.record.status = RunStatus::Partial;
    let options = CompareOptions { allow_missing: true, ..CompareOptions::default() };
    let comparison = compared(&base, &candidate, &options).expect("allowed");
    assert_eq!((comparison.rows[0].n, comparison.rows[0].unpaired, comparison.unpaired.len()), (99, 1, 1));
    assert!(comparison.notes.iter().any(|note| note.contains("1 of 199 documents have no partner")));
    let wrong = CompareOptions { metrics: vec!["f1".into()], ..options };
    let error = compared(&base, &candidate, &wrong).expect_err("no such metric");
    assert!(error.is_usage() && error.to_string().contains("\"f1\"; there are acc"), "{error}");
}

#[test]
fn printed() {
    let (mut base, mut candidate) = eight_to_one();
    let other = run("old", "copa", 60, |row| row % 3 > 0);
    for (run, right) in [(&mut base, 20), (&mut candidate, 21)] {
        let name = run.record.models[0].name.clone();
        run.record.tasks.push(other.record.tasks[0].clone());
        run.samples.extend((0..60).map(|row| testing::document(&name, "copa", row, row % 3 > 0 || row == right, 2.0)));
    }
    let comparison = with_defaults(&base, &candidate);
    assert_snapshot!("table", comparison_table(&comparison, 2, TableOptions { width: 120, ..TableOptions::default() }));
    assert_snapshot!("bars", comparison_table(&comparison, 0, TableOptions { width: 140, ..TableOptions::default() }));
    assert_snapshot!("narrow", comparison_table(&comparison, 1, TableOptions { width: 60, ..TableOptions::default() }));
    assert_snapshot!("markdown", comparison_markdown(&comparison));
}
