//! What is said when few-shot keys, hooks or rows are wrong.

use crate::fewshot::{check_error, load, shots, workspace};
use yardstick_tasks::LoadOptions;

#[test]
fn keys() {
    let check = |lines: &str, want: &str| check_error(lines, &shots(1), want);
    check("num_fewshot: -1\n", "DIR/t.yaml:8: `num_fewshot` must be 0 or more, but is the integer -1");
    check("num_fewshot: two\n", "DIR/t.yaml:8: `num_fewshot` must be a whole number, but is the string \"two\"");
    check("fewshot_config: 3\n", "DIR/t.yaml:8: `fewshot_config` must be a mapping, but is the integer 3");
    check("fewshot_config: {smapler: x}\n", "DIR/t.yaml:8: unknown key `smapler`; did you mean `sampler`?");
    check(
        "fewshot_config:\n  sampler: balanced\n",
        "DIR/t.yaml:9: `sampler` must be default or first_n, but is the string \"balanced\"",
    );
    check(
        "fewshot_config:\n  sampler: !function utils.Sampler\n",
        "DIR/t.yaml:9: `sampler` must be default or first_n, but is the function utils.Sampler",
    );
    check(
        "fewshot_config:\n  samples: x\n",
        "DIR/t.yaml:9: `samples` must be a list of mappings, but is the string \"x\"",
    );
    check(
        "fewshot_config:\n  samples:\n    - {q: x}\n    - y\n",
        "DIR/t.yaml:11: `samples` must be a mapping, but is the string \"y\"",
    );
    check("fewshot_delimiter: 3\n", "DIR/t.yaml:8: `fewshot_delimiter` must be a string, but is the integer 3");
}

#[test]
fn hooks() {
    for key in ["samples", "process_docs", "doc_to_text"] {
        let lines = format!("fewshot_config:\n  {key}: !function copa.utils.absent\n");
        let asked = workspace(&lines);
        let error = asked.message(&load(&asked, &shots(1)).expect_err("no such hook"));
        let want = format!(
            "DIR/t.yaml:9: `{key}` calls the Python function \"{}.copa.utils.absent\", and there is no hook of that name",
            asked.path().file_name().expect("a folder").to_string_lossy()
        );
        assert_eq!(error, want);
        // It is in nobody's way without examples.
        assert_eq!(load(&asked, &LoadOptions::default()).expect("zero-shot").card.shots, 0);
        // A file that asks for examples is refused before its data is read.
        assert!(workspace(&format!("num_fewshot: 1\n{lines}")).resolve("t.yaml").is_err());
    }
    check_error(
        "fewshot_config:\n  doc_to_target: !function hellaswag.utils.process_docs\n",
        &shots(1),
        "DIR/t.yaml:9: hook \"hellaswag.utils.process_docs\" cannot be used for `doc_to_target`",
    );
}

#[test]
fn rows() {
    let check = |row: &str, want: &str| {
        let workspace = workspace("fewshot_split: train\n");
        workspace.write("data/o/d/default/train/rows.jsonl", row.as_bytes());
        let error = load(&workspace, &shots(1)).expect_err(row);
        assert_eq!(workspace.message(&error), format!("o/d/default/train/rows.jsonl, row 0: {want}"));
    };
    check(r#"{"choices":["a"],"label":0}"#, "there is no column `q`");
    check(r#"{"q":"Q","choices":["a"],"label":1}"#, "the label is 1, which is none of the 1 choices");
    check(r#"{"q":"Q","choices":["a"],"label":null}"#, "`doc_to_target` must be an answer, but is null");
    check_error(
        "fewshot_config:\n  samples:\n    - {q: x, label: 0}\n",
        &shots(1),
        "DIR/t.yaml, row 0: there is no column `choices`",
    );
    check_error(
        "fewshot_split: dev\n",
        &shots(1),
        "DIR/t.yaml:8: there is no such split to take examples from: dataset o/d, split dev, was not found; looked in:\n  DIR/data/o/d/default/dev\nwhat is there: test, train\nfetch it with `yardstick data pull o/d`, put its files there, or name a folder that has them with --data or YARDSTICK_DATA",
    );
}
