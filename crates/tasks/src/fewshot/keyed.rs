//! Draws that depend on the document alone: the same whatever else is scored, in whatever order.
//!
//! The document's key is a sha256 over seed, task and row; `SplitMix64` (Steele, Lea & Flood 2014, "Fast splittable
//! pseudorandom number generators") makes numbers of it, and a Fisher–Yates shuffle puts the pool in order.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the digest is over besides its inputs, so that another use of the same inputs draws something else.
const PURPOSE: &[u8] = b"yardstick few-shot draw 1";

/// The indices of a pool in the order in which one document takes them, each once. Only as much of the shuffle is done as
/// is asked for.
pub(super) struct Keyed {
    random: u64,
    /// Indices that the shuffle has moved: place → index. A place that is not here still has its own.
    moved: BTreeMap<usize, usize>,
    left: usize,
}

impl Keyed {
    /// The order for the document in `row` of the task's split, over a pool of `len`.
    pub fn new(seed: u64, task: &str, row: u64, len: usize) -> Self {
        let mut key = Sha256::new_with_prefix(PURPOSE);
        key.update(seed.to_le_bytes());
        key.update(row.to_le_bytes());
        key.update(task);
        let (random, _) = key
            .finalize()
            .iter()
            .take(8)
            .fold((0, 0), |(sum, shift), &byte| (sum | u64::from(byte) << shift, shift + 8));
        Self { random, moved: BTreeMap::new(), left: len }
    }

    fn word(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = self.random;
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, each as likely: Lemire (2019), "Fast random integer generation in an interval".
    fn below(&mut self, n: u64) -> u64 {
        let rejected = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.word()) * u128::from(n);
            if product as u64 >= rejected {
                return (product >> 64) as u64;
            }
        }
    }
}

impl Iterator for Keyed {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let last = self.left.checked_sub(1)?;
        let place = self.below(self.left as u64) as usize;
        let moved_up = self.moved.remove(&last).unwrap_or(last);
        self.left = last;
        if place == last { Some(moved_up) } else { Some(self.moved.insert(place, moved_up).unwrap_or(place)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// A draw is part of the protocol: other numbers here are other prompts for everyone.
    #[test]
    fn draws_do_not_change() {
        let check = |seed, task, row, len, want: &[usize]| {
            assert_eq!(Keyed::new(seed, task, row, len).take(5).collect::<Vec<_>>(), want, "{seed} {task} {row} {len}");
        };
        check(1234, "hellaswag", 0, 10_042, &[7998, 6542, 10035, 4052, 109]);
        check(1234, "hellaswag", 1, 10_042, &[6013, 979, 754, 373, 2650]);
        check(1235, "hellaswag", 0, 10_042, &[8999, 2501, 6960, 1631, 23]);
        check(1234, "piqa", 0, 10_042, &[1497, 8181, 9600, 8522, 9021]);
        check(1234, "piqa", 0, 3, &[0, 1, 2]);
        check(0, "", 0, 0, &[]);
    }

    #[test]
    fn every_index_is_as_likely() {
        const LEN: usize = 7;
        const ROWS: u64 = 7000;
        for place in 0..LEN {
            let mut counts = [0_u32; LEN];
            for row in 0..ROWS {
                counts[Keyed::new(1234, "t", row, LEN).nth(place).unwrap()] += 1;
            }
            // A thousand each; the standard deviation is 29.
            assert!(counts.iter().all(|count| (870..1130).contains(count)), "{place}: {counts:?}");
        }
    }

    proptest! {
        #[test]
        fn every_index_comes_once(seed: u64, row: u64, len in 0_usize..200) {
            let drawn: Vec<_> = Keyed::new(seed, "t", row, len).collect();
            prop_assert_eq!(drawn.len(), len);
            prop_assert_eq!(drawn.into_iter().collect::<BTreeSet<_>>(), (0..len).collect::<BTreeSet<_>>());
        }
    }
}
