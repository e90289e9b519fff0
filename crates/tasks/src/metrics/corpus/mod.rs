//! Metrics of whole corpora: each document gives counts, and the metric is a function of their sums. Numbers are those of
//! sacrebleu 2.6 with its default settings.

pub(super) mod bleu;
pub(super) mod chrf;
mod edit_distance;
pub(super) mod ngrams;
pub(super) mod ter;
mod tokens;

pub(super) use bleu::{WIDTH as BLEU_WIDTH, score as bleu};
pub(super) use chrf::{PLUS_PLUS_WIDTH as CHRF_PP_WIDTH, WIDTH as CHRF_WIDTH, chrf, chrf_plus_plus};
pub(super) use ter::score as ter;
pub(super) use tokens::Tokenizer;
