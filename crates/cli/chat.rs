//! The one chat template of a run: its prompts are made once, for all models.

use crate::error::CliError;
use yardstick_tasks::Chat;

/// The template that all of these models carry.
///
/// # Errors
/// A model without one, or two that differ.
pub fn chat(models: &[String], multiturn: bool) -> Result<Chat, CliError> {
    let mut found = None;
    for model in models {
        let template = yardstick_zoo::chat_template(model)?
            .ok_or_else(|| CliError::usage(format!("--chat: {model} carries no chat template (chat_template.jinja, or chat_template in tokenizer_config.json)")))?;
        match &found {
            Some((first, other)) if *other != template => {
                return Err(CliError::usage(format!(
                    "--chat: {first} and {model} have different chat templates; run them one at a time"
                )));
            }
            Some(_) => {}
            None => found = Some((model, template)),
        }
    }
    let (_, template) = found.ok_or_else(|| CliError::usage("--chat needs a model".to_owned()))?;
    Ok(Chat { template, multiturn })
}
