//! What makes two models one: the parts of a card that decide about its numbers. Where it lies and what it is called do not.

use yardstick_core::ModelCard;

/// A part of a model: a word for labels, words for sentences, and its value.
pub(crate) struct Part<'a> {
    pub(crate) label: &'static str,
    pub(crate) words: &'static str,
    pub(crate) value: &'a str,
}

/// The parts but for the context, which may be shortened on either side.
pub(crate) fn parts(card: &ModelCard) -> [Part<'_>; 6] {
    let part = |label, words, value| Part { label, words, value };
    [
        part("weights", "the weights", &card.weights_sha256),
        part("tokenizer", "the tokenizers", &card.tokenizer_sha256),
        part("config", "the configurations", &card.config_sha256),
        part("held as", "the types that hold the weights", &card.storage),
        part("computed on", "the devices that compute", &card.device),
        part("scored by", "the ways of scoring", card.scoring.name()),
    ]
}

/// The first part in which two models differ, in words. Their contexts may.
pub(crate) fn difference(a: &ModelCard, b: &ModelCard) -> Option<&'static str> {
    let (ours, theirs) = (parts(a), parts(b));
    ours.iter().zip(&theirs).find(|(a, b)| a.value != b.value).map(|(part, _)| part.words)
}

/// Whether two cards are of the same model, held and cut the same way.
pub fn is_same_model(a: &ModelCard, b: &ModelCard) -> bool {
    difference(a, b).is_none() && a.n_ctx == b.n_ctx
}
