//! How many threads share one operation.

use rayon::prelude::*;
use std::ops::Range;

/// Threads of the current rayon pool that an operation is divided over.
///
/// An operation cuts itself into pieces that write disjoint parts of its result and computes every element in the same
/// order whatever the cut, so a team changes no bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Team {
    threads: usize,
}

impl Team {
    /// The calling thread alone; rayon is not touched.
    pub const ONE: Self = Self { threads: 1 };

    /// A team of `threads`, at least one.
    pub fn new(threads: usize) -> Self {
        Self { threads: threads.max(1) }
    }

    /// Threads.
    pub const fn threads(self) -> usize {
        self.threads
    }

    /// Runs `f` on every piece; returns when all are done. [`Self::split`] gives as many pieces as
    /// there are threads: which thread of the pool takes which piece is up to rayon.
    pub fn each<T: Send>(self, pieces: impl IntoIterator<Item = T>, f: impl Fn(T) + Sync + Send) {
        if self.threads == 1 {
            return pieces.into_iter().for_each(f);
        }
        let pieces: Vec<T> = pieces.into_iter().collect();
        pieces.into_par_iter().with_max_len(1).for_each(f);
    }

    /// Cuts `0..len` into at most as many ranges as there are threads, as even as they can be and none shorter than
    /// `least` unless it is the only one. No range is empty.
    pub fn split(self, len: usize, least: usize) -> impl Iterator<Item = Range<usize>> + Clone {
        let parts = self.threads.min(len / least.max(1)).max(1).min(len);
        (0..parts).map(move |part| len * part / parts..len * (part + 1) / parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    proptest! {
        #[test]
        fn a_split_covers_everything_once(threads in 1_usize..20, len in 0_usize..200, least in 0_usize..40) {
            let ranges: Vec<_> = Team::new(threads).split(len, least).collect();
            let all: Vec<usize> = ranges.iter().cloned().flatten().collect();
            prop_assert_eq!(all, (0..len).collect::<Vec<_>>());
            prop_assert!(ranges.len() <= threads);
            let lengths = || ranges.iter().map(ExactSizeIterator::len);
            prop_assert!(lengths().all(|n| n > 0 && (ranges.len() == 1 || n >= least)), "{:?}", ranges);
            prop_assert!(lengths().max().unwrap_or(0) - lengths().min().unwrap_or(0) <= 1, "{:?}", ranges);
        }
    }

    #[test]
    fn every_piece_is_run() {
        for threads in [0, 1, 2, 7] {
            let sum = AtomicUsize::new(0);
            Team::new(threads).each(1..=10, |n| {
                sum.fetch_add(n, Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), 55, "{threads} threads");
        }
    }
}
