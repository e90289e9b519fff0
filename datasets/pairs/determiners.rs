//! The determiner fits its noun: in number, in countability and in sound.

use super::{
    Pair, Rule,
    lexicon::{DEEDS, MEN, TIMES, WOMEN},
    words::{choose, in_number},
};
use crate::random::SplitMix64;

/// The contrasts of this split.
pub const RULES: &[Rule] = &[
    Rule { name: "demonstrative_and_noun", draw: demonstrative_and_noun },
    Rule { name: "demonstrative_form", draw: demonstrative_form },
    Rule { name: "demonstrative_with_adjective", draw: demonstrative_with_adjective },
    Rule { name: "irregular_noun", draw: irregular_noun },
    Rule { name: "a_or_an", draw: a_or_an },
    Rule { name: "countability", draw: countability },
];

/// Singular and plural forms of the demonstratives.
const DEMONSTRATIVES: &[(&str, &str)] = &[("this", "these"), ("that", "those")];
const ADJECTIVES: &[&str] = &["old", "small", "large", "new", "dusty", "strange", "plain", "little", "ordinary", "red"];
const IRREGULAR: &[(&str, &str)] = &[
    ("child", "children"),
    ("man", "men"),
    ("woman", "women"),
    ("goose", "geese"),
    ("mouse", "mice"),
    ("wolf", "wolves"),
    ("thief", "thieves"),
    ("calf", "calves"),
];
const MEETINGS: &[&str] = &["saw", "followed", "heard", "met", "noticed", "watched"];
const PLACES: &[&str] = &["in the garden", "near the barn", "behind the mill", "on the bridge", "beside the pond"];

/// Adjectives by the first sound, not the first letter.
const CONSONANT_SOUNDS: &[&str] = &["small", "heavy", "useful", "rusty", "painted", "broken", "European", "unique"];
const VOWEL_SOUNDS: &[&str] = &["old", "antique", "ugly", "enormous", "expensive", "unusual", "ordinary", "elegant"];
const SELLABLE: &[&str] = &["clock", "lamp", "basket", "cup", "trunk", "bucket", "teapot", "saw"];
const TRADES: &[&str] = &["bought", "sold", "found", "borrowed", "brought", "wanted"];

const MASS: &[&str] = &["flour", "sugar", "butter", "salt", "rice", "honey", "milk", "bread", "straw", "coal"];
const COUNT: &[&str] =
    &["eggs", "apples", "candles", "onions", "nails", "plums", "carrots", "spoons", "buttons", "ropes"];
/// With a mass noun, with a plural.
const QUANTITIES: &[(&str, &str)] = &[("too much", "too many"), ("so much", "so many"), ("a little", "a few")];
const BUYING: &[&str] = &["bought", "brought", "carried", "sold", "ordered"];

/// An opening such as `Anna mended`, a thing fit for its verb, and a time.
fn deed(random: &mut SplitMix64) -> (String, &'static str, &'static str) {
    let deed = &DEEDS[random.index(DEEDS.len())];
    (format!("{} {}", name(random), deed.past), random.pick(deed.objects), random.pick(TIMES))
}

fn name(random: &mut SplitMix64) -> &'static str {
    let names = random.pick(&[MEN, WOMEN]);
    random.pick(names)
}

fn demonstrative_and_noun(random: &mut SplitMix64, many: bool) -> Pair {
    let (opening, thing, time) = deed(random);
    let (demonstrative, _) = choose(random.pick(DEMONSTRATIVES), many);
    let (good, bad) = (in_number(thing, many), in_number(thing, !many));
    Pair::statement(&good, &bad, |noun| format!("{opening} {demonstrative} {noun} {time}"))
}

fn demonstrative_form(random: &mut SplitMix64, many: bool) -> Pair {
    let (opening, thing, time) = deed(random);
    let thing = in_number(thing, many);
    let (good, bad) = choose(random.pick(DEMONSTRATIVES), many);
    Pair::statement(good, bad, |demonstrative| format!("{opening} {demonstrative} {thing} {time}"))
}

fn demonstrative_with_adjective(random: &mut SplitMix64, many: bool) -> Pair {
    let (opening, thing, time) = deed(random);
    let (thing, adjective) = (in_number(thing, many), random.pick(ADJECTIVES));
    let (good, bad) = choose(random.pick(DEMONSTRATIVES), many);
    Pair::statement(good, bad, |demonstrative| format!("{opening} {demonstrative} {adjective} {thing} {time}"))
}

fn irregular_noun(random: &mut SplitMix64, many: bool) -> Pair {
    let opening = format!("{} {}", name(random), random.pick(MEETINGS));
    let (demonstrative, _) = choose(random.pick(DEMONSTRATIVES), many);
    let (good, bad) = choose(random.pick(IRREGULAR), many);
    let place = random.pick(PLACES);
    Pair::statement(good, bad, |noun| format!("{opening} {demonstrative} {noun} {place}"))
}

fn a_or_an(random: &mut SplitMix64, vowel: bool) -> Pair {
    let opening = format!("{} {}", name(random), random.pick(TRADES));
    let adjective = random.pick(if vowel { VOWEL_SOUNDS } else { CONSONANT_SOUNDS });
    let (thing, time) = (random.pick(SELLABLE), random.pick(TIMES));
    let (good, bad) = choose(("a", "an"), vowel);
    Pair::statement(good, bad, |article| format!("{opening} {article} {adjective} {thing} {time}"))
}

fn countability(random: &mut SplitMix64, countable: bool) -> Pair {
    let opening = format!("{} {}", name(random), random.pick(BUYING));
    let thing = random.pick(if countable { COUNT } else { MASS });
    let time = random.pick(TIMES);
    let (good, bad) = choose(random.pick(QUANTITIES), countable);
    Pair::statement(good, bad, |quantity| format!("{opening} {quantity} {thing} {time}"))
}
