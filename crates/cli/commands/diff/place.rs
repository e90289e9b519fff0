//! A position in words.

use super::material::Document;
use crate::error::CliError;
use yardstick_core::{LanguageModel, Request, TokenDiff};
use yardstick_report::{DiffPlace, DiffWhere};
use yardstick_runner::tokens_before;

/// Tokens that are shown before a position, and characters of them at most.
const TOKENS: usize = 40;
const CHARACTERS: usize = 80;

/// Where a token of a document is, and what both models expect there.
///
/// # Errors
/// What the tokenizer says.
pub fn of(model: &dyn LanguageModel, document: &Document, diff: &TokenDiff) -> Result<DiffPlace, CliError> {
    let request = &document.requests[diff.request as usize];
    let fail = |reason| CliError::Score { place: document.name.clone(), reason };
    let before = tokens_before(model, request, diff.position as usize).map_err(fail)?;
    let place = DiffWhere {
        document: name(document, diff),
        line: line(model, request, &before)?,
        before: end(&model.decode(&before[before.len().saturating_sub(TOKENS)..], true)?),
    };
    Ok(DiffPlace::new(diff, place, |token| model.decode(&[token], false).unwrap_or_default()))
}

fn name(document: &Document, diff: &TokenDiff) -> String {
    let Document { name, requests } = document;
    if requests.len() == 1 { name.clone() } else { format!("{name}, request {}", diff.request + 1) }
}

/// The line of a text that begins with the tokens `before`, where they say what the text says: some tokenizers lose lines.
fn line(model: &dyn LanguageModel, request: &Request, before: &[u32]) -> Result<Option<u64>, CliError> {
    let Request::Rolling { text } = request else { return Ok(None) };
    let decoded = model.decode(before, true)?;
    // A character may be in several tokens: its beginning alone is no text.
    let whole = decoded.trim_end_matches(char::REPLACEMENT_CHARACTER);
    Ok(text.starts_with(whole).then(|| 1 + whole.matches('\n').count() as u64))
}

/// The last characters.
fn end(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(CHARACTERS);
    text.chars().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use yardstick_zoo::LoadOptions;

    #[test]
    fn lines_are_counted_where_tokens_keep_them() {
        let text = "One\ntwo\n\nthree – four\nfive".to_owned();
        let check = |model: &str, wanted: &dyn Fn(&str) -> Option<u64>| {
            let model = yardstick_zoo::load(model, &LoadOptions::default()).unwrap();
            let request = Request::Rolling { text: text.clone() };
            let tokens = model.encode(&text).unwrap();
            for at in 0..tokens.len() {
                let before = model.decode(&tokens[..at], true).unwrap();
                assert_eq!(line(model.as_ref(), &request, &tokens[..at]).unwrap(), wanted(&before), "{before:?}");
            }
        };
        check("gpt2-nano", &|before| Some(1 + before.matches('\n').count() as u64));
        // GPT-1's tokens know neither lines nor capitals: only the very beginning is sure.
        check("gpt1-micro", &|before| before.is_empty().then_some(1));
    }

    #[test]
    fn the_end_of_a_text() {
        assert_eq!(end("short"), "short");
        assert_eq!(end(&"é".repeat(100)), "é".repeat(CHARACTERS));
    }
}
