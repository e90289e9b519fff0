//! The bundled catalog and what selects from it.

use crate::workspace::{Workspace, multiple_choice};
use yardstick_core::{Estimate, TaskCard};
use yardstick_tasks::{Catalog, EntryKind, METRICS, Selection, group_estimates, hooks};

fn resolve(selectors: &[&str]) -> Result<Selection, String> {
    let selectors: Vec<_> = selectors.iter().map(|&selector| selector.to_owned()).collect();
    Catalog::bundled().expect("catalog").resolve(&selectors).map_err(|error| error.to_string())
}

fn check(selectors: &[&str], want: &[&str]) {
    let selection = resolve(selectors).expect("known names");
    assert_eq!(selection.tasks.iter().map(yardstick_tasks::Task::id).collect::<Vec<_>>(), want, "{selectors:?}");
}

fn check_error(selectors: &[&str], want: &str) {
    assert_eq!(resolve(selectors).err().as_deref(), Some(want), "{selectors:?}");
}

#[test]
fn names_tags_and_patterns() {
    check(&["piqa"], &["piqa"]);
    check(&["lambada"], &["lambada_openai", "lambada_standard"]);
    check(&["arc_*"], &["arc_challenge", "arc_easy"]);
    check(&["lambada_s*d", "piqa", "lambada"], &["lambada_standard", "piqa", "lambada_openai"]);
    check(&["piqa,lambada", "arc_easy, piqa,"], &["piqa", "lambada_openai", "lambada_standard", "arc_easy"]);
    check(&["winograd_*@gpt2"], &["winograd_full@gpt2", "winograd_partial@gpt2"]);
    check(
        &["starter_arithmetic", "starter_arithmetic_2da"],
        &["starter_arithmetic_2da", "starter_arithmetic_2ds", "starter_arithmetic_3da", "starter_arithmetic_3ds"],
    );
}

#[test]
fn unknown_names() {
    check_error(
        &["helaswag"],
        "no task, group, tag or file is called \"helaswag\" (`yardstick ls tasks` lists them); did you mean `hellaswag`?",
    );
    check_error(
        &["piqa,helaswag"],
        "no task, group, tag or file is called \"helaswag\" (`yardstick ls tasks` lists them); did you mean `hellaswag`?",
    );
    check_error(&[","], "no task, group, tag or file is called \",\" (`yardstick ls tasks` lists them)");
    check_error(&["qqqqqq"], "no task, group, tag or file is called \"qqqqqq\" (`yardstick ls tasks` lists them)");
    check_error(&["blump_*"], "no task, group, tag or file is called \"blump_*\" (`yardstick ls tasks` lists them)");
    let error = Catalog::bundled().expect("catalog").suite("starer").map(|suite| suite.id.clone());
    assert_eq!(
        error.expect_err("no such suite").to_string(),
        "no suite is called \"starer\" (`yardstick ls suites` lists them); did you mean `starter`?"
    );
}

#[test]
fn blimp_is_67_tasks() {
    let selection = resolve(&["blimp"]).expect("blimp");
    assert_eq!(selection.tasks.len(), 67);
    assert_eq!(selection.groups.len(), 1);
    assert_eq!(selection.groups[0].record.tasks.len(), 67);
    assert!(selection.tasks.iter().all(|task| task.id().starts_with("blimp_")));
}

#[test]
fn entries_say_what_they_are() {
    let entries: Vec<_> = Catalog::bundled().expect("catalog").entries().collect();
    let mut ids: Vec<_> = entries.iter().map(|entry| &entry.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), entries.len(), "ids are unique");
    for entry in &entries {
        assert!(!entry.description.is_empty() && !entry.metrics.is_empty(), "{entry:?}");
        assert_eq!(entry.kind == EntryKind::Group, entry.dataset.is_empty(), "{entry:?}");
    }
}

