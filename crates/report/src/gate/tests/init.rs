//! Policies that are written from a run.

use super::*;
use insta::assert_snapshot;
use proptest::prelude::*;

fn init(run: &Run) -> Result<String, GateError> {
    init_policy(&Side::new("runs/main", run, None)?, &Assumptions::default(), &testing::value)
}

/// A run of right-or-wrong tasks and a perplexity.
fn mixed() -> Run {
    let mut run = run(
        "old",
        1.0,
        &[("piqa", 1_838, GOOD), ("boolq", 3_270, GOOD), ("arc_easy", 1_900, GOOD), ("copa", 40, GOOD)],
    );
    let mut prose = super::run("old", 1.0, &[("prose", 300, GOOD)]);
    let metric = &mut prose.record.tasks[0].metrics[0];
    (metric.name, metric.higher_is_better, metric.aggregation, metric.chance) =
        ("perplexity".to_owned(), false, "perplexity".to_owned(), None);
    for (at, sample) in prose.samples.iter_mut().enumerate() {
        let log_likelihood = -3.0 - (at % 7) as f64 / 7.0;
        sample.metrics = [("perplexity".to_owned(), Score::Value(log_likelihood))].into();
    }
    let result = &mut prose.record.results[0];
    result.metric = "perplexity".to_owned();
    // s of 0, 1/7 … 6/7 is 0.286: over √300, times e^3.43.
    (result.estimate.value, result.estimate.stderr) = (30.9, Some(0.51));
    run.record.tasks.extend(prose.record.tasks);
    run.record.results.extend(prose.record.results);
    run.samples.extend(prose.samples);
    run
}

#[test]
fn a_policy_with_margins_that_the_run_supports() {
    let run = mixed();
    let text = init(&run).expect("a policy");
    assert_snapshot!("policy", text);
    let policy = Policy::parse("policy.toml", &text).expect("it can be read");
    let verdict = judged(&run, &run, &policy).expect("it can judge");
    assert_eq!(verdict.verdict, Outcome::Pass);
    // (1.645 + 0.842)²·0.1/m² documents: 1,838 support 2 points and a little.
    let bar = policy.tier_of("piqa").and_then(|tier| tier.bar);
    assert_eq!(bar, Some(Bar::Margin(Size::Units(0.02))));
    assert_eq!(policy.tier_of("copa").map(|tier| tier.name), Some(TierName::Watch));
    assert!(matches!(policy.tier_of("prose").and_then(|tier| tier.bar), Some(Bar::Margin(Size::Share(_)))));
}

#[test]
fn a_run_that_supports_nothing() {
    let error = init(&run("old", 1.0, &[("copa", 40, GOOD)])).expect_err("no margin").to_string();
    for words in ["runs/main", "10 points", "copa has 40 documents of about"] {
        assert!(error.contains(words), "{words} in {error}");
    }
}

#[test]
fn tasks_that_are_guessed_are_watched() {
    let run = run("old", 1.0, &[("piqa", 400, GOOD), ("wic", 400, |row| row % 2 == 0)]);
    let text = init(&run).expect("a policy");
    assert!(text.contains("\"wic\", # 400 documents, 50.0 %: no better than guessing"), "{text}");
    let all = super::run("old", 1.0, &[("wic", 400, |row| row % 2 == 0)]);
    assert!(init(&all).expect_err("no margin").to_string().contains("wic is no better than guessing"));
    // A policy may ask for it all the same, and is told.
    let verdict = judged(&run, &run, &policy(STRICT)).expect("a verdict");
    assert!(verdict.notes.iter().any(|note| note.contains("no better than guessing on wic")), "{:?}", verdict.notes);
}

#[test]
fn task_ids_are_quoted() {
    let id = "x\"y\\z";
    let mut run = run("old", 1.0, &[("piqa", 1_000, GOOD)]);
    run.record.tasks[0].id = id.to_owned();
    run.record.results[0].task = id.to_owned();
    run.samples.iter_mut().for_each(|sample| sample.task = id.to_owned());
    let text = init(&run).expect("a policy");
    let policy = Policy::parse("policy.toml", &text).expect("it can be read");
    assert_eq!(policy.tiers[0].tasks[0].glob, id);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever the sizes, what is written can be read and passes the run itself.
    #[test]
    fn written_policies_pass_their_own_run(sizes in prop::collection::vec(20_u64..900, 1..5)) {
        let names = ["a", "b", "c", "d", "e"];
        let tasks: Vec<Task> = sizes.iter().zip(names).map(|(&n, id)| (id, n, GOOD)).collect();
        let run = run("old", 1.0, &tasks);
        match init(&run) {
            Ok(text) => {
                let policy = Policy::parse("policy.toml", &text).expect("it can be read");
                prop_assert_eq!(judged(&run, &run, &policy).expect("it can judge").verdict, Outcome::Pass);
            }
            Err(error) => {
                let is_no_margin = matches!(error, GateError::NoMargin { .. });
                prop_assert!(is_no_margin && sizes.iter().all(|&n| n < 120));
            }
        }
    }
}
