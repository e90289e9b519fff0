//! A task over the saves of a baseline.

use super::{BaselineError, Save};
use crate::Run;
use crate::compare::{CompareOptions, Side, TaskRow, ValueOf, compare};
use serde::Serialize;
use yardstick_core::{Estimate, ModelCard, RunRecord};

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineOptions {
    /// The task.
    pub task: String,
    /// The metric; the task's first one where there is none.
    pub metric: Option<String>,
    /// The model, where saves have several.
    pub model: Option<String>,
    /// The save that the others are held against, counted from 1.
    pub against: usize,
    /// Chance that any of the saves leaves the band although the model never changed.
    pub alpha: f64,
}

/// A task's values over the saves of a baseline, each with its paired difference to one of them.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// [`Timeline::FORMAT`].
    pub format: &'static str,
    /// The baseline.
    pub name: String,
    /// The task.
    pub task: String,
    /// The metric.
    pub metric: String,
    /// Direction of better.
    pub higher_is_better: bool,
    /// The save that the others are held against, counted from 1.
    pub against: usize,
    /// Chance that any of the saves leaves the band although the model never changed.
    pub alpha: f64,
    /// Two-sided level of each save's band: alpha over the number of saves that are held against the reference (Bonferroni).
    pub alpha_each: f64,
    /// In the order of the saves.
    pub points: Vec<TimelinePoint>,
}

/// One save.
#[derive(Clone, Debug, Serialize)]
pub struct TimelinePoint {
    /// Counted from 1.
    pub save: usize,
    /// When it was saved, RFC 3339, UTC.
    pub time: String,
    /// sha256 (hex) of its record.
    pub object: String,
    /// The model.
    pub model: String,
    /// sha256 (hex) of its weights.
    pub weights_sha256: String,
    /// The value with its own interval.
    pub estimate: Estimate,
    /// Value − the reference's value, of paired documents; none for the reference itself.
    pub difference: Option<f64>,
    /// Where an unchanged model would stay: the reference's value with the width that the paired difference has.
    pub band: Option<(f64, f64)>,
    /// Two-sided p of no difference, not corrected.
    pub p: Option<f64>,
    /// Whether all answers are those of the reference, to the bit.
    pub identical: bool,
    /// What is said of it.
    pub state: TimelineState,
}

/// Where a save stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineState {
    /// The one that the others are held against.
    Reference,
    /// Inside the band.
    Inside,
    /// Outside, on the better side.
    Better,
    /// Outside, on the worse side.
    Worse,
}

impl Timeline {
    /// The format that this version writes.
    pub const FORMAT: &'static str = "yardstick.timeline/1";

