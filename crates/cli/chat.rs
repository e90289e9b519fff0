//! The one chat template of a run: its prompts are made once, for all models.

use crate::error::CliError;
use crate::models::Found;
use yardstick_tasks::Chat;

/// The template that all of these models carry.
///
/// # Errors
/// A model without one, or two that differ.
pub fn chat(models: &[Found], multiturn: bool) -> Result<Chat, CliError> {
    let mut found = None;
    for model in models {
        let typed = &model.typed;
        let template = model.chat_template()?
            .ok_or_else(|| CliError::usage(format!("--chat: {typed} carries no chat template (chat_template.jinja, or chat_template in tokenizer_config.json)")))?;
        match &found {
            Some((first, other)) if *other != template => {
                return Err(CliError::usage(format!(
                    "--chat: {first} and {typed} have different chat templates; run them one at a time"
                )));
            }
            Some(_) => {}
            None => found = Some((typed, template)),
        }
    }
    let (_, template) = found.ok_or_else(|| CliError::usage("--chat needs a model".to_owned()))?;
    Ok(Chat { template, multiturn })
}
