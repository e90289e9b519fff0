//! Two models on the same documents: did the second one get worse?
//!
//! Documents meet by content ([`pair`]), each metric of each task gets a difference with its interval and a test that fits
//! its scores ([`Evidence`]), and p-values are corrected over the tasks of the comparison. What flipped is listed document by
//! document.

mod averages;
mod check;
mod clusters;
mod error;
mod evidence;
mod flips;
mod markdown;
mod measure;
mod pair;
mod row;
mod scores;
mod side;
mod table;
#[cfg(test)]
mod tests;

pub use averages::AverageRow;
pub(crate) use averages::{MACRO, averaged, groups_of};
pub use error::CompareError;
pub use evidence::Evidence;
pub use flips::Flip;
pub(crate) use flips::asked;
pub use markdown::comparison_markdown;
pub use pair::Unpaired;
pub use row::{TaskRow, Verdict};
pub use side::Side;
pub use table::comparison_table;
pub(crate) use table::word;

use crate::is_same_model;
use serde::Serialize;
use std::collections::BTreeMap;
use yardstick_core::{ModelCard, Sample, Score};
use yardstick_stats::{benjamini_hochberg, holm};

/// What makes a number of the scores of documents: the aggregation's name and the scores. `None` where the name means
/// nothing. The task crate has it; this one knows no metrics.
pub type ValueOf<'a> = &'a (dyn Fn(&str, &[Score]) -> Option<f64> + Sync);

/// How to compare.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareOptions {
    /// Two-sided level of the tests; intervals have the level 1 − `alpha`.
    pub alpha: f64,
    /// Power at which a difference counts as one that the data could have seen.
    pub power: f64,
    /// Drop, in the metric's unit, that counts as no loss; `None` is one point of a share and 1 % of anything else.
    pub margin: Option<f64>,
    /// Metrics that stand for their tasks, first found first; a task that has none of them is judged by its first one.
    pub metrics: Vec<String>,
    /// The column whose text makes documents depend on each other; `none` for independent ones; found where nothing is said.
    pub cluster: Option<String>,
    /// Compares what there is on both sides, where documents or tasks are missing on one.
    pub allow_missing: bool,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self { alpha: 0.05, power: 0.8, margin: None, metrics: Vec::new(), cluster: None, allow_missing: false }
    }
}

/// Everything that is known about two models on the same documents.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// [`Comparison::FORMAT`].
    pub format: &'static str,
    /// The model that was there before.
    pub base: ModelCard,
    /// The model in question.
    pub candidate: ModelCard,
    /// Whether weights, tokenizer, configuration, context and the way weights are held are the same.
    pub same_model: bool,
    /// Level of tests and of intervals.
    pub alpha: f64,
    /// Power of the smallest differences.
    pub power: f64,
    /// Tasks whose p-values are corrected together: rows with a test that stand for their task.
    pub family: usize,
    /// A row a metric of a task, tasks in the base's order.
    pub rows: Vec<TaskRow>,
    /// Means over tasks, chance taken off, each by its name.
    pub averages: Vec<AverageRow>,
    /// Documents that one model got right and the other wrong, the surest first.
    pub flips: Vec<Flip>,
    /// Documents of one side only.
    pub unpaired: Vec<Unpaired>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Comparison {
    /// The format that this version writes.
    pub const FORMAT: &'static str = "yardstick.comparison/1";

    /// The rows that stand for their tasks.
    pub fn primary(&self) -> impl Iterator<Item = &TaskRow> {
        self.rows.iter().filter(|row| row.primary)
    }
}

/// Compares two sides.
///
/// # Errors
/// Runs that are unfinished or do not ask the same, documents without a partner (unless they are allowed), no task or no
/// document in common, or a metric that no task has.
pub fn compare(
    base: &Side,
    candidate: &Side,
    options: &CompareOptions,
    value: ValueOf,
) -> Result<Comparison, CompareError> {
    let mut notes: Vec<String> = base.finished(options)?.into_iter().chain(candidate.finished(options)?).collect();
    notes.extend(check::same_protocol(base, candidate, options)?);
    let pairs = pair::pairs(base, candidate, options, &mut notes)?;
    let mut rows = Vec::new();
    let mut flips = Vec::new();
    for task in &pairs.tasks {
        let measured = measure::rows(task, options, value, &mut notes)?;
        flips.extend(measured.iter().filter(|row| row.primary).flat_map(|row| flips::of_task(task, row)));
        rows.extend(measured);
    }
    check::metrics_exist(&rows, options)?;
    check::column_exists(&rows, options)?;
    let family = correct(&mut rows);
    row::finish(&mut rows, options, family);
    flips::sort(&mut flips);
    Ok(Comparison {
        format: Comparison::FORMAT,
        base: base.card.clone(),
        candidate: candidate.card.clone(),
        same_model: is_same_model(base.card, candidate.card),
        alpha: options.alpha,
        power: options.power,
        family,
        averages: averages::averages(&rows, &base.record.groups, options),
        rows,
        flips,
        unpaired: pairs.unpaired,
        notes,
    })
}

/// Corrects the p-values of the rows that stand for their tasks; returns how many they are.
fn correct(rows: &mut [TaskRow]) -> usize {
    let family: Vec<usize> = (0..rows.len()).filter(|&at| rows[at].primary).collect();
    let p: Vec<f64> = family.iter().map(|&at| rows[at].p).collect();
    let corrected = holm(&p).into_iter().zip(benjamini_hochberg(&p));
    for (&at, (holm, benjamini_hochberg)) in family.iter().zip(corrected) {
        rows[at].holm = Some(holm);
        rows[at].benjamini_hochberg = Some(benjamini_hochberg);
    }
    family.len()
}

/// The samples of one model by task.
fn by_task<'a>(samples: &'a [Sample], model: &str) -> BTreeMap<&'a str, Vec<&'a Sample>> {
    let mut tasks: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| sample.model == model) {
        tasks.entry(&sample.task).or_default().push(sample);
    }
    for samples in tasks.values_mut() {
        samples.sort_by_key(|sample| sample.doc_id);
    }
    tasks
}
