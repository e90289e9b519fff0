//! The record of a task's numbers.

use super::{Evaluation, SCHEMA, without_nulls};
use crate::number::{Unit, metric_name};
use serde_json::{Map, Value, json};
use yardstick_core::{Estimate, MetricCard, ModelCard, Request, ResultRecord, RunStatus, TaskCard};

/// Metrics that every tool calls by the same name, with that name; ours have `yardstick.` before them.
const SHARED_IDS: &[(&str, &str)] = &[
    ("acc", "accuracy"),
    ("exact_match", "exact-match"),
    ("em", "exact-match"),
    ("f1", "f1"),
    ("perplexity", "perplexity"),
    ("bleu", "bleu"),
    ("rouge1", "rouge-1"),
    ("rouge2", "rouge-2"),
    ("rougeL", "rouge-l"),
];

/// All that is known about a model on a task but its documents, whose file is described by `documents`.
pub(super) fn aggregate(evaluation: &Evaluation, documents: Option<&Value>) -> Value {
    let record = evaluation.record;
    let (shown, left_out): (Vec<&ResultRecord>, Vec<&ResultRecord>) =
        evaluation.results.iter().copied().partition(|result| result.estimate.value.is_finite());
    let results: Vec<Value> = shown.into_iter().map(|result| self::result(evaluation, result)).collect();
    without_nulls(json!({
        "schema_version": SCHEMA,
        "evaluation_id": evaluation.id(),
        "evaluation_timestamp": evaluation.started().to_string(),
        "retrieved_timestamp": evaluation.finished().to_string(),
        "source_metadata": source(evaluation, &left_out),
        "eval_library": { "name": "yardstick", "version": record.version },
        "model_info": model(evaluation),
        "evaluation_results": results,
        "detailed_evaluation_results": documents,
    }))
}

/// Where the numbers come from. The schema has no number that is not finite, so one that was measured is told in words.
fn source(evaluation: &Evaluation, left_out: &[&ResultRecord]) -> Value {
    let environment = &evaluation.record.environment;
    let mut details = Map::new();
    let mut put = |key: &str, text: String| details.insert(key.to_owned(), text.into());
    put("machine", format!("{} {}, {} threads", environment.os, environment.arch, environment.threads));
    if evaluation.record.status == RunStatus::Partial {
        put("partial", "the run did not finish: documents, tasks or models are missing".to_owned());
    }
    for result in left_out {
        put(&format!("not_finite.{}", result.metric), result.estimate.value.to_string());
    }
    json!({
        "source_name": "yardstick",
        "source_type": "evaluation_run",
        "source_organization_name": "not stated",
        "evaluator_relationship": "other",
        "additional_details": details,
    })
}

fn model(evaluation: &Evaluation) -> Value {
    let ModelCard { name, source, family, n_params, n_ctx, dtype, storage, device, .. } = evaluation.model;
    let card = evaluation.model;
    let id = evaluation.model_id();
    let availability = if source == "bundled" { "open_weights" } else { "unknown" };
    let context = evaluation.record.spec.context.map_or(*n_ctx, |n| n.min(*n_ctx));
    json!({
        "name": name,
        "developer": id.split('/').next(),
        "id": id,
        "inference_engine": { "name": "yardstick", "version": evaluation.record.version },
        "additional_details": {
            "deployment_type": "self_deployed",
            "model_availability": availability,
            "family": family,
            "num_parameters": n_params.to_string(),
            "dtype": dtype,
            "held_as": storage,
            "computed_on": device,
            "context": context.to_string(),
            "weights_sha256": card.weights_sha256,
            "tokenizer_sha256": card.tokenizer_sha256,
            "config_sha256": card.config_sha256,
        },
    })
}

fn result(evaluation: &Evaluation, result: &ResultRecord) -> Value {
    let card = evaluation.task.and_then(|task| task.metrics.iter().find(|metric| metric.name == result.metric));
    without_nulls(json!({
        "evaluation_result_id": result.metric,
        "evaluation_name": evaluation.name,
        "evaluation_timestamp": evaluation.started().to_string(),
        "source_data": evaluation.task.map_or_else(|| group_data(evaluation), dataset),
        "metric_config": metric(&result.metric, &result.estimate, card, direction(evaluation, &result.metric)),
        "score_details": score(&result.estimate, card),
        "generation_config": evaluation.task.map(|task| generation(evaluation, task)),
    }))
}

/// Of a group, that of its tasks.
fn direction(evaluation: &Evaluation, metric: &str) -> bool {
    let cards = evaluation.record.tasks.iter();
    let own = |task: &&TaskCard| evaluation.task.is_none_or(|own| own.id == task.id);
    let mut metrics = cards.filter(own).flat_map(|task| &task.metrics).filter(|card| card.name == metric);
    metrics.next().is_none_or(|card| card.higher_is_better)
}

