//! Whole verdicts.

use super::super::logits::figures;
use super::*;
use proptest::prelude::*;
use yardstick_core::RunStatus;

fn outcome(base: &Run, candidate: &Run, policy: &Policy) -> Outcome {
    judged(base, candidate, policy).expect("a verdict").verdict
}

fn causes(verdict: &GateVerdict) -> Vec<Cause> {
    verdict.tasks.iter().map(|task| task.cause).collect()
}

#[test]
fn the_same_model_passes_with_any_number_of_documents() {
    for n in [2, 20, 200] {
        let base = run("old", 1.0, &[("piqa", n, GOOD)]);
        let verdict = judged(&base, &base, &policy(STRICT)).expect("a verdict");
        assert_eq!((verdict.verdict, causes(&verdict)), (Outcome::Pass, vec![Cause::Identical]), "{verdict:?}");
    }
}

#[test]
fn equal_answers_of_another_model_take_documents() {
    let of = |model, n| run(model, 1.0, &[("piqa", n, GOOD)]);
    assert_eq!(outcome(&of("old", 99), &of("new", 99), &policy(STRICT)), Outcome::Inconclusive);
    assert_eq!(outcome(&of("old", 100), &of("new", 100), &policy(STRICT)), Outcome::Pass);
}

#[test]
fn a_loss_is_found_and_its_flips_are_named() {
    let base = run("old", 1.0, &[("piqa", 300, GOOD), ("boolq", 300, GOOD)]);
    let candidate = run("new", 1.5, &[("piqa", 300, WORSE), ("boolq", 300, GOOD)]);
    let verdict = judged(&base, &candidate, &policy(STRICT)).expect("a verdict");
    assert_eq!(verdict.verdict, Outcome::Regressed);
    assert_eq!(causes(&verdict), [Cause::Worse, Cause::Within]);
    assert!(verdict.summary.contains("worse on 1 of 2 tasks: piqa"), "{}", verdict.summary);
    let flips = &verdict.tasks[0].flips;
    assert!(flips.len() == 3 && flips.iter().all(|flip| flip.lost && flip.task == "piqa"));
    assert!(verdict.tasks[0].reason.contains("Holm over 2 tasks"), "{}", verdict.tasks[0].reason);
}

#[test]
fn what_cannot_be_told_says_how_many_documents_would_do() {
    let base = run("old", 1.0, &[("piqa", 150, GOOD)]);
    let candidate = run("new", 1.5, &[("piqa", 150, MOVED)]);
    let text = STRICT.replace("0.03", "0.01");
    let verdict = judged(&base, &candidate, &policy(&text)).expect("a verdict");
    assert_eq!((verdict.verdict, causes(&verdict)), (Outcome::Inconclusive, vec![Cause::Untold]));
    let numbers = verdict.tasks[0].numbers.as_ref().expect("numbers");
    assert!(numbers.documents_needed.is_some_and(|n| n > 150), "{numbers:?}");
    assert!(verdict.tasks[0].reason.contains("an equal model would pass with about"), "{}", verdict.tasks[0].reason);
}

#[test]
fn an_allowed_drop() {
    let drop = |drop: &str| policy(&STRICT.replace("margin = 0.03", &format!("allowed_drop = {drop}")));
    let (base, worse) = (run("old", 1.0, &[("piqa", 600, GOOD)]), run("new", 1.5, &[("piqa", 600, WORSE)]));
    // 6.7 points are lost.
    assert_eq!(outcome(&base, &worse, &drop("0")), Outcome::Regressed);
    assert_eq!(outcome(&base, &worse, &drop("0.02")), Outcome::Regressed);
    assert_eq!(outcome(&base, &worse, &drop("0.08")), Outcome::Pass);
    let few = |model, nats, right| run(model, nats, &[("piqa", 100, right)]);
    let blind = judged(&few("old", 1.0, GOOD), &few("new", 1.5, MOVED), &drop("0")).expect("a verdict");
    assert_eq!((blind.verdict, causes(&blind)), (Outcome::Inconclusive, vec![Cause::Blind]), "{blind:?}");
}

