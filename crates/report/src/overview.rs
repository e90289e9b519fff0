//! Runs side by side: models in columns, tasks and their metrics in rows. What every table and chart starts from.

mod cells;
mod columns;

use crate::hash::sha256_hex;
use crate::number::Unit;
use cells::{Cells, Found, Hidden};
pub use columns::ModelColumn;
use std::collections::BTreeMap;
use yardstick_core::{Estimate, MetricCard, Reference, ResultRecord, RunRecord, RunStatus, TaskCard};

/// All runs of a report as one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// One a model, in the order of the runs. Models are the same where the checksums of weights, tokenizer and config, the
    /// context and the weights' type are; the same model in several runs is one column.
    pub models: Vec<ModelColumn>,
    /// One a task and metric, in the order of the runs; a group stands before its first member.
    pub rows: Vec<Row>,
    /// Whether some run did not finish.
    pub partial: bool,
    /// Where runs have different numbers for the same thing, which ones are not shown.
    pub warnings: Vec<String>,
    /// Of each run, the column of each of its models by name.
    pub columns: Vec<BTreeMap<String, usize>>,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A task on its own.
    Task,
    /// A mean over tasks.
    Group,
    /// A task of a group that has a row.
    Member,
}

/// One metric of one task or group over all models.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The task's or group's id.
    pub id: String,
    /// The id, marked with the beginning of its prompt hash where runs differ in what they asked under this id.
    pub label: String,
    /// The checksum of what was asked under the id; of a group, over those of its tasks.
    pub asked: String,
    /// What it stands for.
    pub kind: RowKind,
    /// Tasks averaged over in a group; 0 for a task.
    pub members: usize,
    /// Metric name.
    pub metric: String,
    /// Unit of value, errors and chance.
    pub unit: Unit,
    /// Direction of better, where known.
    pub higher_is_better: Option<bool>,
    /// What guessing gets; of a group, where all members agree.
    pub chance: Option<f64>,
    /// Few-shot examples before each document.
    pub shots: usize,
    /// What the paper prints whose protocol the task is.
    pub references: Vec<Reference>,
    /// One a model.
    pub cells: Vec<Option<Estimate>>,
}

impl Row {
    /// Documents behind the row: smallest and largest over models; `None` without results.
    pub fn n(&self) -> Option<(u64, u64)> {
        let counts = || self.cells.iter().flatten().map(|e| e.n);
        Some((counts().min()?, counts().max()?))
    }
}

impl Overview {
    /// Puts runs side by side. Results meet in a row only when task, prompts and metric are the same. Where several runs
    /// have a number for one cell, it holds that of the most documents, or else the first; `warnings` name the others.
    pub fn new(records: &[&RunRecord]) -> Self {
        let mut builder = Builder::default();
        for (run, record) in records.iter().enumerate() {
            builder.add(run, record);
        }
        builder.finish(records)
    }

    /// The rows of a table or chart: tasks and groups, and the members of groups if asked for.
    pub fn shown(&self, members: bool) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| members || row.kind != RowKind::Member)
    }
}

/// Task id and a fingerprint of what was asked under it.
type TaskKey = (String, String);

#[derive(Default)]
struct Builder {
    models: Vec<ModelColumn>,
    rows: Vec<(TaskKey, Row, Cells)>,
    warnings: Vec<String>,
    columns: Vec<BTreeMap<String, usize>>,
}

impl Builder {
    fn add(&mut self, run: usize, record: &RunRecord) {
        let (columns, notes) = columns::columns_of(&mut self.models, record);
        self.warn(run, notes);
        self.open_rows(record);
        for result in &record.results {
            let key = (result.task.clone(), fingerprint(record, &result.task));
            let row = self.row(&key, &result.metric, || row_of(record, &result.task, &result.metric));
            match columns.get(result.model.as_str()) {
                Some(&column) => {
                    let found = Found { run, estimate: result.estimate.clone() };
                    self.rows[row].2.entry(column).or_default().push(found);
                }
                None => self.warn(
                    run,
                    [format!("results of {} are left out: there is no model card of that name", result.model)],
                ),
            }
        }
        self.columns.push(columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect());
    }

