//! From tokens to figures.

use super::record::{DeltaP, DiffMaterial, DiffPlace, DiffRate, DiffRecord, DiffUnit};
use yardstick_core::{Estimate, ModelCard, TokenDiff};
use yardstick_stats::{PairedMean, clustered_mean, mean, paired_mean, quantile, wilson_interval};

/// Level of all intervals.
const LEVEL: f64 = 0.95;

/// The positions to be shown, each as indices of its document and of its token there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notable {
    /// The first where the most likely token differs.
    pub first_parting: Option<(usize, usize)>,
    /// The first with the largest KL, if that is above 0.
    pub largest_kl: Option<(usize, usize)>,
}

impl Notable {
    /// Looks for them in documents, each a list of tokens.
    pub fn find(documents: &[Vec<TokenDiff>]) -> Self {
        let (mut found, mut largest) = (Self::default(), 0.0);
        for (document, diffs) in documents.iter().enumerate() {
            for (index, diff) in diffs.iter().enumerate() {
                if found.first_parting.is_none() && !diff.same_top1() {
                    found.first_parting = Some((document, index));
                }
                if diff.kl > largest {
                    largest = diff.kl;
                    found.largest_kl = Some((document, index));
                }
            }
        }
        found
    }
}

impl DiffRecord {
    /// Sums up the tokens of all documents, of which there is at least one. `places` are those of [`Notable::find`]: where
    /// the models part first, and where most.
    pub fn new(
        [model_a, model_b]: [ModelCard; 2],
        material: DiffMaterial,
        documents: &[Vec<TokenDiff>],
        [first_parting, largest_kl]: [Option<DiffPlace>; 2],
    ) -> Self {
        let (unit, clusters) = clusters(documents, !material.texts.is_empty());
        let tokens = Tokens { diffs: documents.iter().flatten().collect(), clusters, unit };
        let positions = tokens.positions();
        let kl = positions.all(|diff| diff.kl);
        let sorted_kl = sorted(&kl);
        let log_ratio = tokens.all(|diff| diff.log_prob[0] - diff.log_prob[1]);
        let perplexity = |model: usize| (-mean(&tokens.all(|diff| diff.log_prob[model]))).exp();
        Self {
            format: Self::FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model_a,
            model_b,
            material,
            n_positions: positions.diffs.len() as u64,
            n_tokens: tokens.diffs.len() as u64,
            unit,
            n_units: tokens.units() as u64,
            bit_identical: tokens.diffs.iter().all(|diff| diff.same_bits),
            mean_kl: not_negative(positions.estimate(&kl)),
            kl_median: quantile(&sorted_kl, 0.5),
            kl_p99: quantile(&sorted_kl, 0.99),
            kl_p999: quantile(&sorted_kl, 0.999),
            kl_max: quantile(&sorted_kl, 1.0),
            same_top1: positions.rate(TokenDiff::same_top1, &kl),
            same_top5: positions.rate(|diff| diff.same_top5, &kl),
            delta_p: delta_p(&tokens),
            ppl_a: perplexity(0),
            ppl_b: perplexity(1),
            ln_ppl_ratio: tokens.estimate(&log_ratio),
            first_parting,
            largest_kl,
        }
    }
}

fn delta_p(tokens: &Tokens) -> DeltaP {
    let delta = tokens.all(TokenDiff::delta_p);
    let squares: Vec<f64> = delta.iter().map(|x| x * x).collect();
    let sorted = sorted(&delta);
    let [p01, p05, p50, p95, p99] = [0.01, 0.05, 0.5, 0.95, 0.99].map(|q| quantile(&sorted, q));
    DeltaP { mean: tokens.estimate(&delta), rms: mean(&squares).sqrt(), p01, p05, p50, p95, p99 }
}

/// An interval that no mean of what is never negative can leave.
fn not_negative(estimate: Estimate) -> Estimate {
    Estimate { low: estimate.low.map(|low| low.max(0.0)), ..estimate }
}

