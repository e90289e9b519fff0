//! Lines of at most a width, as Python's `textwrap` breaks them.

use crate::python::{is_decimal, is_space, is_word};

/// How lines are broken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrap {
    /// Characters of a line, 1 or more.
    pub width: usize,
    /// Whether a word that is longer than a line is cut.
    pub breaks_long_words: bool,
    /// Whether a line may end behind a hyphen.
    pub breaks_on_hyphens: bool,
}

/// A piece of text that stays on one line if it can.
type Chunk = Vec<char>;

impl Wrap {
    /// The lines of one paragraph. White space goes from where it is broken, and from its end.
    pub fn lines(self, text: &str) -> Vec<String> {
        let mut chunks = self.chunks(text);
        chunks.reverse();
        let mut lines: Vec<String> = Vec::new();
        while !chunks.is_empty() {
            if !lines.is_empty() && chunks.last().is_some_and(is_blank) {
                chunks.pop();
            }
            let line = self.line(&mut chunks);
            if !line.is_empty() {
                lines.push(line.into_iter().flatten().collect());
            }
        }
        lines
    }

    /// The next line's chunks, which are taken from the end of `chunks`.
    fn line(self, chunks: &mut Vec<Chunk>) -> Vec<Chunk> {
        let (mut line, mut length) = (Vec::new(), 0);
        while let Some(chunk) = chunks.pop_if(|chunk| length + chunk.len() <= self.width) {
            length += chunk.len();
            line.push(chunk);
        }
        if let Some(chunk) = chunks.pop_if(|chunk| chunk.len() > self.width) {
            if self.breaks_long_words {
                let (begin, rest) = chunk.split_at(self.cut(&chunk, self.width - length));
                chunks.push(rest.to_vec());
                line.push(begin.to_vec());
            } else if line.is_empty() {
                line.push(chunk);
            } else {
                chunks.push(chunk);
            }
        }
        line.pop_if(|chunk| is_blank(chunk));
        line
    }

    /// Where a word that is too long is cut: behind its last hyphen that fits, or where the line ends.
    fn cut(self, chunk: &Chunk, room: usize) -> usize {
        let hyphen = chunk[..room].iter().rposition(|&c| c == '-').filter(|_| self.breaks_on_hyphens);
        let behind = hyphen.filter(|&at| chunk[..at].iter().any(|&c| c != '-'));
        behind.map_or(room, |at| at + 1)
    }

    fn chunks(self, text: &str) -> Vec<Chunk> {
        let text: Vec<char> = text.chars().collect();
        let (mut chunks, mut start) = (Vec::new(), 0);
        while start < text.len() {
            let end = self.end(&text, start);
            chunks.push(text[start..end].to_vec());
            start = end;
        }
        chunks
    }

    /// The end of the chunk from `start` on: a run of spaces, a dash of several hyphens between words, or a word.
    fn end(self, text: &[char], start: usize) -> usize {
        let run = |is_part: fn(char) -> bool| start + text[start..].iter().take_while(|&&c| is_part(c)).count();
        if is_blank_ascii(text[start]) {
            return run(is_blank_ascii);
        }
        if !self.breaks_on_hyphens {
            return run(|c| !is_blank_ascii(c));
        }
        if is_dash(text, start) {
            return run(|c| c == '-');
        }
        for end in start + 1..text.len() {
            if is_blank_ascii(text[end]) || is_dash(text, end) {
                return end;
            }
            if is_hyphen(text, end) {
                return end + 1;
            }
        }
        text.len()
    }
}

/// Whether two hyphens or more follow a word or its punctuation and precede a word.
fn is_dash(text: &[char], at: usize) -> bool {
    let length = text[at..].iter().take_while(|&&c| c == '-').count();
    let follows = at.checked_sub(1).is_some_and(|before| is_word(text[before]) || "!\"'&.,?".contains(text[before]));
    length >= 2 && follows && text.get(at + length).copied().is_some_and(is_word)
}

/// Whether a hyphen joins parts of a word: two letters, or one behind another hyphen, are before it and two after it.
fn is_hyphen(text: &[char], at: usize) -> bool {
    let letter = |index: Option<usize>| index.and_then(|index| text.get(index)).is_some_and(|&c| is_letter(c));
    let is = |index: Option<usize>, wanted: char| index.and_then(|index| text.get(index)) == Some(&wanted);
    let before = |n: usize| at.checked_sub(n);
    let after = if is(Some(at + 2), '-') { at + 3 } else { at + 2 };
    is(Some(at), '-')
        && letter(before(1))
        && (letter(before(2)) || is(before(2), '-') && letter(before(3)))
        && letter(Some(at + 1))
        && letter(Some(after))
}

fn is_letter(c: char) -> bool {
    is_word(c) && !is_decimal(c)
}

const fn is_blank_ascii(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

fn is_blank(chunk: &Chunk) -> bool {
    chunk.iter().all(|&c| is_space(c))
}
