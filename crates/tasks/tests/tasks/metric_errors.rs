//! What is said when `metric_list` or `filter_list` is wrong.

use crate::workspace::{ROW, check_file, load, message};

/// The beginning of what is wrong: the message goes on with all that there are.
fn check_begins(lines: &str, want: &str) {
    let (workspace, _) = load(lines, ROW);
    let message = message(&workspace);
    assert!(message.starts_with(want), "{lines}: {message}");
}

#[test]
fn metrics() {
    check_begins(
        "metric_list: [{metric: acc_nrm}]\n",
        "DIR/t.yaml:8: there is no metric \"acc_nrm\" for output_type multiple_choice, only acc, ",
    );
    check_begins(
        "metric_list: [{metric: perplexity}]\n",
        "DIR/t.yaml:8: there is no metric \"perplexity\" for output_type multiple_choice, only acc, ",
    );
    check_begins(
        "metric_list: [{metric: acc, aggregation: bits_per_byte}]\n",
        "DIR/t.yaml:8: `aggregation` must be mean or ",
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
        "DIR/t.yaml:8: `higher_is_better` must be true or false, but is the integer 1",
    );
    check_file(
        "metric_list: [{metric: acc, aggregation: !function copa.utils.doc_to_text}]\n",
        "DIR/t.yaml:8: hook \"copa.utils.doc_to_text\" cannot be used for `aggregation`",
    );
}

#[test]
fn keys_of_metrics() {
    check_file(
        "metric_list: [{metric: acc, agregation: mean}]\n",
        "DIR/t.yaml:8: unknown key `agregation`; did you mean `aggregation`?",
    );
    check_file(
        "metric_list:\n  - metric: acc\n    high_is_better: true\n",
        "DIR/t.yaml:10: unknown key `high_is_better`; did you mean `higher_is_better`?",
    );
    check_file(
        "metric_list: [{metric: acc, ignore_case: false, hf_evaluate: true, regexes_to_ignore: }]\n",
        "no error",
    );
}

#[test]
fn metrics_of_written_texts() {
    let check = |entry: &str, want: &str| {
        check_begins(&format!("output_type: generate_until\nmetric_list: [{{{entry}}}]\n"), want);
    };
    check("metric: exact_match, ignore_case: true, hf_evaluate: true", "no error");
    check("metric: f1, hf_evaluate: true, average: micro", "no error");
    check(
        "metric: f1, hf_evaluate: true, average: most",
        "DIR/t.yaml:8: `average` must be binary, micro, macro or weighted, but is the string \"most\"",
    );
    check(
        "metric: bertscore, hf_evaluate: true",
        "DIR/t.yaml:8: `metric` must be one of those that `hf_evaluate` may name here (accuracy, f1, ",
    );
    check("metric: acc", "DIR/t.yaml:8: there is no metric \"acc\" for output_type generate_until, only exact_match, ");
    check(
        "metric: bleu, aggregation: mean",
        "DIR/t.yaml:8: `aggregation` must be bleu for bleu, but is the string \"mean\"",
    );
    check("metric: bleu, tokenize: 13a", "no error");
    check(
        "metric: bleu, tokenize: ja-mecab",
        "DIR/t.yaml:8: `tokenize` must be one of sacrebleu's tokenizers that need no dictionary and no model (13a, zh, intl, \
         char or none), but is the string \"ja-mecab\"",
    );
    check(
        "metric: exact_match, regexes_to_ignore: ['(']",
        "DIR/t.yaml:8: `regexes_to_ignore` must be valid (the pattern \"(\" does not compile: ",
    );
}

