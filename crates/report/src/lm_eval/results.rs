//! `results_<date>.json`: aggregates and how they came about.

use super::split;
use crate::hash::sha256_hex;
use serde_json::{Map, Value, json};
use yardstick_core::{GroupRecord, MetricCard, ModelCard, ResultRecord, RunRecord, TaskCard};

/// Metrics for which lm-eval gives no standard error.
const WITHOUT_ERROR: [&str; 3] = ["word_perplexity", "byte_perplexity", "bits_per_byte"];

/// The version whose schema is written.
const SCHEMA: &str = "0.4.13";

/// One model's results. What only lm-eval itself could know is null.
pub(super) fn results(
    record: &RunRecord,
    model: &ModelCard,
    task_hashes: Map<String, Value>,
    sanitized_name: &str,
) -> Value {
    let groups: Vec<&GroupRecord> = record.groups.iter().filter(|g| has_result(record, model, &g.id)).collect();
    let group_values: Map<String, Value> =
        groups.iter().map(|g| (g.id.clone(), group_values(record, model, &g.id))).collect();
    let task_values = record.tasks.iter().map(|t| (t.id.clone(), values(record, model, &t.id).into()));
    let all: Map<String, Value> = task_values.chain(group_values.clone()).collect();
    let mut out = Map::new();
    out.insert("results".to_owned(), Value::Object(all));
    if !group_values.is_empty() {
        out.insert("groups".to_owned(), Value::Object(group_values));
    }
    let parts = [
        ("group_subtasks", groups.iter().map(|g| (g.id.clone(), json!(g.tasks))).collect()),
        ("configs", by_task(record, config)),
        ("versions", by_task(record, |t| version(&t.version))),
        ("n-shot", by_task(record, |t| json!(t.shots))),
        ("higher_is_better", by_task(record, |t| directions(&t.metrics))),
        ("n-samples", by_task(record, |t| json!({ "original": t.n_available, "effective": t.n_docs }))),
    ];
    out.extend(parts.map(|(key, value): (&str, Value)| (key.to_owned(), value)));
    out.extend(about(record, model, sanitized_name));
    out.insert("task_hashes".to_owned(), Value::Object(task_hashes));
    Value::Object(out)
}

fn results_of<'a>(record: &'a RunRecord, model: &'a ModelCard, id: &'a str) -> impl Iterator<Item = &'a ResultRecord> {
    record.results.iter().filter(move |r| r.model == model.name && r.task == id)
}

fn has_result(record: &RunRecord, model: &ModelCard, id: &str) -> bool {
    results_of(record, model, id).next().is_some()
}

/// `{"name", "alias", "sample_len", "acc,none", "acc_stderr,none", …}`.
fn values(record: &RunRecord, model: &ModelCard, id: &str) -> Map<String, Value> {
    let mut out = Map::new();
    let sample_len = results_of(record, model, id).map(|r| r.estimate.n).max().unwrap_or(0);
    out.insert("name".to_owned(), json!(id));
    out.insert("alias".to_owned(), json!(id));
    out.insert("sample_len".to_owned(), json!(sample_len));
    for result in results_of(record, model, id) {
        let stderr = result.estimate.stderr.filter(|_| !WITHOUT_ERROR.contains(&result.metric.as_str()));
        let (metric, filter) = split(&result.metric);
        out.insert(format!("{metric},{filter}"), json!(result.estimate.value));
        out.insert(format!("{metric}_stderr,{filter}"), stderr.map_or_else(|| json!("N/A"), |se| json!(se)));
    }
    out
}

/// As of a task, with `sample_count`: documents behind each metric.
fn group_values(record: &RunRecord, model: &ModelCard, id: &str) -> Value {
    let mut out = values(record, model, id);
    let count = |r: &ResultRecord| {
        let (metric, filter) = split(&r.metric);
        (format!("{metric},{filter}"), json!(r.estimate.n))
    };
    let counts = results_of(record, model, id).map(count);
    out.insert("sample_count".to_owned(), Value::Object(counts.collect()));
    Value::Object(out)
}

/// A value per task, in the order of the ids as lm-eval sorts them.
fn by_task(record: &RunRecord, of: impl Fn(&TaskCard) -> Value) -> Value {
    let mut tasks: Vec<&TaskCard> = record.tasks.iter().collect();
    tasks.sort_by(|a, b| a.id.cmp(&b.id));
    Value::Object(tasks.into_iter().map(|t| (t.id.clone(), of(t))).collect())
}

fn config(task: &TaskCard) -> Value {
    let metric = |m: &MetricCard| json!({ "metric": split(&m.name).0, "higher_is_better": m.higher_is_better });
    json!({
        "task": task.id,
        "dataset_path": task.dataset.path,
        "dataset_name": task.dataset.name,
        "test_split": task.dataset.split,
        "num_fewshot": task.shots,
        "metric_list": task.metrics.iter().map(metric).collect::<Vec<_>>(),
        "output_type": task.output_type,
        "repeats": 1,
        "metadata": { "version": version(&task.version) },
    })
}

/// lm-eval's versions are numbers, except where a task has none.
fn version(text: &str) -> Value {
    text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number))
}

fn directions(metrics: &[MetricCard]) -> Value {
    Value::Object(metrics.iter().map(|m| (split(&m.name).0.to_owned(), json!(m.higher_is_better))).collect())
}

