//! A verdict on a changed model, through the binary.

use crate::support::{Finished, fixtures, ok, read_json, run, text};
use safetensors::tensor::{SafeTensors, TensorView};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Scores `model` on minimal pairs and prose into a folder of `dir`.
fn scored(dir: &Path, name: &str, model: &str, extra: &[&str]) -> PathBuf {
    let out = dir.join(name);
    let base = ["run", "--quiet", "--no-report", "--model", model, "--task", "starter_pairs", "starter_prose"];
    ok(&[&base[..], &["--out", text(&out)], extra].concat());
    out
}

/// The larger model with a bug: what its feed-forward layers compute is lost.
fn broken(dir: &Path) -> PathBuf {
    let (from, to) = (fixtures().join("../../crates/zoo/bundled/gpt2-micro"), dir.join("broken"));
    std::fs::create_dir(&to).unwrap();
    for file in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    let bytes = std::fs::read(from.join("model.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let data = tensors.tensors().into_iter().map(|(name, view)| {
        let is_lost = name.ends_with("mlp.c_proj.weight");
        let data = if is_lost { vec![0; view.data().len()] } else { view.data().to_vec() };
        (name, view.dtype(), view.shape().to_vec(), data)
    });
    let data: Vec<_> = data.collect();
    let views = data
        .iter()
        .map(|(name, dtype, shape, data)| (name.clone(), TensorView::new(*dtype, shape.clone(), data).unwrap()));
    std::fs::write(to.join("model.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
    to
}

/// Runs that several tests read: a model, the same another way, a smaller one, a broken one, and two on few documents.
struct Runs {
    dir: tempfile::TempDir,
}

impl Runs {
    fn get() -> &'static Self {
        static RUNS: OnceLock<Runs> = OnceLock::new();
        RUNS.get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            scored(dir.path(), "micro", "gpt2-micro", &[]);
            scored(dir.path(), "again", "gpt2-micro", &["--threads", "1", "--memory", "20M"]);
            scored(dir.path(), "nano", "gpt2-nano", &[]);
            let path = broken(dir.path());
            scored(dir.path(), "broken-run", text(&path), &[]);
            scored(dir.path(), "few", "gpt2-micro", &["--limit", "20"]);
            scored(dir.path(), "int8", "gpt2-micro:int8", &[]);
            scored(dir.path(), "few-int8", "gpt2-micro:int8", &["--limit", "20"]);
            Self { dir }
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// A policy in a folder of its own.
fn policy(lines: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("policy.toml");
    std::fs::write(&path, format!("format = \"yardstick.policy/1\"\n{lines}")).unwrap();
    (dir, path)
}

const STANDARD: &str = r#"
[[tier]]
name = "standard"
tasks = ["starter_pairs_*"]
margin = 0.05
[[tier]]
name = "critical"
tasks = ["starter_prose"]
metric = "bits_per_byte"
margin = "1%"
min_documents = 10
"#;

fn gate(policy: &Path, base: &str, candidate: &str, extra: &[&str]) -> Finished {
    let runs = Runs::get();
    let (base, candidate) = (runs.path(base), runs.path(candidate));
    run(&[&["gate", "--policy", text(policy), text(&base), text(&candidate)], extra].concat())
}

#[test]
fn the_same_model_run_another_way_passes() {
    let (_dir, policy) = policy(STANDARD);
    let passed = gate(&policy, "micro", "again", &[]);
    assert_eq!(passed.code, 0, "{}{}", passed.stdout, passed.stderr);
    assert!(passed.stdout.starts_with("PASS  gpt2-micro → gpt2-micro: 6 tasks pass"), "{}", passed.stdout);
    assert!(passed.stdout.contains("the same to the bit, and it is the same model"), "{}", passed.stdout);
    assert_eq!(gate(&policy, "few", "few", &[]).code, 0, "with any number of documents");
}

#[test]
fn a_broken_model_is_regressed_everywhere() {
    let (dir, policy) = policy(STANDARD);
    let file = |name: &str| dir.path().join("out").join(name);
    let (junit, markdown) = (file("gate.xml"), file("gate.md"));
    let extra = ["--junit", text(&junit), "--markdown", text(&markdown), "--github"];
    let regressed = gate(&policy, "micro", "broken-run", &extra);
    assert_eq!(regressed.code, 100, "{}{}", regressed.stdout, regressed.stderr);
    assert!(regressed.stdout.starts_with("REGRESSED  gpt2-micro → broken: worse on"), "{}", regressed.stdout);
    assert!(regressed.stdout.contains("lost row") && regressed.stdout.contains("Holm over 6"), "{}", regressed.stdout);
    assert!(regressed.stdout.lines().last().unwrap().starts_with("::error title=yardstick gate%3A REGRESSED::"));
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    assert!(read(&junit).contains("<failure message=\"worse by"), "{}", read(&junit));
    assert!(read(&markdown).starts_with("## REGRESSED"), "{}", read(&markdown));
    let json = gate(&policy, "micro", "broken-run", &["--json"]);
    assert_eq!((json.code, json.json()["verdict"].as_str()), (100, Some("REGRESSED")));
    assert_eq!(json.json()["format"], "yardstick.verdict/1");
    let tasks = json.json()["tasks"].as_array().unwrap().clone();
    let islands = tasks.iter().find(|task| task["task"] == "starter_pairs_islands").unwrap();
    assert_eq!((islands["verdict"].as_str(), islands["flips"].as_array().unwrap().len()), (Some("REGRESSED"), 3));
}

/// Two models that guess alike on pairs and differ by 2.6 % on prose.
#[test]
fn a_weaker_model_is_found_where_it_shows() {
    let (_dir, policy) = policy(STANDARD);
    let regressed = gate(&policy, "micro", "nano", &[]);
    assert_eq!(regressed.code, 100, "{}{}", regressed.stdout, regressed.stderr);
    assert!(regressed.stdout.contains("worse on 1 of 6 tasks: starter_prose"), "{}", regressed.stdout);
    assert!(regressed.stdout.contains("no better than guessing on starter_pairs_agreement"), "{}", regressed.stdout);
    assert_eq!(gate(&policy, "nano", "micro", &[]).code, 0, "the other way round it is better");
}

#[test]
fn rounded_weights_pass_where_nothing_is_lost() {
    let (_dir, policy) = policy(STANDARD);
    let passed = gate(&policy, "micro", "int8", &[]);
    assert_eq!(passed.code, 0, "{}{}", passed.stdout, passed.stderr);
    assert!(passed.stdout.starts_with("PASS  gpt2-micro → gpt2-micro-int8: 6 tasks pass"), "{}", passed.stdout);
    assert!(passed.stdout.contains("or more is ruled out"), "{}", passed.stdout);
}

#[test]
fn few_documents_tell_nothing() {
    let (_dir, policy) = policy(STANDARD);
    let finished = gate(&policy, "few", "few-int8", &[]);
    assert_eq!(finished.code, 101, "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.starts_with("INCONCLUSIVE"), "{}", finished.stdout);
    assert!(finished.stdout.contains("20 documents are paired, and it takes 100"), "{}", finished.stdout);
}

#[test]
fn models_are_scored_on_the_spot() {
    let (dir, policy) = policy(STANDARD);
    let out = dir.path().join("out");
    let base = Runs::get().path("micro");
    let args = ["gate", "--quiet", "--policy", text(&policy), text(&base), "gpt2-micro", "--out", text(&out)];
    assert!(ok(&args).stdout.starts_with("PASS"));
    assert_eq!(read_json(&out.join("verdict.json"))["verdict"], "PASS");
    assert!(out.join("verdict.md").is_file() && out.join("comparison.json").is_file());
}

#[test]
fn a_policy_is_written_and_passes_its_own_run() {
    let dir = tempfile::tempdir().unwrap();
    let (run_folder, policy) = (Runs::get().path("micro"), dir.path().join("policy.toml"));
    let args = ["gate", "init", text(&run_folder), "--out", text(&policy)];
    ok(&args);
    let written = std::fs::read_to_string(&policy).unwrap();
    assert!(written.contains("margin = 0.06 # 6 points") && written.contains("10 % of the documents"), "{written}");
    assert!(
        written.contains("\"starter_pairs_agreement\", # 240 documents, 51.2 %: no better than guessing"),
        "{written}"
    );
    assert_eq!(gate(&policy, "micro", "micro", &[]).code, 0);
    assert_eq!(gate(&policy, "micro", "broken-run", &[]).code, 100);
    assert_eq!(gate(&policy, "few", "few-int8", &[]).code, 101, "margins are those of the whole run");
    let again = run(&args);
    assert!(again.code == 2 && again.message().contains("--overwrite"), "{}", again.stderr);
    assert_eq!(ok(&["gate", "init", text(&run_folder)]).stdout, written);
    let few = run(&["gate", "init", text(&Runs::get().path("few"))]);
    assert_eq!(few.code, 0, "prose has all of its documents: {}", few.stderr);
    assert!(few.stdout.contains("\"starter_prose\", # 10 documents"), "{}", few.stdout);
}

/// Whatever is wrong, it is said, and it is never a pass.
#[test]
fn what_cannot_be_judged() {
    let cases: [(&str, i32, &[&str]); 12] = [
        ("[[tier]\n", 2, &["policy.toml:2"]),
        ("alfa = 0.1\n", 2, &["policy.toml:2", "did you mean \"alpha\""]),
        ("alpha = 2\n", 2, &["policy.toml:2", "less than 0.5"]),
        (
            "[[tier]]\nname = \"vital\"\ntasks = [\"*\"]\nmargin = 0.01\n",
            2,
            &["policy.toml:3", "critical, standard, watch"],
        ),
        ("[[tier]]\nname = \"critical\"\ntasks = [\"*\"]\nmargin = -0.01\n", 2, &["policy.toml:5", "more than 0"]),
        (
            "[[tier]]\nname = \"critical\"\ntasks = [\"*\"]\nmargin = 0.01\nallowed_drop = 0.01\n",
            2,
            &["policy.toml:6", "choose one"],
        ),
        ("[[tier]]\nname = \"critical\"\ntasks = []\nmargin = 0.01\n", 2, &["policy.toml:4", "must not be empty"]),
        (
            "[[tier]]\nname = \"critical\"\ntasks = [\"*\"]\nmargin = 0.01\nmetric = \"acc_nrom\"\n",
            2,
            &["policy.toml:6", "acc_nrom", "acc"],
        ),
        (
            "[[tier]]\nname = \"critical\"\ntasks = [\"hella*\", \"*\"]\nmargin = 0.01\n",
            2,
            &["policy.toml:4", "hella*"],
        ),
        (
            "[[tier]]\nname = \"critical\"\ntasks = [\"*_islands\"]\nmargin = 0.01\n",
            2,
            &["no tier takes", "starter_pairs_agreement", "unlisted"],
        ),
        ("[[tier]]\nname = \"watch\"\ntasks = [\"*\"]\n", 2, &["nothing would decide"]),
        ("[logits]\nmax_kl = 0.1\n", 2, &["policy.toml:2", "--diff FILE"]),
    ];
    for (lines, code, words) in cases {
        let (_dir, policy) = policy(lines);
        let finished = gate(&policy, "micro", "micro", &[]);
        assert_eq!(finished.code, code, "{lines}\n{}{}", finished.stdout, finished.stderr);
        for word in words {
            assert!(finished.message().contains(word), "{word} in {}", finished.message());
        }
        assert!(finished.stdout.is_empty(), "{}", finished.stdout);
    }
    let (_dir, policy) = policy(STANDARD);
    let nowhere = gate(Path::new("/nonexistent/policy.toml"), "micro", "micro", &[]);
    assert!(nowhere.code == 3 && nowhere.message().contains("/nonexistent/policy.toml"), "{}", nowhere.stderr);
    assert_eq!(gate(&policy, "micro", "micro", &["--github", "--json"]).code, 2);
    assert_eq!(gate(&policy, "micro", "micro", &["--diff", "x"]).code, 2, "limits are not set");
    assert_eq!(gate(&policy, "micro", "few", &[]).code, 3, "documents without a partner");
    assert_eq!(gate(&policy, "micro", "nowhere", &[]).code, 4);
    assert_eq!(run(&["gate", text(&Runs::get().path("micro"))]).code, 2);
}

#[test]
fn unfinished_and_other_runs_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (_dir, policy) = policy(STANDARD);
    let micro = Runs::get().path("micro");
    let edited = |name: &str, from: &str, to: &str| {
        let folder = dir.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::copy(micro.join("samples.parquet"), folder.join("samples.parquet")).unwrap();
        let record = std::fs::read_to_string(micro.join("run.json")).unwrap();
        assert!(record.contains(from), "{from} is in the record");
        std::fs::write(folder.join("run.json"), record.replace(from, to)).unwrap();
        folder
    };
    for (name, from, to, word) in [
        ("partial", "\"status\": \"complete\"", "\"status\": \"partial\"", "unfinished run"),
        ("version", "\"version\": \"1.0\"", "\"version\": \"2.0\"", "its version"),
        ("shots", "\"shots\": 0", "\"shots\": 3", "shots"),
    ] {
        let folder = edited(name, from, to);
        for extra in [&[][..], &["--allow-missing"]] {
            let args = [&["gate", "--policy", text(&policy), text(&micro), text(&folder)], extra].concat();
            let finished = run(&args);
            assert_eq!(finished.code, 3, "{name}: {}{}", finished.stdout, finished.stderr);
            assert!(finished.message().contains(word), "{}", finished.message());
        }
    }
}

const LOGITS: &str = "[logits]\ntask = \"starter_prose\"\nmax_mean_kl = 0.01\nmin_same_top1 = 0.95\n";

#[test]
fn limits_on_logits_are_held_against_a_diff() {
    let (dir, policy) = policy(&format!("{STANDARD}{LOGITS}"));
    let passed = gate(&policy, "micro", "int8", &["-q", "--out", text(&dir.path().join("out"))]);
    assert_eq!(passed.code, 0, "{}{}", passed.stdout, passed.stderr);
    assert!(passed.stdout.contains("limits on logits are kept: max_mean_kl, min_same_top1"), "{}", passed.stdout);
    // What was run is kept, and stands for the same two models only.
    let diff = dir.path().join("out/diff.json");
    assert_eq!(read_json(&diff)["format"], "yardstick.diff/1");
    assert_eq!(gate(&policy, "micro", "int8", &["--diff", text(&diff)]).code, 0);
    let other = gate(&policy, "micro", "nano", &["--diff", text(&diff)]);
    assert!(other.code == 3 && other.message().contains("its second model"), "{}", other.stderr);

    let strict = dir.path().join("strict.toml");
    std::fs::write(&strict, format!("format = \"yardstick.policy/1\"\n{STANDARD}[logits]\nmax_mean_kl = 1e-9\n"))
        .unwrap();
    let regressed = gate(&strict, "micro", "int8", &["--diff", text(&diff)]);
    assert!(regressed.code == 100 && regressed.stdout.contains("logits: max_mean_kl"), "{}", regressed.stdout);
    assert_eq!(gate(&strict, "micro", "int8", &[]).code, 2, "nothing to run a diff on");
    let nothing = gate(&strict, "micro", "int8", &["--diff", text(&policy)]);
    assert!(nothing.code == 3 && nothing.message().contains("policy.toml"), "{}", nothing.stderr);
}