/// Eight tasks, none of which can be told by itself, and all of which can together.
#[test]
fn the_average_stands_in_for_standard_tasks_only() {
    const TASKS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let tasks = |right: fn(u64) -> bool| TASKS.map(|id| (id, 200, right));
    let (base, moved) = (run("old", 1.0, &tasks(GOOD)), run("new", 1.5, &tasks(MOVED)));
    let standard = |margin: &str| STRICT.replace("critical", "standard").replace("0.03", margin);
    let verdict = judged(&base, &moved, &policy(&standard("0.02"))).expect("a verdict");
    assert!(verdict.tasks.iter().all(|task| task.cause == Cause::Untold && !task.counts), "{verdict:?}");
    assert_eq!(verdict.verdict, Outcome::Pass, "{}", verdict.tiers[0].reason);
    let average = verdict.tiers[0].average.as_ref().expect("an average");
    assert!(average.is_within && (average.margin - 0.04).abs() < 1e-9, "chance is a half: {average:?}");
    assert!(verdict.summary.contains("stands in for 8"), "{}", verdict.summary);

    let critical = judged(&base, &moved, &policy(&STRICT.replace("0.03", "0.02"))).expect("a verdict");
    assert_eq!(critical.verdict, Outcome::Inconclusive);
    let strict = judged(&base, &moved, &policy(&standard("0.005"))).expect("a verdict");
    assert_eq!(strict.verdict, Outcome::Inconclusive);
    let few = standard("0.02") + "min_documents = 201\n";
    assert_eq!(outcome(&base, &moved, &policy(&few)), Outcome::Inconclusive, "an average adds no documents");
}

#[test]
fn one_worse_task_is_not_averaged_away() {
    const TASKS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let base = run("old", 1.0, &TASKS.map(|id| (id, 300, GOOD)));
    let mut tasks = TASKS.map(|id| (id, 300, GOOD));
    tasks[3].2 = WORSE;
    let candidate = run("new", 1.5, &tasks);
    let standard = STRICT.replace("critical", "standard");
    let verdict = judged(&base, &candidate, &policy(&standard)).expect("a verdict");
    assert_eq!(verdict.verdict, Outcome::Regressed);
    assert!(verdict.summary.contains("worse on 1 of 8 tasks: d"), "{}", verdict.summary);
}

#[test]
fn what_is_watched_decides_nothing() {
    let base = run("old", 1.0, &[("piqa", 300, GOOD), ("boolq", 300, GOOD)]);
    let candidate = run("new", 1.5, &[("piqa", 300, GOOD), ("boolq", 300, WORSE)]);
    for watch in ["unlisted = \"watch\"\n", "[[tier]]\nname = \"watch\"\ntasks = [\"b*\"]\n"] {
        let text = if watch.starts_with('[') {
            format!("{}{watch}", STRICT.replace('*', "piqa"))
        } else {
            format!("{watch}{}", STRICT.replace('*', "piqa"))
        };
        let verdict = judged(&base, &candidate, &policy(&text)).expect("a verdict");
        assert_eq!((verdict.verdict, verdict.family), (Outcome::Pass, 1));
        assert_eq!((verdict.tasks[1].verdict, verdict.tasks[1].counts), (Outcome::Regressed, false));
    }
}

#[test]
fn limits_on_logits_decide_with_the_tasks() {
    let base = run("gpt2-micro", 1.0, &[("piqa", 120, GOOD)]);
    let text = format!("{STRICT}[logits]\nmax_mean_kl = 0.01\n");
    let figures = |mean_kl: f64| {
        let mut figures = figures();
        figures.mean_kl.value = mean_kl;
        figures.models.iter_mut().for_each(|model| *model = base.record.models[0].clone());
        figures
    };
    let with = |figures: &LogitFigures| {
        judged_with(
            &base,
            &base,
            &GateOptions { policy: &policy(&text), logits: Some(figures), allow_missing: false, cluster: None },
        )
    };
    assert_eq!(with(&figures(0.004)).expect("a verdict").verdict, Outcome::Pass);
    let verdict = with(&figures(0.02)).expect("a verdict");
    assert_eq!(verdict.verdict, Outcome::Regressed);
    assert!(verdict.summary.contains("logits: max_mean_kl"), "{}", verdict.summary);
    let mut other = figures(0.004);
    other.models[1].weights_sha256 = "00".to_owned();
    let error = with(&other).expect_err("a diff of another model").to_string();
    assert!(error.contains("second model") && error.contains("weights"), "{error}");
}

