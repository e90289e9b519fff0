//! Tasks that cannot be run are known before a model is loaded, and the others can go on without them.

use crate::support::{fixtures, ok, read_json, run, text, yardstick};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A task that writes texts of up to `most` tokens.
pub fn writing(dir: &Path, most: usize) -> PathBuf {
    std::fs::write(dir.join("rows.jsonl"), "{\"q\":\"One\"}\n{\"q\":\"Two\"}\n").unwrap();
    let path = dir.join("writing.yaml");
    let yaml = format!(
        "task: writing\ndataset_path: json\ndataset_kwargs: {{data_files: {{test: {}}}}}\ntest_split: test\n\
         output_type: generate_until\ndoc_to_text: '{{{{q}}}}'\ndoc_to_target: x\n\
         generation_kwargs: {{until: [], max_gen_toks: {most}}}\nmetric_list: [{{metric: exact_match}}]\n",
        text(&dir.join("rows.jsonl"))
    );
    std::fs::write(&path, yaml).unwrap();
    path
}

#[test]
fn texts_longer_than_the_context() {
    let dir = tempfile::tempdir().unwrap();
    let (task, out) = (writing(dir.path(), 256), dir.path().join("out"));
    let args = ["run", "--no-report", "--model", "gpt2-nano", "--task", "starter_pronouns", text(&task)];
    let args = [&args[..], &["--limit", "2", "--out", text(&out)]].concat();
    let refused = run(&args);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    let message = refused.message();
    for words in ["1 of 2 tasks", "task writing", "256 tokens", "gpt2-nano's context", "--max-gen-toks", "--keep-going"]
    {
        assert!(message.contains(words), "{words} in {message}");
    }
    assert!(!out.join("run.json").exists(), "nothing was started");

    ok(&[&args[..], &["--max-gen-toks", "5"]].concat());
    let record = read_json(&out.join("run.json"));
    assert_eq!((&record["status"], &record["spec"]["max_gen_toks"]), (&"complete".into(), &5.into()));
}

#[test]
fn what_is_left_out_is_in_the_record_and_the_report() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let args = ["run", "--model", "gpt2-nano", "--task", "starter_pronouns", "cbt_cn@gpt2", "cbt_ne@gpt2"];
    let finished = ok(&[&args[..], &["--limit", "2", "--keep-going", "--out", text(&out)]].concat());
    for words in ["2 of 3 tasks cannot be run and are left out", "cbt_cn@gpt2, cbt_ne@gpt2"] {
        assert!(finished.message().contains(words), "{words} in {}", finished.stderr);
    }
    let warnings = read_json(&out.join("run.json"))["warnings"].to_string();
    let report = std::fs::read_to_string(out.join("report/report.md")).unwrap();
    for text in [warnings, report] {
        assert!(text.contains("not run: task cbt"), "{text}");
    }
}

#[test]
fn a_folder_of_datasets_that_is_not_there() {
    let dir = fixtures().join("nowhere");
    for args in [&["run", "--task", "piqa", "--model", "gpt2-nano", "--data"][..], &["data", "ls", "--data"]] {
        let finished = run(&[args, &[text(&dir)]].concat());
        assert_eq!(finished.code, 2, "{}", finished.stderr);
        assert!(finished.message().contains("nowhere: there is no such folder"), "{}", finished.stderr);
    }
}

/// Nobody has to listen to the end.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let args = ["run", "--no-report", "--model", "gpt2-nano", "--task", "starter_pronouns", "--limit", "2"];
    let mut command = yardstick();
    let mut child =
        command.args(args).args(["--out", text(&out)]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    drop(child.stderr.take());
    assert!(child.wait().unwrap().success());
    assert_eq!(read_json(&out.join("run.json"))["status"], "complete");
}
