//! Charts of runs with answers, of pairs and of diffs.

use super::*;
use crate::DiffRecord;
use crate::compare::Verdict;
use insta::{assert_debug_snapshot, assert_snapshot};
use std::collections::BTreeSet;
use std::sync::OnceLock;

fn drawn(runs: &[Run], diffs: &[DiffRecord]) -> Vec<Figure> {
    Report::new(runs, diffs, &testing::value).figures
}

fn acc(id: &str, n: u64) -> yardstick_core::TaskCard {
    task(id, ACC, n)
}

fn twelve_models() -> Run {
    let models = (0..12).map(|m| model(&format!("model-{m:02}"), "gpt2", 1_000_000 << m)).collect();
    testing::answered(models, vec![acc("piqa", 300), acc("winogrande", 40)])
}

fn long_names() -> Run {
    let name = |m| format!("some-organisation/an-unusually-long-model-name-with-details-{m}-checkpoint-000{m}0000");
    let id = |t| format!("a_task_with_a_very_long_identifier_that_goes_on_{t}@gpt3_with_more_to_say");
    let models = (0..3).map(|m| model(&name(m), "gpt_neo", 125_000_000)).collect();
    testing::answered(models, (0..3).map(|t| acc(&id(t), 25)).collect())
}

fn hostile() -> Run {
    let name = |m| format!("a|b`<script>alert({m})</script>\n\u{1b}[31m&amp;");
    let models = (0..3).map(|m| model(&name(m), "gpt2", 1_000)).collect();
    testing::answered(models, vec![acc("x|y/../<z>", 9), acc("x|y/../<z", 9), acc("x|y/../<z|", 9)])
}

fn partial() -> Run {
    let mut run = testing::four_answered();
    run.record.status = RunStatus::Partial;
    run.samples.retain(|sample| sample.doc_id % 3 > 0 || sample.model != "gpt2-nano");
    run
}

fn diffs() -> Vec<DiffRecord> {
    let long = "some-organisation/an-unusually-long-model-name-with-details-and-more-of-them";
    vec![
        testing::diff("gpt2-micro", "gpt2-micro:int8", 0.02),
        testing::diff("gpt2-micro", "gpt2-micro:int4", 3.0),
        testing::diff("gpt2-micro", "gpt2-micro", 0.0),
        testing::diff(long, long, 1e-9),
    ]
}

type Scenario = (&'static str, Vec<Figure>);

/// Every kind of run that has answers, with what is drawn of it.
pub(super) fn scenarios() -> &'static [Scenario] {
    static DRAWN: OnceLock<Vec<Scenario>> = OnceLock::new();
    DRAWN.get_or_init(draw_scenarios)
}

fn draw_scenarios() -> Vec<Scenario> {
    let two = testing::bundled_models().split_off(2);
    let forty = (0..40).map(|t| acc(&format!("mmlu_subject_number_{t}"), 12)).collect();
    vec![
        ("answered", drawn(&[testing::four_answered()], &diffs())),
        ("answered_by_twelve", drawn(&[twelve_models()], &[])),
        ("answered_long_names", drawn(&[long_names()], &diffs()[1..2])),
        ("answered_forty_tasks", drawn(&[testing::answered(two, forty)], &[])),
        (
            "answered_by_one",
            drawn(&[testing::answered(testing::bundled_models().split_off(3), vec![acc("piqa", 50)])], &[]),
        ),
        ("answered_hostile", drawn(&[hostile()], &diffs()[2..3])),
        ("answered_partial", drawn(&[partial()], &[])),
        ("over_time", drawn(&testing::over_time(), &[])),
    ]
}

fn of(scenario: &str, chart: &str) -> Vec<Figure> {
    let all = &scenarios().iter().find(|(name, _)| *name == scenario).expect("a scenario").1;
    all.iter().filter(|figure| figure.chart == chart).cloned().collect()
}

#[test]
fn every_chart_is_drawn_of_something() {
    let all: Vec<&Figure> = scenarios().iter().flat_map(|scenario| &scenario.1).collect();
    for chart in ["forest", "outcomes", "pairs", "items", "reliability", "kl", "timeline"] {
        assert!(all.iter().any(|figure| figure.chart == chart), "{chart}");
        assert!(CHARTS.iter().any(|known| known.card().id == chart), "{chart}");
    }
    assert!(drawn(&[], &[]).is_empty());
}

#[test]
fn names_of_files_are_distinct() {
    for (name, figures) in scenarios() {
        let stems: BTreeSet<&str> = figures.iter().map(|figure| figure.stem.as_str()).collect();
        assert_eq!(stems.len(), figures.len(), "{name}");
        assert!(stems.iter().all(|stem| stem.len() < 150), "{name}: {stems:?}");
    }
}

