//! sha256 as hex.

use sha2::{Digest, Sha256};
use yardstick_core::{Map, Request, hex};

/// Of a row as JSON, columns in file order.
pub(crate) fn row(fields: &Map) -> String {
    // A map of cells has only string keys and finite shapes; JSON has a form for all of it (NaN becomes null).
    let json = serde_json::to_vec(fields).unwrap_or_default();
    hex(&Sha256::digest(json))
}

/// Of all contexts and continuations, and of how texts are written, each preceded by its length, so that text cannot move
/// between them unseen.
pub(crate) fn requests(requests: &[Request]) -> String {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    for request in requests {
        add(request.context());
        add(request.scored_text());
        if let Request::Generate { generation, sample, .. } = request {
            // Texts and finite numbers: there is a form for all of it.
            add(&serde_json::to_string(&(generation, sample)).unwrap_or_default());
        }
    }
    hex(&hasher.finalize())
}

/// Of a task's prompt hashes in document order.
pub(crate) fn all<'a>(hashes: impl Iterator<Item = &'a str>) -> String {
    let digest = hashes.fold(Sha256::new(), Digest::chain_update);
    hex(&digest.finalize())
}
