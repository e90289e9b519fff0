//! How people name a kept run.

use super::BaselineError;

/// `NAME`, or `NAME~2` for two saves before the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name.
    pub name: String,
    /// Saves before the latest one.
    pub back: usize,
}

/// What a kept run's reference begins with, where a run folder may stand as well.
pub const PREFIX: &str = "baseline:";

const LONGEST: usize = 100;

impl Reference {
    /// Reads `NAME` or `NAME~N`.
    ///
    /// # Errors
    /// A name that none can have, or a number that is none.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let (name, back) = match text.split_once('~') {
            None => (text, 0),
            Some((name, back)) => {
                let back = back.parse().map_err(|_| BaselineError::Reference { text: text.to_owned() })?;
                (name, back)
            }
        };
        check_name(name)?;
        Ok(Self { name: name.to_owned(), back })
    }
}

/// Only names that are a plain file's name on any system, and no option.
pub(super) fn check_name(name: &str) -> Result<(), BaselineError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_well && name.len() <= LONGEST && name.chars().all(is_plain) {
        Ok(())
    } else {
        Err(BaselineError::Name { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let parse = |text: &str| Reference::parse(text).map(|reference| (reference.name, reference.back)).ok();
        assert_eq!(parse("main"), Some(("main".to_owned(), 0)));
        assert_eq!(parse("v1.2-rc_3~12"), Some(("v1.2-rc_3".to_owned(), 12)));
        let long = "a".repeat(101);
        for bad in [
            "", "~1", "main~", "main~x", "main~-1", "../x", "a/b", "a\\b", ".hidden", "-o", "a b", "a:b", "é", "a\n",
            &long,
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
