//! A span's bits depend on nothing but the span and the model.

use super::fixtures::{Draw, bits, checkpoints, open};
use rayon::prelude::*;
use yardstick_core::{LanguageModel, Span};

#[test]
fn alone_or_in_any_batch() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut draw = Draw(7);
        for longest in [2, 3, 17, folder.longest(model.card().n_ctx.min(128)) + 1] {
            let batch: Vec<Span> = (0..2 + draw.below(12)).map(|_| draw.span(&model, longest)).collect();
            let together = bits(&model, &batch);
            for (i, span) in batch.iter().enumerate() {
                let alone = bits(&model, std::slice::from_ref(span));
                assert_eq!(alone[0], together[i], "{}: span {i} of {}", folder.display(), batch.len());
            }
            for size in 1..batch.len() {
                let parts: Vec<_> = batch.chunks(size).flat_map(|part| bits(&model, part)).collect();
                assert_eq!(parts, together, "{}: batches of {size}", folder.display());
            }
        }
    }
}

#[test]
fn on_any_number_of_threads() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut draw = Draw(11);
        let longest = folder.longest(model.card().n_ctx.min(128)) + 1;
        let spans: Vec<Span> = (0..folder.times(24)).map(|_| draw.span(&model, longest)).collect();
        let wanted = bits(&model, &spans);
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found: Vec<_> = pool.install(|| spans.par_chunks(3).flat_map_iter(|part| bits(&model, part)).collect());
            assert_eq!(found, wanted, "{}: {threads} threads", folder.display());
        }
    }
}

#[test]
fn a_later_token_never_changes_an_earlier_score() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut draw = Draw(13);
        let tokens = draw.tokens(&model, 40);
        let scored = tokens.len() - 1;
        let before = bits(&model, &[Span { tokens: tokens.clone(), scored }]);
        for at in 1..tokens.len() {
            let mut changed = tokens.clone();
            changed[at] = (changed[at] + 1) % model.card().vocab_size as u32;
            let after = bits(&model, &[Span { tokens: changed, scored }]);
            assert_eq!(after[0][..at - 1], before[0][..at - 1], "{}: token {at} changed", folder.display());
            assert_ne!(after[0][at - 1], before[0][at - 1], "{}: token {at} itself", folder.display());
        }
    }
}

#[test]
fn texts_encode_alike_on_many_threads() {
    for folder in checkpoints() {
        let model = open(&folder);
        let texts: Vec<String> =
            (0..200).map(|i| format!("The {i}th old man looked, and {} cats ran.", i * i)).collect();
        let wanted: Vec<_> = texts.iter().map(|text| model.encode(text).unwrap()).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(7).build().unwrap();
        let found: Vec<_> = pool.install(|| texts.par_iter().map(|text| model.encode(text).unwrap()).collect());
        assert_eq!(found, wanted, "{}", folder.display());
    }
}
