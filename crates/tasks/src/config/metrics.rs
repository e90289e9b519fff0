//! `metric_list`: what a task reports.

use super::field::hook;
use super::task::missing;
use super::{OutputType, TaskConfig, keys};
use crate::error::{TaskError, nearest};
use crate::filters::Pipeline;
use crate::hooks::{Hook, HookKind};
use crate::metrics::{self, Aggregation, Metric, Options};
use crate::yaml::{Kind, Node};
use yardstick_core::Score;

/// A metric as the task reports it.
#[derive(Clone, Debug)]
pub(crate) struct MetricSpec {
    /// As in results, without a filter's name.
    pub name: String,
    pub scorer: Scorer,
    pub options: Options,
    pub aggregation: Aggregation,
    pub higher_is_better: bool,
}

/// Where a document's score comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scorer {
    /// A metric of ours.
    Metric(&'static Metric),
    /// `metric: !function`.
    Function(fn(reference: &[String], prediction: &str) -> Score),
    /// The task's `process_results`.
    Given,
}

impl MetricSpec {
    /// Whether guessing gets a known share of it.
    pub fn is_accuracy(&self) -> bool {
        let is_mean = matches!(self.aggregation, Aggregation::Mean);
        is_mean && matches!(self.scorer, Scorer::Metric(metric) if metric.is_accuracy)
    }
}

impl TaskConfig {
    /// Every metric of every filter with its name in results, filter by filter.
    pub fn keys(&self) -> impl Iterator<Item = (String, &Pipeline, &MetricSpec)> {
        let of = |pipeline| self.metrics.iter().map(move |spec: &MetricSpec| (spec.name.as_str(), pipeline, spec));
        self.filters
            .iter()
            .flat_map(of)
            .map(|(name, pipeline, spec): (_, &Pipeline, _)| (pipeline.key(name), pipeline, spec))
    }

    /// The context of each choice's second request, where some metric compares with one: empty but for metrics that say
    /// which.
    pub fn unconditional_context(&self) -> Option<&str> {
        let needs = |spec: &&MetricSpec| matches!(spec.scorer, Scorer::Metric(metric) if metric.needs_unconditional);
        self.metrics.iter().find(needs).map(|spec| spec.options.context())
    }
}

/// What `metric_list` says, or what a task of the output type reports without it.
#[derive(Clone, Debug, Default)]
pub(crate) struct MetricList {
    pub specs: Vec<MetricSpec>,
    /// What a reader of the results must know about the list.
    pub warnings: Vec<String>,
}

impl MetricList {
    /// Reads the key of a task file with its `process_results`.
    ///
    /// # Errors
    /// A metric that there is not for the output type, that `process_results` does not give, or that is put together in
    /// a way that it does not have.
    pub fn read(root: &Node, output_type: OutputType, results: Option<&'static Hook>) -> Result<Self, TaskError> {
        let mut list = Self::default();
        let Some(node) = root.get("metric_list") else {
            let place = root.get("process_results").unwrap_or(root);
            for metric in metrics::defaults(output_type) {
                list.specs.push(default_spec(metric, place, results)?);
            }
            return Ok(list);
        };
        let Kind::List(items) = &node.kind else {
            return Err(node.wrong("metric_list", "a list of mappings with `metric`"));
        };
        for item in items {
            list.entry(item, output_type, results)?;
        }
        Ok(list)
    }

    fn entry(&mut self, node: &Node, output_type: OutputType, results: Option<&'static Hook>) -> Result<(), TaskError> {
        let entries = node.entries("metric_list")?;
        let name = node.get("metric").ok_or_else(|| missing(node, "metric", "each entry of `metric_list` has one"))?;
        let specs = match (results, &name.kind) {
            (Some(hook), _) => vec![given(node, name, hook)?],
            (None, Kind::Function(function)) => vec![function_spec(node, name, function)?],
            (None, _) => own_specs(node, name, output_type)?,
        };
        for spec in &specs {
            let options = if let Scorer::Metric(metric) = spec.scorer { metric.options } else { &[] };
            self.warnings.extend(keys::check_metric(entries, options, &spec.name)?);
        }
        self.specs.extend(specs.into_iter().flat_map(expand));
        Ok(())
    }
}

/// A metric of ours, or a set of them.
fn own_specs(node: &Node, name: &Node, output_type: OutputType) -> Result<Vec<MetricSpec>, TaskError> {
    let text = name.text().ok_or_else(|| name.wrong("metric", "a metric's name"))?;
    let is_evaluate = is_evaluate(node, output_type)?;
    let metrics = if is_evaluate { metrics::find_evaluate(&text) } else { metrics::find(&text, output_type) };
    let own = |metric: &'static Metric| {
        let options = Options::read(node, metric.options)?;
        spec(node, metric.name.to_owned(), Scorer::Metric(metric), options, Some(metric))
    };
    if metrics.is_empty() && is_evaluate {
        let known = metrics::evaluate_names().join(", ");
        return Err(name.wrong("metric", &format!("one of those that `hf_evaluate` may name here ({known})")));
    }
    if metrics.is_empty() { Err(unknown(name, &text, output_type)) } else { metrics.into_iter().map(own).collect() }
}

