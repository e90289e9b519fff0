//! What is said when a task file is wrong: the file, the line, the key, and what to do.

use crate::workspace::{ROW, Workspace, check_file, load, message, multiple_choice};

/// A whole file `t.yaml`.
fn check_text(text: &str, want: &str) {
    assert_eq!(message(&Workspace::new(&[("t.yaml", text)])), want, "{text}");
}

#[test]
fn keys() {
    check_file("doc_to_txt: q\n", "DIR/t.yaml:8: unknown key `doc_to_txt`; did you mean `doc_to_text`?");
    check_file("zzzzzz: 1\n", "DIR/t.yaml:8: unknown key `zzzzzz`");
    check_file("test_split: 3\n", "DIR/t.yaml:7: `test_split` must be a string, but is the integer 3");
    check_file(
        "doc_to_choice: 1.5\n",
        "DIR/t.yaml:7: `doc_to_choice` must be a template, a column, a number, a list or a !function, but is the number 1.5",
    );
    check_file(
        "output_type: multi\n",
        "DIR/t.yaml:7: `output_type` must be multiple_choice, loglikelihood, loglikelihood_rolling, generate_until, but is the string \"multi\"",
    );
    check_file("metadata: {chance: 2}\n", "DIR/t.yaml:8: `chance` must be a number from 0 to 1, but is the integer 2");
    check_file("tag: {a: b}\n", "DIR/t.yaml:8: `tag` must be a string or a list of strings, but is a mapping");
    check_file("test_split:\n", "DIR/t.yaml:1: `test_split` is missing (or `validation_split`: one of them is scored)");
    check_file("doc_to_target:\n", "DIR/t.yaml:1: `doc_to_target` is missing (there is no right answer without it)");
    check_file("doc_to_text: ~\n", "DIR/t.yaml:1: `doc_to_text` is missing (there is no prompt without it)");
    check_file("doc_to_choice:\n", "DIR/t.yaml:1: `doc_to_choice` is missing (output_type multiple_choice)");
    check_file("dataset_path:\n", "DIR/t.yaml:1: `dataset_path` is missing (rows come from somewhere)");
}

#[test]
fn what_is_not_supported_yet() {
    check_file(
        "num_fewshot: 0\nrepeats: 2\nfewshot_config: {sampler: first_n}\ngen_prefix:\nunsafe_code: false\n",
        "no error",
    );
    check_file(
        "dataset_kwargs: {revision: x}\n",
        "DIR/t.yaml:8: `revision` is not supported yet: stores hold the hub's latest parquet conversion; name a revision's files by `data_files`",
    );
}

#[test]
fn groups() {
    check_text("group: g\n", "DIR/t.yaml:1: `task` is missing (a group has members)");
    check_text(
        "group: g\ntask: [piqq]\n",
        "DIR/t.yaml:2: no task, group or tag is called \"piqq\", which group g names; did you mean `piqa`?",
    );
    check_text("group: g\ntask: [g]\n", "DIR/t.yaml:1: `include` leads back to group g; break the circle");
    check_text(
        "group: g\ntask: piqa\naggregate_metric_list: [{weight_by_size: true}]\n",
        "DIR/t.yaml:3: `metric` is missing (each entry of `aggregate_metric_list` has one)",
    );
    check_text(
        "group: g\ntask: piqa\naggregate_metric_list: [{metric: acc, aggregation: max}]\n",
        "DIR/t.yaml:3: `aggregation` must be mean, but is the string \"max\"",
    );
}

#[test]
fn keys_of_a_groups_metrics() {
    let check = |keys: &str, want: &str| {
        check_text(&format!("group: g\ntask: piqa\naggregate_metric_list:\n  - metric: acc\n    {keys}\n"), want);
    };
    check("weight_by_sise: false", "DIR/t.yaml:5: unknown key `weight_by_sise`; did you mean `weight_by_size`?");
    let group = |keys: &str| format!("group: g\ntask: [t]\naggregate_metric_list:\n  - {{metric: acc, {keys}}}\n");
    for keys in ["filter_list: none", "filter_list: [none, strict-match]", "filter_list: ", "aggregation: mean"] {
        let workspace = Workspace::new(&[("t.yaml", &multiple_choice("")), ("g.yaml", &group(keys))]);
        assert_eq!(workspace.resolve("g.yaml").expect(keys).groups.len(), 1);
    }
}

#[test]
fn metrics_that_a_hook_does_not_give() {
    let hook = "process_results: !function wikitext.preprocess_wikitext.process_results\n";
    let given = "it gives word_perplexity, byte_perplexity, bits_per_byte";
    let name = "wikitext.preprocess_wikitext.process_results";
    check_file(
        &format!("{hook}metric_list:\n  - metric: acc\n"),
        &format!("DIR/t.yaml:10: hook {name:?} of `process_results` does not give the metric \"acc\"; {given}"),
    );
    // What a task of this output type reports by itself.
    check_file(
        hook,
        &format!("DIR/t.yaml:8: hook {name:?} of `process_results` does not give the metric \"acc\"; {given}"),
    );
}