#[test]
fn unfinished_runs_are_never_judged() {
    let base = run("old", 1.0, &[("piqa", 120, GOOD)]);
    let mut partial = base.clone();
    partial.record.status = RunStatus::Partial;
    for (base, candidate, name) in [(&base, &partial, "new"), (&partial, &base, "base")] {
        for allow_missing in [false, true] {
            let options = GateOptions { policy: &policy(STRICT), logits: None, allow_missing, cluster: None };
            let error = judged_with(base, candidate, &options).expect_err("unfinished");
            assert!(
                error.to_string().starts_with(&format!("{name} is an unfinished run")) && !error.is_usage(),
                "{error}"
            );
        }
    }
}

#[test]
fn missing_documents_and_tasks_are_counted() {
    let base = run("old", 1.0, &[("piqa", 120, GOOD), ("boolq", 120, GOOD)]);
    let mut fewer = base.clone();
    fewer.samples.retain(|sample| sample.task != "piqa" || sample.doc_id < 110);
    assert!(judged(&base, &fewer, &policy(STRICT)).is_err());
    let allow = |candidate: &Run| {
        let options = GateOptions { policy: &policy(STRICT), logits: None, allow_missing: true, cluster: None };
        judged_with(&base, candidate, &options).expect("a verdict")
    };
    let verdict = allow(&fewer);
    assert_eq!((verdict.verdict, verdict.unpaired), (Outcome::Pass, 10));
    assert!(verdict.summary.contains("10 documents stand on one side only"), "{}", verdict.summary);
    // A task that only the base has cannot pass.
    fewer.record.tasks.retain(|task| task.id != "boolq");
    fewer.samples.retain(|sample| sample.task != "boolq");
    let verdict = allow(&fewer);
    assert_eq!((verdict.verdict, causes(&verdict)), (Outcome::Inconclusive, vec![Cause::Identical, Cause::Missing]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever the documents and the policy: no pass on too few of them, and never a better verdict for more losses.
    #[test]
    fn more_losses_never_help(n in 20_u64..260, every in 5_u64..60, margin in 0.005..0.2_f64, standard in any::<bool>()) {
        let tier = if standard { "standard" } else { "critical" };
        let text = STRICT.replace("critical", tier).replace("0.03", &margin.to_string());
        let base = run("old", 1.0, &[("piqa", n, GOOD), ("boolq", n, GOOD)]);
        let with = |every: u64| {
            let mut candidate = run("new", 1.5, &[("piqa", n, GOOD), ("boolq", n, GOOD)]);
            let lost = candidate.samples.iter_mut().filter(|sample| sample.doc_id % every == 1);
            lost.for_each(|sample| drop(sample.metrics.insert("acc".to_owned(), Score::Value(0.0))));
            judged(&base, &candidate, &policy(&text)).expect("a verdict")
        };
        let (few, many) = (with(2 * every), with(every));
        prop_assert!(many.verdict >= few.verdict, "{} and {}", few.summary, many.summary);
        prop_assert!(n >= 100 || few.verdict == Outcome::Inconclusive);
    }
}

#[test]
fn points_are_no_shares() {
    let base = run("old", 1.0, &[("piqa", 120, GOOD)]);
    let text = "[[tier]]\nname = \"critical\"\ntasks = [\"piqa\"]\nmargin = 5\n";
    let policy = policy(text);
    let options = GateOptions { policy: &policy, logits: None, allow_missing: false, cluster: None };
    let error = judged_with(&base, &base, &options).expect_err("500 points").to_string();
    assert!(error.contains("5 is 500 points; write 0.05 for 5 points"), "{error}");
}

#[test]
fn a_model_that_tells_nothing_apart_does_not_pass() {
    let base = run("old", 1.0, &[("piqa", 400, GOOD)]);
    let mut dead = run("new", 1.0, &[("piqa", 400, |_| true)]);
    for sample in &mut dead.samples {
        let first = sample.responses[0].log_likelihood;
        sample.responses.iter_mut().for_each(|response| response.log_likelihood = first);
    }
    let policy = policy(STRICT);
    let options = GateOptions { policy: &policy, logits: None, allow_missing: false, cluster: None };
    let verdict = judged_with(&base, &dead, &options).expect("a verdict");
    assert_eq!(verdict.verdict, Outcome::Inconclusive);
    assert!(verdict.tasks[0].reason.contains("does not tell them apart"), "{}", verdict.tasks[0].reason);
}
