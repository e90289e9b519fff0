//! The paired scores of one metric, and the test that fits them.

use super::clusters::Clusters;
use super::pair::TaskPairs;
use super::{Evidence, ValueOf};
use std::f64::consts::LN_2;
use yardstick_core::{MetricCard, Response, Sample, Score};
use yardstick_stats::{
    PairedCounts, PairedMean, clustered_mean, normal_cdf, paired_bootstrap, paired_mean, sample_sd, sign_flip_test,
    swap_test,
};

/// The seed of every draw: the same runs give the same numbers.
const SEED: u64 = 20_260;
/// Draws of statistics that are no mean; fewer where documents are many.
const DRAWS: usize = 2_000;
/// Scores that all draws of one metric may look at.
const MOST_SCORES: usize = 60_000_000;
/// From this share of all units on, one document decides a ratio.
const DOMINATES: f64 = 0.5;
/// The level of the interval that comes with a mean; others are asked of it.
const LEVEL: f64 = 0.95;

/// The scores of one metric, document by document.
pub(super) struct Paired<'a> {
    pub task: &'a TaskPairs<'a>,
    pub metric: &'a MetricCard,
    pub scores: Vec<(&'a Score, &'a Score)>,
    pub clusters: Option<Clusters>,
    /// Whether all answers are the same to the bit.
    pub identical: bool,
    /// Documents with two best choices, of the candidate less those of the base.
    pub tied: u64,
}

/// What a test of gains gives.
#[derive(Clone, Copy)]
struct Tested {
    mean: PairedMean,
    p: f64,
    /// Documents, or clusters of them.
    units: u64,
}

