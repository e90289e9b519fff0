//! From a comparison's rows to a verdict a task.

use super::GateError;
use super::assign::Assigned;
use super::judge::{Cause, Facts, Proof, judge};
use super::policy::{Bar, Policy, Size};
use super::verdict::{Ends, Numbers, TaskVerdict};
use super::words::{Setting, reason};
use crate::compare::{Comparison, Flip, TaskRow};
use crate::number::Unit;

/// With an allowed drop, data passes that could have shown a drop of five points of a share or 5 % of anything else, or as
/// much as is allowed, if that is more. An allowed drop of 0 would otherwise ask for endless data.
const VISIBLE: f64 = 0.05;
/// Flips shown of a regressed task.
const FLIPS: usize = 3;

/// Refuses points where shares are meant: nothing loses as much as all of its documents.
///
/// # Errors
/// [`GateError::Key`].
pub(super) fn check_sizes(assigned: &[Assigned], comparison: &Comparison, file: &str) -> Result<(), GateError> {
    for one in assigned {
        let Some(tier) = one.tier else { continue };
        let row = comparison.rows.iter().find(|row| row.task == one.task && Unit::of(&row.metric) == Unit::Percent);
        let (Some(row), Some(Size::Units(size))) = (row, tier.bar.map(Bar::size)) else { continue };
        if row.base.abs() <= 1.0 && size >= 1.0 {
            return Err(GateError::Key {
                file: file.to_owned(),
                line: tier.tasks.first().map_or(1, |pattern| pattern.line),
                key: "margin or allowed_drop".to_owned(),
                reason: format!(
                    "{} of {} is a share: {size} is {:.0} points; write {} for {size} points",
                    row.metric,
                    row.task,
                    100.0 * size,
                    size / 100.0
                ),
            });
        }
    }
    Ok(())
}

/// A task on its way to a verdict.
struct Case<'a> {
    assigned: &'a Assigned<'a>,
    row: Option<&'a TaskRow>,
    bar: Bar,
    /// Of the test that finds it worse than allowed, first as it is, then corrected.
    p: f64,
    corrected: f64,
}

/// The verdicts of all tasks, and how many of them decide.
pub(super) fn tasks(assigned: &[Assigned], comparison: &Comparison, policy: &Policy) -> (Vec<TaskVerdict>, usize) {
    let mut cases: Vec<Case> = assigned.iter().map(|one| case(one, comparison)).collect();
    let family = correct(&mut cases, policy, true);
    // Watched tasks are a family of their own: they cost the others nothing.
    let watched = correct(&mut cases, policy, false);
    let verdict = |case: &Case| {
        let family = if case.assigned.name().decides() { family } else { watched };
        verdict(case, comparison, policy, family)
    };
    (cases.iter().map(verdict).collect(), family)
}

fn case<'a>(assigned: &'a Assigned<'a>, comparison: &'a Comparison) -> Case<'a> {
    let metric = assigned.tier.and_then(|tier| tier.metric.as_ref()).map(|(metric, _)| metric);
    let is_it =
        |row: &&TaskRow| row.task == assigned.task && metric.map_or(row.primary, |metric| row.metric == *metric);
    let row = comparison.rows.iter().find(is_it);
    // A watched task without a bar is held against no drop at all.
    let bar = assigned.tier.and_then(|tier| tier.bar).unwrap_or(Bar::AllowedDrop(Size::Units(0.0)));
    let p = row.map_or(1.0, |row| match bar {
        Bar::Margin(_) => row.p,
        Bar::AllowedDrop(size) => row.evidence.worse_than(size.of(row.base)),
    });
    Case { assigned, row, bar, p, corrected: p }
}

/// Corrects the tasks that decide, or those that do not; returns how many they are.
fn correct(cases: &mut [Case], policy: &Policy, decides: bool) -> usize {
    let family: Vec<usize> = (0..cases.len())
        .filter(|&at| cases[at].row.is_some() && cases[at].assigned.name().decides() == decides)
        .collect();
    let p: Vec<f64> = family.iter().map(|&at| cases[at].p).collect();
    for (&at, p) in family.iter().zip(policy.correction.apply(&p)) {
        cases[at].corrected = p;
    }
    family.len()
}