fn sorted(figures: &[f64]) -> Vec<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// What is independent of one another, and for each token which of them it is in: documents where there are several, unless
/// they are texts, whose windows are; positions where there is one window only.
fn clusters(documents: &[Vec<TokenDiff>], are_texts: bool) -> (DiffUnit, Vec<usize>) {
    let with_tokens = documents.iter().filter(|diffs| !diffs.is_empty()).count();
    if !are_texts && with_tokens > 1 {
        let numbered = documents.iter().enumerate().flat_map(|(number, diffs)| vec![number; diffs.len()]);
        return (DiffUnit::Document, numbered.collect());
    }
    let (mut windows, mut number) = (Vec::new(), 0);
    for diffs in documents {
        for window in diffs.chunk_by(|a, b| (a.request, a.window) == (b.request, b.window)) {
            windows.extend(std::iter::repeat_n(number, window.len()));
            number += 1;
        }
    }
    if number > 1 {
        return (DiffUnit::Window, windows);
    }
    (DiffUnit::Position, (0..windows.len()).collect())
}

/// Tokens with the numbers of the units that they are in.
struct Tokens<'a> {
    diffs: Vec<&'a TokenDiff>,
    clusters: Vec<usize>,
    unit: DiffUnit,
}

impl Tokens<'_> {
    /// Those with a distribution of their own.
    fn positions(&self) -> Self {
        let own = self.diffs.iter().zip(&self.clusters).filter(|(diff, _)| !diff.is_repeated);
        let (diffs, clusters) = own.map(|(diff, cluster)| (*diff, *cluster)).unzip();
        Self { diffs, clusters, unit: self.unit }
    }

    fn all(&self, figure: impl Fn(&TokenDiff) -> f64) -> Vec<f64> {
        self.diffs.iter().map(|diff| figure(diff)).collect()
    }

    /// Units that have tokens.
    fn units(&self) -> usize {
        self.clusters.chunk_by(|a, b| a == b).count()
    }

    /// A mean over tokens, with the error that its units give.
    fn estimate(&self, figures: &[f64]) -> Estimate {
        let found = clustered_mean(figures, &self.clusters, LEVEL);
        let units = match self.unit {
            DiffUnit::Document => "documents",
            DiffUnit::Window => "windows",
            DiffUnit::Position => "positions",
        };
        Estimate {
            value: mean(figures),
            stderr: found.as_ref().map(|found| found.stderr),
            low: found.as_ref().map(|found| found.low),
            high: found.as_ref().map(|found| found.high),
            n: figures.len() as u64,
            method: format!("mean; clustered by {} {units}, t 95 %", self.units()),
        }
    }

    /// How many times larger a mean's variance is than if its tokens were independent; NaN where nothing varies.
    fn design_effect(&self, figures: &[f64]) -> f64 {
        let variance = |mean: Option<PairedMean>| mean.map_or(f64::NAN, |mean| mean.stderr * mean.stderr);
        variance(clustered_mean(figures, &self.clusters, LEVEL)) / variance(paired_mean(figures, LEVEL))
    }

    /// A share of tokens with Wilson's interval for as many independent ones as would give it this error: at least as many
    /// as there are units, at most as many as there are tokens. A share of none or all has no error to go by; `kl` stands in
    /// for it, because what makes a place uncertain moves both.
    ///
    /// Source: Kish (1965), "Survey Sampling", section 8.2 (design effect and effective sample size); Dean & Pagano (2015),
    /// "Evaluating confidence interval methods for binomial proportions in clustered surveys", Journal of Survey Statistics
    /// and Methodology 3, section 2 (Wilson's interval with it).
    fn rate(&self, is: impl Fn(&TokenDiff) -> bool, kl: &[f64]) -> DiffRate {
        let hits = self.all(|diff| f64::from(u8::from(is(diff))));
        let effects = [self.design_effect(&hits), self.design_effect(kl), 1.0];
        let effect = effects.into_iter().find(|effect| !effect.is_nan()).unwrap_or(1.0);
        let (rate, n) = (mean(&hits), hits.len() as f64);
        let effective = (n / effect).clamp(self.units() as f64, n);
        let interval = wilson_interval(rate * effective, effective, LEVEL);
        DiffRate { rate, low: interval.low, high: interval.high }
    }
}
