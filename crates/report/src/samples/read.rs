//! Parquet bytes → samples.

use super::{COLUMNS, GENERATE, LOG_LIKELIHOOD, ROLLING, UNITS, Written};
use crate::ReportError;
use polars::prelude::{
    Column, DataFrame, Float64Chunked, ListChunked, PolarsError, PolarsResult, Series, StringChunked, UInt64Chunked,
};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use yardstick_core::{Request, Response, Sample, Score, TokenLikelihood};

/// Decodes what [`to_parquet`](super::to_parquet) encoded; `path` is only for messages.
///
/// The bytes must be whole: polars asserts much of what it reads, and may end the program on damaged pages.
pub(crate) fn from_parquet(path: &Path, bytes: Vec<u8>) -> Result<Vec<Sample>, ReportError> {
    let frame = frame_from_parquet(path, bytes)?;
    let columns = Columns::new(path, &frame).map_err(|e| damaged(path, &e))?;
    (0..frame.height()).map(|row| columns.sample(row)).collect()
}

/// The table itself, for those who want columns and not samples; as [`from_parquet`].
pub(crate) fn frame_from_parquet(path: &Path, bytes: Vec<u8>) -> Result<DataFrame, ReportError> {
    ParquetReader::new(Cursor::new(bytes)).finish().map_err(|e| damaged(path, &e))
}

fn damaged(path: &Path, error: &PolarsError) -> ReportError {
    ReportError::Samples { path: path.to_owned(), reason: error.to_string() }
}

/// The columns of a frame with their types checked.
struct Columns<'a> {
    path: &'a Path,
    texts: BTreeMap<&'static str, &'a StringChunked>,
    lists: BTreeMap<&'static str, &'a ListChunked>,
    doc_id: &'a UInt64Chunked,
    /// Name, values, units of a ratio.
    metrics: Vec<(&'a str, &'a Float64Chunked, Option<&'a Float64Chunked>)>,
}

impl<'a> Columns<'a> {
    fn new(path: &'a Path, frame: &'a DataFrame) -> PolarsResult<Self> {
        let (mut texts, mut lists) = (BTreeMap::new(), BTreeMap::new());
        for name in COLUMNS.into_iter().filter(|&name| name != "doc_id") {
            let Some(column) = column(frame, name)? else { continue };
            if column.dtype().is_list() {
                lists.insert(name, column.list()?);
            } else {
                texts.insert(name, column.str()?);
            }
        }
        Ok(Self { path, texts, lists, doc_id: frame.column("doc_id")?.u64()?, metrics: metrics(frame)? })
    }

    fn sample(&self, row: usize) -> Result<Sample, ReportError> {
        Ok(Sample {
            model: self.text(row, "model")?.to_owned(),
            task: self.text(row, "task")?.to_owned(),
            doc_id: self.doc_id.get(row).ok_or_else(|| self.cell(row, "doc_id", "it is empty"))?,
            doc: self.json(row, "doc")?,
            doc_hash: self.text(row, "doc_hash")?.to_owned(),
            prompt_hash: self.text(row, "prompt_hash")?.to_owned(),
            requests: self.requests(row)?,
            responses: self.responses(row)?,
            choices: self.strings(row, "choices")?,
            target: self.json(row, "target")?,
            target_text: self.text(row, "target_text")?.to_owned(),
            filtered: if self.texts.contains_key("filtered") { self.json(row, "filtered")? } else { Vec::new() },
            metrics: self.scores(row)?,
        })
    }

    fn requests(&self, row: usize) -> Result<Vec<Request>, ReportError> {
        let types = self.strings(row, "request_type")?;
        let contexts = self.strings(row, "contexts")?;
        let continuations = self.strings(row, "continuations")?;
        self.same_length(row, &[("contexts", contexts.len()), ("continuations", continuations.len())], types.len())?;
        let texts = contexts.into_iter().zip(continuations);
        types.iter().zip(texts).map(|(kind, texts)| self.request(row, kind, texts)).collect()
    }

