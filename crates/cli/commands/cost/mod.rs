//! `yardstick ls models --cost`: what models would cost here, those of the papers too, before any weights are fetched.

mod calibrate;
mod priced;
mod table;
mod work;

use super::{print, print_json, width};
use crate::args::{LsArgs, RunArgs};
use crate::error::CliError;
use crate::run::{Screen, available_memory, flop_per_second, load_tasks, set_threads};
use calibrate::Calibration;
use priced::Priced;
use serde_json::{Value, json};
use work::{Effort, Work};
use yardstick_core::LanguageModel;
use yardstick_zoo::{BUNDLED_NAMES, Dimensions, LoadOptions, PRESETS, Preset, Storage};

/// The model whose tokens are counted where a preset has none.
const TOKENIZER: &str = "gpt2-micro";
/// Tokens of GPT-2's vocabulary of 50,257 for one of [`TOKENIZER`]'s 4,096, on the texts of the bundled suite; see `docs/models.md`.
const OF_TOKENS: f64 = 0.78;
/// How much longer and shorter than estimated runs may well take; see `docs/models.md`.
const RANGE: (f64, f64) = (0.7, 1.5);

/// Times that a bundled model's speed is measured.
const TRIALS: usize = 10;

/// One model.
struct Row {
    name: String,
    n_params: u64,
    dimensions: Dimensions,
    preset: Option<&'static Preset>,
    /// Tokens, operations and seconds; or why it cannot be done.
    work: Result<(Effort, f64), String>,
}

/// Everything that is printed.
struct Report {
    calibration: Calibration,
    tasks: Vec<String>,
    documents: usize,
    rows: Vec<Row>,
    /// Bytes, where the system tells.
    free: Option<u64>,
}

/// Plans the tasks for all presets and bundled models and prints what they would take.
///
/// # Errors
/// Tasks that cannot be loaded.
pub fn cost(args: &LsArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    set_threads(args.cost.threads)?;
    let screen = Screen::new(quiet);
    let run = RunArgs { work: args.cost.work(&args.data, &args.folders), ..RunArgs::default() };
    let loaded = load_tasks(&run, &[], screen)?;
    let instances = || loaded.tasks.iter().flat_map(|task| &task.instances);
    let work = Work::new(instances().count(), instances().flat_map(|instance| &instance.requests));
    screen.say("measuring this machine, then planning …");
    let calibration = Calibration::measure(rayon::current_num_threads());
    let report = Report {
        calibration,
        tasks: loaded.tasks.iter().map(|task| task.card.id.clone()).collect(),
        documents: work.documents,
        rows: rows(&work, &calibration)?,
        free: available_memory(),
    };
    if json { print_json(&report.json()) } else { print(&table::text(&report, width())) }
}

/// The bundled models, whose own speed is measured, then the presets.
fn rows(work: &Work, calibration: &Calibration) -> Result<Vec<Row>, CliError> {
    let mut rows = Vec::new();
    for name in BUNDLED_NAMES {
        let model = yardstick_zoo::load(name, &LoadOptions::default())?;
        rows.push(bundled(model.as_ref(), work, calibration));
    }
    let tokens = yardstick_zoo::load(TOKENIZER, &LoadOptions::default())?;
    rows.extend(PRESETS.iter().map(|preset| {
        let effort = work.effort(&Priced::new(preset, tokens.as_ref()), calibration.threads);
        let seconds = |effort: Effort| (effort, OF_TOKENS * effort.seconds(calibration.per_thread()));
        Row {
            name: preset.name.to_owned(),
            n_params: preset.n_params(),
            dimensions: preset.dimensions,
            preset: Some(preset),
            work: effort.map(seconds).map_err(|reason| reason.to_string()),
        }
    }));
    Ok(rows)
}

fn bundled(model: &dyn LanguageModel, work: &Work, calibration: &Calibration) -> Row {
    let card = model.card();
    let [n_layer, n_embd, n_head] = [card.n_layer, card.n_embd, card.n_head].map(|n| n as usize);
    let (n_ctx, vocab_size) = (card.n_ctx, card.vocab_size);
    // The best of several trials: each is a few milliseconds long.
    let trials = (0..TRIALS).filter_map(|_| flop_per_second(model));
    let speed = trials.reduce(f64::max).unwrap_or_else(|| calibration.per_thread());
    let effort = work.effort(model, calibration.threads);
    Row {
        name: card.name.clone(),
        n_params: card.n_params,
        dimensions: Dimensions { n_layer, n_ctx, vocab_size, ..Dimensions::multi_head(n_head, n_embd) },
        preset: None,
        work: effort.map(|effort| (effort, effort.seconds(speed))).map_err(|reason| reason.to_string()),
    }
}

impl Row {
    /// Whether the weights fit into what is free, as f32.
    fn fits(&self, free: Option<u64>) -> bool {
        free.is_none_or(|free| self.dimensions.held_bytes(Storage::F32) <= free)
    }

    fn json(&self, free: Option<u64>) -> Value {
        let d = self.dimensions;
        let bytes = Storage::ALL.map(|storage| (storage.name().to_owned(), d.held_bytes(storage).into()));
        let (effort, seconds) = self.work.as_ref().ok().copied().unzip();
        json!({
            "model": self.name,
            "source": self.preset.map_or("bundled", |preset| preset.source),
            "printed_parameters": self.preset.map(|preset| preset.printed),
            "n_params": self.n_params,
            "n_layer": d.n_layer,
            "n_embd": d.n_embd,
            "n_head": d.n_head,
            "d_head": d.n_embd / d.n_head,
            "n_ctx": d.n_ctx,
            "vocab_size": d.vocab_size,
            "bytes": bytes.into_iter().collect::<serde_json::Map<_, _>>(),
            "flop_per_token": d.flop_per_token(),
            "tokens": effort.map(|effort| effort.tokens),
            "flop": effort.map(|effort| effort.flop),
            "seconds": seconds,
            "seconds_range": seconds.map(|s| [s * RANGE.0, s * RANGE.1]),
            "fits": self.fits(free),
            "reason": self.work.as_ref().err(),
            "note": self.preset.map(|preset| preset.note).filter(|note| !note.is_empty()),
        })
    }
}

impl Report {
    fn json(&self) -> Value {
        json!({
            "machine": self.calibration.json(),
            "free_bytes": self.free,
            "tasks": self.tasks,
            "documents": self.documents,
            "tokens_of_presets": { "counted_with": TOKENIZER, "taken_times": OF_TOKENS },
            "models": self.rows.iter().map(|row| row.json(self.free)).collect::<Vec<_>>(),
        })
    }
}
