//! A draw from the distribution that one row of logits is.

use std::cmp::Ordering;
use yardstick_core::Sampling;

/// So few candidates are sorted rather than divided.
const SORTED: usize = 64;

/// A token that may be drawn.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    token: u32,
    logit: f32,
    /// Proportional to its probability.
    weight: f64,
}

/// Draws a token; see [`yardstick_core::Pick::Draw`]. All logits are finite, and there is at least one.
pub fn draw(logits: &[f32], sampling: &Sampling, uniform: f64) -> u32 {
    let candidates = logits.iter().zip(0..).map(|(&logit, token)| Candidate { token, logit, weight: 0.0 });
    let mut candidates: Vec<Candidate> = candidates.collect();
    if let Some(k) = sampling.top_k.filter(|&k| k > 0) {
        keep_most_likely(&mut candidates, k as usize);
    }
    weigh(&mut candidates, sampling.temperature);
    if let Some(p) = sampling.top_p.filter(|&p| p < 1.0) {
        keep_nucleus(&mut candidates, p);
    }
    at(&candidates, uniform)
}

/// Softmax with temperature; the largest weight is 1.
fn weigh(candidates: &mut [Candidate], temperature: f64) {
    let max = f64::from(candidates.iter().fold(f32::NEG_INFINITY, |max, candidate| max.max(candidate.logit)));
    for candidate in candidates {
        candidate.weight = libm::exp((f64::from(candidate.logit) - max) / temperature);
    }
}

fn total(candidates: &[Candidate]) -> f64 {
    candidates.iter().map(|candidate| candidate.weight).sum()
}

/// The more likely first; of equally likely ones the smaller id.
fn more_likely(a: &Candidate, b: &Candidate) -> Ordering {
    b.logit.partial_cmp(&a.logit).unwrap_or(Ordering::Equal).then(a.token.cmp(&b.token))
}

/// Cuts all but the `k` most likely ones; what stays is in the order of ids.
fn keep_most_likely(candidates: &mut Vec<Candidate>, k: usize) {
    if k < candidates.len() {
        candidates.select_nth_unstable_by(k, more_likely);
        candidates.truncate(k);
        candidates.sort_unstable_by_key(|candidate| candidate.token);
    }
}

/// Cuts all but as many of the most likely ones as reach `p` of the probability, at least one; what stays is in the order
/// of ids.
fn keep_nucleus(candidates: &mut Vec<Candidate>, p: f64) {
    let enough = p * total(candidates);
    // The border lies in `start..end`; everything before is likelier and weighs `sum`.
    let (mut start, mut end, mut sum) = (0, candidates.len(), 0.0);
    while end - start > SORTED {
        let middle = usize::midpoint(start, end);
        candidates[start..end].select_nth_unstable_by(middle - start, more_likely);
        let likelier = sum + total(&candidates[start..middle]);
        if likelier >= enough {
            end = middle;
        } else {
            (start, sum) = (middle, likelier);
        }
    }
    candidates[start..end].sort_unstable_by(more_likely);
    let is_enough = |candidate: &Candidate| {
        sum += candidate.weight;
        sum >= enough
    };
    let last = candidates[start..end].iter().position(is_enough);
    candidates.truncate(last.map_or(end, |last| start + last + 1));
    candidates.sort_unstable_by_key(|candidate| candidate.token);
}

