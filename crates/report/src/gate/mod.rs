//! One verdict on a changed model: PASS, REGRESSED or INCONCLUSIVE.
//!
//! A [`Policy`] says which tasks decide and what they must hold; [`gate`] compares two sides document by document and
//! judges. What is shown is said to be shown, and what the data cannot tell is INCONCLUSIVE: no difference found is not the
//! same as no difference.

mod assign;
mod diff;
mod error;
mod evidence;
mod github;
mod glob;
mod init;
mod judge;
mod junit;
mod logits;
mod markdown;
mod measure;
mod policy;
mod read;
mod support;
mod table;
#[cfg(test)]
mod tests;
mod tier;
mod toml_table;
mod verdict;
mod words;

pub use error::GateError;
pub use github::verdict_github;
pub use init::init_policy;
pub use judge::Cause;
pub use junit::verdict_junit;
pub use logits::{Figure as LogitFigure, LogitFigures};
pub use markdown::verdict_markdown;
pub use policy::{Bar, Correction, Limits, Pattern, Policy, Size, Tier, TierName, Unlisted};
pub use support::Assumptions;
pub use table::verdict_table;
pub use verdict::{AverageVerdict, Ends, GateVerdict, LimitVerdict, Numbers, Outcome, TaskVerdict, TierVerdict};

use crate::compare::{CompareOptions, Comparison, Side, ValueOf, compare};
use crate::number::count;
use crate::partial::lack;
use words::{names, of_tasks, pass};
use yardstick_core::{RunStatus, TaskCard};

/// What a gate looks at besides the two sides.
#[derive(Clone, Copy, Debug)]
pub struct GateOptions<'a> {
    /// What the candidate must hold.
    pub policy: &'a Policy,
    /// A diff of the two models' logits, where the policy sets limits on them.
    pub logits: Option<&'a LogitFigures>,
    /// Judges what there is on both sides, where documents or tasks are missing on one. Unfinished runs are refused all the
    /// same.
    pub allow_missing: bool,
    /// The column whose text makes documents depend on each other; see [`CompareOptions::cluster`].
    pub cluster: Option<&'a str>,
}

/// Judges a candidate; gives the comparison that the verdict rests on, too.
///
/// # Errors
/// An unfinished run, two sides that cannot be compared, a policy that does not fit their tasks and metrics, or limits on
/// logits without a diff.
pub fn gate(
    base: &Side,
    candidate: &Side,
    options: &GateOptions,
    value: ValueOf,
) -> Result<(GateVerdict, Comparison), GateError> {
    let policy = options.policy;
    finished(base)?;
    finished(candidate)?;
    let cards = cards(base, candidate);
    let assigned = assign::assign(policy, &cards)?;
    let limits = match (&policy.logits, options.logits) {
        (None, _) => Vec::new(),
        (Some(limits), Some(figures)) => {
            figures.check(base, candidate)?;
            logits::limits(limits, figures)
        }
        (Some(limits), None) => {
            let (file, reason) = (policy.file.clone(), "none is given".to_owned());
            return Err(GateError::NoDiff { file, line: limits.line, reason });
        }
    };
    let comparison = compare(base, candidate, &compare_options(options, base, candidate), value)?;
    measure::check_sizes(&assigned, &comparison, &policy.file)?;
    let (mut verdicts, family) = measure::tasks(&assigned, &comparison, policy);
    let tiers = tier::tiers(&mut verdicts, policy);
    let mut verdict = GateVerdict {
        format: GateVerdict::FORMAT,
        verdict: worst(&tiers, &limits),
        summary: String::new(),
        base: comparison.base.clone(),
        candidate: comparison.candidate.clone(),
        same_model: comparison.same_model,
        policy: policy.file.clone(),
        alpha: policy.alpha,
        correction: policy.correction,
        family,
        power: policy.power,
        tasks: verdicts,
        tiers,
        logits: limits,
        unpaired: comparison.unpaired.len() as u64,
        notes: comparison.notes.clone(),
    };
    verdict.notes.extend(options.logits.iter().flat_map(|figures| figures.warnings.clone()));
    verdict.notes.extend(guessing(base, &verdict.tasks));
    verdict.summary = summary(&verdict);
    Ok((verdict, comparison))
}

fn finished(side: &Side) -> Result<(), GateError> {
    if side.record.status == RunStatus::Complete {
        return Ok(());
    }
    let lack = lack(&[side.record]).unwrap_or_default().to_owned();
    Err(GateError::Partial { run: side.name.to_owned(), lack })
}

