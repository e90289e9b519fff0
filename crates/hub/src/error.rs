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
         Datasets may also be copied into a store by hand"
    )]
    Offline {
        /// Scheme and host.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// The user asked for no network.
    #[error("{url} is not fetched, since HF_HUB_OFFLINE is set")]
    OfflineByChoice {
        /// What would be fetched.
        url: String,
    },
    /// The server does not have it.
    #[error("there is nothing at {url} (404); is the name right?")]
    NotFound {
        /// What was asked for.
        url: String,
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
        /// `size` or `sha256`.
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
    /// A file or folder of the store.
    #[error("{}: {source}", .path.display())]
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
        "the token in HF_TOKEN may not read it; accept the dataset's terms on its page with that account, or check the name"
    } else {
        "there is no such dataset, or one must be known to read it: accept its terms on its page and set HF_TOKEN to a token"
    }
}

pub(crate) fn io(path: &std::path::Path, source: std::io::Error) -> HubError {
    HubError::Io { path: path.to_owned(), source }
}
