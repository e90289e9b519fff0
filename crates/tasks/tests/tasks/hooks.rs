//! Hooks against the Python functions that they stand in for: `fixtures/hooks.py` made the expected values.

use serde_json::Value as Json;
use yardstick_core::{Map, Response, Score, Value};
use yardstick_tasks::{Answers, Hook, HookKind, Row, hooks};

const CASES: &str = include_str!("../fixtures/hooks.jsonl");

fn hook(name: &str) -> &'static Hook {
    hooks().find(|hook| hook.name == name).unwrap_or_else(|| panic!("there is no hook {name}"))
}

fn map(json: &Json) -> Map {
    serde_json::from_value(json.clone()).expect("a row")
}

fn json(value: &Value) -> Json {
    serde_json::to_value(value).expect("JSON")
}

/// Whether two values are the same, numbers but for their last bits.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Json::Number(a), Json::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * b.abs().max(1.0),
            _ => a == b,
        },
        _ => a == b,
    }
}

/// What the hook makes of a case, in the form of the expected value.
fn result(hook: &Hook, case: &Json) -> Json {
    let fields: Vec<Map> = match &case["rows"] {
        Json::Array(rows) => rows.iter().map(map).collect(),
        _ if case["row"].is_object() => vec![map(&case["row"])],
        _ => Vec::new(),
    };
    let rows: Vec<Row> = fields.iter().zip(0..).map(|(fields, row)| Row { fields, file: "made up", row }).collect();
    match hook.kind {
        HookKind::Value(function) => json(&function(rows[0]).expect(hook.name)),
        HookKind::Row(function) => rows.iter().map(|row| merged(row, function(*row).expect(hook.name))).collect(),
        HookKind::Rows(_) | HookKind::Keep { .. } => {
            let derived = hook.kind.documents(&rows).expect("documents").expect(hook.name);
            derived.into_iter().map(|doc| json(&Value::Map(doc.fields))).collect()
        }
        HookKind::Results { metrics, function } => {
            let (responses, texts) = answers(case);
            let answers = Answers { responses: &responses, texts: &texts };
            let scores = function(rows[0], &answers).expect(hook.name);
            assert!(scores.iter().all(|(name, _)| metrics.contains(name)), "{}", hook.name);
            scores.into_iter().map(|(name, score)| (name.to_owned(), number(score))).collect()
        }
        HookKind::Aggregation(function) => Json::from(function(&pairs(&case["items"]))),
        HookKind::Metric(function) => {
            let texts: Vec<String> = serde_json::from_value(case["references"].clone()).expect("references");
            number(function(&texts, case["prediction"].as_str().expect("a prediction")))
        }
        _ => unreachable!("{} needs a Python file", hook.name),
    }
}

fn merged(row: &Row, columns: Vec<(&'static str, Value)>) -> Json {
    let mut fields = row.fields.clone();
    for (name, value) in columns {
        fields.insert(name, value);
    }
    json(&Value::Map(fields))
}

fn answers(case: &Json) -> (Vec<Response>, Vec<String>) {
    let response = |pair: &Json| Response {
        log_likelihood: pair[0].as_f64().expect("a number"),
        is_greedy: pair[1].as_bool().expect("a flag"),
        text: pair[2].as_str().map(str::to_owned),
        ..Response::default()
    };
    let responses = case["responses"].as_array().map(|pairs| pairs.iter().map(response).collect());
    (responses.unwrap_or_default(), serde_json::from_value(case["texts"].clone()).expect("texts"))
}

fn number(score: Score) -> Json {
    match score {
        Score::Value(value) => value.into(),
        Score::Ratio(sum, units) => vec![sum, units].into(),
        Score::Counts(counts) => counts.into(),
    }
}

/// Pairs of numbers as counts, single numbers as values.
fn pairs(items: &Json) -> Vec<Score> {
    let score = |item: &Json| match item {
        Json::Array(numbers) => Score::Counts(numbers.iter().map(|n| n.as_f64().expect("a number")).collect()),
        other => Score::Value(other.as_f64().expect("a number")),
    };
    items.as_array().expect("items").iter().map(score).collect()
}

#[test]
fn as_the_python_functions() {
    for line in CASES.lines() {
        let case: Json = serde_json::from_str(line).expect(line);
        let hook = hook(case["hook"].as_str().expect(line));
        let got = result(hook, &case);
        assert!(same(&got, &case["want"]), "{line}\ngives {got}");
    }
}

/// Those are tested elsewhere: beside their code, and as tasks.
fn needs_a_file(hook: &Hook) -> bool {
    use HookKind::{Class, Samples, WordedRow, WordedValue};
    matches!(hook.kind, Class(_) | Samples(_) | WordedRow(..) | WordedValue(..))
}

#[test]
fn every_hook_is_compared() {
    let names: Vec<String> = CASES
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).expect(line)["hook"].as_str().expect(line).to_owned())
        .collect();
    // The papers' hooks have no Python function to be compared with: they have tests of their own.
    let of_lm_eval = hooks().filter(|hook| !hook.name.starts_with("paper."));
    for hook in of_lm_eval.filter(|hook| !needs_a_file(hook)) {
        assert!(names.iter().any(|name| name == hook.name), "{} is in no line of hooks.jsonl", hook.name);
    }
}