/// Machine, model and program.
fn about(record: &RunRecord, model: &ModelCard, sanitized_name: &str) -> Map<String, Value> {
    let environment = &record.environment;
    let (system, template) = (record.spec.system.as_deref(), record.chat_template.as_deref());
    let about = json!({
        "config": invocation(record, model),
        "git_hash": null,
        "date": unix_seconds(&record.started),
        "pretty_env_info": format!("yardstick {}, {} {}, {} threads", record.version, environment.os, environment.arch, environment.threads),
        "transformers_version": "N/A",
        "lm_eval_version": format!("{SCHEMA} (schema only; written by yardstick {})", record.version),
        "upper_git_hash": null,
        "tokenizer_pad_token": null,
        "tokenizer_eos_token": null,
        "tokenizer_bos_token": null,
        "eot_token_id": null,
        "max_length": record.spec.context.map_or(model.n_ctx, |n| n.min(model.n_ctx)),
        "model_source": "yardstick",
        "model_name": model.name,
        "model_name_sanitized": sanitized_name,
        "system_instruction": system,
        "system_instruction_sha": system.map(sha256_hex),
        "fewshot_as_multiturn": record.spec.chat.as_ref().map(|kind| kind == "multi-turn"),
        "chat_template": template,
        "chat_template_sha": template.map(sha256_hex),
        "total_evaluation_time_seconds": record.seconds.to_string(),
    });
    match about {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The model and how it was called.
fn invocation(record: &RunRecord, model: &ModelCard) -> Value {
    json!({
        "model": "yardstick",
        "model_args": { "pretrained": model.source },
        "model_num_parameters": model.n_params,
        "model_dtype": if model.storage == "bf16" { "bfloat16" } else if model.storage == "int8" { "int8" } else { "float32" },
        "model_revision": null,
        "model_sha": model.weights_sha256,
        "batch_size": null,
        "batch_sizes": [],
        "device": "cpu",
        "use_cache": null,
        "limit": record.spec.limit.map(|limit| limit as f64),
        "bootstrap_iters": null,
        "gen_kwargs": null,
        "random_seed": null,
        "numpy_seed": null,
        "torch_seed": null,
        "fewshot_seed": record.tasks.iter().find_map(fewshot_seed),
    })
}

/// The seed of a task's examples, where lm-eval with that seed has the same ones.
fn fewshot_seed(task: &TaskCard) -> Option<u64> {
    task.fewshot.as_ref().filter(|fewshot| fewshot.draw == "lm-eval")?.seed
}

/// Seconds since 1970 of an RFC 3339 time; `None` when it is none.
fn unix_seconds(time: &str) -> Option<f64> {
    time.parse::<jiff::Timestamp>().ok().map(|t| t.as_nanosecond() as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn written(record: &RunRecord) -> Value {
        results(record, &record.models[0], Map::new(), "name")
    }

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().expect("an object").keys().map(String::as_str).collect()
    }

    #[test]
    fn every_key_of_lm_eval() {
        let value = written(&testing::with_group());
        let wanted = [
            "results",
            "groups",
            "group_subtasks",
            "configs",
            "versions",
            "n-shot",
            "higher_is_better",
            "n-samples",
            "config",
            "git_hash",
            "date",
            "pretty_env_info",
            "transformers_version",
            "lm_eval_version",
            "upper_git_hash",
            "tokenizer_pad_token",
            "tokenizer_eos_token",
            "tokenizer_bos_token",
            "eot_token_id",
            "max_length",
            "model_source",
            "model_name",
            "model_name_sanitized",
            "system_instruction",
            "system_instruction_sha",
            "fewshot_as_multiturn",
            "chat_template",
            "chat_template_sha",
            "total_evaluation_time_seconds",
            "task_hashes",
        ];
        assert_eq!(keys(&value), wanted);
        assert_eq!(value["date"], json!(1_767_323_045.0));
    }

    #[test]
    fn tasks_and_groups() {
        let value = written(&testing::with_group());
        let wanted =
            ["name", "alias", "sample_len", "acc,none", "acc_stderr,none", "acc_norm,none", "acc_norm_stderr,none"];
        assert_eq!(keys(&value["results"]["piqa"]), wanted);
        assert_eq!(value["groups"]["blimp"], value["results"]["blimp"]);
        let wanted = ["name", "alias", "sample_len", "acc,none", "acc_stderr,none", "sample_count"];
        assert_eq!(keys(&value["groups"]["blimp"]), wanted);
        assert_eq!(value["group_subtasks"], json!({ "blimp": ["blimp_a", "blimp_b"] }));
        assert_eq!(value["n-samples"]["piqa"], json!({ "original": 400, "effective": 200 }));
        assert_eq!(value["versions"]["piqa"], json!(1.0));
    }

    #[test]
    fn conversations() {
        let mut record = testing::one_by_one("piqa");
        record.spec.system = Some("Be brief.".to_owned());
        record.spec.chat = Some("single-turn".to_owned());
        record.chat_template = Some("{{ messages }}".to_owned());
        let value = written(&record);
        assert_eq!(
            (&value["system_instruction"], &value["chat_template"]),
            (&json!("Be brief."), &json!("{{ messages }}"))
        );
        assert_eq!(
            (&value["fewshot_as_multiturn"], &value["system_instruction_sha"]),
            (&json!(false), &json!(sha256_hex("Be brief.")))
        );
        assert_eq!(value["chat_template_sha"], json!(sha256_hex("{{ messages }}")));
    }

    #[test]
    fn no_error_where_lm_eval_has_none() {
        let value = written(&testing::four_by_eleven());
        assert_eq!(value["results"]["wikitext"]["bits_per_byte_stderr,none"], json!("N/A"));
        assert!(value["results"]["lambada_openai"]["perplexity_stderr,none"].is_f64());
        let mut record = testing::one_by_one("piqa");
        record.results[0].estimate.stderr = None;
        assert_eq!(written(&record)["results"]["piqa"]["acc_stderr,none"], json!("N/A"));
        assert!(written(&record).get("groups").is_none());
    }
}
