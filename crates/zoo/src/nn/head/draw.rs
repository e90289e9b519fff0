//! A draw from the distribution that one row of logits is.

use std::cmp::Ordering;
use yardstick_core::Sampling;

/// Candidates that are sorted at first to find a nucleus; then eight times as many, and so on.
const FIRST_SORTED: usize = 256;

/// A token that may be drawn.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    token: u32,
    logit: f32,
}

/// Draws a token; see [`yardstick_core::Pick::Draw`]. All logits are finite, and there is at least one.
pub fn draw(logits: &[f32], sampling: &Sampling, uniform: f64) -> u32 {
    let candidates = logits.iter().zip(0..).map(|(&logit, token)| Candidate { token, logit });
    let mut candidates: Vec<Candidate> = candidates.collect();
    let weigh = Weigh::new(logits, sampling.temperature);
    if let Some(k) = sampling.top_k.filter(|&k| k > 0) {
        keep_most_likely(&mut candidates, k as usize);
    }
    if let Some(p) = sampling.top_p.filter(|&p| p < 1.0) {
        keep_nucleus(&mut candidates, &weigh, p);
    }
    at(&candidates, &weigh, uniform)
}

/// Logit → a number proportional to its probability.
struct Weigh {
    max: f64,
    temperature: f64,
}

impl Weigh {
    fn new(logits: &[f32], temperature: f64) -> Self {
        Self { max: f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max)), temperature }
    }

    fn weight(&self, candidate: Candidate) -> f64 {
        libm::exp((f64::from(candidate.logit) - self.max) / self.temperature)
    }

    fn total(&self, candidates: &[Candidate]) -> f64 {
        candidates.iter().map(|&candidate| self.weight(candidate)).sum()
    }
}

/// The more likely first; of equally likely ones the smaller id.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "what sorting wants")]
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
fn keep_nucleus(candidates: &mut Vec<Candidate>, weigh: &Weigh, p: f64) {
    let enough = p * weigh.total(candidates);
    let mut sorted = FIRST_SORTED.min(candidates.len());
    let size = loop {
        if sorted < candidates.len() {
            candidates.select_nth_unstable_by(sorted, more_likely);
        }
        candidates[..sorted].sort_unstable_by(more_likely);
        let mut sum = 0.0;
        let reach = candidates[..sorted].iter().position(|&candidate| {
            sum += weigh.weight(candidate);
            sum >= enough
        });
        match reach {
            Some(last) => break last + 1,
            None if sorted == candidates.len() => break sorted,
            None => sorted = (8 * sorted).min(candidates.len()),
        }
    };
    candidates.truncate(size);
    candidates.sort_unstable_by_key(|candidate| candidate.token);
}

/// The first candidate at which the sum of probabilities exceeds `uniform`.
fn at(candidates: &[Candidate], weigh: &Weigh, uniform: f64) -> u32 {
    let wanted = uniform * weigh.total(candidates);
    let mut sum = 0.0;
    let found = candidates.iter().find(|&&candidate| {
        sum += weigh.weight(candidate);
        sum > wanted
    });
    // Rounding can leave the last sum at what is wanted.
    let likely = || candidates.iter().rev().find(|&&candidate| weigh.weight(candidate) > 0.0);
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
            let weigh = Weigh::new(&logits, 1.0);
            let all: Vec<Candidate> = logits.iter().zip(0..).map(|(&logit, token)| Candidate { token, logit }).collect();
            let mut kept = all.clone();
            keep_nucleus(&mut kept, &weigh, p);
            let mut sorted = all.clone();
            sorted.sort_by(more_likely);
            let (enough, mut sum) = (p * weigh.total(&all), 0.0);
            let size = sorted.iter().position(|&candidate| { sum += weigh.weight(candidate); sum >= enough });
            let mut wanted: Vec<u32> = sorted[..=size.unwrap()].iter().map(|candidate| candidate.token).collect();
            wanted.sort_unstable();
            prop_assert_eq!(kept.iter().map(|candidate| candidate.token).collect::<Vec<_>>(), wanted);
        }
    }
}
