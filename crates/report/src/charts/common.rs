//! Accuracies that may be put together: with a chance level to take off, and the same tasks for everyone.

use super::pick::{self, TaskRows};
use crate::number::count;
use crate::overview::{Overview, Row};
use yardstick_core::Estimate;
use yardstick_stats::{Average, Part, composite};

/// So many tasks are named under a figure.
const MOST_NAMES: usize = 16;
/// Least tasks that have a mean.
const LEAST_TASKS: usize = 2;

/// Tasks, numbers of shots and models of which every one has a number with every other.
pub(super) struct Common<'a> {
    /// Columns in the overview.
    pub(super) columns: Vec<usize>,
    /// From few to many.
    pub(super) shots: Vec<usize>,
    pub(super) tasks: Vec<&'a TaskRows<'a>>,
    /// What was left out, a sentence each.
    pub(super) left_out: Vec<String>,
}

/// A value above chance with its interval: 0 is guessing, 1 is all right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Above {
    pub(super) value: f64,
    /// Standard error; `None` where a part has none.
    pub(super) stderr: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
}

/// The accuracies of an overview whose chance level is known, and what has to be said of the others.
pub(super) fn accuracies(overview: &Overview) -> (Vec<TaskRows<'_>>, Vec<String>) {
    accuracies_of(overview, |_| true)
}

/// Those of some rows.
pub(super) fn accuracies_of(overview: &Overview, is_of: impl Fn(&Row) -> bool) -> (Vec<TaskRows<'_>>, Vec<String>) {
    let rows: Vec<&Row> = pick::axis_groups(overview)
        .into_iter()
        .filter(pick::AxisGroup::is_accuracy)
        .flat_map(|group| group.rows)
        .filter(|row| is_of(row))
        .collect();
    let is_known = |task: &TaskRows| task.rows.iter().all(|row| row.chance.is_some_and(|chance| chance < 1.0));
    let (known, others): (Vec<TaskRows>, Vec<TaskRows>) = pick::by_task(&rows).into_iter().partition(is_known);
    let names: Vec<&str> = others.iter().map(|task| task.label.as_str()).collect();
    (known, said("Left out, since what guessing gets is not known", &names))
}

/// `Left out, since …: a, b.`, or nothing where there is nothing.
fn said(why: &str, names: &[&str]) -> Vec<String> {
    (!names.is_empty()).then(|| format!("{why}: {}.", names.join(", "))).into_iter().collect()
}

impl<'a> Common<'a> {
    /// As much of `tasks` and `columns` as has no holes: models with fewer than half of the numbers of the one that has
    /// most are left out, then numbers of shots that would cost more than half of the tasks, then tasks. `None` when no
    /// two tasks or no model is left.
    pub(super) fn new(overview: &Overview, tasks: &'a [TaskRows<'a>], columns: &[usize]) -> Option<Self> {
        let found =
            |column: usize| tasks.iter().flat_map(|task| &task.rows).filter(|row| value(row, column).is_some()).count();
        let most = columns.iter().map(|&column| found(column)).max()?;
        let (columns, sparse): (Vec<usize>, Vec<usize>) =
            columns.iter().partition(|&&column| most > 0 && 2 * found(column) >= most);
        let sparse: Vec<&str> = sparse.iter().map(|&column| overview.models[column].label.as_str()).collect();
        let (shots, common, rare) = shots_of(tasks, &columns);
        let (kept, holes): (Vec<usize>, Vec<usize>) = (0..tasks.len()).partition(|at| common.contains(at));
        let holes: Vec<&str> = holes.iter().map(|&at| tasks[at].label.as_str()).collect();
        let mut left_out = said("Left out, with fewer than half of the numbers", &sparse);
        let rare: Vec<String> = rare.iter().map(usize::to_string).collect();
        let rare: Vec<&str> = rare.iter().map(String::as_str).collect();
        left_out.extend(said("Left out, since too few tasks were run with so many examples", &rare));
        left_out.extend(said("Left out, since some model or number of examples has no value", &holes));
        let tasks: Vec<&TaskRows> = kept.iter().map(|&at| &tasks[at]).collect();
        let is_enough = tasks.len() >= LEAST_TASKS && !columns.is_empty() && !shots.is_empty();
        is_enough.then_some(Self { columns, shots, tasks, left_out })
    }

    /// The row of a task at a number of shots, which each of the common tasks has.
    pub(super) fn row(task: &TaskRows<'a>, shots: usize) -> Option<&'a Row> {
        task.rows.iter().copied().find(|row| row.shots == shots)
    }

    /// The plain mean over the tasks for a model at a number of shots.
    pub(super) fn mean(&self, column: usize, shots: usize) -> Option<Above> {
        let rows = self.tasks.iter().map(|task| Self::row(task, shots));
        let each: Option<Vec<Above>> =
            rows.map(|row| row.and_then(|row| above_chance(row, value(row, column)?))).collect();
        mean(&each?)
    }

    /// `n = 100 to 2,000 documents a task`, over everything that is common.
    pub(super) fn documents(&self) -> String {
        let rows = self.tasks.iter().flat_map(|task| &task.rows).filter(|row| self.shots.contains(&row.shots));
        let counts =
            || rows.clone().flat_map(|row| self.columns.iter().filter_map(|&column| row.cells[column].as_ref()));
        let (least, most) = (counts().map(|e| e.n).min().unwrap_or(0), counts().map(|e| e.n).max().unwrap_or(0));
        let n = if least == most { count(least) } else { format!("{} to {}", count(least), count(most)) };
        format!("n = {n} documents a task")
    }

    /// Names of the tasks; of very many the first ones.
    pub(super) fn names(&self) -> String {
        let all: Vec<&str> = self.tasks.iter().map(|task| task.label.as_str()).collect();
        let named = &all[..all.len().min(MOST_NAMES)];
        let more = all.len() - named.len();
        let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{}{rest}", named.join(", "))
    }
}

