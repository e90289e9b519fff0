//! Plain text: a row with the column `text` a line, a paragraph or a file.

use super::file::{DataFile, LARGEST_ROW, Table};
use super::lines::{Lines, too_large};
use crate::config::{Reading, SampleBy};
use crate::error::TaskError;
use std::io::BufRead;
use std::ops::Range;
use yardstick_core::{Map, Value};

/// The wanted rows. Line breaks of all systems are read as `\n`.
pub(super) fn read(file: &DataFile, reading: &Reading, wanted: Range<u64>) -> Result<Table, TaskError> {
    let mut sink = Rows { table: Table::default(), wanted, paragraph: String::new(), reading };
    let mut lines = Lines::new(file.open_text()?);
    sink.all(&mut lines).map_err(|reason| file.corrupt(&reason))?;
    Ok(sink.table)
}

struct Rows<'a> {
    table: Table,
    wanted: Range<u64>,
    /// What is read of the paragraph or document.
    paragraph: String,
    reading: &'a Reading,
}

impl Rows<'_> {
    fn all(&mut self, lines: &mut Lines<impl BufRead>) -> Result<(), String> {
        while let Some((number, line)) = lines.next()? {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            let mut parts = line.strip_suffix('\r').unwrap_or(line).split('\r').peekable();
            while let Some(line) = parts.next() {
                let end = if parts.peek().is_some() { "\n" } else { end };
                self.line(line, end).map_err(|reason| format!("line {number}: {reason}"))?;
            }
        }
        match self.reading.sample_by {
            SampleBy::Document => self.flush(),
            SampleBy::Paragraph if !self.paragraph.is_empty() => self.flush(),
            _ => {}
        }
        Ok(())
    }

    fn line(&mut self, line: &str, end: &str) -> Result<(), String> {
        match self.reading.sample_by {
            SampleBy::Line => {
                let end = if self.reading.keep_line_breaks { end } else { "" };
                self.row(line.to_owned() + end);
                return Ok(());
            }
            // An empty line after text ends the paragraph, and with it the break before.
            SampleBy::Paragraph if line.is_empty() && self.paragraph.ends_with('\n') => {
                self.paragraph.pop();
                if !self.paragraph.is_empty() {
                    self.flush();
                }
            }
            _ => self.paragraph.extend([line, end]),
        }
        if self.paragraph.len() as u64 > LARGEST_ROW { Err(too_large()) } else { Ok(()) }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        self.row(text);
    }

    fn row(&mut self, text: String) {
        if self.table.counts(&self.wanted) {
            self.table.rows.push(Map::from_iter([("text".to_owned(), Value::Str(text))]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::Content;
    use super::*;

    fn check(text: &'static str, sample_by: SampleBy, keep_line_breaks: bool, wanted: &[&str]) {
        let file = DataFile { name: "x.txt".to_owned(), content: Content::Embedded(text.as_bytes()) };
        let reading = Reading { sample_by, keep_line_breaks, ..Reading::default() };
        let table = read(&file, &reading, 0..u64::MAX).expect("text");
        let texts: Vec<_> = table.rows.iter().filter_map(|row| row.get("text")?.as_str()).collect();
        assert_eq!(texts, wanted, "{text:?} by {sample_by:?}");
        assert_eq!(table.available, wanted.len() as u64);
    }

    #[test]
    fn rows_are_lines_paragraphs_or_the_file() {
        check("l1\nl2\r\n\nl3", SampleBy::Line, false, &["l1", "l2", "", "l3"]);
        check("l1\rl2\n", SampleBy::Line, true, &["l1\n", "l2\n"]);
        check("l1\nl2\n\nl3\n\n\np3", SampleBy::Paragraph, false, &["l1\nl2", "l3", "\np3"]);
        check("l1\nl2\n", SampleBy::Document, false, &["l1\nl2\n"]);
        check("", SampleBy::Line, false, &[]);
    }
}
