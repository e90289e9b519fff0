//! Where a model's files are: a folder on disk, one embedded in the binary, or a GGUF file, which is shown as the folder it was
//! made from. Everything after this is the same.

use crate::gguf::{self, Gguf};
use crate::{ZooError, native};
use include_dir::Dir;
use memmap2::Mmap;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder in the hub's layout.
pub enum Source {
    /// On disk.
    Folder(PathBuf),
    /// In the binary.
    Embedded(&'static Dir<'static>),
    /// In one file.
    Gguf(Box<GgufFile>),
    /// In memory, by name: what fuzzing tries.
    Memory(BTreeMap<String, Vec<u8>>),
}

/// A GGUF file.
pub struct GgufFile {
    path: PathBuf,
    /// The whole file.
    pub bytes: Bytes,
    gguf: Gguf,
}

impl GgufFile {
    /// Maps a file and reads its metadata.
    ///
    /// # Errors
    /// It cannot be read, is damaged, or no GGUF file.
    pub fn open(path: &Path) -> Result<Self, ZooError> {
        let bytes = native::map(path).map_err(|source| ZooError::Read { path: path.to_owned(), source })?;
        let fault = |fault| ZooError::of(&path.display().to_string(), gguf::FORMAT.name, fault);
        let gguf = Gguf::read(&bytes).map_err(fault)?;
        Ok(Self { path: path.to_owned(), bytes: Bytes::Mapped(Arc::new(bytes)), gguf })
    }

    fn read(&self, name: &str) -> Result<Option<Cow<'static, [u8]>>, ZooError> {
        let file = self.gguf.file(&self.bytes, name).map(|file| file.map(Cow::Owned));
        file.map_err(|fault| ZooError::of(&self.path.display().to_string(), gguf::FORMAT.name, fault))
    }
}

/// The bytes of one file, wherever they live.
#[derive(Clone)]
pub enum Bytes {
    /// Part of the binary.
    Static(&'static [u8]),
    /// A mapped file.
    Mapped(Arc<Mmap>),
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
            Self::Gguf(file) => file.path.display().to_string(),
            Self::Embedded(_) => "bundled".to_owned(),
            Self::Memory(_) => "memory".to_owned(),
        }
    }

    /// A file of the folder, for messages.
    pub fn describe_file(&self, name: &str) -> String {
        match self {
            Self::Folder(path) => path.join(name).display().to_string(),
            Self::Memory(_) => name.to_owned(),
            Self::Gguf(file) => format!("{} ({name} of its metadata)", file.path.display()),
            Self::Embedded(dir) => format!("bundled {}/{name}", dir.path().display()),
        }
    }

    /// Whether the folder has a file `name`.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Folder(path) => path.join(name).is_file(),
            Self::Gguf(file) => gguf::FILES.contains(&name) && !matches!(file.read(name), Ok(None)),
            Self::Memory(files) => files.contains_key(name),
            Self::Embedded(dir) => embedded(dir, name).is_some(),
        }
    }

    /// A small file, read whole; `None` when it is absent.
    pub fn read(&self, name: &str) -> Result<Option<Cow<'static, [u8]>>, ZooError> {
        match self {
            Self::Embedded(dir) => Ok(embedded(dir, name).map(Cow::Borrowed)),
            Self::Gguf(file) => file.read(name),
            Self::Memory(files) => Ok(files.get(name).map(|bytes| Cow::Owned(bytes.clone()))),
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
            Self::Gguf(_) | Self::Memory(_) => Err(self.missing(name, hint)),
            Self::Folder(_) if !self.has(name) => Err(self.missing(name, hint)),
            Self::Folder(folder) => {
                let path = folder.join(name);
                native::map(&path)
                    .map(|map| Bytes::Mapped(Arc::new(map)))
                    .map_err(|source| ZooError::Read { path, source })
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
