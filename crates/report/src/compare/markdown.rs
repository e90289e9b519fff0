//! A comparison for a pull request.

use super::table::{Explained, detectable, documents, interval, legend, mean_line, p_value, signed, word};
use super::{Comparison, TaskRow};
use crate::number::{Unit, count};
use crate::text::{clip, markdown};
use std::fmt::Write;

/// Flips that a page shows.
const FLIPS: usize = 10;
/// Characters of a prompt or answer.
const SHOWN: usize = 160;

/// The comparison as Markdown: a row a task, means, the surest flips.
pub fn comparison_markdown(comparison: &Comparison) -> String {
    let mut out = format!(
        "# {} → {}\n\n| task | metric | n | base | candidate | difference | interval | won/lost | p | p, Holm | could see | |\n|---|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---|\n",
        markdown(&comparison.base.name),
        markdown(&comparison.candidate.name)
    );
    let rows: Vec<&TaskRow> = comparison.primary().collect();
    out.extend(rows.iter().map(|row| line(row)));
    for average in &comparison.averages {
        let _ = writeln!(out, "\n{}", markdown(&mean_line(average)));
    }
    out.push_str(&flips(comparison));
    let explained = Explained { p: true, could_see: true, bars: false };
    for note in legend(comparison, &rows, explained).iter().chain(&comparison.notes) {
        let _ = write!(out, "\n- {}", markdown(note));
    }
    out + "\n"
}

fn line(row: &TaskRow) -> String {
    let unit = Unit::of(&row.metric);
    format!(
        "| {} | {}{} | {} | {} | {} | {} | {} | {}/{} | {} | {} | {} | {} |\n",
        markdown(&row.task),
        markdown(&row.metric),
        unit.suffix(),
        count(row.n),
        unit.value(row.base),
        unit.value(row.candidate),
        signed(unit, row.difference, row.base),
        interval(row),
        count(row.wins),
        count(row.losses),
        p_value(row.p),
        row.holm.map_or_else(|| "–".to_owned(), p_value),
        detectable(row),
        word(row.verdict),
    )
}

fn flips(comparison: &Comparison) -> String {
    if comparison.flips.is_empty() {
        return String::new();
    }
    let mut out = format!("\n## {} flipped, the surest first\n", documents(comparison.flips.len()));
    for flip in comparison.flips.iter().take(FLIPS) {
        let choice = |at: Option<usize>, text: Option<&String>| {
            let choice = at.and_then(|at| flip.choices.get(at)).or(text).map_or("", String::as_str);
            markdown(&clip(choice, SHOWN))
        };
        let _ = writeln!(
            out,
            "\n- {} **{}**, row {}: {}\n  right: {} · base: {} · candidate: {}",
            if flip.lost { "lost" } else { "won" },
            markdown(&flip.task),
            flip.doc_id,
            markdown(&end(&flip.prompt)),
            markdown(&clip(&flip.target, SHOWN)),
            choice(flip.base_choice, flip.base_text.as_ref()),
            choice(flip.candidate_choice, flip.candidate_text.as_ref()),
        );
    }
    out
}

/// The end of a prompt, which is what the answer follows.
fn end(prompt: &str) -> String {
    let n = prompt.chars().count();
    if n <= SHOWN { prompt.to_owned() } else { format!("…{}", prompt.chars().skip(n - SHOWN).collect::<String>()) }
}
