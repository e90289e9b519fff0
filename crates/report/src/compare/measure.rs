//! From pairs of documents to a row a metric.

use super::clusters::{self, Clusters};
use super::pair::TaskPairs;
use super::{CompareOptions, Evidence, TaskRow, ValueOf, Verdict};
use crate::number::Unit;
use yardstick_core::{MetricCard, Response, Sample, Score};
use yardstick_stats::{
    Interval, PairedCounts, PairedMean, clustered_mean, mcnemar_mid_p, newcombe_paired, paired_bootstrap, paired_mean,
    sign_flip_test, swap_test,
};

/// The seed of every draw: the same runs give the same numbers.
const SEED: u64 = 20_260;
/// Draws of statistics that are no mean; fewer where documents are many.
const DRAWS: usize = 2_000;
/// Scores that all draws of one metric may look at.
const MOST_SCORES: usize = 60_000_000;

/// The rows of a task: its metrics in the task file's order, as far as both sides have them.
pub(super) fn rows(
    task: &TaskPairs,
    options: &CompareOptions,
    value: ValueOf,
    notes: &mut Vec<String>,
) -> Vec<TaskRow> {
    let samples: Vec<&Sample> = task.pairs.iter().map(|pair| pair.0).collect();
    let clusters = clusters::find(&samples);
    let mut rows: Vec<TaskRow> = Vec::new();
    for metric in &task.card.metrics {
        let paired = Paired::new(task, metric, clusters.as_ref());
        match paired.as_ref().and_then(|paired| paired.row(options, value)) {
            Some(row) => rows.push(row),
            None => notes.push(format!("{}, {}: not compared, {}", task.card.id, metric.name, why_not(metric))),
        }
    }
    let wanted = options.metrics.iter().find_map(|metric| rows.iter().position(|row| row.metric == *metric));
    if let Some(row) = rows.get_mut(wanted.unwrap_or(0)) {
        row.primary = true;
    }
    rows
}

fn why_not(metric: &MetricCard) -> &'static str {
    if metric.aggregation.is_empty() {
        "since the record does not say how it is put together; run again with this version"
    } else {
        "since no two documents have it on both sides, or its scores are of another kind"
    }
}

/// The scores of one metric, document by document.
struct Paired<'a> {
    task: &'a TaskPairs<'a>,
    metric: &'a MetricCard,
    scores: Vec<(&'a Score, &'a Score)>,
    clusters: Option<Clusters>,
    identical: bool,
}

impl<'a> Paired<'a> {
    /// Documents that have the metric on both sides, as a number.
    fn new(task: &'a TaskPairs, metric: &'a MetricCard, clusters: Option<&Clusters>) -> Option<Self> {
        let both = |(at, (base, candidate)): (usize, &(&'a Sample, &'a Sample))| {
            let pair = base.metrics.get(&metric.name).zip(candidate.metrics.get(&metric.name))?;
            (is_number(pair.0) && is_number(pair.1)).then_some((at, pair))
        };
        let (places, scores): (Vec<usize>, Vec<_>) = task.pairs.iter().enumerate().filter_map(both).unzip();
        let identical = places.iter().all(|&at| same_answers(task.pairs[at]));
        let clusters = clusters
            .map(|clusters| Clusters { of: places.iter().map(|&at| clusters.of[at]).collect(), ..clusters.clone() });
        (scores.len() > 1).then_some(Self { task, metric, scores, clusters, identical })
    }

    fn row(&self, options: &CompareOptions, value: ValueOf) -> Option<TaskRow> {
        let (ours, theirs) = self.sides();
        let aggregation = &self.metric.aggregation;
        let (base, candidate) = (value(aggregation, &ours)?, value(aggregation, &theirs)?);
        if !base.is_finite() || !candidate.is_finite() {
            return None;
        }
        let sign = if self.metric.higher_is_better { 1.0 } else { -1.0 };
        let evidence = self.evidence(base, sign, value)?;
        let counts = if let Evidence::Counts { counts } = &evidence { Some(*counts) } else { None };
        let level = 1.0 - options.alpha;
        let (wins, losses, ties) = self.outcomes(sign);
        let margin = options.margin.unwrap_or_else(|| default_margin(&self.metric.name, base));
        let turned = |interval: Interval| {
            if sign > 0.0 { interval } else { Interval { low: -interval.high, high: -interval.low } }
        };
        Some(TaskRow {
            task: self.task.card.id.clone(),
            metric: self.metric.name.clone(),
            primary: false,
            higher_is_better: self.metric.higher_is_better,
            chance: self.metric.chance,
            n: self.scores.len() as u64,
            unpaired: self.task.unpaired as u64,
            clusters: self.clusters.clone(),
            base,
            candidate,
            difference: candidate - base,
            interval: evidence.interval(level).map(turned),
            newcombe: counts.map(|counts| turned(newcombe_paired(&counts, level))),
            wins,
            losses,
            ties,
            identical: self.identical,
            test: evidence.test(),
            p: evidence.p(),
            mid_p: counts.map(|counts| mcnemar_mid_p(counts.base_only, counts.candidate_only)),
            holm: None,
            benjamini_hochberg: None,
            margin,
            non_inferiority: evidence.non_inferiority(margin),
            equivalence: evidence.equivalence(margin),
            detectable: None,
            verdict: Verdict::NotShown,
            evidence,
        })
    }