    fn request(&self, row: usize, kind: &str, (context, text): (String, String)) -> Result<Request, ReportError> {
        match kind {
            LOG_LIKELIHOOD => Ok(Request::LogLikelihood { context: context.into(), continuation: text }),
            ROLLING => Ok(Request::Rolling { text }),
            GENERATE => {
                let written =
                    serde_json::from_str(&text).map_err(|e| self.cell(row, "continuations", &e.to_string()))?;
                let Written { generation, sample } = written;
                Ok(Request::Generate { context: context.into(), generation, sample })
            }
            other => Err(self.cell(row, "request_type", &format!("{other:?} is no request type"))),
        }
    }

    fn responses(&self, row: usize) -> Result<Vec<Response>, ReportError> {
        let log_likelihood = self.list(row, "log_likelihood", |s| s.f64()?.iter().map(filled).collect())?;
        let bools = |name| self.list(row, name, |s| s.bool()?.iter().map(filled).collect());
        let (is_greedy, is_merged): (Vec<bool>, Vec<bool>) = (bools("is_greedy")?, bools("is_merged")?);
        // Files from before models could write do not have it.
        let has_unfinished = self.lists.contains_key("is_unfinished");
        let is_unfinished = if has_unfinished { bools("is_unfinished")? } else { vec![false; log_likelihood.len()] };
        let [n_tokens, n_truncated, n_unscored] = ["n_tokens", "n_truncated", "n_unscored"]
            .map(|name| self.list(row, name, |s| s.u32()?.iter().map(filled).collect()));
        let (n_tokens, n_truncated, n_unscored) = (n_tokens?, n_truncated?, n_unscored?);
        let lengths = [
            ("is_greedy", is_greedy.len()),
            ("is_merged", is_merged.len()),
            ("is_unfinished", is_unfinished.len()),
            ("n_tokens", n_tokens.len()),
            ("n_truncated", n_truncated.len()),
            ("n_unscored", n_unscored.len()),
        ];
        self.same_length(row, &lengths, log_likelihood.len())?;
        let texts = self.written(row, log_likelihood.len())?;
        let tokens = self.tokens(row, log_likelihood.len())?;
        let response = |i: usize| Response {
            log_likelihood: log_likelihood[i],
            is_greedy: is_greedy[i],
            n_tokens: n_tokens[i],
            n_truncated: n_truncated[i],
            n_unscored: n_unscored[i],
            is_merged: is_merged[i],
            is_unfinished: is_unfinished[i],
            text: texts[i].clone(),
            tokens: tokens[i].clone(),
        };
        Ok((0..log_likelihood.len()).map(response).collect())
    }

    /// The scored tokens of each of `n` responses; none where the run did not keep them.
    fn tokens(&self, row: usize, n: usize) -> Result<Vec<Vec<TokenLikelihood>>, ReportError> {
        if !self.texts.contains_key("tokens") {
            return Ok(vec![Vec::new(); n]);
        }
        let lists: Vec<Vec<(String, f64)>> = self.json(row, "tokens")?;
        self.same_length(row, &[("tokens", lists.len())], n)?;
        let token = |(text, log_prob)| TokenLikelihood { text, log_prob };
        Ok(lists.into_iter().map(|list| list.into_iter().map(token).collect()).collect())
    }

    /// What the model wrote, a text for each of `n` responses; `None` where a text was scored.
    fn written(&self, row: usize, n: usize) -> Result<Vec<Option<String>>, ReportError> {
        if !self.lists.contains_key("texts") {
            return Ok(vec![None; n]);
        }
        let texts = self.strings(row, "texts")?;
        self.same_length(row, &[("texts", texts.len())], n)?;
        let types = self.strings(row, "request_type")?;
        let is_written = |i: usize| types.get(i).is_some_and(|kind| kind == GENERATE);
        Ok(texts.into_iter().enumerate().map(|(i, text)| is_written(i).then_some(text)).collect())
    }

