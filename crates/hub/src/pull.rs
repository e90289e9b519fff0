//! Pulling: datasets and single files into a store.

use crate::api::{self, Conversion};
use crate::client::Client;
use crate::download::{Fetched, fetch};
use crate::error::{HubError, io};
use crate::lock::Lock;
use crate::names::{check_id, check_part, check_path};
use crate::options::Options;
use crate::part::remove;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Held by the one pull that may write to a store.
const GUARD: &str = ".yardstick.pull";

/// What happens, for whoever shows it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A file is fetched now.
    File {
        /// Where it will be.
        path: &'a Path,
        /// Its size, when the server says.
        bytes: Option<u64>,
        /// How much an earlier pull left.
        from: u64,
    },
    /// So many bytes more.
    Bytes(u64),
    /// The file that is there is the server's.
    Kept {
        /// Which.
        path: &'a Path,
    },
    /// The hub converted only the beginning of this dataset.
    Partial {
        /// The file that is not all.
        path: &'a Path,
    },
    /// Another process is fetching this file; it is waited for.
    Waiting {
        /// Which.
        path: &'a Path,
    },
    /// The hub cannot be asked for the newest version, and the one that is there is taken.
    Unasked {
        /// Why not.
        reason: &'a HubError,
    },
    /// Something failed and is tried again after a pause.
    Retry {
        /// What failed.
        reason: &'a HubError,
        /// The pause.
        pause: Duration,
    },
}

/// What a pull did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Files of what was asked for.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were there and still right.
    pub kept: usize,
}

/// A store that is being filled. Only one at a time may be open on a store.
pub struct Puller {
    client: Client,
    store: PathBuf,
    lock: Lock,
    _guard: File,
}

impl Puller {
    /// Opens a store, made when there is none.
    ///
    /// # Errors
    /// A folder that cannot be written, a lock file that cannot be read, another pull at work.
    pub fn open(store: &Path, options: Options) -> Result<Self, HubError> {
        std::fs::create_dir_all(store).map_err(|e| io(store, e))?;
        let path = store.join(GUARD);
        let guard = File::create(&path).map_err(|e| io(&path, e))?;
        match guard.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HubError::Busy { store: store.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(io(&path, error)),
        }
        Ok(Self { client: Client::new(options), store: store.to_owned(), lock: Lock::read(store)?, _guard: guard })
    }

    /// Pulls a dataset's parquet conversion: one configuration and split of it, or all.
    ///
    /// # Errors
    /// A dataset, configuration or split that there is not; one that must not be read; no connection, or one that broke off
    /// too often; a file that is not what the hub announced. What was finished before stays.
    pub fn dataset(
        &mut self,
        id: &str,
        config: Option<&str>,
        split: Option<&str>,
        report: &mut dyn FnMut(Event),
    ) -> Result<Pulled, HubError> {
        check_id("dataset", id)?;
        let dataset = api::dataset(&self.client, id)?;
        let wanted = choose(id, api::conversion(&self.client, id)?, config, split)?;
        let mut pulled = Pulled::default();
        for (config, splits) in &wanted {
            for (split, urls) in splits {
                let folder = format!("{id}/{config}/{split}");
                let files = urls.iter().enumerate();
                let files: Vec<_> = files.map(|(n, url)| (format!("{folder}/{n:04}.parquet"), url.clone())).collect();
                self.files(&files, Some(&folder), &mut pulled, report)?;
                self.lock.datasets.insert(id.to_owned(), dataset.clone());
                self.lock.write(&self.store)?;
            }
        }
        Ok(pulled)
    }

    /// Pulls one file to a path below the store.
    ///
    /// # Errors
    /// As for [`Self::dataset`].
    pub fn file(&mut self, url: &str, path: &str, report: &mut dyn FnMut(Event)) -> Result<Pulled, HubError> {
        check_path(path)?;
        let mut pulled = Pulled::default();
        self.files(&[(path.to_owned(), url.to_owned())], None, &mut pulled, report)?;
        self.lock.write(&self.store)?;
        Ok(pulled)
    }

    /// Fetches files and puts them in their places when all of them are there: half a split would be read as a whole one.
    /// `folder`: what the lock file knows in it besides is of an older conversion, and goes.
    fn files(
        &mut self,
        files: &[(String, String)],
        folder: Option<&str>,
        pulled: &mut Pulled,
        report: &mut dyn FnMut(Event),
    ) -> Result<(), HubError> {
        let (mut staged, mut revisions) = (Vec::new(), BTreeSet::new());
        for (path, url) in files {
            let known = self.lock.files.get(path);
            match fetch(&self.client, url, &self.store.join(path), known, report)? {
                Fetched::Kept { revision } => {
                    revisions.extend(revision);
                    pulled.kept += 1;
                    pulled.bytes += known.map_or(0, |known| known.bytes);
                }
                Fetched::Staged(file) => {
                    revisions.extend(file.entry.revision.clone());
                    pulled.bytes += file.entry.bytes;
                    staged.push((path, file));
                }
            }
            pulled.files += 1;
        }
        if revisions.len() > 1 {
            return Err(HubError::Changed { name: folder.unwrap_or_default().to_owned() });
        }
        for (path, file) in staged {
            file.commit()?;
            self.lock.files.insert(path.clone(), file.entry);
        }
        folder.map_or(Ok(()), |folder| self.remove_others(&format!("{folder}/"), files))
    }

    fn remove_others(&mut self, folder: &str, files: &[(String, String)]) -> Result<(), HubError> {
        let is_old = |path: &String| path.starts_with(folder) && files.iter().all(|(new, _)| new != path);
        for old in self.lock.files.keys().filter(|path| is_old(path)).cloned().collect::<Vec<_>>() {
            check_path(&old)?;
            remove(&self.store.join(&old))?;
            self.lock.files.remove(&old);
        }
        Ok(())
    }
}

/// The configurations and splits that were asked for.
fn choose(id: &str, found: Conversion, config: Option<&str>, split: Option<&str>) -> Result<Conversion, HubError> {
    config.map_or(Ok(()), |name| check_part("configuration", name))?;
    split.map_or(Ok(()), |name| check_part("split", name))?;
    let mut configs = only(id, "configuration", found, config)?;
    // A split of every configuration means those that have it.
    if let (None, Some(split)) = (config, split)
        && configs.values().any(|splits| splits.contains_key(split))
    {
        configs.retain(|_, splits| splits.contains_key(split));
    }
    let chosen = configs.into_iter().map(|(config, splits)| {
        let splits = only(&format!("{id} ({config})"), "split", splits, split)?;
        Ok((config, splits))
    });
    chosen.collect()
}

fn only<T>(
    id: &str,
    what: &'static str,
    mut found: BTreeMap<String, T>,
    name: Option<&str>,
) -> Result<BTreeMap<String, T>, HubError> {
    let Some(name) = name else { return Ok(found) };
    let Some(entry) = found.remove_entry(name) else {
        let known = found.into_keys().collect();
        return Err(HubError::Unknown { id: id.to_owned(), what, name: name.to_owned(), known });
    };
    Ok(BTreeMap::from([entry]))
}
