//! How many texts are written side by side, for the threads and the memory there are.

use super::GenerateOptions;
use super::prompts::Text;
use yardstick_core::{Costs, LanguageModel};

/// Paths, at most: beyond, the products of a step no longer wait for the weights, and keys and values leave the caches.
const MOST_PATHS: usize = 32;
/// Rows of a step, at most and at least: prompts are read in such stretches.
const STRETCH: usize = 512;
const LEAST_STRETCH: usize = 64;
/// A drawn token's row of logits and candidates, bytes for each row of the embedding.
const BYTES_PER_DRAWN_LOGIT: u64 = 16;

/// Who writes, and how much at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Threads, at least 1.
    pub threads: usize,
    /// Texts at a time.
    pub paths: usize,
    /// Positions of each path.
    pub positions: usize,
    /// Most rows of a step, more than there are paths.
    pub stretch: usize,
    /// Most bytes that it takes.
    pub memory: u64,
}

impl Layout {
    /// As many paths as fit, then as long stretches.
    ///
    /// # Errors
    /// Not even one path fits: the bytes that would do.
    pub fn new(model: &dyn LanguageModel, texts: &[Text], options: &GenerateOptions) -> Result<Self, u64> {
        let sizes = Sizes::new(model, texts, options);
        let most = MOST_PATHS.min(texts.len()).max(1);
        let stretches = || std::iter::successors(Some(STRETCH), |rows| (*rows > LEAST_STRETCH).then_some(rows / 2));
        let layouts = (1..=most).rev().flat_map(|paths| stretches().map(move |stretch| (paths, stretch)));
        let mut layouts = layouts.map(|(paths, stretch)| sizes.layout(paths, stretch));
        let found = layouts.find(|layout| layout.memory <= options.memory);
        found.ok_or_else(|| sizes.layout(1, LEAST_STRETCH).memory)
    }
}

/// What memory depends on.
struct Sizes {
    costs: Costs,
    threads: usize,
    positions: usize,
    /// Bytes for each path that a token is picked on.
    bytes_per_pick: u64,
}

impl Sizes {
    fn new(model: &dyn LanguageModel, texts: &[Text], options: &GenerateOptions) -> Self {
        let costs = model.costs();
        // The last token of a text is not read.
        let positions = texts.iter().map(|text| text.prompt.len() + text.generation.max_tokens as usize - 1);
        let is_drawn = |text: &Text| text.generation.sampling.is_some();
        let logits = if texts.iter().any(is_drawn) { model.card().vocab_size } else { 0 };
        Self {
            costs,
            threads: options.threads.max(1),
            positions: positions.max().unwrap_or(0),
            bytes_per_pick: costs.bytes_per_scored_row + BYTES_PER_DRAWN_LOGIT * logits as u64,
        }
    }

    fn layout(&self, paths: usize, stretch: usize) -> Layout {
        let Self { costs, threads, positions, bytes_per_pick } = *self;
        let path = costs.bytes_per_path + positions as u64 * costs.bytes_per_position + bytes_per_pick;
        let memory =
            threads as u64 * costs.bytes_per_thread + stretch as u64 * costs.bytes_per_row + paths as u64 * path;
        Layout { threads, paths, positions, stretch, memory }
    }
}
