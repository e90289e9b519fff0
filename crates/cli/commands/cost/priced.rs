//! A model without weights: it has sizes and costs, and another one's tokens.

use yardstick_core::{Costs, Decoder, LanguageModel, ModelCard, ScoreError, Session};
use yardstick_zoo::Preset;

/// A preset as far as a planner looks at it.
pub struct Priced<'a> {
    card: ModelCard,
    costs: Costs,
    tokens: &'a dyn LanguageModel,
}

impl<'a> Priced<'a> {
    /// With the tokens of a model that is there.
    pub fn new(preset: &Preset, tokens: &'a dyn LanguageModel) -> Self {
        let d = preset.dimensions;
        let card = ModelCard {
            name: preset.name.to_owned(),
            n_params: preset.n_params(),
            n_layer: d.n_layer as u64,
            n_embd: d.n_embd as u64,
            n_head: d.n_head as u64,
            n_ctx: d.n_ctx,
            vocab_size: d.vocab_size,
            ..tokens.card().clone()
        };
        Self { card, costs: d.costs(), tokens }
    }
}

impl LanguageModel for Priced<'_> {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, ScoreError> {
        self.tokens.encode(text)
    }

    fn decode(&self, tokens: &[u32], skip_special: bool) -> Result<String, ScoreError> {
        self.tokens.decode(tokens, skip_special)
    }

    fn costs(&self) -> Costs {
        self.costs
    }

    /// The other model's: planning opens none.
    fn session(&self, positions: usize, threads: usize) -> Box<dyn Session + '_> {
        self.tokens.session(positions, threads)
    }

    /// The other model's: planning opens none.
    fn decoder(&self, paths: usize, positions: usize, threads: usize) -> Box<dyn Decoder + '_> {
        self.tokens.decoder(paths, positions, threads)
    }
}
