//! What is said when something is wrong: the file, the row, the key, and what to do.

use crate::workspace::{Workspace, load, multiple_choice, response};

const ROW: &str = r#"{"q":"Q?","choices":["a","b"],"label":1}"#;

fn message(workspace: &Workspace) -> String {
    workspace.load("t.yaml").err().map_or_else(|| "no error".to_owned(), |error| workspace.message(&error))
}

/// A task file's extra lines and what is wrong with them.
fn check_file(lines: &str, want: &str) {
    let (workspace, _) = load(lines, ROW);
    assert_eq!(message(&workspace), want, "{lines}");
}

/// A row of data and what is wrong with it.
fn check_row(row: &str, want: &str) {
    let rows = format!("{ROW}\n{row}");
    let (workspace, _) = load("", &rows);
    assert_eq!(message(&workspace), want, "{row}");
}

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
        "DIR/t.yaml:7: `output_type` must be multiple_choice, loglikelihood or loglikelihood_rolling, but is the string \"multi\"",
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
    check_file("num_fewshot: 5\n", "DIR/t.yaml:8: `num_fewshot` is not supported yet: prompts are zero-shot");
    check_file(
        "num_fewshot: 0\nrepeats: 2\nfewshot_config: {sampler: first_n}\ngen_prefix:\nunsafe_code: false\n",
        "no error",
    );
    check_file(
        "gen_prefix: 'A:'\n",
        "DIR/t.yaml:8: `gen_prefix` is not supported yet: it puts words before every answer",
    );
    check_file(
        "output_type: generate_until\n",
        "DIR/t.yaml:7: `output_type` is not supported yet: generate_until is text generation; log-likelihood tasks are",
    );
    check_file(
        "output_type:\n",
        "DIR/t.yaml:1: `output_type` is not supported yet: without the key it is generate_until, text generation; log-likelihood tasks are",
    );
    check_file(
        "dataset_kwargs: {revision: x}\n",
        "DIR/t.yaml:8: `revision` is not supported yet: only `data_files` is",
    );
    check_file(
        "filter_list: [{name: x}]\n",
        "DIR/t.yaml:8: `filter_list` is not supported yet: responses are scored as they are",
    );
    check_text(
        "group: g\ntask: [piqa]\nnum_fewshot: 0\n",
        "DIR/t.yaml:3: `num_fewshot` is not supported yet: it overrides the key in every member of the group",
    );
    check_text(
        "group: g\ntask: [{task: piqa}]\n",
        "DIR/t.yaml:2: `task` is not supported yet: a member with keys of its own; give it a file and name it here",
    );
}

