//! Scrambled words after GPT-3 (Brown et al. 2020, §3.9.2): five ways to spoil a word, the word to be restored.

use crate::{DataFile, random::SplitMix64};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROWS: usize = 200;
const WORDS: &str = include_str!("words.txt");
/// What may stand between two letters in `random_insertion`.
const MARKS: [char; 9] = [' ', '.', ',', '!', '?', '/', ':', ';', '-'];

/// One way to spoil a word.
struct Scramble {
    split: &'static str,
    instruction: &'static str,
    /// Shorter words leave too little to restore.
    shortest_word: usize,
    apply: fn(&mut SplitMix64, &str) -> String,
}

const SCRAMBLES: [Scramble; 5] = [
    Scramble {
        split: "cycle_letters",
        instruction: "The letters below are a word turned in a circle: some have moved from its front to its end. Find the word.",
        shortest_word: 5,
        apply: cycle_letters,
    },
    Scramble {
        split: "anagrams1",
        instruction: "Only the first and the last letter of this word kept their places. Put the others back in order.",
        shortest_word: 5,
        apply: |random, word| shuffle_between(random, word, 1),
    },
    Scramble {
        split: "anagrams2",
        instruction: "The first two and the last two letters of this word kept their places. Put the others back in order.",
        shortest_word: 7,
        apply: |random, word| shuffle_between(random, word, 2),
    },
    Scramble {
        split: "random_insertion",
        instruction: "Stray marks have fallen between the letters of this word. Take them out and copy what is left.",
        shortest_word: 5,
        apply: random_insertion,
    },
    Scramble {
        split: "reversed_words",
        instruction: "This word was written from right to left. Write it the usual way.",
        shortest_word: 5,
        apply: |_, word| word.chars().rev().collect(),
    },
];

/// The five splits, each with words of its own choosing from `words.txt`.
pub fn files() -> Vec<DataFile> {
    let rows = |scramble: &Scramble| DataFile { dataset: "scramble", split: scramble.split, rows: rows(scramble) };
    SCRAMBLES.iter().map(rows).collect()
}

/// Different words, in drawn order, each spoiled into something that is no word of the list.
fn rows(scramble: &Scramble) -> Vec<Value> {
    let known: BTreeSet<&str> = WORDS.lines().collect();
    let mut random = SplitMix64::named(&format!("scramble/{}", scramble.split));
    let mut words: Vec<&str> = WORDS.lines().filter(|word| word.len() >= scramble.shortest_word).collect();
    random.shuffle(&mut words);
    words.iter().take(ROWS).map(|word| row(scramble, &mut random, &known, word)).collect()
}

fn row(scramble: &Scramble, random: &mut SplitMix64, known: &BTreeSet<&str>, word: &str) -> Value {
    let spoiled = loop {
        let candidate = (scramble.apply)(random, word);
        if !known.contains(candidate.as_str()) {
            break candidate;
        }
    };
    json!({
        "context": format!("{}\nLetters: {spoiled}\nWord:", scramble.instruction),
        "completion": format!(" {word}"),
        "word": word,
    })
}

fn cycle_letters(random: &mut SplitMix64, word: &str) -> String {
    let (front, back) = word.split_at(1 + random.index(word.len() - 1));
    format!("{back}{front}")
}

/// Shuffles the letters of `word` that have at least `kept` letters before and after them.
fn shuffle_between(random: &mut SplitMix64, word: &str, kept: usize) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let end = letters.len() - kept;
    random.shuffle(&mut letters[kept..end]);
    letters.into_iter().collect()
}

fn random_insertion(random: &mut SplitMix64, word: &str) -> String {
    let mut letters = word.chars();
    let mut spoiled: String = letters.next().into_iter().collect();
    for letter in letters {
        spoiled.extend([random.pick(&MARKS), letter]);
    }
    spoiled
}
