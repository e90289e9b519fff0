//! Token ids and logits equal the reference implementation's.

use super::fixtures::{checkpoints, expected, open, with_config};
use yardstick_core::{LanguageModel, Span, Stretch, Wanted};

/// Of log-probabilities: exponentials are f32, with relative errors up to 2e-7 that are independent of one another.
const LOG_PROB_TOLERANCE: f64 = 2e-7;

#[test]
fn tokens_and_logits_equal_the_reference() {
    for folder in checkpoints() {
        let model = open(&folder);
        let mut largest = 0.0_f32;
        for (i, expected) in expected(&folder).iter().enumerate() {
            assert_eq!(model.encode(&expected.text).unwrap(), expected.ids, "{}: text {i}", folder.display());
            let logits = model.logits(&expected.ids).unwrap();
            assert_eq!(logits.len(), expected.logits.len());
            let worst = logits.iter().zip(&expected.logits).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= folder.tolerance(), "{}: text {i}: logits differ by {worst:e}", folder.display());
            largest = largest.max(worst);
        }
        eprintln!("{}: largest logit difference {largest:.1e}", folder.display());
    }
}

/// Transformers 5 writes some keys in another form; a folder may have its configuration in both.
#[test]
fn newer_keys_mean_the_same() {
    let mut count = 0;
    for folder in checkpoints() {
        let Ok(config) = std::fs::read(folder.join("config.new-keys.json")) else { continue };
        let (older, newer) = (open(&folder), with_config(&folder, &config, folder.device));
        let ids = &expected(&folder)[0].ids;
        assert_eq!(older.card().n_ctx, newer.card().n_ctx);
        assert!(older.logits(ids).unwrap() == newer.logits(ids).unwrap(), "{}", folder.display());
        count += 1;
    }
    assert!(count > 4, "folders with both");
}

#[test]
fn probabilities_sum_to_one() {
    for folder in checkpoints() {
        let model = open(&folder);
        let prefix = &expected(&folder)[0].ids;
        let positions: Vec<u32> = (0..prefix.len() as u32).collect();
        let row = positions.len() as u32 - 1;
        let wanted: Vec<_> = (0..model.card().vocab_size as u32).map(|token| Wanted { row, token }).collect();
        let mut session = model.session(positions.len(), 1);
        let scores = session.advance(&Stretch { tokens: prefix, positions: &positions, wanted: &wanted }).unwrap();
        let total: f64 = scores.iter().map(|score| score.log_prob.exp()).sum();
        assert!((total - 1.0).abs() < LOG_PROB_TOLERANCE, "{}: probabilities sum to {total}", folder.display());
        let greedy: Vec<_> = scores.iter().filter(|score| score.is_greedy).collect();
        assert_eq!(greedy.len(), 1, "{}: one token is the first choice", folder.display());
        let best = scores.iter().map(|score| score.log_prob).fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(greedy[0].log_prob.to_bits(), best.to_bits());
    }
}

#[test]
fn scores_are_the_log_softmax_of_the_logits() {
    for folder in checkpoints() {
        let model = open(&folder);
        let tokens = expected(&folder)[1].ids.clone();
        let vocab_size = model.card().vocab_size;
        let logits = model.logits(&tokens[..tokens.len() - 1]).unwrap();
        let span = Span { scored: tokens.len() - 1, tokens: tokens.clone() };
        let scores = model.score(&[span]).unwrap();
        for (t, (row, score)) in logits.chunks_exact(vocab_size).zip(&scores[0]).enumerate() {
            let norm = row.iter().map(|&x| f64::from(x).exp()).sum::<f64>().ln();
            let wanted = f64::from(row[tokens[t + 1] as usize]) - norm;
            assert!((score.log_prob - wanted).abs() < LOG_PROB_TOLERANCE, "{}: token {}", folder.display(), t + 1);
        }
    }
}
