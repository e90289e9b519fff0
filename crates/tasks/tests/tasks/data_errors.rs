//! What is said when data or answers are wrong: the file, the row, the column or key, and what to do.

use crate::workspace::{ROW, Workspace, check_file, load, message, multiple_choice, response};

/// A row of data and what is wrong with it.
fn check_row(row: &str, want: &str) {
    let rows = format!("{ROW}\n{row}");
    let (workspace, _) = load("", &rows);
    assert_eq!(message(&workspace), want, "{row}");
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
        "o/d/default/test/rows.jsonl, row 0: the template in `doc_to_text` (DIR/t.yaml:7) fails: undefined value (line 1 of the template)",
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
    // What one row lacks and others have is null, as in a table.
    check_row(
        r#"{"q":"Q?","choices":["a"]}"#,
        "o/d/default/test/rows.jsonl, row 1: `doc_to_target` must be a label, but is null",
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
        r#"{"q":"Q?","choices":["a","b"],"label":[0,2]}"#,
        "o/d/default/test/rows.jsonl, row 1: the label is 2, which is none of the 2 choices",
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
        "DIR/data/o/d/default/test/rows.jsonl is damaged or not what its name says: line 1: not valid JSON at its end: EOF"
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
        "dataset o/d (other), split test, was not found; looked in:\n  DIR/data/o/d\nwhat is there: default\nfetch it with `yardstick data pull o/d`, put its files there, or name a folder that has them with --data or YARDSTICK_DATA",
    );
    check_file(
        "test_split: dev\n",
        "dataset o/d, split dev, was not found; looked in:\n  DIR/data/o/d/default/dev\nwhat is there: test\nfetch it with `yardstick data pull o/d`, put its files there, or name a folder that has them with --data or YARDSTICK_DATA",
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
fn a_copa_label_is_zero_or_one() {
    let yaml = multiple_choice(
        "doc_to_text: premise\ndoc_to_target: !function copa.utils.doc_to_target\ndoc_to_choice: !function copa.utils.doc_to_choice\n",
    );
    let load = |label: &str| {
        let row = format!(r#"{{"premise":"P.","choice1":"A.","choice2":"B.","label":{label}}}"#);
        let workspace = Workspace::new(&[("t.yaml", &yaml), ("data/o/d/default/test/x.jsonl", &row)]);
        workspace.load("t.yaml").map_err(|error| workspace.message(&error))
    };
    for (label, want) in [("0", " a."), ("1", " b.")] {
        assert_eq!(load(label).expect("a label").instances[0].target_text, want);
    }
    for (label, found) in [
        ("-1", "the int -1"),
        ("2", "the int 2"),
        ("null", "null"),
        ("\"0\"", "the string \"0\""),
        ("0.5", "the float 0.5"),
    ] {
        let want = format!("o/d/default/test/x.jsonl, row 0: `label` must be 0 or 1, but is {found}");
        assert_eq!(load(label).expect_err("no label"), want);
    }
}

#[test]
fn responses() {
    let loaded = load("", ROW).1.expect("a document");
    let score = |log_likelihoods: &[f64]| {
        let responses: Vec<_> = log_likelihoods.iter().map(|&value| response(value, false)).collect();
        loaded.task.sample("m", &loaded.instances[0], &responses).expect_err("refused").to_string()
    };
    assert_eq!(score(&[-1.0]), "o/d, row 0: task t cannot be scored: 2 requests have 1 responses");
    assert_eq!(
        score(&[-1.0, f64::NAN]),
        "o/d, row 0: task t cannot be scored: the log-likelihood of request 1 is not a number"
    );
}
