//! A file that is not whole yet: `.<name>.part` beside its place, and `.<name>.part.json` with what the server said of it. The
//! latter is on the disk before the first byte, so that no bytes are ever gone on with of which it is not known what they are.

use crate::error::{HubError, io};
use crate::hash;
use crate::remote::Remote;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The ending of what is not whole yet.
pub(crate) const PART: &str = ".part";

/// The bytes so far and their record.
pub(crate) struct Part {
    path: PathBuf,
    record: PathBuf,
    begun: Option<Begun>,
}

/// The record.
#[derive(Deserialize, Serialize)]
struct Begun {
    url: String,
    remote: Remote,
}

impl Part {
    /// What an earlier pull left of this address for this place, or nothing yet.
    pub fn open(target: &Path, url: &str) -> Result<Self, HubError> {
        let folder = target.parent().unwrap_or_else(|| Path::new(""));
        std::fs::create_dir_all(folder).map_err(|e| io(folder, e))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let [path, record] = ["", ".json"].map(|ending| folder.join(format!(".{name}{PART}{ending}")));
        // A record that cannot be read says nothing, and what it was of is fetched anew.
        let begun = std::fs::read(&record).ok().and_then(|text| serde_json::from_slice::<Begun>(&text).ok());
        Ok(Self { path, record, begun: begun.filter(|begun| begun.url == url) })
    }

    /// Bytes that are there, of whatever version.
    pub fn length(&self) -> u64 {
        length(&self.path).unwrap_or(0)
    }

    /// What the server said when it sent the first byte.
    pub fn remote(&self) -> Option<&Remote> {
        self.begun.as_ref().map(|begun| &begun.remote)
    }

    /// Bytes that may be gone on with: none where nothing would tell a splice of two versions.
    pub fn resumable(&self) -> u64 {
        let length = self.length();
        let may = |remote: &Remote| remote.is_provable() && remote.bytes.is_none_or(|bytes| length < bytes);
        if self.remote().is_some_and(may) { length } else { 0 }
    }

    /// Whether all bytes are there of the version that `now` announces.
    pub fn is_all_of(&self, now: &Remote) -> bool {
        let is_all = |remote: &Remote| remote.sha256 == now.sha256 && remote.bytes == Some(self.length());
        now.sha256.is_some() && self.remote().is_some_and(is_all)
    }

    /// Whether the bytes are the file that the server said it would send, and `all`, where it is known, their number.
    pub fn is_proven(&self, all: Option<u64>) -> Result<bool, HubError> {
        let Some(remote) = self.remote() else { return Ok(false) };
        let Some(sha256) = &remote.sha256 else { return Ok(false) };
        let (bytes, found) = hash::file(&self.path)?;
        Ok([remote.bytes, all].iter().flatten().all(|size| *size == bytes) && found.eq_ignore_ascii_case(sha256))
    }

    /// Begins with the first byte of a version: older bytes go, then its record is written.
    pub fn begin(&mut self, url: &str, remote: Remote) -> Result<(), HubError> {
        self.begun = None;
        File::create(&self.path).map_err(|e| io(&self.path, e))?;
        let begun = Begun { url: url.to_owned(), remote };
        let text = serde_json::to_vec_pretty(&begun).map_err(|e| io(&self.record, e.into()))?;
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&self.record)?;
            file.write_all(&text)?;
            file.sync_all()
        };
        write().map_err(|e| io(&self.record, e))?;
        self.begun = Some(begun);
        Ok(())
    }

    /// Takes on the size and the commit that a later answer says of the same version.
    pub fn learn(&mut self, bytes: Option<u64>, revision: Option<&String>) {
        if let Some(Begun { remote, .. }) = &mut self.begun {
            remote.bytes = remote.bytes.or(bytes);
            remote.revision = revision.cloned().or_else(|| remote.revision.take());
        }
    }

    /// For writing at its end.
    pub fn append(&self) -> Result<File, HubError> {
        OpenOptions::new().create(true).append(true).open(&self.path).map_err(|e| io(&self.path, e))
    }

    /// Length and sha256 of what is on the disk.
    pub fn hash(&self) -> Result<(u64, String), HubError> {
        hash::file(&self.path)
    }

    /// What an error is about.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Throws it away.
    pub fn discard(&mut self) -> Result<(), HubError> {
        self.begun = None;
        [&self.path, &self.record].into_iter().try_for_each(|path| remove(path))
    }

    /// Puts it in its place, for good.
    pub fn commit(&self, target: &Path) -> Result<(), HubError> {
        std::fs::rename(&self.path, target).map_err(|e| io(target, e))?;
        sync_folder(target.parent().unwrap_or_else(|| Path::new("")))?;
        remove(&self.record)
    }
}

/// The length of a file that is there.
pub(crate) fn length(path: &Path) -> Option<u64> {
    path.metadata().ok().map(|metadata| metadata.len())
}

/// Removes a file; that there is none is fine.
pub(crate) fn remove(path: &Path) -> Result<(), HubError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io(path, error)),
        _ => Ok(()),
    }
}

/// Waits until the names in a folder are on the disk: a lock file must not be there earlier than what it speaks of. Systems that
/// cannot do so for folders keep the order by themselves or not at all.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), HubError> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            Err(io(folder, error))
        }
        _ => Ok(()),
    }
}