/// The first candidate at which the sum of probabilities exceeds `uniform`.
fn at(candidates: &[Candidate], uniform: f64) -> u32 {
    let wanted = uniform * total(candidates);
    let mut sum = 0.0;
    let found = candidates.iter().find(|candidate| {
        sum += candidate.weight;
        sum > wanted
    });
    // Rounding can leave the last sum at what is wanted.
    let likely = || candidates.iter().rev().find(|candidate| candidate.weight > 0.0);
    found.or_else(likely).map_or(0, |candidate| candidate.token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Sampling = Sampling { temperature: 1.0, top_k: None, top_p: None, seed: 0 };

    /// The tokens that are drawn at all, with how often of `COUNT` even numbers.
    fn frequencies(logits: &[f32], sampling: Sampling) -> Vec<(u32, f64)> {
        const COUNT: usize = 20_000;
        let mut counts = vec![0; logits.len()];
        (0..COUNT).for_each(|i| counts[draw(logits, &sampling, i as f64 / COUNT as f64) as usize] += 1);
        let drawn = (0..).zip(counts).filter(|(_, count)| *count > 0);
        drawn.map(|(token, count)| (token, f64::from(count) / COUNT as f64)).collect()
    }

    #[track_caller]
    fn check(logits: &[f32], sampling: Sampling, wanted: &[(u32, f64)]) {
        let got = frequencies(logits, sampling);
        let is_close = |(a, b): (&(u32, f64), &(u32, f64))| a.0 == b.0 && (a.1 - b.1).abs() < 1e-3;
        assert!(got.len() == wanted.len() && got.iter().zip(wanted).all(is_close), "{got:?}, not {wanted:?}");
    }

    /// ln of probabilities: the logits that give them.
    fn logits(probabilities: &[f32]) -> Vec<f32> {
        probabilities.iter().map(|p| p.ln()).collect()
    }

    #[test]
    fn tokens_are_drawn_as_often_as_they_are_likely() {
        let even = logits(&[0.1, 0.4, 0.2, 0.3]);
        check(&even, PLAIN, &[(0, 0.1), (1, 0.4), (2, 0.2), (3, 0.3)]);
        check(&even, Sampling { temperature: 1e-9, ..PLAIN }, &[(1, 1.0)]);
        let squares = [0.01, 0.16, 0.04, 0.09].map(|p| p / 0.3);
        let wanted: Vec<(u32, f64)> = (0..).zip(squares).collect();
        check(&even, Sampling { temperature: 0.5, ..PLAIN }, &wanted);
        check(&[7.0], PLAIN, &[(0, 1.0)]);
        check(&[1e38, -1e38], PLAIN, &[(0, 1.0)]);
    }

    #[test]
    fn cuts_keep_the_most_likely() {
        let even = logits(&[0.1, 0.4, 0.2, 0.3]);
        let (three_four, all) = ([(1, 4.0 / 7.0), (3, 3.0 / 7.0)], [(0, 0.1), (1, 0.4), (2, 0.2), (3, 0.3)]);
        check(&even, Sampling { top_k: Some(2), ..PLAIN }, &three_four);
        check(&even, Sampling { top_k: Some(0), ..PLAIN }, &all);
        check(&even, Sampling { top_k: Some(9), top_p: Some(1.0), ..PLAIN }, &all);
        check(&even, Sampling { top_p: Some(0.0), ..PLAIN }, &[(1, 1.0)]);
        check(&even, Sampling { top_p: Some(0.39), ..PLAIN }, &[(1, 1.0)]);
        check(&even, Sampling { top_p: Some(0.41), ..PLAIN }, &three_four);
        check(&even, Sampling { top_p: Some(0.99), ..PLAIN }, &all);
        // The nucleus is of what top-k leaves: 0.4 of 0.7 reaches 0.55, of 1 it would not.
        check(&even, Sampling { top_k: Some(2), top_p: Some(0.55), ..PLAIN }, &[(1, 1.0)]);
        check(&[0.0; 5], Sampling { top_k: Some(2), ..PLAIN }, &[(0, 0.5), (1, 0.5)]);
    }

    proptest! {
        #[test]
        fn a_nucleus_is_the_shortest_beginning_that_is_enough(seed in 0_u32..1000, vocab in 1_usize..6000, p in 0.0..1.0) {
            let logit = |i: u32| ((i * 7919 + seed * 104_729) % 1009) as f32 / 300.0;
            let logits: Vec<f32> = (0..vocab as u32).map(logit).collect();
            let candidates = logits.iter().zip(0..).map(|(&logit, token)| Candidate { token, logit, weight: 0.0 });
            let mut all: Vec<Candidate> = candidates.collect();
            weigh(&mut all, 1.0);
            let mut kept = all.clone();
            keep_nucleus(&mut kept, p);
            let mut sorted = all.clone();
            sorted.sort_by(more_likely);
            let (enough, mut sum) = (p * total(&all), 0.0);
            let reaches = |candidate: &Candidate| {
                sum += candidate.weight;
                sum >= enough * (1.0 - 1e-12)
            };
            let size = sorted.iter().position(reaches).unwrap() + 1;
            prop_assert!(kept.len().abs_diff(size) <= 1, "{} kept, {size} are enough", kept.len());
            let mut wanted: Vec<u32> = sorted[..kept.len()].iter().map(|candidate| candidate.token).collect();
            wanted.sort_unstable();
            prop_assert_eq!(kept.iter().map(|candidate| candidate.token).collect::<Vec<_>>(), wanted);
        }
    }
}
