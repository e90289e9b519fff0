//! Models of the hub, in the cache that the hub's own client keeps: both find what the other fetched.

mod api;
mod blob;
mod cache;
mod choose;
mod id;
mod known;

pub use id::ModelId;
pub use known::nearest;

use crate::client::Client;
use crate::error::HubError;
use crate::options::{Options, home};
use crate::pull::Event;
use api::Listing;
use cache::{Cache, Repo, is_commit};
use choose::{SMALL, Weights, shards};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A model in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Hub id.
    pub id: String,
    /// The commit: 40 hexadecimal digits.
    pub commit: String,
    /// The folder with its files.
    pub folder: PathBuf,
    /// Files that a model needs.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were there before.
    pub kept: usize,
}

/// The hub and the cache of its models.
pub struct ModelHub {
    client: Client,
    cache: Cache,
}

impl ModelHub {
    /// A hub, and the cache in that folder.
    pub fn new(options: Options, cache: PathBuf) -> Self {
        Self { client: Client::new(options), cache: Cache::at(cache) }
    }

    /// Where the environment says that models are: `$HF_HUB_CACHE` (before that was its name, `$HUGGINGFACE_HUB_CACHE`), else `hub`
    /// in `$HF_HOME`, else in `~/.cache/huggingface`.
    ///
    /// # Errors
    /// [`HubError::NoCache`].
    pub fn cache() -> Result<PathBuf, HubError> {
        Self::cache_by(|name| std::env::var(name).ok()).ok_or(HubError::NoCache)
    }

    fn cache_by(get: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        let folder = |name| get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let named = folder("HF_HUB_CACHE").or_else(|| folder("HUGGINGFACE_HUB_CACHE"));
        let path = named.map(PathBuf::from).or_else(|| Some(home(&get)?.join("hub")))?;
        match (path.strip_prefix("~"), folder("HOME")) {
            (Ok(below), Some(home)) => Some(PathBuf::from(home).join(below)),
            _ => Some(path),
        }
    }