    /// The lowest and the highest of values, ends of intervals and of bands; infinite, the wrong way round, without any.
    pub(super) fn extent(&self) -> (f64, f64) {
        let ends = self.points.iter().flat_map(|point| {
            let estimate = &point.estimate;
            [Some(estimate.value), estimate.low, estimate.high, point.band.map(|b| b.0), point.band.map(|b| b.1)]
        });
        let finite = ends.flatten().filter(|x| x.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    }

    /// The timeline of a task over the saves of `name`, oldest first.
    ///
    /// # Errors
    /// A save without the task, metric or model, or one that asked something else than the reference.
    pub fn new(
        name: &str,
        saves: &[(Save, Run)],
        options: &TimelineOptions,
        value: ValueOf,
    ) -> Result<Self, BaselineError> {
        let at = options.against.checked_sub(1).filter(|&at| at < saves.len()).ok_or_else(|| {
            BaselineError::NoSave { name: name.to_owned(), wanted: options.against, saves: saves.len() }
        })?;
        let runs = saves.iter().enumerate().map(|(at, (_, run))| only_task(name, at + 1, run, options));
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        let metric = match &options.metric {
            Some(metric) => metric.clone(),
            None => first_metric(&runs[at].record),
        };
        let alpha_each = options.alpha / (saves.len().max(2) - 1) as f64;
        let mut timeline = Self {
            format: Self::FORMAT,
            name: name.to_owned(),
            task: options.task.clone(),
            higher_is_better: direction(&runs[at].record, &metric),
            metric,
            against: options.against,
            alpha: options.alpha,
            alpha_each,
            points: Vec::new(),
        };
        for (save, ((kept, _), run)) in saves.iter().zip(&runs).enumerate() {
            let row =
                if save == at { None } else { Some(timeline.paired((at, &runs[at]), (save, run), options, value)?) };
            let point = timeline.point(save, kept, run, row.as_ref(), options)?;
            timeline.points.push(point);
        }
        Ok(timeline)
    }

    /// The paired difference of a save to the reference, with an interval at the level of its band.
    fn paired(
        &self,
        (reference, base): (usize, &Run),
        (save, run): (usize, &Run),
        options: &TimelineOptions,
        value: ValueOf,
    ) -> Result<TaskRow, BaselineError> {
        let names = [reference, save].map(|at| format!("save {} of {}", at + 1, self.name));
        let model = options.model.as_deref();
        let (base, candidate) = (Side::new(&names[0], base, model)?, Side::new(&names[1], run, model)?);
        let options =
            CompareOptions { alpha: self.alpha_each, metrics: vec![self.metric.clone()], ..CompareOptions::default() };
        let comparison = compare(&base, &candidate, &options, value)?;
        let row = comparison.rows.into_iter().find(|row| row.metric == self.metric);
        row.ok_or_else(|| self.no_metric(save, run))
    }

    fn point(
        &self,
        save: usize,
        kept: &Save,
        run: &Run,
        row: Option<&TaskRow>,
        options: &TimelineOptions,
    ) -> Result<TimelinePoint, BaselineError> {
        let names = format!("save {} of {}", save + 1, self.name);
        let card: &ModelCard = Side::new(&names, run, options.model.as_deref())?.card;
        let is_it = |result: &&yardstick_core::ResultRecord| result.model == card.name && result.metric == self.metric;
        let estimate = run.record.results.iter().find(is_it).map(|result| result.estimate.clone());
        let estimate = estimate.ok_or_else(|| self.no_metric(save, run))?;
        Ok(TimelinePoint {
            save: save + 1,
            time: kept.time.clone(),
            object: kept.object.clone(),
            model: card.name.clone(),
            weights_sha256: card.weights_sha256.clone(),
            estimate,
            difference: row.map(|row| row.difference),
            band: row.and_then(band),
            p: row.map(|row| row.p),
            identical: row.is_some_and(|row| row.identical),
            state: row.map_or(TimelineState::Reference, state),
        })
    }

    fn no_metric(&self, save: usize, run: &Run) -> BaselineError {
        let metrics = run.record.tasks.iter().flat_map(|task| &task.metrics);
        BaselineError::NotInSave {
            save: save + 1,
            name: self.name.clone(),
            what: "metric",
            wanted: self.metric.clone(),
            known: metrics.map(|metric| metric.name.clone()).collect(),
        }
    }
}

/// The band is the difference's interval, laid around no difference: a save is outside it just where its interval leaves
/// out 0.
fn band(row: &TaskRow) -> Option<(f64, f64)> {
    let interval = row.interval.as_ref()?;
    Some((row.base - (interval.high - row.difference), row.base + (row.difference - interval.low)))
}

fn state(row: &TaskRow) -> TimelineState {
    match &row.interval {
        Some(interval) if interval.low > 0.0 || interval.high < 0.0 => {
            if row.gain() > 0.0 {
                TimelineState::Better
            } else {
                TimelineState::Worse
            }
        }
        _ => TimelineState::Inside,
    }
}

/// A run of one task: what else it holds is not compared.
fn only_task(name: &str, save: usize, run: &Run, options: &TimelineOptions) -> Result<Run, BaselineError> {
    let record = &run.record;
    if record.tasks.iter().all(|task| task.id != options.task) {
        return Err(BaselineError::NotInSave {
            save,
            name: name.to_owned(),
            what: "task",
            wanted: options.task.clone(),
            known: record.tasks.iter().map(|task| task.id.clone()).collect(),
        });
    }
    let mut record = record.clone();
    record.tasks.retain(|task| task.id == options.task);
    record.results.retain(|result| result.task == options.task);
    record.groups.clear();
    let samples = run.samples.iter().filter(|sample| sample.task == options.task).cloned().collect();
    Ok(Run { record, samples })
}

fn first_metric(record: &RunRecord) -> String {
    let mut metrics = record.tasks.iter().flat_map(|task| &task.metrics);
    metrics.next().map(|metric| metric.name.clone()).unwrap_or_default()
}

fn direction(record: &RunRecord, metric: &str) -> bool {
    let mut metrics = record.tasks.iter().flat_map(|task| &task.metrics);
    metrics.find(|card| card.name == metric).is_none_or(|card| card.higher_is_better)
}

/// `2026-01-02 03:04` of an RFC 3339 time.
pub(super) fn short_time(time: &str) -> String {
    time.chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

/// A name for files: `timeline-<task>-<metric>`.
pub(super) fn stem(timeline: &Timeline) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect()
    };
    format!("timeline-{}-{}", plain(&timeline.task), plain(&timeline.metric))
}