impl<'a> Paired<'a> {
    /// Documents that have the metric on both sides, as a number.
    pub fn new(task: &'a TaskPairs, metric: &'a MetricCard, clusters: Option<&Clusters>) -> Option<Self> {
        let both = |(at, (base, candidate)): (usize, &(&'a Sample, &'a Sample))| {
            let pair = base.metrics.get(&metric.name).zip(candidate.metrics.get(&metric.name))?;
            (is_number(pair.0) && is_number(pair.1)).then_some((at, pair))
        };
        let (places, scores): (Vec<usize>, Vec<_>) = task.pairs.iter().enumerate().filter_map(both).unzip();
        let identical = places.iter().all(|&at| same_answers(task.pairs[at]));
        let clusters = clusters.and_then(|clusters| clusters.among(&places));
        let tied = |which: fn(&(&'a Sample, &'a Sample)) -> &'a Sample| {
            places.iter().filter(|&&at| has_two_best(which(&task.pairs[at]))).count() as u64
        };
        let tied = tied(|pair| pair.1).saturating_sub(tied(|pair| pair.0));
        (scores.len() > 1).then_some(Self { task, metric, scores, clusters, identical, tied })
    }

    /// The values of both sides; `None` where scores cannot be put together.
    pub fn both(&self, value: ValueOf) -> Option<(f64, f64)> {
        let (ours, theirs) = self.sides();
        Some((value(&self.metric.aggregation, &ours)?, value(&self.metric.aggregation, &theirs)?))
    }

    fn sides(&self) -> (Vec<Score>, Vec<Score>) {
        self.scores.iter().map(|&(base, candidate)| (base.clone(), candidate.clone())).unzip()
    }

    /// The test that fits how the metric is put together.
    pub fn evidence(&self, base: f64, sign: f64, value: ValueOf) -> Option<Evidence> {
        match self.metric.aggregation.as_str() {
            "mean" | "nanmean" | "brier_score" => {
                let pairs = self.values()?;
                let gains: Vec<f64> = pairs.iter().map(|(a, b)| sign * (b - a)).collect();
                match (counts(&pairs, sign), &self.clusters) {
                    (Some(counts), None) => Some(Evidence::Counts { counts }),
                    (Some(counts), Some(_)) => Some(mean(self.flipped(&gains)?, Some(counts))),
                    (None, _) => Some(mean(self.flipped(&gains)?, None)),
                }
            }
            // Log-likelihoods: more is better, whatever is made of them.
            "perplexity" => {
                let gains: Vec<f64> = self.values()?.iter().map(|(a, b)| b - a).collect();
                Some(log(self.flipped(&gains)?, base))
            }
            "weighted_perplexity" => Some(log(self.ratio(1.0)?, base)),
            "bits_per_byte" => Some(mean(self.ratio(1.0 / LN_2)?, None)),
            "bypass" => None,
            aggregation => Some(self.draws(sign, |scores| value(aggregation, scores).unwrap_or(f64::NAN))),
        }
    }

    /// The mean of gains with Student's error, and the test that turns the signs of documents or clusters.
    fn flipped(&self, gains: &[f64]) -> Option<Tested> {
        self.tested(gains, gains)
    }

    /// The error is that of `gains`, the test that of `turned`.
    fn tested(&self, gains: &[f64], turned: &[f64]) -> Option<Tested> {
        let (mean, units) = self.averaged(gains)?;
        let p = match &self.clusters {
            None => sign_flip_test(turned, SEED),
            Some(clusters) => sign_flip_test(&clusters.sums(turned), SEED),
        };
        Some(Tested { p: beyond_draws(p, 1e-4, mean.p), mean, units })
    }

    /// The mean of gains with its error, and the documents, or clusters of them, that it is of.
    fn averaged(&self, gains: &[f64]) -> Option<(PairedMean, u64)> {
        match &self.clusters {
            None => Some((paired_mean(gains, LEVEL)?, gains.len() as u64)),
            Some(clusters) => Some((clustered_mean(gains, &clusters.of, LEVEL)?, clusters.count as u64)),
        }
    }

    /// The gain of Σy/Σx, times `scale`: linearised for its error (Cochran 1977, eq. 2.46). For its test answers change sides:
    /// with equal units that turns the sign of y₂ − y₁, and no more.
    fn ratio(&self, scale: f64) -> Option<Tested> {
        let (ours, theirs) = self.ratios()?;
        let linear = |pairs: &[(f64, f64)]| shares(pairs).into_iter().map(|share| scale * share).collect::<Vec<_>>();
        let gains: Vec<f64> = linear(&theirs).iter().zip(linear(&ours)).map(|(b, a)| b - a).collect();
        if ours.iter().zip(&theirs).all(|(a, b)| a.1.to_bits() == b.1.to_bits()) {
            let turned: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| b.0 - a.0).collect();
            return self.tested(&gains, &turned);
        }
        let units = self.units();
        let draws = self.n_draws();
        let p = swap_test(units.len(), SEED, draws, |swapped| {
            let (mut left, mut right) = (ours.clone(), theirs.clone());
            swap(&units, swapped, &mut left, &mut right);
            of_sums(&right) - of_sums(&left)
        });
        let (mean, units) = self.averaged(&gains)?;
        Some(Tested { p: beyond_draws(p, 1.0 / (draws + 1) as f64, mean.p), mean, units })
    }

    /// Quantities with their units, of both sides.
    #[expect(clippy::type_complexity, reason = "two lists of the same")]
    fn ratios(&self) -> Option<(Vec<(f64, f64)>, Vec<(f64, f64)>)> {
        let parts = |score: &Score| match *score {
            Score::Ratio(y, x) => Some((y, x)),
            Score::Value(y) => Some((y, 1.0)),
            Score::Counts(_) => None,
        };
        let ours = self.scores.iter().map(|pair| parts(pair.0)).collect::<Option<_>>()?;
        let theirs = self.scores.iter().map(|pair| parts(pair.1)).collect::<Option<_>>()?;
        Some((ours, theirs))
    }

    /// A ratio that one document decides: its interval cannot be trusted.
    pub fn dominated(&self) -> Option<String> {
        if !matches!(self.metric.aggregation.as_str(), "weighted_perplexity" | "bits_per_byte") {
            return None;
        }
        let units: Vec<f64> = self.ratios()?.0.into_iter().map(|pair| pair.1).collect();
        let share = units.iter().copied().fold(0.0, f64::max) / units.iter().sum::<f64>();
        (share >= DOMINATES).then(|| {
            format!(
                "{}, {}: one document is {:.0} % of the text; the interval is as good as a single document's",
                self.task.card.id,
                self.metric.name,
                100.0 * share
            )
        })
    }

    /// Plain scores of both sides.
    fn values(&self) -> Option<Vec<(f64, f64)>> {
        let pair = |(a, b): &(&Score, &Score)| match (a, b) {
            (Score::Value(a), Score::Value(b)) => Some((*a, *b)),
            _ => None,
        };
        self.scores.iter().map(pair).collect()
    }

    /// A statistic of all documents: drawn again for its interval, with answers swapped for its test.
    fn draws(&self, sign: f64, statistic: impl Fn(&[Score]) -> f64) -> Evidence {
        let (ours, theirs) = self.sides();
        let (units, draws) = (self.units(), self.n_draws());
        let gain = |ours: &[Score], theirs: &[Score]| sign * (statistic(theirs) - statistic(ours));
        let sorted = paired_bootstrap(units.len(), SEED, draws, |drawn| {
            let places = || drawn.iter().flat_map(|&unit| &units[unit]);
            let drawn_of = |scores: &[Score]| places().map(|&at| scores[at].clone()).collect::<Vec<_>>();
            gain(&drawn_of(&ours), &drawn_of(&theirs))
        });
        let p = swap_test(units.len(), SEED, draws, |swapped| {
            let (mut left, mut right) = (ours.clone(), theirs.clone());
            swap(&units, swapped, &mut left, &mut right);
            gain(&left, &right)
        });
        let gain = gain(&ours, &theirs);
        let normal = sample_sd(&sorted).map_or(1.0, |sd| 2.0 * normal_cdf(-(gain / sd).abs()));
        Evidence::Draws { gain, p: beyond_draws(p, 1.0 / (draws + 1) as f64, normal), sorted }
    }

    fn n_draws(&self) -> usize {
        (MOST_SCORES / (4 * self.scores.len())).clamp(200, DRAWS)
    }

    /// Documents, or clusters of them, that are drawn as one.
    fn units(&self) -> Vec<Vec<usize>> {
        let Some(clusters) = &self.clusters else { return (0..self.scores.len()).map(|at| vec![at]).collect() };
        let mut units = vec![Vec::new(); clusters.count];
        clusters.of.iter().enumerate().for_each(|(at, &cluster)| units[cluster].push(at));
        units
    }

    /// Documents with a better, a worse and the same score. What a metric of the whole corpus knows of a document is only
    /// the same or not: the others count as neither.
    pub fn outcomes(&self, sign: f64) -> (u64, u64, u64) {
        let (mut wins, mut losses, mut ties) = (0, 0, 0);
        for (base, candidate) in &self.scores {
            // A log-likelihood is better the larger it is.
            let gain = match (base, candidate) {
                (Score::Value(a), Score::Value(b)) if self.metric.aggregation == "perplexity" => b - a,
                (Score::Value(a), Score::Value(b)) => sign * (b - a),
                (Score::Ratio(a, m), Score::Ratio(b, n)) => b / n - a / m,
                (a, b) => {
                    ties += u64::from(a == b);
                    continue;
                }
            };
            let which = match gain.total_cmp(&0.0) {
                _ if gain.abs() <= 0.0 => &mut ties,
                std::cmp::Ordering::Less => &mut losses,
                _ => &mut wins,
            };
            *which += 1;
        }
        (wins, losses, ties)
    }
}

