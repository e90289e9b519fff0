//! `yardstick diff`: two models' distributions compared, token by token.

mod material;
mod models;
mod place;

use super::compare::write_artifacts;
use super::{print_json, print_text};
use crate::args::DiffArgs;
use crate::error::CliError;
use crate::models::{Found, find};
use crate::run::{Screen, model_names};
use crate::terminal::width;
use material::Material;
use models::Models;
use std::path::Path;
use yardstick_core::{Request, TokenDiff};
use yardstick_report::{DiffMaterial, DiffRecord, Notable, diff_artifacts, diff_table, read_diff, write_diff};
use yardstick_runner::{RunnerError, SideBySide, side_by_side};
use yardstick_zoo::Storage;

/// Compares the two models that the arguments name.
///
/// # Errors
/// Usage, data and model errors; models whose tokens differ.
pub fn diff(args: &DiffArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let screen = Screen::new(quiet);
    if let Some(out) = &args.out {
        check_out(out)?;
    }
    let record = measure(args, screen)?;
    if json {
        print_json(&serde_json::to_value(&record).unwrap_or_default())?;
    } else {
        print_text(&diff_table(&record, width()))?;
    }
    if let Some(out) = &args.out {
        write_diff(out, &record)?;
        let folder = out.parent().unwrap_or(Path::new(""));
        write_artifacts(folder, &diff_artifacts(&stem(out), &record)?)?;
        screen.say(&format!("written to {}", out.display()));
    }
    Ok(())
}

/// A file's name without what follows its last point.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads the material with both models.
///
/// # Errors
/// As [`diff`].
pub fn measure(args: &DiffArgs, screen: Screen) -> Result<DiffRecord, CliError> {
    let both = [find(&args.a, args.hub, screen)?, find(&args.b, args.hub, screen)?];
    let mut material = Material::load(args, &both, screen)?;
    let loading = screen.stage(&format!("loading {} and {}", args.a, args.b));
    let models = Models::load(args, &both)?;
    drop(loading);
    material.card.warnings.extend(models.note.clone());
    let found = compare(args, &models, &material, screen)?;
    material.card.warnings.extend(notes(&found, models.a().card().n_ctx));
    record(&both, &models, material, &found.documents)
}

/// Only an earlier record is written over.
fn check_out(out: &Path) -> Result<(), CliError> {
    if !out.exists() || read_diff(out).is_ok() {
        return Ok(());
    }
    Err(CliError::Usage {
        message: format!("{} holds something else than the record of a diff", out.display()),
        help: Some("choose another --out".to_owned()),
    })
}

/// Reads everything with both models, on as many threads as there are and memory allows.
fn compare(args: &DiffArgs, models: &Models, material: &Material, screen: Screen) -> Result<SideBySide, CliError> {
    let threads = models.threads(args.threads);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| CliError::usage(format!("--threads {threads}: {error}")))?;
    let requests: Vec<&[Request]> = material.documents.iter().map(|document| document.requests.as_slice()).collect();
    tracing::info!(threads, documents = requests.len(), "comparing");
    let name = format!("{} and {}", args.a, args.b);
    let bar = screen.tokens(&format!("comparing {name}"), material.tokens(models.a())?);
    let found = pool.install(|| side_by_side(models.both(), &requests, &|tokens| bar.add(tokens)));
    let found = found.map_err(|error| match error {
        RunnerError::Vocabulary { .. } | RunnerError::NoNextToken { .. } => CliError::Vocabulary(error),
        error => CliError::Score { place: material.place(error.request()), reason: error },
    })?;
    bar.finish(&name, found.n_requests);
    if found.documents.iter().all(Vec::is_empty) {
        return Err(CliError::usage("no token is scored: there is nothing to compare"));
    }
    Ok(found)
}

/// What a reader of the figures must know about how the models were asked.
fn notes(found: &SideBySide, n_ctx: usize) -> Vec<String> {
    let note = |n: usize, what: &str| (n > 0).then(|| format!("{n} of {} requests {what}", found.n_requests));
    let cut = format!("are longer than the context of {n_ctx} tokens and were cut from the left");
    [
        note(found.n_truncated, &cut),
        note(found.n_unscored, "have no score for their first token, because nothing stands before it"),
        note(
            found.n_merged,
            "have a continuation that the tokenizer merges into the context's last token; that token was scored",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The figures, with the models called as in other tables.
fn record(
    both: &[Found],
    models: &Models,
    material: Material,
    documents: &[Vec<TokenDiff>],
) -> Result<DiffRecord, CliError> {
    let notable = Notable::find(documents);
    let place = |at: Option<(usize, usize)>| {
        let place = |(document, index): (usize, usize)| {
            place::of(models.a(), &material.documents[document], &documents[document][index])
        };
        at.map(place).transpose()
    };
    let places = [place(notable.first_parting)?, place(notable.largest_kl)?];
    let names = model_names(both, Storage::F32);
    let card: DiffMaterial = material.card;
    Ok(DiffRecord::new(models.cards(names), card, documents, places))
}
