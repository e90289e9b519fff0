//! Limits on logits: how far the candidate's next-token distributions are from the base's.

use super::policy::Limits;
use super::verdict::{Ends, LimitVerdict, Outcome};
use crate::number::count;
use serde::Serialize;
use yardstick_core::ModelCard;

/// What a diff of two models found, as far as a policy sets limits on it. KL divergences are nats, of the candidate from the
/// base, a position each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogitFigures {
    /// Where they come from, for messages.
    pub file: String,
    /// The base and the candidate that they are of.
    pub models: [ModelCard; 2],
    /// What a reader of the diff must know.
    pub warnings: Vec<String>,
    /// Positions compared.
    pub n_positions: u64,
    /// Whether all logits are the same to the bit.
    pub bit_identical: bool,
    /// Mean KL divergence.
    pub mean_kl: Figure,
    /// 99th percentile.
    pub kl_p99: Figure,
    /// 99.9th percentile.
    pub kl_p999: Figure,
    /// The largest.
    pub kl_max: Figure,
    /// Share of positions with the same most likely token.
    pub same_top1: Figure,
    /// Share of positions with the same five most likely tokens.
    pub same_top5: Figure,
    /// ln of the candidate's perplexity over the base's.
    pub ln_ppl_ratio: Figure,
}

/// A number, with its interval where it has one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// Two-sided, 95 %.
    pub interval: Option<Ends>,
}

/// Positions without which nothing is said.
const MIN_POSITIONS: u64 = 100;
/// The 99.9th percentile of fewer positions is their largest.
const MIN_POSITIONS_P999: u64 = 1_000;

/// A limit with what is held against it.
struct Limit<'a> {
    /// The policy's key.
    name: &'static str,
    /// In words.
    label: &'static str,
    bound: f64,
    figure: &'a Figure,
    /// Whether the figure must be at least the bound, and not at most.
    is_floor: bool,
    min_positions: u64,
}

/// A verdict a limit.
pub(super) fn limits(limits: &Limits, figures: &LogitFigures) -> Vec<LimitVerdict> {
    let ceiling = |name, label, bound: Option<f64>, figure| {
        bound.map(|bound| Limit { name, label, bound, figure, is_floor: false, min_positions: MIN_POSITIONS })
    };
    let floor = |name, label, bound: Option<f64>, figure| {
        ceiling(name, label, bound, figure).map(|limit| Limit { is_floor: true, ..limit })
    };
    let p999 = ceiling("max_p999_kl", "99.9 % KL", limits.max_p999_kl, &figures.kl_p999);
    let all = [
        ceiling("max_mean_kl", "mean KL", limits.max_mean_kl, &figures.mean_kl),
        ceiling("max_p99_kl", "99 % KL", limits.max_p99_kl, &figures.kl_p99),
        p999.map(|limit| Limit { min_positions: MIN_POSITIONS_P999, ..limit }),
        ceiling("max_kl", "largest KL", limits.max_kl, &figures.kl_max),
        floor("min_same_top1", "share with the same first token", limits.min_same_top1, &figures.same_top1),
        floor("min_same_top5", "share with the same first five tokens", limits.min_same_top5, &figures.same_top5),
        ceiling("max_ln_ppl_ratio", "ln of the perplexities' ratio", limits.max_ln_ppl_ratio, &figures.ln_ppl_ratio),
    ];
    all.into_iter().flatten().map(|limit| verdict(&limit, figures)).collect()
}

fn verdict(limit: &Limit, figures: &LogitFigures) -> LimitVerdict {
    let (outcome, reason) = judge(limit, figures);
    LimitVerdict {
        limit: limit.name,
        bound: limit.bound,
        value: limit.figure.value,
        interval: limit.figure.interval,
        verdict: outcome,
        reason,
    }
}

/// An interval wholly on the wrong side of the bound is a regression, one across it tells nothing. A figure without an
/// interval is taken as it is: it describes the text that was read, and no more.
fn judge(limit: &Limit, figures: &LogitFigures) -> (Outcome, String) {
    let n = count(figures.n_positions);
    let equal = || format!("all logits are the same to the bit at {n} positions");
    if figures.bit_identical && figures.is_same_model() {
        return (Outcome::Pass, equal());
    }
    let Figure { value, interval } = limit.figure;
    if figures.n_positions < limit.min_positions {
        return (
            Outcome::Inconclusive,
            format!("{n} positions are compared, and it takes {}", count(limit.min_positions)),
        );
    }
    if figures.bit_identical {
        return (Outcome::Pass, equal());
    }
    let (best, worst) = match interval {
        Some(ends) if limit.is_floor => (ends.high, ends.low),
        Some(ends) => (ends.low, ends.high),
        None => (*value, *value),
    };
    let holds = |x: f64| if limit.is_floor { x >= limit.bound } else { x <= limit.bound };
    let ends = interval.as_ref().map_or_else(String::new, |i| format!(" ({} to {})", short(i.low), short(i.high)));
    let (side, unit) = if limit.is_floor { ("at least", "") } else { ("at most", " nats") };
    let text = format!(
        "{} {}{ends}{unit} over {n} positions, and {side} {} is wanted",
        limit.label,
        short(*value),
        short(limit.bound)
    );
    // NaN holds nothing.
    match (holds(worst), holds(best)) {
        (true, true) => (Outcome::Pass, text),
        (false, true) => (Outcome::Inconclusive, format!("{text}: more positions would tell")),
        _ => (Outcome::Regressed, text),
    }
}

