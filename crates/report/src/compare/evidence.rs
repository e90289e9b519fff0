//! What paired scores say about a difference.

use yardstick_stats::{
    Interval, PairedCounts, PairedMean, mcnemar_detectable, mcnemar_exact, normal_quantile, percentile_interval,
    t_detectable, tango_interval, tango_non_inferiority, tango_tost,
};

/// The candidate's gain over the base in the form that its scores allow. A gain is positive where the candidate is
/// better, whatever the direction of the metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Right and wrong answers of independent documents.
    Counts {
        /// Documents by who was right.
        counts: PairedCounts,
    },
    /// A mean gain, in the metric's unit.
    Mean {
        /// With its error.
        mean: PairedMean,
        /// p of the test of the mean, two-sided.
        p: f64,
        /// Documents, or clusters of them.
        units: u64,
        /// 0/1 scores in clusters: as many independent documents as would be as certain.
        alone: Option<PairedCounts>,
    },
    /// A mean gain in ln of a perplexity, whose difference is the base's value times a factor.
    Log {
        /// With its error, in nats.
        mean: PairedMean,
        /// p of the test of the mean, two-sided.
        p: f64,
        /// Documents, or clusters of them.
        units: u64,
        /// The base's perplexity.
        base: f64,
    },
    /// A gain that is no mean, drawn again and again.
    Draws {
        /// The gain.
        gain: f64,
        /// The gains of drawn documents, ascending.
        sorted: Vec<f64>,
        /// p of the randomisation test, two-sided.
        p: f64,
    },
}

impl Evidence {
    /// The name of the test behind [`Self::p`].
    pub const fn test(&self) -> &'static str {
        match self {
            Self::Counts { .. } => "McNemar, exact",
            Self::Mean { .. } | Self::Log { .. } => "sign flips of paired differences",
            Self::Draws { .. } => "swapped answers",
        }
    }

    /// The gain in the metric's unit.
    pub fn gain(&self) -> f64 {
        match self {
            Self::Counts { counts } => counts.difference(),
            Self::Mean { mean, .. } => mean.difference,
            Self::Log { mean, base, .. } => in_units(mean.difference, *base),
            Self::Draws { gain, .. } => *gain,
        }
    }

    /// The gain's standard error. Of right and wrong answers that of Wald, with half a document added to each side of the
    /// flips (Agresti & Min 2005), so that no flip does not count as certainty.
    pub fn stderr(&self) -> Option<f64> {
        match self {
            Self::Counts { counts } => Some(wald(counts)),
            Self::Mean { mean, alone, .. } => Some(mean.stderr.max(alone.as_ref().map_or(0.0, wald))),
            Self::Log { mean, base, .. } => Some(mean.stderr * base),
            Self::Draws { sorted, .. } => yardstick_stats::sample_sd(sorted),
        }
    }

    /// Two-sided p of no gain and no loss.
    pub fn p(&self) -> f64 {
        match self {
            Self::Counts { counts } => mcnemar_exact(counts.base_only, counts.candidate_only),
            Self::Mean { p, .. } | Self::Log { p, .. } | Self::Draws { p, .. } => *p,
        }
    }

    /// The gain's interval. Of right and wrong answers Tango's score interval, which has a width even where nothing flipped.
    pub fn interval(&self, level: f64) -> Option<Interval> {
        match self {
            Self::Counts { counts } => Some(tango_interval(counts, level)),
            Self::Mean { mean, alone: Some(alone), .. } => {
                // Student's interval has no width where nothing flipped.
                let (ends, score) = (mean.interval(level), tango_interval(alone, level));
                Some(Interval { low: ends.low.min(score.low), high: ends.high.max(score.high) })
            }
            Self::Mean { mean, .. } => Some(mean.interval(level)),
            Self::Log { mean, base, .. } => {
                let ends = mean.interval(level);
                Some(Interval { low: in_units(ends.low, *base), high: in_units(ends.high, *base) })
            }
            Self::Draws { sorted, .. } => percentile_interval(sorted, level),
        }
    }

    /// One-sided p of the hypothesis that the candidate is worse by `margin` or more, in the metric's unit.
    pub fn non_inferiority(&self, margin: f64) -> f64 {
        match self {
            Self::Counts { counts } => tango_non_inferiority(counts, margin).max(no_more_lost(counts, margin)),
            Self::Mean { mean, alone, .. } => {
                let score = alone.as_ref().map_or(0.0, |alone| tango_non_inferiority(alone, margin));
                mean.non_inferiority(margin).max(score)
            }
            Self::Log { mean, base, .. } => mean.non_inferiority((margin / base).ln_1p()),
            Self::Draws { sorted, .. } => share(sorted, |gain| gain <= -margin),
        }
    }

    /// p of two one-sided tests: that the two differ by `margin` or more, in either direction.
    pub fn equivalence(&self, margin: f64) -> f64 {
        match self {
            Self::Counts { counts } => tango_tost(counts, margin),
            Self::Mean { mean, alone, .. } => {
                mean.tost(margin).max(alone.as_ref().map_or(0.0, |alone| tango_tost(alone, margin)))
            }
            Self::Log { mean, base, .. } => mean.tost((margin / base).ln_1p()),
            Self::Draws { sorted, .. } => {
                share(sorted, |gain| gain <= -margin).max(share(sorted, |gain| gain >= margin))
            }
        }
    }

    /// The smallest difference, in the metric's unit, that a two-sided test at `alpha` finds with `power` on as many
    /// documents that disagree as often or scatter as widely. Exact for 0/1 scores of independent documents and for means; of
    /// clusters at the number of documents that they are worth; the normal approximation for drawn gains.
    pub fn detectable(&self, alpha: f64, power: f64) -> Option<f64> {
        match self {
            Self::Counts { counts } => mcnemar_detectable(counts.n(), counts.discordance(), alpha, power),
            Self::Mean { alone: Some(alone), .. } => mcnemar_detectable(alone.n(), alone.discordance(), alpha, power),
            Self::Mean { mean, units, .. } => detectable_mean(mean, *units, alpha, power),
            Self::Log { mean, units, base, .. } => {
                detectable_mean(mean, *units, alpha, power).map(|nats| base * nats.exp_m1())
            }
            Self::Draws { sorted, .. } => {
                let quantiles = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power);
                yardstick_stats::sample_sd(sorted).map(|sd| quantiles * sd)
            }
        }
    }
}