#[test]
fn f1_is_of_two_choices() {
    let row = ROW.replace(r#"["a","b"]"#, r#"["a","b","c"]"#);
    let (_, loaded) = load("metric_list: [{metric: f1}]\n", &row);
    let error = loaded.expect_err("three choices").to_string();
    assert!(
        error.ends_with("aggregation f1 is of two choices, and document 0 has 3; name another aggregation"),
        "{error}"
    );
    assert!(load("metric_list: [{metric: mcc}]\n", &row).1.is_ok());
}

#[test]
fn keys_that_a_metric_has_no_use_for() {
    let (_, loaded) = load("metric_list: [{metric: acc, weight_by_size: true, ignore_case: true}]\n", ROW);
    let warnings = loaded.expect("keys that lm-eval ignores").warnings;
    for end in ["t.yaml:8: `weight_by_size` has no effect on acc", "t.yaml:8: `ignore_case` has no effect on acc"] {
        assert!(warnings.iter().any(|warning| warning.ends_with(end)), "{warnings:?}");
    }
}

#[test]
fn filters() {
    check_file("filter_list: x\n", "DIR/t.yaml:8: `filter_list` must be a list of mappings, but is the string \"x\"");
    check_file(
        "filter_list: []\n",
        "DIR/t.yaml:8: `filter_list` must be a list of one pipeline or more, but is a list",
    );
    check_file("filter_list: [{nam: x, filter: []}]\n", "DIR/t.yaml:8: unknown key `nam`; did you mean `name`?");
    check_file(
        "filter_list: [{filter: []}]\n",
        "DIR/t.yaml:8: `name` is missing (results carry the name of their filter)",
    );
    check_file("filter_list: [{name: x}]\n", "DIR/t.yaml:8: `filter` is missing (a pipeline has steps)");
    check_file(
        "filter_list: [{name: x, filter: []}, {name: x, filter: []}]\n",
        "DIR/t.yaml:8: `filter_list` must be a list of different names, not x twice, but is a list",
    );
}

#[test]
fn steps_of_filters() {
    let lines = |step: &str| format!("filter_list: [{{name: x, filter: [{step}]}}]\n");
    check_file(&lines("{k: 1}"), "DIR/t.yaml:8: `function` is missing (each step of `filter` has one)");
    check_begins(&lines("{function: regx}"), "DIR/t.yaml:8: there is no filter \"regx\", only lowercase, ");
    check_file(&lines("{function: take_first, k: 1}"), "DIR/t.yaml:8: unknown key `k`");
    check_file(
        &lines("{function: regex}"),
        "DIR/t.yaml:8: `function` is not supported yet: regex works on texts, and a task of output_type multiple_choice has none",
    );
    check_file(
        &lines("{function: !function copa.utils.doc_to_text}"),
        "DIR/t.yaml:8: hook \"copa.utils.doc_to_text\" cannot be used for `function`",
    );
    check_file(&lines("{function: take_first}"), "no error");
}

#[test]
fn a_filters_name_is_in_its_metrics() {
    let (_, loaded) = load("filter_list: [{name: first, filter: [{function: take_first}]}]\n", ROW);
    let names: Vec<_> = loaded.expect("a task").card.metrics.into_iter().map(|metric| metric.name).collect();
    assert_eq!(names, ["acc,first", "acc_norm,first"]);
}

/// Tasks whose scores no answer has are refused with the first document, before a model is asked.
#[test]
fn what_can_never_be_scored() {
    let check = |lines: &str, want: &str| {
        let (workspace, _) = load(
            &format!("output_type: generate_until\ndoc_to_choice: options\n{lines}"),
            &ROW.replace("choices", "options"),
        );
        let (row, place) = ("o/d/default/test/rows.jsonl, row 0: ", "DIR/t.yaml:");
        let message = message(&workspace);
        assert!(message.starts_with(row) && message.ends_with(want), "{lines}: {message}");
        assert!([place, "task t cannot be scored", "no column"].iter().any(|part| message.contains(part)), "{message}");
    };
    let list = |steps: &str| format!("filter_list: [{{name: x, filter: [{steps}]}}]\n");
    check(
        &list("{function: take_first_k, k: 2}"),
        "fails: it takes the first 2 samples, and there is 1; raise `repeats`",
    );
    check(&list("{function: multi_choice_regex, regex_pattern: '(A)'}"), "there is no column `choices`");
    check(
        &format!("repeats: 2\nmetric_list: [{{metric: bleu}}]\n{}", list("{function: take_first_k, k: 2}")),
        "cannot be scored: bleu: 2 texts are left to score and one is needed; end the filters with take_first",
    );
    check(
        "metric_list: [{metric: pass_at_k, k: [2]}]\n",
        "pass@2: 2 samples are taken, and there are 1; raise `repeats`, and end without take_first",
    );
}
