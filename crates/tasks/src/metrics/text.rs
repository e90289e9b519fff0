//! What metrics of written texts share.

use crate::answers::Answers;
use yardstick_core::{Instance, Target};

/// The right texts of a document: of an index, the choice's text.
pub(crate) fn references(instance: &Instance) -> Vec<String> {
    match &instance.target {
        Target::Text(text) => vec![text.clone()],
        Target::Texts(texts) => texts.clone(),
        Target::Choice(index) => instance.choices.get(*index).into_iter().cloned().collect(),
        Target::Choices(indices) => indices.iter().filter_map(|&index| instance.choices.get(index).cloned()).collect(),
    }
}

/// Whether there are several right texts, of which any counts.
pub(crate) fn has_several(target: &Target) -> bool {
    matches!(target, Target::Texts(_) | Target::Choices(_))
}

/// The text of a metric that looks at one.
///
/// # Errors
/// Several texts: the filters end without one that chooses.
pub(crate) fn prediction<'a>(answers: &Answers<'a>) -> Result<&'a str, String> {
    match answers.texts {
        [text] => Ok(text),
        texts => {
            Err(format!("{} texts are left to score and one is needed; end the filters with take_first", texts.len()))
        }
    }
}
