//! Language modelling as GPT-2 reports it: a corpus without its tokeniser's traces, per word, byte or character of the corpus
//! as published.
//!
//! Source: Radford et al. (2019), section 3.1 and table 3.

use super::detokenize::detokenize;
use super::tokens::Style;
use crate::answers::Answers;
use crate::error::TaskError;
use crate::hooks::{Columns, Derived, Hook, HookKind, Module, Scores};
use crate::row::Row;
use yardstick_core::{Map, Score, Value};

pub(in crate::hooks) static MODULE: Module = Module {
    name: "paper.language",
    sources: &[],
    hooks: &[
        Hook { name: "paper.language.enwik8_docs", kind: HookKind::Rows(enwik8_docs) },
        Hook { name: "paper.language.lm1b_docs", kind: HookKind::Rows(lm1b_docs) },
        Hook {
            name: "paper.language.per_word",
            kind: HookKind::Results { metrics: &["word_perplexity", "bits_per_byte"], function: per_word },
        },
        Hook { name: "paper.language.ptb_docs", kind: HookKind::Rows(ptb_docs) },
        Hook { name: "paper.language.text8_docs", kind: HookKind::Rows(enwik8_docs) },
        Hook { name: "paper.language.wikitext_docs", kind: HookKind::Row(wikitext_docs) },
    ],
};

/// Sentences in a document of a corpus that has no documents: some 2,000 words, more than a context of 1,024 tokens.
const LINES: usize = 100;
/// The end of enwik8 and of text8 that is the test set by convention, in bytes.
const TEST_BYTES: usize = 5_000_000;
/// Bytes in a document of these two.
const PART_BYTES: usize = 50_000;

/// Adds `original` and `text`, the page without its tokeniser's traces.
fn wikitext_docs(row: Row) -> Result<Columns, TaskError> {
    let page = row.str("page")?;
    Ok(vec![("original", Value::from(page)), ("text", Value::Str(detokenize(page, Style::WikiText)))])
}

fn ptb_docs(rows: &[Row]) -> Result<Vec<Derived>, TaskError> {
    blocks(rows, "sentence", Style::Ptb)
}

fn lm1b_docs(rows: &[Row]) -> Result<Vec<Derived>, TaskError> {
    blocks(rows, "text", Style::OneBillionWords)
}

/// Sentences a line, many to a document, with a line break after each.
fn blocks(rows: &[Row], column: &str, style: Style) -> Result<Vec<Derived>, TaskError> {
    let block = |(index, rows): (usize, &[Row])| {
        let lines = rows.iter().map(|row| Ok(row.str(column)?.trim_matches([' ', '\n'])));
        let original: String = lines.map(|line| line.map(|line| format!("{line}\n"))).collect::<Result<_, _>>()?;
        let text = detokenize(&original, style);
        Ok(derived(index * LINES, [("original", original), ("text", text)]))
    };
    rows.chunks(LINES).enumerate().map(block).collect()
}

/// The last five million bytes of the corpus, whose rows are its lines, in parts that end where a character does.
fn enwik8_docs(rows: &[Row]) -> Result<Vec<Derived>, TaskError> {
    let lines = rows.iter().map(|row| row.str("text")).collect::<Result<Vec<_>, _>>()?;
    let corpus = lines.join("\n");
    let start = corpus.ceil_char_boundary(corpus.len().saturating_sub(TEST_BYTES));
    let mut rest = &corpus[start..];
    let mut docs = Vec::new();
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(PART_BYTES));
        docs.push(derived(rows.len() - 1, [("text", part.to_owned())]));
        rest = after;
    }
    Ok(docs)
}

fn derived<const N: usize>(origin: usize, columns: [(&str, String); N]) -> Derived {
    let fields: Map = columns.into_iter().map(|(name, text)| (name.to_owned(), Value::Str(text))).collect();
    Derived { origin, fields }
}

/// The log-likelihood of `text` over the words and bytes of `original`.
fn per_word(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let original = row.str("original")?;
    let log_likelihood: f64 = answers.responses.iter().map(|response| response.log_likelihood).sum();
    Ok(vec![
        ("word_perplexity", Score::Ratio(log_likelihood, words(original))),
        ("bits_per_byte", Score::Ratio(log_likelihood, original.len() as f64)),
    ])
}

/// Words and line ends: what the published sizes count (245,569 for the test set of `WikiText`, 82,430 for that of PTB).
fn words(text: &str) -> f64 {
    let words = text.split([' ', '\n']).filter(|word| !word.is_empty()).count();
    (words + text.matches('\n').count()) as f64
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, row};
    use super::*;
    use yardstick_core::Response;

    #[test]
    fn sentences_become_documents_with_line_ends() {
        let rows: Vec<_> = (0..=LINES).map(|_| fields(&[("sentence", Value::from(" it was n't "))])).collect();
        let rows: Vec<_> = rows.iter().map(row).collect();
        let docs = ptb_docs(&rows).unwrap();
        assert_eq!(docs.iter().map(|doc| doc.origin).collect::<Vec<_>>(), [0, LINES]);
        assert_eq!(docs[1].fields.get("text"), Some(&Value::from("it wasn't\n")));
        assert_eq!(docs[1].fields.get("original"), Some(&Value::from("it was n't\n")));
    }

    #[test]
    fn the_end_of_the_corpus_in_parts() {
        let line = "é".repeat(PART_BYTES / 2);
        let rows: Vec<_> = (0..103).map(|_| fields(&[("text", Value::Str(line.clone()))])).collect();
        let rows: Vec<_> = rows.iter().map(row).collect();
        let docs = enwik8_docs(&rows).unwrap();
        let text: String = docs.iter().filter_map(|doc| doc.fields.get("text")?.as_str()).collect();
        assert!((TEST_BYTES - 1..=TEST_BYTES).contains(&text.len()) && text.ends_with('é'), "{}", text.len());
        assert!(docs.len() > 99 && docs.iter().all(|doc| doc.origin == 102));
    }

    #[test]
    fn per_word_of_the_original() {
        let page = fields(&[("original", Value::from(" a well @-@ known \n \n"))]);
        let response = Response { log_likelihood: -10.0, ..Response::default() };
        let scores = per_word(row(&page), &Answers { responses: &[response], texts: &[] }).unwrap();
        assert_eq!(scores[0], ("word_perplexity", Score::Ratio(-10.0, 6.0)));
        assert_eq!(scores[1], ("bits_per_byte", Score::Ratio(-10.0, 21.0)));
    }
}
