//! `pareto`: quality against tokens a second, and which models no other one beats in both.

use super::common::{self, Common};
use super::curves::{self, Across, AcrossScale, Apart, Curve, CurvePlot, CurvePoint, Curves, Weight};
use super::panels::shots_word;
use super::pick::{self, AxisGroup};
use super::protocol;
use super::{About, Chart, Figure, Key, LegendEntry, Material};
use crate::Card;
use crate::number::{Unit, count};
use crate::overview::{Overview, Row};
use std::collections::BTreeMap;
use std::sync::Arc;
use yardstick_core::{Environment, Estimate, RunRecord};

/// Quality against speed.
pub(super) struct Pareto;

/// Metrics, besides accuracies, that are shown: each other one says the same as this.
const OTHERS: [&str; 1] = ["bits_per_byte"];

impl Chart for Pareto {
    fn card(&self) -> Card {
        let summary = "quality against tokens per second on one machine, with the Pareto front";
        Card { id: "pareto", summary }
    }

    /// Of at least two models that did the same work on the same machine.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        let records: Vec<&RunRecord> = material.runs.iter().map(|run| &run.record).collect();
        let Some(speeds) = Speeds::new(overview, &records).filter(|speeds| speeds.of.len() > 1) else {
            return Vec::new();
        };
        let groups = pick::axis_groups(overview);
        let shown = groups.iter().filter(|group| group.is_accuracy() || OTHERS.contains(&group.key.as_str()));
        shown.filter_map(|group| figure(overview, group, &speeds)).collect()
    }
}

/// How fast models did the same work on the same machine.
struct Speeds {
    machine: Environment,
    /// By column in the overview.
    of: BTreeMap<usize, Speed>,
    /// Models that were measured elsewhere or at other work.
    others: Vec<String>,
    /// Tasks and groups of the work: their ids and what was asked.
    asked: Vec<(String, String)>,
}

/// Of one model.
#[derive(Clone, Copy)]
struct Speed {
    tokens: u64,
    seconds: f64,
    runs: u32,
    /// Of the slowest and of the fastest run.
    ends: (f64, f64),
}

/// What speeds have to share to be compared: machine and threads, and the tasks with their prompts.
type Work<'a> = (&'a Environment, Vec<(&'a str, &'a str)>, bool);

impl Speeds {
    /// Those of the machine and work that most models share; of the first such where several are alike.
    fn new(overview: &Overview, records: &[&RunRecord]) -> Option<Self> {
        let mut works: Vec<(Work, BTreeMap<usize, Speed>)> = Vec::new();
        let mut of_work: Vec<Vec<&RunRecord>> = Vec::new();
        for (run, record) in records.iter().enumerate() {
            let tasks = record.tasks.iter().map(|task| (task.id.as_str(), task.prompt_hash.as_str())).collect();
            let work = (&record.environment, tasks, record.spec.token_scores);
            let at = works.iter().position(|(other, _)| *other == work).unwrap_or_else(|| {
                works.push((work, BTreeMap::new()));
                of_work.push(Vec::new());
                works.len() - 1
            });
            of_work[at].push(record);
            for speed in record.speeds.iter().filter(|speed| speed.seconds > 0.0 && speed.tokens > 0) {
                let Some(&column) = overview.columns[run].get(&speed.model) else { continue };
                let own = speed.tokens as f64 / speed.seconds;
                let new = Speed { tokens: speed.tokens, seconds: speed.seconds, runs: 1, ends: (own, own) };
                works[at].1.entry(column).and_modify(|known| *known = known.with(new)).or_insert(new);
            }
        }
        let most = works.iter().map(|(_, of)| of.len()).max()?;
        let all: Vec<usize> = works.iter().flat_map(|(_, of)| of.keys().copied()).collect();
        let (at, ((machine, ..), of)) = works.into_iter().enumerate().find(|(_, (_, of))| of.len() == most)?;
        let rows = Overview::new(&of_work[at]).rows;
        let asked = rows.into_iter().map(|row| (row.id, row.asked)).collect();
        let is_other = |column: &usize| all.contains(column) && !of.contains_key(column);
        let others = (0..overview.models.len()).filter(is_other).map(|column| overview.models[column].label.clone());
        Some(Self { machine: machine.clone(), others: others.collect(), of, asked })
    }

