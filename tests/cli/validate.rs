//! `validate`, and task files in folders of the user's.

use crate::support::{ok, run};

/// A task over the binary's own rows, with lines to change it.
fn task(id: &str, lines: &str) -> String {
    format!(
        "task: {id}\ndataset_path: yardstick/last_word\ntest_split: test\noutput_type: loglikelihood\n\
         doc_to_text: '{{{{context}}}}'\ndoc_to_target: ' {{{{word}}}}'\n{lines}"
    )
}

#[test]
fn bundled_tasks_run_with_their_rows_and_without() {
    let verdicts = ok(&["validate", "starter_pairs", "starter_last_word", "--limit", "5", "--json"]).json();
    let verdicts = verdicts.as_array().unwrap();
    assert!(verdicts.len() > 1 && verdicts.iter().all(|verdict| verdict["status"] == "runs"), "{verdicts:?}");
    assert_eq!(verdicts[0]["rows"]["docs"], 5);
    let verdicts = ok(&["validate", "piqa", "--no-data", "--json"]).json();
    assert_eq!(verdicts, serde_json::json!([{ "task": "piqa", "status": "runs", "reason": "" }]));
}

#[test]
fn a_task_that_does_not_run_is_told_from_a_survey() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("t.yaml");
    std::fs::write(&file, task("t", "process_docs: !function own.prepare\n")).unwrap();
    let (file, folder) = (file.to_str().unwrap(), dir.path().to_str().unwrap());
    let finished = run(&["validate", file, "--no-data"]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    assert!(finished.stdout.contains("needs_hook") && finished.stdout.contains("own.prepare"), "{}", finished.stdout);
    assert_eq!(ok(&["validate", folder, "--no-data", "--json"]).json()[0]["status"], "needs_hook");
    assert_eq!(run(&["validate", folder]).code, 3);
    assert_eq!(run(&["validate", "no_such_task"]).code, 2);
    assert_eq!(run(&["validate", "piqa", "--no-data", "--limit", "3"]).code, 2);
}

#[test]
fn a_folders_tasks_have_names() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("t.yaml"), task("my_own_task", "tag: my_own_tag\n")).unwrap();
    let folder = dir.path().to_str().unwrap();
    let list = ok(&["ls", "tasks", "--include-path", folder]).stdout;
    assert!(list.contains("my_own_task") && list.contains("starter_last_word"));
    assert_eq!(
        ok(&["validate", "my_own_tag", "--no-data", "--include-path", folder, "--json"]).json()[0]["status"],
        "runs"
    );
    assert_eq!(run(&["validate", "my_own_tag", "--no-data"]).code, 2);
}
