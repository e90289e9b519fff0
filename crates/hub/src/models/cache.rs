//! The cache's layout, which is that of `huggingface_hub`:
//!
//! ```text
//! models--owner--name/blobs/<etag>              a file by its content: sha256 of large files, git's sha1 of small ones
//! models--owner--name/refs/<revision>           the commit that a branch or tag was when it was fetched last
//! models--owner--name/snapshots/<commit>/<file> a link to the blob
//! models--owner--name/.whole/<commit>           ours: everything of that commit that a model needs is here
//! .locks/models--owner--name/<etag>.lock        held by whoever fetches that blob
//! ```

use crate::error::{HubError, io};
use crate::names::check_part;
use crate::part::sync_folder;
use crate::pull::Event;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Below a repository of the cache: an empty file for each commit that is here whole.
const WHOLE: &str = ".whole";

/// Marks folders of models, and stands for `/` in their names.
const PREFIX: &str = "models--";
const LOCKS: &str = ".locks";
/// Tells programs that make backups to leave the folder out (<https://bford.info/cachedir/>).
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of models; they can be fetched again.\n";

/// A folder of models.
pub struct Cache(PathBuf);

impl Cache {
    pub const fn at(root: PathBuf) -> Self {
        Self(root)
    }

    pub fn root(&self) -> &Path {
        &self.0
    }

    /// The folder of a model, whether it is there or not.
    pub fn repo(&self, id: &str) -> Repo {
        let name = format!("{PREFIX}{}", id.replace('/', "--"));
        Repo { cache: self.0.clone(), folder: self.0.join(&name), locks: self.0.join(LOCKS).join(name) }
    }

    /// Models of which something is there.
    pub fn ids(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut ids: Vec<String> = names.filter_map(|n| Some(n.strip_prefix(PREFIX)?.replacen("--", "/", 1))).collect();
        ids.sort();
        ids
    }
}

/// One model's folder.
pub struct Repo {
    cache: PathBuf,
    folder: PathBuf,
    locks: PathBuf,
}

impl Repo {
    /// The folder of a commit's files.
    pub fn snapshot(&self, commit: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit)
    }

    /// Where the bytes of a file are, by its mark.
    pub fn blob(&self, etag: &str) -> PathBuf {
        self.folder.join("blobs").join(etag)
    }

    /// The commit that a revision is, as far as the cache knows.
    pub fn commit(&self, revision: &str) -> Option<String> {
        if is_commit(revision) {
            return Some(revision.to_owned());
        }
        let text = std::fs::read_to_string(self.folder.join("refs").join(revision)).ok()?;
        Some(text.trim().to_owned()).filter(|commit| is_commit(commit))
    }

    /// Whether everything of a commit that a model needs was fetched by us.
    pub fn is_whole(&self, commit: &str) -> bool {
        self.folder.join(WHOLE).join(commit).is_file()
    }

    /// Remembers that everything of a commit is here.
    pub fn mark_whole(&self, commit: &str) -> Result<(), HubError> {
        let path = self.folder.join(WHOLE).join(commit);
        make_parent(&path)?;
        File::create(&path).map(drop).map_err(|e| io(&path, e))
    }

    /// Remembers which commit a revision is.
    pub fn refer(&self, revision: &str, commit: &str) -> Result<(), HubError> {
        if revision == commit || self.commit(revision).as_deref() == Some(commit) {
            return Ok(());
        }
        let path = self.folder.join("refs").join(revision);
        let folder = make_parent(&path)?;
        let new = path.with_added_extension(format!("{}.tmp", std::process::id()));
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&new)?;
            file.write_all(commit.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|e| io(&new, e))?;
        std::fs::rename(&new, &path).map_err(|e| io(&path, e))?;
        sync_folder(folder)
    }

    /// Gives a blob its name in a commit.
    pub fn point(&self, commit: &str, file: &str, etag: &str) -> Result<(), HubError> {
        let link = self.snapshot(commit).join(file);
        let folder = make_parent(&link)?;
        let new = folder.join(format!(".{file}.{}.tmp", std::process::id()));
        // Left by a process of the same number that was killed.
        let _ = std::fs::remove_file(&new);
        let made = make_link(&self.blob(etag), &Path::new("../../blobs").join(etag), &new);
        made.and_then(|()| std::fs::rename(&new, &link)).map_err(|e| io(&link, e))?;
        sync_folder(folder)
    }

    /// Waits until nobody else fetches a blob. The lock ends with the file that is returned, or with the process.
    pub fn lock(&self, etag: &str, file: &Path, report: &mut dyn FnMut(Event)) -> Result<File, HubError> {
        self.tag();
        let path = self.locks.join(format!("{etag}.lock"));
        make_parent(&path)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(|e| io(&path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                report(Event::Waiting { path: file });
                lock.lock().map_err(|e| io(&path, e))?;
            }
            // Some network drives have no locks. Files still appear only when they are whole.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(io(&path, error)),
        }
        Ok(lock)
    }

    /// Marks the cache as one. Nothing depends on it.
    fn tag(&self) {
        let path = self.cache.join(TAG);
        if self.cache.is_dir() && !path.exists() {
            let _ = std::fs::write(path, TAG_TEXT);
        }
    }
}

/// A link to `blob`, relative where there are such links, else a copy.
fn make_link(blob: &Path, relative: &Path, link: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let _ = blob;
        std::os::unix::fs::symlink(relative, link)
    }
    #[cfg(not(unix))]
    {
        let _ = relative;
        std::fs::copy(blob, link).map(drop)
    }
}

fn make_parent(path: &Path) -> Result<&Path, HubError> {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    std::fs::create_dir_all(folder).map_err(|e| io(folder, e))?;
    Ok(folder)
}

/// A commit's whole name.
pub fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a server's mark can be a blob's name.
pub fn is_blob_name(etag: &str) -> bool {
    etag.len() <= 128 && check_part("mark", etag).is_ok()
}
