//! The store: runs by the checksum of their record, and names with a history.

use super::BaselineError;
use super::reference::{Reference, check_name};
use crate::hash::sha256_hex;
use crate::{files, run};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use yardstick_core::RunStatus;

/// Runs that are kept. `objects/<sha256 of run.json>/` holds a run folder each, `names/<name>.json` the history of a name. A
/// run is written once and never changed; a history only grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineStore {
    root: PathBuf,
}

/// One save of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Save {
    /// When, RFC 3339, UTC.
    pub time: String,
    /// sha256 (hex) of the run's `run.json`: its folder in the store.
    pub object: String,
    /// The run's models.
    pub models: Vec<SavedModel>,
}

/// A model of a saved run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedModel {
    /// Its name.
    pub name: String,
    /// sha256 (hex) of its weights.
    pub weights_sha256: String,
}

/// What saving did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// The latest save of the name now.
    pub save: Save,
    /// How many the name has.
    pub saves: usize,
    /// Whether the run was not in the store before.
    pub is_new_run: bool,
    /// Whether the history grew: it does not where the latest save is the same run.
    pub is_new_save: bool,
}

/// A name's file.
#[derive(Debug, Serialize, Deserialize)]
struct History {
    format: String,
    name: String,
    saves: Vec<Save>,
}

const FORMAT: &str = "yardstick.baseline/1";
const RECORD: &str = "run.json";
const SAMPLES: &str = "samples.parquet";

impl BaselineStore {
    /// The store in a folder, which need not be there yet.
    pub const fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Keeps a run folder under a name; `time` is RFC 3339, UTC. Other processes may save at the same time: they wait.
    ///
    /// # Errors
    /// A bad name, a folder that is no finished run, or a store that cannot be written or is damaged.
    pub fn save(&self, name: &str, dir: &Path, time: &str) -> Result<Saved, BaselineError> {
        check_name(name)?;
        let (record, samples) = run::read_files(dir)?;
        let parsed = run::read_record(dir)?;
        if parsed.status != RunStatus::Complete {
            return Err(BaselineError::Unfinished { run: dir.to_owned() });
        }
        let object = sha256_hex(&record);
        let _lock = self.lock()?;
        let is_new_run = self.put(&object, &record, &samples)?;
        let mut saves = self.history_or_none(name)?.unwrap_or_default();
        let is_new_save = saves.last().is_none_or(|save| save.object != object);
        if is_new_save {
            let model = |card: &yardstick_core::ModelCard| SavedModel {
                name: card.name.clone(),
                weights_sha256: card.weights_sha256.clone(),
            };
            saves.push(Save { time: time.to_owned(), object, models: parsed.models.iter().map(model).collect() });
            self.write_history(name, &saves)?;
        }
        let latest = saves.last().cloned();
        let save = latest.ok_or_else(|| damaged(&self.name_file(name), "it holds no save"))?;
        Ok(Saved { save, saves: saves.len(), is_new_run, is_new_save })
    }

