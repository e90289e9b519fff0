//! Samples → parquet bytes.

use super::{COLUMNS, GENERATE, LOG_LIKELIHOOD, ROLLING, UNITS, Written, parts};
use crate::{ReportError, frame};
use polars::prelude::{
    Column, DataFrame, DataType, Float64Type, IntoSeries, ListBooleanChunkedBuilder, ListBuilderTrait,
    ListPrimitiveChunkedBuilder, ListStringChunkedBuilder, PlSmallStr, UInt32Type,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use yardstick_core::{Request, Response, Sample, Score};

/// The table's name in messages.
const WHAT: &str = "samples.parquet";

/// Encodes samples in their order.
pub(crate) fn to_parquet(samples: &[Sample]) -> Result<Vec<u8>, ReportError> {
    frame::parquet(WHAT, &mut to_frame(samples)?)
}

/// Samples as a table, a row each.
pub(crate) fn to_frame(samples: &[Sample]) -> Result<DataFrame, ReportError> {
    let mut columns = fixed_columns(samples)?;
    if samples.iter().any(|sample| sample.responses.iter().any(|response| !response.tokens.is_empty())) {
        columns.push(json("tokens", samples, |sample| serde_json::to_string(&tokens_of(sample)))?);
    }
    columns.extend(metric_columns(samples)?);
    DataFrame::new(samples.len(), columns).map_err(|e| frame::encode_error(WHAT, &e))
}

fn fixed_columns(samples: &[Sample]) -> Result<Vec<Column>, ReportError> {
    let doc_ids: Vec<u64> = samples.iter().map(|s| s.doc_id).collect();
    Ok(vec![
        text("model", samples, |s| &s.model),
        text("task", samples, |s| &s.task),
        Column::new("doc_id".into(), doc_ids),
        json("doc", samples, |s| serde_json::to_string(&s.doc))?,
        text("doc_hash", samples, |s| &s.doc_hash),
        text("prompt_hash", samples, |s| &s.prompt_hash),
        texts("request_type", samples, |s| s.requests.iter().map(request_type)),
        texts("contexts", samples, |s| s.requests.iter().map(Request::context)),
        continuations(samples)?,
        floats("log_likelihood", samples, |r| r.log_likelihood),
        bools("is_greedy", samples, |r| r.is_greedy),
        counts("n_tokens", samples, |r| r.n_tokens),
        counts("n_truncated", samples, |r| r.n_truncated),
        counts("n_unscored", samples, |r| r.n_unscored),
        bools("is_merged", samples, |r| r.is_merged),
        bools("is_unfinished", samples, |r| r.is_unfinished),
        texts("choices", samples, |s| s.choices.iter().map(String::as_str)),
        json("target", samples, |s| serde_json::to_string(&s.target))?,
        text("target_text", samples, |s| &s.target_text),
        texts("texts", samples, |s| s.responses.iter().map(|r| r.text.as_deref().unwrap_or_default())),
        json("filtered", samples, |s| serde_json::to_string(&s.filtered))?,
        json("counts", samples, |s| serde_json::to_string(&counts_of(s)))?,
    ])
}

const fn request_type(request: &Request) -> &str {
    match request {
        Request::LogLikelihood { .. } => LOG_LIKELIHOOD,
        Request::Rolling { .. } => ROLLING,
        Request::Generate { .. } => GENERATE,
    }
}

/// The scored texts; where the model writes, how it does.
fn continuations(samples: &[Sample]) -> Result<Column, ReportError> {
    let mut builder = ListStringChunkedBuilder::new("continuations".into(), samples.len(), samples.len());
    for sample in samples {
        let cells: serde_json::Result<Vec<Cow<str>>> = sample.requests.iter().map(continuation).collect();
        let cells = cells
            .map_err(|e| ReportError::Encode { what: "column continuations".to_owned(), reason: e.to_string() })?;
        builder.append_values_iter(cells.iter().map(Cow::as_ref));
    }
    Ok(builder.finish().into_series().into())
}

fn continuation(request: &Request) -> serde_json::Result<Cow<'_, str>> {
    match request {
        Request::Generate { generation, sample, .. } => {
            let written = Written { generation: generation.clone(), sample: *sample };
            serde_json::to_string(&written).map(Cow::Owned)
        }
        scored => Ok(Cow::Borrowed(scored.scored_text())),
    }
}

