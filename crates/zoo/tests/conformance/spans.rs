//! The edges of what a span may be.

use super::fixtures::{Draw, bits, checkpoints, open};
use yardstick_core::{LanguageModel, ScoreError, Span};
use yardstick_zoo::{LoadOptions, Model};

#[test]
fn a_full_context_fits_and_one_more_token_does_not() {
    for folder in checkpoints() {
        let model = open(&folder);
        let n_ctx = model.card().n_ctx;
        let tokens = Draw(3).tokens(&model, n_ctx + 2);
        let full = Span { tokens: tokens[..=n_ctx].to_vec(), scored: n_ctx };
        let scores = model.score(&[full]).unwrap();
        assert_eq!(scores[0].len(), n_ctx);
        assert!(scores[0].iter().all(|score| score.log_prob.is_finite() && score.log_prob <= 0.0));
        check_refused(&model, Span { tokens, scored: 1 });
    }
}

#[test]
fn one_token_after_one_token() {
    for folder in checkpoints() {
        let model = open(&folder);
        let scores = model.score(&[Span { tokens: vec![5, 6], scored: 1 }]).unwrap();
        let logits = model.logits(&[5]).unwrap();
        let norm = logits.iter().map(|&x| f64::from(x).exp()).sum::<f64>().ln();
        assert!((scores[0][0].log_prob - (f64::from(logits[6]) - norm)).abs() < 1e-5, "{}", folder.display());
    }
}

#[test]
fn nothing_to_score_is_no_work_and_no_error() {
    for folder in checkpoints() {
        let model = open(&folder);
        let span = |tokens: &[u32], scored| Span { tokens: tokens.to_vec(), scored };
        assert!(model.score(&[]).unwrap().is_empty());
        assert_eq!(model.score(&[span(&[1], 0)]).unwrap(), [[]]);
        let mixed = bits(&model, &[span(&[1, 2, 3], 0), span(&[1, 2, 3], 2), span(&[4], 0)]);
        assert_eq!(mixed[1], bits(&model, &[span(&[1, 2, 3], 2)])[0]);
        assert!(mixed[0].is_empty() && mixed[2].is_empty());
    }
}

#[test]
fn impossible_spans_are_refused() {
    for folder in checkpoints() {
        let model = open(&folder);
        check_refused(&model, Span { tokens: vec![], scored: 0 });
        check_refused(&model, Span { tokens: vec![1, 2], scored: 2 });
        let vocab_size = model.card().vocab_size;
        for tokens in [vec![1, vocab_size as u32], vec![u32::MAX, 1]] {
            let error = model.score(&[Span { tokens, scored: 1 }]).unwrap_err();
            assert!(matches!(error, ScoreError::Token { .. }), "{error}");
        }
        assert!(matches!(model.logits(&[]), Err(ScoreError::Span { .. })));
    }
}

fn check_refused(model: &Model, span: Span) {
    let good = Span { tokens: vec![1, 2], scored: 1 };
    let error = model.score(&[good, span]).unwrap_err();
    assert!(matches!(error, ScoreError::Span { .. }), "{error}");
}

#[test]
fn a_shorter_context_changes_the_limit_and_no_score() {
    for folder in checkpoints() {
        let (model, path) = (open(&folder), folder.to_str().unwrap());
        let short = Model::open(path, &LoadOptions { context: Some(16), ..folder.options() }).unwrap();
        assert_eq!(short.card().n_ctx, 16);
        let span = Span { tokens: Draw(5).tokens(&model, 17), scored: 16 };
        assert_eq!(bits(&short, std::slice::from_ref(&span)), bits(&model, &[span]));
        check_refused(&short, Span { tokens: vec![1; 18], scored: 1 });
        for context in [0, 1, model.card().n_ctx + 1] {
            let error = Model::open(path, &LoadOptions { context: Some(context), ..folder.options() })
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains(&format!("a context of {context} tokens is impossible")), "{error}");
        }
    }
}
