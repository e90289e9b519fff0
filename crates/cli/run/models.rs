//! The models of a run: their names, and each one loaded while the one before it is scored.

use super::memory;
use super::progress::Screen;
use crate::args::RunArgs;
use crate::error::CliError;
use crate::models::{Found, find};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use yardstick_core::LanguageModel;
use yardstick_zoo::{Device, LoadOptions, Reference, Storage, ZooError};

/// Memory that a model takes while it is loaded, in sizes of its weight files: as stored, in f32 where that is wider, and packed.
const LOADING: u64 = 5;

/// The models as typed, or all bundled ones. A name that nothing answers to is refused before any work, and so is one model
/// held twice in the same way.
/// Models of the hub are fetched here.
pub fn references(args: &RunArgs, screen: Screen) -> Result<Vec<Found>, CliError> {
    if args.model.is_empty() {
        return Ok(yardstick_zoo::BUNDLED_NAMES.iter().map(|name| Found::local(name)).collect());
    }
    let (mut seen, mut found) = (Vec::new(), Vec::new());
    for reference in &args.model {
        let model = parse(reference, args.work.dtype.unwrap_or_default());
        if seen.contains(&model) {
            return Err(CliError::usage(format!("--model names {reference} twice")));
        }
        seen.push(model);
        found.push(find(reference, args.work.hub, screen)?);
    }
    Ok(found)
}

/// Bundled name or folder, and how its weights are held: by `storage` where the reference does not say.
fn parse(reference: &str, storage: Storage) -> (&str, Storage) {
    let Reference { model, storage: own } = Reference::parse(reference);
    (model.trim_end_matches('/'), own.unwrap_or(storage))
}

/// The models' names in tables: the last part of each folder, or all of it where two models would be called the same, and all of a
/// hub id; with how the weights are held where they are rounded, for that is another protocol.
pub fn names(references: &[Found], storage: Storage) -> Vec<String> {
    let models: Vec<_> = references.iter().map(|found| parse(&found.typed, storage)).collect();
    let is_taken =
        |model: &str| models.iter().any(|(other, _)| *other != model && last_part(other) == last_part(model));
    let name = |model, found: &Found| if found.is_of_the_hub() || is_taken(model) { model } else { last_part(model) };
    let labels = models.iter().zip(references).map(|((model, storage), found)| storage.label(name(model, found)));
    let labels: Vec<String> = labels.collect();
    // A folder may be called like another one with rounded weights.
    let is_unique = |name: &String| labels.iter().filter(|other| *other == name).count() == 1;
    labels
        .iter()
        .zip(references)
        .map(|(name, found)| if is_unique(name) { name } else { &found.typed }.clone())
        .collect()
}

/// The name of a folder, or the whole reference where it ends in none.
fn last_part(model: &str) -> &str {
    let last = model.rsplit('/').next();
    last.filter(|name| !name.is_empty() && *name != "." && *name != "..").unwrap_or(model)
}

/// A model, or why there is none.
pub type Loaded = Result<Box<dyn LanguageModel>, ZooError>;

/// Gives each model in turn to `score`, until that fails or `stop` is set. While one is scored the next one is loaded, where
/// there is memory for both; `score` is told how many bytes that may take.
pub fn in_turn(
    references: &[Found],
    options: &LoadOptions,
    stop: &AtomicBool,
    mut score: impl FnMut(usize, Loaded, u64) -> Result<(), CliError>,
) -> Result<(), CliError> {
    std::thread::scope(|scope| {
        let mut ahead = None;
        for (i, reference) in references.iter().enumerate() {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let model = match ahead.take() {
                Some(loading) => join(loading),
                None => timed_load(reference, options),
            };
            let mut loading = 0;
            if let Some(next) = references.get(i + 1)
                && options.device == Device::Cpu // the memory of others is not the one that is counted here
                && let Some(bytes) = fits_beside(next)
            {
                loading = bytes;
                ahead = Some(scope.spawn(move || timed_load(next, options)));
            }
            score(i, model, loading)?;
        }
        Ok(())
    })
}

