//! Made-up records for tests: no number here was measured.

mod answers;

pub(crate) use answers::{answered, diff, four_answered, over_time};

use std::sync::Arc;
use yardstick_core::{
    DatasetCard, Environment, Estimate, Generation, GroupRecord, Map, MetricCard, ModelCard, Request, Response,
    ResultRecord, RunRecord, RunSpec, RunStatus, Sample, Sampling, Score, Target, TaskCard, Value,
};

/// A metric of a made-up task: name, direction, chance.
type Metric = (&'static str, bool, Option<f64>);

const ACC: fn(f64) -> Metric = |chance| ("acc", true, Some(chance));
const ACC_NORM: fn(f64) -> Metric = |chance| ("acc_norm", true, Some(chance));

pub(crate) fn model(name: &str, family: &str, n_params: u64) -> ModelCard {
    ModelCard {
        name: name.to_owned(),
        source: "bundled".to_owned(),
        family: family.to_owned(),
        n_params,
        n_layer: 4,
        n_embd: 128,
        n_head: 4,
        n_ctx: 256,
        vocab_size: 2048,
        dtype: "f16".to_owned(),
        storage: "f32".to_owned(),
        device: "cpu".to_owned(),
        scoring: yardstick_core::Scoring::Causal,
        prefix_token: Some(0),
        prefix_always: false,
        end_token: Some(0),
        weights_sha256: crate::hash::sha256_hex(name),
        tokenizer_sha256: crate::hash::sha256_hex("tokenizer"),
        config_sha256: crate::hash::sha256_hex("config"),
    }
}

pub(crate) fn task(id: &str, metrics: &[Metric], n_docs: u64) -> TaskCard {
    let metrics = metrics.iter().map(|&(name, higher_is_better, chance)| MetricCard {
        name: name.to_owned(),
        higher_is_better,
        chance,
        aggregation: "mean".to_owned(),
    });
    TaskCard {
        id: id.to_owned(),
        description: format!("made-up documents for {id}"),
        output_type: "multiple_choice".to_owned(),
        version: "1".to_owned(),
        dataset: DatasetCard { path: format!("made/{id}"), name: None, split: "test".to_owned(), files: Vec::new() },
        metrics: metrics.collect(),
        shots: 0,
        fewshot: None,
        prompt_hash: crate::hash::sha256_hex(id),
        n_docs,
        n_available: 2 * n_docs,
        paper: None,
        choices: Vec::new(),
        references: Vec::new(),
    }
}

/// A value between 0 and 1 that depends on `seed` alone.
fn fraction(seed: usize) -> f64 {
    (seed as f64 * 0.618_033_988_749_895 + 0.3).fract()
}

fn estimate(metric: &str, chance: Option<f64>, seed: usize, quality: f64, n: u64) -> Estimate {
    let (value, stderr) = match metric {
        "bits_per_byte" => (3.2 - 1.4 * quality + 0.1 * fraction(seed), 0.02),
        "perplexity" => (4e4 * (-6.0 * quality - fraction(seed)).exp(), 3e3 * (-6.0 * quality).exp()),
        "word_perplexity" => (9e6 * (-9.0 * quality).exp(), 1e5 * (-9.0 * quality).exp()),
        _ => {
            let floor = chance.unwrap_or(0.0);
            let value = floor + (0.9 - floor) * quality * (0.5 + 0.5 * fraction(seed));
            (value, (value * (1.0 - value) / n as f64).sqrt())
        }
    };
    let method = "mean, s/sqrt(n); Wilson 95 %".to_owned();
    Estimate {
        value,
        stderr: Some(stderr),
        low: Some(value - 1.96 * stderr),
        high: Some(value + 1.96 * stderr),
        n,
        method,
    }
}

/// A record with results for every model, task and metric.
pub(crate) fn record(models: Vec<ModelCard>, tasks: Vec<TaskCard>) -> RunRecord {
    let mut results = Vec::new();
    for (m, model) in models.iter().enumerate() {
        let quality = (m + 1) as f64 / (models.len() + 1) as f64;
        for (t, task) in tasks.iter().enumerate() {
            for metric in &task.metrics {
                let estimate = estimate(&metric.name, metric.chance, 7 * t + m, quality, task.n_docs);
                let (task, metric) = (task.id.clone(), metric.name.clone());
                results.push(ResultRecord { model: model.name.clone(), task, metric, estimate });
            }
        }
    }
    RunRecord {
        format: RunRecord::FORMAT.to_owned(),
        version: "0.1.0".to_owned(),
        status: RunStatus::Complete,
        started: "2026-01-02T03:04:05Z".to_owned(),
        seconds: 83.4,
        spec: RunSpec {
            models: models.iter().map(|m| m.name.clone()).collect(),
            tasks: tasks.iter().map(|t| t.id.clone()).collect(),
            limit: Some(200),
            context: None,
            shots: None,
            seed: None,
            compat: None,
            dtype: None,
            max_gen_toks: None,
            system: None,
            chat: None,
            pll: None,
            device: None,
            token_scores: false,
        },
        environment: Environment { os: "linux".into(), arch: "x86_64".into(), cpus: 4, threads: 4 },
        models,
        tasks,
        groups: Vec::new(),
        chat_template: None,
        results,
        warnings: vec!["lambada_openai: 3 of 200 contexts were cut to 256 tokens".to_owned()],
        speeds: Vec::new(),
    }
}

pub(crate) fn bundled_models() -> Vec<ModelCard> {
    vec![
        model("gpt2-nano", "gpt2", 430_000),
        model("gpt1-micro", "openai-gpt", 1_060_000),
        model("gpt2-micro", "gpt2", 1_100_000),
        model("gpt3-micro", "gpt_neo", 2_900_000),
    ]
}

/// Four models on eleven tasks of several metrics.
pub(crate) fn four_by_eleven() -> RunRecord {
    let tasks = vec![
        task("lambada_openai", &[("perplexity", false, None), ACC(0.0)], 200),
        task("hellaswag", &[ACC(0.25), ACC_NORM(0.25)], 200),
        task("piqa", &[ACC(0.5), ACC_NORM(0.5)], 200),
        task("winogrande", &[ACC(0.5)], 200),
        task("arc_easy", &[ACC(0.25), ACC_NORM(0.25)], 200),
        task("arc_challenge", &[ACC(0.25), ACC_NORM(0.25)], 200),
        task("boolq", &[ACC(0.5)], 200),
        task("copa", &[ACC(0.5)], 100),
        task("starter_minimal_pairs", &[ACC(0.5)], 1000),
        task("starter_arithmetic", &[ACC(0.0)], 2000),
        task(
            "wikitext",
            &[("word_perplexity", false, None), ("byte_perplexity", false, None), ("bits_per_byte", false, None)],
            62,
        ),
    ];
    record(bundled_models(), tasks)
}

/// One model on one task.
pub(crate) fn one_by_one(id: &str) -> RunRecord {
    record(vec![model("gpt2-micro", "gpt2", 1_100_000)], vec![task(id, &[ACC(0.5)], 200)])
}

/// A task beside a group of two.
pub(crate) fn with_group() -> RunRecord {
    let tasks = vec![
        task("piqa", &[ACC(0.5), ACC_NORM(0.5)], 200),
        task("blimp_a", &[ACC(0.5)], 100),
        task("blimp_b", &[ACC(0.5)], 100),
    ];
    let mut record = record(bundled_models(), tasks);
    record.groups.push(GroupRecord { id: "blimp".into(), tasks: vec!["blimp_a".into(), "blimp_b".into()] });
    for (m, model) in record.models.iter().enumerate() {
        let estimate = estimate("acc", Some(0.5), 40 + m, 0.4, 200);
        record.results.push(ResultRecord {
            model: model.name.clone(),
            task: "blimp".into(),
            metric: "acc".into(),
            estimate,
        });
    }
    record
}

/// Names that would break a page, a table or a terminal.
pub(crate) fn hostile() -> RunRecord {
    let name = "a|b`<script>alert(1)</script>\n\u{1b}[31m&amp;";
    let mut record = record(vec![model(name, "gpt2", 1_100_000)], vec![task("x|y/../<z>", &[ACC(0.5)], 20)]);
    record.warnings.push("a | in `code` and a <b>tag</b>".to_owned());
    record
}

/// One sample of each kind of task for two models.
pub(crate) fn samples() -> Vec<Sample> {
    ["gpt2-nano", "gpt2-micro"]
        .into_iter()
        .flat_map(|m| [choice(m), winograd(m), last_word(m), rolling(m), written(m)])
        .collect()
}

fn response(log_likelihood: f64) -> Response {
    Response { log_likelihood, n_tokens: 3, ..Response::default() }
}

fn base(model: &str, task: &str) -> Sample {
    let mut doc = Map::new();
    doc.insert("text", Value::from("Ünïcode\tand \"quotes\""));
    doc.insert("n", Value::Int(3));
    doc.insert("weights", Value::List(vec![Value::Float(1.0), Value::Float(1e-7), Value::Null]));
    Sample {
        model: model.to_owned(),
        task: task.to_owned(),
        doc_id: 0,
        doc,
        doc_hash: "0d".into(),
        prompt_hash: "0a".into(),
        requests: Vec::new(),
        responses: Vec::new(),
        choices: vec!["no".to_owned(), "yes".to_owned()],
        target: Target::Choice(1),
        target_text: "yes".into(),
        filtered: Vec::new(),
        metrics: std::collections::BTreeMap::new(),
    }
}

fn ask(context: &str, continuation: &str) -> Request {
    Request::LogLikelihood { context: context.into(), continuation: continuation.to_owned() }
}

pub(crate) fn choice(model: &str) -> Sample {
    let mut sample = base(model, "boolq");
    sample.requests = vec![ask("Is it?\nAnswer:", " no"), ask("Is it?\nAnswer:", " yes")];
    sample.responses = vec![response(-5.25), response(-3.0)];
    sample.metrics = [("acc".to_owned(), Score::Value(1.0))].into();
    sample
}

/// A number for each list of scores, as the task crate gives it for these names; `largest` is none of them.
pub(crate) fn value(aggregation: &str, scores: &[Score]) -> Option<f64> {
    let values: Vec<f64> = scores
        .iter()
        .map(|score| match score {
            Score::Value(value) => *value,
            Score::Ratio(y, x) => y / x,
            Score::Counts(counts) => counts[0],
        })
        .collect();
    match aggregation {
        "mean" => Some(yardstick_stats::mean(&values)),
        "perplexity" => Some((-yardstick_stats::mean(&values)).exp()),
        "bits_per_byte" => {
            let sum = |part: fn(&Score) -> f64| scores.iter().map(part).sum::<f64>();
            Some(
                -sum(|s| if let Score::Ratio(y, _) = s { *y } else { 0.0 })
                    / sum(|s| if let Score::Ratio(_, x) = s { *x } else { 0.0 })
                    / std::f64::consts::LN_2,
            )
        }
        "largest" => values.iter().copied().reduce(f64::max),
        _ => None,
    }
}

/// A choice between two, answered rightly or wrongly with that much certainty.
pub(crate) fn document(model: &str, task: &str, row: u64, right: bool, nats: f64) -> Sample {
    let mut sample = choice(model);
    sample.task = task.to_owned();
    sample.doc_id = row;
    sample.doc_hash = format!("{task} {row}");
    sample.prompt_hash = format!("{task} {row}");
    sample.responses[0].log_likelihood = -5.0;
    sample.responses[1].log_likelihood = if right { -5.0 + nats } else { -5.0 - nats };
    sample.metrics = [("acc".to_owned(), Score::Value(f64::from(u8::from(right))))].into();
    sample
}

/// The choices are contexts and the continuation is shared.
pub(crate) fn winograd(model: &str) -> Sample {
    let mut sample = base(model, "winogrande");
    sample.requests = vec![ask("The cat", " slept."), ask("The rug", " slept.")];
    sample.responses = vec![response(-92.900_985_717_773_44), response(-1e-5)];
    sample.metrics = [("acc".to_owned(), Score::Value(0.0))].into();
    sample
}

pub(crate) fn last_word(model: &str) -> Sample {
    let mut sample = base(model, "lambada_openai");
    sample.requests = vec![ask("He read the last", " page")];
    sample.responses = vec![response(-29.684_556_961_059_57)];
    sample.target = Target::Text(" page".into());
    sample.metrics =
        [("acc".to_owned(), Score::Value(0.0)), ("perplexity".to_owned(), Score::Value(-29.684_556_961_059_57))].into();
    sample
}

/// A document that is answered in writing, twice, and read by two filters.
pub(crate) fn written(model: &str) -> Sample {
    let mut sample = base(model, "gsm8k");
    let sampling = Some(Sampling { temperature: 0.5, top_k: Some(40), top_p: None, seed: 7 });
    let generation = Arc::new(Generation { until: vec!["\n\n".to_owned()], max_tokens: 64, sampling });
    let ask =
        |sample| Request::Generate { context: "Q: 1 + 1?\nA:".into(), generation: Arc::clone(&generation), sample };
    let answer = |text: &str| Response { text: Some(text.to_owned()), ..response(-4.5) };
    sample.requests = vec![ask(0), ask(1)];
    sample.responses = vec![answer(" 2, I say"), answer("")];
    sample.choices = Vec::new();
    sample.target = Target::Texts(vec!["2".to_owned(), "two".to_owned()]);
    sample.target_text = "['2', 'two']".to_owned();
    sample.filtered = vec![
        ("strict".to_owned(), vec!["[invalid]".to_owned()]),
        ("all".to_owned(), vec!["2".to_owned(), String::new()]),
    ];
    sample.metrics = [
        ("bleu,all".to_owned(), Score::Counts(vec![1.0, 0.0, 2.5])),
        ("exact_match,all".to_owned(), Score::Value(1.0)),
        ("exact_match,strict".to_owned(), Score::Value(0.0)),
    ]
    .into();
    sample
}

pub(crate) fn rolling(model: &str) -> Sample {
    let mut sample = base(model, "wikitext");
    sample.requests = vec![Request::Rolling { text: "One page.".into() }];
    sample.responses = vec![response(-19_268.608_642_578_125)];
    sample.target = Target::Text("One page.".into());
    sample.metrics = [("bits_per_byte", 9.0), ("word_perplexity", 2.0)]
        .map(|(name, units)| (name.to_owned(), Score::Ratio(-19_268.608_642_578_125, units)))
        .into();
    sample
}