/// A mean; of 0/1 scores in clusters with counts of as many documents as would be as certain if each stood alone.
fn mean(Tested { mean, p, units }: Tested, counts: Option<PairedCounts>) -> Evidence {
    Evidence::Mean { mean, p, units, alone: counts.map(|counts| as_if_alone(counts, mean.stderr, units)) }
}

fn log(Tested { mean, p, units }: Tested, base: f64) -> Evidence {
    Evidence::Log { mean, p, units, base }
}

/// A p from draws is no smaller than one draw in all of them. Where none was as extreme as what was found, the p of the
/// parametric test says how far beyond it lies; otherwise a family of many tasks could never show anything.
fn beyond_draws(p: f64, least: f64, parametric: f64) -> f64 {
    const SMALLEST: f64 = 1e-16;
    if p <= least * (1.0 + 1e-9) { p.min(parametric.max(SMALLEST)) } else { p }
}

/// 0/1 scores in clusters as counts of independent documents: fewer by the design effect (Kish 1965, section 8.2), as
/// many as clusters where nothing flipped. Losses are rounded up and wins down.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers from 0 to a count")]
fn as_if_alone(counts: PairedCounts, stderr: f64, units: u64) -> PairedCounts {
    let n = counts.n() as f64;
    let alone = (counts.discordance() - counts.difference().powi(2)) / n;
    let effect = if alone > 0.0 && stderr > 0.0 { (stderr * stderr / alone).max(1.0) } else { n / units as f64 };
    let kept = (n / effect).max(1.0).floor();
    let lost = (counts.base_only as f64 * kept / n).ceil() as u64;
    let won = (counts.candidate_only as f64 * kept / n).floor() as u64;
    let same = (kept as u64).saturating_sub(lost + won);
    PairedCounts { both: same, base_only: lost, candidate_only: won, neither: 0 }
}

