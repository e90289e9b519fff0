//! Two rows of logits over the same vocabulary, compared in f64.

use yardstick_core::TopToken;

/// How many of the most likely tokens are compared as a set.
const TOP: usize = 5;
/// Partial sums of a row: fixed, so that a row has one order of additions.
const LANES: usize = 8;

/// What two rows of logits have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowDiff {
    /// KL(A‖B), nats.
    pub kl: f64,
    /// The most likely token of each.
    pub top: [TopToken; 2],
    /// Whether the five most likely tokens are the same set.
    pub same_top5: bool,
    /// Whether all logits have the same bits.
    pub same_bits: bool,
    /// ln Σ exp(logit) of each.
    log_sums: [f64; 2],
}

impl RowDiff {
    /// Compares two rows `[vocab]` of finite logits.
    ///
    /// With x = logit − largest logit and S = Σ exp(x) over the vocabulary, KL(A‖B) =
    /// `Σ exp(x_A)·(x_A − x_B) / S_A − ln S_A + ln S_B`. Rounding leaves an error of some 1e-15 nats; what it makes negative is 0.
    pub fn new(a: &[f32], b: &[f32]) -> Self {
        assert_eq!(a.len(), b.len(), "one vocabulary");
        let tops = [a, b].map(top_tokens);
        let largest = [logit(a, tops[0][0]), logit(b, tops[1][0])];
        let sums = Sums::new(a, b, largest);
        let logs = sums.exp.map(libm::log);
        let log_sums = [largest[0] + logs[0], largest[1] + logs[1]];
        let log_prob = |token| [logit(a, token) - log_sums[0], logit(b, token) - log_sums[1]];
        Self {
            kl: (sums.weighted / sums.exp[0] - logs[0] + logs[1]).max(0.0),
            top: tops.map(|[token, ..]| TopToken { token, log_prob: log_prob(token) }),
            same_top5: sorted(tops[0]) == sorted(tops[1]),
            same_bits: a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits()),
            log_sums,
        }
    }

    /// ln p of a token in both rows, which are those that were compared.
    pub fn log_prob(&self, a: &[f32], b: &[f32], token: u32) -> [f64; 2] {
        [logit(a, token) - self.log_sums[0], logit(b, token) - self.log_sums[1]]
    }
}

fn logit(row: &[f32], token: u32) -> f64 {
    f64::from(row[token as usize])
}

/// Sums over the vocabulary.
struct Sums {
    /// `Σ exp(x_A)` and `Σ exp(x_B)`
    exp: [f64; 2],
    /// `Σ exp(x_A)·(x_A − x_B)`
    weighted: f64,
}

impl Sums {
    fn new(a: &[f32], b: &[f32], largest: [f64; 2]) -> Self {
        let mut lanes = [[0.0; 3]; LANES];
        for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
            for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
                let (x_a, x_b) = (f64::from(*a) - largest[0], f64::from(*b) - largest[1]);
                let exp_a = libm::exp(x_a);
                lane[0] += exp_a;
                lane[1] += libm::exp(x_b);
                lane[2] += exp_a * (x_a - x_b);
            }
        }
        let total = |i: usize| lanes.iter().map(|lane| lane[i]).sum();
        Self { exp: [total(0), total(1)], weighted: total(2) }
    }
}

/// The tokens with the largest logits, the largest first, of equal ones the smaller id; `u32::MAX` where the vocabulary has
/// fewer.
fn top_tokens(row: &[f32]) -> [u32; TOP] {
    let (mut logits, mut tokens) = ([f32::NEG_INFINITY; TOP], [u32::MAX; TOP]);
    for (token, &logit) in (0..).zip(row) {
        if logit > logits[TOP - 1] {
            let at = logits.partition_point(|other| *other >= logit);
            logits.copy_within(at..TOP - 1, at + 1);
            tokens.copy_within(at..TOP - 1, at + 1);
            (logits[at], tokens[at]) = (logit, token);
        }
    }
    tokens
}

