//! Runs side by side: models in columns, tasks and their metrics in rows. What every table and chart starts from.

use crate::hash::sha256_hex;
use crate::number::Unit;
use std::collections::BTreeMap;
use yardstick_core::{Estimate, MetricCard, ModelCard, ResultRecord, RunRecord, RunStatus, TaskCard};

/// All runs of a report as one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// One a model, in the order of the runs; the same model in several runs is one column.
    pub models: Vec<ModelColumn>,
    /// One a task and metric, in the order of the runs; a group stands before its first member.
    pub rows: Vec<Row>,
    /// Whether some run did not finish.
    pub partial: bool,
}

/// A model with its heading.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelColumn {
    /// The model's name, numbered where two different models share it.
    pub label: String,
    /// What is known about it.
    pub card: ModelCard,
    /// The context length asked for, when shortened.
    pub context: Option<usize>,
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
    /// Puts runs side by side. Results meet in a row only when task, prompts and metric are the same.
    pub fn new(records: &[&RunRecord]) -> Self {
        let mut builder = Builder::default();
        for record in records {
            builder.add(record);
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
    rows: Vec<(TaskKey, Row)>,
}

impl Builder {
    fn add(&mut self, record: &RunRecord) {
        let columns: BTreeMap<&str, usize> =
            record.models.iter().map(|card| (card.name.as_str(), self.column(card, record.spec.context))).collect();
        self.open_rows(record);
        for result in &record.results {
            let key = (result.task.clone(), fingerprint(record, &result.task));
            let row = self.row(&key, &result.metric, || row_of(record, &result.task, &result.metric));
            if let Some(&column) = columns.get(result.model.as_str()) {
                put(&mut self.rows[row].1.cells, column, &result.estimate);
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
        let found = self.rows.iter().position(|(k, row)| k == key && row.metric == metric);
        found.unwrap_or_else(|| {
            self.rows.push((key.clone(), make()));
            self.rows.len() - 1
        })
    }

    /// Index of a model's column. The same weights, tokenizer and context are the same model.
    fn column(&mut self, card: &ModelCard, context: Option<usize>) -> usize {
        let same = |m: &ModelColumn| m.card == *card && m.context == context;
        if let Some(at) = self.models.iter().position(same) {
            return at;
        }
        let namesakes = self.models.iter().filter(|m| m.card.name == card.name).count();
        let label = if namesakes == 0 { card.name.clone() } else { format!("{} ({})", card.name, namesakes + 1) };
        self.models.push(ModelColumn { label, card: card.clone(), context });
        self.models.len() - 1
    }

    fn finish(self, records: &[&RunRecord]) -> Overview {
        let partial = records.iter().any(|r| r.status == RunStatus::Partial);
        let keys: Vec<TaskKey> = self.rows.iter().map(|(key, _)| key.clone()).collect();
        let ambiguous = |key: &TaskKey| keys.iter().any(|k| k.0 == key.0 && k.1 != key.1);
        let n_models = self.models.len();
        let rows = self.rows.into_iter().map(|(key, mut row)| {
            if ambiguous(&key) {
                row.label = format!("{} [{}]", row.id, key.1.chars().take(6).collect::<String>());
            }
            row.cells.resize(n_models, None);
            row
        });
        Overview { rows: rows.collect(), models: self.models, partial }
    }
}

/// The first result of a model and row stays: equal runs give equal bits.
fn put(cells: &mut Vec<Option<Estimate>>, column: usize, estimate: &Estimate) {
    if cells.len() <= column {
        cells.resize(column + 1, None);
    }
    cells[column].get_or_insert_with(|| estimate.clone());
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
        kind,
        members: if kind == RowKind::Group { tasks.len() } else { 0 },
        metric: metric.to_owned(),
        unit: Unit::of(metric),
        higher_is_better: cards.first().map(|m| m.higher_is_better),
        chance: common_chance(&cards),
        shots: tasks.first().map_or(0, |t| t.shots),
        cells: Vec::new(),
    }
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
        let overview = Overview::new(&[&first, &second]);
        let labels: Vec<_> = overview.models.iter().map(|m| m.label.as_str()).collect();
        assert_eq!(labels, ["gpt2-micro", "gpt2-micro (2)"]);
        assert_eq!(overview.rows.len(), 1);
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