/// Of each response its scored tokens.
fn tokens_of(sample: &Sample) -> Vec<Vec<(&str, f64)>> {
    let responses = sample.responses.iter();
    responses.map(|response| response.tokens.iter().map(|t| (t.text.as_str(), t.log_prob)).collect()).collect()
}

/// The metrics whose scores are counts.
fn counts_of(sample: &Sample) -> BTreeMap<&str, &[f64]> {
    let counts = sample.metrics.iter().filter_map(|(name, score)| match score {
        Score::Counts(counts) => Some((name.as_str(), counts.as_slice())),
        _ => None,
    });
    counts.collect()
}

fn text(name: &str, samples: &[Sample], of: impl Fn(&Sample) -> &str) -> Column {
    Column::new(name.into(), samples.iter().map(of).collect::<Vec<_>>())
}

fn json(
    name: &str,
    samples: &[Sample],
    of: impl Fn(&Sample) -> serde_json::Result<String>,
) -> Result<Column, ReportError> {
    let cells: serde_json::Result<Vec<String>> = samples.iter().map(of).collect();
    let cells = cells.map_err(|e| ReportError::Encode { what: format!("column {name}"), reason: e.to_string() })?;
    Ok(Column::new(name.into(), cells))
}

fn texts<'a, I: Iterator<Item = &'a str>>(name: &str, samples: &'a [Sample], of: impl Fn(&'a Sample) -> I) -> Column {
    let mut builder = ListStringChunkedBuilder::new(name.into(), samples.len(), samples.len());
    for sample in samples {
        builder.append_values_iter(of(sample));
    }
    builder.finish().into_series().into()
}

fn floats(name: &str, samples: &[Sample], of: impl Fn(&Response) -> f64) -> Column {
    let n = samples.len();
    let mut builder = ListPrimitiveChunkedBuilder::<Float64Type>::new(name.into(), n, n, DataType::Float64);
    for sample in samples {
        builder.append_slice(&sample.responses.iter().map(&of).collect::<Vec<_>>());
    }
    builder.finish().into_series().into()
}

fn counts(name: &str, samples: &[Sample], of: impl Fn(&Response) -> u32) -> Column {
    let n = samples.len();
    let mut builder = ListPrimitiveChunkedBuilder::<UInt32Type>::new(name.into(), n, n, DataType::UInt32);
    for sample in samples {
        builder.append_slice(&sample.responses.iter().map(&of).collect::<Vec<_>>());
    }
    builder.finish().into_series().into()
}

fn bools(name: &str, samples: &[Sample], of: impl Fn(&Response) -> bool) -> Column {
    let mut builder = ListBooleanChunkedBuilder::new(name.into(), samples.len(), samples.len());
    for sample in samples {
        builder.append_iter(sample.responses.iter().map(|r| Some(of(r))));
    }
    builder.finish().into_series().into()
}

/// One column a metric, two where some task has it as a ratio; in the order of their names.
fn metric_columns(samples: &[Sample]) -> Result<Vec<Column>, ReportError> {
    let mut names: BTreeMap<&str, bool> = BTreeMap::new();
    for (name, score) in samples.iter().flat_map(|s| &s.metrics) {
        if let Some((_, units)) = parts(score) {
            *names.entry(name).or_default() |= units.is_some();
        }
    }
    let mut columns = Vec::new();
    for (&name, &is_ratio) in &names {
        if COLUMNS.contains(&name) || names.keys().any(|other| name.strip_suffix(UNITS) == Some(*other)) {
            return Err(ReportError::MetricName { name: name.to_owned() });
        }
        columns.push(scores(name.into(), samples, name, |s| Some(s.0)));
        if is_ratio {
            columns.push(scores(format!("{name}{UNITS}").into(), samples, name, |s| s.1));
        }
    }
    Ok(columns)
}

fn scores(
    column: PlSmallStr,
    samples: &[Sample],
    metric: &str,
    part: impl Fn((f64, Option<f64>)) -> Option<f64>,
) -> Column {
    let cells = samples.iter().map(|s| s.metrics.get(metric).and_then(parts).and_then(&part));
    Column::new(column, cells.collect::<Vec<Option<f64>>>())
}