/// A metric for each `k`, by lm-eval's names: `pass@1`, `pass@10`.
fn expand(spec: MetricSpec) -> Vec<MetricSpec> {
    let ks = spec.options.ks().to_vec();
    if ks.is_empty() {
        return vec![spec];
    }
    let stem = spec.name.trim_end_matches("_at_k").to_owned();
    let with = |k: usize| MetricSpec { name: format!("{stem}@{k}"), options: spec.options.with_k(k), ..spec.clone() };
    ks.into_iter().map(with).collect()
}

fn default_spec(
    metric: &'static Metric,
    place: &Node,
    results: Option<&'static Hook>,
) -> Result<MetricSpec, TaskError> {
    let scorer = match results {
        Some(hook) => {
            check_given(place, metric.name, hook)?;
            Scorer::Given
        }
        None => Scorer::Metric(metric),
    };
    Ok(MetricSpec {
        name: metric.name.to_owned(),
        scorer,
        options: Options::default(),
        aggregation: metric.aggregation,
        higher_is_better: metric.higher_is_better,
    })
}

/// A metric that `process_results` gives: of any name, put together as the file says.
fn given(node: &Node, name: &Node, hook: &'static Hook) -> Result<MetricSpec, TaskError> {
    let text = name.text().ok_or_else(|| name.wrong("metric", "the name of a metric that `process_results` gives"))?;
    check_given(name, &text, hook)?;
    let known = metrics::named(&text);
    spec(node, text, Scorer::Given, Options::default(), known)
}

/// Every metric of a task with `process_results` must be one that the hook gives.
fn check_given(node: &Node, metric: &str, hook: &'static Hook) -> Result<(), TaskError> {
    match hook.kind {
        HookKind::Results { metrics, .. } if !metrics.contains(&metric) => Err(TaskError::MetricNotGiven {
            place: node.place.clone(),
            metric: metric.to_owned(),
            function: hook.name,
            given: metrics,
        }),
        _ => Ok(()),
    }
}

/// `metric: !function module.name`, whose results are called `name`.
fn function_spec(node: &Node, name: &Node, function: &str) -> Result<MetricSpec, TaskError> {
    let HookKind::Metric(score) = hook(name, "metric", function)?.kind else {
        return Err(wrong_hook(name, "metric", function));
    };
    let own = function.rsplit('.').next().unwrap_or(function).to_owned();
    spec(node, own, Scorer::Function(score), Options::default(), None)
}

/// The keys that every entry has. `like` is the metric whose habits hold where the entry says nothing.
fn spec(
    node: &Node,
    name: String,
    scorer: Scorer,
    options: Options,
    like: Option<&'static Metric>,
) -> Result<MetricSpec, TaskError> {
    let aggregation = aggregation(node, &name, scorer, like)?;
    let habit = like.is_none_or(|metric| metric.higher_is_better);
    let higher_is_better = node.get("higher_is_better").map_or(Ok(habit), |node| node.bool("higher_is_better"))?;
    Ok(MetricSpec { name, scorer, options, aggregation, higher_is_better })
}

fn aggregation(
    node: &Node,
    name: &str,
    scorer: Scorer,
    like: Option<&'static Metric>,
) -> Result<Aggregation, TaskError> {
    let Some(node) = node.get("aggregation") else {
        return like
            .map(|metric| metric.aggregation)
            .ok_or_else(|| missing(node, "aggregation", "no metric has this name"));
    };
    let found = match &node.kind {
        Kind::Function(function) => return aggregation_hook(node, function),
        Kind::Str(text) => Aggregation::named(text),
        _ => None,
    };
    let fits = |aggregation: &Aggregation| match scorer {
        Scorer::Metric(metric) => aggregation.fits(metric.aggregation),
        Scorer::Function(_) | Scorer::Given => true,
    };
    let known = || match scorer {
        Scorer::Metric(metric) => Aggregation::fitting(metric.aggregation),
        Scorer::Function(_) | Scorer::Given => Aggregation::all(),
    };
    found.filter(fits).ok_or_else(|| node.wrong("aggregation", &format!("{} for {name}", known().join(" or "))))
}

fn aggregation_hook(node: &Node, function: &str) -> Result<Aggregation, TaskError> {
    let hook = hook(node, "aggregation", function)?;
    if let HookKind::Aggregation(function) = hook.kind {
        return Ok(Aggregation::Function(hook.name, function));
    }
    Err(wrong_hook(node, "aggregation", function))
}

fn wrong_hook(node: &Node, key: &str, function: &str) -> TaskError {
    TaskError::WrongHook { place: node.place.clone(), key: key.to_owned(), function: function.to_owned() }
}

fn unknown(node: &Node, metric: &str, output_type: OutputType) -> TaskError {
    let known: Vec<_> = metrics::of(output_type).map(|metric| metric.name).collect();
    TaskError::UnknownMetric {
        place: node.place.clone(),
        metric: metric.to_owned(),
        output_type: output_type.name(),
        nearest: nearest(metric, known.iter().copied()),
        known,
    }
}

/// Whether `hf_evaluate: true` names a metric of the evaluate library. Multiple choice never calls it.
fn is_evaluate(node: &Node, output_type: OutputType) -> Result<bool, TaskError> {
    let Some(flag) = node.get("hf_evaluate") else { return Ok(false) };
    Ok(flag.bool("hf_evaluate")? && output_type == OutputType::GenerateUntil)
}
