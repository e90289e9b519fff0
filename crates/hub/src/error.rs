//! What can go wrong between the hub and a store, each with what to do.

use std::path::PathBuf;

/// Why something could not be fetched, checked or listed.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// A name that is none, or that would lead out of the store.
    #[error("{what} {name:?} cannot be a name: {reason}")]
    BadName {
        /// What it names: a dataset, a configuration, a split, a path.
        what: &'static str,
        /// As given by the user or by the server.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// No connection.
    #[error(
        "cannot reach {host}: {reason}; check the network and its proxy (HTTPS_PROXY), or name a mirror with HF_ENDPOINT. \
         What is in a store or in the cache needs no network, and files may be copied there by hand"
    )]
    Offline {
        /// Scheme and host.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// The user asked for no network.
    #[error("{url} is not fetched: no network was asked for (--offline or HF_HUB_OFFLINE)")]
    OfflineByChoice {
        /// What would be fetched.
        url: String,
    },
    /// The server does not have it.
    #[error("there is nothing at {url} (404); is the name right?")]
    NotFound {
        /// What was asked for.
        url: String,
        /// What the hub calls it (`X-Error-Code`): `RepoNotFound`, `RevisionNotFound`, `EntryNotFound`.
        code: Option<String>,
    },
    /// The server wants to know who asks, or does not let them.
    #[error(
        "{url} is refused ({status}): {}", denied(*.has_token)
    )]
    Denied {
        /// What was asked for.
        url: String,
        /// 401 or 403.
        status: u16,
        /// Whether a token was sent.
        has_token: bool,
        /// What the hub calls it (`X-Error-Code`): `GatedRepo`, `RepoNotFound`.
        code: Option<String>,
    },
    /// Another answer that is no success.
    #[error("{url} answered {status}; try again later")]
    Status {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// An answer that is not what it should be.
    #[error("{url} answered something unexpected: {reason}")]
    Answer {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A dataset that the hub did not convert.
    #[error(
        "the hub has no parquet conversion of {id}; put its files into the store by hand, or name them with `data_files` in the task"
    )]
    NoConversion {
        /// Hub id.
        id: String,
    },
    /// A configuration or split that the dataset lacks.
    #[error("dataset {id} has no {what} {name:?}; it has {}", .known.join(", "))]
    Unknown {
        /// Hub id, with the configuration when a split is missing.
        id: String,
        /// `configuration` or `split`.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A transfer that broke off each time.
    #[error(
        "{url} broke off {attempts} times, the last time with: {reason}; {}", rest(*.is_kept)
    )]
    BrokenOff {
        /// What was fetched.
        url: String,
        /// How often it was tried.
        attempts: u32,
        /// The last failure.
        reason: String,
        /// Whether bytes arrived that the next pull may go on with.
        is_kept: bool,
    },
    /// A file that arrived whole and is another than the server said.
    #[error("what came from {url} has {what} {found}, and should have {wanted}; it was thrown away, try again")]
    Mismatch {
        /// What was fetched.
        url: String,
        /// `size`, `sha256` or `git sha1`.
        what: &'static str,
        /// What arrived.
        found: String,
        /// What the server announced.
        wanted: String,
    },
    /// Files of one split that are of several commits.
    #[error("{name} was converted anew while it was pulled; the same command pulls what is there now")]
    Changed {
        /// Id, configuration and split.
        name: String,
    },
    /// A model that the hub does not have, or not for whoever asks.
    #[error(
        "there is no model {id} at {endpoint}, or it is private{}{}", suggestion(.nearest.as_deref()), unseen(*.has_token)
    )]
    NoModel {
        /// Hub id.
        id: String,
        /// The hub that was asked.
        endpoint: String,
        /// What was probably meant.
        nearest: Option<String>,
        /// Whether a token was sent.
        has_token: bool,
    },
    /// A branch, tag or commit that a model does not have.
    #[error("model {id} has no revision {revision:?}; it has {}{}", list(.known), suggestion(.nearest.as_deref()))]
    NoRevision {
        /// Hub id.
        id: String,
        /// As asked for.
        revision: String,
        /// Branches and tags.
        known: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A model whose owners want to know who reads it.
    #[error("model {id} is gated ({status}): accept its terms at {page} {}", admitted(*.has_token))]
    Gated {
        /// Hub id.
        id: String,
        /// Where its terms are.
        page: String,
        /// 401 or 403.
        status: u16,
        /// Whether a token was sent.
        has_token: bool,
    },
    /// A repository without a file that a model needs.
    #[error("{id} at {revision} has no {what}; it has {}", list(.found))]
    NoFile {
        /// Hub id.
        id: String,
        /// As asked for.
        revision: String,
        /// What is missing.
        what: String,
        /// What is there.
        found: Vec<String>,
    },
    /// A model that is not whole in the cache, and nothing may be fetched.
    #[error(
        "model {id} at {revision} is not whole in the cache, {} ({missing}), and no network was asked for \
         (--offline or HF_HUB_OFFLINE); `yardstick pull` fetches it while there is one", .cache.display()
    )]
    NotCached {
        /// Hub id.
        id: String,
        /// As asked for.
        revision: String,
        /// The cache's folder.
        cache: PathBuf,
        /// What is not there.
        missing: String,
    },
    /// No folder for the cache is known.
    #[error("there is no place for models: set HF_HUB_CACHE, HF_HOME or HOME")]
    NoCache,
    /// A file or folder of the store.
    #[error("{}: {source}{}", .path.display(), room(.source))]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A lock file or manifest that cannot be understood.
    #[error("{}: {reason}", .path.display())]
    Record {
        /// Which.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// Two pulls at once.
    #[error("another pull is writing to {}; wait for it to end", .store.display())]
    Busy {
        /// The store.
        store: PathBuf,
    },
}

const fn rest(is_kept: bool) -> &'static str {
    if is_kept {
        "what arrived is kept, and the same command goes on"
    } else {
        "nothing arrived that can be gone on with; the same command starts over"
    }
}

const fn denied(has_token: bool) -> &'static str {
    if has_token {
        "the token in HF_TOKEN may not read it; accept its terms on its page with that account, or check the name"
    } else {
        "there is nothing of that name, or one must be known to read it: accept its terms on its page and set HF_TOKEN to a token"
    }
}

const fn admitted(has_token: bool) -> &'static str {
    if has_token {
        "with the account that the token in HF_TOKEN belongs to, and see that the token may read gated models"
    } else {
        "and set HF_TOKEN to a token of the account that did"
    }
}

const fn unseen(has_token: bool) -> &'static str {
    if has_token { "; the token in HF_TOKEN does not see it" } else { "; HF_TOKEN, a token, shows private ones" }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// A server's word as a terminal can show it.
fn plain(name: &str) -> String {
    name.chars().take(120).flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// The first of many names.
fn list(names: &[String]) -> String {
    const MOST: usize = 20;
    let shown = names.iter().take(MOST).map(|name| plain(name)).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "none".to_owned(),
        n if n > MOST => format!("{shown} and {} more", n - MOST),
        _ => shown,
    }
}

/// What to do about a disk that is full.
fn room(source: &std::io::Error) -> &'static str {
    if matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
        "; make room, or name another place (HF_HUB_CACHE for models, --data for datasets): the same command goes on"
    } else {
        ""
    }
}

pub(crate) fn io(path: &std::path::Path, source: std::io::Error) -> HubError {
    HubError::Io { path: path.to_owned(), source }
}
