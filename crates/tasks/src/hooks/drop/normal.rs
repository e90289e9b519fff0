//! How DROP's answers are written before they are compared.

use super::super::squad::without_articles;
use crate::python::{float, single_spaced, without_punctuation};
use yardstick_core::python_float;

/// Words at spaces and hyphens, each in lower case, without punctuation and articles, and numbers as floats.
pub(super) fn normalized(answer: &str) -> String {
    let words = answer.split([' ', '-']).map(|word| {
        let word = word.to_lowercase();
        // A number keeps its point and its sign.
        let word = if is_number(&word) { word } else { without_punctuation(&word) };
        let word = float(&word).map_or(word, python_float);
        single_spaced(&without_articles(&word))
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether Python's `float` reads it.
pub(super) fn is_number(word: &str) -> bool {
    float(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lm-eval's function gives.
    #[test]
    fn answers() {
        let check = |answer, want| assert_eq!(normalized(answer), want, "{answer:?}");
        check("1,000 yards", "1000.0 yards");
        check("The Dallas-Fort Worth", "dallas fort worth");
        check("12.50%", "1250.0");
        check("an A.B.C. of the sea", "abc of sea");
        check("3.5 -2", "3.5 2.0");
        check("NaN inf", "nan inf");
        check("  ", "");
        check("tab\there", "tab here");
    }
}
