//! What a tier's tasks mean together.

use super::judge::Cause;
use super::policy::{Policy, TierName};
use super::verdict::{AverageVerdict, Numbers, Outcome, TaskVerdict, TierVerdict};
use super::words::{of_tasks, pass, tasks};
use crate::number::Unit;
use yardstick_stats::{Average, Part, composite};

/// The verdict of each tier that has tasks, strictest first. Where a standard tier's average stands in for tasks that cannot
/// be told, those do not count any more.
///
/// The average may stand in because of what a standard tier claims: that the model as a whole did not get worse by the
/// margin. A tier passes if every task is shown to keep its margin, or if the average is; each way errs with probability
/// alpha at most, both together with less than 2·alpha, since they look at the same documents. What no average can make
/// good is a task that is found worse, and a task with too few documents to look at.
pub(super) fn tiers(verdicts: &mut [TaskVerdict], policy: &Policy) -> Vec<TierVerdict> {
    TierName::ALL.into_iter().filter_map(|name| tier(name, verdicts, policy)).collect()
}

fn tier(name: TierName, verdicts: &mut [TaskVerdict], policy: &Policy) -> Option<TierVerdict> {
    let mut own: Vec<&mut TaskVerdict> = verdicts.iter_mut().filter(|one| one.tier == name).collect();
    if own.is_empty() {
        return None;
    }
    let worst = own.iter().map(|one| one.verdict).max().unwrap_or(Outcome::Inconclusive);
    let with = |outcome| own.iter().filter(move |one| one.verdict == outcome).map(|one| one.task.as_str());
    let (n_regressed, n_inconclusive) = (with(Outcome::Regressed).count(), with(Outcome::Inconclusive).count());
    let reason = match worst {
        Outcome::Pass => pass(own.len()),
        Outcome::Regressed => of_tasks("worse", own.len(), with(worst)),
        Outcome::Inconclusive => of_tasks("not to be told", own.len(), with(worst)),
    };
    let mut verdict = TierVerdict {
        tier: name,
        verdict: worst,
        reason,
        n_tasks: own.len(),
        n_regressed,
        n_inconclusive,
        average: None,
    };
    if name == TierName::Standard && worst == Outcome::Inconclusive {
        stand_in(&mut verdict, &mut own, policy);
    }
    Some(verdict)
}

/// Lets the average decide for the tasks that cannot be told, where it may and can.
fn stand_in(verdict: &mut TierVerdict, own: &mut [&mut TaskVerdict], policy: &Policy) {
    let parts: Vec<&Numbers> = own.iter().filter_map(|one| in_average(one)).collect();
    let Some(average) = average(&parts, policy.alpha) else { return };
    let percent = |x: f64| Unit::Percent.difference(x, 0.0);
    let signed = |x: f64| if x > 0.0 { format!("+{}", percent(x)) } else { percent(x) };
    let text = format!(
        "the average over {} (chance taken off) is {} ({} to {})",
        tasks(average.n_tasks),
        signed(average.difference),
        signed(average.low),
        signed(average.high)
    );
    let may = |one: &&mut TaskVerdict| one.verdict != Outcome::Inconclusive || in_average(one).is_some();
    let margin = percent(average.margin);
    verdict.reason = if !average.is_within {
        format!("{}; {text}, and a drop of {margin} points is not ruled out", verdict.reason)
    } else if own.iter().all(may) {
        verdict.verdict = Outcome::Pass;
        own.iter_mut().filter(|one| one.verdict == Outcome::Inconclusive).for_each(|one| one.counts = false);
        format!("{}; but {text}, and rules out a drop of {margin} points", verdict.reason)
    } else {
        format!("{}; {text}, and cannot stand in for all of them", verdict.reason)
    };
    verdict.average = Some(average);
}

/// A task's numbers, where the average may stand in for it: a share of documents with a margin, and documents enough.
fn in_average(one: &TaskVerdict) -> Option<&Numbers> {
    let numbers = one.numbers.as_ref()?;
    let is_share = Unit::of(&numbers.metric) == Unit::Percent
        && numbers.base <= 1.0
        && numbers.candidate <= 1.0
        && numbers.chance.unwrap_or(0.0) < 1.0;
    let is_in = is_share && numbers.margin.is_some() && numbers.stderr.is_some();
    (is_in && one.cause != Cause::TooFew && numbers.n >= numbers.min_documents).then_some(numbers)
}

/// The mean of differences over (1 − chance), held against the mean of the margins over the same. One task is no average.
fn average(parts: &[&Numbers], alpha: f64) -> Option<AverageVerdict> {
    if parts.len() < 2 {
        return None;
    }
    // Where less is better, guessing is no floor.
    let scale = |numbers: &Numbers| if numbers.higher_is_better { 1.0 - numbers.chance.unwrap_or(0.0) } else { 1.0 };
    let gain = |numbers: &&Numbers| {
        let sign = if numbers.higher_is_better { 1.0 } else { -1.0 };
        let stderr = numbers.stderr.unwrap_or(f64::INFINITY) / scale(numbers);
        Part { value: sign * numbers.difference / scale(numbers), chance: 0.0, stderr, n: numbers.n }
    };
    let gains: Vec<Part> = parts.iter().map(gain).collect();
    let groups: Vec<usize> = (0..parts.len()).collect();
    let mean = composite(&gains, &groups, Average::Plain, 1.0 - 2.0 * alpha)?;
    let margins = parts.iter().map(|numbers| numbers.margin.unwrap_or(0.0) / scale(numbers));
    let margin = margins.sum::<f64>() / parts.len() as f64;
    Some(AverageVerdict {
        n_tasks: parts.len(),
        difference: mean.value,
        low: mean.low,
        high: mean.high,
        margin,
        is_within: mean.low > -margin,
    })
}