/// The tasks of both sides, those of the base first.
fn cards<'a>(base: &Side<'a>, candidate: &Side<'a>) -> Vec<&'a TaskCard> {
    let ours = &base.record.tasks;
    let theirs = candidate.record.tasks.iter().filter(|task| ours.iter().all(|other| other.id != task.id));
    ours.iter().chain(theirs).collect()
}

/// How the two sides are compared. A metric of a task that only one side has stands for nothing.
fn compare_options(options: &GateOptions, base: &Side, candidate: &Side) -> CompareOptions {
    let policy = options.policy;
    let has = |side: &Side, id: &str, metric: &str| {
        let mut own = side.record.tasks.iter().filter(|task| task.id == id);
        own.any(|task| task.metrics.iter().any(|card| card.name == metric))
    };
    let is_shared = |metric: &str| {
        let mut tasks = base.record.tasks.iter();
        tasks.any(|task| has(base, &task.id, metric) && has(candidate, &task.id, metric))
    };
    let mut metrics: Vec<String> = Vec::new();
    for (metric, _) in policy.tiers.iter().filter_map(|tier| tier.metric.as_ref()) {
        if is_shared(metric) && !metrics.contains(metric) {
            metrics.push(metric.clone());
        }
    }
    CompareOptions {
        alpha: policy.alpha,
        power: policy.power,
        margin: None,
        metrics,
        cluster: options.cluster.map(str::to_owned),
        allow_missing: options.allow_missing,
    }
}

/// What must be said of tasks that decide and could not show a loss.
fn guessing(base: &Side, tasks: &[TaskVerdict]) -> Option<String> {
    let is_guessed = |task: &&TaskVerdict| {
        let Some(numbers) = task.numbers.as_ref().filter(|_| task.tier.decides()) else { return false };
        let results = base.record.results.iter().filter(|result| result.model == base.card.name);
        let mut own = results.filter(|result| result.task == task.task && result.metric == numbers.metric);
        own.next().is_some_and(|result| words::guesses(numbers.higher_is_better, numbers.chance, &result.estimate))
    };
    let guessed: Vec<&str> = tasks.iter().filter(is_guessed).map(|task| task.task.as_str()).collect();
    let list = || names(guessed.iter().copied());
    (!guessed.is_empty())
        .then(|| format!("the base is no better than guessing on {}: a loss would hardly show", list()))
}

/// The worst of what decides. A policy always has something that does; should nothing be left of it, nothing was shown.
fn worst(tiers: &[TierVerdict], limits: &[LimitVerdict]) -> Outcome {
    let tiers = tiers.iter().filter(|tier| tier.tier.decides()).map(|tier| tier.verdict);
    tiers.chain(limits.iter().map(|limit| limit.verdict)).max().unwrap_or(Outcome::Inconclusive)
}

fn summary(verdict: &GateVerdict) -> String {
    let deciding = || verdict.tasks.iter().filter(|task| task.tier.decides());
    let blocking: Vec<&str> = deciding()
        .filter(|task| task.counts && task.verdict == verdict.verdict)
        .map(|task| task.task.as_str())
        .collect();
    let of_limits: Vec<&str> =
        verdict.logits.iter().filter(|limit| limit.verdict == verdict.verdict).map(|limit| limit.limit).collect();
    let n = deciding().count();
    let mut parts = Vec::new();
    match verdict.verdict {
        Outcome::Pass => {
            let by_average = deciding().filter(|task| !task.counts).count();
            parts.extend((n > 0).then(|| pass(n - by_average)));
            parts.extend((by_average > 0).then(|| format!("the average stands in for {by_average} more")));
            parts.extend(
                (!of_limits.is_empty())
                    .then(|| format!("limits on logits are kept: {}", names(of_limits.iter().copied()))),
            );
        }
        outcome => {
            let said = if outcome == Outcome::Regressed { "worse" } else { "not to be told" };
            parts.extend((!blocking.is_empty()).then(|| of_tasks(said, n, blocking.iter().copied())));
            parts.extend((!of_limits.is_empty()).then(|| format!("logits: {}", names(of_limits.iter().copied()))));
        }
    }
    if verdict.same_model {
        parts.push("both sides are the same model".to_owned());
    }
    if verdict.unpaired > 0 {
        parts.push(format!("{} documents stand on one side only and are left out", count(verdict.unpaired)));
    }
    parts.join("; ")
}