#[test]
fn partial_answers_say_so() {
    for figure in of("answered_partial", "forest").iter().chain(&of("answered_partial", "items")) {
        assert!(figure.partial && figure.scene().texts()[0].0.starts_with("PARTIAL"), "{}", figure.stem);
    }
}

#[test]
fn data_of_pairs_items_and_diffs() {
    for chart in ["forest", "outcomes", "pairs", "reliability", "kl"] {
        let figure = &of("answered", chart)[0];
        let csv = String::from_utf8(figure.csv().expect("encodes")).expect("UTF-8");
        assert_snapshot!(format!("data-{}", figure.stem), csv);
    }
    let figure = &of("answered_long_names", "items")[0];
    assert_snapshot!("data-items", String::from_utf8(figure.csv().expect("encodes")).expect("UTF-8"));
}

#[test]
fn figures_of_answers_as_data() {
    let run = testing::answered(testing::bundled_models().split_off(1), vec![acc("piqa", 12), acc("copa", 8)]);
    let figures = drawn(&[run], &[testing::diff("a", "b", 0.5)]);
    for chart in ["forest", "outcomes", "pairs", "items", "reliability", "kl"] {
        let figure = figures.iter().find(|figure| figure.chart == chart).expect("a figure");
        assert_debug_snapshot!(format!("figure-{chart}"), figure);
    }
}

#[test]
fn pictures_of_answers() {
    let run = testing::answered(testing::bundled_models().split_off(1), vec![acc("piqa", 6), acc("copa", 4)]);
    let figures = drawn(&[run], &[testing::diff("a", "b", 0.5)]);
    for chart in ["forest", "outcomes", "pairs", "items", "reliability", "kl"] {
        let figure = figures.iter().find(|figure| figure.chart == chart).expect("a figure");
        assert_snapshot!(format!("svg-{chart}"), figure.svg().expect("draws"));
    }
    assert_snapshot!("svg-timeline", of("over_time", "timeline")[0].svg().expect("draws"));
}

#[test]
fn a_forest_is_sorted_and_says_what_is_shown() {
    let run = testing::four_answered();
    let report = Report::new(std::slice::from_ref(&run), &[], &testing::value);
    let figure = report.figures.iter().find(|figure| figure.chart == "forest").expect("a forest");
    let csv = String::from_utf8(figure.csv().expect("encodes")).expect("UTF-8");
    let gains = |unit: &str| -> Vec<f64> {
        let lines = csv.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        lines.filter(|cells| cells[9] == unit).map(|cells| cells[10].parse().expect("a number")).collect()
    };
    assert!(gains("points").len() == 4 && gains("points").is_sorted_by(|a, b| a >= b), "{csv}");
    assert_eq!(gains("percent of the base's value").len(), 1);
    let shown = report.pairs[0].outcome.as_ref().expect("compared").primary().any(|row| row.verdict == Verdict::Better);
    assert_eq!(shown, figure.legend.iter().any(|entry| entry.key == Key::Verdict(Verdict::Better)));
}

#[test]
fn many_models_meet_the_first_alone() {
    assert_eq!(of("answered", "forest").len(), 6);
    let forests = of("answered_by_twelve", "forest");
    assert_eq!(forests.len(), 8);
    assert!(forests.iter().all(|figure| matches!(figure.about, About::Pair { base: 0, .. })));
    assert!(forests[0].notes.iter().any(|note| note.starts_with("3 other pairs")), "{:?}", forests[0].notes);
}

#[test]
fn a_map_counts_a_group_once_and_holds_one_protocol() {
    let mut run = testing::answered(testing::bundled_models(), vec![acc("piqa", 60), acc("a", 20), acc("b", 20)]);
    run.record.groups.push(yardstick_core::GroupRecord { id: "both".into(), tasks: vec!["a".into(), "b".into()] });
    let mut other = run.clone();
    other.record = super::scenarios::at_shots(&other.record, 4);
    let figures = drawn(&[run, other], &[]);
    let of = |chart: &str| figures.iter().find(|figure| figure.chart == chart).expect("a figure");
    let pairs = of("pairs");
    assert!(pairs.subtitle.starts_with("zero-shot;"), "{}", pairs.subtitle);
    assert!(pairs.subtitle.ends_with("n = 100 documents of 2 tasks a pair"), "{}", pairs.subtitle);
    assert!(pairs.notes.iter().any(|note| note.contains("(piqa, both)")), "{:?}", pairs.notes);
    for chart in ["pairs", "forest", "outcomes"] {
        let said = |note: &String| note == "1 other run of these models is not compared here.";
        assert!(of(chart).notes.iter().any(said), "{chart}");
    }
}
