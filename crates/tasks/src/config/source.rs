//! Where task files come from: the binary or the disk.

use crate::error::{Place, TaskError};
use crate::yaml::{self, Node};
use include_dir::{Dir, include_dir};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

static CATALOG: Dir = include_dir!("$CARGO_MANIFEST_DIR/catalog");
/// How bundled files are called in messages, so that they cannot be taken for files of the user's.
const BUNDLED: &str = "catalog";
/// The largest task file that is read.
const MAX_BYTES: u64 = 4 << 20;

/// A task file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// Path below the catalog.
    Bundled(PathBuf),
    /// Path as the user gave it.
    Disk(PathBuf),
}

impl Source {
    /// All bundled `.yaml` files in path order.
    pub fn bundled() -> Vec<Self> {
        fn collect(dir: &Dir, into: &mut Vec<PathBuf>) {
            into.extend(dir.files().map(|file| file.path().to_owned()).filter(|path| is_yaml(path)));
            dir.dirs().for_each(|sub| collect(sub, into));
        }
        let mut paths = Vec::new();
        collect(&CATALOG, &mut paths);
        paths.sort();
        paths.into_iter().map(Self::Bundled).collect()
    }

    /// All `.yaml` files below a folder in path order.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn below(folder: &Path) -> Result<Vec<Self>, TaskError> {
        fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let path = entry.path();
                if entry.file_type()?.is_dir() {
                    collect(&path, into)?;
                } else if is_yaml(&path) {
                    into.push(path);
                }
            }
            Ok(())
        }
        let mut paths = Vec::new();
        collect(folder, &mut paths).map_err(|source| TaskError::Io { path: folder.to_owned(), source })?;
        paths.sort();
        Ok(paths.into_iter().map(Self::Disk).collect())
    }

    /// The name in messages.
    pub fn name(&self) -> Arc<str> {
        match self {
            Self::Bundled(path) => format!("{BUNDLED}/{}", path.display()).into(),
            Self::Disk(path) => path.display().to_string().into(),
        }
    }

    /// The file that `relative` means when written in this one.
    pub fn sibling(&self, relative: &str) -> Self {
        match self {
            Self::Bundled(path) => Self::Bundled(normal(&folder(path).join(relative))),
            Self::Disk(path) => Self::Disk(folder(path).join(relative)),
        }
    }

    /// What makes two ways of writing a path the same file.
    pub fn identity(&self) -> Self {
        match self {
            Self::Disk(path) => Self::Disk(path.canonicalize().unwrap_or_else(|_| path.clone())),
            bundled @ Self::Bundled(_) => bundled.clone(),
        }
    }

    /// The file's tree, before its includes are merged.
    ///
    /// # Errors
    /// A file that is absent, too large, not UTF-8 or not YAML.
    pub fn parse(&self) -> Result<Node, TaskError> {
        yaml::parse(&self.name(), &self.read()?)
    }

    fn read(&self) -> Result<String, TaskError> {
        let io = |source| TaskError::Io { path: PathBuf::from(&*self.name()), source };
        let path = match self {
            Self::Bundled(path) => {
                let text = CATALOG.get_file(path).and_then(include_dir::File::contents_utf8);
                return text.map(str::to_owned).ok_or_else(|| io(std::io::ErrorKind::NotFound.into()));
            }
            Self::Disk(path) => path,
        };
        let bytes = std::fs::metadata(path).map_err(io)?.len();
        if bytes > MAX_BYTES {
            let reason = format!("the file has {bytes} bytes, more than the {MAX_BYTES} of any task file");
            return Err(TaskError::Yaml { place: Place { file: self.name(), line: 1 }, reason });
        }
        std::fs::read_to_string(path).map_err(io)
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new(""))
}

/// `a/../b` as `b`: embedded paths have no file system that would resolve them.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}
