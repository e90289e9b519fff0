//! A page a task: its protocol, its prompt as sent, what papers print, and where its documents are.

use super::document::{Document, asked};
use super::lists;
use super::pieces::Pieces;
use crate::gather::{Gathered, TaskDocs};
use crate::number::{Unit, count, metric_name};
use crate::{Report, ReportError};
use serde::Serialize;
use serde_json::Value;
use yardstick_core::{DatasetCard, FewShotCard, MetricCard, Reference, Request, TaskCard};

/// Characters of a prompt that are in the page itself; the document has all of it.
const PROMPT: usize = 12_000;

/// Everything about a task but its documents.
#[derive(Serialize)]
pub(super) struct TaskPage<'a> {
    id: &'a str,
    /// The id, or with a part of its checksum where runs differ in what they asked under it.
    label: String,
    description: &'a str,
    output_type: &'a str,
    version: &'a str,
    dataset: &'a DatasetCard,
    metrics: Vec<Metric<'a>>,
    shots: usize,
    fewshot: Option<&'a FewShotCard>,
    prompt_hash: &'a str,
    /// `100 of 1,838`, or all.
    documents: String,
    paper: Option<&'a str>,
    choices: &'a [String],
    references: Vec<PaperLine<'a>>,
    /// The first document as sent, its long texts cut.
    first: Option<Value>,
    /// How many documents there are answers to, and the piece with the list of them.
    n: usize,
    list: Option<usize>,
}

#[derive(Serialize)]
struct Metric<'a> {
    card: &'a MetricCard,
    words: &'a str,
}

#[derive(Serialize)]
struct PaperLine<'a> {
    reference: &'a Reference,
    text: String,
    words: &'a str,
}

impl TaskPage<'_> {
    /// Whether it is the task of that id and checksum.
    pub fn is(&self, id: &str, asked: &str) -> bool {
        self.id == id && self.prompt_hash == asked
    }
}

/// The pages of all tasks, whose documents go into `pieces`.
pub(super) fn pages<'a>(
    report: &Report,
    gathered: &Gathered<'a>,
    pieces: &mut Pieces,
) -> Result<Vec<TaskPage<'a>>, ReportError> {
    gathered.tasks.iter().map(|task| page(report, task, pieces)).collect()
}

fn page<'a>(report: &Report, task: &TaskDocs<'a>, pieces: &mut Pieces) -> Result<TaskPage<'a>, ReportError> {
    let card = task.card;
    let list = if task.docs.is_empty() { None } else { Some(lists::add(task, pieces)?) };
    let is_own = |row: &&crate::Row| row.id == card.id && row.asked == card.prompt_hash;
    let label = report.overview.rows.iter().find(is_own).map_or(&card.id, |row| &row.label);
    Ok(TaskPage {
        id: &card.id,
        label: label.clone(),
        description: &card.description,
        output_type: &card.output_type,
        version: &card.version,
        dataset: &card.dataset,
        metrics: card.metrics.iter().map(|card| Metric { card, words: metric_name(&card.name) }).collect(),
        shots: card.shots,
        fewshot: card.fewshot.as_ref(),
        prompt_hash: &card.prompt_hash,
        documents: documents(card),
        paper: card.paper.as_deref(),
        choices: &card.choices,
        references: card.references.iter().map(paper_line).collect(),
        first: first(task),
        n: task.docs.len(),
        list,
    })
}

fn documents(card: &TaskCard) -> String {
    if card.n_docs == card.n_available {
        format!("all {}", count(card.n_docs))
    } else {
        format!("{} of {}", count(card.n_docs), count(card.n_available))
    }
}

fn paper_line(reference: &Reference) -> PaperLine<'_> {
    let text = Unit::of(&reference.metric).value(reference.value);
    PaperLine { reference, text, words: metric_name(&reference.metric) }
}

/// The first document without answers. Of long texts the end is kept: that is where the document itself is.
fn first(task: &TaskDocs) -> Option<Value> {
    let sample = task.docs.iter().flatten().flatten().next()?;
    let mut sample =
        yardstick_core::Sample { responses: Vec::new(), doc: yardstick_core::Map::new(), ..(*sample).clone() };
    for request in &mut sample.requests {
        match request {
            Request::LogLikelihood { context, continuation } => {
                *context = end(context).into();
                *continuation = beginning(continuation);
            }
            Request::Generate { context, .. } => *context = end(context).into(),
            Request::Rolling { text } => *text = beginning(text),
        }
    }
    let document: Document = asked(&sample);
    serde_json::to_value(&document).ok()
}

fn end(text: &str) -> String {
    let n = text.chars().count();
    if n <= PROMPT { text.to_owned() } else { format!("…{}", text.chars().skip(n - PROMPT).collect::<String>()) }
}

fn beginning(text: &str) -> String {
    if text.chars().count() <= PROMPT { text.to_owned() } else { text.chars().take(PROMPT).chain(['…']).collect() }
}
