//! What was probably meant by a name that nothing has.

/// Models that people evaluate beside GPT-1, 2 and 3.
const IDS: &[&str] = &[
    "openai-community/openai-gpt",
    "openai-community/gpt2",
    "openai-community/gpt2-medium",
    "openai-community/gpt2-large",
    "openai-community/gpt2-xl",
    "distilbert/distilgpt2",
    "EleutherAI/gpt-neo-125m",
    "EleutherAI/gpt-neo-1.3B",
    "EleutherAI/gpt-neo-2.7B",
    "EleutherAI/gpt-j-6b",
    "EleutherAI/pythia-70m",
    "EleutherAI/pythia-160m",
    "EleutherAI/pythia-410m",
    "EleutherAI/pythia-1b",
    "EleutherAI/pythia-1.4b",
    "EleutherAI/pythia-2.8b",
    "EleutherAI/gpt-neox-20b",
    "cerebras/Cerebras-GPT-111M",
    "cerebras/Cerebras-GPT-256M",
    "facebook/opt-125m",
    "facebook/opt-350m",
    "facebook/opt-1.3b",
    "bigscience/bloom-560m",
    "google-bert/bert-base-uncased",
    "google-bert/bert-base-cased",
    "FacebookAI/roberta-base",
    "distilbert/distilbert-base-uncased",
];

/// The id that a name is probably meant for: the same name of another owner or of none, or one with few letters changed.
pub fn nearest(name: &str) -> Option<String> {
    among(name, IDS.iter().map(|&id| id.to_owned()))
}

/// The nearest of `ids`, which are tried together with the well-known ones.
pub(super) fn nearest_with(name: &str, ids: Vec<String>) -> Option<String> {
    among(name, ids.into_iter().chain(IDS.iter().map(|&id| id.to_owned())))
}

/// The nearest of these names.
pub(super) fn among(name: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let last = |id: &str| id.rsplit('/').next().unwrap_or(id).to_lowercase();
    let wanted = (name.to_lowercase(), last(name));
    let edits = |id: &String| {
        if last(id) == wanted.1 { 0 } else { strsim::damerau_levenshtein(&wanted.0, &id.to_lowercase()) }
    };
    let nearest = names.filter(|id| id != name).map(|id| (edits(&id), id)).min();
    nearest.filter(|(edits, id)| *edits <= id.len() / 4).map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_what_was_meant() {
        for (name, wanted) in [
            ("gpt2", Some("openai-community/gpt2")),
            ("openai/gpt2-xl", Some("openai-community/gpt2-xl")),
            ("openai-comunity/gpt2-medium", Some("openai-community/gpt2-medium")),
            ("eleutherai/pythia-70M", Some("EleutherAI/pythia-70m")),
            ("somebody/something-else", None),
            ("openai-community/gpt2", None),
        ] {
            let found = nearest(name);
            if wanted.is_some() || name.starts_with("somebody") {
                assert_eq!(found.as_deref(), wanted, "{name}");
            } else {
                assert_ne!(found.as_deref(), Some(name), "what is not there is no hint");
            }
        }
        assert_eq!(nearest_with("me/mine", vec!["me/mime".to_owned()]).as_deref(), Some("me/mime"));
    }
}
