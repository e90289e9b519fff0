//! Run folders to tables, charts and other people's formats.
//!
//! A *run* is a [`RunRecord`](yardstick_core::RunRecord) and its samples, kept in a folder as `run.json` and
//! `samples.parquet` ([`write_run`], [`read_run`]). Everything else is made from runs alone, with no model at hand: the
//! terminal's [`table()`], a report folder ([`write_report`]), its page ([`write_page`]), other tools' files ([`write_exports`])
//! and answers to SQL ([`query`]).
//!
//! Exporters return bytes and know nothing of folders; `files` alone writes. The plain data of a chart ([`Figure`]) is
//! separate from its drawing, so that it can be read, tested and written beside the picture.
//! Two models compared token by token become a [`DiffRecord`], which has a table and a file of its own.
//! To add a chart or a format: one file in `charts/` or `formats/` and one line in [`CHARTS`] or [`FORMATS`].

mod bar;
mod baseline;
pub mod charts;
mod choices;
mod compare;
mod diff;
mod draw;
mod error;
mod files;
pub mod formats;
mod frame;
mod gate;
mod gather;
mod hash;
mod identity;
mod lm_eval;
pub mod number;
mod overview;
mod page;
mod pairs;
pub mod paper;
mod partial;
mod query;
mod report;
mod run;
mod samples;
mod table;
mod tables;
#[cfg(test)]
mod testing;
mod text;

pub use baseline::{
    BASELINE_PREFIX, BaselineError, BaselineStore, Reference, Save, Saved, SavedModel, Timeline, TimelineOptions,
    TimelinePoint, TimelineState, timeline_artifacts, timeline_table,
};
pub use charts::{CHARTS, Chart, Figure, Material, comparison_artifacts, diff_artifacts};
pub use compare::{
    CompareError, CompareOptions, Comparison, Evidence, Side, TaskRow, ValueOf, compare, comparison_markdown,
    comparison_table,
};
pub use diff::{
    DeltaP, DiffMaterial, DiffPlace, DiffRate, DiffRecord, DiffText, DiffToken, DiffUnit, DiffWhere, Notable,
    diff_table, read_diff, write_diff,
};
pub use error::ReportError;
pub use formats::{FORMATS, Format, Put, write_exports};
pub use gate::{
    Assumptions, AverageVerdict, Bar, Cause, Correction, Ends, GateError, GateOptions, GateVerdict, LimitVerdict,
    Limits, LogitFigure, LogitFigures, Numbers, Outcome, Pattern, Policy, Size, TaskVerdict, Tier, TierName,
    TierVerdict, Unlisted, gate, init_policy, verdict_github, verdict_junit, verdict_markdown, verdict_table,
};
pub use identity::is_same_model;
pub use overview::{ModelColumn, Overview, Row, RowKind};
pub use page::{EMBEDDED, INDEX, write_page};
pub use pairs::Pair;
pub use query::{Answer, AnswerOptions, QueryError, query};
pub use report::{Report, ReportOptions, write_report};
pub use run::{Run, read_record, read_run, write_run};
pub use table::{TableOptions, table};
pub use text::ascii;

/// What a list of charts or formats says about one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// The id: a chart's files and a format's name begin with it.
    pub id: &'static str,
    /// What it shows, one line.
    pub summary: &'static str,
}

/// A file to be written: its path below the output folder, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Relative, with `/`.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}