    fn sides(&self) -> (Vec<Score>, Vec<Score>) {
        self.scores.iter().map(|&(base, candidate)| (base.clone(), candidate.clone())).unzip()
    }

    /// The test that fits how the metric is put together.
    fn evidence(&self, base: f64, sign: f64, value: ValueOf) -> Option<Evidence> {
        match self.metric.aggregation.as_str() {
            "mean" | "nanmean" | "brier_score" => {
                let pairs = self.values()?;
                match counts(&pairs, sign).filter(|_| self.clusters.is_none()) {
                    Some(counts) => Some(Evidence::Counts { counts }),
                    None => self.mean(pairs.iter().map(|(a, b)| sign * (b - a)).collect()),
                }
            }
            // Log-likelihoods: more is better, whatever is made of them.
            "perplexity" => self.log(self.values()?.iter().map(|(a, b)| b - a).collect(), base),
            "weighted_perplexity" => self.log(self.ratio_gains()?, base),
            "bits_per_byte" => {
                self.mean(self.ratio_gains()?.iter().map(|gain| gain / std::f64::consts::LN_2).collect())
            }
            "bypass" => None,
            aggregation => Some(self.draws(sign, |scores| value(aggregation, scores).unwrap_or(f64::NAN))),
        }
    }

    /// A mean of gains, with the documents' clusters where they have some.
    fn mean(&self, gains: Vec<f64>) -> Option<Evidence> {
        let (mean, p, units) = self.tested(&gains)?;
        Some(Evidence::Mean { mean, p, units })
    }

    fn log(&self, gains: Vec<f64>, base: f64) -> Option<Evidence> {
        let (mean, p, units) = self.tested(&gains)?;
        Some(Evidence::Log { mean, p, units, base })
    }

    fn tested(&self, gains: &[f64]) -> Option<(PairedMean, f64, u64)> {
        const LEVEL: f64 = 0.95;
        let Some(clusters) = &self.clusters else {
            return Some((paired_mean(gains, LEVEL)?, sign_flip_test(gains, SEED), gains.len() as u64));
        };
        let mut sums = vec![0.0; clusters.count];
        clusters.of.iter().zip(gains).for_each(|(&cluster, gain)| sums[cluster] += gain);
        let mean = clustered_mean(gains, &clusters.of, LEVEL)?;
        Some((mean, sign_flip_test(&sums, SEED), clusters.count as u64))
    }

    /// Plain scores of both sides.
    fn values(&self) -> Option<Vec<(f64, f64)>> {
        let pair = |(a, b): &(&Score, &Score)| match (a, b) {
            (Score::Value(a), Score::Value(b)) => Some((*a, *b)),
            _ => None,
        };
        self.scores.iter().map(pair).collect()
    }

    /// What each document adds to the gain of Σy/Σx (nats a unit): its mean is the gain itself. Linearised where units differ,
    /// as they do for tokens of different tokenizers (Cochran 1977, eq. 2.46).
    fn ratio_gains(&self) -> Option<Vec<f64>> {
        let parts = |score: &Score| match *score {
            Score::Ratio(y, x) => Some((y, x)),
            Score::Value(y) => Some((y, 1.0)),
            Score::Counts(_) => None,
        };
        let ours: Vec<(f64, f64)> = self.scores.iter().map(|pair| parts(pair.0)).collect::<Option<_>>()?;
        let theirs: Vec<(f64, f64)> = self.scores.iter().map(|pair| parts(pair.1)).collect::<Option<_>>()?;
        let (ours, theirs) = (shares(&ours), shares(&theirs));
        Some(theirs.iter().zip(&ours).map(|(b, a)| b - a).collect())
    }