    /// Notes of a run, each once.
    fn warn(&mut self, run: usize, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            let warning = format!("{}: {note}", cells::run_name(run));
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Makes the rows of a record in reading order: tasks as asked for, each group before its first member.
    fn open_rows(&mut self, record: &RunRecord) {
        for task in &record.tasks {
            for group in record.groups.iter().filter(|g| g.tasks.contains(&task.id)) {
                let key = (group.id.clone(), fingerprint(record, &group.id));
                let results = record.results.iter().filter(|r| r.task == group.id);
                for ResultRecord { metric, .. } in results {
                    self.row(&key, metric, || row_of(record, &group.id, metric));
                }
            }
            let key = (task.id.clone(), task.prompt_hash.clone());
            for metric in &task.metrics {
                self.row(&key, &metric.name, || row_of(record, &task.id, &metric.name));
            }
        }
    }

    /// Index of the row under `key` and `metric`, made if need be.
    fn row(&mut self, key: &TaskKey, metric: &str, make: impl FnOnce() -> Row) -> usize {
        let found = self.rows.iter().position(|(k, row, _)| k == key && row.metric == metric);
        found.unwrap_or_else(|| {
            self.rows.push((key.clone(), make(), Cells::new()));
            self.rows.len() - 1
        })
    }

    fn finish(mut self, records: &[&RunRecord]) -> Overview {
        let partial = records.iter().any(|r| r.status == RunStatus::Partial);
        columns::tell_apart(&mut self.models);
        self.mark_ambiguous();
        let hidden = self.fill_cells();
        let name = |row: usize| format!("{} {}", self.rows[row].1.label, self.rows[row].1.metric);
        let label = |column: usize| self.models[column].label.clone();
        self.warnings.extend(cells::warnings(&hidden, records, name, label));
        let rows = self.rows.into_iter().map(|(_, row, _)| row).collect();
        Overview { rows, models: self.models, partial, warnings: self.warnings, columns: self.columns }
    }

    /// Decides which number stands in each cell, and returns those that do not.
    fn fill_cells(&mut self) -> Vec<Hidden> {
        let mut all_hidden = Vec::new();
        for (at, (_, row, found)) in self.rows.iter_mut().enumerate() {
            for column in 0..self.models.len() {
                let (shown, hidden) = cells::choose((at, column), found.get(&column).map_or(&[], Vec::as_slice));
                row.cells.push(shown);
                all_hidden.extend(hidden);
            }
        }
        all_hidden
    }

    /// Adds the beginning of the prompt hash to ids under which runs asked different things.
    fn mark_ambiguous(&mut self) {
        let keys: Vec<TaskKey> = self.rows.iter().map(|(key, ..)| key.clone()).collect();
        for ((id, hash), row, _) in &mut self.rows {
            if keys.iter().any(|key| key.0 == *id && key.1 != *hash) {
                row.label = format!("{id} [{}]", hash.chars().take(6).collect::<String>());
            }
        }
    }
}

/// What was asked under an id: the task's prompt hash, or a hash over those of a group's members.
fn fingerprint(record: &RunRecord, id: &str) -> String {
    match tasks_of(record, id).as_slice() {
        [task] if task.id == id => task.prompt_hash.clone(),
        members => sha256_hex(members.iter().map(|t| t.prompt_hash.as_str()).collect::<Vec<_>>().join(" ")),
    }
}

/// The task of that id, or the tasks of the group of that id.
fn tasks_of<'a>(record: &'a RunRecord, id: &str) -> Vec<&'a TaskCard> {
    let task = record.tasks.iter().filter(|t| t.id == id);
    let group = record.groups.iter().find(|g| g.id == id);
    let members = record.tasks.iter().filter(|t| group.is_some_and(|g| g.tasks.contains(&t.id)));
    if group.is_some() { members.collect() } else { task.collect() }
}

fn row_of(record: &RunRecord, id: &str, metric: &str) -> Row {
    let (tasks, kind) = (tasks_of(record, id), kind_of(record, id));
    let cards: Vec<&MetricCard> = tasks.iter().flat_map(|t| &t.metrics).filter(|m| m.name == metric).collect();
    Row {
        id: id.to_owned(),
        label: id.to_owned(),
        asked: fingerprint(record, id),
        kind,
        members: if kind == RowKind::Group { tasks.len() } else { 0 },
        metric: metric.to_owned(),
        unit: Unit::of(metric),
        higher_is_better: cards.first().map(|m| m.higher_is_better),
        chance: common_chance(&cards),
        shots: tasks.first().map_or(0, |t| t.shots),
        references: references(&tasks, metric),
        cells: Vec::new(),
    }
}

