//! What masked models must hold: the reference's logits, and scores that are pseudo-log-likelihoods by their definition.

use super::fixtures::{Case, Draw, bits, expected, masked_checkpoints, open};
use rayon::prelude::*;
use std::path::Path;
use tokenizers::Tokenizer;
use yardstick_core::{Feed, LanguageModel, ScoreError, Scoring, Span, Stretch};
use yardstick_zoo::{LoadOptions, Model};

/// Exponentials are f32, as for causal models.
const LOG_PROB_TOLERANCE: f64 = 2e-7;
/// The special tokens around a text.
const AROUND: usize = 2;

fn open_as(folder: &Case, scoring: Scoring) -> Model {
    let options = LoadOptions { masked: Some(scoring), ..folder.options() };
    let model = Model::open(folder.to_str().unwrap(), &options).unwrap();
    assert_eq!(model.card().scoring, scoring);
    model
}

fn tokenizer(folder: &Path) -> Tokenizer {
    Tokenizer::from_file(folder.join("tokenizer.json")).unwrap()
}

/// ln of the softmax at `token`, in double precision.
fn log_prob(logits: &[f32], token: u32) -> f64 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&x| f64::from(x - most).exp()).sum();
    f64::from(logits[token as usize] - most) - sum.ln()
}

#[test]
fn there_are_three_families() {
    let mut families: Vec<String> = masked_checkpoints().iter().map(|f| open(f).card().family.clone()).collect();
    families.sort();
    families.dedup();
    assert_eq!(families, ["bert", "distilbert", "roberta"]);
}

#[test]
fn tokens_and_logits_equal_the_reference() {
    for folder in masked_checkpoints() {
        let model = open(&folder);
        let mut largest = 0.0_f32;
        for (i, expected) in expected(&folder).iter().enumerate() {
            let text = &expected.ids[1..expected.ids.len() - 1];
            assert_eq!(model.encode(&expected.text).unwrap(), text, "{}: text {i}", folder.display());
            let logits = model.logits(&expected.ids).unwrap();
            assert_eq!(logits.len(), expected.logits.len());
            let worst = logits.iter().zip(&expected.logits).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= folder.tolerance(), "{}: text {i}: logits differ by {worst:e}", folder.display());
            largest = largest.max(worst);
        }
        eprintln!("{}: largest logit difference {largest:.1e}", folder.display());
    }
}

/// Each token masked in a full forward pass of its own; words are those that the tokenizer library counts.
#[test]
fn scores_are_those_of_the_definition() {
    for folder in masked_checkpoints() {
        let (tokenizer, masked) = (tokenizer(&folder), Scoring::MASKED.map(|scoring| open_as(&folder, scoring)));
        let mask = ["[MASK]", "<mask>"].iter().find_map(|mask| tokenizer.token_to_id(mask)).unwrap();
        let mut longer = 0;
        for expected in expected(&folder) {
            let words = tokenizer.encode(expected.text.as_str(), false).unwrap().get_word_ids().to_vec();
            let text = &expected.ids[1..expected.ids.len() - 1];
            let span = Span { tokens: text.to_vec(), scored: text.len() };
            for model in &masked {
                let scores = model.score(std::slice::from_ref(&span)).unwrap().remove(0);
                for (i, score) in scores.iter().enumerate() {
                    let mut ids = expected.ids.clone();
                    ids[i + 1] = mask;
                    if model.card().scoring == Scoring::PllWordL2r {
                        let rest = (i + 1..text.len()).take_while(|&j| words[j] == words[i]);
                        for j in rest {
                            ids[j + 1] = mask;
                            longer += 1;
                        }
                    }
                    let logits = model.logits(&ids).unwrap();
                    let row = &logits[(i + 1) * model.card().vocab_size..][..model.card().vocab_size];
                    let wanted = log_prob(row, text[i]);
                    let error = (score.log_prob - wanted).abs();
                    let place = format!("{}: {:?}, token {i}", folder.display(), model.card().scoring);
                    assert!(error < LOG_PROB_TOLERANCE * wanted.abs().max(1.0), "{place}: {} {wanted}", score.log_prob);
                    let best = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    assert_eq!(
                        score.is_greedy,
                        row.iter().position(|&x| x >= best) == Some(text[i] as usize),
                        "{place}"
                    );
                }
            }
        }
        assert!(longer > 5, "{}: there are words of several tokens", folder.display());
    }
}

#[test]
fn probabilities_of_a_masked_place_sum_to_one() {
    for folder in masked_checkpoints() {
        for scoring in Scoring::MASKED {
            let model = open_as(&folder, scoring);
            let text = &expected(&folder)[0].ids[1..8];
            let vocab = 0..model.card().vocab_size as u32;
            let spans: Vec<Span> = vocab.map(|token| Span { tokens: [text, &[token]].concat(), scored: 1 }).collect();
            let scores = model.score(&spans).unwrap();
            let total: f64 = scores.iter().map(|span| span[0].log_prob.exp()).sum();
            assert!((total - 1.0).abs() < LOG_PROB_TOLERANCE, "{}: {total}", folder.display());
            assert_eq!(scores.iter().filter(|span| span[0].is_greedy).count(), 1);
        }
    }
}

