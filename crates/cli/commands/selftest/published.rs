//! GPT-2 small against numbers that others published for it.

use super::{Check, Checks};
use crate::args::SelftestArgs;
use crate::error::CliError;
use crate::models::{Found, find};
use crate::run::{Screen, half_of_free_on};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use yardstick_core::{Generation, LanguageModel, Request, Response};
use yardstick_runner::{GenerateOptions, Outcome, PlanOptions, RunnerError, Silent, execute, generate, plan};
use yardstick_zoo::LoadOptions;

/// Facts about the model, with where they were published.
const KNOWN: &str = include_str!("gpt2.json");
/// Most tokens of a text that is written.
const MOST_TOKENS: u32 = 32;

/// Everything that is known.
pub fn check(reference: &str, args: &SelftestArgs, screen: Screen) -> Result<Checks, CliError> {
    let known: Value = serde_json::from_str(KNOWN).unwrap_or_default();
    let found = find(reference, args.hub, screen)?;
    screen.say(&format!("loading {reference} …"));
    let options = LoadOptions { device: args.device.unwrap_or_default(), ..LoadOptions::default() };
    let model = found.load(&options)?;
    let (model, memory) = (model.as_ref(), half_of_free_on(options.device, 0));
    let mut checks = shape(model, &known["shape"]);
    checks.extend(list(&known["tokens"]).map(|case| tokens(model, case)));
    checks.extend(scores(model, memory, &known));
    checks.extend(list(&known["written"]).map(|case| written(model, memory, case)));
    checks.extend(list(&known["rolling"]).map(|case| rolling(&found, &options, (model, memory), case)));
    Ok(Checks {
        title: format!("{} against what was published for {}", model.card().name, text(&known["model"])),
        sources: list(&known["sources"]).map(|source| text(source).to_owned()).collect(),
        checks,
        meaning: "these are other weights, another tokenizer, or a fault in yardstick; where shape and tokens are right and numbers are not, please report it",
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn shape(model: &dyn LanguageModel, known: &Value) -> Vec<Check> {
    let card = model.card();
    let found = [
        ("n_params", card.n_params),
        ("n_layer", card.n_layer),
        ("n_embd", card.n_embd),
        ("n_head", card.n_head),
        ("vocab_size", card.vocab_size as u64),
    ];
    found.into_iter().map(|(key, value)| Check::same(key, &known[key], value)).collect()
}

fn tokens(model: &dyn LanguageModel, case: &Value) -> Check {
    let wanted = list(&case["ids"]).map(Value::to_string).collect::<Vec<_>>().join(" ");
    let what = format!("tokens of {:?}", text(&case["text"]));
    match model.encode(text(&case["text"])) {
        Ok(ids) => Check::same(what, wanted, ids.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")),
        Err(reason) => Check::failed(what, wanted, reason),
    }
}

/// Log-likelihoods, first choices and orders of continuations, in one plan.
fn scores(model: &dyn LanguageModel, memory: u64, known: &Value) -> Vec<Check> {
    let cases: Vec<&Value> = list(&known["continuations"]).collect();
    let request = |case: &&Value| Request::LogLikelihood {
        context: text(&case["context"]).into(),
        continuation: text(&case["continuation"]).to_owned(),
    };
    let requests: Vec<Request> = cases.iter().map(request).collect();
    let responses = match ask(model, memory, &requests) {
        Ok(responses) => responses,
        Err(reason) => return vec![Check::failed("log-likelihoods", "numbers", reason)],
    };
    let mut checks = Vec::new();
    for (case, response) in cases.iter().zip(&responses) {
        let what = format!("{:?}", text(&case["continuation"]));
        if let Some(wanted) = case["log_likelihood"].as_f64() {
            let tolerance = wanted.abs() * known["relative_tolerance"].as_f64().unwrap_or(0.0);
            checks.push(Check::near(format!("ln p {what}"), wanted, response.log_likelihood, tolerance));
        }
        if let Some(wanted) = case["is_greedy"].as_bool() {
            checks.push(Check::same(format!("first choice {what}"), wanted, response.is_greedy));
        }
        if let Some(other) = case["likelier_than"].as_u64().map(|other| other as usize) {
            let (other, than) = (&responses[other], text(&cases[other]["continuation"]));
            let is_likelier = response.log_likelihood > other.log_likelihood;
            checks.push(Check::same(format!("{what} is likelier than {than:?}"), true, is_likelier));
        }
    }
    checks
}

/// What the model writes, the most likely token each time.
fn written(model: &dyn LanguageModel, memory: u64, case: &Value) -> Check {
    let generation = Generation {
        until: list(&case["until"]).map(|stop| text(stop).to_owned()).collect(),
        max_tokens: MOST_TOKENS,
        sampling: None,
    };
    let request =
        Request::Generate { context: text(&case["prompt"]).into(), generation: Arc::new(generation), sample: 0 };
    let options = GenerateOptions { threads: rayon::current_num_threads(), memory };
    let outcome = generate(model, &[&request], &options, &AtomicBool::new(false), &mut Silent);
    let (what, wanted) = (format!("written after {:?}", text(&case["prompt"])), text(&case["text"]));
    match gathered(outcome) {
        Ok(responses) => Check::same(what, wanted, responses[0].text.clone().unwrap_or_default()),
        Err(reason) => Check::failed(what, wanted, reason),
    }
}

/// The largest difference of a text's tokens, which are read with a context of so many tokens.
fn rolling(found: &Found, options: &LoadOptions, (model, memory): (&dyn LanguageModel, u64), case: &Value) -> Check {
    let context = case["context"].as_u64().map(|context| context as usize);
    let what = match context {
        Some(context) => format!("a text's tokens, context {context}: largest difference"),
        None => "a text's tokens: largest difference".to_owned(),
    };
    let wanted: Vec<f64> = list(&case["log_probs"]).filter_map(Value::as_f64).collect();
    let tolerance = case["tolerance"].as_f64().unwrap_or(0.0);
    let shorter = context.map(|context| found.load(&LoadOptions { context: Some(context), ..options.clone() }));
    let shorter = match shorter.transpose() {
        Ok(shorter) => shorter,
        Err(reason) => return Check::failed(what, 0.0, reason),
    };
    let request = Request::Rolling { text: text(&case["text"]).to_owned() };
    match ask(shorter.as_deref().unwrap_or(model), memory, &[request]) {
        Ok(responses) if responses[0].tokens.len() == wanted.len() => {
            let pairs = responses[0].tokens.iter().zip(&wanted);
            let largest = pairs.map(|(token, wanted)| (token.log_prob - wanted).abs()).fold(0.0, f64::max);
            Check::near(what, 0.0, largest, tolerance)
        }
        Ok(responses) => {
            let count = |n: usize| format!("{n} scored tokens");
            Check::failed(what, count(wanted.len()), count(responses[0].tokens.len()))
        }
        Err(reason) => Check::failed(what, 0.0, reason),
    }
}

/// The answers to requests that are scored, each token's score with them.
fn ask(model: &dyn LanguageModel, memory: u64, requests: &[Request]) -> Result<Vec<Response>, RunnerError> {
    let requests: Vec<&Request> = requests.iter().collect();
    let options = PlanOptions { threads: rayon::current_num_threads(), memory, share: true };
    let plan = plan(model, &requests, &options).map_err(|mut reasons| reasons.swap_remove(0))?.with_token_scores();
    gathered(execute(model, &plan, &AtomicBool::new(false), &mut Silent))
}

fn gathered(outcome: Outcome) -> Result<Vec<Response>, RunnerError> {
    match outcome.error {
        Some(reason) => Err(reason),
        None => Ok(outcome.responses.into_iter().flatten().collect()),
    }
}
