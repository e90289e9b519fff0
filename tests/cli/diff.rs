//! `yardstick diff`: two models' distributions, token by token.

use crate::support::{Finished, ok, read_json, run, text, yardstick};
use serde_json::Value;
use std::path::{Path, PathBuf};
use yardstick_core::LanguageModel;
use yardstick_zoo::{LoadOptions, Model};

/// A text of a few windows.
fn story(dir: &Path) -> PathBuf {
    let path = dir.join("story.txt");
    let line =
        |i: usize| format!("On day {i} the old man took the boat out, and \"what of the sea?\" said his wife.\n");
    std::fs::write(&path, (0..40).map(line).collect::<String>()).unwrap();
    path
}

fn record(a: &str, b: &str, extra: &[&str]) -> Value {
    ok(&[&["diff", a, b, "--json", "--quiet"], extra].concat()).json()
}

fn number(record: &Value, path: &str) -> f64 {
    record.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path} in {record:#}"))
}

#[test]
fn rounding_grows_with_fewer_bits() {
    let dir = tempfile::tempdir().unwrap();
    let story = story(dir.path());
    let kinds = ["gpt2-micro", "gpt2-micro:bf16", "gpt2-micro:int8", "gpt2-micro:int4"];
    let records = kinds.map(|b| record("gpt2-micro", b, &["--text", text(&story)]));
    let itself = &records[0];
    assert_eq!((&itself["format"], &itself["bit_identical"]), (&"yardstick.diff/1".into(), &true.into()));
    assert_eq!(number(itself, "/mean_kl/value").to_bits(), 0);
    for path in ["/kl_max", "/delta_p/rms", "/ln_ppl_ratio/value", "/ln_ppl_ratio/stderr"] {
        assert_eq!(number(itself, path).abs().to_bits(), 0, "{path}");
    }
    assert_eq!((number(itself, "/same_top1/rate"), number(itself, "/same_top5/high")), (1.0, 1.0));
    assert!(itself["first_parting"].is_null() && itself["largest_kl"].is_null());
    let kl = records.each_ref().map(|record| number(record, "/mean_kl/value"));
    assert!(kl.is_sorted_by(|a, b| 2.0 * a <= *b) && kl[2] < 1e-4 && kl[3] > 1e-3, "{kl:?}");
    let same = records.each_ref().map(|record| number(record, "/same_top1/rate"));
    assert!(same[1] > 0.97 && same[3] < same[2] && same[3] > 0.5, "{same:?}");
    for (record, name) in records[1..].iter().zip(["gpt2-micro-bf16", "gpt2-micro-int8", "gpt2-micro-int4"]) {
        assert_eq!((&record["model_b"]["name"], &record["bit_identical"]), (&name.into(), &false.into()));
        assert_eq!(record["model_a"]["weights_sha256"], record["model_b"]["weights_sha256"]);
        for mean in ["mean_kl", "ln_ppl_ratio", "same_top1", "same_top5"] {
            assert!(number(record, &format!("/{mean}/low")) < number(record, &format!("/{mean}/high")), "{mean}");
        }
        let ordered = ["kl_median", "kl_p99", "kl_p999", "kl_max"].map(|key| number(record, &format!("/{key}")));
        assert!(ordered.is_sorted(), "{ordered:?}");
        let ratio = (number(record, "/ppl_b") / number(record, "/ppl_a")).ln();
        assert!((ratio - number(record, "/ln_ppl_ratio/value")).abs() < 1e-9);
        assert_eq!(record["unit"], "window");
    }
}

/// Both distributions in full from the models' logits.
fn softmax(logits: &[f32]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::MIN, f32::max);
    let exp: Vec<f64> = logits.iter().map(|&x| (f64::from(x) - f64::from(largest)).exp()).collect();
    let sum: f64 = exp.iter().sum();
    exp.iter().map(|x| x / sum).collect()
}