/// A model's number in a row, if it is one.
pub(super) fn value(row: &Row, column: usize) -> Option<&Estimate> {
    row.cells[column].as_ref().filter(|estimate| estimate.value.is_finite())
}

/// A number with chance taken off; `None` in a row without a chance level.
pub(super) fn above_chance(row: &Row, estimate: &Estimate) -> Option<Above> {
    relative(estimate, row.chance?, 1.0)
}

/// A number between `zero` and `one`, which become 0 and 1.
pub(super) fn relative(estimate: &Estimate, zero: f64, one: f64) -> Option<Above> {
    let scale = one - zero;
    let of = |value: f64| (value - zero) / scale;
    (scale > 0.0 && estimate.value.is_finite()).then(|| Above {
        value: of(estimate.value),
        stderr: estimate.stderr.map(|stderr| stderr / scale),
        interval: estimate.low.zip(estimate.high).map(|(low, high)| (of(low), of(high))),
    })
}

/// The plain mean with the interval of other documents: tasks are taken as given, their documents as independent.
pub(super) fn mean(each: &[Above]) -> Option<Above> {
    let part = |above: &Above| Part { value: above.value, chance: 0.0, stderr: above.stderr.unwrap_or(0.0), n: 1 };
    let parts: Vec<Part> = each.iter().map(part).collect();
    let mean = composite(&parts, &[], Average::Plain, 0.95)?;
    let has_errors = each.iter().all(|above| above.stderr.is_some());
    Some(Above {
        value: mean.value,
        stderr: has_errors.then_some(mean.stderr),
        interval: has_errors.then_some((mean.low, mean.high)),
    })
}

/// Numbers of shots, the tasks (by index) that every one of `columns` has at each of them, and the numbers left out.
fn shots_of(tasks: &[TaskRows], columns: &[usize]) -> (Vec<usize>, Vec<usize>, Vec<usize>) {
    let mut all: Vec<usize> = tasks.iter().flat_map(|task| &task.rows).map(|row| row.shots).collect();
    all.sort_unstable();
    all.dedup();
    let has = |at: &usize, shots: usize| {
        let row = tasks[*at].rows.iter().find(|row| row.shots == shots);
        row.is_some_and(|row| columns.iter().all(|&column| value(row, column).is_some()))
    };
    let tasks_at = |shots: usize| (0..tasks.len()).filter(|at| has(at, shots)).collect::<Vec<_>>();
    // The one with the most tasks first; the sort is stable, so fewer shots first among equals.
    let mut by_tasks = all.clone();
    by_tasks.sort_by_key(|&shots| std::cmp::Reverse(tasks_at(shots).len()));
    let (mut kept, mut common, mut rare) = (Vec::new(), (0..tasks.len()).collect::<Vec<_>>(), Vec::new());
    for shots in by_tasks {
        let both: Vec<usize> = common.iter().copied().filter(|at| has(at, shots)).collect();
        let is_enough = kept.is_empty() || 2 * both.len() >= common.len();
        if both.len() >= LEAST_TASKS && is_enough {
            kept.push(shots);
            common = both;
        } else {
            rare.push(shots);
        }
    }
    kept.sort_unstable();
    rare.sort_unstable();
    (kept, common, rare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::tests::scenarios;
    use crate::testing;

    fn check(overview: &Overview, columns: &[usize], shots: &[usize], n_tasks: usize, left_out: &[&str]) {
        let (tasks, _) = accuracies(overview);
        let common = Common::new(overview, &tasks, &(0..overview.models.len()).collect::<Vec<_>>()).expect("something");
        assert_eq!((common.columns.as_slice(), common.shots.as_slice(), common.tasks.len()), (columns, shots, n_tasks));
        assert_eq!(common.left_out, left_out);
    }

    #[test]
    fn what_everyone_has() {
        let whole = testing::four_by_eleven();
        check(&Overview::new(&[&whole]), &[0, 1, 2, 3], &[0], 10, &[]);
        let mut holes = whole.clone();
        holes.results.retain(|r| r.model != "gpt2-nano" || r.task == "piqa");
        holes.results.retain(|r| r.model != "gpt3-micro" || r.task != "copa");
        let wanted = [
            "Left out, with fewer than half of the numbers: gpt2-nano.",
            "Left out, since some model or number of examples has no value: copa.",
        ];
        check(&Overview::new(&[&holes]), &[1, 2, 3], &[0], 9, &wanted);
        let five = scenarios::at_shots(&whole, 5);
        check(&Overview::new(&[&whole, &five]), &[0, 1, 2, 3], &[0, 5], 10, &[]);
        let mut few = scenarios::at_shots(&whole, 2);
        few.results.retain(|r| r.task == "piqa" || r.task == "copa");
        few.tasks.retain(|t| t.id == "piqa" || t.id == "copa");
        let wanted = ["Left out, since too few tasks were run with so many examples: 2."];
        check(&Overview::new(&[&whole, &few]), &[0, 1, 2, 3], &[0], 10, &wanted);
    }

    #[test]
    fn means_have_no_error_where_a_part_has_none() {
        let above = Above { value: 0.5, stderr: Some(0.06), interval: Some((0.4, 0.6)) };
        let got = mean(&[above, Above { value: 0.1, stderr: Some(0.08), ..above }]).expect("a mean");
        assert!((got.value - 0.3).abs() < 1e-12 && (got.stderr.expect("an error") - 0.05).abs() < 1e-12);
        assert_eq!(mean(&[above, Above { stderr: None, ..above }]).expect("a mean").interval, None);
    }
}