#[test]
fn groups() {
    check_text("group: g\n", "DIR/t.yaml:1: `task` is missing (a group has members)");
    check_text(
        "group: g\ntask: [piqq]\n",
        "no task, group, tag or file is called \"piqq\"; did you mean `piqa`?; `yardstick ls tasks` lists them",
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
fn metrics() {
    check_file(
        "metric_list: [{metric: acc_nrm}]\n",
        "DIR/t.yaml:8: there is no metric \"acc_nrm\" for output_type multiple_choice; did you mean `acc_norm`?",
    );
    check_file(
        "metric_list: [{metric: perplexity}]\n",
        "DIR/t.yaml:8: there is no metric \"perplexity\" for output_type multiple_choice",
    );
    check_file(
        "metric_list: [{metric: acc, aggregation: median}]\n",
        "DIR/t.yaml:8: `aggregation` must be mean for acc, but is the string \"median\"",
    );
    check_file(
        "metric_list: acc\n",
        "DIR/t.yaml:8: `metric_list` must be a list of mappings with `metric`, but is the string \"acc\"",
    );
    check_file(
        "metric_list:\n  - aggregation: mean\n",
        "DIR/t.yaml:9: `metric` is missing (each entry of `metric_list` has one)",
    );
    check_file(
        "metric_list: [{metric: acc, higher_is_better: 1}]\n",
        "DIR/t.yaml:8: `higher_is_better` must be true or false, but is a mapping",
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
    check_text("include: absent\ntask: t\n", "cannot read DIR/absent: No such file or directory (os error 2)");
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

#[test]
fn templates() {
    check_file(
        "doc_to_text: '{{q'\n",
        "DIR/t.yaml:7: the template in `doc_to_text` does not parse: syntax error: unexpected end of input, expected end of variable block (line 1 of the template)",
    );
    check_file(
        "doc_to_text: '{{qq}} x'\n",
        "o/d/default/test/rows.jsonl, row 0: there is no column `qq`; did you mean `q`?",
    );
    check_file(
        "doc_to_text: '{{chices}}'\n",
        "o/d/default/test/rows.jsonl, row 0: there is no column `chices`; did you mean `choices`?",
    );
    check_file(
        "doc_to_text: '{{q.x}} y'\n",
        "o/d/default/test/rows.jsonl, row 0: the template in `doc_to_text` (DIR/t.yaml:7) fails: undefined value (line 1 of the template)",
    );
    check_file(
        "doc_to_text: '{{choices[7]}}'\n",
        "o/d/default/test/rows.jsonl, row 0: the template in `doc_to_text` (DIR/t.yaml:7) fails: undefined value",
    );
    check_file(
        "doc_to_target: '{{choices.index(\"c\")}}'\n",
        "o/d/default/test/rows.jsonl, row 0: the template in `doc_to_target` (DIR/t.yaml:7) fails: invalid operation: 'c' is not in the list ['a', 'b'] (line 1 of the template)",
    );
    check_file(
        "doc_to_text: '{{q.frobnicate()}}'\n",
        "o/d/default/test/rows.jsonl, row 0: the template in `doc_to_text` (DIR/t.yaml:7) fails: unknown method: string has no method named frobnicate (line 1 of the template)",
    );
}

#[test]
fn a_template_cannot_run_or_grow_without_end() {
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{a*b}}{% endfor %}{% endfor %}";
    let (workspace, _) = load(&format!("doc_to_text: '{endless}'\n"), ROW);
    assert_eq!(
        message(&workspace),
        "o/d/default/test/rows.jsonl, row 0: the template in `doc_to_text` (DIR/t.yaml:7) fails: it took more than 1000000 steps; does a loop never end?"
    );
    let growing = "{% set n = namespace(s=q) %}{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{n.s}}";
    check_file(
        &format!("doc_to_text: '{growing}'\n"),
        "o/d/default/test/rows.jsonl, row 0: the template in `doc_to_text` (DIR/t.yaml:7) fails: it took more than 1000000 steps; does a loop never end?",
    );
}

#[test]
fn rows() {
    check_row(r#"{"q":"Q?","choices":["a"]}"#, "o/d/default/test/rows.jsonl, row 1: there is no column `label`");
    check_row(
        r#"{"q":"Q?","choices":["a"],"labl":0}"#,
        "o/d/default/test/rows.jsonl, row 1: there is no column `label`; did you mean `labl`?",
    );
    check_row(
        r#"{"q":"Q?","choices":["a","b"],"label":2}"#,
        "o/d/default/test/rows.jsonl, row 1: the label is 2, which is none of the 2 choices",
    );
    check_row(
        r#"{"q":"Q?","choices":["a","b"],"label":-1}"#,
        "o/d/default/test/rows.jsonl, row 1: the label is -1, which is none of the 2 choices",
    );
    check_row(
        r#"{"q":"Q?","choices":["a","b"],"label":0.5}"#,
        "o/d/default/test/rows.jsonl, row 1: the label is 0.5, which is none of the 2 choices",
    );
    check_row(
        r#"{"q":"Q?","choices":["a","b"],"label":"c"}"#,
        "o/d/default/test/rows.jsonl, row 1: the label is \"c\", which is none of the 2 choices",
    );
    check_row(
        r#"{"q":"Q?","choices":["a","b"],"label":null}"#,
        "o/d/default/test/rows.jsonl, row 1: `doc_to_target` must be a label, but is null",
    );
    check_row(
        r#"{"q":"Q?","choices":["a","b"],"label":[0,1]}"#,
        "o/d/default/test/rows.jsonl, row 1: `doc_to_target` must be one label (several right answers are not supported yet), but is a list of 2",
    );
    check_row(
        r#"{"q":"Q?","choices":"a","label":0}"#,
        "o/d/default/test/rows.jsonl, row 1: `doc_to_choice` must be a list of choices, but is the string \"a\"",
    );
    check_row(
        r#"{"q":"Q?","choices":[],"label":0}"#,
        "o/d/default/test/rows.jsonl, row 1: `doc_to_choice` must be a list of choices, but is a list of 0",
    );
    check_row(
        "[1]",
        "DIR/data/o/d/default/test/rows.jsonl is damaged or not what its name says: line 2: a row must be an object, but is a list",
    );
    assert!(message(&load("", "{\"q\":").0).starts_with(
        "DIR/data/o/d/default/test/rows.jsonl is damaged or not what its name says: line 1: not valid JSON: EOF"
    ));
}

#[test]
fn targets() {
    check_file(
        "output_type: loglikelihood\ndoc_to_target: ''\n",
        "o/d/default/test/rows.jsonl, row 0: `doc_to_target` must be a continuation to score, but is the string \"\"",
    );
    check_file(
        "output_type: loglikelihood\ndoc_to_target: choices\n",
        "o/d/default/test/rows.jsonl, row 0: `doc_to_target` must be one text, but is a list of 2",
    );
    check_file(
        "doc_to_choice: '{{q}}'\n",
        "o/d/default/test/rows.jsonl, row 0: `doc_to_choice` must be a list of choices, but is the string \"Q?\"",
    );
}

#[test]
fn datasets() {
    check_file(
        "dataset_name: other\n",
        "dataset o/d (other), split test, was not found; looked in:\n  DIR/data/o/d\nput its files there, or name a folder that has them with --data or YARDSTICK_DATA",
    );
    check_file(
        "test_split: dev\n",
        "dataset o/d, split dev, was not found; looked in:\n  DIR/data/o/d/default/dev\nput its files there, or name a folder that has them with --data or YARDSTICK_DATA",
    );
    let (workspace, _) = load("", "\n\n");
    assert_eq!(message(&workspace), "dataset o/d, split test, has no rows (read from o/d/default/test/rows.jsonl)");
    let files = [
        ("t.yaml", multiple_choice("")),
        ("data/o/d/a/test/x.csv", String::new()),
        ("data/o/d/b/test/x.csv", String::new()),
    ];
    let workspace = Workspace::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    assert_eq!(
        message(&workspace),
        "dataset o/d in DIR/data has several configurations (a, b); name one with `dataset_name`"
    );
}

#[test]
fn local_files() {
    check_file(
        "dataset_path: json\n",
        "DIR/t.yaml:1: `dataset_kwargs` is missing (local files are named by its `data_files`)",
    );
    check_file(
        "dataset_path: json\ndataset_kwargs: {data_files: {train: x}}\n",
        "DIR/t.yaml:8: `data_files` must be a mapping with split test, but is one with train",
    );
    check_file(
        "dataset_path: json\ndataset_kwargs: {data_files: x.json}\n",
        "DIR/t.yaml:8: `data_files` must be a mapping with split test (a bare path is split train), but is the string \"x.json\"",
    );
    let (workspace, _) = load("dataset_path: json\ndataset_kwargs: {data_files: {test: no/x.json}}\n", ROW);
    let current = std::env::current_dir().expect("a folder").display().to_string();
    assert_eq!(
        message(&workspace).replace(&current, "HERE"),
        "dataset no/x.json, split test, was not found; looked in:\n  HERE/no/x.json\n  DIR/no/x.json\nput its files there, or name a folder that has them with --data or YARDSTICK_DATA"
    );
}

#[test]
fn hooks_name_the_cell() {
    let yaml = "task: t\ndataset_path: o/d\ntest_split: test\noutput_type: multiple_choice\n\
        doc_to_text: !function winogrande.preprocess_winogrande.doc_to_text\n\
        doc_to_target: !function winogrande.preprocess_winogrande.doc_to_target\n\
        doc_to_choice: !function winogrande.preprocess_winogrande.doc_to_choice\n";
    for (answer, sentence, want) in [
        ("1", "a gap", "`sentence` must be a sentence with the gap `_`, but is the string \"a gap\""),
        ("3", "a _ gap", "`answer` must be the string \"1\" or \"2\", but is the string \"3\""),
    ] {
        let row = format!(r#"{{"sentence":"{sentence}","option1":"x","option2":"y","answer":"{answer}"}}"#);
        let workspace = Workspace::new(&[("t.yaml", yaml), ("data/o/d/default/test/x.jsonl", &row)]);
        assert_eq!(message(&workspace), format!("o/d/default/test/x.jsonl, row 0: {want}"));
    }
}

#[test]
fn responses() {
    let loaded = load("", ROW).1.expect("a document");
    let score = |log_likelihoods: &[f64]| {
        let responses: Vec<_> = log_likelihoods.iter().map(|&value| response(value, false)).collect();
        loaded.task.sample("m", &loaded.instances[0], &responses).expect_err("refused").to_string()
    };
    assert_eq!(score(&[-1.0]), "task t, document 0: 2 requests have 1 responses");
    assert_eq!(score(&[-1.0, f64::NAN]), "task t, document 0: the log-likelihood of request 1 is not a number");
}
