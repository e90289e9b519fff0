//! How much working memory the arithmetic of a plan needs at most, known before it starts.

use crate::plan::BATCH_TOKENS;
use yardstick_core::ModelCard;

/// Rows of logits that exist at a time.
const LOGIT_ROWS: u64 = 128;
/// Activations of one token, in widths of the model: residual, norm, q, k, v, their transposes, and the MLP's four with its
/// temporaries.
const WIDTHS: u64 = 24;
/// Attention matrices alive at once: scores, mask sum, softmax and its temporary.
const SCORE_MATRICES: u64 = 4;

/// An upper estimate, bytes, beside the weights: on each thread the activations of a batch, attention over its longest span
/// and a chunk of logits with its copies. `longest` is the plan's longest input in tokens.
pub fn work_bytes(card: &ModelCard, threads: usize, longest: usize) -> u64 {
    let longest = longest as u64;
    let tokens = longest.max(BATCH_TOKENS as u64);
    let activations = tokens * card.n_embd * WIDTHS;
    let attention = SCORE_MATRICES * card.n_head * longest * longest;
    let logits = 2 * LOGIT_ROWS.min(tokens) * card.vocab_size as u64;
    4 * threads as u64 * (activations + attention + logits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpt2_small_needs_under_a_gigabyte_on_two_threads() {
        let card = ModelCard {
            n_params: 124_439_808,
            n_layer: 12,
            n_embd: 768,
            n_head: 12,
            n_ctx: 1024,
            vocab_size: 50257,
            ..crate::toy::card()
        };
        let bytes = work_bytes(&card, 2, 1024);
        assert!((400_000_000..1_000_000_000).contains(&bytes), "{bytes}");
        assert!(work_bytes(&card, 4, 1024) > bytes);
    }
}