/// Swaps what both sides have of the units that are to be swapped.
fn swap<T>(units: &[Vec<usize>], swapped: &[bool], left: &mut [T], right: &mut [T]) {
    for (unit, _) in units.iter().zip(swapped).filter(|(_, swapped)| **swapped) {
        for &at in unit {
            std::mem::swap(&mut left[at], &mut right[at]);
        }
    }
}

fn is_number(score: &Score) -> bool {
    match score {
        Score::Value(value) => !value.is_nan(),
        Score::Ratio(y, x) => !y.is_nan() && x.is_finite(),
        Score::Counts(counts) => counts.iter().all(|count| count.is_finite()),
    }
}

/// Whether two choices are equally likely to the bit, and none more so.
fn has_two_best(sample: &Sample) -> bool {
    let answers = || sample.responses.iter().take(sample.choices.len()).map(|response| response.log_likelihood);
    let best = answers().fold(f64::NEG_INFINITY, f64::max);
    answers().filter(|answer| answer.to_bits() == best.to_bits()).count() > 1
}

/// Whether both answered with the same bits.
fn same_answers((base, candidate): (&Sample, &Sample)) -> bool {
    // Scores of tokens are no part of the answer: one run may have kept them and the other not.
    let answer = |response: &Response| {
        (response.log_likelihood.to_bits(), response.is_greedy, response.n_tokens, response.n_truncated)
    };
    let same = |(ours, theirs): (&Response, &Response)| answer(ours) == answer(theirs) && ours.text == theirs.text;
    base.responses.len() == candidate.responses.len() && base.responses.iter().zip(&candidate.responses).all(same)
}

/// Who was right, where all scores are 0 or 1. With `sign` −1 a 0 is the better one.
fn counts(pairs: &[(f64, f64)], sign: f64) -> Option<PairedCounts> {
    let is_one = |x: f64| x.to_bits() == 1.0_f64.to_bits();
    let is_binary = |x: f64| is_one(x) || x.to_bits() == 0.0_f64.to_bits();
    if !pairs.iter().all(|(a, b)| is_binary(*a) && is_binary(*b)) {
        return None;
    }
    let mut counts = PairedCounts::default();
    for &(a, b) in pairs {
        let better = |x: f64| is_one(x) == (sign > 0.0);
        match (better(a), better(b)) {
            (true, true) => counts.both += 1,
            (true, false) => counts.base_only += 1,
            (false, true) => counts.candidate_only += 1,
            (false, false) => counts.neither += 1,
        }
    }
    Some(counts)
}

fn of_sums(pairs: &[(f64, f64)]) -> f64 {
    let (y, x) = pairs.iter().fold((0.0, 0.0), |(y, x), pair| (y + pair.0, x + pair.1));
    y / x
}

/// R + (yᵢ − R·xᵢ)·n/Σx for R = Σy/Σx: numbers whose mean is R and whose scatter is that of R.
fn shares(pairs: &[(f64, f64)]) -> Vec<f64> {
    let (ratio, n) = (of_sums(pairs), pairs.len() as f64);
    let units: f64 = pairs.iter().map(|pair| pair.1).sum();
    pairs.iter().map(|(y, x)| ratio + (y - ratio * x) * n / units).collect()
}
