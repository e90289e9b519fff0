//! Counts of n-grams.

use std::collections::BTreeMap;

/// How often each n-gram occurs.
pub(crate) type Counts<'a, T> = BTreeMap<&'a [T], u64>;

/// The n-grams of a sequence.
pub(crate) fn count<T: Ord>(sequence: &[T], n: usize) -> Counts<'_, T> {
    let mut counts = BTreeMap::new();
    for ngram in sequence.windows(n) {
        *counts.entry(ngram).or_default() += 1;
    }
    counts
}

/// How many n-grams of `a` are in `b` too, each as often as in both.
pub(crate) fn common<T: Ord>(a: &Counts<T>, b: &Counts<T>) -> u64 {
    a.iter().map(|(ngram, count)| *count.min(b.get(ngram).unwrap_or(&0))).sum()
}