#[test]
fn what_is_scored_sees_what_is_before_and_behind_and_not_itself() {
    for folder in masked_checkpoints() {
        let model = open_as(&folder, Scoring::PllOriginal);
        let tokens = Draw(13).tokens(&model, 12);
        let span = |tokens: &[u32]| Span { tokens: tokens.to_vec(), scored: 6 };
        let before = bits(&model, &[span(&tokens)]).remove(0);
        for at in 0..tokens.len() {
            let mut changed = tokens.clone();
            changed[at] = (changed[at] + 7) % model.card().vocab_size as u32;
            let after = bits(&model, &[span(&changed)]).remove(0);
            assert!((0..6).all(|i| after[i] != before[i]), "{}: token {at} changed", folder.display());
        }
        // The scores of some tokens do not depend on which others are scored.
        for scored in 1..6 {
            let few = bits(&model, &[Span { tokens: tokens.clone(), scored }]).remove(0);
            assert_eq!(few, before[6 - scored..], "{}: {scored} scored", folder.display());
        }
    }
}

#[test]
fn alone_in_any_batch_and_on_any_number_of_threads() {
    for folder in masked_checkpoints() {
        for scoring in Scoring::MASKED {
            let model = open_as(&folder, scoring);
            let mut draw = Draw(7);
            let longest = folder.longest(model.card().longest_span());
            let spans: Vec<Span> = (0..folder.times(20)).map(|_| draw.span(&model, longest)).collect();
            let wanted = bits(&model, &spans);
            for (span, wanted) in spans.iter().zip(&wanted) {
                assert_eq!(bits(&model, std::slice::from_ref(span))[0], *wanted, "{}", folder.display());
            }
            for threads in [2, 7] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let score = || spans.par_chunks(3).flat_map_iter(|part| bits(&model, part)).collect::<Vec<_>>();
                assert_eq!(pool.install(score), wanted, "{}: {threads} threads", folder.display());
            }
        }
    }
}

#[test]
fn the_special_tokens_count_in_the_context() {
    for folder in masked_checkpoints() {
        let (model, path) = (open(&folder), folder.to_str().unwrap());
        let n_ctx = model.card().n_ctx;
        let tokens = Draw(3).tokens(&model, n_ctx);
        let longest = n_ctx - AROUND;
        let span = |len: usize, scored| Span { tokens: tokens[..len].to_vec(), scored };
        let scores = model.score(&[span(longest, longest), span(1, 1), span(3, 0)]).unwrap();
        assert_eq!(scores.iter().map(Vec::len).collect::<Vec<_>>(), [longest, 1, 0]);
        assert!(scores.iter().flatten().all(|score| score.log_prob.is_finite() && score.log_prob <= 0.0));
        for impossible in [span(longest + 1, 1), span(0, 0), span(2, 3)] {
            let error = model.score(&[impossible]).unwrap_err();
            assert!(matches!(error, ScoreError::Span { .. }), "{error}");
        }
        let outside = Span { tokens: vec![1, model.card().vocab_size as u32], scored: 1 };
        assert!(matches!(model.score(&[outside]), Err(ScoreError::Token { .. })));
        let short = Model::open(path, &LoadOptions { context: Some(16), ..folder.options() }).unwrap();
        assert_eq!((short.card().n_ctx, short.card().longest_span()), (16, 14));
        assert_eq!(bits(&short, &[span(14, 14)]), bits(&model, &[span(14, 14)]));
        assert!(short.score(&[span(15, 1)]).is_err());
        let none = Model::open(path, &LoadOptions { context: Some(2), ..folder.options() });
        let message = none.err().unwrap().to_string();
        assert!(message.contains(&format!("give 3 to {n_ctx}")), "{message}");
    }
}

#[test]
fn what_needs_a_next_token_is_refused() {
    for folder in masked_checkpoints() {
        let model = open(&folder);
        assert_eq!((model.card().prefix_token, model.card().end_token), (None, None));
        let stretch = Stretch { tokens: &[5], positions: &[0], wanted: &[] };
        let error = model.session(4, 1).advance(&stretch).unwrap_err();
        assert!(matches!(error, ScoreError::BothSides { .. }), "{error}");
        let feed = Feed { path: 0, start: 0, tokens: &[5], pick: None };
        let error = model.decoder(1, 4, 1).step(&[feed]).unwrap_err();
        assert!(matches!(error, ScoreError::BothSides { .. }), "{error}");
    }
}

#[test]
fn texts_come_back_from_their_tokens() {
    for folder in masked_checkpoints() {
        let model = open(&folder);
        let text = "the old man saw a ship";
        let tokens = model.encode(text).unwrap();
        assert_eq!(model.decode(&tokens, true).unwrap(), text, "{}", folder.display());
    }
}