/// Wald's standard error of a difference of shares, half a document added to each side of the flips.
fn wald(counts: &PairedCounts) -> f64 {
    let n = counts.n() as f64 + 2.0;
    let (lost, won) = (counts.base_only as f64 + 0.5, counts.candidate_only as f64 + 0.5);
    (lost + won - (won - lost).powi(2) / n).sqrt() / n
}

/// P(at most the losses that there are) if each document were lost with probability `margin`: where nothing was won, the exact
/// counterpart of Tango's p, which is too small for few losses.
fn no_more_lost(counts: &PairedCounts, margin: f64) -> f64 {
    if counts.candidate_only > 0 || margin >= 1.0 {
        return 0.0;
    }
    let (n, odds) = (counts.n() as f64, margin / (1.0 - margin));
    let mut term = (n * (-margin).ln_1p()).exp();
    let mut sum = term;
    for lost in 0..counts.base_only {
        term *= odds * (n - lost as f64) / (lost as f64 + 1.0);
        sum += term;
    }
    sum.min(1.0)
}

/// A gain in ln of a perplexity as a gain of the perplexity.
fn in_units(nats: f64, base: f64) -> f64 {
    -base * (-nats).exp_m1()
}

/// `None` where nothing scatters, so that nothing is known of it, and where the signs of so few documents cannot be turned
/// in enough ways to reach `alpha`.
fn detectable_mean(mean: &PairedMean, units: u64, alpha: f64, power: f64) -> Option<f64> {
    let least = 2.0 * (-(units as f64) * std::f64::consts::LN_2).exp();
    let spread = mean.stderr * (units as f64).sqrt();
    (spread > 0.0 && least <= alpha).then(|| t_detectable(units, spread, alpha, power)).flatten()
}

/// The share of draws for which `is_bad` holds, never 0.
fn share(sorted: &[f64], is_bad: impl Fn(f64) -> bool) -> f64 {
    let bad = sorted.iter().filter(|gain| is_bad(**gain)).count();
    (bad + 1) as f64 / (sorted.len() + 1) as f64
}
