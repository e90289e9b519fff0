//! Where a questioned phrase may have come from: a gap is wanted, and not inside an island (Ross 1967).

use super::{
    Pair, Rule,
    lexicon::{DEEDS, Deed, FEMININE, MASCULINE, NEEDING_OBJECT, PEOPLE, TIMES},
    words::sentence,
};
use crate::random::SplitMix64;

/// The contrasts of this split.
pub const RULES: &[Rule] = &[
    Rule { name: "adjunct_clause", draw: adjunct_clause },
    Rule { name: "coordination", draw: coordination },
    Rule { name: "relative_clause", draw: relative_clause },
    Rule { name: "embedded_question", draw: embedded_question },
    Rule { name: "left_branch", draw: left_branch },
    Rule { name: "filled_gap", draw: filled_gap },
];

/// Past and base of verbs with a person as object.
const DEALINGS: &[(&str, &str)] =
    &[("knew", "know"), ("helped", "help"), ("followed", "follow"), ("visited", "visit"), ("thanked", "thank")];
/// Base and past of verbs that take both a statement and a question.
const MINDS: &[(&str, &str)] = &[
    ("remember", "remembered"),
    ("know", "knew"),
    ("discover", "discovered"),
    ("explain", "explained"),
    ("reveal", "revealed"),
    ("learn", "learned"),
];
/// Deeds that two things of a kind undergo together.
const TOGETHER: &[&str] = &["buy", "carry", "bring", "find", "borrow", "wash", "fetch", "sell"];

/// Two deeds that one thing undergoes.
const IN_TURN: &[(&str, &[&str])] = &[
    ("buy and repair", &["clock", "cart", "boat", "violin", "wheel"]),
    ("find and mend", &["net", "coat", "kite", "chair"]),
    ("borrow and bring", &["ladder", "lantern", "basket", "blanket"]),
    ("lift and carry", &["sack", "trunk", "stone", "barrel"]),
    ("fetch and mend", &["rope", "blanket", "chair", "bucket"]),
];

/// A deed that needs its object, and such an object.
fn deed(random: &mut SplitMix64) -> (&'static Deed, &'static str) {
    let deed = &DEEDS[random.index(NEEDING_OBJECT)];
    (deed, random.pick(deed.objects))
}

/// Two such deeds, of different verbs and objects.
fn two_deeds(random: &mut SplitMix64) -> [(&'static Deed, &'static str); 2] {
    loop {
        let (first, second) = (deed(random), deed(random));
        if first.0.base != second.0.base && first.1 != second.1 {
            return [first, second];
        }
    }
}

fn pair(good: &str, bad: &str, mark: char) -> Pair {
    Pair { good: sentence(good, mark), bad: sentence(bad, mark) }
}

fn adjunct_clause(random: &mut SplitMix64, female: bool) -> Pair {
    let [(asked, thing), (other, filler)] = two_deeds(random);
    let (people, pronoun) = if female { (FEMININE, "she") } else { (MASCULINE, "he") };
    let who = random.pick(people);
    let link = random.pick(&["before", "after", "while"]);
    pair(
        &format!("which {thing} did the {who} {} {link} {pronoun} {} the {filler}", asked.base, other.past),
        &format!("which {thing} did the {who} {} the {filler} {link} {pronoun} {}", other.base, asked.past),
        '?',
    )
}

/// Out of one of two objects, or out of one of two verb phrases.
fn coordination(random: &mut SplitMix64, verb_phrases: bool) -> Pair {
    let (who, time) = (random.pick(PEOPLE), random.pick(TIMES));
    if verb_phrases {
        let (verbs, things) = random.pick(IN_TURN);
        let (thing, other) = random.pick_two(things);
        let opening = format!("which {thing} did the {who} {verbs}");
        return pair(&format!("{opening} {time}"), &format!("{opening} the {other} {time}"), '?');
    }
    let verb = random.pick(TOGETHER);
    let objects = DEEDS.iter().find(|deed| deed.base == verb).map_or(&[][..], |deed| deed.objects);
    let (thing, other) = random.pick_two(objects);
    let text = |link: &str| format!("which {thing} did the {who} {verb} {link} the {other} {time}");
    pair(&text("with"), &text("and"), '?')
}

fn relative_clause(random: &mut SplitMix64, _: bool) -> Pair {
    let (inner, outer) = random.pick_two(PEOPLE);
    let (deed, thing) = deed(random);
    let (past, base) = random.pick(DEALINGS);
    pair(
        &format!("which {thing} did the {outer} who {past} the {inner} {}", deed.base),
        &format!("which {thing} did the {inner} {base} the {outer} who {}", deed.past),
        '?',
    )
}

/// Two questions in one sentence are well, one out of the other is not; out of a statement it is well again.
fn embedded_question(random: &mut SplitMix64, two_questions: bool) -> Pair {
    let (outer, inner) = random.pick_two(PEOPLE);
    let (deed, thing) = deed(random);
    let (base, past) = random.pick(MINDS);
    let bad = format!("which {thing} did the {outer} {base} which {inner} had {}", deed.past);
    if two_questions {
        return pair(&format!("which {outer} {past} which {thing} the {inner} had {}", deed.past), &bad, '?');
    }
    pair(&format!("which {thing} did the {outer} {base} that the {inner} had {}", deed.past), &bad, '?')
}

fn left_branch(random: &mut SplitMix64, owner: bool) -> Pair {
    let (who, (deed, thing)) = (random.pick(PEOPLE), deed(random));
    let time = random.pick(TIMES);
    let word = if owner { "whose" } else { "which" };
    pair(
        &format!("{word} {thing} did the {who} {} {time}", deed.base),
        &format!("{word} did the {who} {} {thing} {time}", deed.base),
        '?',
    )
}

/// A relative clause wants a gap, a main clause none.
fn filled_gap(random: &mut SplitMix64, main_clause: bool) -> Pair {
    let (who, (deed, thing)) = (random.pick(PEOPLE), deed(random));
    let time = random.pick(TIMES);
    let (gap, filled) = (format!("{} {time}", deed.past), format!("{} it {time}", deed.past));
    if main_clause {
        Pair::statement(&filled, &gap, |rest| format!("the {who} needed the {thing} and {rest}"))
    } else {
        Pair::statement(&gap, &filled, |rest| format!("this is the {thing} that the {who} {rest}"))
    }
}
