//! The two models of a comparison, with one context.

use crate::args::DiffArgs;
use crate::error::CliError;
use crate::models::Found;
use crate::run::half_of_free;
use yardstick_core::{LanguageModel, ModelCard};
use yardstick_zoo::LoadOptions;

/// Rows that a session is fed, and rows of logits that it holds, at a time.
const ROWS: u64 = 256;
const SCORED_ROWS: u64 = 64;

/// A and B.
pub struct Models {
    models: [Box<dyn LanguageModel>; 2],
    /// What a reader must know about their contexts.
    pub note: Option<String>,
}

impl Models {
    /// Loads both, with the context that was asked for, or the shorter one of the two.
    ///
    /// # Errors
    /// A model that cannot be loaded, or a context longer than its own.
    pub fn load(args: &DiffArgs, found: &[Found; 2]) -> Result<Self, CliError> {
        let [a, b] = [found[0].context()?, found[1].context()?];
        let shorter = a.min(b);
        let note = (args.context.is_none() && a != b)
            .then(|| format!("the models' contexts are {a} and {b} tokens; both read windows of {shorter}"));
        let (context, device) = (Some(args.context.unwrap_or(shorter)), args.device.unwrap_or_default());
        let options = LoadOptions { context, device, ..LoadOptions::default() };
        Ok(Self { models: [found[0].load(&options)?, found[1].load(&options)?], note })
    }

    /// Both.
    pub fn both(&self) -> [&dyn LanguageModel; 2] {
        self.models.each_ref().map(AsRef::as_ref)
    }

    /// The first, whose tokens are the second's.
    pub fn a(&self) -> &dyn LanguageModel {
        self.models[0].as_ref()
    }

    /// Their cards under other names.
    pub fn cards(&self, names: Vec<String>) -> [ModelCard; 2] {
        let mut names = names.into_iter();
        self.both().map(|model| {
            let card = model.card();
            ModelCard { name: names.next().unwrap_or_else(|| card.name.clone()), ..card.clone() }
        })
    }

    /// How many threads compute: as many as asked for or there are, and none more than half of the free memory takes.
    pub fn threads(&self, asked: Option<usize>) -> usize {
        let threads = asked.unwrap_or_else(rayon::current_num_threads);
        if self.both().iter().any(|model| model.is_serial()) {
            return threads; // sessions take turns on the device, and the processor's part is divided
        }
        let bytes: u64 = self.both().map(bytes_per_thread).iter().sum();
        let most = usize::try_from(half_of_free(0) / bytes.max(1)).unwrap_or(usize::MAX);
        threads.min(most).max(1)
    }
}

/// A session, its working memory and its logits.
fn bytes_per_thread(model: &dyn LanguageModel) -> u64 {
    let (card, costs) = (model.card(), model.costs());
    let path = card.n_ctx as u64 * costs.bytes_per_position + costs.bytes_per_path;
    let rows = ROWS * costs.bytes_per_row + SCORED_ROWS * costs.bytes_per_scored_row;
    path + rows + costs.bytes_per_thread + 4 * SCORED_ROWS * card.vocab_size as u64
}