    fn scores(&self, row: usize) -> Result<BTreeMap<String, Score>, ReportError> {
        let score = |&(name, values, units): &(&str, &Float64Chunked, Option<&Float64Chunked>)| {
            let value = values.get(row)?;
            let units = units.and_then(|u| u.get(row));
            Some((name.to_owned(), units.map_or(Score::Value(value), |units| Score::Ratio(value, units))))
        };
        let mut scores: BTreeMap<String, Score> = self.metrics.iter().filter_map(score).collect();
        if self.texts.contains_key("counts") {
            let counts: BTreeMap<String, Vec<f64>> = self.json(row, "counts")?;
            scores.extend(counts.into_iter().map(|(name, counts)| (name, Score::Counts(counts))));
        }
        Ok(scores)
    }

    fn text(&self, row: usize, name: &str) -> Result<&'a str, ReportError> {
        let cell = self.texts.get(name).ok_or_else(|| self.cell(row, name, "the column should hold text"))?.get(row);
        cell.ok_or_else(|| self.cell(row, name, "it is empty"))
    }

    fn json<T: DeserializeOwned>(&self, row: usize, name: &str) -> Result<T, ReportError> {
        serde_json::from_str(self.text(row, name)?).map_err(|e| self.cell(row, name, &e.to_string()))
    }

    fn strings(&self, row: usize, name: &str) -> Result<Vec<String>, ReportError> {
        self.list(row, name, |s| s.str()?.iter().map(|cell| filled(cell.map(str::to_owned))).collect())
    }

    fn list<T>(
        &self,
        row: usize,
        name: &str,
        items: impl Fn(Series) -> PolarsResult<Vec<T>>,
    ) -> Result<Vec<T>, ReportError> {
        let column = self.lists.get(name).ok_or_else(|| self.cell(row, name, "the column should hold lists"))?;
        let series = column.get_as_series(row).ok_or_else(|| self.cell(row, name, "it is empty"))?;
        items(series).map_err(|e| self.cell(row, name, &e.to_string()))
    }

    fn same_length(&self, row: usize, lengths: &[(&str, usize)], wanted: usize) -> Result<(), ReportError> {
        match lengths.iter().find(|(_, n)| *n != wanted) {
            Some((name, n)) => Err(self.cell(row, name, &format!("{n} entries where {wanted} are expected"))),
            None => Ok(()),
        }
    }

    fn cell(&self, row: usize, column: &str, reason: &str) -> ReportError {
        ReportError::Cell { path: self.path.to_owned(), row, column: column.to_owned(), reason: reason.to_owned() }
    }
}

/// A column; `None` for one that files of earlier versions lack.
fn column<'a>(frame: &'a DataFrame, name: &str) -> PolarsResult<Option<&'a Column>> {
    const LATER: [&str; 4] = ["texts", "tokens", "filtered", "counts"];
    match frame.column(name) {
        Err(_) if LATER.contains(&name) => Ok(None),
        found => found.map(Some),
    }
}

fn metrics(frame: &DataFrame) -> PolarsResult<Vec<(&str, &Float64Chunked, Option<&Float64Chunked>)>> {
    let names: Vec<&str> = frame.columns().iter().map(|c| c.name().as_str()).filter(|n| !COLUMNS.contains(n)).collect();
    let is_units = |name: &str| name.strip_suffix(UNITS).is_some_and(|of| names.contains(&of));
    let float = |name: &str| frame.column(name)?.f64();
    let mut metrics = Vec::new();
    for &name in names.iter().filter(|name| !is_units(name)) {
        let units = format!("{name}{UNITS}");
        let units = if names.contains(&units.as_str()) { Some(float(&units)?) } else { None };
        metrics.push((name, float(name)?, units));
    }
    Ok(metrics)
}

fn filled<T>(cell: Option<T>) -> PolarsResult<T> {
    cell.ok_or_else(|| PolarsError::ComputeError("a list has an empty entry".into()))
}
