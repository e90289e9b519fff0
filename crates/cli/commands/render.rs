//! `yardstick render`: prompts and choices as they will be sent.

use super::{print, print_json, stores};
use crate::args::RenderArgs;
use crate::error::CliError;
use crate::models;
use crate::run::Screen;
use crate::stderr::warn;
use serde_json::{Value, json};
use std::fmt::Write;
use yardstick_core::{Instance, LanguageModel, Reference, Request, ScoreError, Target};
use yardstick_report::number::Unit;
use yardstick_runner::{Pair, encode_pair};
use yardstick_tasks::{Loaded, Task};
use yardstick_zoo::LoadOptions;

/// Prints the first documents of each task that the argument names.
///
/// # Errors
/// The task, its data or the model whose tokens are counted.
pub fn render(args: &RenderArgs, quiet: bool, as_json: bool) -> Result<(), CliError> {
    let selection = args.folders.catalog()?.resolve(std::slice::from_ref(&args.task))?;
    let stores = stores(&args.data)?;
    let found = models::find(&args.model, args.hub, Screen::new(quiet))?;
    let options = args.shots.options(Some(args.limit), std::slice::from_ref(&found))?;
    let model = found.load(&LoadOptions::default())?;
    let mut rendered = Vec::new();
    for task in &selection.tasks {
        if !as_json {
            print(&card(task))?;
        }
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

/// What a paper leaves open and what the task does about it, what its data must have, and what the papers print.
fn card(task: &Task) -> String {
    let card = task.card();
    let mut out = String::new();
    let mut part = |name: &str, lines: Vec<String>| {
        for (at, line) in lines.into_iter().enumerate() {
            let _ = writeln!(out, "{:12}{line}", if at == 0 { name } else { "" });
        }
    };
    part("columns", task.columns().iter().map(|(name, what)| format!("{name}: {what}")).collect());
    part("choices", card.choices);
    let is_one_row = |a: &Reference, b: &Reference| (&a.metric, a.shots, &a.source) == (&b.metric, b.shots, &b.source);
    let printed = |row: &[Reference]| {
        let values: Vec<String> =
            row.iter().map(|r| format!("{} {}", r.model, Unit::of(&r.metric).value(r.value))).collect();
        format!("{}, {}-shot: {} ({})", row[0].metric, row[0].shots, values.join(", "), row[0].source)
    };
    part("references", card.references.chunk_by(is_one_row).map(printed).collect());
    if out.is_empty() { out } else { format!("── {} ──\n{out}\n", card.id) }
}

/// A document with all its requests, as data.
fn document(task: &Loaded, instance: &Instance, model: &dyn LanguageModel) -> Result<Value, ScoreError> {
    let requests: Result<Vec<Value>, ScoreError> = instance.requests.iter().map(|r| request(r, model)).collect();
    Ok(json!({
        "task": task.card.id,
        "doc_id": instance.doc.id,
        "prompt_hash": instance.prompt_hash,
        "target": instance.target_text,
        "targets": targets(instance),
        "requests": requests?,
    }))
}

/// Every right answer.
fn targets(instance: &Instance) -> Vec<&str> {
    let choice = |index: &usize| instance.choices.get(*index).map(String::as_str);
    match &instance.target {
        Target::Text(text) => vec![text],
        Target::Texts(texts) => texts.iter().map(String::as_str).collect(),
        Target::Choice(index) => choice(index).into_iter().collect(),
        Target::Choices(indices) => indices.iter().filter_map(choice).collect(),
    }
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
                let drawn = if request["sampling"].is_null() {
                    String::new()
                } else {
                    format!(", drawn: {}", request["sampling"])
                };
                let _ = writeln!(out, "to be written, at most {tokens} tokens, until {}{drawn}", request["until"]);
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
    let targets: Vec<&str> = document["targets"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match &*targets {
        [] | [_] => writeln!(out, "target  {:?}\n", field(document, "target")),
        several => writeln!(
            out,
            "targets  {}, any of them\n",
            several.iter().map(|t| format!("{t:?}")).collect::<Vec<_>>().join(", ")
        ),
    }
    .unwrap_or_default();
    out
}

fn indent(text: &str) -> String {
    if text.is_empty() {
        return "    (empty)".to_owned();
    }
    text.split('\n').map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
