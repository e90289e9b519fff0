//! A language of our own: words of syllables, drawn by Zipf's law, in sentences.

use crate::random::SplitMix64;
use std::collections::BTreeSet;

/// Words in the language; many more than the tokenizer has tokens for, as in real text.
const WORDS: usize = 30_000;
const ONSETS: &[&str] = &[
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "st", "tr", "pl", "br",
    "gr", "sh", "th", "ch",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ai", "ea", "oo"];
const CODAS: &[&str] = &["", "", "", "n", "r", "s", "t", "l", "m", "nd"];

/// The words, the most frequent first, and how they are drawn.
pub struct Language {
    words: Vec<String>,
    /// Sums of the words' weights up to and including each.
    cumulative: Vec<u64>,
}

impl Language {
    /// The one language there is.
    pub fn new() -> Self {
        let words = lexicon();
        let mut total = 0;
        let cumulative = (0..words.len()).map(|rank| {
            total += weight(rank);
            total
        });
        Self { cumulative: cumulative.collect(), words }
    }

    /// The words, the most frequent first.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// A word as likely as it is frequent.
    pub fn word(&self, random: &mut SplitMix64) -> &str {
        let total = self.cumulative.last().copied().unwrap_or(1);
        let drawn = random.below(total);
        &self.words[self.cumulative.partition_point(|&sum| sum <= drawn)]
    }

    /// `count` words in sentences of 6 to 16 that begin with a capital and end in a full stop, some with a comma.
    pub fn text(&self, count: usize, random: &mut SplitMix64) -> String {
        let mut sentences = Vec::new();
        let mut left = count;
        while left > 0 {
            let words = random.between(6, 16).min(left);
            sentences.push(self.sentence(words, random));
            left -= words;
        }
        sentences.join(" ")
    }

    fn sentence(&self, count: usize, random: &mut SplitMix64) -> String {
        let mut text = capital(self.word(random));
        for _ in 1..count {
            text += if random.below(12) == 0 { ", " } else { " " };
            text += self.word(random);
        }
        text + "."
    }
}

/// A word with a capital.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// Zipf's law with Mandelbrot's shift, as a whole number.
fn weight(rank: usize) -> u64 {
    1_000_000_000 / (rank as u64 + 3)
}

/// Different words; the more frequent are the shorter ones.
fn lexicon() -> Vec<String> {
    let mut random = SplitMix64::named("lexicon");
    let mut seen = BTreeSet::new();
    let mut words = Vec::with_capacity(WORDS);
    while words.len() < WORDS {
        let word: String = (0..syllables(words.len(), &mut random)).map(|_| syllable(&mut random)).collect();
        if seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

fn syllables(rank: usize, random: &mut SplitMix64) -> usize {
    match rank {
        0..100 => 1,
        100..1500 => random.between(1, 2),
        1500..15_000 => 2,
        _ => random.between(2, 3),
    }
}

fn syllable(random: &mut SplitMix64) -> String {
    [random.pick(ONSETS), random.pick(VOWELS), random.pick(CODAS)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_the_words_it_was_asked_for() {
        let language = Language::new();
        for count in [0, 1, 7, 400] {
            let text = language.text(count, &mut SplitMix64::named("count"));
            assert_eq!(text.split_whitespace().count(), count, "{text}");
            assert!(count == 0 || text.ends_with('.'));
        }
        let twice = ["a", "a", "b"].map(|seed| language.text(30, &mut SplitMix64::named(seed)));
        assert!(twice[0] == twice[1] && twice[0] != twice[2]);
    }

    #[test]
    fn frequent_words_are_drawn_often() {
        let language = Language::new();
        let mut random = SplitMix64::named("zipf");
        let top: BTreeSet<&str> = language.words()[..100].iter().map(String::as_str).collect();
        let hits = (0..10_000).filter(|_| top.contains(language.word(&mut random))).count();
        // Zipf: ln(103 / 3) of ln(30,003 / 3), 38 %.
        assert!((3_500..4_200).contains(&hits), "{hits}");
    }
}
