//! Files that a task names by address: where they come from, and where a store keeps them.

use sha2::{Digest, Sha256};

/// Where datasets of the hub are.
const HUB: &str = "https://huggingface.co/datasets/";
/// Branches that are kept under the dataset's own name: what a clone has, and the parquet conversion.
const OWN: &[&str] = &["main", "refs/convert/parquet"];
/// The folder of a store for files that are on no hub.
const ELSEWHERE: &str = "urls";

/// A file at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remote {
    /// The address, `https://…`.
    pub url: String,
    /// The path below a store.
    pub path: String,
}

impl Remote {
    /// What `hf://datasets/…` or `https://…` means; `None` for a path.
    pub fn parse(written: &str) -> Option<Self> {
        if let Some(rest) = written.strip_prefix("hf://datasets/") {
            let (owner, rest) = rest.split_once('/')?;
            let (name, path) = rest.split_once('/')?;
            let (name, revision) = name.split_once('@').unwrap_or((name, "main"));
            return Some(Self::of_hub(&format!("{owner}/{name}"), &revision.replace("%2F", "/"), path));
        }
        let rest = written.strip_prefix("https://").or_else(|| written.strip_prefix("http://"))?;
        Some(of_hub_url(written).unwrap_or_else(|| Self { url: written.to_owned(), path: elsewhere(rest) }))
    }

    /// A file of a hub dataset.
    pub fn of_hub(id: &str, revision: &str, path: &str) -> Self {
        let folder = if OWN.contains(&revision) { id.to_owned() } else { format!("{id}@{}", plain(revision)) };
        let url = format!("{HUB}{id}/resolve/{}/{path}", revision.replace('/', "%2F"));
        Self { url, path: format!("{folder}/{path}") }
    }
}

/// `https://huggingface.co/datasets/<owner>/<name>/resolve/<revision>/<path>`
fn of_hub_url(url: &str) -> Option<Remote> {
    let (address, _query) = url.split_once('?').unwrap_or((url, ""));
    let (id, rest) = address.strip_prefix(HUB)?.split_once("/resolve/")?;
    let (revision, path) = rest.split_once('/')?;
    Some(Remote::of_hub(id, &revision.replace("%2F", "/"), path))
}

/// `urls/<host>/<path>`; addresses that differ in their query alone are kept apart by its hash.
fn elsewhere(address: &str) -> String {
    let (address, query) = address.split_once('?').map_or((address, None), |(address, query)| (address, Some(query)));
    let (host, path) = address.split_once('/').unwrap_or((address, "index"));
    let hash = query.map(|query| yardstick_core::hex(&Sha256::digest(query.as_bytes())[..8]) + "/");
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).map(plain);
    let path = parts.collect::<Vec<_>>().join("/");
    format!("{ELSEWHERE}/{}/{}{path}", plain(host), hash.unwrap_or_default())
}

/// The text as a folder may be called everywhere.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, url: &str, path: &str) {
        let wanted = Remote { url: url.to_owned(), path: path.to_owned() };
        assert_eq!(Remote::parse(written), Some(wanted), "{written}");
    }

    #[test]
    fn addresses_have_places() {
        let hub = "https://huggingface.co/datasets/o/d/resolve/main/data/x.jsonl";
        check("hf://datasets/o/d/data/x.jsonl", hub, "o/d/data/x.jsonl");
        check(hub, hub, "o/d/data/x.jsonl");
        check(&format!("{hub}?download=true"), hub, "o/d/data/x.jsonl");
        let conversion = "https://huggingface.co/datasets/o/d/resolve/refs%2Fconvert%2Fparquet/c/test/0000.parquet";
        check("hf://datasets/o/d@refs%2Fconvert%2Fparquet/c/test/0000.parquet", conversion, "o/d/c/test/0000.parquet");
        let tag = "https://huggingface.co/datasets/o/d/resolve/v1/x.csv";
        check("hf://datasets/o/d@v1/x.csv", tag, "o/d@v1/x.csv");
        check("https://a.org/b/../c d.csv", "https://a.org/b/../c d.csv", "urls/a.org/b/c_d.csv");
        let query = Remote::parse("https://a.org/b.csv?v=1").expect("an address");
        assert!(query.path.starts_with("urls/a.org/") && query.path.ends_with("/b.csv") && query.path.len() > 30);
        assert_eq!(Remote::parse("data/x.csv"), None);
    }
}
