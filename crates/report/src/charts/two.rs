//! The pairs of models that get figures of their own.

use super::pick::file_name;
use super::{About, Material};
use crate::number::counted;
use crate::{Comparison, Overview};
use yardstick_core::{RunRecord, RunStatus, TaskCard};

/// Up to so many models each two are drawn; beyond, the first with each of the others.
const ALL: usize = 4;
/// Pairs that are drawn.
const MOST: usize = 8;

/// Two models with what came out.
pub(super) struct Two<'a> {
    pub(super) base: &'a str,
    pub(super) candidate: &'a str,
    pub(super) about: About,
    /// The base's run.
    pub(super) record: &'a RunRecord,
    pub(super) comparison: &'a Comparison,
    /// Other runs of these models.
    pub(super) others: usize,
    pub(super) partial: bool,
}

/// The pairs of a report that are drawn, and what is said about the others.
pub(super) fn drawn<'a>(material: &Material<'a>) -> (Vec<Two<'a>>, Option<String>) {
    let overview: &'a Overview = material.overview;
    let all: Vec<_> = material.pairs.iter().filter_map(|pair| Some((pair, pair.outcome.as_ref().ok()?))).collect();
    let is_drawn = |base: usize| overview.models.len() <= ALL || base == 0;
    let two = |&(pair, comparison): &(&'a crate::Pair<'a>, &'a Comparison)| Two {
        base: &overview.models[pair.base].label,
        candidate: &overview.models[pair.candidate].label,
        about: About::Pair { base: pair.base, candidate: pair.candidate },
        record: pair.record,
        comparison,
        others: pair.others,
        partial: overview.partial,
    };
    let drawn: Vec<Two> = all.iter().filter(|(pair, _)| is_drawn(pair.base)).take(MOST).map(two).collect();
    let left = all.len() - drawn.len();
    let note = format!("{left} other pairs of models have no such picture here: yardstick compare draws any two.");
    (drawn, (left > 0).then_some(note))
}

impl<'a> Two<'a> {
    /// Two models that are no part of a report.
    pub(super) fn alone(base: &crate::Side<'a>, candidate: &crate::Side<'a>, comparison: &'a Comparison) -> Self {
        Self {
            base: &base.card.name,
            candidate: &candidate.card.name,
            about: About::Report,
            record: base.record,
            comparison,
            others: 0,
            partial: [base.record, candidate.record].iter().any(|record| record.status == RunStatus::Partial),
        }
    }

    /// `<chart>-<base>_<candidate>`.
    pub(super) fn stem(&self, chart: &str) -> String {
        format!("{chart}-{}_{}", file_name(self.base), file_name(self.candidate))
    }

    /// A task as the base's run asked it.
    pub(super) fn card(&self, task: &str) -> Option<&'a TaskCard> {
        self.record.tasks.iter().find(|card| card.id == task)
    }

    /// `zero-shot`, for the tasks that are compared.
    pub(super) fn shots(&self) -> String {
        super::protocol::shots(self.comparison.primary().filter_map(|row| self.card(&row.task)).map(|card| card.shots))
    }

    /// `95 %`.
    pub(super) fn level(&self) -> String {
        percent(1.0 - self.comparison.alpha)
    }
}

/// What is said about other runs; nothing where there are none.
pub(super) fn other_runs(n: usize) -> Option<String> {
    let verb = if n == 1 { "is" } else { "are" };
    (n > 0).then(|| format!("{} of these models {verb} not compared here.", counted(n, "other run")))
}

/// `95 %`, `99.5 %`.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:.2}", 100.0 * share);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// `8 tasks`.
pub(super) fn tasks(n: usize) -> String {
    format!("{n} task{}", if n == 1 { "" } else { "s" })
}
