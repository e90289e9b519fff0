//! What a model makes of the choices of a document, under the metric that says who was right.

use yardstick_core::{Sample, Target};

/// The score by which a metric chooses, an entry a choice: the log-likelihood (nats), divided as the metric says. Empty for
/// a document without choices.
pub(crate) fn scores(sample: &Sample, metric: &str) -> Vec<f64> {
    let n = sample.choices.len();
    let score = |(at, choice): (usize, &String)| {
        let response = sample.responses.get(at)?;
        let units = match metric.split(',').next().unwrap_or(metric) {
            "acc_norm" => choice.chars().count() as f64,
            "acc_bytes" => choice.len() as f64,
            "acc_tokens" => f64::from(response.n_tokens.saturating_sub(response.n_unscored)),
            // How much the context makes a choice more likely.
            "acc_mutual_info" => {
                let alone = sample.responses.get(n + at).map_or(0.0, |response| response.log_likelihood);
                return Some(response.log_likelihood - alone);
            }
            _ => 1.0,
        };
        Some(response.log_likelihood / units)
    };
    sample.choices.iter().enumerate().map_while(score).collect()
}

/// The first of the largest.
pub(crate) fn chosen(scores: &[f64]) -> Option<usize> {
    let better = |best: Option<(usize, f64)>, (at, &score): (usize, &f64)| match best {
        Some((_, most)) if score <= most || score.is_nan() => best,
        _ => Some((at, score)),
    };
    scores.iter().enumerate().fold(None, better).map(|(at, _)| at)
}

/// The choices that are right.
pub(crate) fn right(sample: &Sample) -> Vec<usize> {
    match &sample.target {
        Target::Choice(index) => vec![*index],
        Target::Choices(indices) => indices.clone(),
        Target::Text(_) | Target::Texts(_) => Vec::new(),
    }
}

/// Softmax of scores: what the model believes when it must choose.
pub(crate) fn probabilities(scores: &[f64]) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scaled: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let sum: f64 = scaled.iter().sum();
    scaled.into_iter().map(|value| value / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(metric: &str, wanted: [f64; 2], choice: usize) {
        // "no" at −5.25 nats and "yes" at −3, three tokens each.
        let mut sample = testing::choice("m");
        sample.responses[1].n_unscored = 1;
        sample.responses.extend(sample.responses.clone());
        sample.responses[3].log_likelihood = -0.5;
        let got = scores(&sample, metric);
        assert!(got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{metric}: {got:?}");
        assert_eq!((got.len(), chosen(&got)), (2, Some(choice)), "{metric}");
    }

    #[test]
    fn by_hand() {
        check("acc", [-5.25, -3.0], 1);
        check("acc,none", [-5.25, -3.0], 1);
        check("acc_norm", [-2.625, -1.0], 1);
        check("acc_bytes", [-2.625, -1.0], 1);
        check("acc_tokens", [-1.75, -1.5], 1);
        check("acc_mutual_info", [0.0, -2.5], 0);
    }

    #[test]
    fn beliefs_add_up() {
        let p = probabilities(&[-1000.0, -1000.0 + 3_f64.ln()]);
        assert!((p[0] - 0.25).abs() < 1e-12 && (p[1] - 0.75).abs() < 1e-12, "{p:?}");
        assert_eq!(chosen(&[1.0, 1.0, f64::NAN]), Some(0));
        assert_eq!(chosen(&[]), None);
    }
}
