//! An answer as an aligned table.

use super::answer::{AnswerOptions, one_line};
use crate::number::count;
use crate::tables::cells;
use crate::text::{clip_to, width};
use polars::prelude::{AnyValue, Column, DataFrame};

const GAP: usize = 2;
/// Narrower than this a column of words says nothing.
const LEAST: usize = 8;

/// The table, if its columns fit beside one another with something of each in sight.
pub(super) fn table(frame: &DataFrame, options: &AnswerOptions) -> Option<String> {
    let mut columns: Vec<Shown> = frame.columns().iter().map(Shown::new).collect();
    fit(&mut columns, options.width)?;
    let mut out = line(columns.iter().map(|column| (column, column.name.as_str())));
    let rule = columns.iter().map(|column| column.width + GAP).sum::<usize>().saturating_sub(GAP);
    let rule = "─".repeat(rule);
    out.push_str(&if options.color { format!("\u{1b}[2m{rule}\u{1b}[0m") } else { rule });
    out.push('\n');
    for row in 0..frame.height() {
        out.push_str(&line(columns.iter().map(|column| (column, column.cells[row].as_str()))));
    }
    Some(out)
}

struct Shown {
    name: String,
    cells: Vec<String>,
    is_number: bool,
    width: usize,
}

impl Shown {
    fn new(column: &Column) -> Self {
        let (name, cells) = (one_line(column.name()), texts(column));
        let widest = cells.iter().chain([&name]).map(|text| width(text)).max().unwrap_or(0);
        Self { name, cells, is_number: column.dtype().is_primitive_numeric(), width: widest.max(1) }
    }

    /// Numbers are shown whole or not at all, with at least the beginning of their heading.
    fn least(&self) -> usize {
        let numbers = || self.cells.iter().map(|cell| width(cell)).max().unwrap_or(0).max(LEAST);
        if self.is_number { numbers().min(self.width) } else { LEAST.min(self.width) }
    }
}

/// Cells for people: six digits of a number, `–` for nothing, words on one line.
pub(super) fn texts(column: &Column) -> Vec<String> {
    column.as_materialized_series().iter().map(|cell| text(&cell)).collect()
}

fn text(cell: &AnyValue) -> String {
    match cell {
        AnyValue::Null => "–".to_owned(),
        AnyValue::Float64(number) => digits(*number),
        AnyValue::Float32(number) => digits(f64::from(*number)),
        AnyValue::UInt64(n) if *n > 99_999 => count(*n),
        cell => one_line(&cells::text(cell)),
    }
}

/// Six significant digits, without zeros at the end.
fn digits(number: f64) -> String {
    if !number.is_finite() || number == 0.0 {
        return number.to_string();
    }
    let exponent = number.abs().log10().floor() as i32;
    if !(-5..15).contains(&exponent) {
        return format!("{number:.5e}");
    }
    let text = format!("{number:.*}", usize::try_from(5 - exponent).unwrap_or(0));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Takes from the widest columns of words until the lines fit; `None` where they cannot.
fn fit(columns: &mut [Shown], most: usize) -> Option<()> {
    let gaps = GAP * columns.len().saturating_sub(1);
    let room = most.checked_sub(gaps)?;
    if columns.iter().map(Shown::least).sum::<usize>() > room {
        return None;
    }
    loop {
        let total: usize = columns.iter().map(|column| column.width).sum();
        let Some(over) = total.checked_sub(room).filter(|over| *over > 0) else { return Some(()) };
        // All of the widest shrink together, down to the next.
        let can = |column: &&mut Shown| column.width > column.least();
        let widest = columns.iter().filter(|c| c.width > c.least()).map(|c| c.width).max()?;
        let next = columns.iter().map(|c| c.width).filter(|width| *width < widest).max().unwrap_or(LEAST);
        let mut shrinking: Vec<&mut Shown> = columns.iter_mut().filter(can).filter(|c| c.width == widest).collect();
        let each = over.div_ceil(shrinking.len()).min((widest - next.min(widest - 1)).max(1));
        for column in &mut shrinking {
            column.width = (column.width - each.min(column.width)).max(column.least());
        }
    }
}

fn line<'a>(cells: impl Iterator<Item = (&'a Shown, &'a str)>) -> String {
    let mut out = String::new();
    for (at, (column, text)) in cells.enumerate() {
        let text = clip_to(text, column.width);
        let pad = " ".repeat(column.width - width(&text));
        out.push_str(&" ".repeat(if at == 0 { 0 } else { GAP }));
        out.push_str(&if column.is_number { pad + &text } else { text + &pad });
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn six_digits() {
        for (number, wanted) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.314_928_374, "0.314928"),
            (-29.684_556_96, "-29.6846"),
            (123_456_789.0, "123456789"),
            (1e-9, "1.00000e-9"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(digits(number), wanted);
        }
    }
}
