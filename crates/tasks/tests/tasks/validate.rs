//! Whether tasks run, on made-up rows and on their own.

use crate::workspace::{ROW, Workspace, multiple_choice};
use yardstick_tasks::{Catalog, LoadOptions, Rows, Spread, Status, Verdict};

fn validate(workspace: &Workspace, selector: &str, rows: &Rows) -> Vec<Verdict> {
    let selector = workspace.path().join(selector).display().to_string();
    Catalog::bundled().expect("catalog").validate(&[selector], rows).expect("a file or folder")
}

/// A task file without data: its status, and what its reason contains.
fn check(text: &str, status: Status, reason: &str) {
    let workspace = Workspace::new(&[("t.yaml", text)]);
    let verdicts = validate(&workspace, "t.yaml", &Rows::MadeUp);
    let [verdict] = verdicts.as_slice() else { panic!("{text}: {verdicts:?}") };
    assert_eq!(verdict.status, status, "{text}: {}", verdict.reason);
    assert!(
        verdict.reason.contains(reason) && verdict.reason.is_empty() == reason.is_empty(),
        "{text}: {}",
        verdict.reason
    );
}

fn check_runs(lines: &str) {
    check(&multiple_choice(lines), Status::Runs, "");
}

/// Files whose columns are of many kinds; nothing says of which.
#[test]
fn rows_are_made_up_to_suit_the_file() {
    check_runs("");
    check_runs("doc_to_choice: [no, yes]\n");
    check_runs("doc_to_choice: '{{[a.strip(), b]}}'\ndoc_to_target: '{{label}}'\n");
    check_runs("doc_to_choice: '{{choices.text}}'\ndoc_to_target: '{{choices.label.index(answerKey)}}'\n");
    check_runs("doc_to_choice: ['A', 'B']\ndoc_to_target: \"{{['x', 'y'].index(kind)}}\"\n");
    check_runs("doc_to_choice: ['A', 'B']\ndoc_to_target: \"{{ {'entailment': 0, 'neutral': 1}[relation] }}\"\n");
    check_runs("doc_to_text: '{% for turn in turns %}{{turn.who}}: {{ turn[\"says\"].strip() }}{% endfor %}'\n");
    check_runs("doc_to_text: '{{ text.split(\": \")[1] }}'\n");
    check_runs("doc_to_text: \"{% for i in range(c['x'] | length) %}{{ c['x'][i] }}{{ c['y'][i] }}{% endfor %}\"\n");
    check_runs("doc_to_text: '{{ options[answer] }} {{ numbers[0] + 1 }}'\n");
    check_runs("doc_to_text: label\ndoc_to_choice: '{{[x + \"a\", x + \"b\"]}}'\ndoc_to_target: rest\n");
    check_runs("num_fewshot: 3\nfewshot_split: train\n");
    check_runs("num_fewshot: 1\nfewshot_config: {sampler: first_n, samples: [{q: a, choices: [b], label: 0}]}\n");
    check_runs("output_type: generate_until\ndoc_to_target: answers\nrepeats: 2\ngen_prefix: 'A: {{q}}'\n");
    check_runs("output_type: loglikelihood\ndoc_to_target: '{{text.split(\" \")[-1]}}'\n");
    check_runs("output_type: loglikelihood_rolling\ndoc_to_target: '{{page}}'\n");
    check_runs("description: '{{subject}}: '\n");
}

#[test]
fn what_no_row_suits_is_refused() {
    let refused = |lines: &str, reason| check(&multiple_choice(lines), Status::Refused, reason);
    refused("doc_to_text: '{{ q | no_such_filter }}'\n", "no_such_filter");
    refused("doc_to_text: '{{ q'\n", "t.yaml:7: the template in `doc_to_text` does not parse");
    refused(
        "doc_to_text: '{% for i in range(99999999) %}{% for j in range(99999999) %}{% endfor %}{% endfor %}'\n",
        "range",
    );
    refused("doc_to_target: 7\ndoc_to_choice: [a, b]\n", "the label is 7");
    refused("doc_to_txt: q\n", "unknown key `doc_to_txt`; did you mean `doc_to_text`?");
    refused("num_fewshot: 3\nfewshot_config: {samples: [{q: a, choices: [b], label: 0}]}\n", "only 1 can be drawn");
    refused("num_fewshot: 1\nfewshot_config: {samples: [{choices: [b], label: 0}]}\n", "there is no column `q`");
    refused("fewshot_config: {smapler: first_n}\n", "unknown key `smapler`; did you mean `sampler`?");
    refused("doc_to_image: picture\n", "`doc_to_image` is not supported yet: the prompt has an image");
    refused("metric_list: [{metric: acc_nrm}]\n", "did you mean `acc_norm`?");
}

