//! Reports to look at, made by the binary.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Runs the binary and expects success.
pub fn yardstick(args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yardstick"));
    command.env_remove("YARDSTICK_DATA").env("XDG_CACHE_HOME", "/nonexistent").args(args);
    let output = command.output().unwrap();
    assert!(output.status.success(), "yardstick {args:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A report of three models on four tasks: choices, a continuation, running text and a text that is written.
pub fn report() -> &'static Path {
    static REPORT: OnceLock<PathBuf> = OnceLock::new();
    REPORT.get_or_init(|| {
        // Cargo's folder for tests: what is static is never dropped, and would stay in the system's.
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        let (rows, task, out) = (dir.join("rows.jsonl"), dir.join("writes.yaml"), dir.join("run"));
        std::fs::write(&rows, "{\"q\": \"The cat\"}\n{\"q\": \"Once upon a\"}\n").unwrap();
        std::fs::write(&task, WRITES.replace("ROWS", text(&rows))).unwrap();
        let models = ["gpt2-nano", "gpt2-micro", "gpt3-micro"];
        let tasks = ["starter_pairs_agreement", "starter_last_word", "starter_prose", text(&task)];
        let all = [
            &["run", "--quiet", "--token-scores", "--limit", "60", "--out", text(&out), "--model"][..],
            &models,
            &["--task"],
            &tasks,
        ]
        .concat();
        yardstick(&all);
        out.join("report/index.html")
    })
}

const WRITES: &str = "task: writes
dataset_path: json
dataset_kwargs:
  data_files:
    test: ROWS
test_split: test
output_type: generate_until
doc_to_text: \"{{q}}\"
doc_to_target: \" sat\"
generation_kwargs:
  until: [\"\\n\"]
  max_gen_toks: 12
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1
";