    /// A statistic of all documents: drawn again for its interval, with answers swapped for its test.
    fn draws(&self, sign: f64, statistic: impl Fn(&[Score]) -> f64) -> Evidence {
        let (ours, theirs) = self.sides();
        let units = self.units();
        let draws = (MOST_SCORES / (4 * self.scores.len())).clamp(200, DRAWS);
        let gain = |ours: &[Score], theirs: &[Score]| sign * (statistic(theirs) - statistic(ours));
        let sorted = paired_bootstrap(units.len(), SEED, draws, |drawn| {
            let places = || drawn.iter().flat_map(|&unit| &units[unit]);
            let drawn_of = |scores: &[Score]| places().map(|&at| scores[at].clone()).collect::<Vec<_>>();
            gain(&drawn_of(&ours), &drawn_of(&theirs))
        });
        let p = swap_test(units.len(), SEED, draws, |swapped| {
            let (mut left, mut right) = (ours.clone(), theirs.clone());
            for (unit, _) in units.iter().zip(swapped).filter(|(_, swapped)| **swapped) {
                unit.iter().for_each(|&at| std::mem::swap(&mut left[at], &mut right[at]));
            }
            gain(&left, &right)
        });
        Evidence::Draws { gain: gain(&ours, &theirs), sorted, p }
    }

    /// Documents, or clusters of them, that are drawn as one.
    fn units(&self) -> Vec<Vec<usize>> {
        let Some(clusters) = &self.clusters else { return (0..self.scores.len()).map(|at| vec![at]).collect() };
        let mut units = vec![Vec::new(); clusters.count];
        clusters.of.iter().enumerate().for_each(|(at, &cluster)| units[cluster].push(at));
        units.retain(|unit| !unit.is_empty());
        units
    }

    /// Documents with a better, a worse and the same score. What a metric of the whole corpus knows of a document is only
    /// the same or not: the others count as neither.
    fn outcomes(&self, sign: f64) -> (u64, u64, u64) {
        let (mut wins, mut losses, mut ties) = (0, 0, 0);
        for (base, candidate) in &self.scores {
            match (base, candidate) {
                (Score::Value(a), Score::Value(b)) => {
                    // A log-likelihood is better the larger it is.
                    let sign = if self.metric.aggregation == "perplexity" { 1.0 } else { sign };
                    count(sign * (b - a), &mut wins, &mut losses, &mut ties);
                }
                (Score::Ratio(a, m), Score::Ratio(b, n)) => count(b / n - a / m, &mut wins, &mut losses, &mut ties),
                (a, b) => ties += u64::from(a == b),
            }
        }
        (wins, losses, ties)
    }
}

fn count(gain: f64, wins: &mut u64, losses: &mut u64, ties: &mut u64) {
    let which = if gain > 0.0 {
        wins
    } else if gain < 0.0 {
        losses
    } else {
        ties
    };
    *which += 1;
}

fn is_number(score: &Score) -> bool {
    match score {
        Score::Value(value) => value.is_finite(),
        Score::Ratio(y, x) => y.is_finite() && x.is_finite(),
        Score::Counts(counts) => counts.iter().all(|count| count.is_finite()),
    }
}

/// Whether both answered with the same bits.
fn same_answers((base, candidate): (&Sample, &Sample)) -> bool {
    // One run may have kept the scores of tokens and the other not.
    let bare = |response: &Response| Response { tokens: Vec::new(), ..response.clone() };
    let same =
        |(a, b): (&Response, &Response)| bare(a) == bare(b) && a.log_likelihood.to_bits() == b.log_likelihood.to_bits();
    base.responses.len() == candidate.responses.len() && base.responses.iter().zip(&candidate.responses).all(same)
}

/// Who was right, where all scores are 0 or 1. With `sign` −1 a 0 is the better one.
fn counts(pairs: &[(f64, f64)], sign: f64) -> Option<PairedCounts> {
    let is_one = |x: f64| x.to_bits() == 1.0_f64.to_bits();
    let is_binary = |x: f64| is_one(x) || x.to_bits() == 0.0_f64.to_bits();
    if !pairs.iter().all(|(a, b)| is_binary(*a) && is_binary(*b)) {
        return None;
    }
    let mut counts = PairedCounts { both: 0, base_only: 0, candidate_only: 0, neither: 0 };
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

/// R + (yᵢ − R·xᵢ)·n/Σx for R = Σy/Σx: numbers whose mean is R and whose scatter is that of R.
fn shares(pairs: &[(f64, f64)]) -> Vec<f64> {
    let (y, x) = pairs.iter().fold((0.0, 0.0), |(y, x), pair| (y + pair.0, x + pair.1));
    let (ratio, n) = (y / x, pairs.len() as f64);
    pairs.iter().map(|(y, units)| ratio + (y - ratio * units) * n / x).collect()
}

/// One point of a share, 1 % of anything else.
fn default_margin(metric: &str, base: f64) -> f64 {
    match Unit::of(metric) {
        Unit::Percent if base.abs() <= 1.0 => 0.01,
        Unit::Percent => 1.0,
        _ => 0.01 * base.abs(),
    }
}