/// The one window of a short text, by definition.
#[test]
fn figures_equal_their_definition() {
    let dir = tempfile::tempdir().unwrap();
    let (path, words) = (dir.path().join("short.txt"), "The old man looked at the sea, and the sea looked back.");
    std::fs::write(&path, words).unwrap();
    let record = record("gpt2-micro", "gpt2-micro:int4", &["--text", text(&path)]);
    let models = ["gpt2-micro", "gpt2-micro:int4"].map(|m| Model::open(m, &LoadOptions::default()).unwrap());
    let mut tokens: Vec<u32> = models[0].card().prefix_token.into_iter().collect();
    tokens.extend(models[0].encode(words).unwrap());
    let (mut kl, mut same, mut log_ratio) = (Vec::new(), 0, 0.0);
    let [a, b] = models.map(|model| model.logits(&tokens[..tokens.len() - 1]).unwrap());
    let vocab = a.len() / (tokens.len() - 1);
    for ((a, b), &token) in a.chunks(vocab).zip(b.chunks(vocab)).zip(&tokens[1..]) {
        let (p, q) = (softmax(a), softmax(b));
        kl.push(p.iter().zip(&q).map(|(p, q)| p * (p / q).ln()).sum::<f64>());
        let first = |p: &[f64]| p.iter().enumerate().max_by(|x, y| x.1.total_cmp(y.1)).map(|(token, _)| token);
        same += usize::from(first(&p) == first(&q));
        log_ratio += (p[token as usize] / q[token as usize]).ln();
    }
    let n = kl.len() as f64;
    let close = |path: &str, wanted: f64| {
        let got = number(&record, path);
        assert!((got - wanted).abs() < 1e-9, "{path}: {got} is not {wanted}");
    };
    assert_eq!(record["n_positions"], kl.len());
    close("/mean_kl/value", kl.iter().sum::<f64>() / n);
    close("/kl_max", kl.iter().copied().fold(0.0, f64::max));
    close("/same_top1/rate", same as f64 / n);
    close("/ln_ppl_ratio/value", log_ratio / n);
    assert_eq!(record["unit"], "position", "one window");
}

#[test]
fn threads_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let story = story(dir.path());
    let material = [&["--text", text(&story)][..], &["--task", "starter_pronouns", "starter_prose", "--limit", "6"]];
    for material in material {
        let with = |threads| record("gpt2-micro", "gpt3-micro", &[material, &["--threads", threads]].concat());
        let one = with("1");
        for threads in ["2", "7"] {
            assert_eq!(with(threads), one, "{threads} threads, {material:?}");
        }
        assert!(number(&one, "/mean_kl/value") > 0.01, "two models, not one");
    }
}

#[test]
fn tasks_are_compared_at_scored_positions() {
    let args = ["--task", "starter_pronouns", "--limit", "8"];
    let choices = record("gpt2-nano", "gpt2-nano:int4", &args);
    assert_eq!((&choices["unit"], &choices["n_units"]), (&"document".into(), &8.into()));
    assert_eq!(choices["material"]["tasks"][0]["n_docs"], 8);
    let place = choices["largest_kl"]["document"].as_str().unwrap();
    assert!(place.starts_with("task starter_pronouns, row ") && place.contains(", request "), "{place}");
    assert!(number(&choices, "/n_positions") <= number(&choices, "/n_tokens"));
    let words = record("gpt2-nano", "gpt2-nano:int4", &["--task", "starter_last_word", "--limit", "5"]);
    assert!(number(&words, "/n_tokens") >= 5.0);
}

/// Bits per byte of both models are sums of the same log-probabilities over the same bytes.
#[test]
fn perplexities_are_those_of_a_run() {
    let dir = tempfile::tempdir().unwrap();
    let (out, models) = (dir.path().join("out"), ["gpt2-nano", "gpt2-nano:int4"]);
    let prose = ["--task", "starter_prose", "--limit", "4"];
    let args = [&["run", "--quiet", "--no-report", "--out", text(&out), "--model"][..], &models, &prose].concat();
    ok(&args);
    let run = read_json(&out.join("run.json"));
    let bits: Vec<f64> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|result| result["metric"] == "bits_per_byte")
        .map(|result| number(result, "/estimate/value"))
        .collect();
    let diff = record(models[0], models[1], &prose);
    let ratio = number(&diff, "/ppl_b").ln() / number(&diff, "/ppl_a").ln();
    assert_eq!(bits.len(), 2);
    assert!((bits[1] / bits[0] / ratio - 1.0).abs() < 1e-6, "{bits:?} {ratio}");
}

