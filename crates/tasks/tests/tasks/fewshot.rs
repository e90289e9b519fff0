//! Examples before the document: which, how they read, and what is said when there are none.

use crate::workspace::{Workspace, multiple_choice, texts};
use proptest::prelude::*;
use yardstick_tasks::{DrawMode, LoadOptions, Loaded, TaskError};

/// `n` rows `Q0?`, `Q1?`, … of which the even ones are answered with `a0`, the odd ones with `b1`.
fn rows(prefix: &str, n: usize) -> String {
    let row = |i: usize| format!("{{\"q\":\"{prefix}{i}?\",\"choices\":[\"a{i}\",\"b{i}\"],\"label\":{}}}\n", i % 2);
    (0..n).map(row).collect()
}

/// Five documents to score in `test`, four in `train`.
pub fn workspace(lines: &str) -> Workspace {
    Workspace::new(&[
        ("t.yaml", &multiple_choice(lines)),
        ("data/o/d/default/test/rows.jsonl", &rows("Q", 5)),
        ("data/o/d/default/train/rows.jsonl", &rows("T", 4)),
    ])
}

pub fn load(workspace: &Workspace, options: &LoadOptions) -> Result<Loaded, TaskError> {
    workspace.resolve("t.yaml")?.tasks[0].load(&workspace.stores(), options)
}

pub fn shots(shots: usize) -> LoadOptions {
    LoadOptions { shots: Some(shots), ..LoadOptions::default() }
}

fn as_lm_eval(n: usize) -> LoadOptions {
    LoadOptions { draw: DrawMode::LmEval, ..shots(n) }
}

/// The context of the first document's first request.
fn check(lines: &str, want: &str) {
    let workspace = workspace(lines);
    let loaded = load(&workspace, &LoadOptions::default());
    let loaded = loaded.unwrap_or_else(|error| panic!("{lines}: {}", workspace.message(&error)));
    assert_eq!(texts(&loaded, 0)[0].0, want, "{lines}");
}

/// What is wrong with a task file's extra lines.
pub fn check_error(lines: &str, options: &LoadOptions, want: &str) {
    let workspace = workspace(lines);
    let error = load(&workspace, options).expect_err(lines);
    assert_eq!(workspace.message(&error), want, "{lines}");
}

#[test]
fn how_examples_read() {
    let first_n = "num_fewshot: 2\nfewshot_split: train\nfewshot_config: {sampler: first_n}\n";
    check(first_n, "T0? a0\n\nT1? b1\n\nQ0?");
    check(&format!("{first_n}description: \"D {{{{q}}}}\\n\"\n"), "D Q0?\nT0? a0\n\nT1? b1\n\nQ0?");
    check(&format!("{first_n}fewshot_delimiter: ' | '\ntarget_delimiter: ' = '\n"), "T0? = a0 | T1? = b1 | Q0?");
    // What `fewshot_config` has stands for the examples alone.
    let config = |keys: &str| {
        format!("num_fewshot: 1\nfewshot_split: test\nfewshot_config:\n  sampler: first_n\n  split: train\n  {keys}\n")
    };
    check(&config("fewshot_delimiter: ' | '\n  target_delimiter: ' = '"), "T0? = a0 | Q0?");
    check(&config("doc_to_text: 'Say {{q}}'"), "Say T0? a0\n\nQ0?");
    check(&config("doc_to_target: 'x{{label}}'"), "T0? x0\n\nQ0?");
    check(&config("doc_to_choice: ['no', 'yes']"), "T0? no\n\nQ0?");
    check(&config("doc_to_text: q\n  doc_to_target: choices"), "T0? a0\n\nQ0?");
    // An example without an answer has no delimiters.
    check(&config("doc_to_target: ''"), "T0?Q0?");
}

#[test]
fn examples_of_other_output_types() {
    let first_n = "num_fewshot: 2\nfewshot_split: train\nfewshot_config: {sampler: first_n}\n";
    // The delimiter comes before an example's answer even where the target brings its own.
    check(
        &format!("{first_n}output_type: loglikelihood\ndoc_to_target: '{{{{\" \" ~ choices[label]}}}}'\n"),
        "T0?  a0\n\nT1?  b1\n\nQ0?",
    );
    // Choices are contexts: the right one is the example's question.
    check(&format!("{first_n}doc_to_text: label\ndoc_to_target: '{{{{q}}}}'\n"), "a0 T0?\n\nb1 T1?\n\na0");
    let samples = "num_fewshot: 2\nfewshot_config:\n  sampler: first_n\n  samples:\n    - {q: One, choices: [x, y], label: 1}\n    - {q: Two, choices: [x, y], label: 0}\n";
    check(samples, "One y\n\nTwo x\n\nQ0?");
}

