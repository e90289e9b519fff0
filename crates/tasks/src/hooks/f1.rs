//! F1 over classes, as scikit-learn's `f1_score` averages it, from (gold, prediction) pairs.

use std::collections::BTreeMap;
use yardstick_core::Score;

/// How often each class was right, was given, and was meant.
#[derive(Debug, Default)]
pub(super) struct Confusion {
    /// Class (its bits, which order the non-negative numbers that labels are) → counts.
    classes: BTreeMap<u64, Counts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    both: u32,
    predicted: u32,
    gold: u32,
}

impl Counts {
    /// 2 · tp / (2 · tp + fp + fn); 0 where the class is in neither, as scikit-learn has it (with a warning).
    fn f1(self) -> f64 {
        match self.predicted + self.gold {
            0 => 0.0,
            sum => 2.0 * f64::from(self.both) / f64::from(sum),
        }
    }
}

impl Confusion {
    /// Counts `Score::Counts([gold, prediction])`; other scores are not counted.
    pub fn new(scores: &[Score]) -> Self {
        let mut confusion = Self::default();
        for score in scores {
            if let Score::Counts(pair) = score
                && let [gold, prediction, ..] = pair[..]
            {
                confusion.add(gold, prediction);
            }
        }
        confusion
    }

    fn add(&mut self, gold: f64, prediction: f64) {
        self.classes.entry(gold.to_bits()).or_default().gold += 1;
        let predicted = self.classes.entry(prediction.to_bits()).or_default();
        predicted.predicted += 1;
        predicted.both += u32::from(gold.to_bits() == prediction.to_bits());
    }

    /// F1 of one class against all others.
    pub fn f1(&self, class: f64) -> f64 {
        self.classes.get(&class.to_bits()).copied().unwrap_or_default().f1()
    }

    /// The mean over classes, each weighted by how often it is meant (`average="weighted"`).
    pub fn weighted_f1(&self) -> f64 {
        let total: u32 = self.classes.values().map(|counts| counts.gold).sum();
        let sum: f64 = self.classes.values().map(|counts| counts.f1() * f64::from(counts.gold)).sum();
        if total == 0 { 0.0 } else { sum / f64::from(total) }
    }

    /// The plain mean over all classes that occur (`average="macro"`).
    pub fn macro_f1(&self) -> f64 {
        let sum: f64 = self.classes.values().map(|counts| counts.f1()).sum();
        if self.classes.is_empty() { 0.0 } else { sum / self.classes.len() as f64 }
    }

    /// F1 over all classes' counts together (`average="micro"`): with one label a document, the accuracy.
    pub fn micro_f1(&self) -> f64 {
        let add = |a: Counts, b: &Counts| Counts {
            both: a.both + b.both,
            predicted: a.predicted + b.predicted,
            gold: a.gold + b.gold,
        };
        self.classes.values().fold(Counts::default(), add).f1()
    }
}
