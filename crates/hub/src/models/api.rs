//! What the hub says of a model: its commit, its files, its branches and tags; and what a refusal means.

use super::cache::{Cache, is_commit};
use super::id::ModelId;
use super::known;
use crate::client::Client;
use crate::error::HubError;
use serde_json::Value;
use std::collections::BTreeSet;

/// One version of a model.
pub struct Listing {
    pub commit: String,
    /// Paths of its files, parts joined by `/`.
    pub files: BTreeSet<String>,
}

/// The version that the model's revision is now.
pub fn listing(client: &Client, model: &ModelId, cache: &Cache) -> Result<Listing, HubError> {
    let revision = model.revision().replace('/', "%2F");
    let url = format!("{}/api/models/{}/revision/{revision}", client.options.endpoint, model.id());
    let answer = client.json(&url).map_err(|error| meaning(client, model, cache, error))?;
    let commit = answer["sha"].as_str().filter(|sha| is_commit(sha));
    let names = |list: &Vec<Value>| list.iter().map(|file| file["rfilename"].as_str().map(str::to_owned)).collect();
    let files: Option<BTreeSet<String>> = answer["siblings"].as_array().and_then(names);
    match (commit, files) {
        (Some(commit), Some(files)) => Ok(Listing { commit: commit.to_owned(), files }),
        _ => Err(HubError::Answer { url, reason: "not a model's commit and list of files".to_owned() }),
    }
}

/// What a refusal means for a model. The hub says 401 of models that there are not, since they might be private.
fn meaning(client: &Client, model: &ModelId, cache: &Cache, error: HubError) -> HubError {
    match gated(client, model.id(), error) {
        HubError::Denied { has_token, .. } => no_model(client, model, cache, has_token),
        HubError::NotFound { code, .. } if code.as_deref() != Some("RepoNotFound") => match revisions(client, model) {
            Some(known) => {
                let nearest = known::among(model.revision(), known.iter().cloned());
                let (id, revision) = (model.id().to_owned(), model.revision().to_owned());
                HubError::NoRevision { id, revision, known, nearest }
            }
            None => no_model(client, model, cache, client.options.token.is_some()),
        },
        HubError::NotFound { .. } => no_model(client, model, cache, client.options.token.is_some()),
        error => error,
    }
}

/// A refusal to whoever did not accept a model's terms. The hub lists the files of such a model and refuses them one by one.
pub fn gated(client: &Client, id: &str, error: HubError) -> HubError {
    let is_gated = |code: Option<&str>, status| code.map_or(status == 403, |code| code == "GatedRepo");
    match error {
        HubError::Denied { status, has_token, code, .. } if is_gated(code.as_deref(), status) => {
            let page = format!("{}/{id}", client.options.endpoint);
            HubError::Gated { id: id.to_owned(), page, status, has_token }
        }
        error => error,
    }
}

fn no_model(client: &Client, model: &ModelId, cache: &Cache, has_token: bool) -> HubError {
    HubError::NoModel {
        id: model.id().to_owned(),
        endpoint: client.options.endpoint.clone(),
        nearest: known::nearest_with(model.id(), cache.ids()),
        has_token,
    }
}

/// Branches and tags; `None` where there is no such model.
fn revisions(client: &Client, model: &ModelId) -> Option<Vec<String>> {
    let answer = client.json(&format!("{}/api/models/{}/refs", client.options.endpoint, model.id())).ok()?;
    let names = |kind: &str| -> Vec<String> {
        let list = answer[kind].as_array().map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(|reference| reference["name"].as_str()).map(str::to_owned).collect()
    };
    Some([names("branches"), names("tags")].concat())
}
