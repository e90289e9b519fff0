//! Models in the binary: four small ones trained for this project, see `bundled/README.md`.

use crate::source::Source;
use crate::{LoadOptions, Model, ZooError};
use include_dir::{Dir, include_dir};
use yardstick_core::ModelCard;

static FOLDERS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/bundled");

/// Names of the bundled models, in the order of the papers they follow and then of size.
pub const BUNDLED_NAMES: &[&str] = &["gpt1-micro", "gpt2-nano", "gpt2-micro", "gpt3-micro"];

/// The folder of a bundled model.
pub fn source(name: &str) -> Option<Source> {
    let known = BUNDLED_NAMES.contains(&name);
    known.then(|| FOLDERS.get_dir(name)).flatten().map(Source::Embedded)
}

/// The cards of all bundled models, in the order of [`BUNDLED_NAMES`].
///
/// # Errors
/// None that a build with passing tests can show: the models are part of the binary.
pub fn bundled() -> Result<Vec<ModelCard>, ZooError> {
    BUNDLED_NAMES.iter().map(|name| Ok(Model::open(name, &LoadOptions::default())?.into_card())).collect()
}
