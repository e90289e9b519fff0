//! An answer of many columns: a line a cell.

use super::answer::{AnswerOptions, one_line};
use super::table::texts;
use crate::text::{clip_to, width};
use polars::prelude::DataFrame;

/// Each row with its columns below one another.
pub(super) fn records(frame: &DataFrame, options: &AnswerOptions) -> String {
    let names: Vec<String> = frame.columns().iter().map(|column| one_line(column.name())).collect();
    let cells: Vec<Vec<String>> = frame.columns().iter().map(texts).collect();
    let left = names.iter().map(|name| width(name)).max().unwrap_or(0).min(options.width / 2);
    let room = options.width.saturating_sub(left + 2).max(1);
    let mut out = String::new();
    for row in 0..frame.height() {
        let heading = format!("row {}", row + 1);
        let rule = "─".repeat(options.width.saturating_sub(heading.len() + 1));
        let heading = format!("{heading} {rule}");
        out.push_str(&if options.color { format!("\u{1b}[2m{heading}\u{1b}[0m") } else { heading });
        out.push('\n');
        for (name, cells) in names.iter().zip(&cells) {
            let name = clip_to(name, left);
            let pad = " ".repeat(left - width(&name));
            out.push_str(format!("{name}{pad}  {}", clip_to(&cells[row], room)).trim_end());
            out.push('\n');
        }
    }
    out
}