#[test]
fn the_first_parting_is_shown_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let story = story(dir.path());
    let record = record("gpt2-micro", "gpt2-micro:int4", &["--text", text(&story)]);
    let parting = &record["first_parting"];
    assert_ne!(parting["top_a"]["id"], parting["top_b"]["id"]);
    assert!(number(parting, "/top_a/p_a") >= number(parting, "/top_b/p_a"), "A's first choice is its likeliest");
    assert!(number(parting, "/top_b/p_b") >= number(parting, "/top_a/p_b"));
    let words = std::fs::read_to_string(&story).unwrap();
    let line = words.lines().nth(parting["line"].as_u64().unwrap() as usize - 1).unwrap();
    let token = parting["token"]["text"].as_str().unwrap();
    assert!(line.contains(token.trim()), "{token:?} in {line:?}");
    let before = parting["before"].as_str().unwrap();
    assert!(words.contains(&format!("{before}{token}")), "{before:?} before {token:?}");
    assert!(number(&record, "/largest_kl/kl") >= number(parting, "/kl"));
    assert_eq!(number(&record, "/largest_kl/kl").to_bits(), number(&record, "/kl_max").to_bits());
}

#[test]
fn the_table_fits_and_the_record_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (story, out) = (story(dir.path()), dir.path().join("new/diff.json"));
    let args = ["diff", "gpt2-micro", "gpt2-micro:int4", "--text", text(&story), "--out", text(&out)];
    for columns in ["60", "100"] {
        let output = yardstick().args(args).env("COLUMNS", columns).output().unwrap();
        let table = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(table.lines().all(|line| line.chars().count() <= columns.parse().unwrap()), "{table}");
        for words in
            ["gpt2-micro-int4", "KL(A‖B)", "first parting", "windows", "ln(PPL_B / PPL_A)", "not bit-identical"]
        {
            assert!(table.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{words} in {table}");
        }
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains("tokens/s") && errors.contains("diff.json"), "{errors}");
    }
    assert_eq!(read_json(&out), record("gpt2-micro", "gpt2-micro:int4", &["--text", text(&story)]));
    for picture in ["diff-kl.svg", "diff-kl.png", "diff-kl.csv"] {
        assert!(out.with_file_name(picture).is_file(), "{picture}");
    }
    std::fs::write(&out, "mine").unwrap();
    let finished = run(&args);
    assert_eq!(finished.code, 2, "{}", finished.stderr);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
}

#[test]
fn a_report_takes_records() {
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name);
    let (out, record, report, empty) = (place("run"), place("kept/diff.json"), place("report"), place("empty"));
    std::fs::create_dir(&empty).unwrap();
    let short = ["--task", "starter_pronouns", "--limit", "2", "--out"];
    ok(&[&["run", "--no-report", "--model", "gpt2-nano"][..], &short, &[text(&out)]].concat());
    ok(&[&["diff", "gpt2-nano", "gpt2-nano:int8"][..], &short, &[text(&record)]].concat());
    for named in [&record, &place("kept")] {
        ok(&["report", text(&out), text(named), "--out", text(&report)]);
        let drawn = std::fs::read_to_string(report.join("charts/kl-divergence.csv")).unwrap();
        assert!(drawn.contains("gpt2-nano,gpt2-nano-int8,starter_pronouns"), "{drawn}");
        std::fs::remove_dir_all(&report).unwrap();
    }
    let refused = |runs: &[&str], code: i32, words: &str| {
        let finished = run(&[&["report"], runs, &["--out", text(&report)]].concat());
        assert_eq!(finished.code, code, "{}", finished.stderr);
        assert!(finished.message().contains(words), "{}", finished.stderr);
    };
    refused(&[text(&out), text(&empty)], 3, "neither a run (it has no run.json) nor the record of a diff");
    refused(&[text(&record)], 2, "a report needs a run");
    refused(&[text(&out), text(&place("nothing"))], 3, "nothing");
}

