//! Groups whose members have keys of their own, and folders over the bundled catalog.

use crate::workspace::{Workspace, multiple_choice};
use yardstick_core::{Estimate, MetricCard, TaskCard};
use yardstick_tasks::{Catalog, Selection, Task, TaskError, group_estimates};

/// Two tasks, a tag over both, and a template.
fn workspace(files: &[(&str, &str)]) -> Workspace {
    let both = |id: &str| multiple_choice(&format!("task: {id}\ntag: both\n"));
    let workspace = Workspace::new(&[("a.yaml", &both("a")), ("b.yaml", &both("b"))]);
    workspace.write("template", b"target_delimiter: '='\n");
    for (name, text) in files {
        workspace.write(name, text.as_bytes());
    }
    workspace
}

fn ids(selection: &Selection) -> Vec<&str> {
    selection.tasks.iter().map(Task::id).collect()
}

/// A group's file, the ids of its tasks with their numbers of examples, and its groups with theirs.
fn check(group: &str, want: &[(&str, usize)], groups: &[(&str, &[&str])]) {
    let workspace = workspace(&[("g.yaml", group)]);
    let selection = workspace.resolve("g.yaml").unwrap_or_else(|error| panic!("{group}: {error}"));
    let tasks: Vec<_> = selection.tasks.iter().map(|task| (task.id(), task.card().shots)).collect();
    assert_eq!(tasks, want, "{group}");
    let found: Vec<_> = selection.groups.iter().map(|group| (group.record.id.as_str(), &group.record.tasks)).collect();
    assert_eq!(found.len(), groups.len(), "{group}: {found:?}");
    for ((id, members), (want_id, want_members)) in found.iter().zip(groups) {
        assert!(id == want_id && members.iter().eq(want_members.iter()), "{group}: {found:?}");
    }
}

fn check_error(group: &str, want: &str) {
    let workspace = workspace(&[("g.yaml", group)]);
    let error = workspace.resolve("g.yaml").expect_err(group);
    assert_eq!(workspace.message(&error), want, "{group}");
}

#[test]
fn members_with_keys() {
    check("group: g\ntask: a\n", &[("a", 0)], &[("g", &["a"])]);
    check("group: g\ntask: [{task: a, num_fewshot: 3}, b]\n", &[("a", 3), ("b", 0)], &[("g", &["a", "b"])]);
    check(
        "group: g\nnum_fewshot: 2\ntask: [a, {task: b, num_fewshot: 1}]\n",
        &[("a", 2), ("b", 1)],
        &[("g", &["a", "b"])],
    );
    check("group: g\ntask: [{task: both, num_fewshot: 4}]\n", &[("a", 4), ("b", 4)], &[("g", &["a", "b"])]);
}

#[test]
fn groups_in_groups() {
    check(
        "group: g\ntask: [{group: inner, task: [a, {group: innermost, task: b}]}]\n",
        &[("a", 0), ("b", 0)],
        &[("g", &["a", "b"]), ("g::inner", &["a", "b"]), ("g::inner::innermost", &["b"])],
    );
    // Keys of the group around count more than the inner group's, and a member's own most.
    check(
        "group: g\nnum_fewshot: 1\ntask: [{group: i, num_fewshot: 2, task: [a, {task: b, num_fewshot: 3}]}]\n",
        &[("a", 1), ("b", 3)],
        &[("g", &["a", "b"]), ("g::i", &["a", "b"])],
    );
}

#[test]
fn a_group_with_a_file_gets_keys() {
    let files = [
        ("inner.yaml", "group: inner\ntask: both\n"),
        ("g.yaml", "group: g\ntask: [{group: inner, num_fewshot: 5}]\n"),
    ];
    let selection = workspace(&files).resolve("g.yaml").expect("groups");
    assert_eq!(selection.tasks.iter().map(|task| task.card().shots).collect::<Vec<_>>(), [5, 5]);
    check_error(
        "group: g\ntask: [{group: blimp, task: [a]}]\n",
        "DIR/g.yaml:2: `task` is not supported yet: group blimp has a file of its own, which says that",
    );
}

#[test]
fn tasks_that_stand_in_a_group() {
    let keys = multiple_choice("").replace("task: t\n", "").replace('\n', "\n    ");
    let group = format!("group: g\ntask:\n  - task: mine\n    include: template\n    {}\n", keys.trim_end());
    check(&group, &[("g::mine", 0)], &[("g", &["g::mine"])]);
}

#[test]
fn what_is_wrong_with_members() {
    check_error("group: g\ntask: []\n", "DIR/g.yaml:2: `task` must be a list of one member or more, but is a list");
    check_error(
        "group: g\ntask:\n  - a\n  - bb\n",
        "DIR/g.yaml:4: no task, group or tag is called \"bb\", which group g names; did you mean `b`?",
    );
    check_error(
        "group: g\ntask: [{task: aa, num_fewshot: 1}]\n",
        "DIR/g.yaml:2: no task, group or tag is called \"aa\", which group g names; did you mean `a`?",
    );
    check_error(
        "group: g\ntask: [{num_fewshot: 1}]\n",
        "DIR/g.yaml:2: `task` must be a name, or a mapping with `task` or `group`, but is a mapping",
    );
    check_error(
        "group: g\ntask: [a]\nnum_fewshots: 1\n",
        "DIR/g.yaml:3: unknown key `num_fewshots`; did you mean `num_fewshot`?",
    );
    check_error(
        "group: g\ntask: [{task: a, num_fewshot: x}]\n",
        "DIR/g.yaml:2: `num_fewshot` must be a whole number, but is the string \"x\"",
    );
    check_error(
        "group: g\ntask: [a, {group: i, task: [{task: a, num_fewshot: 2}]}]\n",
        "task a is defined twice, in DIR/a.yaml and in DIR/a.yaml (with keys of DIR/g.yaml:2); rename one of them or select only one",
    );
}

