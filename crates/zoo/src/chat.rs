//! The chat template of a folder: `chat_template.jinja`, or `chat_template` in `tokenizer_config.json`.

use crate::source::Source;
use crate::tokenizer::TokenizerConfig;
use crate::{ZooError, reference};
use yardstick_core::ChatTemplate;

const FILE: &str = "chat_template.jinja";
const KEY: &str = "chat_template";
/// The one to take where there are several.
const DEFAULT: &str = "default";

/// The chat template that the model of `reference` carries; `None` where it has none.
///
/// # Errors
/// [`ZooError::UnknownModel`], or a file that cannot be read.
pub fn chat_template(reference: &str) -> Result<Option<ChatTemplate>, ZooError> {
    let (_, source) = reference::resolve(reference)?;
    let settings = TokenizerConfig::read(&source)?;
    let token = |key| settings.token(key).unwrap_or_default();
    let template = |source| ChatTemplate { source, bos_token: token("bos_token"), eos_token: token("eos_token") };
    Ok(match file(&source)? {
        Some(text) => Some(text),
        None => settings.value(KEY).and_then(text),
    }
    .map(template))
}

fn file(source: &Source) -> Result<Option<String>, ZooError> {
    let Some(bytes) = source.read(FILE)? else { return Ok(None) };
    let text = String::from_utf8(bytes.into_owned());
    text.map(Some).map_err(|error| ZooError::Tokenizer { file: source.describe_file(FILE), reason: error.to_string() })
}

/// The template itself, or the one called `default` of a list of `{name, template}`.
fn text(value: &serde_json::Value) -> Option<String> {
    let named = |name: &str| value.as_array()?.iter().find(|entry| entry["name"] == name)?["template"].as_str();
    value.as_str().or_else(|| named(DEFAULT)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, &str)], want: Option<(&str, &str)>) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.json"), "{}").unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let found = chat_template(dir.path().to_str().unwrap()).unwrap();
        assert_eq!(found.as_ref().map(|t| (t.source.as_str(), t.eos_token.as_str())), want, "{files:?}");
    }

    #[test]
    fn where_it_stands() {
        let settings = "tokenizer_config.json";
        check(&[], None);
        check(&[(settings, r#"{"eos_token": "</s>"}"#)], None);
        check(&[(settings, r#"{"chat_template": "t", "eos_token": {"content": "</s>"}}"#)], Some(("t", "</s>")));
        let several =
            r#"{"chat_template": [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]}"#;
        check(&[(settings, several)], Some(("b", "")));
        check(&[(settings, several), (FILE, "from the file")], Some(("from the file", "")));
    }
}
