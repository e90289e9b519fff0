//! Which rows of an overview share an axis.

use super::{Mark, Panel};
use crate::number::{Unit, metric_name, parameters};
use crate::overview::{Overview, Row};
use crate::paper;

/// Rows whose values may stand on one axis, at most one a task.
pub(super) struct AxisGroup<'a> {
    /// Part of a file name: `accuracy`, `bits_per_byte`.
    pub(super) key: String,
    /// In words.
    pub(super) name: &'a str,
    pub(super) rows: Vec<&'a Row>,
}

const ACCURACY: &str = "accuracy";

/// The rows of tasks and groups (members of groups stay out) by axis, in order of appearance.
///
/// Accuracies share one axis, each task with its first metric, but with `acc_norm` where it has that. Every other metric
/// is a unit of its own. `byte_perplexity` is left out beside `bits_per_byte`, its logarithm.
pub(super) fn axis_groups(overview: &Overview) -> Vec<AxisGroup<'_>> {
    let mut groups: Vec<AxisGroup> = Vec::new();
    for row in overview.shown(false).filter(|row| row.cells.iter().any(Option::is_some)) {
        let has = |metric: &str| overview.rows.iter().any(|r| r.label == row.label && r.metric == metric);
        if row.metric == "byte_perplexity" && has("bits_per_byte") {
            continue;
        }
        let (key, name) = if is_accuracy(&row.metric) {
            (ACCURACY, ACCURACY)
        } else {
            (row.metric.as_str(), metric_name(&row.metric))
        };
        match groups.iter_mut().find(|g| g.name == name) {
            Some(group) => add(&mut group.rows, row),
            None => groups.push(AxisGroup { key: file_name(key), name, rows: vec![row] }),
        }
    }
    // The accuracies first: there are most of them.
    groups.sort_by_key(|g| g.key != ACCURACY);
    groups
}

fn is_accuracy(metric: &str) -> bool {
    metric == "acc" || metric == "exact_match" || metric.starts_with("acc_")
}

/// Adds a row, or lets it take the place of its task's other accuracy.
fn add<'a>(rows: &mut Vec<&'a Row>, row: &'a Row) {
    match rows.iter_mut().find(|r| r.label == row.label) {
        Some(other) if row.metric == "acc_norm" => *other = row,
        Some(_) => {}
        None => rows.push(row),
    }
}

/// What names of files are made of.
pub(super) fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Characters of a name in a file name.
const LONGEST: usize = 60;

/// A metric's, task's or model's name as part of a file name.
pub(super) fn file_name(name: &str) -> String {
    name.chars().take(LONGEST).map(|c| if is_plain(c) { c } else { '_' }).collect()
}

/// A row's models as a panel; series are the overview's columns.
pub(super) fn panel(overview: &Overview, row: &Row) -> Panel {
    let mark = |(series, cell): (usize, &Option<yardstick_core::Estimate>)| {
        let estimate = cell.as_ref().filter(|e| !e.value.is_nan())?;
        Some(Mark {
            series,
            shots: row.shots,
            n_params: overview.models[series].card.n_params as f64,
            value: estimate.value,
            interval: estimate.low.zip(estimate.high),
            n: Some(estimate.n),
            source: estimate.method.clone(),
        })
    };
    let marks = row.cells.iter().enumerate().filter_map(mark).collect();
    Panel {
        label: row.label.clone(),
        metric: row.metric.clone(),
        n: row.n(),
        members: row.members,
        chance: row.chance,
        levels: Vec::new(),
        marks,
    }
}

/// A task or group at each number of shots that it was run with.
pub(super) struct TaskRows<'a> {
    /// Its name in a figure.
    pub(super) label: String,
    /// From few shots to many, each number once.
    pub(super) rows: Vec<&'a Row>,
}

/// Brings together the rows of a task and metric that differ in their shots, those of as many documents first. A second
/// row of the same shots (other documents, other examples) begins a task of its own.
pub(super) fn by_task<'a>(rows: &[&'a Row]) -> Vec<TaskRows<'a>> {
    let mut found: Vec<Vec<&Row>> = Vec::new();
    for &row in rows {
        let joins = |of: &[&Row]| {
            let is_same = of[0].id == row.id && of[0].metric == row.metric;
            is_same && of.iter().all(|other| other.shots != row.shots)
        };
        let open = |at: &usize| joins(&found[*at]);
        let same_n = (0..found.len()).filter(open).find(|&at| found[at][0].n() == row.n());
        match same_n.or_else(|| (0..found.len()).find(open)) {
            Some(at) => found[at].push(row),
            None => found.push(vec![row]),
        }
    }
    let ids: Vec<&str> = found.iter().map(|rows| rows[0].id.as_str()).collect();
    let label = |rows: &[&Row]| {
        let is_alone = ids.iter().filter(|id| **id == rows[0].id).count() == 1;
        if is_alone { rows[0].id.clone() } else { rows[0].label.clone() }
    };
    let mut tasks: Vec<TaskRows> =
        found.iter().map(|rows| TaskRows { label: label(rows), rows: rows.clone() }).collect();
    for task in &mut tasks {
        task.rows.sort_by_key(|row| row.shots);
    }
    tasks
}

/// A task's rows as one panel.
pub(super) fn task_panel(overview: &Overview, task: &TaskRows) -> Panel {
    let mut panels = task.rows.iter().map(|row| panel(overview, row));
    let first = panels.next().unwrap_or_else(|| panel(overview, task.rows[0]));
    let mut joint = Panel { label: task.label.clone(), ..first };
    for other in panels {
        joint.n = joint.n.zip(other.n).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1))).or(joint.n).or(other.n);
        joint.chance = joint.chance.or(other.chance);
        joint.marks.extend(other.marks);
    }
    joint
}