#[test]
fn how_many() {
    let number = |lines: &str, options: &LoadOptions| {
        let loaded = load(&workspace(&format!("fewshot_split: train\n{lines}")), options).expect(lines);
        let in_prompt = loaded.instances[0].requests[0].context().matches('T').count();
        assert_eq!((in_prompt, loaded.card.fewshot.is_some()), (loaded.card.shots, in_prompt > 0), "{lines}");
        (in_prompt, loaded.warnings.join("\n"))
    };
    assert_eq!(number("", &LoadOptions::default()), (0, String::new()));
    assert_eq!(number("num_fewshot: 2\n", &LoadOptions::default()), (2, String::new()));
    assert_eq!(number("num_fewshot: 2\n", &shots(3)), (3, String::new()));
    assert_eq!(number("num_fewshot: 2\n", &shots(0)), (0, String::new()));
    assert_eq!(number("", &shots(1)), (1, String::new()));
    let pinned = "t: stays zero-shot (its file says `num_fewshot: 0`)";
    assert_eq!(number("num_fewshot: 0\n", &shots(3)), (0, pinned.to_owned()));
    let rolling = "output_type: loglikelihood_rolling\ndoc_to_target: q\n";
    let reason = "t: stays zero-shot (a text that is scored from its first token on has no examples)";
    assert_eq!(number(rolling, &shots(3)), (0, reason.to_owned()));
}

#[test]
fn where_examples_come_from() {
    let pool = |lines: &str| {
        let loaded = load(&workspace(lines), &shots(2)).expect(lines);
        (loaded.card.fewshot.expect("examples").pool.split, loaded.warnings.join("\n"))
    };
    let quiet = |split: &str| (split.to_owned(), String::new());
    let said = |split: &str, warning: &str| (split.to_owned(), warning.to_owned());
    assert_eq!(pool("fewshot_split: train\n"), quiet("train"));
    assert_eq!(pool("training_split: train\nvalidation_split: dev\n"), quiet("train"));
    assert_eq!(pool("fewshot_split: test\n"), quiet("test"));
    let scored = "t: few-shot examples are taken from test, the split that is scored";
    assert_eq!(pool(""), said("test", scored));
    assert_eq!(pool("validation_split: dev\n"), said("test", &format!("{scored} (dev was not found)")));
    assert_eq!(
        pool("training_split: dev\nvalidation_split: train\n"),
        said("train", "t: few-shot examples are taken from train (dev was not found)")
    );
    let samples = "fewshot_config: {split: train, samples: [{q: x}], fewshot_indices: [0]}\n";
    let (split, warnings) = pool(samples);
    assert_eq!(split, "train");
    assert!(warnings.contains("`samples` has no effect") && warnings.contains("`fewshot_indices` has no effect"));
}

#[test]
fn the_card_says_what_was_drawn() {
    let card = |lines: &str, options: &LoadOptions| {
        let card = load(&workspace(lines), options).expect(lines).card;
        let fewshot = card.fewshot.expect("examples");
        let files = fewshot.pool.files.iter().map(|(file, _)| file.clone()).collect::<Vec<_>>();
        (card.shots, fewshot.draw, fewshot.seed, files.join(" "))
    };
    let file = "o/d/default/train/rows.jsonl".to_owned();
    let keyed = LoadOptions { seed: 7, ..shots(2) };
    assert_eq!(card("fewshot_split: train\n", &keyed), (2, "keyed".to_owned(), Some(7), file.clone()));
    assert_eq!(card("fewshot_split: train\n", &as_lm_eval(1)), (1, "lm-eval".to_owned(), Some(1234), file.clone()));
    let first_n = "fewshot_split: train\nfewshot_config: {sampler: first_n}\n";
    assert_eq!(card(first_n, &shots(1)), (1, "first_n".to_owned(), None, file));
}

/// The questions before each document's own.
fn drawn(loaded: &Loaded) -> Vec<Vec<String>> {
    let question = |part: &str| part.split('?').next().unwrap_or(part).to_owned();
    let before = |context: &str| {
        let mut questions: Vec<_> = context.split("\n\n").map(question).collect();
        questions.pop();
        questions
    };
    loaded.instances.iter().map(|instance| before(instance.requests[0].context())).collect()
}