#[test]
fn every_bundled_task_and_suite_can_be_read() {
    let catalog = Catalog::bundled().expect("catalog");
    let read = |selectors: &[String]| catalog.resolve(selectors).err().map(|error| format!("{selectors:?}: {error}"));
    let ids = catalog.entries().map(|entry| vec![entry.id]);
    let suites = catalog.suites().map(|suite| suite.tasks.clone());
    let problems: Vec<_> = ids.chain(suites).filter_map(|selectors| read(&selectors)).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn groups_of_subjects_and_languages() {
    let size = |group: &str| resolve(&[group]).expect("a group").tasks.len();
    let groups = ["mmlu", "cmmlu", "ceval-valid", "xcopa", "xstorycloze", "xwinograd"];
    assert_eq!(groups.map(size), [57, 67, 52, 11, 11, 6]);
}

#[test]
fn hooks_and_metrics_have_names_of_their_own() {
    let names: Vec<_> = hooks().map(|hook| hook.name).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", names.windows(2).find(|pair| pair[0] >= pair[1]));
    for (index, metric) in METRICS.iter().enumerate() {
        let twin = METRICS[..index].iter().find(|other| {
            other.name == metric.name && other.output_types.iter().any(|kind| metric.output_types.contains(kind))
        });
        assert!(twin.is_none() && !metric.output_types.is_empty(), "{}", metric.name);
    }
}

#[test]
fn a_folder_with_a_group() {
    let workspace = Workspace::new(&[
        ("tasks/base.yaml", &multiple_choice("").replace("task: t\n", "")),
        ("tasks/a.yaml", "include: base.yaml\ntask: a\ntag: [x, y]\n"),
        ("tasks/sub/b.yaml", "include: ../base.yaml\ntask: b\n"),
        ("tasks/g.yaml", "group: g\ntask: [a, inner, piqa]\naggregate_metric_list:\n  - metric: acc\n"),
        ("tasks/inner.yaml", "group: inner\ntask: a\n"),
    ]);
    let selection = workspace.resolve("tasks").expect("folder");
    assert_eq!(selection.tasks.iter().map(yardstick_tasks::Task::id).collect::<Vec<_>>(), ["a", "b", "piqa"]);
    let groups: Vec<_> =
        selection.groups.iter().map(|group| (group.record.id.as_str(), group.record.tasks.len())).collect();
    assert_eq!(groups, [("g", 2), ("inner", 1)]);
    // The group's file alone finds its members beside it.
    let selection = workspace.resolve("tasks/g.yaml").expect("file");
    assert_eq!(selection.tasks.iter().map(yardstick_tasks::Task::id).collect::<Vec<_>>(), ["a", "piqa"]);
}

fn member(id: &str, value: f64, stderr: Option<f64>, n: u64) -> (TaskCard, Vec<(String, Estimate)>) {
    let card = resolve(&["blimp_wh_island"]).expect("a task").tasks[0].card();
    let end = |sign: f64| stderr.map(|se| value + sign * 2.0 * se);
    let estimate = Estimate { value, stderr, low: end(-1.0), high: end(1.0), n, method: String::new() };
    (TaskCard { id: id.to_owned(), ..card }, vec![("acc".to_owned(), estimate)])
}

fn group_of(weight: &str) -> yardstick_tasks::Group {
    let group =
        format!("group: g\ntask: [a, b]\naggregate_metric_list:\n  - metric: acc\n    weight_by_size: {weight}\n");
    let workspace = Workspace::new(&[
        ("a.yaml", &multiple_choice("task: a\n")),
        ("b.yaml", &multiple_choice("task: b\n")),
        ("g.yaml", &group),
    ]);
    workspace.resolve("g.yaml").expect("group").groups.remove(0)
}

#[test]
fn group_means() {
    let members = [member("a", 0.5, Some(0.1), 10), member("b", 0.8, Some(0.2), 30), member("c", 0.0, None, 5)];
    let (name, by_size) = group_estimates(&group_of("true"), &members).remove(0);
    assert_eq!((name.as_str(), by_size.n), ("acc", 40));
    assert!((by_size.value - 0.725).abs() < 1e-12);
    // (9·0.01·10 + 29·0.04·30) / 38 / 40
    assert!((by_size.stderr.expect("known") - (35.7_f64 / 38.0 / 40.0).sqrt()).abs() < 1e-12);
    let plain = group_estimates(&group_of("false"), &members).remove(0).1;
    assert!((plain.value - 0.65).abs() < 1e-12);
    assert!((plain.stderr.expect("known") - 0.05_f64.sqrt() / 2.0).abs() < 1e-12);
    // Ends 0.2 and 0.4 away from the values, halved and added as squares.
    assert!((plain.low.expect("known") - (0.65 - 0.05_f64.sqrt())).abs() < 1e-12);
    assert!((plain.high.expect("known") - (0.65 + 0.05_f64.sqrt())).abs() < 1e-12);
}

#[test]
fn no_mean_over_a_part_of_a_group() {
    assert!(group_estimates(&group_of("true"), &[member("a", 0.5, Some(0.1), 10)]).is_empty());
}
