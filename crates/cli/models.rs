//! A model as it is named on the command line → where it is. The one place that knows bundled names, folders and the hub.

use crate::args::HubArgs;
use crate::error::CliError;
use crate::run::Screen;
use crate::transfers::Transfers;
use yardstick_core::{ChatTemplate, LanguageModel};
use yardstick_hub::{ModelHub, ModelId, Options, Snapshot};
use yardstick_zoo::{Identity, LoadOptions, Preset, Reference, ZooError};

/// A model that was found: its files are there.
#[derive(Clone, Debug)]
pub struct Found {
    /// As typed.
    pub typed: String,
    /// What the zoo is given: a bundled name or a folder, and how its weights are held.
    reference: String,
    /// What it is called, where it is from the hub.
    identity: Option<Identity>,
}

/// Finds a model: a bundled name, else a folder, else a hub id (`owner/name`, `owner/name@revision`), whose files are fetched where
/// the cache does not have them.
///
/// # Errors
/// A name that is none of these, or what the hub says.
pub fn find(typed: &str, hub: HubArgs, screen: Screen) -> Result<Found, CliError> {
    let reason = match yardstick_zoo::check_reference(typed) {
        Ok(()) => return Ok(Found::local(typed)),
        Err(reason) => reason,
    };
    let Reference { model, storage } = Reference::parse(typed);
    let id = ModelId::parse(model).ok_or(reason)?;
    let snapshot = pull(&id, hub, screen)
        .map_err(|reason| CliError::Pull { typed: Some(typed.to_owned()), reason: Box::new(reason) })?;
    let held = storage.map_or_else(String::new, |storage| format!(":{}", storage.name()));
    // The commit, not the branch: what finds the same weights again.
    let source = format!("{}@{}", id.id(), snapshot.commit);
    Ok(Found {
        typed: typed.to_owned(),
        reference: format!("{}{held}", snapshot.folder.display()),
        identity: Some(Identity { name: model.to_owned(), source }),
    })
}

/// A model's files in the cache, fetched where they are not there.
///
/// # Errors
/// What the hub says.
pub fn pull(id: &ModelId, hub: HubArgs, screen: Screen) -> Result<Snapshot, yardstick_hub::HubError> {
    let options = Options::from_env();
    let options = Options { is_offline: hub.offline || options.is_offline, ..options };
    let transfers = Transfers::of_model(screen.is_quiet(), id.id());
    ModelHub::new(options, ModelHub::cache()?).pull(id, &mut |event| transfers.show(&event))
}

/// What to try for a name that is no model's.
pub fn suggestion(typed: &str) -> String {
    let model = Reference::parse(typed).model;
    let size = Preset::of_name(model).map_or_else(String::new, |_| {
        format!("{model} is a size without weights: `yardstick bench --model {model}` measures random ones of it; ")
    });
    let nearest = yardstick_hub::nearest_model(model);
    let nearest = nearest.map_or_else(String::new, |id| format!("; did you mean {id}?"));
    format!("{size}a model of the hub is named owner/name{nearest}")
}

impl Found {
    /// A bundled name or a folder, as typed.
    pub fn local(typed: &str) -> Self {
        Self { typed: typed.to_owned(), reference: typed.to_owned(), identity: None }
    }

    /// Whether it is a model of the hub, whose name is all of its id.
    pub const fn is_of_the_hub(&self) -> bool {
        self.identity.is_some()
    }

    /// Loads it.
    ///
    /// # Errors
    /// As [`yardstick_zoo::load`].
    pub fn load(&self, options: &LoadOptions) -> Result<Box<dyn LanguageModel>, ZooError> {
        yardstick_zoo::load(&self.reference, &LoadOptions { identity: self.identity.clone(), ..options.clone() })
    }

    /// Its context in tokens.
    ///
    /// # Errors
    /// As [`yardstick_zoo::context`].
    pub fn context(&self) -> Result<usize, ZooError> {
        yardstick_zoo::context(&self.reference)
    }

    /// Bytes of its weight files.
    ///
    /// # Errors
    /// As [`yardstick_zoo::weight_bytes`].
    pub fn weight_bytes(&self) -> Result<u64, ZooError> {
        yardstick_zoo::weight_bytes(&self.reference)
    }

    /// Its chat template.
    ///
    /// # Errors
    /// As [`yardstick_zoo::chat_template`].
    pub fn chat_template(&self) -> Result<Option<ChatTemplate>, ZooError> {
        yardstick_zoo::chat_template(&self.reference)
    }
}