/// lm-eval 0.4.13's `s = ContextSampler(rows); s.set_rnd(1234); [s.sample(2, eval_doc=row) for row in rows]`.
#[test]
fn the_document_itself_is_dropped_as_lm_eval_drops_it() {
    let from = |lines: &str| drawn(&load(&workspace(lines), &as_lm_eval(2)).expect(lines));
    let names = |rows: [[&str; 2]; 5]| rows.map(|row| row.map(str::to_owned).to_vec()).to_vec();
    let dropped = [["Q3", "Q4"], ["Q0", "Q4"], ["Q0", "Q4"], ["Q1", "Q0"], ["Q0", "Q2"]];
    assert_eq!(from("fewshot_split: test\n"), names(dropped));
    // A file with a test split and no few-shot split (no `eval_doc`): a document may be its own example.
    let kept = [["Q3", "Q0"], ["Q0", "Q4"], ["Q4", "Q0"], ["Q0", "Q4"], ["Q2", "Q1"]];
    assert_eq!(from(""), names(kept));
    // Neither: the two are the same.
    assert_eq!(from("test_split:\nvalidation_split: test\n"), names(dropped));
}

#[test]
fn copies_of_the_document_are_drawn_again_as_lm_eval_draws_them() {
    let workspace = workspace("fewshot_split: test\n");
    let copy = |i: usize| format!("{{\"q\":\"Q{i}?\",\"choices\":[\"a\",\"b\"],\"label\":0}}");
    workspace.write("data/o/d/default/test/rows.jsonl", [0, 0, 0, 1, 2].map(copy).join("\n").as_bytes());
    let got = drawn(&load(&workspace, &as_lm_eval(2)).expect("drawn"));
    assert_eq!(got, [["Q1", "Q2"], ["Q1", "Q2"], ["Q1", "Q2"], ["Q0", "Q2"], ["Q1", "Q0"]]);
    // A document's own draw leaves out its copies too.
    for (row, questions) in drawn(&load(&workspace, &shots(2)).expect("drawn")).iter().enumerate() {
        assert!(row > 2 || questions.iter().all(|question| question != "Q0"), "{row} {questions:?}");
    }
}

#[test]
fn too_few_documents() {
    let train = "DIR/t.yaml:1: 5 solved examples (`num_fewshot` or --shots) need 5 documents of split train of o/d, and only 4 can be drawn";
    for lines in ["fewshot_split: train\n", "fewshot_split: train\nfewshot_config: {sampler: first_n}\n"] {
        check_error(lines, &shots(5), train);
        check_error(lines, &as_lm_eval(5), train);
    }
    let test = |needed: usize, available: usize| {
        format!(
            "DIR/t.yaml:1: 5 solved examples (`num_fewshot` or --shots) need {needed} documents of split test of o/d, and only {available} can be drawn"
        )
    };
    check_error("fewshot_split: test\n", &shots(5), &test(5, 4));
    check_error("fewshot_split: test\n", &as_lm_eval(5), &test(6, 5));
    check_error("fewshot_split: test\nfewshot_config: {sampler: first_n}\n", &as_lm_eval(5), &test(5, 4));
    check_error(
        "fewshot_config: {samples: [{q: x}]}\n",
        &shots(2),
        "DIR/t.yaml:1: 2 solved examples (`num_fewshot` or --shots) need 2 documents of the file's `samples`, and only 1 can be drawn",
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What a document is shown depends on nothing but seed, task and row, and is never the document.
    #[test]
    fn a_limit_changes_no_prompt(seed: u64, n_shots in 1_usize..5, limit in 1_usize..6, same_split: bool) {
        let lines = if same_split { "fewshot_split: test\n" } else { "fewshot_split: train\n" };
        let workspace = workspace(lines);
        let options = LoadOptions { seed, ..shots(n_shots) };
        let all = load(&workspace, &options).expect("all");
        let some = load(&workspace, &LoadOptions { limit: Some(limit), ..options }).expect("some");
        prop_assert_eq!(&all.instances[..limit.min(5)], &some.instances[..]);
        for (row, questions) in drawn(&all).into_iter().enumerate() {
            let own = format!("Q{row}");
            prop_assert!(!questions.contains(&own));
            prop_assert_eq!(questions.len(), n_shots);
        }
    }
}
