//! A question with its answer, or with the beginning of one: what few-shot examples and the document itself have in common.
//!
//! The rules for delimiters are those of lm-eval 0.4.13.

use crate::python::is_space;

/// What one side says and what the other answers, with the delimiters that plain text has after each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    pub question: String,
    between: String,
    /// Empty where the model is to say it all.
    pub answer: String,
    after: String,
}

impl Turn {
    /// A question for the model, which goes on after `prefix`; white space on either side of the border stands in for the
    /// delimiter.
    pub fn open(question: String, prefix: String, delimiter: &str) -> Self {
        let between = if needs_delimiter(&question, &prefix) { delimiter } else { "" };
        Self { between: between.to_owned(), question, answer: prefix, after: String::new() }
    }

    /// A solved question. An answer without text has no delimiters.
    pub fn solved(question: String, prefix: &str, answer: &str, delimiter: &str, after: &str) -> Self {
        if answer.is_empty() {
            return Self::open(question, prefix.to_owned(), delimiter);
        }
        let has_delimiter = prefix.is_empty() || needs_delimiter(&question, prefix);
        Self {
            question,
            between: if has_delimiter { delimiter } else { "" }.to_owned(),
            answer: joined(prefix, answer, " "),
            after: after.to_owned(),
        }
    }

    /// The parts of the turn as plain text.
    pub fn texts(&self) -> [&str; 4] {
        [&self.question, &self.between, &self.answer, &self.after]
    }
}

/// Two texts with a delimiter between them, unless one of them is empty or has white space at the border.
pub(super) fn joined(before: &str, after: &str, delimiter: &str) -> String {
    let delimiter = if !after.is_empty() && needs_delimiter(before, after) { delimiter } else { "" };
    [before, delimiter, after].concat()
}

fn needs_delimiter(before: &str, after: &str) -> bool {
    !before.is_empty() && !after.is_empty() && !before.ends_with(is_space) && !after.starts_with(is_space)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(turn: &Turn, want: &str) {
        assert_eq!(turn.texts().concat(), want, "{turn:?}");
    }

    #[test]
    fn open_turns() {
        let open = |question: &str, prefix: &str| Turn::open(question.to_owned(), prefix.to_owned(), "~");
        check(&open("Q", ""), "Q");
        check(&open("Q", "So"), "Q~So");
        check(&open("Q\n", "So"), "Q\nSo");
        check(&open("Q", " So"), "Q So");
        check(&open("", "So"), "So");
    }

    #[test]
    fn solved_turns() {
        let solved =
            |question: &str, prefix: &str, answer: &str| Turn::solved(question.to_owned(), prefix, answer, "~", "##");
        check(&solved("Q", "", "A"), "Q~A##");
        // Without a prefix the delimiter is there whatever stands beside it.
        check(&solved("Q ", "", " A"), "Q ~ A##");
        check(&solved("Q", "So", "A"), "Q~So A##");
        check(&solved("Q ", "So ", "A"), "Q So A##");
        check(&solved("Q", "", ""), "Q");
        check(&solved("Q", "So", ""), "Q~So");
    }
}
