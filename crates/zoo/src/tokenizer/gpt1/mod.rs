//! GPT-1's text as OpenAI's release prepared it (`text_utils.py` of finetune-transformer-lm, 2018): repair by ftfy, marks set
//! apart, words found by spaCy's English rules, lower case. The hub's tokenizer for the same vocabulary splits at every mark
//! instead and takes accents off: `don't` is `do n't` here and `don ' t` there.
//!
//! Of ftfy's repairs those are made that concern sound text: quotes, ligatures, full-width letters, line ends, control
//! characters, composition (NFC). Text that was decoded wrongly or holds HTML entities stays as it is.

mod contractions;
mod words;

use tokenizers::NormalizedString;

/// What stands between words of cleaned text.
pub const BETWEEN: char = ' ';

/// The words of `text` in lower case, one space between them; a line end is a word.
pub fn clean(text: &str) -> String {
    let text = standardize(&repair(text));
    let mut words = Vec::new();
    for (i, line) in text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        words.extend((i > 0).then_some("\n")); // empty lines go with the line ends around them
        words.extend(line.split_whitespace().flat_map(words::split));
    }
    words.join(" ").to_lowercase()
}

/// Makes of look-alikes what they look like.
fn repair(text: &str) -> String {
    let mut repaired = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{2bc}' | '\u{2018}'..='\u{201b}' => repaired.push('\''),
            '\u{201c}'..='\u{201f}' => repaired.push('"'),
            '\r' => {
                chars.next_if_eq(&'\n');
                repaired.push('\n');
            }
            '\u{2028}' | '\u{2029}' => repaired.push('\n'),
            '\u{3000}' => repaired.push(' '),
            '\u{ff01}'..='\u{ff5e}' => repaired.extend(char::from_u32(c as u32 - 0xfee0)),
            c if is_control(c) => {}
            c => match ligature(c) {
                Some(letters) => repaired.push_str(letters),
                None => repaired.push(c),
            },
        }
    }
    let mut composed = NormalizedString::from(repaired);
    composed.nfc();
    composed.get().to_owned()
}

/// Characters without a form or a place in text.
const fn is_control(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}')
}

/// The letters of a Latin ligature.
const fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ŉ' => "'n",
        'Ǆ' => "DŽ",
        'ǅ' => "Dž",
        'ǆ' => "dž",
        'Ǉ' => "LJ",
        'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǋ' => "Nj",
        'ǌ' => "nj",
        'Ǳ' => "DZ",
        'ǲ' => "Dz",
        'ǳ' => "dz",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' => "ſt",
        'ﬆ' => "st",
        _ => return None,
    })
}

/// Plain dashes, dots and apostrophes; runs of one mark set apart from what is beside them.
fn standardize(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut chars = text.chars().map(plain_dash).peekable();
    while let Some(c) = chars.next() {
        match c {
            '…' => out.push_str("..."),
            '´' => out.push('\''),
            c if r#"-~!";?+,)(\/*[]}{|_"#.contains(c) => {
                out.extend([' ', c]);
                while chars.next_if_eq(&c).is_some() {
                    out.push(c);
                }
                out.push(' ');
            }
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

const fn plain_dash(c: char) -> char {
    if matches!(c, '—' | '–' | '―') { '-' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning() {
        let check = |text: &str, wanted: &str| assert_eq!(clean(text), wanted, "{text:?}");
        check("", "");
        check(" \n ", "");
        check("The old man's hat", "the old man 's hat");
        check("I don't—can't; won't!!", "i do n't - ca n't ; wo n't ! !");
        check("“Well,” she said…", "\" well , \" she said ...");
        check("one\r\n\r\n two\nthree", "one \n two \n three");
        check("Ｆｕｌｌ\u{3000}ﬁne\u{0}", "full fine");
        check("e\u{301}tude", "étude");
        check("Mr. Smith lives in D.C. now.", "mr. smith lives in d.c. now .");
    }
}