fn sorted(mut tokens: [u32; TOP]) -> [u32; TOP] {
    tokens.sort_unstable();
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From the definition: both distributions in full, then Σ p·ln(p/q).
    fn softmax(row: &[f32]) -> Vec<f64> {
        let exp: Vec<f64> = row.iter().map(|&x| f64::from(x).exp()).collect();
        let sum: f64 = exp.iter().sum();
        exp.iter().map(|x| x / sum).collect()
    }

    #[test]
    fn by_hand() {
        // p = (1/2, 1/4, 1/4), q = (1/4, 1/2, 1/4): KL = 1/2·ln 2 − 1/4·ln 2 = ln(2)/4.
        let [p, q] = [[0.5_f32, 0.25, 0.25], [0.25_f32, 0.5, 0.25]].map(|p| p.map(f32::ln));
        let diff = RowDiff::new(&p, &q);
        assert!((diff.kl - std::f64::consts::LN_2 / 4.0).abs() < 1e-7, "{diff:?}");
        assert_eq!(diff.top.map(|top| top.token), [0, 1]);
        for (got, wanted) in diff.top[1].log_prob.into_iter().zip([0.25_f64, 0.5]) {
            assert!((got - wanted.ln()).abs() < 1e-7, "{diff:?}");
        }
        assert!(diff.same_top5 && !diff.same_bits, "three tokens are the same three");
        assert!((diff.log_prob(&p, &q, 2)[0] - 0.25_f64.ln()).abs() < 1e-7);
    }

    #[test]
    fn an_equal_offset_changes_no_distribution() {
        let a: Vec<f32> = (0..40).map(|i| (i * 17 % 23) as f32 / 4.0).collect();
        let b: Vec<f32> = a.iter().map(|x| x + 8.0).collect();
        let diff = RowDiff::new(&a, &b);
        assert!(diff.kl < 1e-15 && diff.same_top5 && !diff.same_bits, "{diff:?}");
    }

    #[test]
    fn extremes() {
        let diff = RowDiff::new(&[1e4, 0.0], &[0.0, 0.0]);
        assert!((diff.kl - std::f64::consts::LN_2).abs() < 1e-15, "certain against even: {diff:?}");
        let diff = RowDiff::new(&[0.0, 0.0], &[1e4, 0.0]);
        assert!((diff.kl - (5e3 - std::f64::consts::LN_2)).abs() < 1e-9, "{diff:?}");
        assert!(RowDiff::new(&[f32::MAX, f32::MIN], &[f32::MIN, f32::MAX]).kl.is_finite());
        assert_eq!(RowDiff::new(&[3.0], &[-5.0]).kl.to_bits(), 0);
    }

    #[test]
    fn most_likely_tokens() {
        assert_eq!(top_tokens(&[1.0, 5.0, 3.0, 5.0, 2.0, 3.0, 0.0]), [1, 3, 2, 5, 4]);
        assert_eq!(top_tokens(&[0.0; 9]), [0, 1, 2, 3, 4]);
        assert_eq!(top_tokens(&[-1.0, -0.5]), [1, 0, u32::MAX, u32::MAX, u32::MAX]);
        let mut other = [9.0, 8.0, 7.0, 6.0, 5.0, 1.0];
        let row = other;
        other.swap(0, 4);
        assert!(RowDiff::new(&row, &other).same_top5, "another order is the same set");
        other.swap(0, 5);
        assert!(!RowDiff::new(&row, &other).same_top5);
    }

    proptest! {
        #[test]
        fn equals_the_definition(rows in proptest::collection::vec((-20_f32..20.0, -20_f32..20.0), 1..200)) {
            let (a, b): (Vec<f32>, Vec<f32>) = rows.into_iter().unzip();
            let diff = RowDiff::new(&a, &b);
            let (p, q) = (softmax(&a), softmax(&b));
            let kl: f64 = p.iter().zip(&q).map(|(p, q)| p * (p / q).ln()).sum();
            prop_assert!(diff.kl >= 0.0);
            prop_assert!((diff.kl - kl).abs() < 1e-11, "{} is not {}", diff.kl, kl);
            let back = RowDiff::new(&b, &a);
            prop_assert_eq!(diff.same_top5, back.same_top5);
            prop_assert_eq!(diff.top.map(|top| top.token), [back.top[1].token, back.top[0].token]);
            for (token, (p, q)) in (0..).zip(p.iter().zip(&q)) {
                let [log_p, log_q] = diff.log_prob(&a, &b, token);
                prop_assert!((log_p - p.ln()).abs() < 1e-11 && (log_q - q.ln()).abs() < 1e-11);
            }
        }

        #[test]
        fn nothing_differs_from_itself(row in proptest::collection::vec(-1e3_f32..1e3, 1..200)) {
            let diff = RowDiff::new(&row, &row);
            prop_assert!(diff.kl.to_bits() == 0 && diff.same_bits && diff.same_top5);
            prop_assert_eq!(diff.top[0], diff.top[1]);
        }
    }
}
