//! Reasons, as sentences.

use super::judge::Cause;
use super::policy::Correction;
use super::verdict::{Ends, Numbers};
use crate::number::{Unit, count, counted};
use yardstick_core::Estimate;

/// What a reason is about besides its numbers.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    pub alpha: f64,
    pub power: f64,
    pub correction: Correction,
    /// Tasks that p-values are corrected over.
    pub family: usize,
    pub same_model: bool,
    /// The largest drop that may go unseen.
    pub at_most: f64,
}

/// Why a task stands as it does.
pub(super) fn reason(cause: Cause, numbers: &Numbers, setting: &Setting) -> String {
    let about = |x: f64| amount(numbers, x);
    let loss = loss(numbers);
    let worse = corrected(numbers, setting);
    match cause {
        Cause::Missing => "the two sides have no number for it that can be compared".to_owned(),
        Cause::Identical => {
            let same = if setting.same_model { ", and it is the same model" } else { "" };
            format!("identical: all {} answers are the same to the bit{same}", count(numbers.n))
        }
        Cause::TooFew => {
            format!("{} documents are paired, and it takes {}", count(numbers.n), count(numbers.min_documents))
        }
        Cause::Within => within(numbers, setting),
        Cause::Worse => match numbers.allowed_drop.filter(|drop| *drop > 0.0) {
            None => format!("worse by {}{} ({worse}); {}", found(numbers, loss), ends(numbers), outcomes(numbers)),
            Some(drop) => {
                let allowed = about(drop);
                let (loss, ends, outcomes) = (found(numbers, loss), ends(numbers), outcomes(numbers));
                format!("worse by {loss}{ends}, more than the {allowed} allowed ({worse}); {outcomes}")
            }
        },
        Cause::Untold => untold(numbers, setting),
        Cause::NotWorse => format!(
            "not found worse ({worse}); a drop of {} would have been, with {:.0} % power",
            found(numbers, numbers.allowed_drop.unwrap_or(0.0) + numbers.detectable.unwrap_or(0.0)),
            100.0 * setting.power
        ),
        Cause::Tied => {
            format!(
                "two choices of {} documents are equally likely to the bit, which the first one wins: the candidate does not tell them apart",
                count(numbers.tied)
            )
        }
        Cause::Blind if loss > numbers.allowed_drop.unwrap_or(0.0) => {
            format!(
                "worse by {}{}, which is more than is allowed, but may be chance ({worse})",
                found(numbers, loss),
                ends(numbers)
            )
        }
        Cause::Blind => {
            let seen = numbers.detectable.map_or_else(
                || "no drop could have been shown with so few documents".to_owned(),
                |drop| {
                    let missed = found(numbers, numbers.allowed_drop.unwrap_or(0.0) + drop);
                    format!("a drop below {missed} might have been missed")
                },
            );
            format!("not found worse ({worse}), but {seen}; it takes data that shows {}", about(setting.at_most))
        }
    }
}

fn within(numbers: &Numbers, setting: &Setting) -> String {
    let margin = amount(numbers, numbers.margin.unwrap_or(0.0));
    let sure = numbers.p_margin.map(p).unwrap_or_default();
    if numbers.p_corrected <= setting.alpha && loss(numbers) > 0.0 {
        let loss = found(numbers, loss(numbers));
        return format!("worse by {loss}, which is surely less than the margin of {margin} ({sure})");
    }
    format!("a drop of {margin} or more is ruled out ({sure})")
}

fn untold(numbers: &Numbers, setting: &Setting) -> String {
    let margin = amount(numbers, numbers.margin.unwrap_or(0.0));
    let sure = numbers.p_margin.map(p).unwrap_or_default();
    let start = format!(
        "a drop of {margin} or more is not ruled out ({sure}), nor is it found worse ({})",
        corrected(numbers, setting)
    );
    let about = if numbers.documents_are_approximate { "about " } else { "" };
    match numbers.documents_needed {
        Some(needed) => {
            format!(
                "{start}; an equal model would pass with {about}{} documents, and there are {}",
                count(needed),
                count(numbers.n)
            )
        }
        None => {
            format!("{start}; {} documents would do for an equal model, and this one looks worse", count(numbers.n))
        }
    }
}

fn corrected(numbers: &Numbers, setting: &Setting) -> String {
    let how = match setting.correction {
        _ if setting.family < 2 => return p(numbers.p_corrected),
        Correction::Holm => "Holm",
        Correction::BenjaminiHochberg => "Benjamini–Hochberg",
        Correction::None => return p(numbers.p_corrected),
    };
    format!("{}, {how} over {} tasks", p(numbers.p_corrected), setting.family)
}

/// Documents that changed sides, or values.
fn outcomes(numbers: &Numbers) -> String {
    format!("{} documents lost, {} won, of {}", count(numbers.losses), count(numbers.wins), count(numbers.n))
}

/// How much worse the candidate is.
fn loss(numbers: &Numbers) -> f64 {
    if numbers.higher_is_better { -numbers.difference } else { numbers.difference }
}

/// The interval of the loss.
fn ends(numbers: &Numbers) -> String {
    let Some(Ends { low, high }) = numbers.interval else { return String::new() };
    let (least, most) = if numbers.higher_is_better { (-high, -low) } else { (low, high) };
    let unit = Unit::of(&numbers.metric);
    let ends = [least, most].map(|end| unit.difference(end, numbers.base));
    format!(", {} to {}", ends[0], ends[1])
}

/// A difference that was found, with the digits of the base.
fn found(numbers: &Numbers, x: f64) -> String {
    let unit = Unit::of(&numbers.metric);
    let points = if unit == Unit::Percent { " points" } else { "" };
    format!("{}{points}", unit.difference(x, numbers.base))
}

/// What a policy says, in the metric's unit and with all of its digits: `1.0 points`, `0.75 points`, `0.012`.
pub(super) fn amount(numbers: &Numbers, x: f64) -> String {
    let unit = Unit::of(&numbers.metric);
    if unit != Unit::Percent {
        return unit.difference(x, numbers.base);
    }
    let points = if numbers.base > 1.0 { x } else { 100.0 * x };
    let text = format!("{points:.2}");
    format!("{} points", text.strip_suffix('0').unwrap_or(&text))
}

/// `p = 0.012`, `p < 0.001`.
pub(super) fn p(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}

/// Whether a base is no better than guessing, so that nothing could be lost.
pub(super) fn guesses(higher_is_better: bool, chance: Option<f64>, base: &Estimate) -> bool {
    let reaches = |chance: f64| base.low.unwrap_or(base.value) <= chance;
    higher_is_better && chance.is_some_and(reaches)
}

/// `1 task`, `3 tasks`.
pub(super) fn tasks(n: usize) -> String {
    counted(n, "task")
}

/// `1 task passes`, `3 tasks pass`.
pub(super) fn pass(n: usize) -> String {
    format!("{} pass{}", tasks(n), if n == 1 { "es" } else { "" })
}

/// What is said of `some` of `n` tasks: `worse on 1 of 4 tasks: piqa`.
pub(super) fn of_tasks<'a>(said: &str, n: usize, some: impl Iterator<Item = &'a str> + Clone) -> String {
    format!("{said} on {} of {}: {}", some.clone().count(), tasks(n), names(some))
}

/// Names, but not hundreds of them.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 6;
    let names: Vec<&str> = names.collect();
    match names.len() {
        n if n <= SHOWN => names.join(", "),
        n => format!("{} and {} more", names[..SHOWN].join(", "), n - SHOWN),
    }
}
