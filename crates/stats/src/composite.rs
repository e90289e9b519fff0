//! One number for many tasks.

use crate::distribution::two_sided;
use std::collections::BTreeMap;

/// One task's share of a composite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its metric, at most 1.
    pub value: f64,
    /// What guessing would score, below 1; 0 where there is no guessing.
    pub chance: f64,
    /// Standard error of the value.
    pub stderr: f64,
    /// Its documents.
    pub n: u64,
}

/// How tasks are averaged. Each answers another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Every task counts the same: how good on a task drawn from these.
    Plain,
    /// Every document counts the same: how good on a document drawn from these. Large tasks decide it.
    SizeWeighted,
    /// Every group counts the same, and within it every task: how good on a kind of task drawn from these. A kind of
    /// which there happen to be many tasks does not decide it.
    Macro,
}

/// An average over tasks with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Composite {
    /// The average of the values corrected for chance: 0 is guessing, 1 is all right.
    pub value: f64,
    /// Its standard error.
    pub stderr: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// (x − chance)/(1 − chance): 0 for guessing, 1 for all right, below 0 for less than guessing.
///
/// Source: Cohen (1960), "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20,
/// eq. 1.
pub fn chance_corrected(value: f64, chance: f64) -> f64 {
    (value - chance) / (1.0 - chance)
}

/// The average of what parts score above chance, with the normal interval at a `level` such as 0.95. The parts'
/// documents are taken as independent and the tasks as given: the error is that of other documents, not of other tasks.
///
/// `groups` has a group's number for each part; only [`Average::Macro`] looks at it. `None` without parts or documents,
/// for a chance of 1 or more, and where groups are missing.
///
/// Source: Casella & Berger (2002), theorem 4.5.6: the variance of Σ wᵢxᵢ is Σ wᵢ²sᵢ².
pub fn composite(parts: &[Part], groups: &[usize], average: Average, level: f64) -> Option<Composite> {
    let weights = weights(parts, groups, average)?;
    if parts.iter().any(|part| part.chance >= 1.0) {
        return None;
    }
    let (mut value, mut variance) = (0.0, 0.0);
    for (part, weight) in parts.iter().zip(weights) {
        value += weight * chance_corrected(part.value, part.chance);
        variance += (weight * part.stderr / (1.0 - part.chance)).powi(2);
    }
    let stderr = f64::sqrt(variance);
    let half = two_sided(level) * stderr;
    Some(Composite { value, stderr, low: value - half, high: value + half })
}

/// One weight a part; together 1.
fn weights(parts: &[Part], groups: &[usize], average: Average) -> Option<Vec<f64>> {
    let documents: u64 = parts.iter().map(|part| part.n).sum();
    match average {
        _ if parts.is_empty() => None,
        Average::Plain => Some(vec![1.0 / parts.len() as f64; parts.len()]),
        Average::SizeWeighted if documents == 0 => None,
        Average::SizeWeighted => Some(parts.iter().map(|part| part.n as f64 / documents as f64).collect()),
        Average::Macro if groups.len() != parts.len() => None,
        Average::Macro => {
            let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
            for group in groups {
                *sizes.entry(*group).or_default() += 1;
            }
            Some(groups.iter().map(|group| 1.0 / (sizes.len() * sizes[group]) as f64).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PARTS: [Part; 3] = [
        Part { value: 0.75, chance: 0.5, stderr: 0.03, n: 100 },
        Part { value: 0.25, chance: 0.25, stderr: 0.06, n: 300 },
        Part { value: 0.6, chance: 0.0, stderr: 0.04, n: 400 },
    ];

    fn check(average: Average, value: f64, variance: f64) {
        let got = composite(&PARTS, &[4, 4, 9], average, 0.95).unwrap();
        assert!((got.value - value).abs() < 1e-15 && (got.stderr - variance.sqrt()).abs() < 1e-15, "{got:?}");
        assert!((got.high - got.value - crate::Z95 * got.stderr).abs() < 1e-15, "{got:?}");
        assert!((got.low + got.high - 2.0 * got.value).abs() < 1e-15, "{got:?}");
    }

    #[test]
    fn by_hand() {
        // Corrected: 0.5 ± 0.06, 0 ± 0.08, 0.6 ± 0.04.
        check(Average::Plain, 1.1 / 3.0, (0.0036 + 0.0064 + 0.0016) / 9.0);
        check(Average::SizeWeighted, 0.5 / 8.0 + 0.3, (0.0036 + 9.0 * 0.0064 + 16.0 * 0.0016) / 64.0);
        check(Average::Macro, 0.5 / 4.0 + 0.3, 0.0036 / 16.0 + 0.0064 / 16.0 + 0.0016 / 4.0);
    }

    #[test]
    fn nothing_to_average() {
        assert_eq!(composite(&[], &[], Average::Plain, 0.95), None);
        assert_eq!(composite(&PARTS, &[1], Average::Macro, 0.95), None);
        assert_eq!(composite(&[Part { chance: 1.0, ..PARTS[0] }], &[0], Average::Plain, 0.95), None);
        assert_eq!(composite(&[Part { n: 0, ..PARTS[0] }], &[0], Average::SizeWeighted, 0.95), None);
    }

    proptest! {
        #[test]
        fn parts_that_are_alike(n in 1_usize..30, groups in 1_usize..5) {
            // However it is averaged, parts that are alike give one of them; plainly, with 1/√n of its error.
            let groups: Vec<usize> = (0..n).map(|i| i % groups).collect();
            for average in [Average::Plain, Average::SizeWeighted, Average::Macro] {
                let got = composite(&vec![PARTS[0]; n], &groups, average, 0.9).unwrap();
                prop_assert!((got.value - 0.5).abs() < 1e-12 && got.stderr >= 0.06 / (n as f64).sqrt() - 1e-12);
            }
        }
    }
}
