//! What the hub says of a dataset: its licence, its commit, and the files of its parquet conversion.

use crate::client::Client;
use crate::error::HubError;
use crate::lock::Dataset;
use crate::names::check_part;
use serde_json::Value;
use std::collections::BTreeMap;

/// Configuration → split → addresses in order.
pub(crate) type Conversion = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Licence and commit.
pub(crate) fn dataset(client: &Client, id: &str) -> Result<Dataset, HubError> {
    let url = format!("{}/api/datasets/{id}", client.options.endpoint);
    let answer = client.json(&url)?;
    Ok(Dataset { licence: licence(&answer), revision: answer["sha"].as_str().map(str::to_owned) })
}

/// `cardData.license`, a name or several; else the tags `license:…`.
fn licence(answer: &Value) -> Option<String> {
    let names = |value: &Value| -> Vec<String> {
        let list = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut licences = names(&answer["cardData"]["license"]);
    if licences.is_empty() {
        licences =
            names(&answer["tags"]).iter().filter_map(|tag| tag.strip_prefix("license:")).map(str::to_owned).collect();
    }
    (!licences.is_empty()).then(|| licences.join(", "))
}

/// The files of the conversion: as the hub lists them or, where it does not, the datasets server.
pub(crate) fn conversion(client: &Client, id: &str) -> Result<Conversion, HubError> {
    let url = format!("{}/api/datasets/{id}/parquet", client.options.endpoint);
    let listed = client.json(&url).and_then(|answer| of_hub(&answer).ok_or_else(|| unexpected(&url)));
    let found = match (listed, &client.options.datasets_server) {
        (Ok(found), _) => found,
        (Err(HubError::NotFound { .. }), None) => Conversion::new(),
        (Err(HubError::NotFound { .. } | HubError::Status { .. } | HubError::Answer { .. }), Some(server)) => {
            let url = format!("{server}/parquet?dataset={}", id.replace('/', "%2F"));
            of_server(&client.json(&url)?).ok_or_else(|| unexpected(&url))?
        }
        (Err(error), _) => return Err(error),
    };
    if found.values().all(BTreeMap::is_empty) {
        return Err(HubError::NoConversion { id: id.to_owned() });
    }
    for (config, splits) in &found {
        check_part("configuration", config)?;
        splits.keys().try_for_each(|split| check_part("split", split))?;
    }
    Ok(found)
}

fn unexpected(url: &str) -> HubError {
    HubError::Answer { url: url.to_owned(), reason: "not a list of parquet files".to_owned() }
}

/// `{config: {split: [url, …]}}`
fn of_hub(answer: &Value) -> Option<Conversion> {
    serde_json::from_value(answer.clone()).ok()
}

/// `{"parquet_files": [{"config": …, "split": …, "url": …}, …]}`
fn of_server(answer: &Value) -> Option<Conversion> {
    let mut found = Conversion::new();
    for file in answer["parquet_files"].as_array()? {
        let text = |key: &str| file[key].as_str().map(str::to_owned);
        found.entry(text("config")?).or_default().entry(text("split")?).or_default().push(text("url")?);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn licences_stand_in_several_places() {
        for (answer, wanted) in [
            (json!({"cardData": {"license": "mit"}}), Some("mit")),
            (json!({"cardData": {"license": ["mit", "cc-by-4.0"]}}), Some("mit, cc-by-4.0")),
            (json!({"tags": ["language:en", "license:apache-2.0"]}), Some("apache-2.0")),
            (json!({"cardData": {}, "tags": []}), None),
        ] {
            assert_eq!(licence(&answer).as_deref(), wanted, "{answer}");
        }
    }

    #[test]
    fn both_lists_are_read() {
        let wanted = of_hub(&json!({"c": {"test": ["u0", "u1"]}}));
        let server = json!({"parquet_files": [
            {"dataset": "d", "config": "c", "split": "test", "url": "u0", "filename": "0000.parquet", "size": 1},
            {"dataset": "d", "config": "c", "split": "test", "url": "u1", "filename": "0001.parquet", "size": 1},
        ], "pending": [], "failed": [], "partial": false});
        assert_eq!(of_server(&server), wanted);
        assert_eq!(of_hub(&json!({"error": "no"})), None);
        assert_eq!(of_server(&json!({"error": "no"})), None);
    }
}
