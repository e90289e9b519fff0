//! Invertible de-tokenizers: a corpus as people would write it, from which the corpus as published can be computed back.
//!
//! Since nothing is lost, the log-probability of the de-tokenized text is that of the original (Radford et al. 2019,
//! section 3.1; their de-tokenizers were not published, these are our own). [`retokenize`] undoes [`detokenize`] for every
//! text. What the rules cannot restore is left as it is and marked by a space that ordinary text does not have:
//!
//! - two spaces before a token: it stands as published, whatever it looks like;
//! - two spaces at the beginning of a line: all of the line stands as published.

use super::tokens::{Style, split};

/// What a blank line of a padded corpus holds.
const PAD: &str = " ";
/// Begins a line that is left as it is.
const RAW: &str = "  ";

/// The text as people would write it.
pub(super) fn detokenize(text: &str, style: Style) -> String {
    let written = each_line(text, |line, is_last| detokenize_line(line, is_last, style));
    debug_assert_eq!(retokenize(&written, style), text);
    written
}

/// The text that [`detokenize`] was given.
pub(super) fn retokenize(text: &str, style: Style) -> String {
    each_line(text, |line, is_last| retokenize_line(line, is_last, style))
}

fn each_line(text: &str, change: impl Fn(&str, bool) -> String) -> String {
    let count = text.split('\n').count();
    let lines = text.split('\n').enumerate().map(|(index, line)| change(line, index + 1 == count));
    lines.collect::<Vec<_>>().join("\n")
}

fn detokenize_line(line: &str, is_last: bool, style: Style) -> String {
    // A text that ends with a line break has an empty last line, padded or not.
    if line.is_empty() && (is_last || !style.is_padded()) {
        return String::new();
    }
    if line == PAD && !is_last && style.is_padded() {
        return String::new();
    }
    body(line, style).and_then(|body| join(body, style)).unwrap_or_else(|| format!("{RAW}{line}"))
}

/// The line without its padding; `None` where that is not one space on each side.
fn body(line: &str, style: Style) -> Option<&str> {
    if style.is_padded() { line.strip_prefix(PAD)?.strip_suffix(PAD) } else { Some(line) }
}

fn retokenize_line(line: &str, is_last: bool, style: Style) -> String {
    if let Some(raw) = line.strip_prefix(RAW) {
        return raw.to_owned();
    }
    let pad = if style.is_padded() { PAD } else { "" };
    match line {
        "" if is_last => String::new(),
        "" => pad.to_owned(),
        line => format!("{pad}{}{pad}", tokens_of(line, style).join(" ")),
    }
}

/// Tokens joined as people write them; `None` for a line that single spaces do not separate into tokens.
fn join(body: &str, style: Style) -> Option<String> {
    let tokens: Vec<&str> = body.split(' ').collect();
    if tokens.iter().any(|token| token.is_empty()) {
        return None;
    }
    let mut line = String::new();
    for group in groups(&tokens, style) {
        for chunk in chunks(group, style) {
            if !line.is_empty() {
                line.push(' ');
            }
            line += &chunk;
        }
    }
    Some(line)
}

