//! `metadata` of a paper's protocol: what was chosen where the paper is silent, and the numbers that it prints.
//!
//! ```yaml
//! metadata:
//!   paper: "Radford et al. 2019, Language Models are Unsupervised Multitask Learners"
//!   columns: {text: a passage whose last word is scored}
//!   choices: [each page is a document of its own]
//!   references:
//!     - {metric: acc, unit: percent, source: table 3, status: found, values: {117M: 45.99, 1542M: 63.24}}
//! ```

use crate::error::{Place, TaskError, nearest};
use crate::yaml::{Entry, Kind, Node};
use yardstick_core::Reference;

/// What the file of a paper's protocol says about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Protocol {
    /// The paper.
    pub paper: Option<String>,
    /// A sentence for each thing that the paper leaves open.
    pub choices: Vec<String>,
    /// The dataset's columns that the task reads, with what stands in each, for data that a user has to get.
    pub columns: Vec<(String, String)>,
    /// The paper's numbers, one a model.
    pub references: Vec<Reference>,
}

const KEYS: [&str; 8] = ["version", "about", "chance", "paper", "choices", "columns", "references", "licence"];
const ROW_KEYS: [&str; 7] = ["metric", "unit", "shots", "source", "status", "note", "values"];
const STATUS: [&str; 2] = ["found", "recalled"];
/// What an id of a paper's protocol has before the paper's name.
const MARK: char = '@';

impl Protocol {
    /// Reads the `metadata` of a task whose id names a protocol, `lambada@gpt2`. That of all others is their author's to
    /// fill: nothing is read from it here.
    ///
    /// # Errors
    /// A key that there is not, a value of another kind, a number that is none.
    pub fn read(root: &Node) -> Result<Self, TaskError> {
        let is_protocol = root.get("task").and_then(Node::text).is_some_and(|id| id.contains(MARK));
        let Some(metadata) = root.get("metadata").filter(|_| is_protocol) else { return Ok(Self::default()) };
        check_keys(metadata.entries("metadata")?, &KEYS)?;
        Ok(Self {
            paper: metadata.get("paper").map(|node| node.str("paper").map(str::to_owned)).transpose()?,
            choices: metadata.get("choices").map_or(Ok(Vec::new()), |node| node.strings("choices"))?,
            columns: metadata.get("columns").map_or(Ok(Vec::new()), columns)?,
            references: metadata.get("references").map_or(Ok(Vec::new()), references)?,
        })
    }
}

fn columns(node: &Node) -> Result<Vec<(String, String)>, TaskError> {
    let column = |entry: &Entry| Ok((entry.key.clone(), entry.value.str(&entry.key)?.to_owned()));
    node.entries("columns")?.iter().map(column).collect()
}

fn references(node: &Node) -> Result<Vec<Reference>, TaskError> {
    let Kind::List(rows) = &node.kind else { return Err(node.wrong("references", "a list of mappings")) };
    let mut references = Vec::new();
    for row in rows {
        references.extend(read_row(row)?);
    }
    Ok(references)
}

/// A row of the paper's table: one reference a model.
fn read_row(row: &Node) -> Result<Vec<Reference>, TaskError> {
    check_keys(row.entries("references")?, &ROW_KEYS)?;
    let text = |key: &'static str| required(row, key)?.str(key).map(str::to_owned);
    let shots = row.get("shots").map_or(Ok(0), |node| node.count("shots"))?;
    let (metric, source, status) = (text("metric")?, text("source")?, text("status")?);
    if !STATUS.contains(&status.as_str()) {
        return Err(required(row, "status")?.wrong("status", "found or recalled"));
    }
    let note = row.get("note").map_or(Ok(""), |node| node.str("note"))?.to_owned();
    let unit = Unit::read(row)?;
    let reference = |entry: &Entry| {
        let (model, value) = (entry.key.clone(), unit.of(number(&entry.value, &entry.key)?));
        let (metric, source, status, note) = (metric.clone(), source.clone(), status.clone(), note.clone());
        Ok(Reference { n_params: parameters(&model), model, metric, shots, value, source, status, note })
    };
    required(row, "values")?.entries("values")?.iter().map(reference).collect()
}

/// What the printed numbers count in.
#[derive(Clone, Copy)]
enum Unit {
    Percent,
    /// The metric's own.
    Same,
}