fn join(loading: std::thread::ScopedJoinHandle<'_, Loaded>) -> Loaded {
    loading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn timed_load(found: &Found, options: &LoadOptions) -> Loaded {
    let started = Instant::now();
    let model = found.load(options)?;
    let card = model.card();
    tracing::info!(reference = found.typed, card.family, card.n_params, card.n_ctx, took = ?started.elapsed(), "model loaded");
    Ok(model)
}

/// What loading a model may take, bytes, if that leaves the model at work half of what is free now.
fn fits_beside(found: &Found) -> Option<u64> {
    let free = memory::available().unwrap_or(0);
    found.weight_bytes().ok().map(|bytes| bytes.saturating_mul(LOADING)).filter(|&bytes| bytes <= free / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::WorkArgs;

    fn found(references: &[&str]) -> Vec<Found> {
        references.iter().map(|reference| Found::local(reference)).collect()
    }

    fn all(args: &RunArgs) -> Result<Vec<String>, CliError> {
        Ok(super::references(args, Screen::new(true))?.into_iter().map(|found| found.typed).collect())
    }

    fn check(references: &[&str], wanted: &[&str]) {
        assert_eq!(names(&found(references), Storage::F32), wanted);
    }

    fn args(model: &[&str], dtype: Option<Storage>) -> RunArgs {
        RunArgs {
            model: model.iter().map(|&reference| reference.to_owned()).collect(),
            work: WorkArgs { dtype, ..WorkArgs::default() },
            ..RunArgs::default()
        }
    }

    #[test]
    fn names_are_short_and_unique() {
        check(&["gpt2-micro", "models/x/"], &["gpt2-micro", "x"]);
        check(&["a/m", "b/m", "c"], &["a/m", "b/m", "c"]);
        check(&["."], &["."]);
        check(&["a/m", "a/m:int8", "a/m/:int4"], &["m", "m-int8", "m-int4"]);
        check(&["a/m", "b/m:int8"], &["a/m", "b/m-int8"]);
        check(&["a/m-int8", "b/m:int8"], &["a/m-int8", "b/m:int8"]);
        assert_eq!(names(&found(&["a/m", "a/m:f32"]), Storage::Int8), ["m-int8", "m"]);
    }

    #[test]
    fn a_model_may_come_again_if_it_is_held_otherwise() {
        let kinds = ["gpt2-nano", "gpt2-nano:bf16", "gpt2-nano:int8", "gpt2-nano:int4"];
        assert_eq!(all(&args(&kinds, None)).unwrap(), kinds, "as typed");
        assert!(all(&args(&["gpt2-nano", "gpt2-nano:f32"], Some(Storage::Int4))).is_ok());
        for (twice, dtype) in [
            (["gpt2-nano", "gpt2-nano"], None),
            (["gpt2-nano", "gpt2-nano:f32"], None),
            (["gpt2-nano:int8", "gpt2-nano"], Some(Storage::Int8)),
        ] {
            let error = all(&args(&twice, dtype)).unwrap_err();
            assert_eq!((error.code(), error.to_string()), (2, format!("--model names {} twice", twice[1])));
        }
    }

    #[test]
    fn every_model_has_its_turn_even_after_one_that_fails() {
        let references = found(&["gpt2-nano", "no-such-model", "gpt2-micro"]);
        let mut seen = Vec::new();
        let stop = AtomicBool::new(false);
        in_turn(&references, &LoadOptions::default(), &stop, |i, model, _| {
            seen.push((i, model.ok().map(|model| model.card().name.clone())));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [(0, Some("gpt2-nano".to_owned())), (1, None), (2, Some("gpt2-micro".to_owned()))]);
        let mut turns = 0;
        in_turn(&references, &LoadOptions::default(), &stop, |_, _, _| {
            turns += 1;
            stop.store(true, Ordering::Relaxed);
            Ok(())
        })
        .unwrap();
        assert_eq!(turns, 1);
    }
}