/// Four significant digits.
pub(super) fn short(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let decimals = 3 - x.abs().log10().floor() as i32;
    match usize::try_from(decimals.max(0)) {
        Ok(decimals) if decimals <= 8 => {
            let text = format!("{x:.decimals$}");
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
        }
        _ => format!("{x:.2e}"),
    }
}

#[cfg(test)]
pub(super) fn figures() -> LogitFigures {
    let point = |value| Figure { value, interval: None };
    let around = |value: f64, low, high| Figure { value, interval: Some(Ends { low, high }) };
    let model = || crate::testing::model("gpt2-micro", "gpt2", 1_100_000);
    LogitFigures {
        file: "diff.json".to_owned(),
        models: [model(), model()],
        warnings: Vec::new(),
        n_positions: 5_000,
        bit_identical: false,
        mean_kl: point(0.004),
        kl_p99: point(0.03),
        kl_p999: point(0.08),
        kl_max: point(0.2),
        same_top1: around(0.985, 0.981, 0.988),
        same_top5: around(0.91, 0.90, 0.92),
        ln_ppl_ratio: around(0.002, -0.001, 0.005),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all() -> Limits {
        Limits {
            max_mean_kl: Some(0.01),
            max_p99_kl: Some(0.05),
            max_p999_kl: Some(0.1),
            max_kl: Some(0.1),
            min_same_top1: Some(0.985),
            min_same_top5: Some(0.95),
            max_ln_ppl_ratio: Some(0.005),
            ..Limits::default()
        }
    }

    #[test]
    fn intervals_count() {
        let verdicts: Vec<_> = limits(&all(), &figures()).into_iter().map(|one| (one.limit, one.verdict)).collect();
        let wanted = [
            ("max_mean_kl", Outcome::Pass),
            ("max_p99_kl", Outcome::Pass),
            ("max_p999_kl", Outcome::Pass),
            ("max_kl", Outcome::Regressed),
            ("min_same_top1", Outcome::Inconclusive),
            ("min_same_top5", Outcome::Regressed),
            ("max_ln_ppl_ratio", Outcome::Pass),
        ];
        assert_eq!(verdicts, wanted);
    }

    #[test]
    fn few_positions_tell_nothing_unless_all_is_equal() {
        let few = LogitFigures { n_positions: 40, ..figures() };
        assert!(limits(&all(), &few).iter().all(|one| one.verdict == Outcome::Inconclusive));
        let some = LogitFigures { n_positions: 400, ..figures() };
        let p999 = limits(&all(), &some).into_iter().find(|one| one.limit == "max_p999_kl").expect("a verdict");
        assert_eq!(p999.verdict, Outcome::Inconclusive);
        let mut equal = LogitFigures { bit_identical: true, ..few };
        assert!(limits(&all(), &equal).iter().all(|one| one.verdict == Outcome::Pass));
        // What is equal for a few tokens may part later.
        equal.models[1].weights_sha256 = "other".to_owned();
        assert!(limits(&all(), &equal).iter().all(|one| one.verdict == Outcome::Inconclusive));
    }

    #[test]
    fn what_is_no_number_holds_nothing() {
        let figures = LogitFigures { mean_kl: Figure { value: f64::NAN, interval: None }, ..figures() };
        assert_eq!(limits(&all(), &figures)[0].verdict, Outcome::Regressed);
    }

    proptest! {
        #[test]
        fn a_larger_divergence_is_never_better(kl in 0.0..1.0_f64, more in 0.0..1.0_f64, half in 0.0..0.2_f64) {
            let with = |value: f64| {
                let interval = Some(Ends { low: value - half, high: value + half });
                limits(&all(), &LogitFigures { mean_kl: Figure { value, interval }, ..figures() })[0].verdict
            };
            prop_assert!(with(kl + more) >= with(kl));
        }
    }
}
