//! The part of `dataset_kwargs` that says how a file's bytes become rows.

use crate::error::TaskError;
use crate::yaml::{Entry, Kind, Node};

/// Where a separated file has its column names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Header {
    /// In its first line, unless `column_names` are given: then every line is a row.
    #[default]
    Infer,
    /// Nowhere.
    Absent,
    /// In this line, counted from 0; those before it are left out.
    Line(usize),
}

/// What a row of a text file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SampleBy {
    #[default]
    Line,
    /// What stands between empty lines.
    Paragraph,
    /// The whole file.
    Document,
}

/// How files are read; the default is what the `datasets` library does without arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// JSON: the key of the object that holds the rows.
    pub field: Option<String>,
    /// Separated files: names instead of the file's own.
    pub column_names: Option<Vec<String>>,
    pub header: Header,
    /// One byte; by the file's extension without it.
    pub delimiter: Option<u8>,
    /// One byte; `"` without it.
    pub quote: Option<u8>,
    /// Lines before the header that are left out.
    pub skip_lines: usize,
    pub sample_by: SampleBy,
    /// Text files: a row ends with its line break.
    pub keep_line_breaks: bool,
}

/// Arguments about loading that change no row.
const IMMATERIAL: &[&str] = &[
    "cache_dir",
    "download_config",
    "download_mode",
    "features",
    "ignore_verifications",
    "keep_in_memory",
    "num_proc",
    "save_infos",
    "streaming",
    "token",
    "trust_remote_code",
    "use_auth_token",
    "verification_mode",
];

impl Reading {
    /// Takes one entry of `dataset_kwargs` in; false for a key that is not about reading.
    ///
    /// # Errors
    /// A value that the key cannot have.
    pub fn take(&mut self, entry: &Entry) -> Result<bool, TaskError> {
        let (key, node) = (entry.key.as_str(), &entry.value);
        match key {
            "field" => self.field = some(node, |n| n.str(key).map(str::to_owned))?,
            "column_names" | "names" => self.column_names = some(node, |n| n.strings(key))?,
            "header" => self.header = header(node)?,
            "delimiter" | "sep" => self.delimiter = some(node, |n| byte(n, key))?,
            "quotechar" => self.quote = some(node, |n| byte(n, key))?,
            "skiprows" => self.skip_lines = some(node, |n| n.count(key))?.unwrap_or(0),
            "sample_by" => self.sample_by = some(node, sample_by)?.unwrap_or_default(),
            "keep_linebreaks" => self.keep_line_breaks = some(node, |n| n.bool(key))?.unwrap_or(false),
            _ => return Ok(IMMATERIAL.contains(&key)),
        }
        Ok(true)
    }
}

/// Null counts as not given.
fn some<T>(node: &Node, read: impl FnOnce(&Node) -> Result<T, TaskError>) -> Result<Option<T>, TaskError> {
    if node.is_null() { Ok(None) } else { read(node).map(Some) }
}

/// Here null means something: that there is none.
fn header(node: &Node) -> Result<Header, TaskError> {
    match &node.kind {
        Kind::Null => Ok(Header::Absent),
        Kind::Str(text) if text == "infer" => Ok(Header::Infer),
        Kind::Int(line) => usize::try_from(*line).map(Header::Line).map_err(|_| node.wrong("header", "0 or more")),
        _ => Err(node.wrong("header", "null, `infer` or a line's number")),
    }
}

fn byte(node: &Node, key: &str) -> Result<u8, TaskError> {
    match node.str(key)?.as_bytes() {
        [byte] => Ok(*byte),
        _ => Err(node.wrong(key, "one ASCII character")),
    }
}

fn sample_by(node: &Node) -> Result<SampleBy, TaskError> {
    match node.str("sample_by")? {
        "line" => Ok(SampleBy::Line),
        "paragraph" => Ok(SampleBy::Paragraph),
        "document" => Ok(SampleBy::Document),
        _ => Err(node.wrong("sample_by", "`line`, `paragraph` or `document`")),
    }
}