/// `Models by size: gpt2-nano 430k, gpt2-micro 1.1M.`
pub(super) fn models_by_size(overview: &Overview) -> String {
    let mut models: Vec<_> = overview.models.iter().collect();
    models.sort_by_key(|model| model.card.n_params);
    let named: Vec<String> =
        models.iter().map(|model| format!("{} {}", model.label, parameters(model.card.n_params))).collect();
    format!("Models by size: {}.", named.join(", "))
}

/// Whether models of an overview differ in size: else nothing can be seen along an axis of sizes.
pub(super) fn sizes_differ(overview: &Overview, columns: impl IntoIterator<Item = usize>) -> bool {
    let mut sizes = columns.into_iter().map(|column| overview.models[column].card.n_params);
    let first = sizes.next();
    sizes.any(|size| Some(size) != first)
}

/// What must be said where several models of a family have one size: no line goes through those.
pub(super) fn same_size_note(overview: &Overview, columns: &[usize]) -> Option<String> {
    let card = |column: usize| &overview.models[column].card;
    let is_same = |a: usize, b: usize| card(a).family == card(b).family && card(a).n_params == card(b).n_params;
    let any = columns.iter().enumerate().any(|(at, &a)| columns[..at].iter().any(|&b| is_same(a, b)));
    any.then(|| "Models of one family and of one size (copies, checkpoints) are not joined by lines.".to_owned())
}

/// `zero-shot`, `5-shot` or `0- to 5-shot`.
pub(super) fn shots(rows: &[&Row]) -> String {
    super::protocol::shots(rows.iter().map(|row| row.shots))
}

impl AxisGroup<'_> {
    /// Whether its rows are the tasks' accuracies.
    pub(super) fn is_accuracy(&self) -> bool {
        self.key == ACCURACY
    }

    /// The name with a capital.
    pub(super) fn heading(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    /// The name of the value axis.
    pub(super) fn value_label(&self) -> String {
        let suffix = if self.rows[0].unit == Unit::Percent { " (%)" } else { "" };
        format!("{}{suffix}", self.name)
    }

    /// What must be said about the choice of metrics.
    pub(super) fn metric_note(&self) -> Option<String> {
        let only_acc = self.rows.iter().all(|row| row.metric == "acc");
        (self.key == ACCURACY && !only_acc).then(|| METRIC_NOTE.to_owned())
    }

    /// What must be said about the papers' values, if there are any.
    pub(super) fn paper_notes(&self) -> Option<String> {
        let mut protocols: Vec<String> = Vec::new();
        let mut any = false;
        for point in self.rows.iter().flat_map(|row| paper::points(row)) {
            any = true;
            let protocol = format!("{}: {}", point.paper, point.protocol);
            if !point.protocol.is_empty() && !protocols.contains(&protocol) {
                protocols.push(protocol);
            }
        }
        let details = if protocols.is_empty() { String::new() } else { format!(" ({})", protocols.join("; ")) };
        any.then(|| format!("{PAPER_NOTE}{details}. They show a scale, not a target."))
    }
}

const METRIC_NOTE: &str = "acc: the most likely choice is right. \
    acc_norm, shown where a task has it: likelihood divided by the choice's length in characters.";
const PAPER_NOTE: &str = "Triangles and diamonds: values printed in the papers, from other code, prompts and scoring";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn units_never_mix() {
        let overview = Overview::new(&[&testing::four_by_eleven()]);
        let groups = axis_groups(&overview);
        let keys: Vec<&str> = groups.iter().map(|g| g.key.as_str()).collect();
        assert_eq!(keys, ["accuracy", "perplexity", "word_perplexity", "bits_per_byte"]);
        assert!(groups.iter().all(|g| g.rows.iter().all(|r| r.unit == g.rows[0].unit)));
        let metric = |id: &str| groups[0].rows.iter().find(|r| r.id == id).map(|r| r.metric.as_str());
        assert_eq!((metric("hellaswag"), metric("boolq")), (Some("acc_norm"), Some("acc")));
        assert_eq!(groups[0].rows.len(), 10);
    }

    #[test]
    fn shots_of_a_task_meet() {
        let first = testing::one_by_one("piqa");
        let at_shots = |shots: usize, n: u64| {
            let mut record = first.clone();
            record.tasks[0].prompt_hash = format!("{shots:02}{n:06}");
            record.tasks[0].shots = shots;
            record.results[0].estimate.n = n;
            record
        };
        let records = [at_shots(5, 200), first.clone(), at_shots(1, 200), at_shots(0, 50), at_shots(5, 50)];
        let overview = Overview::new(&records.iter().collect::<Vec<_>>());
        let groups = axis_groups(&overview);
        let tasks = by_task(&groups[0].rows);
        let shots: Vec<Vec<usize>> = tasks.iter().map(|task| task.rows.iter().map(|row| row.shots).collect()).collect();
        assert_eq!(shots, [vec![0, 1, 5], vec![0, 5]]);
        assert_eq!(tasks[0].label, "piqa [000502]".replace("0005", "0500"));
        assert_eq!(by_task(&groups[0].rows[..3])[0].label, "piqa");
        let panel = task_panel(&overview, &tasks[1]);
        assert_eq!((panel.n, panel.marks.len()), (Some((50, 50)), 2));
    }

    #[test]
    fn groups_stand_for_their_members() {
        let overview = Overview::new(&[&testing::with_group()]);
        let groups = axis_groups(&overview);
        assert_eq!(groups[0].rows.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["piqa", "blimp"]);
    }
}