#[test]
fn missing_hooks_are_named() {
    let needs = |lines: &str, reason| check(&multiple_choice(lines), Status::NeedsHook, reason);
    needs("process_docs: !function own.prepare\n", "own.prepare (`process_docs`, ");
    needs("doc_to_text: !function own.a\ndoc_to_target: !function own.b\n", "own.b (`doc_to_target`, ");
    needs("metric_list: [{metric: acc, aggregation: !function own.sum}]\n", "own.sum (`aggregation`, ");
    needs("num_fewshot: 2\nfewshot_config: {doc_to_text: !function own.q}\n", "own.q (`doc_to_text`, ");
    // What is not called is not missed, and what is refused with all hooks there is refused.
    check_runs("fewshot_config: {doc_to_text: !function own.q}\ndoc_to_decontamination_query: !function own.d\n");
    let lines = "process_docs: !function own.prepare\ndoc_to_audio: sound\n";
    check(&multiple_choice(lines), Status::Refused, "`doc_to_audio`");
}

#[test]
fn every_file_of_a_folder_has_a_verdict() {
    let workspace = Workspace::new(&[
        ("a.yaml", &multiple_choice("task: a\n")),
        ("b.yaml", &multiple_choice("task: b\nmetric_list: 3\n")),
        ("bad.yaml", "task: x\n  y: [\n"),
        ("g.yaml", "group: g\ntask: [a]\n"),
        ("broken_group.yaml", "group: h\ntask: [a]\nno_key: 1\n"),
        ("template.yaml", "doc_to_text: x\n"),
    ]);
    let verdicts = validate(&workspace, ".", &Rows::MadeUp);
    let found: Vec<_> =
        verdicts.iter().map(|v| (v.task.rsplit('/').next().unwrap_or(""), v.status, v.is_group)).collect();
    let refused = Status::Refused;
    assert_eq!(
        found,
        [("bad.yaml", refused, false), ("a", Status::Runs, false), ("b", refused, false), ("h", refused, true)]
    );
    // A group's file: its members as it runs them.
    workspace.write(
        "g.yaml",
        b"group: g\ntask: [{task: a, doc_to_text: '{{ q | no_such_filter }}'}, {task: b, metric_list: ~}]\n",
    );
    let verdicts = validate(&workspace, "g.yaml", &Rows::MadeUp);
    let found: Vec<_> = verdicts.iter().map(|v| (v.task.as_str(), v.status)).collect();
    assert_eq!(found, [("a", refused), ("b", Status::Runs)]);
}

#[test]
fn real_rows_are_counted() {
    let rows = format!("{ROW}\n{ROW}\n{}\n", r#"{"q":"Longer?","choices":["a","b","c"],"label":0}"#);
    let workspace = Workspace::new(&[("t.yaml", &multiple_choice("")), ("data/o/d/default/test/rows.jsonl", &rows)]);
    let data =
        |limit| Rows::Data { stores: workspace.stores(), options: LoadOptions { limit, ..LoadOptions::default() } };
    let report = validate(&workspace, "t.yaml", &data(None)).remove(0).rows.expect("a report");
    assert_eq!((report.docs, report.available, report.requests, report.duplicates), (3, 3, 7, 1));
    assert_eq!(report.choices, Some(Spread { least: 2, median: 2, most: 3 }));
    assert_eq!(report.labels.into_iter().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
    assert_eq!(report.context_chars, Spread { least: 2, median: 2, most: 7 });
    assert_eq!(report.scored_chars, Spread { least: 2, median: 2, most: 2 });
    let report = validate(&workspace, "t.yaml", &data(Some(1))).remove(0).rows.expect("a report");
    assert_eq!((report.docs, report.available), (1, 3));
    workspace.write("data/o/d/default/test/rows.jsonl", br#"{"q":"Q?","choices":["a"],"label":1}"#);
    let verdict = validate(&workspace, "t.yaml", &data(None)).remove(0);
    assert_eq!(verdict.status, Status::Refused);
    assert!(verdict.reason.contains("the label is 1"), "{}", verdict.reason);
}

#[test]
fn every_bundled_task_runs() {
    let catalog = Catalog::bundled().expect("catalog");
    let ids: Vec<String> = catalog.entries().filter(|e| e.members.is_empty()).map(|entry| entry.id).collect();
    let verdicts = catalog.validate(&ids, &Rows::MadeUp).expect("ids");
    assert_eq!(verdicts.len(), ids.len());
    let others: Vec<_> = verdicts.iter().filter(|verdict| verdict.status != Status::Runs).collect();
    assert!(others.is_empty(), "{others:#?}");
}