#[test]
fn hooks() {
    let yaml = multiple_choice("doc_to_text: !function utils.doc_to_txt\n");
    let workspace = Workspace::new(&[("copa/t.yaml", &yaml)]);
    let error = workspace.load("copa/t.yaml").expect_err("no such hook");
    assert_eq!(
        workspace.message(&error),
        "DIR/copa/t.yaml:7: `doc_to_text` calls the Python function \"copa.utils.doc_to_txt\", and there is no hook of that name; did you mean `copa.utils.doc_to_text`?"
    );
    check_file(
        "doc_to_text: !function hellaswag.utils.process_docs\n",
        "DIR/t.yaml:7: hook \"hellaswag.utils.process_docs\" cannot be used for `doc_to_text`",
    );
    check_file(
        "process_docs: !function copa.utils.doc_to_text\n",
        "DIR/t.yaml:8: hook \"copa.utils.doc_to_text\" cannot be used for `process_docs`",
    );
    check_file("process_docs: x\n", "DIR/t.yaml:8: `process_docs` must be a !function, but is the string \"x\"");
    check_file(
        "doc_to_text: !function copa.utils.doc_to_text\n",
        "o/d/default/test/rows.jsonl, row 0: there is no column `question`",
    );
}

#[test]
fn includes() {
    check_text("include: t.yaml\ntask: t\n", "DIR/t.yaml:1: `include` leads back to DIR/t.yaml; break the circle");
    check_text(
        "include: absent\ntask: t\n",
        "DIR/t.yaml:1: `include` cannot read DIR/absent: No such file or directory (os error 2)",
    );
    check_text("include: {a: b}\n", "DIR/t.yaml:1: `include` must be a string or a list of strings, but is a mapping");
    let workspace =
        Workspace::new(&[("t.yaml", "include: [a, a]\ntask: t\n"), ("a", "include: b\n"), ("b", "include: a\n")]);
    assert_eq!(message(&workspace), "DIR/b:1: `include` leads back to DIR/a; break the circle");
}

#[test]
fn a_file_twice_is_no_circle_and_the_local_key_wins() {
    let base = multiple_choice("doc_to_text: base\n");
    let files = [
        ("t.yaml", "include: [a, b]\ndoc_to_text: mine\n"),
        ("a", "include: base\n"),
        ("b", "include: base\ndoc_to_text: b\n"),
    ];
    let workspace = Workspace::new(&files);
    workspace.write("base", base.as_bytes());
    workspace.write("data/o/d/default/test/rows.jsonl", ROW.as_bytes());
    let loaded = workspace.load("t.yaml").expect("diamond");
    assert_eq!(loaded.instances[0].requests[0].context(), "mine");
}

#[test]
fn includes_cannot_multiply() {
    let workspace = Workspace::new(&[("t.yaml", "include: [f0, f0]\ntask: t\n"), ("f9", "{}")]);
    for level in 0..9 {
        workspace.write(&format!("f{level}"), format!("include: [f{0}, f{0}]\n", level + 1).as_bytes());
    }
    assert!(message(&workspace).ends_with("more than 64 files are included"), "{}", message(&workspace));
}

#[test]
fn yaml() {
    check_text("", "DIR/t.yaml:1: the file is empty");
    check_text("- a\n", "DIR/t.yaml:1: `the file` must be a mapping of keys, but is a list");
    check_text("task: t\nx: !other y\n", "DIR/t.yaml:2: unknown tag !other; only !function is known");
    let (workspace, _) = load("", ROW);
    workspace.write("t.yaml", b"task: t\n  bad: [\n");
    assert!(message(&workspace).starts_with("DIR/t.yaml:2: not valid YAML: "), "{}", message(&workspace));
    workspace.write("t.yaml", &vec![b'#'; 5 << 20]);
    assert_eq!(message(&workspace), "DIR/t.yaml:1: the file has 5242880 bytes, more than the 4194304 of any task file");
}

#[test]
fn two_tasks_of_one_id() {
    let yaml = multiple_choice("");
    let workspace = Workspace::new(&[("tasks/a.yaml", &yaml), ("tasks/b.yaml", &yaml)]);
    let error = workspace.resolve("tasks").expect_err("twice");
    assert_eq!(
        workspace.message(&error),
        "task t is defined twice, in DIR/tasks/a.yaml and in DIR/tasks/b.yaml; rename one of them or select only one"
    );
}
