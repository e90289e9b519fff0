//! Words that want a negative near them, words that follow one, and the verb forms that `not` goes with.

use super::{
    Pair, Rule,
    lexicon::{DEEDS, MEN, PEOPLE, SKILLS, TIMES, WOMEN},
    words::{choose, in_number, sentence},
};
use crate::random::SplitMix64;

/// The contrasts of this split.
pub const RULES: &[Rule] = &[
    Rule { name: "scope_of_not", draw: scope_of_not },
    Rule { name: "negative_subject", draw: negative_subject },
    Rule { name: "inversion", draw: inversion },
    Rule { name: "auxiliary_form", draw: auxiliary_form },
    Rule { name: "either_or_too", draw: either_or_too },
    Rule { name: "so_or_neither", draw: so_or_neither },
];

const EARLIER: &[&str] = &[
    "arrived early",
    "crossed the bridge",
    "seen the storm",
    "stayed behind",
    "read the letter",
    "climbed the hill",
    "finished supper",
    "left the inn",
    "walked home",
    "heard the bell",
];
/// Participles with a word that needs a negative.
const LICENSED: &[&str] = &[
    "spoken to anyone",
    "eaten any bread",
    "found anything",
    "asked any questions",
    "opened any of the letters",
    "gone anywhere",
    "sold any horses",
    "told anybody",
    "noticed any danger",
    "bought anything",
    "slept at all",
];
/// What nobody had done; the slot takes `any` or `no` before the second part.
const UNDONE: &[(&str, &str)] = &[
    ("brought", "thing to the feast"),
    ("heard", "thing in the night"),
    ("seen", "thing in the fog"),
    ("found", "thing under the stones"),
    ("said", "thing about the fire"),
    ("eaten", "thing since morning"),
    ("asked", "body for help"),
    ("gone", "where after dark"),
    ("told", "body about the letter"),
    ("noticed", "body at the window"),
];
const NEGATIVE_ADVERBS: &[&str] = &["never", "seldom", "rarely", "not once", "at no time", "never before"];
const MARVELS: &[&str] = &[
    "seen such a storm",
    "heard such a song",
    "tasted such good bread",
    "climbed so high",
    "walked so far",
    "felt so lonely",
    "told such a story",
    "slept so badly",
    "laughed so loudly",
];
const MODALS: &[(&str, &str)] = &[("can", "cannot"), ("could", "could not"), ("will", "will not")];

/// The same words in both sentences: only one of them has `not` above the word that needs it.
fn scope_of_not(random: &mut SplitMix64, many: bool) -> Pair {
    let subject = in_number(random.pick(PEOPLE), many);
    let (earlier, licensed) = (random.pick(EARLIER), random.pick(LICENSED));
    Pair {
        good: sentence(&format!("the {subject} who had {earlier} had not {licensed}"), '.'),
        bad: sentence(&format!("the {subject} who had not {earlier} had {licensed}"), '.'),
    }
}

fn negative_subject(random: &mut SplitMix64, body: bool) -> Pair {
    let rest = if body {
        random.pick(&["body in the village", "body at the inn", "body on the ship"]).to_owned()
    } else {
        format!(" {}", random.pick(PEOPLE))
    };
    let (verb, thing) = random.pick(UNDONE);
    Pair {
        good: sentence(&format!("no{rest} had {verb} any{thing}"), '.'),
        bad: sentence(&format!("any{rest} had {verb} no{thing}"), '.'),
    }
}

fn inversion(random: &mut SplitMix64, many: bool) -> Pair {
    let subject = in_number(random.pick(PEOPLE), many);
    let (adverb, marvel) = (random.pick(NEGATIVE_ADVERBS), random.pick(MARVELS));
    let auxiliary = if many { random.pick(&["had", "have"]) } else { random.pick(&["had", "has"]) };
    Pair {
        good: sentence(&format!("{adverb} {auxiliary} the {subject} {marvel}"), '.'),
        bad: sentence(&format!("{adverb} the {subject} {auxiliary} {marvel}"), '.'),
    }
}

fn auxiliary_form(random: &mut SplitMix64, perfect: bool) -> Pair {
    let subject = random.pick(PEOPLE);
    let deed = &DEEDS[random.index(DEEDS.len())];
    let (thing, time) = (random.pick(deed.objects), random.pick(TIMES));
    let auxiliary = if perfect { "had" } else { "did" };
    let (good, bad) = choose((deed.base, deed.past), perfect);
    Pair::statement(good, bad, |verb| format!("the {subject} {auxiliary} not {verb} the {thing} {time}"))
}

/// Someone and someone else.
fn two_people(random: &mut SplitMix64) -> (String, String) {
    let (man, woman) = (random.pick(MEN).to_owned(), random.pick(WOMEN).to_owned());
    let (worker, other) = random.pick_two(PEOPLE);
    match random.below(4) {
        0 => (man, woman),
        1 => (woman, man),
        2 => (woman, format!("the {worker}")),
        _ => (format!("the {worker}"), format!("the {other}")),
    }
}

fn either_or_too(random: &mut SplitMix64, negative: bool) -> Pair {
    let (first, second) = two_people(random);
    let (modal, _) = choose(random.pick(MODALS), negative);
    let skill = random.pick(SKILLS);
    let (good, bad) = choose(("too", "either"), negative);
    Pair::statement(good, bad, |word| format!("{first} {modal} {skill}, and {second} {modal} {word}"))
}

fn so_or_neither(random: &mut SplitMix64, negative: bool) -> Pair {
    let (first, second) = two_people(random);
    let (plain, negated) = random.pick(MODALS);
    let (modal, _) = choose((plain, negated), negative);
    let skill = random.pick(SKILLS);
    let (good, bad) = choose(("so", "neither"), negative);
    Pair::statement(good, bad, |word| format!("{first} {modal} {skill}, and {word} {plain} {second}"))
}