#[test]
fn the_same_keys_twice_are_one_task() {
    let files = [("g.yaml", "group: g\ntask: [{task: a, num_fewshot: 2}]\n"), ("h.yaml", "group: h\ntask: [g, g]\n")];
    assert_eq!(ids(&workspace(&files).resolve("h.yaml").expect("groups")), ["a"]);
}

fn catalog(workspaces: &[&Workspace]) -> Catalog {
    let folders: Vec<_> = workspaces.iter().map(|workspace| workspace.path().to_owned()).collect();
    Catalog::with_folders(&folders).expect("folders")
}

fn select(catalog: &Catalog, selector: &str) -> Result<Vec<String>, TaskError> {
    catalog.resolve(&[selector.to_owned()]).map(|selection| ids(&selection).into_iter().map(str::to_owned).collect())
}

#[test]
fn names_of_folders_are_names() {
    let workspace = workspace(&[("sub/g.yaml", "group: g\ntask: [both, piqa]\n")]);
    let catalog = catalog(&[&workspace]);
    assert_eq!(select(&catalog, "g").expect("group"), ["a", "b", "piqa"]);
    assert_eq!(select(&catalog, "both").expect("tag"), ["a", "b"]);
    assert_eq!(select(&catalog, "[ab]").expect("pattern"), ["a", "b"]);
    assert!(catalog.warnings().is_empty(), "{:?}", catalog.warnings());
    assert!(catalog.entries().any(|entry| entry.id == "g" && entry.members == ["both", "piqa"]));
}

#[test]
fn later_folders_replace_names() {
    let first = Workspace::new(&[("t.yaml", &multiple_choice("task: piqa\ntag: [x]\n"))]);
    let second = Workspace::new(&[("t.yaml", &multiple_choice("task: piqa\nnum_fewshot: 7\n"))]);
    let catalog = catalog(&[&first, &second]);
    let selection = catalog.resolve(&["piqa".to_owned(), "x".to_owned()]).expect("names");
    assert_eq!((ids(&selection), selection.tasks[0].card().shots), (vec!["piqa"], 7));
    let said =
        catalog.warnings().iter().map(|warning| warning.split_once(": ").expect("a place").1).collect::<Vec<_>>();
    assert_eq!(said, ["1 names replace others, piqa among them"; 2]);
}

#[test]
fn broken_files_stand_in_nobodys_way() {
    let broken = [("bad.yaml", "task: [\n"), ("hook.yaml", &multiple_choice("task: h\nprocess_docs: !function a.b\n"))];
    let workspace = workspace(&broken.map(|(name, text)| (name, text)));
    let catalog = catalog(&[&workspace]);
    assert_eq!(select(&catalog, "a").expect("a task"), ["a"]);
    assert_eq!(catalog.warnings().len(), 1, "{:?}", catalog.warnings());
    assert!(catalog.warnings()[0].contains("bad.yaml:2: not valid YAML"), "{:?}", catalog.warnings());
    assert!(matches!(select(&catalog, "h"), Err(TaskError::UnknownHook { .. })));
    // The others can go on without it.
    let selection = catalog.select(&["a".to_owned(), "h".to_owned()]).expect("names");
    assert_eq!((ids(&selection), selection.refused.len(), selection.refused[0].0.as_str()), (vec!["a"], 1, "h"));
}

#[test]
fn means_over_filters() {
    let workspace = workspace(&[(
        "g.yaml",
        "group: g\ntask: [a, b]\naggregate_metric_list:\n  - {metric: em, filter_list: strict}\n  - {metric: acc}\n",
    )]);
    let selection = workspace.resolve("g.yaml").expect("group");
    let member = |task: &Task, value: f64| {
        let keys = ["em,strict", "em,loose", "acc", "acc,loose"].map(str::to_owned);
        let metrics = keys
            .clone()
            .map(|name| MetricCard { name, higher_is_better: true, chance: None, aggregation: "mean".to_owned() })
            .to_vec();
        let estimate = Estimate { value, stderr: None, low: None, high: None, n: 1, method: String::new() };
        (TaskCard { metrics, ..task.card() }, keys.map(|key| (key, estimate.clone())).to_vec())
    };
    let members = [member(&selection.tasks[0], 0.0), member(&selection.tasks[1], 1.0)];
    let estimates = group_estimates(&selection.groups[0], &members);
    let found: Vec<_> = estimates.iter().map(|(key, estimate)| (key.as_str(), estimate.value)).collect();
    assert_eq!(found, [("em,strict", 0.5), ("acc", 0.5), ("acc,loose", 0.5)]);
}
