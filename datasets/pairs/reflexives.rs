//! A reflexive pronoun takes the person, number and gender of the subject of its own clause.

use super::{
    Pair, Rule,
    lexicon::{FEMININE, MASCULINE, MEN, WOMEN},
    words::{choose, plural},
};
use crate::random::SplitMix64;

/// The contrasts of this split.
pub const RULES: &[Rule] = &[
    Rule { name: "gender", draw: gender },
    Rule { name: "number", draw: number },
    Rule { name: "person", draw: person },
    Rule { name: "own_clause", draw: own_clause },
    Rule { name: "possessor", draw: possessor },
    Rule { name: "attractor_in_clause", draw: attractor_in_clause },
];

const HIM_HER: (&str, &str) = ("himself", "herself");

/// What people do to themselves: before and after the pronoun.
const ACTS: &[(&str, &str)] = &[
    ("saw", "in the mirror"),
    ("warmed", "by the fire"),
    ("covered", "with a blanket"),
    ("blamed", "for the accident"),
    ("hid", "behind the curtain"),
    ("taught", "to play the violin"),
    ("bought", "a new coat"),
    ("washed", "in the cold stream"),
    ("found", "alone in the garden"),
    ("poured", "a cup of tea"),
    ("defended", "with a stick"),
    ("hurt", "on the rocks"),
    ("praised", "in front of everyone"),
    ("dried", "with a towel"),
    ("described", "in a long letter"),
];
const SAYINGS: &[&str] = &["said", "thought", "believed", "knew", "wrote", "heard", "noticed"];
const MEETINGS: &[&str] = &["met", "helped", "knew", "followed", "visited", "thanked", "saved"];
const MALE_KIN: &[&str] = &["father", "brother", "uncle", "nephew", "son", "grandfather"];
const FEMALE_KIN: &[&str] = &["mother", "sister", "aunt", "niece", "daughter", "grandmother"];
/// Men and women who are not named for their kin.
const MALE_RANKS: &[&str] = &["king", "prince", "duke", "monk", "waiter", "boy"];
const FEMALE_RANKS: &[&str] = &["queen", "princess", "countess", "nun", "waitress", "girl"];
const PERSONS: &[(&str, &str)] = &[
    ("I", "myself"),
    ("we", "ourselves"),
    ("you", "yourself"),
    ("he", "himself"),
    ("she", "herself"),
    ("they", "themselves"),
];

/// A person of one sex, by noun or by name.
fn someone(random: &mut SplitMix64, female: bool) -> String {
    let (nouns, names) = if female { (FEMININE, WOMEN) } else { (MASCULINE, MEN) };
    if random.below(2) == 0 { format!("the {}", random.pick(nouns)) } else { random.pick(names).into() }
}

/// `subject` acting on itself, with the pronoun of one sex good and of the other bad.
fn contrast(random: &mut SplitMix64, subject: &str, pronouns: (&str, &str)) -> Pair {
    let (verb, rest) = random.pick(ACTS);
    Pair::statement(pronouns.0, pronouns.1, |pronoun| format!("{subject} {verb} {pronoun} {rest}"))
}

fn gender(random: &mut SplitMix64, female: bool) -> Pair {
    let subject = someone(random, female);
    contrast(random, &subject, choose(HIM_HER, female))
}

fn number(random: &mut SplitMix64, many: bool) -> Pair {
    let (nouns, one) = random.pick(&[(MASCULINE, "himself"), (FEMININE, "herself")]);
    let noun = random.pick(nouns);
    let subject = if many { format!("the {}", plural(noun)) } else { format!("the {noun}") };
    contrast(random, &subject, choose((one, "themselves"), many))
}

fn person(random: &mut SplitMix64, _: bool) -> Pair {
    let ((subject, good), (_, bad)) = random.pick_two(PERSONS);
    contrast(random, subject, (good, bad))
}

/// The subject of the outer clause has the other sex.
fn own_clause(random: &mut SplitMix64, female: bool) -> Pair {
    let (outer, inner) = (someone(random, !female), someone(random, female));
    let subject = format!("{outer} {} that {inner}", random.pick(SAYINGS));
    contrast(random, &subject, choose(HIM_HER, female))
}

fn possessor(random: &mut SplitMix64, female: bool) -> Pair {
    let (kin, ranks) = if female { (FEMALE_KIN, MALE_RANKS) } else { (MALE_KIN, FEMALE_RANKS) };
    let subject = format!("the {} of the {}", random.pick(kin), random.pick(ranks));
    contrast(random, &subject, choose(HIM_HER, female))
}

fn attractor_in_clause(random: &mut SplitMix64, female: bool) -> Pair {
    let (subjects, objects) = if female { (FEMALE_RANKS, MALE_RANKS) } else { (MALE_RANKS, FEMALE_RANKS) };
    let subject = format!("the {} who {} the {}", random.pick(subjects), random.pick(MEETINGS), random.pick(objects));
    contrast(random, &subject, choose(HIM_HER, female))
}
