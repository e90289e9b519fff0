//! Where a model's files are: a folder on disk, or a folder embedded in the binary. Everything after this is the same.

use crate::{ZooError, native};
use include_dir::Dir;
use memmap2::Mmap;
use std::borrow::Cow;
use std::ops::Deref;
use std::path::PathBuf;

/// A folder in the hub's layout.
pub enum Source {
    /// On disk.
    Folder(PathBuf),
    /// In the binary.
    Embedded(&'static Dir<'static>),
}

/// The bytes of one file, wherever they live.
pub enum Bytes {
    /// Part of the binary.
    Static(&'static [u8]),
    /// A mapped file.
    Mapped(Mmap),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

impl Source {
    /// The folder for messages and cards: its path, or `bundled`.
    pub fn describe(&self) -> String {
        match self {
            Self::Folder(path) => path.display().to_string(),
            Self::Embedded(_) => "bundled".to_owned(),
        }
    }

    /// A file of the folder, for messages.
    pub fn describe_file(&self, name: &str) -> String {
        match self {
            Self::Folder(path) => path.join(name).display().to_string(),
            Self::Embedded(dir) => format!("bundled {}/{name}", dir.path().display()),
        }
    }

    /// Whether the folder has a file `name`.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Folder(path) => path.join(name).is_file(),
            Self::Embedded(dir) => embedded(dir, name).is_some(),
        }
    }

    /// A small file, read whole; `None` when it is absent.
    pub fn read(&self, name: &str) -> Result<Option<Cow<'static, [u8]>>, ZooError> {
        match self {
            Self::Embedded(dir) => Ok(embedded(dir, name).map(Cow::Borrowed)),
            Self::Folder(_) if !self.has(name) => Ok(None),
            Self::Folder(folder) => {
                let path = folder.join(name);
                std::fs::read(&path).map(|bytes| Some(bytes.into())).map_err(|source| ZooError::Read { path, source })
            }
        }
    }

    /// A small file that must be there; `hint` says what to do when it is not.
    pub fn require(&self, name: &str, hint: &'static str) -> Result<Cow<'static, [u8]>, ZooError> {
        self.read(name)?.ok_or_else(|| self.missing(name, hint))
    }

    /// A large file, mapped rather than read.
    pub fn map(&self, name: &str, hint: &'static str) -> Result<Bytes, ZooError> {
        match self {
            Self::Embedded(dir) => embedded(dir, name).map(Bytes::Static).ok_or_else(|| self.missing(name, hint)),
            Self::Folder(_) if !self.has(name) => Err(self.missing(name, hint)),
            Self::Folder(folder) => {
                let path = folder.join(name);
                native::map(&path).map(Bytes::Mapped).map_err(|source| ZooError::Read { path, source })
            }
        }
    }

    /// The error for an absent file.
    pub fn missing(&self, name: &str, hint: &'static str) -> ZooError {
        ZooError::MissingFile { folder: self.describe(), file: name.to_owned(), hint }
    }
}

fn embedded(dir: &'static Dir<'static>, name: &str) -> Option<&'static [u8]> {
    dir.get_file(dir.path().join(name)).map(include_dir::File::contents)
}
