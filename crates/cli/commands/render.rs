//! `yardstick render`: prompts and choices as they will be sent.

use super::{print, print_json, stores};
use crate::args::RenderArgs;
use crate::error::CliError;
use crate::stderr::warn;
use serde_json::{Value, json};
use std::fmt::Write;
use yardstick_core::{Instance, LanguageModel, Request, ScoreError};
use yardstick_runner::{Pair, encode_pair};
use yardstick_tasks::Loaded;
use yardstick_zoo::LoadOptions;

/// Prints the first documents of each task that the argument names.
///
/// # Errors
/// The task, its data or the model whose tokens are counted.
pub fn render(args: &RenderArgs, as_json: bool) -> Result<(), CliError> {
    let selection = args.folders.catalog()?.resolve(std::slice::from_ref(&args.task))?;
    let stores = stores(&args.data)?;
    let options = args.shots.options(Some(args.limit), std::slice::from_ref(&args.model))?;
    let model = yardstick_zoo::load(&args.model, &LoadOptions::default())?;
    let mut rendered = Vec::new();
    for task in &selection.tasks {
        let loaded = task.load(&stores, &options)?;
        for warning in &loaded.warnings {
            warn(warning);
        }
        for instance in &loaded.instances {
            let value = document(&loaded, instance, model.as_ref());
            let value = value.map_err(|error| CliError::usage(format!("{}: {error}", args.model)))?;
            if !as_json {
                print(&text(&value))?;
            }
            rendered.push(value);
        }
    }
    if as_json { print_json(&Value::Array(rendered)) } else { Ok(()) }
}

/// A document with all its requests, as data.
fn document(task: &Loaded, instance: &Instance, model: &dyn LanguageModel) -> Result<Value, ScoreError> {
    let requests: Result<Vec<Value>, ScoreError> = instance.requests.iter().map(|r| request(r, model)).collect();
    Ok(json!({
        "task": task.card.id,
        "doc_id": instance.doc.id,
        "prompt_hash": instance.prompt_hash,
        "target": instance.target_text,
        "requests": requests?,
    }))
}

fn request(request: &Request, model: &dyn LanguageModel) -> Result<Value, ScoreError> {
    Ok(match request {
        Request::LogLikelihood { context, continuation } => {
            let Pair { tokens, scored, unscored, .. } = encode_pair(model, context, continuation)?;
            json!({
                "context": context,
                "continuation": continuation,
                "context_tokens": tokens.len() - scored - unscored,
                "continuation_tokens": scored + unscored,
            })
        }
        Request::Generate { context, generation, .. } => json!({
            "context": context,
            "context_tokens": model.encode(context)?.len(),
            "until": generation.until,
            "max_tokens": generation.max_tokens,
            "sampling": generation.sampling,
        }),
        Request::Rolling { text } => json!({ "text": text, "tokens": model.encode(text)?.len() }),
    })
}

/// The same for people: invisible characters show as escapes.
fn text(document: &Value) -> String {
    let field = |value: &Value, key: &str| value[key].as_str().map_or_else(|| value[key].to_string(), str::to_owned);
    let mut out = String::new();
    let (task, row, hash) = (field(document, "task"), field(document, "doc_id"), field(document, "prompt_hash"));
    let _ = writeln!(out, "── {task} · row {row} · prompt {} ──", &hash[..hash.len().min(12)]);
    let mut last_context = None;
    for request in document["requests"].as_array().into_iter().flatten() {
        if let Some(context) = request["context"].as_str() {
            if last_context != Some(context) {
                let _ = writeln!(out, "context ({} tokens)\n{}", request["context_tokens"], indent(context));
            }
            last_context = Some(context);
            if let Some(tokens) = request["max_tokens"].as_u64() {
                let _ = writeln!(out, "to be written, at most {tokens} tokens, until {}", request["until"]);
                continue;
            }
            let _ = writeln!(
                out,
                "continuation ({} tokens)  {:?}",
                request["continuation_tokens"],
                field(request, "continuation")
            );
        } else {
            let _ = writeln!(out, "text ({} tokens)\n{}", request["tokens"], indent(&field(request, "text")));
        }
    }
    let _ = writeln!(out, "target  {:?}\n", field(document, "target"));
    out
}

fn indent(text: &str) -> String {
    if text.is_empty() {
        return "    (empty)".to_owned();
    }
    text.split('\n').map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
