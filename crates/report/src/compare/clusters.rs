//! Documents that share a passage are not independent.

use serde::Serialize;
use std::collections::BTreeMap;
use yardstick_core::{Sample, Value};

/// Characters on average from which on a column counts as a passage and not as a label.
const PASSAGE: usize = 80;

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

/// Finds the passages of documents: the column of the longest texts, of at least 80 characters on average, of which some
/// text stands in several documents. `None` where every document stands alone.
pub(super) fn find(samples: &[&Sample]) -> Option<Clusters> {
    let columns = samples.first()?.doc.keys();
    let shared = columns.filter_map(|column| clusters(samples, column));
    shared.max_by_key(|(length, _)| *length).map(|(_, clusters)| clusters)
}

/// The texts of a column with their summed length, where they are passages and shared.
fn clusters(samples: &[&Sample], column: &str) -> Option<(usize, Clusters)> {
    let (mut ids, mut of, mut length) = (BTreeMap::new(), Vec::new(), 0);
    for sample in samples {
        let text = sample.doc.get(column).and_then(Value::as_str)?;
        length += text.chars().count();
        let next = ids.len();
        of.push(*ids.entry(text).or_insert(next));
    }
    let count = ids.len();
    let is_shared = count < samples.len() && count > 1;
    (is_shared && length >= PASSAGE * samples.len())
        .then(|| (length, Clusters { column: column.to_owned(), count, of }))
}
