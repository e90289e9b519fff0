//! Where kept runs are, and what `baseline:NAME` means.

use crate::error::CliError;
use std::path::{Path, PathBuf};
use yardstick_report::{BASELINE_PREFIX, BaselineStore, Reference};

/// The store: the folder given, `$YARDSTICK_BASELINES`, `./.yardstick/baselines` where there is one, or the user's data folder.
///
/// # Errors
/// None of them, and no home to have a data folder in.
pub fn store(given: Option<&Path>) -> Result<BaselineStore, CliError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let local = || Some(PathBuf::from(".yardstick/baselines")).filter(|dir| dir.is_dir());
    let data = || set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")));
    let root = given
        .map(Path::to_owned)
        .or_else(|| set("YARDSTICK_BASELINES"))
        .or_else(local)
        .or_else(|| data().map(|data| data.join("yardstick/baselines")));
    let root = root.ok_or_else(|| CliError::usage("there is no place for baselines; name one with --store DIR"))?;
    Ok(BaselineStore::new(root))
}

/// The folder of a kept run where `text` is `baseline:NAME`; nothing where it is anything else.
///
/// # Errors
/// There is no such save, or it is damaged.
pub fn kept(text: &str) -> Result<Option<PathBuf>, CliError> {
    let Some(reference) = text.strip_prefix(BASELINE_PREFIX) else { return Ok(None) };
    Ok(Some(store(None)?.find(&Reference::parse(reference)?)?))
}

/// A run folder by its path or as `baseline:NAME`.
///
/// # Errors
/// As [`kept`].
pub fn run_folder(path: &Path) -> Result<PathBuf, CliError> {
    let kept = path.to_str().map(kept).transpose()?.flatten();
    Ok(kept.unwrap_or_else(|| path.to_owned()))
}
