//! How often a comparison of many tasks cries wolf, and how often it finds what is there:
//! `cargo run --release -p yardstick-stats --example false-alarms`, half a minute.
//!
//! Twenty tasks, on each of which the base has an accuracy from 30 % to 80 %. A document is one of 256 levels of difficulty, quantiles
//! of the logistic distribution; a model is right with probability 1/(1 + exp(−4.5 (ability − difficulty))), so that two models of
//! the same ability differ on some 9 % of the documents. A planted loss is a candidate of an ability that costs 3 points.

#![allow(clippy::print_stdout, reason = "it is there to print a table")]

use std::array;
use yardstick_stats::{benjamini_hochberg, holm, mcnemar_exact, mcnemar_mid_p};

const COMPARISONS: u32 = 10_000;
const TASKS: usize = 20;
const ALPHA: f64 = 0.05;
const LOSS: f64 = 0.03;
const LEVELS: usize = 256;
const SHARPNESS: f64 = 4.5;
/// Base accuracies: 0.30, 0.31, … 0.80.
const ACCURACIES: usize = 51;

/// The random numbers of the crate itself: `SplitMix64` (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// The probability of being right for each level of difficulty, out of 2²⁸.
type Model = [u64; LEVELS];

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn right_at(ability: f64, level: usize) -> f64 {
    let quantile = (level as f64 + 0.5) / LEVELS as f64;
    logistic(SHARPNESS * (ability - (quantile / (1.0 - quantile)).ln()))
}

/// A model of an accuracy.
#[expect(clippy::cast_sign_loss, reason = "a probability")]
fn model(accuracy: f64) -> Model {
    let mean = |ability| (0..LEVELS).map(|level| right_at(ability, level)).sum::<f64>() / LEVELS as f64;
    let (mut low, mut high) = (-20.0, 20.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if mean(middle) < accuracy { low = middle } else { high = middle }
    }
    array::from_fn(|level| (right_at(low, level) * f64::from(1 << 28)) as u64)
}

/// Losses and wins of a candidate on random documents, each from one number: eight bits for its difficulty, 28 for each model.
fn compare(base: &Model, candidate: &Model, documents: u32, random: &mut Random) -> (u64, u64) {
    let (mut losses, mut wins) = (0, 0);
    for _ in 0..documents {
        let bits = random.bits();
        let level = (bits & 0xff) as usize;
        let is_base_right = (bits >> 8) & 0xfff_ffff < base[level];
        let is_candidate_right = bits >> 36 < candidate[level];
        losses += u64::from(is_base_right & !is_candidate_right);
        wins += u64::from(!is_base_right & is_candidate_right);
    }
    (losses, wins)
}

/// For the exact test and mid-p, without a correction, with Holm's and with Benjamini and Hochberg's.
#[derive(Default)]
struct Tally {
    /// Comparisons with a false alarm.
    false_alarms: [[u32; 3]; 2],
    /// Planted losses found, as losses.
    found: [[u32; 3]; 2],
    /// Documents on which the models differ.
    discordant: u64,
}

/// A base and a worse candidate for each accuracy.
struct Models(Vec<[Model; 2]>);

/// All comparisons, with a loss in the first `planted` tasks.
fn simulate(models: &Models, documents: u32, planted: usize) -> Tally {
    let mut random = Random(u64::from(documents) * 1_000 + planted as u64);
    let mut tally = Tally::default();
    for _ in 0..COMPARISONS {
        let outcomes: [(u64, u64); TASKS] = array::from_fn(|task| {
            let [base, worse] = &models.0[(random.bits() % ACCURACIES as u64) as usize];
            compare(base, if task < planted { worse } else { base }, documents, &mut random)
        });
        tally.discordant += outcomes.iter().map(|(losses, wins)| losses + wins).sum::<u64>();
        for (test, p_of) in [mcnemar_exact, mcnemar_mid_p].into_iter().enumerate() {
            let p = outcomes.map(|(losses, wins)| p_of(losses, wins));
            for (correction, p) in [p.to_vec(), holm(&p), benjamini_hochberg(&p)].iter().enumerate() {
                let is_found = |task: &usize| p[*task] <= ALPHA && outcomes[*task].0 > outcomes[*task].1;
                tally.found[test][correction] += (0..planted).filter(is_found).count() as u32;
                tally.false_alarms[test][correction] += u32::from(p[planted..].iter().any(|&p| p <= ALPHA));
            }
        }
    }
    tally
}

fn line(label: &str, test: usize, counts: [u32; 3], of: usize) {
    let shares = counts.map(|count| format!("{:>11.1} %", 100.0 * f64::from(count) / of as f64));
    println!("{label:<30}{:<6}{}", ["exact", "mid-p"][test], shares.join(""));
}

fn main() {
    let accuracy = |index| 0.3 + f64::from(index) / 100.0;
    let models = Models((0..ACCURACIES as u32).map(|i| [model(accuracy(i)), model(accuracy(i) - LOSS)]).collect());
    let null = simulate(&models, 500, 0);
    let discordance = null.discordant as f64 / (f64::from(COMPARISONS) * 500.0 * TASKS as f64);
    println!(
        "{COMPARISONS} comparisons of {TASKS} tasks, alpha {ALPHA}; models differ on {:.1} % of documents\n",
        100.0 * discordance
    );
    println!("{:<36}{:>13}{:>13}{:>13}", "", "uncorrected", "Holm", "BH");
    println!("comparisons with a false alarm");
    (0..2).for_each(|test| line("  500 documents, no loss", test, null.false_alarms[test], COMPARISONS as usize));
    for (planted, place) in [(1, "one task"), (TASKS, "all tasks")] {
        println!("losses of 3 points in {place} that are found");
        for documents in [500, 1_000, 5_000] {
            let tally = simulate(&models, documents, planted);
            let label = format!("  {documents} documents");
            (0..2).for_each(|test| line(&label, test, tally.found[test], COMPARISONS as usize * planted));
        }
    }
}