/// The paper's numbers for a task's metric and shots.
fn references(tasks: &[&TaskCard], metric: &str) -> Vec<Reference> {
    let [task] = tasks else { return Vec::new() };
    let is_same = |reference: &&Reference| reference.metric == metric && reference.shots == task.shots;
    task.references.iter().filter(is_same).cloned().collect()
}

fn kind_of(record: &RunRecord, id: &str) -> RowKind {
    let has_result = |group: &str| record.results.iter().any(|r| r.task == group);
    if record.groups.iter().any(|g| g.id == id) {
        RowKind::Group
    } else if record.groups.iter().any(|g| g.tasks.iter().any(|t| t == id) && has_result(&g.id)) {
        RowKind::Member
    } else {
        RowKind::Task
    }
}

/// The chance level that all cards agree on.
fn common_chance(cards: &[&MetricCard]) -> Option<f64> {
    let first = cards.first()?.chance?;
    cards.iter().all(|c| c.chance.is_some_and(|chance| (chance - first).abs() < 1e-9)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn one_run() {
        let overview = Overview::new(&[&testing::four_by_eleven()]);
        assert_eq!(overview.models.len(), 4);
        assert!(overview.rows.iter().all(|row| row.cells.len() == 4));
        assert!(!overview.partial);
    }

    #[test]
    fn a_group_stands_before_its_members_and_hides_them() {
        let overview = Overview::new(&[&testing::with_group()]);
        let all: Vec<_> = overview.rows.iter().map(|r| (r.id.as_str(), r.kind)).collect();
        let wanted = [
            ("piqa", RowKind::Task),
            ("piqa", RowKind::Task),
            ("blimp", RowKind::Group),
            ("blimp_a", RowKind::Member),
            ("blimp_b", RowKind::Member),
        ];
        assert_eq!(all, wanted);
        let shown: Vec<_> = overview.shown(false).map(|r| r.id.as_str()).collect();
        assert_eq!(shown, ["piqa", "piqa", "blimp"]);
        assert_eq!(overview.rows[2].chance, Some(0.5));
    }

    #[test]
    fn the_same_model_in_two_runs_is_one_column() {
        let (first, second) = (testing::one_by_one("piqa"), testing::one_by_one("boolq"));
        let overview = Overview::new(&[&first, &second]);
        assert_eq!(overview.models.len(), 1);
        assert_eq!(overview.rows.len(), 2);
        assert!(overview.rows.iter().all(|row| row.cells[0].is_some()));
    }

    #[test]
    fn other_weights_under_the_same_name_are_another_column() {
        let first = testing::one_by_one("piqa");
        let mut second = first.clone();
        second.models[0].weights_sha256 = "ff".repeat(32);
        second.results[0].estimate.value = 0.75;
        let overview = Overview::new(&[&first, &second]);
        let labels: Vec<_> = overview.models.iter().map(|m| m.label.as_str()).collect();
        assert_eq!(labels, ["gpt2-micro (weights 82dd2e)", "gpt2-micro (weights ffffff)"]);
        assert_eq!(overview.rows.len(), 1);
        assert!(overview.rows[0].cells.iter().all(Option::is_some));
        assert!(overview.warnings.is_empty());
    }

    #[test]
    fn results_of_unknown_models_are_named() {
        let mut record = testing::one_by_one("piqa");
        record.results[0].model = "nobody".into();
        let overview = Overview::new(&[&record]);
        assert_eq!(overview.warnings, ["run 1: results of nobody are left out: there is no model card of that name"]);
    }

    #[test]
    fn other_prompts_under_the_same_id_never_share_a_row() {
        let first = testing::one_by_one("piqa");
        let mut second = first.clone();
        second.tasks[0].prompt_hash = "abcdef0123".into();
        let overview = Overview::new(&[&first, &second]);
        assert_eq!(overview.rows.len(), 2);
        assert_eq!(overview.rows[1].label, "piqa [abcdef]");
        assert!(overview.rows[0].label.starts_with("piqa ["));
    }
}
