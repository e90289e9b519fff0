//! What a comparison can find: its power, the smallest difference it detects, and how many documents it needs.

mod mcnemar;
mod non_inferiority;
mod student;

pub use mcnemar::{mcnemar_detectable, mcnemar_documents, mcnemar_power};
pub use non_inferiority::{mean_non_inferiority_documents, non_inferiority_documents};
pub use student::{t_detectable, t_documents, t_power};

/// So many documents are no answer any more.
const MOST_DOCUMENTS: u64 = 10_000_000;

/// The first number from `from` on that is enough, where any number above one that is enough is enough too.
fn first_enough(from: u64, is_enough: impl Fn(u64) -> bool) -> Option<u64> {
    let mut enough = from;
    while !is_enough(enough) {
        if enough >= MOST_DOCUMENTS {
            return None;
        }
        enough = (enough * 2).min(MOST_DOCUMENTS);
    }
    let mut low = from.max(enough / 2);
    while low < enough {
        let middle = u64::midpoint(low, enough);
        if is_enough(middle) { enough = middle } else { low = middle + 1 }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches() {
        for want in [2, 3, 4, 1_000, 4_097, MOST_DOCUMENTS] {
            assert_eq!(first_enough(2, |n| n >= want), Some(want));
        }
        assert_eq!(first_enough(2, |n| n > MOST_DOCUMENTS), None);
    }
}