    /// Whether a row is of the work whose speed is known.
    fn is_of_work(&self, row: &Row) -> bool {
        self.asked.iter().any(|(id, asked)| *id == row.id && *asked == row.asked)
    }

    /// What must be said where the models' tokens are not the same.
    fn tokenizer_note(&self, overview: &Overview) -> Option<String> {
        let mut tokenizers = self.of.keys().map(|&column| &overview.models[column].card.tokenizer_sha256);
        let first = tokenizers.next();
        let differ = tokenizers.any(|tokenizer| Some(tokenizer) != first);
        differ.then(|| {
            "The models' tokenizers differ: a token is not the same amount of text for each of them.".to_owned()
        })
    }

    fn machine(&self) -> String {
        let Environment { os, arch, cpus, threads } = &self.machine;
        format!("{os} {arch}, {cpus} CPUs, {threads} {}", if *threads == 1 { "thread" } else { "threads" })
    }
}

impl Speed {
    fn with(self, other: Self) -> Self {
        Self {
            tokens: self.tokens + other.tokens,
            seconds: self.seconds + other.seconds,
            runs: self.runs + other.runs,
            ends: (self.ends.0.min(other.ends.0), self.ends.1.max(other.ends.1)),
        }
    }

    /// Tokens a second, over all runs.
    fn value(self) -> f64 {
        self.tokens as f64 / self.seconds
    }

    fn words(self) -> String {
        let tokens = count(self.tokens);
        if self.runs == 1 {
            return format!("{tokens} tokens in {:.3} s", self.seconds);
        }
        let (low, high) = self.ends;
        format!("{tokens} tokens in {:.3} s over {} runs, {low:.0} to {high:.0} a second", self.seconds, self.runs)
    }
}

fn figure(overview: &Overview, group: &AxisGroup, speeds: &Speeds) -> Option<Figure> {
    let (mut shown, left_out, is_mean) = plots(overview, group, speeds);
    shown.retain(|(plot, _)| plot.points.len() > 1);
    let higher = group.rows[0].higher_is_better?;
    let (mut plots, shots): (Vec<CurvePlot>, Vec<usize>) = shown.into_iter().unzip();
    let mut has_front = false;
    for plot in &mut plots {
        let front = front(&plot.points, higher);
        has_front |= front.len() > 1;
        plot.points.extend(front.into_iter().map(|point| CurvePoint { series: overview.models.len(), ..point }));
    }
    if plots.is_empty() {
        return None;
    }
    let (unit, value_label) = if is_mean {
        (Unit::Plain, "accuracy above chance (0 = guessing, 1 = all right)".to_owned())
    } else {
        (group.rows[0].unit, group.value_label())
    };
    let curves = Curves {
        across: Across {
            label: "tokens a second (log axis)".to_owned(),
            column: "tokens_per_second",
            scale: AcrossScale::Log,
            apart: Apart::Exact,
        },
        unit,
        value_label,
        series: series(overview),
        plots,
    };
    let better = if higher { "higher" } else { "lower" };
    Some(Figure {
        chart: "pareto",
        stem: format!("pareto-{}", group.key),
        about: About::Report,
        title: format!("{} against speed", group.heading()),
        subtitle: format!(
            "{}; {}; {better} and further right is better; whiskers: 95 % intervals{}",
            speeds.machine(),
            protocol::shots(shots.into_iter()),
            if has_front { "; grey: Pareto front" } else { "" },
        ),
        notes: notes(overview, speeds, has_front).into_iter().chain(left_out).collect(),
        partial: overview.partial,
        legend: legend(&curves, has_front),
        plot: Arc::new(curves),
    })
}

/// Models are dots here: a line is the front alone, where some plot has more than one point of it.
fn legend(curves: &Curves, has_front: bool) -> Vec<LegendEntry> {
    let dot = |entry: LegendEntry| match entry.key {
        Key::Line(column) => LegendEntry { key: Key::Dot(column), ..entry },
        _ => entry,
    };
    let entries = curves.legend("").into_iter();
    entries.filter(|entry| has_front || entry.key != Key::Faint).map(dot).collect()
}

