//! Documents that share a passage are not independent.

use serde::Serialize;
use std::collections::BTreeMap;
use yardstick_core::{Sample, Value};

/// Characters on average from which on a column counts as a passage and not as a label.
const PASSAGE: usize = 80;
/// Fewer texts than this are instructions or labels, not passages: too few to tell an error by.
const FEWEST: usize = 10;
/// From this share of documents on that are not the first with their text, they are taken together.
const SHARED: f64 = 0.05;
/// What stands for a column where whole documents are the same.
const WHOLE: &str = "the whole document";
/// What turns clusters off.
const NONE: &str = "none";

/// What documents share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clusters {
    /// The column whose text they share.
    pub column: String,
    /// Different texts in it.
    pub count: usize,
    /// Which text each document has, counted from 0 in the order of appearance.
    #[serde(skip)]
    pub of: Vec<usize>,
}

impl Clusters {
    /// By a text for each document.
    fn by<'a>(column: &str, texts: impl Iterator<Item = &'a str>) -> Self {
        let (count, of) = numbered(texts);
        Self { column: column.to_owned(), count, of }
    }

    /// Those of some of the documents; `None` where fewer than two are left.
    pub fn among(&self, places: &[usize]) -> Option<Self> {
        let (count, of) = numbered(places.iter().map(|&place| self.of[place]));
        (count > 1).then(|| Self { column: self.column.clone(), count, of })
    }

    /// The sum of each cluster's values.
    pub fn sums(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.count];
        self.of.iter().zip(values).for_each(|(&cluster, value)| sums[cluster] += value);
        sums
    }

    /// The share of documents that are not the first with their text.
    fn shared(&self) -> f64 {
        1.0 - self.count as f64 / self.of.len() as f64
    }
}

/// How many different keys there are, and the number of each, counted from 0 in the order of appearance.
fn numbered<K: Ord>(keys: impl Iterator<Item = K>) -> (usize, Vec<usize>) {
    let mut numbers = BTreeMap::new();
    let number = |key| {
        let next = numbers.len();
        *numbers.entry(key).or_insert(next)
    };
    let of = keys.map(number).collect();
    (numbers.len(), of)
}

/// Finds what documents share: the column that is `wanted`, or that of the longest texts, of at least 80 characters on
/// average, of which at least ten differ and every twentieth document repeats one; failing that, documents that are the same
/// as a whole. `None` where documents stand alone, or where `none` is wanted.
pub(super) fn find(samples: &[&Sample], wanted: Option<&str>) -> Option<Clusters> {
    let first = samples.first()?;
    if wanted == Some(NONE) {
        return None;
    }
    if let Some(column) = wanted {
        return by_column(samples, column).map(|found| found.1).filter(|found| found.count > 1);
    }
    let is_passage = |(length, found): &(usize, Clusters)| {
        *length >= PASSAGE * samples.len() && found.count >= FEWEST && found.shared() >= SHARED
    };
    let columns = first.doc.keys().filter_map(|column| by_column(samples, column)).filter(is_passage);
    let same = || {
        let found = Clusters::by(WHOLE, prompts(samples));
        (found.count > 1 && found.shared() >= SHARED).then_some(found)
    };
    columns.max_by_key(|(length, _)| *length).map(|(_, clusters)| clusters).or_else(same)
}

/// A column's texts with their summed length; `None` where a document has no text there.
fn by_column(samples: &[&Sample], column: &str) -> Option<(usize, Clusters)> {
    let texts: Vec<&str> =
        samples.iter().map(|sample| sample.doc.get(column).and_then(Value::as_str)).collect::<Option<_>>()?;
    let length = texts.iter().map(|text| text.chars().count()).sum();
    Some((length, Clusters::by(column, texts.into_iter())))
}

/// What is said of documents that repeat others and are yet taken as independent.
pub(super) fn note(task: &str, samples: &[&Sample], clusters: Option<&Clusters>) -> Option<String> {
    if clusters.is_some() {
        return None;
    }
    let repeated = samples.len() - Clusters::by(WHOLE, prompts(samples)).count;
    let (documents, count) = if repeated == 1 { ("document repeats", "counts") } else { ("documents repeat", "count") };
    (repeated > 0).then(|| format!("{task}: {repeated} {documents} an earlier one and {count} as independent"))
}

/// What tells whole documents apart.
fn prompts<'a>(samples: &[&'a Sample]) -> impl Iterator<Item = &'a str> {
    samples.iter().map(|sample| sample.prompt_hash.as_str())
}
