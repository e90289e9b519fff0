//! `owner/name@revision`

use crate::error::HubError;
use crate::names::{check_id, check_part};

/// What a revision is when none is named.
const MAIN: &str = "main";

/// A model of the hub in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModelId {
    id: String,
    revision: String,
}

impl ModelId {
    /// `owner/name`, or `owner/name@revision` with a branch, a tag or a commit. `None` for what is not of that shape: a path that
    /// begins with a dot, a tilde or a slash or has more parts, a single word.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, revision) = text.split_once('@').unwrap_or((text, MAIN));
        let is_pair = id.split('/').count() == 2 && !id.contains("--") && !id.contains("..");
        (is_pair && check(id, revision).is_ok()).then(|| Self { id: id.to_owned(), revision: revision.to_owned() })
    }

    /// `owner/name`
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A branch, a tag or a commit.
    pub fn revision(&self) -> &str {
        &self.revision
    }
}

/// Branches may have slashes in them (`refs/pr/1`), and become paths as well.
fn check(id: &str, revision: &str) -> Result<(), HubError> {
    check_id("model", id)?;
    revision.split('/').try_for_each(|part| check_part("revision", part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_are_ids() {
        for (text, wanted) in [
            ("openai-community/gpt2", Some(("openai-community/gpt2", "main"))),
            ("o/m.x_y@v1.0", Some(("o/m.x_y", "v1.0"))),
            ("o/m@refs/pr/1", Some(("o/m", "refs/pr/1"))),
            ("gpt2", None),
            ("./gpt2", None),
            ("../gpt2", None),
            ("~/gpt2", None),
            ("/models/gpt2", None),
            ("models/gpt2/", None),
            ("a/b/c", None),
            ("a/b--c", None),
            ("a/b c", None),
            ("a/b@", None),
            ("a/b@../x", None),
            ("a/b@x//y", None),
            ("http://x.y/z", None),
        ] {
            let found = ModelId::parse(text);
            assert_eq!(found.as_ref().map(|m| (m.id(), m.revision())), wanted, "{text}");
        }
    }
}