/// Runs and expects a code and words in the message.
fn fails(args: &[&str], code: i32, words: &[&str]) -> Finished {
    let finished = run(&[&["diff"], args].concat());
    let message = finished.message();
    assert_eq!(finished.code, code, "{args:?}\n{message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in the message of {args:?}:\n{message}");
    }
    finished
}

#[test]
fn what_cannot_be_compared() {
    let dir = tempfile::tempdir().unwrap();
    let story = story(dir.path());
    let (empty, binary) = (dir.path().join("empty.txt"), dir.path().join("binary.txt"));
    std::fs::write(&empty, "").unwrap();
    std::fs::write(&binary, b"caf\xe9").unwrap();
    let nano = ["gpt2-nano", "gpt2-nano:int8"];
    let with = |rest: &[&'static str], path: &Path| {
        let args: Vec<String> = rest.iter().map(|&arg| arg.to_owned()).chain([text(path).to_owned()]).collect();
        args
    };
    let check = |args: Vec<String>, code: i32, words: &[&str]| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        fails(&args, code, words);
    };
    check(with(&["gpt2-micro", "gpt1-micro", "--text"], &story), 4, &["same tokens", "yardstick compare"]);
    check(with(&["gpt2-micro", "gpt2-mikro:int8", "--text"], &story), 4, &["did you mean \"gpt2-micro:int8\""]);
    check(with(&["gpt2-nano", "gpt2-nano:int8", "--text"], &empty), 3, &["empty.txt", "is empty"]);
    check(with(&["gpt2-nano", "gpt2-nano:int8", "--text"], &binary), 3, &["binary.txt", "not UTF-8", "byte 3"]);
    check(with(&["gpt2-nano", "gpt2-nano:int8", "--text"], &dir.path().join("no.txt")), 3, &["no.txt"]);
    check(with(&["gpt2-nano", "gpt2-nano:int8", "--shots", "2", "--text"], &story), 2, &["--shots"]);
    fails(&nano, 2, &["--text"]);
    fails(&[&nano[..], &["--task", "starter_prose", "--text", text(&story)]].concat(), 2, &["cannot be used with"]);
    fails(&[&nano[..], &["--text", text(&story), "--context", "5000"]].concat(), 4, &["5000"]);
}

#[test]
fn a_task_whose_texts_the_model_writes_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("rows.jsonl"), "{\"q\":\"One\"}\n{\"q\":\"Two\"}\n").unwrap();
    let task = dir.path().join("writing.yaml");
    let yaml = format!(
        "task: writing\ndataset_path: json\ndataset_kwargs: {{data_files: {{test: {}}}}}\ntest_split: test\n\
         output_type: generate_until\ndoc_to_text: '{{{{q}}}}'\ndoc_to_target: x\n\
         generation_kwargs: {{until: [], max_gen_toks: 5}}\nmetric_list: [{{metric: exact_match}}]\n",
        text(&dir.path().join("rows.jsonl"))
    );
    std::fs::write(&task, yaml).unwrap();
    let args = ["gpt2-nano", "gpt2-nano:int8", "--task", "starter_prose", text(&task)];
    fails(&args, 2, &["task writing", "generate_until", "loglikelihood_rolling"]);
}

/// GPT-1 has no token to put before a text, and its tokens know no lines.
#[test]
fn a_first_token_without_a_score_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let story = story(dir.path());
    let record = record("gpt1-micro", "gpt1-micro:int4", &["--text", text(&story)]);
    let warning = record["material"]["warnings"][0].as_str().unwrap();
    assert!(warning.contains("1 of 1 requests have no score for their first token"), "{warning}");
    assert!(record["largest_kl"]["line"].is_null() && !record["largest_kl"]["before"].as_str().unwrap().is_empty());
}

/// A context that was asked for.
#[test]
fn a_shorter_context() {
    let dir = tempfile::tempdir().unwrap();
    let story = story(dir.path());
    let record = record("gpt2-nano", "gpt2-nano:int8", &["--text", text(&story), "--context", "64"]);
    assert_eq!((&record["model_a"]["n_ctx"], &record["model_b"]["n_ctx"]), (&64.into(), &64.into()));
    let windows = (number(&record, "/n_positions") / 64.0).ceil();
    assert_eq!(record["n_units"].as_f64(), Some(windows));
}