/// Runs of tokens that are written without spaces between them.
fn groups<'a>(tokens: &'a [&'a str], style: Style) -> Vec<&'a [&'a str]> {
    let glue = style.glue(tokens);
    let mut groups = Vec::new();
    let mut start = 0;
    for end in 1..=tokens.len() {
        if end == tokens.len() || !glue[end] {
            groups.push(&tokens[start..end]);
            start = end;
        }
    }
    groups
}

/// A run as few chunks from which its tokens can be told again: the longest such beginning, and so on with the rest.
fn chunks(group: &[&str], style: Style) -> Vec<String> {
    let mut chunks = Vec::new();
    let mut rest = group;
    while !rest.is_empty() {
        let longest = (1..=rest.len()).rev().find_map(|n| {
            let surface = style.surface(&rest[..n]);
            (split(&surface, style) == rest[..n]).then_some((n, surface))
        });
        let (taken, chunk) = longest.unwrap_or_else(|| (1, format!("{PAD}{}", rest[0])));
        chunks.push(chunk);
        rest = &rest[taken..];
    }
    chunks
}

/// The tokens of a line, from chunks and marked tokens.
fn tokens_of(line: &str, style: Style) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut is_marked = false;
    for chunk in line.split(' ') {
        match (chunk.is_empty(), is_marked) {
            (true, _) => is_marked = true,
            (false, true) => {
                tokens.push(chunk.to_owned());
                is_marked = false;
            }
            (false, false) => tokens.extend(split(chunk, style)),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STYLES: [Style; 4] = [Style::WikiText, Style::Ptb, Style::OneBillionWords, Style::Treebank];

    fn check(style: Style, text: &str, want: &str) {
        let written = detokenize(text, style);
        assert_eq!(written, want);
        assert_eq!(retokenize(&written, style), text, "{want}");
    }

    #[test]
    fn wikitext() {
        let check = |text, want| check(Style::WikiText, text, want);
        check(" = A Title = \n \n He said : \" Yes . \" \n", "= A Title =\n\nHe said: \"Yes.\"\n");
        check(" a well @-@ known 1 @,@ 000 @.@ 5 % of ( x , y ) ; \n", "a well-known 1,000.5% of (x, y);\n");
        check(" Bob 's dogs ' bowl , the ' 90s \n", "Bob's dogs' bowl, the '90s\n");
        check(" the U.S. , St. John and J. Smith . \n", "the U.S., St. John and J. Smith.\n");
        check(" it didn 't , <unk> @-@ like \n", "it didn't, <unk>-like\n");
        check("no padding", "  no padding");
        check(" two  spaces \n \n", "   two  spaces \n\n");
    }

    #[test]
    fn what_the_rules_cannot_restore_is_marked() {
        let check = |text, want| check(Style::WikiText, text, want);
        check(" a well-known a,b 5\" \n", "a  well-known a,b  5\"\n");
        check(" in the U.S . and etc. \n", "in the U.S . and  etc.\n");
    }

    #[test]
    fn penn_treebank() {
        let check = |text, want| check(Style::Ptb, text, want);
        check("no it was n't black monday", "no it wasn't black monday");
        check("the company 's $ N million or N N", "the company's $N million or N N");
        check("mr. <unk> of workers ' unions\n<unk> corp.\n", "mr. <unk> of workers' unions\n<unk> corp.\n");
        check("a\n\nb", "a\n\nb");
    }

    #[test]
    fn others() {
        check(Style::OneBillionWords, "\" It 's over , \" he said .", "\"It's over,\" he said.");
        check(Style::OneBillionWords, "1,000 of them ( or so ) don 't .", "1,000 of them (or so) don't.");
        check(
            Style::Treebank,
            "`` Do n't , '' said -LRB- the -RRB- Tin Man 's wife .",
            "\"Don't,\" said (the) Tin Man's wife.",
        );
    }

    proptest! {
        #[test]
        fn every_text_is_restored(text in ".{0,60}") {
            for style in STYLES {
                prop_assert_eq!(retokenize(&detokenize(&text, style), style), text.as_str());
            }
        }

        #[test]
        fn texts_of_tokens_are_restored(tokens in prop::collection::vec(prop::sample::select(vec![
            " ", "  ", "\n", " \n ", "a", "The", "U.S.", ".", ",", "\"", "'", "''", "``", "'s", "n't", "'t", "(", ")", "-LRB-", "@-@", "@,@", "1",
            "5", "-", "x-y", "a.b", "%", "$", "...", "St.", "J.", "''s", "-lrb-", "\t", "é", "\u{a0}",
        ]), 0..40)) {
            let text = tokens.concat();
            let spaced = tokens.join(" ");
            for style in STYLES {
                for text in [&text, &spaced, &format!(" {spaced} \n")] {
                    prop_assert_eq!(&retokenize(&detokenize(text, style), style), text);
                }
            }
        }
    }
}
