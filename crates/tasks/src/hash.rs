//! sha256 as hex.

use sha2::{Digest, Sha256};
use yardstick_core::{Map, Request, hex};

/// Of a row as JSON, columns in file order.
pub(crate) fn row(fields: &Map) -> String {
    // A map of cells has only string keys and finite shapes; JSON has a form for all of it (NaN becomes null).
    let json = serde_json::to_vec(fields).unwrap_or_default();
    hex(&Sha256::digest(json))
}

/// Of all contexts and continuations, each preceded by its length, so that text cannot move between them unseen.
pub(crate) fn requests(requests: &[Request]) -> String {
    let mut hasher = Sha256::new();
    for request in requests {
        for text in [request.context(), request.scored_text()] {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
    }
    hex(&hasher.finalize())
}

/// Of a task's prompt hashes in document order.
pub(crate) fn all<'a>(hashes: impl Iterator<Item = &'a str>) -> String {
    let digest = hashes.fold(Sha256::new(), Digest::chain_update);
    hex(&digest.finalize())
}
