//! What hooks over whole splits have in common.

use super::Derived;
use crate::error::TaskError;
use crate::row::Row;

/// The rows that pass, unchanged and in order.
pub(super) fn keep(rows: &[Row], passes: impl Fn(&Row) -> Result<bool, TaskError>) -> Result<Vec<Derived>, TaskError> {
    let mut kept = Vec::new();
    for (origin, row) in rows.iter().enumerate() {
        if passes(row)? {
            kept.push(Derived { origin, fields: row.fields.clone() });
        }
    }
    Ok(kept)
}

/// A cell as it stands, for [`HookKind::Keep`](super::HookKind::Keep).
pub(super) fn whole(cell: &str) -> &str {
    cell
}
