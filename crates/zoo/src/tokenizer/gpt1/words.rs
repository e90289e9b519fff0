//! Words as spaCy's English rules have them: what stands between spaces loses marks at its ends, one after another, unless what
//! is left is a word of its own kind; then it is cut at marks inside. Marks that GPT-1's clean-up has set apart before are not
//! looked for again.

use super::contractions::parts;
use fancy_regex::Regex;
use std::sync::LazyLock;

const QUOTES: &str = "'\"`‚„»«「」『』（）〔〕【】《》〈〉⟦⟧";
const PUNCTUATION: &str = "…,:;!?¿؟¡()\\[\\]{}<>_#*&。？！，、；：～·।،۔؛٪";
const CURRENCY: &str = r"\$|£|€|¥|฿|US\$|C\$|A\$|₽|﷼|[₠-₿]";
const UNITS: &str = "km[²³]?|[dcm]?m[²³]?|ha|µm|nm|yd|in|ft|kg|m?g|µg|t|lb|oz|km/h|kmh|mph|hPa|Pa|mbar|[mkgt]b|[MKGT]B|[TGMK%]|[дсмк]?м[²³]?|нм|м?г|кг|к?Па|мбар|[Ккмг]б|КБ|МБ|ГБ|М?б|Гб|Тб";
const LOWER: &str = r"\p{Ll}\p{Lo}";
const UPPER: &str = r"\p{Lu}\p{Lo}";

/// Most words that a special word falls into.
const MOST: usize = 4;

/// What is one word at the beginning.
static PREFIX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r"^(?:[§%=]|\+(?![0-9])|…+|[{PUNCTUATION}]|\.\.+|[{QUOTES}]|{CURRENCY}|\p{{So}})")).ok()
});

/// What is one word at the end: the longest that fits is the first that is found.
static SUFFIX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let before_dot = format!(r"0-9{LOWER}%²\-+|{PUNCTUATION}{QUOTES}");
    Regex::new(&format!(
        r"(?:…+|[{PUNCTUATION}]|\.\.+|[{QUOTES}]|\p{{So}}|'[sS]|(?<=[0-9])\+|(?<=°[FfCcKk])\.|(?<=[0-9])(?:{CURRENCY})|(?<=[0-9])(?:{UNITS})|(?<=[{before_dot}])\.|(?<=[{UPPER}][{UPPER}])\.)$"
    ))
    .ok()
});

/// What is one word inside.
static INFIX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"\.\.+|…|\p{{So}}|(?<=[0-9])[*^](?=[0-9])|(?<=[{LOWER}{QUOTES}])\.(?=[{UPPER}{QUOTES}])|(?<=[\p{{L}}0-9])[:<>=](?=\p{{L}})"
    ))
    .ok()
});

/// The words of `chunk`, which has no space in it.
pub fn split(chunk: &str) -> Vec<&str> {
    let mut before = Vec::new();
    let mut behind = Vec::new();
    let inner = peel(chunk, &mut before, &mut behind);
    match parts(inner) {
        Some(lengths) => {
            let mut rest = inner;
            for len in lengths {
                let (part, later) = rest.split_at(len);
                before.push(part);
                rest = later;
            }
        }
        None => cut(inner, &mut before),
    }
    before.extend(behind.into_iter().rev());
    rejoin(chunk, &before)
}

/// Words beside one another that are one whole special word together: two apostrophes, a face.
fn rejoin<'a>(chunk: &'a str, words: &[&'a str]) -> Vec<&'a str> {
    let (mut joined, mut at, mut start) = (Vec::with_capacity(words.len()), 0, 0);
    while start < words.len() {
        let together = |n: usize| -> &'a str {
            let len: usize = words[start..start + n].iter().map(|word| word.len()).sum();
            &chunk[at..at + len]
        };
        let is_whole = |n: &usize| parts(together(*n)).is_some_and(|lengths| lengths.count() == 1);
        let n = (2..=MOST.min(words.len() - start)).rev().find(is_whole).unwrap_or(1);
        let word = together(n);
        joined.push(word);
        (at, start) = (at + word.len(), start + n);
    }
    joined
}

/// Takes prefixes and suffixes off `text` until nothing more comes off or a special word is left.
fn peel<'a>(mut text: &'a str, before: &mut Vec<&'a str>, behind: &mut Vec<&'a str>) -> &'a str {
    while !text.is_empty() && parts(text).is_none() {
        let prefix = end(PREFIX.as_ref(), text);
        if prefix > 0 && parts(&text[prefix..]).is_some() {
            before.push(&text[..prefix]);
            return &text[prefix..];
        }
        let suffix = start(SUFFIX.as_ref(), &text[prefix..]).map_or(text.len(), |at| prefix + at);
        if suffix < text.len() && parts(&text[..suffix]).is_some() {
            behind.push(&text[suffix..]);
            return &text[..suffix];
        }
        if prefix == 0 && suffix == text.len() {
            break;
        }
        if prefix > 0 {
            before.push(&text[..prefix]);
        }
        if suffix < text.len() {
            behind.push(&text[suffix..]);
        }
        text = &text[prefix..suffix];
    }
    text
}

fn end(pattern: Option<&Regex>, text: &str) -> usize {
    found(pattern, text).map_or(0, |(_, end)| end)
}

fn start(pattern: Option<&Regex>, text: &str) -> Option<usize> {
    found(pattern, text).map(|(start, _)| start)
}

fn found(pattern: Option<&Regex>, text: &str) -> Option<(usize, usize)> {
    pattern?.find(text).ok()?.map(|found| (found.start(), found.end()))
}

/// Cuts `text` at marks inside it.
fn cut<'a>(text: &'a str, words: &mut Vec<&'a str>) {
    let mut at = 0;
    if let Some(pattern) = INFIX.as_ref() {
        for mark in pattern.find_iter(text).flatten() {
            if mark.start() == 0 {
                continue; // spaCy leaves a mark at the beginning to what follows
            }
            words.extend((mark.start() > at).then(|| &text[at..mark.start()]));
            words.push(mark.as_str());
            at = mark.end();
        }
    }
    if at < text.len() {
        words.push(&text[at..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_sound() {
        assert!([&PREFIX, &SUFFIX, &INFIX].iter().all(|pattern| pattern.is_some()));
    }

    #[test]
    fn splitting() {
        let check = |chunk: &str, wanted: &[&str]| assert_eq!(split(chunk), wanted, "{chunk:?}");
        check("word", &["word"]);
        check("end.", &["end", "."]);
        check("A.", &["A."]);
        check("USA.", &["USA", "."]);
        check("...what", &["...", "what"]);
        check("'Tis", &["'", "Tis"]);
        check("'em", &["'em"]);
        check("dogs'", &["dogs", "'"]);
        check("John's", &["John", "'s"]);
        check("$5.40", &["$", "5.40"]);
        check("10km", &["10", "km"]);
        check("5:30pm", &["5:30pm"]);
        check("end.Next", &["end", ".", "Next"]);
        check("she'll've", &["she", "'ll", "'ve"]);
        check("'can't'", &["'", "ca", "n't", "'"]);
        check("a.m.", &["a.m."]);
        check("''so''", &["''", "so", "''"]);
        check("yes:D", &["yes", ":D"]);
        check("up★...down", &["up", "★", "...", "down"]);
        check("25°C.", &["25", "°", "C", "."]);
        check("", &[]);
    }
}