impl Unit {
    fn read(row: &Node) -> Result<Self, TaskError> {
        match row.get("unit").map(|node| (node, &node.kind)) {
            None => Ok(Self::Same),
            Some((_, Kind::Str(unit))) if unit == "percent" => Ok(Self::Percent),
            Some((node, _)) => Err(node.wrong("unit", "percent, or no unit")),
        }
    }

    fn of(self, printed: f64) -> f64 {
        match self {
            // Tables print at most two decimals of a percent: 64.6 becomes 0.646, not 0.6459999999999999.
            Self::Percent => (printed * 100.0).round() / 1e4,
            Self::Same => printed,
        }
    }
}

fn number(node: &Node, key: &str) -> Result<f64, TaskError> {
    match &node.kind {
        Kind::Float(value, _) if value.is_finite() => Ok(*value),
        Kind::Int(value) => Ok(*value as f64),
        _ => Err(node.wrong(key, "a number")),
    }
}

/// The parameters that a model's name counts: 1.75e11 for `175B`.
fn parameters(model: &str) -> Option<f64> {
    let unit = match model.chars().next_back()? {
        'M' => 1e6,
        'B' => 1e9,
        _ => return None,
    };
    model[..model.len() - 1].parse().ok().map(|count: f64| count * unit)
}

fn required<'a>(row: &'a Node, key: &'static str) -> Result<&'a Node, TaskError> {
    let why = "a reference says of which metric it is, where it was read and how sure it is";
    row.get(key).ok_or_else(|| TaskError::MissingKey { place: row.place.clone(), key, why })
}

fn check_keys(entries: &[Entry], keys: &[&str]) -> Result<(), TaskError> {
    match entries.iter().find(|entry| !keys.contains(&entry.key.as_str())) {
        None => Ok(()),
        Some(entry) => Err(unknown(entry.place.clone(), entry.key.clone(), keys)),
    }
}

fn unknown(place: Place, key: String, keys: &[&str]) -> TaskError {
    TaskError::UnknownKey { place, nearest: nearest(&key, keys.iter().copied()), key }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    fn read(task: &str, metadata: &str) -> Result<Protocol, String> {
        let text = format!("task: {task}\nmetadata: {metadata}\n");
        let root = parse(&"t.yaml".into(), &text).map_err(|error| error.to_string())?;
        Protocol::read(&root).map_err(|error| error.to_string())
    }

    #[test]
    fn rows_become_references() {
        let row =
            "{metric: acc, unit: percent, shots: 1, source: table 3, status: found, values: {117M: 45.99, LSTM: 7}}";
        let protocol = read("a@gpt2", &format!("{{paper: P, choices: [one], references: [{row}]}}")).unwrap();
        assert_eq!((protocol.paper.as_deref(), protocol.choices.as_slice()), (Some("P"), &["one".to_owned()][..]));
        let [small, other] = protocol.references.as_slice() else { panic!("{protocol:?}") };
        assert_eq!((small.value, small.n_params, small.shots), (0.4599, Some(117e6), 1));
        assert_eq!((other.value, other.n_params, other.model.as_str()), (0.07, None, "LSTM"));
        let unitless = read("a@x", "{references: [{metric: ppl, source: s, status: recalled, values: {1.5B: 8.63}}]}");
        assert_eq!(unitless.unwrap().references[0].value.to_bits(), 8.63_f64.to_bits());
    }

    #[test]
    fn wrong_metadata() {
        let check = |metadata: &str, want: &str| {
            let message = read("a@gpt2", metadata).expect_err(metadata);
            assert!(message.contains("t.yaml") && message.contains(want), "{message}");
        };
        check("{choses: [x]}", "choices");
        check("{references: {a: 1}}", "a list of mappings");
        check("{references: [{metric: acc, source: s, status: sure, values: {}}]}", "found or recalled");
        check("{references: [{metric: acc, source: s, status: found}]}", "values");
        check("{references: [{metric: acc, source: s, status: found, values: {1B: x}}]}", "a number");
        check("{references: [{metric: acc, unit: bits, source: s, status: found, values: {}}]}", "percent");
    }

    #[test]
    fn the_metadata_of_others_is_theirs() {
        assert_eq!(read("arc", "{references: http, choses: 3}"), Ok(Protocol::default()));
    }
}