fn notes(overview: &Overview, speeds: &Speeds, has_front: bool) -> Vec<String> {
    let what = "Tokens a second: tokens fed to the model (equal beginnings of texts once) by the wall time of feeding them, \
                without loading the model; quality is of the same tasks and prompts. One measurement with no error known, or several together; the data file has the \
                slowest and fastest. Speeds of other machines, threads or tasks do not compare with these; machines are told \
                apart by system, processor family, CPUs and threads."
        .to_owned();
    let front = "The front joins models that no other one beats in both; it knows nothing of the intervals.".to_owned();
    let others = format!("Left out, measured on another machine or at other tasks: {}.", speeds.others.join(", "));
    let others = (!speeds.others.is_empty()).then_some(others);
    let tokenizers = speeds.tokenizer_note(overview);
    [what].into_iter().chain(tokenizers).chain(has_front.then_some(front)).chain(others).collect()
}

/// A symbol a model, and the front.
fn series(overview: &Overview) -> Vec<Curve> {
    let front = Curve { label: "Pareto front".to_owned(), hue: None, family: 0, weight: Weight::Front };
    curves::lines_of_models(overview).into_iter().chain([front]).collect()
}

/// A plot, and the number of shots of its tasks.
type AtShots = (CurvePlot, usize);

/// Accuracies as their mean above chance where there is one, with what that leaves out; else a plot a task.
fn plots(overview: &Overview, group: &AxisGroup, speeds: &Speeds) -> (Vec<AtShots>, Vec<String>, bool) {
    let columns: Vec<usize> = speeds.of.keys().copied().collect();
    let (tasks, unknown) = common::accuracies_of(overview, |row| speeds.is_of_work(row));
    let common = if group.is_accuracy() { Common::new(overview, &tasks, &columns) } else { None };
    let Some(common) = common else { return (each_task(overview, group, speeds), Vec::new(), false) };
    let points = common.columns.iter().filter_map(|&column| {
        let above = common.mean(column, common.shots[0])?;
        let (low, high) = above.interval.unzip();
        let (n, method) = (common.tasks.len() as u64, "plain mean of tasks, chance taken off".to_owned());
        let estimate = Estimate { value: above.value, stderr: above.stderr, low, high, n, method };
        point(overview, column, &estimate, speeds)
    });
    let plot = CurvePlot {
        label: format!("mean of {} tasks", common.tasks.len()),
        details: format!("{}, {}", shots_word(common.shots[0]), common.documents()),
        chance: Some(0.0),
        points: points.collect(),
    };
    let tasks = format!("Plain mean of (accuracy − chance) / (1 − chance) over: {}.", common.names());
    (
        vec![(plot, common.shots[0])],
        [tasks].into_iter().chain(common.left_out.iter().cloned()).chain(unknown).collect(),
        true,
    )
}

fn each_task(overview: &Overview, group: &AxisGroup, speeds: &Speeds) -> Vec<AtShots> {
    let plot = |task: &pick::TaskRows| {
        let row = task.rows[0];
        let panel = pick::panel(overview, row);
        let points = speeds.of.keys().filter_map(|&column| {
            let estimate = common::value(row, column)?;
            point(overview, column, estimate, speeds)
        });
        let plot = CurvePlot {
            label: task.label.clone(),
            details: panel.details(),
            chance: panel.raised_chance(),
            points: points.collect(),
        };
        (plot, row.shots)
    };
    let rows: Vec<&Row> = group.rows.iter().copied().filter(|row| speeds.is_of_work(row)).collect();
    pick::by_task(&rows).iter().map(plot).collect()
}

fn point(overview: &Overview, column: usize, estimate: &Estimate, speeds: &Speeds) -> Option<CurvePoint> {
    let speed = speeds.of.get(&column)?;
    let point = curves::point(column, &overview.models[column].label, speed.value(), estimate)?;
    Some(CurvePoint { source: format!("{}; {}", point.source, speed.words()), ..point })
}

