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
        for (&token, kept) in tokens[first..].iter().zip(&mut response.tokens) {
            kept.text = model.decode(&[token], false).unwrap_or_default();
        }
    }
}