fn verdict(case: &Case, comparison: &Comparison, policy: &Policy, family: usize) -> TaskVerdict {
    let tier = case.assigned.name();
    let verdict = |cause: Cause, reason, numbers, flips| TaskVerdict {
        task: case.assigned.task.to_owned(),
        tier,
        verdict: cause.outcome(),
        cause,
        reason,
        counts: tier.decides(),
        numbers,
        flips,
    };
    let Some(row) = case.row else {
        let reason = "the two sides have no number for it that can be compared".to_owned();
        return verdict(Cause::Missing, reason, None, Vec::new());
    };
    let numbers = numbers(case, row, policy, family);
    let at_most = visible(row, case.bar);
    let facts = Facts {
        n: row.n,
        min_documents: numbers.min_documents,
        identical: row.identical,
        same_model: comparison.same_model,
        gain: row.gain(),
        worse: case.corrected,
        tied: row.tied,
        proof: match case.bar {
            Bar::Margin(_) => Proof::Margin { p: numbers.p_margin.unwrap_or(1.0) },
            Bar::AllowedDrop(size) => {
                Proof::Seen { allowed: size.of(row.base), detectable: numbers.detectable, at_most }
            }
        },
    };
    let why = judge(&facts, policy.alpha);
    let setting = Setting {
        alpha: policy.alpha,
        power: policy.power,
        correction: policy.correction,
        family,
        same_model: comparison.same_model,
        at_most,
    };
    let flips = if why == Cause::Worse { lost(comparison, row) } else { Vec::new() };
    verdict(why, reason(why, &numbers, &setting), Some(numbers), flips)
}

fn numbers(case: &Case, row: &TaskRow, policy: &Policy, family: usize) -> Numbers {
    let size = case.bar.size().of(row.base);
    let is_margin = matches!(case.bar, Bar::Margin(_));
    let (alpha, power) = (policy.alpha, policy.power);
    let documents = is_margin.then(|| row.evidence.documents(row.n, size, alpha, power)).flatten();
    let strictest = match policy.correction {
        super::Correction::None => alpha,
        _ => alpha / family.max(1) as f64,
    };
    Numbers {
        metric: row.metric.clone(),
        higher_is_better: row.higher_is_better,
        n: row.n,
        min_documents: case.assigned.tier.map_or(Policy::MIN_DOCUMENTS, |tier| tier.min_documents),
        wins: row.wins,
        losses: row.losses,
        base: row.base,
        candidate: row.candidate,
        difference: row.difference,
        interval: row.interval.map(Ends::from),
        margin: is_margin.then_some(size),
        allowed_drop: (!is_margin).then_some(size),
        p: case.p,
        p_corrected: case.corrected,
        p_margin: is_margin.then(|| row.evidence.non_inferiority(size)),
        detectable: row.evidence.detectable(strictest, power),
        documents_needed: documents.map(|documents| documents.n).filter(|&needed| needed > row.n),
        documents_are_approximate: documents.is_some_and(|documents| documents.is_approximate),
        unpaired: row.unpaired,
        tied: row.tied,
        chance: row.chance,
        stderr: row.evidence.stderr(),
    }
}

/// The largest drop that may have gone unseen.
fn visible(row: &TaskRow, bar: Bar) -> f64 {
    let floor = match Unit::of(&row.metric) {
        Unit::Percent if row.base.abs() <= 1.0 => VISIBLE,
        Unit::Percent => 100.0 * VISIBLE,
        _ => VISIBLE * row.base.abs(),
    };
    floor.max(bar.size().of(row.base))
}

/// The surest documents that a task lost.
fn lost(comparison: &Comparison, row: &TaskRow) -> Vec<Flip> {
    let is_lost = |flip: &&Flip| flip.lost && flip.task == row.task && flip.metric == row.metric;
    comparison.flips.iter().filter(is_lost).take(FLIPS).cloned().collect()
}
