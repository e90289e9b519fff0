//! How something was asked, in the words that stand around a figure.

use yardstick_core::TaskCard;

/// `zero-shot`, `5-shot` or `0- to 5-shot`.
pub(super) fn shots(of: impl Iterator<Item = usize>) -> String {
    let (fewest, most) = of.fold((usize::MAX, 0), |(fewest, most), shots| (fewest.min(shots), most.max(shots)));
    match (fewest, most) {
        (_, 0) => "zero-shot".to_owned(),
        (a, b) if a == b => format!("{a}-shot"),
        (a, b) => format!("{a}- to {b}-shot"),
    }
}

/// Of one task: `version 1, zero-shot, prompts 3fa9c1`.
pub(super) fn of_task(card: &TaskCard) -> String {
    let version = if card.version.is_empty() { String::new() } else { format!("version {}, ", card.version) };
    let hash: String = card.prompt_hash.chars().take(6).collect();
    format!("{version}{}, prompts {hash}", shots(std::iter::once(card.shots)))
}

/// What a figure of many tasks says about the rest of their protocols.
pub(super) const IN_CSV: &str = "Version, shots and prompt hash of each task: in the CSV beside.";