    /// The model's files in the cache: fetched where they are not there, in the version that the hub has now. Without a network,
    /// or where the hub cannot be reached, in the version that was fetched last.
    ///
    /// # Errors
    /// A model, revision or file that there is not; one that must not be read; no connection, or one that broke off too often; a
    /// file that is not what the hub announced. What was finished before stays.
    pub fn pull(&self, model: &ModelId, report: &mut dyn FnMut(Event)) -> Result<Snapshot, HubError> {
        let here = self.cached(model);
        // A commit never changes.
        // Others may have fetched a part of a commit only.
        let is_whole = |commit: &str| self.cache.repo(model.id()).is_whole(commit);
        let is_final = here.is_ok() && is_commit(model.revision()) && is_whole(model.revision());
        if is_final || self.client.options.is_offline {
            return here;
        }
        match (api::listing(&self.client, model, &self.cache), here) {
            (Ok(listing), _) => self.fetch(model, &listing, report),
            (Err(reason @ (HubError::Offline { .. } | HubError::Status { .. })), Ok(here)) => {
                report(Event::Unasked { reason: &reason });
                Ok(here)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// The model as the cache has it, without asking anybody.
    ///
    /// # Errors
    /// [`HubError::NotCached`].
    pub fn cached(&self, model: &ModelId) -> Result<Snapshot, HubError> {
        let repo = self.cache.repo(model.id());
        let lacks = |missing: String| HubError::NotCached {
            id: model.id().to_owned(),
            revision: model.revision().to_owned(),
            cache: self.cache.root().to_owned(),
            missing,
        };
        let commit = repo.commit(model.revision()).ok_or_else(|| lacks("nothing of it was fetched".to_owned()))?;
        let folder = repo.snapshot(&commit);
        let lacks = |file: String| lacks(format!("{file} was not fetched"));
        let files = choose::present(&folder).map_err(lacks)?;
        let bytes = files.iter().filter_map(|file| folder.join(file).metadata().ok()).map(|meta| meta.len()).sum();
        Ok(Snapshot { id: model.id().to_owned(), commit, folder, files: files.len(), bytes, kept: files.len() })
    }

    /// Fetches what the listing has of what a model needs: small files first, so that a folder that is no model is told at once.
    fn fetch(&self, model: &ModelId, listing: &Listing, report: &mut dyn FnMut(Event)) -> Result<Snapshot, HubError> {
        let missing = |what: &str| HubError::NoFile {
            id: model.id().to_owned(),
            revision: model.revision().to_owned(),
            what: what.to_owned(),
            found: listing.files.iter().cloned().collect(),
        };
        if !listing.files.contains("config.json") {
            return Err(missing("config.json"));
        }
        let weights = choose::weights(|name| listing.files.contains(name))
            .ok_or_else(|| missing("weights (model.safetensors or pytorch_model.bin, or one of them in pieces)"))?;
        let repo = self.cache.repo(model.id());
        let mut pull =
            Pull { client: &self.client, repo: &repo, id: model.id(), commit: &listing.commit, done: Done::default() };
        for name in SMALL.iter().filter(|name| listing.files.contains(**name)) {
            pull.file(name, report)?;
        }
        match weights {
            Weights::One(name) => pull.file(name, report)?,
            Weights::Indexed(index) => {
                pull.file(index, report)?;
                for name in Self::shards(&repo, &listing.commit, index)? {
                    if !listing.files.contains(&name) {
                        return Err(missing(&format!("{name}, which {index} lists")));
                    }
                    pull.file(&name, report)?;
                }
            }
        }
        let Done { files, bytes, kept } = pull.done;
        repo.mark_whole(&listing.commit)?;
        repo.refer(model.revision(), &listing.commit)?;
        let (id, commit) = (model.id().to_owned(), listing.commit.clone());
        Ok(Snapshot { folder: repo.snapshot(&commit), id, commit, files, bytes, kept })
    }

    fn shards(repo: &Repo, commit: &str, index: &str) -> Result<BTreeSet<String>, HubError> {
        let path = repo.snapshot(commit).join(index);
        let text = std::fs::read(&path).map_err(|e| crate::error::io(&path, e))?;
        shards(&text).map_err(|reason| HubError::Record { path, reason })
    }
}

#[derive(Default)]
struct Done {
    files: usize,
    bytes: u64,
    kept: usize,
}

/// One commit's files on their way.
struct Pull<'a> {
    client: &'a Client,
    repo: &'a Repo,
    id: &'a str,
    commit: &'a str,
    done: Done,
}

impl Pull<'_> {
    fn file(&mut self, name: &str, report: &mut dyn FnMut(Event)) -> Result<(), HubError> {
        let fetched = blob::fetch(self.client, self.repo, (self.id, self.commit, name), report);
        let (bytes, is_kept) = fetched.map_err(|error| api::gated(self.client, self.id, error))?;
        self.done.files += 1;
        self.done.bytes += bytes;
        self.done.kept += usize::from(is_kept);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_hubs_client_has_it() {
        let check = |variables: &[(&str, &str)], wanted: Option<&str>| {
            let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned());
            assert_eq!(ModelHub::cache_by(find), wanted.map(PathBuf::from), "{variables:?}");
        };
        let home = ("HOME", "/h");
        check(&[home], Some("/h/.cache/huggingface/hub"));
        check(&[home, ("XDG_CACHE_HOME", "/c")], Some("/c/huggingface/hub"));
        check(&[home, ("HF_HOME", "/f")], Some("/f/hub"));
        check(&[home, ("HF_HOME", "/f"), ("HUGGINGFACE_HUB_CACHE", "/o")], Some("/o"));
        check(&[home, ("HF_HUB_CACHE", "/n"), ("HUGGINGFACE_HUB_CACHE", "/o")], Some("/n"));
        check(&[home, ("HF_HUB_CACHE", "~/x")], Some("/h/x"));
        check(&[], None);
    }
}
