//! The models of a run: their names, and each one loaded while the one before it is scored.

use super::memory;
use crate::args::RunArgs;
use crate::error::CliError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use yardstick_core::LanguageModel;
use yardstick_zoo::{LoadOptions, Storage, ZooError, check_reference, load, weight_bytes};

/// Memory that a model takes while it is loaded, in sizes of its weight files: as stored, in f32 where that is wider, and packed.
const LOADING: u64 = 5;

/// The models as typed, or all bundled ones. A name that nothing answers to is refused before any work.
pub fn references(args: &RunArgs) -> Result<Vec<String>, CliError> {
    if args.model.is_empty() {
        return Ok(yardstick_zoo::BUNDLED_NAMES.iter().map(|&name| name.to_owned()).collect());
    }
    let mut references: Vec<String> = Vec::new();
    for reference in &args.model {
        check_reference(reference)?;
        if references.iter().any(|other| other.trim_end_matches('/') == reference.trim_end_matches('/')) {
            return Err(CliError::usage(format!("--model names {reference} twice")));
        }
        references.push(reference.clone());
    }
    Ok(references)
}

/// The models' names in tables. Rounded weights are another protocol: the name says so.
pub fn names(references: &[String], storage: Storage) -> Vec<String> {
    let names = unique_names(references).into_iter();
    names.map(|name| if storage == Storage::F32 { name } else { format!("{name}-{}", storage.name()) }).collect()
}

/// The last part of each reference, or all of it where two would be called the same.
fn unique_names(references: &[String]) -> Vec<String> {
    let short = |reference: &str| {
        let trimmed = reference.trim_end_matches('/');
        trimmed
            .rsplit('/')
            .next()
            .filter(|name| !name.is_empty() && *name != "." && *name != "..")
            .unwrap_or(trimmed)
            .to_owned()
    };
    let shorts: Vec<String> = references.iter().map(|reference| short(reference)).collect();
    let is_unique = |name: &str| shorts.iter().filter(|other| *other == name).count() == 1;
    shorts.iter().zip(references).map(|(s, whole)| if is_unique(s) { s.clone() } else { whole.clone() }).collect()
}

/// A model, or why there is none.
pub type Loaded = Result<Box<dyn LanguageModel>, ZooError>;

/// Gives each model in turn to `score`, until that fails or `stop` is set. While one is scored the next one is loaded, where
/// there is memory for both; `score` is told how many bytes that may take.
pub fn in_turn(
    references: &[String],
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

fn timed_load(reference: &str, options: &LoadOptions) -> Loaded {
    let started = Instant::now();
    let model = load(reference, options)?;
    let card = model.card();
    tracing::info!(reference, card.family, card.n_params, card.n_ctx, took = ?started.elapsed(), "model loaded");
    Ok(model)
}

/// What loading `reference` may take, bytes, if that leaves the model at work half of what is free now.
fn fits_beside(reference: &str) -> Option<u64> {
    let free = memory::available().unwrap_or(0);
    weight_bytes(reference).ok().map(|bytes| bytes.saturating_mul(LOADING)).filter(|&bytes| bytes <= free / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(references: &[&str], names: &[&str]) {
        let references: Vec<String> = references.iter().map(|&r| r.to_owned()).collect();
        assert_eq!(unique_names(&references), names);
    }

    #[test]
    fn names_are_short_and_unique() {
        check(&["gpt2-micro", "models/x/"], &["gpt2-micro", "x"]);
        check(&["a/m", "b/m", "c"], &["a/m", "b/m", "c"]);
        check(&["."], &["."]);
        assert_eq!(names(&["a/m".to_owned()], Storage::Int8), ["m-int8"]);
    }

    #[test]
    fn every_model_has_its_turn_even_after_one_that_fails() {
        let references = ["gpt2-nano", "no-such-model", "gpt2-micro"].map(str::to_owned);
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
