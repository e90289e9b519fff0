//! Whether two models mean the same by a token.

use crate::RunnerError;
use yardstick_core::LanguageModel;

/// Checks that both models have next tokens, and that every token id means the same text in both, by their tokenizers' files
/// or token by token.
///
/// # Errors
/// [`RunnerError::NoNextToken`], or [`RunnerError::Vocabulary`] with the first difference.
pub fn check(models: [&dyn LanguageModel; 2]) -> Result<(), RunnerError> {
    if let Some(masked) = models.iter().find(|model| !model.card().scoring.is_causal()) {
        return Err(RunnerError::NoNextToken { model: masked.card().name.clone() });
    }
    let [a, b] = models.map(LanguageModel::card);
    if a.vocab_size != b.vocab_size {
        return Err(differ(models, format!("{} and {}", a.vocab_size, b.vocab_size)));
    }
    if a.tokenizer_sha256 == b.tokenizer_sha256 {
        return Ok(());
    }
    for token in 0..a.vocab_size as u32 {
        let [a, b] = models.map(|model| model.decode(&[token], false).unwrap_or_default());
        if a != b {
            return Err(differ(models, format!("token {token} is {a:?} and {b:?}")));
        }
    }
    Ok(())
}

/// The error that says how two models' tokens differ.
pub fn differ(models: [&dyn LanguageModel; 2], reason: String) -> RunnerError {
    let [a, b] = models.map(|model| model.card().name.clone());
    RunnerError::Vocabulary { a, b, reason }
}
