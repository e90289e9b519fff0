//! Acceptability by mean token log-probability: a sentence is taken for acceptable above a threshold.
//!
//! Source: Radford et al. (2018), section 5, "Zero-shot Behaviors". The paper does not say which threshold. Here each half
//! of the sentences (even and odd rows) gets the threshold that is best on the other half, so that no sentence has a say in
//! its own judgement.

use crate::answers::Answers;
use crate::error::TaskError;
use crate::hooks::{Hook, HookKind, Module, Scores};
use crate::row::Row;
use yardstick_core::{Score, Value};

pub(in crate::hooks) static MODULE: Module = Module {
    name: "paper.acceptability",
    sources: &[],
    hooks: &[
        Hook { name: "paper.acceptability.auc", kind: HookKind::Aggregation(auc) },
        Hook { name: "paper.acceptability.mcc", kind: HookKind::Aggregation(mcc) },
        Hook {
            name: "paper.acceptability.process_results",
            kind: HookKind::Results { metrics: &["mcc", "auc"], function: process_results },
        },
    ],
};

/// The label, the mean log-probability of the scored tokens, and the half of the sentence.
fn process_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let label = match row.cell("label")? {
        Value::Int(label @ (0 | 1)) => *label as f64,
        other => return Err(row.bad("label", "0 or 1", other)),
    };
    let tokens: u32 = answers.responses.iter().map(|response| response.n_tokens - response.n_unscored).sum();
    let sum: f64 = answers.responses.iter().map(|response| response.log_likelihood).sum();
    let counts = Score::Counts(vec![label, sum / f64::from(tokens.max(1)), (row.row % 2) as f64]);
    Ok(vec![("mcc", counts.clone()), ("auc", counts)])
}

/// A sentence that was scored.
#[derive(Clone, Copy, Debug)]
struct Judged {
    is_acceptable: bool,
    mean: f64,
    is_odd: bool,
}

fn judged(scores: &[Score]) -> Vec<Judged> {
    let judged = |score: &Score| match score {
        Score::Counts(counts) => {
            let [label, mean, half] = counts[..] else { return None };
            Some(Judged { is_acceptable: label > 0.5, mean, is_odd: half > 0.5 })
        }
        Score::Value(_) | Score::Ratio(..) => None,
    };
    let mut judged: Vec<_> = scores.iter().filter_map(judged).collect();
    judged.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    judged
}

/// Right and wrong judgements: Matthews' correlation coefficient is made of them.
#[derive(Clone, Copy, Debug, Default)]
struct Table {
    true_positive: f64,
    true_negative: f64,
    false_positive: f64,
    false_negative: f64,
}

impl Table {
    fn add(&mut self, is_acceptable: bool, is_predicted: bool, by: f64) {
        let cell = match (is_acceptable, is_predicted) {
            (true, true) => &mut self.true_positive,
            (false, false) => &mut self.true_negative,
            (false, true) => &mut self.false_positive,
            (true, false) => &mut self.false_negative,
        };
        *cell += by;
    }

    /// 0 where a row or column is empty, as scikit-learn has it.
    fn mcc(self) -> f64 {
        let Self { true_positive: tp, true_negative: tn, false_positive: fp, false_negative: fn_ } = self;
        let product = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
        if product > 0.0 { (tp * tn - fp * fn_) / product.sqrt() } else { 0.0 }
    }
}

fn mcc(scores: &[Score]) -> f64 {
    let (odd, even): (Vec<_>, Vec<_>) = judged(scores).into_iter().partition(|judged| judged.is_odd);
    let mut table = Table::default();
    for (half, other) in [(&odd, &even), (&even, &odd)] {
        let threshold = best_threshold(other);
        for judged in half {
            table.add(judged.is_acceptable, judged.mean >= threshold, 1.0);
        }
    }
    table.mcc()
}

/// The mean from which on the sentences, which are sorted by it, are best taken for acceptable: the lowest of the best.
fn best_threshold(sorted: &[Judged]) -> f64 {
    let mut table = Table::default();
    for judged in sorted {
        table.add(judged.is_acceptable, true, 1.0);
    }
    let mut best = (table.mcc(), f64::NEG_INFINITY);
    for (index, judged) in sorted.iter().enumerate() {
        table.add(judged.is_acceptable, true, -1.0);
        table.add(judged.is_acceptable, false, 1.0);
        let Some(next) = sorted.get(index + 1) else { break };
        // Between two sentences, so that neither is on the border.
        if next.mean > judged.mean && table.mcc() > best.0 {
            best = (table.mcc(), f64::midpoint(judged.mean, next.mean));
        }
    }
    best.1
}

/// How often an acceptable sentence has a higher mean than one that is not, equal ones half (Hanley & `McNeil` 1982).
fn auc(scores: &[Score]) -> f64 {
    let sorted = judged(scores);
    let (mut below, mut wins, mut start) = (0.0, 0.0, 0);
    while start < sorted.len() {
        let end = start + sorted[start..].partition_point(|judged| judged.mean <= sorted[start].mean);
        let acceptable = sorted[start..end].iter().filter(|judged| judged.is_acceptable).count() as f64;
        let other = (end - start) as f64 - acceptable;
        wins += acceptable * (below + other / 2.0);
        below += other;
        start = end;
    }
    let acceptable = sorted.len() as f64 - below;
    wins / (below * acceptable)
}

#[cfg(test)]
mod tests {
    use super::super::testing::fields;
    use super::*;
    use yardstick_core::Response;

    fn scores(sentences: &[(f64, f64, f64)]) -> Vec<Score> {
        sentences.iter().map(|&(label, mean, half)| Score::Counts(vec![label, mean, half])).collect()
    }

    #[test]
    fn the_other_half_has_the_threshold() {
        // Even: -3 bad, -1 good: threshold -2. Odd: -2.5 good, -1.5 good, -4 bad: threshold -3.25.
        let all = scores(&[(0.0, -3.0, 0.0), (1.0, -2.5, 1.0), (1.0, -1.0, 0.0), (1.0, -1.5, 1.0), (0.0, -4.0, 1.0)]);
        // Even halves get -3.25: -3 is taken for good. Odd halves get -2: -2.5 is taken for bad.
        let (tp, tn, fp, fn_) = (2.0, 1.0, 1.0, 1.0);
        let want: f64 = (tp * tn - fp * fn_) / f64::sqrt((tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_));
        assert!((mcc(&all) - want).abs() < 1e-15, "{} {want}", mcc(&all));
        assert_eq!(mcc(&scores(&[(1.0, -1.0, 0.0), (1.0, -2.0, 1.0)])).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn pairs_in_order() {
        let all = scores(&[(0.0, -3.0, 0.0), (1.0, -2.0, 1.0), (0.0, -2.0, 0.0), (1.0, -1.0, 0.0)]);
        assert_eq!(auc(&all).to_bits(), 0.875_f64.to_bits());
    }

    #[test]
    fn the_mean_is_over_scored_tokens() {
        let fields = fields(&[("label", Value::Int(1))]);
        let row = Row { fields: &fields, file: "f", row: 3 };
        let response = Response { log_likelihood: -8.0, n_tokens: 5, n_unscored: 1, ..Response::default() };
        let scores = process_results(row, &Answers { responses: &[response], texts: &[] }).unwrap();
        assert_eq!(scores[0].1, Score::Counts(vec![1.0, -2.0, 1.0]));
    }
}
