//! A policy from a run: margins that its own documents support.

use super::support::{Assumptions, WIDEST, documents_for_widest, margin};
use super::words::guesses;
use super::{GateError, Policy, Size};
use crate::compare::{CompareOptions, Side, TaskRow, ValueOf, compare};
use crate::number::{Unit, count};
use crate::text::visible;
use yardstick_core::Estimate;

/// Why a task is only watched.
enum Why {
    /// Too few documents: how many the widest margin would take.
    TooFew(Option<u64>),
    /// The base guesses: a model that knows nothing would score the same.
    Guesses,
}

/// The tasks of one `[[tier]]`.
struct Block<'a> {
    metric: &'a str,
    size: Size,
    rows: Vec<&'a TaskRow>,
}

/// A policy as commented TOML: each task of `side` with the narrowest round margin that its documents can support, in a standard
/// tier. Those that support none are watched, and those on which the model does no better than guessing: they could not show
/// a loss.
///
/// # Errors
/// An unfinished run, or one that supports no margin on any task.
pub fn init_policy(side: &Side, assumed: &Assumptions, value: ValueOf) -> Result<String, GateError> {
    super::finished(side)?;
    // Held against itself, a run tells what kind of scores it has and which documents share a passage.
    let comparison = compare(side, side, &CompareOptions::default(), value)?;
    let mut blocks: Vec<Block> = Vec::new();
    let mut watched: Vec<(&TaskRow, Why)> = Vec::new();
    for row in comparison.primary() {
        let estimate = estimate(side, row);
        match estimate.and_then(|estimate| margin(row, estimate, assumed)) {
            _ if estimate.is_some_and(|estimate| guesses(row.higher_is_better, row.chance, estimate)) => {
                watched.push((row, Why::Guesses));
            }
            Some(margin) => add(&mut blocks, row, margin),
            None => {
                let needed = estimate.and_then(|estimate| documents_for_widest(row, estimate, assumed));
                watched.push((row, Why::TooFew(needed)));
            }
        }
    }
    let without: Vec<&str> = side
        .record
        .tasks
        .iter()
        .map(|task| task.id.as_str())
        .filter(|id| comparison.primary().all(|row| row.task != *id))
        .collect();
    if blocks.is_empty() {
        return Err(no_margin(side, &watched));
    }
    let mut out = head(side, assumed);
    out.extend(blocks.iter().map(block_text));
    out.push_str(&watch_text(&watched, &without));
    Ok(out + LOGITS)
}

fn estimate<'a>(side: &Side<'a>, row: &TaskRow) -> Option<&'a Estimate> {
    let is_it = |result: &&yardstick_core::ResultRecord| {
        result.model == side.card.name && result.task == row.task && result.metric == row.metric
    };
    side.record.results.iter().find(is_it).map(|result| &result.estimate)
}

fn add<'a>(blocks: &mut Vec<Block<'a>>, row: &'a TaskRow, size: Size) {
    match blocks.iter_mut().find(|block| block.metric == row.metric && block.size == size) {
        Some(block) => block.rows.push(row),
        None => blocks.push(Block { metric: &row.metric, size, rows: vec![row] }),
    }
}

fn no_margin(side: &Side, watched: &[(&TaskRow, Why)]) -> GateError {
    let task = |(row, why): &(&TaskRow, Why)| match why {
        Why::Guesses => format!("{} is no better than guessing", row.task),
        Why::TooFew(None) => format!("{} has {} documents", row.task, count(row.n)),
        Why::TooFew(Some(needed)) => {
            format!("{} has {} documents of about {}", row.task, count(row.n), count(*needed))
        }
    };
    let tasks: Vec<String> = watched.iter().take(5).map(task).collect();
    let worst = format!("{} points or {} %", 100.0 * WIDEST, 100.0 * WIDEST);
    GateError::NoMargin { run: side.name.to_owned(), worst, tasks: tasks.join(", ") }
}

fn head(side: &Side, assumed: &Assumptions) -> String {
    let Assumptions { alpha, power, discordance, correlation } = assumed;
    format!(
        "# What a changed model must hold against {model}, for `yardstick gate --policy`; made from the run {run}.\n\
         #\n\
         # Each margin is the narrowest round one that the run's own documents can show an equal model to keep, with {power:.0} % power\n\
         # at alpha {alpha}. Assumed: one of the two models is right and the other wrong on {discordance:.0} % of the documents; scores that\n\
         # are not right or wrong have a correlation of {correlation} over documents. A change that moves more answers than that needs\n\
         # more documents or wider margins. Narrow what matters to you, and move it to a critical tier.\n\
         format = \"{format}\"\n\
         alpha = {alpha} # level of every decision\n\
         correction = \"holm\" # holm | benjamini-hochberg | none: of the tests that find a task worse\n\
         power = {power_share}\n",
        model = visible(&side.card.name),
        run = visible(side.name),
        power = 100.0 * power,
        discordance = 100.0 * discordance,
        format = Policy::FORMAT,
        power_share = power,
    )
}

fn block_text(block: &Block) -> String {
    let mut out = String::from("\n[[tier]]\nname = \"standard\"\ntasks = [\n");
    for row in &block.rows {
        out.push_str(&format!("    {}, # {}\n", quoted(&row.task), about(row)));
    }
    let (margin, words) = match block.size {
        Size::Units(units) => {
            let points = if block.rows.iter().all(|row| row.base.abs() <= 1.0) { 100.0 * units } else { units };
            (round(units), format!("{} points", round(points)))
        }
        Size::Share(share) => (format!("\"{}%\"", round(100.0 * share)), "of the base's value".to_owned()),
    };
    let fewest = block.rows.iter().map(|row| row.n).min().unwrap_or(Policy::MIN_DOCUMENTS);
    out.push_str(&format!(
        "]\nmetric = {}\nmargin = {margin} # {words}\nmin_documents = {fewest} # as many as the run has: fewer support wider margins only\n",
        quoted(block.metric)
    ));
    out
}

fn about(row: &TaskRow) -> String {
    let unit = Unit::of(&row.metric);
    let shared = row
        .clusters
        .as_ref()
        .map_or_else(String::new, |clusters| format!(" that share {} texts", count(clusters.count as u64)));
    format!("{} documents{shared}, {}{}", count(row.n), unit.value(row.base), unit.suffix())
}

fn watch_text(watched: &[(&TaskRow, Why)], without: &[&str]) -> String {
    if watched.is_empty() && without.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "\n# Reported, decide nothing: they could not show a loss.\n[[tier]]\nname = \"watch\"\ntasks = [\n",
    );
    for (row, why) in watched {
        let worst = format!("{} points or {} %", 100.0 * WIDEST, 100.0 * WIDEST);
        let why = match why {
            Why::Guesses => "no better than guessing".to_owned(),
            Why::TooFew(None) => format!("too few for a margin of {worst}"),
            Why::TooFew(Some(needed)) => format!("a margin of {worst} takes about {}", count(*needed)),
        };
        out.push_str(&format!("    {}, # {}: {why}\n", quoted(&row.task), about(row)));
    }
    for task in without {
        out.push_str(&format!("    {}, # has no metric that can be compared\n", quoted(task)));
    }
    out + "]\n"
}

const LOGITS: &str = "
# Limits on logits, judged where a diff of the two models is at hand (--diff FILE, or both sides are models):
# [logits]
# text = \"text.txt\"        # what the diff is run on
# max_mean_kl = 0.01       # nats
# min_same_top1 = 0.97     # share of positions with the same most likely token
";

/// A text as TOML's basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

/// A margin without the digits that binary fractions add.
fn round(x: f64) -> String {
    let text = format!("{x:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