    /// All names, sorted.
    ///
    /// # Errors
    /// A store that cannot be listed; one that is not there has no names.
    pub fn names(&self) -> Result<Vec<String>, BaselineError> {
        let folder = self.root.join("names");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(BaselineError::Io { path: folder, source }),
        };
        let name = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".json").map(str::to_owned);
        let mut names: Vec<String> =
            entries.flatten().filter_map(name).filter(|name| check_name(name).is_ok()).collect();
        names.sort();
        Ok(names)
    }

    /// The saves of a name, oldest first.
    ///
    /// # Errors
    /// Nothing was saved under the name, or its file is damaged.
    pub fn history(&self, name: &str) -> Result<Vec<Save>, BaselineError> {
        check_name(name)?;
        match self.history_or_none(name)? {
            Some(saves) if !saves.is_empty() => Ok(saves),
            _ => Err(BaselineError::Unknown { store: self.root.clone(), name: name.to_owned(), known: self.names()? }),
        }
    }

    /// The run folder that a reference means, checked against its checksum.
    ///
    /// # Errors
    /// There is no such save, or the store does not hold it unchanged.
    pub fn find(&self, reference: &Reference) -> Result<PathBuf, BaselineError> {
        let saves = self.history(&reference.name)?;
        let save = saves.len().checked_sub(1 + reference.back).and_then(|at| saves.get(at));
        let save = save.ok_or_else(|| BaselineError::TooFarBack {
            name: reference.name.clone(),
            back: reference.back,
            saves: saves.len(),
        })?;
        self.folder(save)
    }

    /// The run folder of a save, checked against its checksum; samples are checked when they are read.
    ///
    /// # Errors
    /// The store does not hold it unchanged.
    pub fn folder(&self, save: &Save) -> Result<PathBuf, BaselineError> {
        let folder = self.object(&save.object)?;
        check(&folder, &save.object)?;
        Ok(folder)
    }

    /// Bytes that a save takes, 0 where it is gone.
    pub fn bytes(&self, save: &Save) -> u64 {
        let Ok(folder) = self.object(&save.object) else { return 0 };
        let size = |name: &str| fs::metadata(folder.join(name)).map_or(0, |file| file.len());
        size(RECORD) + size(SAMPLES)
    }

    /// Writes a run, unless it is there.
    fn put(&self, object: &str, record: &[u8], samples: &[u8]) -> Result<bool, BaselineError> {
        let folder = self.object(object)?;
        if folder.exists() {
            check(&folder, object)?;
            run::read_files(&folder).map_err(|error| damaged(&folder.join(SAMPLES), &error.to_string()))?;
            return Ok(false);
        }
        // Whole under another name first: a crash leaves nothing that looks like a run. Whoever has the lock may clear it.
        let staged = folder.with_extension("tmp");
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| BaselineError::Io { path, source }
        };
        if staged.exists() {
            fs::remove_dir_all(&staged).map_err(failed(&staged))?;
        }
        files::create_folder(&staged)?;
        files::write(&staged.join(SAMPLES), samples)?;
        files::write(&staged.join(RECORD), record)?;
        fs::rename(&staged, &folder).map_err(failed(&folder))?;
        files::sync_folder_of(&folder);
        Ok(true)
    }

    fn history_or_none(&self, name: &str) -> Result<Option<Vec<Save>>, BaselineError> {
        let path = self.name_file(name);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(BaselineError::Io { path, source }),
        };
        let history: History = serde_json::from_slice(&text).map_err(|error| damaged(&path, &error.to_string()))?;
        if history.format != FORMAT {
            return Err(damaged(
                &path,
                &format!("it has the format {:?}, and this version reads {FORMAT:?}", history.format),
            ));
        }
        Ok(Some(history.saves))
    }

    fn write_history(&self, name: &str, saves: &[Save]) -> Result<(), BaselineError> {
        let path = self.name_file(name);
        let history = History { format: FORMAT.to_owned(), name: name.to_owned(), saves: saves.to_vec() };
        let mut bytes = serde_json::to_vec_pretty(&history).map_err(|error| damaged(&path, &error.to_string()))?;
        bytes.push(b'\n');
        files::create_folder(&self.root.join("names"))?;
        Ok(files::write(&path, &bytes)?)
    }

    /// Holds the store for this process until dropped, or the process ends.
    fn lock(&self) -> Result<File, BaselineError> {
        files::create_folder(&self.root.join("objects"))?;
        let path = self.root.join("lock");
        let failed = |source| BaselineError::Io { path: path.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    fn name_file(&self, name: &str) -> PathBuf {
        self.root.join("names").join(format!("{name}.json"))
    }

    /// A history could name any folder; only checksums are.
    fn object(&self, object: &str) -> Result<PathBuf, BaselineError> {
        let folder = self.root.join("objects").join(object);
        let is_checksum = object.len() == 64 && object.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_checksum { Ok(folder) } else { Err(damaged(&folder, "its name is no sha256")) }
    }
}

fn damaged(path: &Path, reason: &str) -> BaselineError {
    BaselineError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}

/// Whether a run's record is the one that was put there.
fn check(folder: &Path, object: &str) -> Result<(), BaselineError> {
    let path = folder.join(RECORD);
    let bytes = fs::read(&path).map_err(|error| damaged(folder, &format!("{RECORD} cannot be read: {error}")))?;
    let found = sha256_hex(&bytes);
    if found == object { Ok(()) } else { Err(damaged(&path, &format!("its sha256 is {found}"))) }
}
