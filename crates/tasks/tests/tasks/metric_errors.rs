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
