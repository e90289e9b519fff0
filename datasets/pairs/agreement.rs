//! The verb agrees with its subject, not with the noun nearest to it.

use super::{
    Pair, Rule,
    lexicon::{DOINGS, PEOPLE},
    words::{choose, in_number, plural},
};
use crate::random::SplitMix64;

/// The contrasts of this split.
pub const RULES: &[Rule] = &[
    Rule { name: "simple_present", draw: simple_present },
    Rule { name: "irregular_plural", draw: irregular_plural },
    Rule { name: "attractor_in_phrase", draw: attractor_in_phrase },
    Rule { name: "attractor_in_clause", draw: attractor_in_clause },
    Rule { name: "existential_there", draw: existential_there },
    Rule { name: "question", draw: question },
];

const IRREGULAR: &[(&str, &str)] = &[
    ("child", "children"),
    ("man", "men"),
    ("woman", "women"),
    ("goose", "geese"),
    ("mouse", "mice"),
    ("ox", "oxen"),
    ("wolf", "wolves"),
    ("thief", "thieves"),
];
const STATES: &[&str] = &[
    "hiding behind the barn",
    "hungry after the long winter",
    "asleep by the river",
    "lost in the fog",
    "afraid of the dark",
    "waiting near the gate",
    "standing in the road",
    "alone on the hill",
];

/// Head, preposition with article, nearer noun, what is said of the head.
const ATTRACTED: &[(&str, &str, &str, &str)] = &[
    ("key", "to the", "cabinet", "on the table"),
    ("letter", "from the", "cousin", "in the drawer"),
    ("picture", "of the", "ship", "on the wall"),
    ("path", "beside the", "barn", "muddy"),
    ("gate", "behind the", "cottage", "open"),
    ("basket", "beside the", "chair", "empty"),
    ("window", "above the", "door", "broken"),
    ("lamp", "near the", "bed", "too dim"),
    ("boat", "beside the", "bridge", "full of water"),
    ("road", "to the", "village", "dusty"),
    ("sign", "above the", "shop", "hard to read"),
    ("label", "on the", "bottle", "torn"),
    ("story", "about the", "giant", "very old"),
    ("song", "about the", "sailor", "rather sad"),
    ("field", "around the", "farm", "green again"),
    ("button", "on the", "coat", "loose"),
];

const HANDLED: &[(&str, &str)] = &[
    ("knows", "know"),
    ("helps", "help"),
    ("teaches", "teach"),
    ("follows", "follow"),
    ("admires", "admire"),
    ("feeds", "feed"),
];

/// A thing beginning with a consonant, and where it may be.
const PLACED: &[(&str, &str)] = &[
    ("lamp", "on the shelf"),
    ("cup", "on the table"),
    ("boat", "on the lake"),
    ("horse", "in the stable"),
    ("nest", "in the tree"),
    ("key", "under the mat"),
    ("bridge", "over the river"),
    ("letter", "in the box"),
    ("stranger", "at the door"),
    ("cow", "in the meadow"),
    ("barrel", "in the cellar"),
    ("candle", "in the window"),
];

const MOODS: &[&str] = &[
    "so quiet",
    "so angry",
    "so late",
    "so tired this morning",
    "waiting outside",
    "hiding under the stairs",
    "afraid of the storm",
    "proud of the new bridge",
];

fn simple_present(random: &mut SplitMix64, many: bool) -> Pair {
    let subject = in_number(random.pick(PEOPLE), many);
    let (one, several, places) = random.pick(DOINGS);
    let place = random.pick(places);
    let (good, bad) = choose((one, several), many);
    Pair::statement(good, bad, |verb| format!("the {subject} {verb} {place}"))
}

fn irregular_plural(random: &mut SplitMix64, many: bool) -> Pair {
    let (subject, _) = choose(random.pick(IRREGULAR), many);
    let state = random.pick(STATES);
    let (good, bad) = choose(("was", "were"), many);
    Pair::statement(good, bad, |verb| format!("the {subject} {verb} {state}"))
}

fn attractor_in_phrase(random: &mut SplitMix64, many: bool) -> Pair {
    let (head, link, near, predicate) = random.pick(ATTRACTED);
    let (head, near) = (number(head, many), number(near, !many));
    let forms = random.pick(&[("is", "are"), ("was", "were")]);
    let (good, bad) = choose(forms, many);
    Pair::statement(good, bad, |verb| format!("the {head} {link} {near} {verb} {predicate}"))
}

/// As [`in_number`], with the one plural in `-ies` that [`ATTRACTED`] holds.
fn number(noun: &str, many: bool) -> String {
    if many && noun == "story" { "stories".into() } else { in_number(noun, many) }
}

fn attractor_in_clause(random: &mut SplitMix64, many: bool) -> Pair {
    let (subject, object) = random.pick_two(PEOPLE);
    let (subject, object) = (in_number(subject, many), in_number(object, !many));
    let (inner, _) = choose(random.pick(HANDLED), many);
    let (one, several, places) = random.pick(DOINGS);
    let place = random.pick(places);
    let (good, bad) = choose((one, several), many);
    Pair::statement(good, bad, |verb| format!("the {subject} who {inner} the {object} {verb} {place}"))
}

fn existential_there(random: &mut SplitMix64, many: bool) -> Pair {
    let (thing, place) = random.pick(PLACED);
    let thing = if many {
        format!("{} {}", random.pick(&["two", "three", "many", "several"]), plural(thing))
    } else {
        format!("{} {thing}", random.pick(&["a", "only one", "just one", "a single"]))
    };
    let forms = random.pick(&[("is", "are"), ("was", "were")]);
    let (good, bad) = choose(forms, many);
    Pair::statement(good, bad, |verb| format!("there {verb} {thing} {place}"))
}

fn question(random: &mut SplitMix64, many: bool) -> Pair {
    let subject = in_number(random.pick(PEOPLE), many);
    if random.below(2) == 0 {
        let (good, bad) = choose(random.pick(&[("is", "are"), ("was", "were")]), many);
        let mood = random.pick(MOODS);
        return Pair::question(good, bad, |verb| format!("why {verb} the {subject} {mood}"));
    }
    let (_, base, places) = random.pick(DOINGS);
    let place = random.pick(places);
    let (good, bad) = choose(("does", "do"), many);
    Pair::question(good, bad, |verb| format!("{verb} the {subject} {base} {place}"))
}