/// The points that no other one beats in both, from slow to fast.
fn front(points: &[CurvePoint], higher: bool) -> Vec<CurvePoint> {
    let better = |a: &CurvePoint, b: &CurvePoint| if higher { a.value > b.value } else { a.value < b.value };
    let mut by_speed: Vec<&CurvePoint> = points.iter().collect();
    by_speed.sort_by(|a, b| b.x.total_cmp(&a.x).then_with(|| better(b, a).cmp(&better(a, b))));
    let mut front: Vec<CurvePoint> = Vec::new();
    for point in by_speed {
        if front.last().is_none_or(|last| better(point, last)) {
            front.push(CurvePoint { interval: None, ..point.clone() });
        }
    }
    front.reverse();
    front
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::tests::scenarios;
    use crate::testing;

    fn at(x: f64, value: f64) -> CurvePoint {
        CurvePoint {
            series: 0,
            name: String::new(),
            x,
            value,
            interval: None,
            n: None,
            source: String::new(),
            joined: true,
        }
    }

    fn check(points: &[(f64, f64)], higher: bool, wanted: &[(f64, f64)]) {
        let points: Vec<CurvePoint> = points.iter().map(|&(x, value)| at(x, value)).collect();
        let found: Vec<_> = front(&points, higher).iter().map(|point| (point.x, point.value)).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn fronts() {
        let points = [(10.0, 0.9), (20.0, 0.5), (15.0, 0.5), (30.0, 0.2), (30.0, 0.4), (5.0, 0.95), (4.0, 0.9)];
        check(&points, true, &[(5.0, 0.95), (10.0, 0.9), (20.0, 0.5), (30.0, 0.4)]);
        check(&points, false, &[(30.0, 0.2)]);
        check(&[], true, &[]);
    }

    #[test]
    fn speeds_of_one_machine_and_work() {
        let first = scenarios::with_speeds(testing::four_by_eleven());
        let mut again = first.clone();
        again.speeds.truncate(1);
        again.speeds[0].seconds *= 2.0;
        let mut elsewhere = first.clone();
        elsewhere.environment.cpus = 64;
        elsewhere.models[0].weights_sha256 = "ff".repeat(32);
        elsewhere.speeds.truncate(1);
        let records = [&elsewhere, &first, &again];
        let overview = Overview::new(&records);
        let speeds = Speeds::new(&overview, &records).expect("speeds");
        assert_eq!((speeds.of.len(), speeds.machine.cpus), (4, 4));
        assert_eq!(speeds.others, ["gpt2-nano (weights ffffff)"]);
        let (twice, once) = (speeds.of.values().find(|s| s.runs == 2).expect("two runs"), &first.speeds[0]);
        let fastest = once.tokens as f64 / once.seconds;
        assert_eq!((twice.tokens, twice.ends), (2 * once.tokens, (fastest / 2.0, fastest)));
        assert!((twice.value() - fastest / 1.5).abs() < 1e-6);
    }

    #[test]
    fn quality_is_of_the_work_whose_speed_is_shown() {
        let plain = testing::four_by_eleven();
        let mut five = scenarios::with_speeds(scenarios::at_shots(&plain, 5));
        five.models[0].tokenizer_sha256 = "ff".repeat(32);
        let mut zero = plain.clone();
        zero.models[0].tokenizer_sha256 = "ff".repeat(32);
        let figures = |records: &[&RunRecord]| -> Vec<Figure> {
            let overview = Overview::new(records);
            let speeds = Speeds::new(&overview, records).expect("speeds");
            let groups = pick::axis_groups(&overview);
            groups.iter().filter_map(|group| figure(&overview, group, &speeds)).collect()
        };
        let (both, alone) = (figures(&[&zero, &five]), figures(&[&five]));
        assert_eq!((both.len(), alone.len()), (4, 4));
        for (both, alone) in both.iter().zip(&alone) {
            let values = |figure: &Figure| figure.plot.table()[4].clone();
            assert_eq!(values(both), values(alone));
            assert!(both.subtitle.contains("; 5-shot; "), "{}", both.subtitle);
            assert!(both.notes.iter().any(|note| note.contains("tokenizers differ")));
        }
    }

    #[test]
    fn a_front_of_one_point_is_not_named() {
        let mut record = scenarios::with_speeds(testing::four_by_eleven());
        record.speeds.iter_mut().for_each(|speed| speed.seconds = 1e12 / speed.seconds);
        let overview = Overview::new(&[&record]);
        let speeds = Speeds::new(&overview, &[&record]).expect("speeds");
        let groups = pick::axis_groups(&overview);
        let bits = groups.iter().find(|group| group.key == "bits_per_byte").expect("bits");
        let figure = figure(&overview, bits, &speeds).expect("a figure");
        let front = figure.plot.table()[1].str().expect("texts").iter().filter(|s| *s == Some("Pareto front")).count();
        let is_named = figure.legend.iter().any(|entry| entry.label == "Pareto front");
        assert_eq!(is_named, front > 1);
        assert_eq!(is_named, figure.subtitle.contains("front"));
    }
}