/// The dataset with the checksums of the files that were read.
fn dataset(task: &TaskCard) -> Value {
    let data = &task.dataset;
    let mut details = Map::new();
    if let Some(name) = &data.name {
        details.insert("config".to_owned(), json!(name));
    }
    for (file, sha256) in &data.files {
        details.insert(format!("sha256 of {file}"), json!(sha256));
    }
    let is_on_hub = data.path.split('/').filter(|part| !part.is_empty()).count() == 2
        && !data.path.starts_with(['/', '.', '~'])
        && !data.path.starts_with("yardstick/");
    if !is_on_hub {
        details.insert("split".to_owned(), json!(data.split));
        return json!({ "dataset_name": task.id, "source_type": "other", "additional_details": details });
    }
    json!({
        "dataset_name": task.id,
        "source_type": "hf_dataset",
        "hf_repo": data.path,
        "hf_split": data.split,
        "samples_number": task.n_docs,
        "additional_details": details,
    })
}

fn group_data(evaluation: &Evaluation) -> Value {
    let group = evaluation.record.groups.iter().find(|group| group.id == evaluation.name);
    let tasks = group.map_or_else(String::new, |group| group.tasks.join(", "));
    json!({ "dataset_name": evaluation.name, "source_type": "other", "additional_details": { "mean_over_tasks": tasks } })
}

fn metric(name: &str, estimate: &Estimate, card: Option<&MetricCard>, higher_is_better: bool) -> Value {
    let (plain, filter) = name.split_once(',').map_or((name, None), |(name, filter)| (name, Some(filter)));
    let shared = SHARED_IDS.iter().find(|(ours, _)| *ours == plain).map(|(_, theirs)| (*theirs).to_owned());
    let unit = Unit::of(name);
    let is_percent = unit == Unit::Percent && estimate.value > 1.0;
    let (unit_name, least, most) = match unit {
        Unit::Percent if is_percent => ("percent", json!(0.0), json!(100.0)),
        Unit::Percent => ("proportion", json!(0.0), json!(1.0)),
        Unit::Bits => (plain, json!(0.0), json!("Infinity")),
        Unit::Perplexity => ("perplexity", json!(1.0), json!("Infinity")),
        Unit::Plain => (plain, Value::Null, Value::Null),
    };
    let mut details = Map::new();
    for (key, text) in [("filter", filter), ("aggregation", card.map(|card| card.aggregation.as_str()))] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            details.insert(key.to_owned(), json!(text));
        }
    }
    json!({
        "evaluation_description": metric_name(name),
        "metric_id": shared.unwrap_or_else(|| format!("yardstick.{plain}")),
        "metric_name": name,
        "metric_unit": unit_name,
        "lower_is_better": !higher_is_better,
        "score_type": "continuous",
        "min_score": least,
        "max_score": most,
        "additional_details": details,
    })
}

fn score(estimate: &Estimate, card: Option<&MetricCard>) -> Value {
    let stderr = estimate.stderr.filter(|stderr| stderr.is_finite());
    let ends = estimate.low.zip(estimate.high).filter(|(low, high)| low.is_finite() && high.is_finite());
    let method = &estimate.method;
    let uncertainty = without_nulls(json!({
        "standard_error": stderr.map(|value| json!({ "value": value, "method": method })),
        "confidence_interval": ends.map(|(lower, upper)| {
            json!({ "lower": lower, "upper": upper, "confidence_level": 0.95, "method": method })
        }),
        "num_samples": estimate.n,
    }));
    let mut details = Map::new();
    if let Some(chance) = card.and_then(|card| card.chance) {
        details.insert("chance".to_owned(), json!(chance.to_string()));
    }
    json!({ "score": estimate.value, "details": details, "uncertainty": uncertainty })
}

/// How the model was asked.
fn generation(evaluation: &Evaluation, task: &TaskCard) -> Value {
    let spec = &evaluation.record.spec;
    let requests = evaluation.samples.iter().flat_map(|sample| &sample.requests);
    let writes = requests.filter_map(|request| match request {
        Request::Generate { generation, .. } => Some(generation),
        Request::LogLikelihood { .. } | Request::Rolling { .. } => None,
    });
    let args = writes.take(1).next().map_or_else(Map::new, |generation| {
        let mut args = Map::new();
        args.insert("max_tokens".to_owned(), json!(generation.max_tokens.max(1)));
        args.insert("temperature".to_owned(), json!(generation.sampling.map_or(0.0, |s| s.temperature)));
        if let Some(top_k) = generation.sampling.and_then(|s| s.top_k) {
            args.insert("top_k".to_owned(), json!(top_k));
        }
        if let Some(top_p) = generation.sampling.and_then(|s| s.top_p) {
            args.insert("top_p".to_owned(), json!(top_p));
        }
        args
    });
    let mut details = Map::new();
    let mut put = |key: &str, text: &str| details.insert(key.to_owned(), json!(text));
    put("num_fewshot", &task.shots.to_string());
    put("output_type", &task.output_type);
    put("task_version", &task.version);
    put("prompts_sha256", &task.prompt_hash);
    if let Some(fewshot) = &task.fewshot {
        put("fewshot_draw", &fewshot.draw);
        put("fewshot_seed", &fewshot.seed.map_or_else(String::new, |seed| seed.to_string()));
    }
    for (key, text) in [("system", &spec.system), ("chat", &spec.chat), ("compat", &spec.compat)] {
        if let Some(text) = text {
            put(key, text);
        }
    }
    json!({ "generation_args": args, "additional_details": details })
}
