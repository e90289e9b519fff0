//! The texts of tokens whose log-probabilities are kept.

use yardstick_core::{LanguageModel, Request, Response};

/// Gives each kept token its text. The scored tokens are the last ones of a request's whole text, whatever the context was
/// cut to.
pub fn name(model: &dyn LanguageModel, requests: &[Request], responses: &mut [Response]) {
    for (request, response) in requests.iter().zip(responses).filter(|(_, response)| !response.tokens.is_empty()) {
        let whole = format!("{}{}", request.context(), request.scored_text());
        // What was encoded once can be encoded again; a token without a text is still a number.
        let Ok(tokens) = model.encode(&whole) else { continue };
        let Some(first) = tokens.len().checked_sub(response.tokens.len()) else { continue };
        for (at, kept) in (first..).zip(&mut response.tokens) {
            kept.text = text(model, &tokens[..=at]);
        }
    }
}

/// The last token's text: what it adds to the one before it, since some tokenizers put the space between words there.
fn text(model: &dyn LanguageModel, tokens: &[u32]) -> String {
    let decode = |n: usize| model.decode(&tokens[tokens.len() - n..], false).unwrap_or_default();
    let alone = decode(1);
    let Some(before) = tokens.len().checked_sub(2) else { return alone };
    let before = model.decode(&tokens[before..=before], false).unwrap_or_default();
    // Where the two make a character together, each is shown for itself.
    decode(2).strip_prefix(before.as_str()).map_or(alone, str::to_owned)
}
