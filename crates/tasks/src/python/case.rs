//! Capitals and small letters, as Python's methods of strings make them.

/// `str.swapcase`.
pub(crate) fn swapcase(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (c, lower) in lowered(text) {
        if c.is_uppercase() { out.extend(lower) } else { out.extend(c.to_uppercase()) }
    }
    out
}

/// `str.title`: a capital wherever a letter with a case follows none.
pub(crate) fn title(text: &str) -> String {
    let (mut out, mut is_inside) = (String::with_capacity(text.len()), false);
    for (c, lower) in lowered(text) {
        if is_inside {
            out.extend(lower);
        } else {
            out.extend(capital(c));
        }
        is_inside = c.is_lowercase() || c.is_uppercase() || is_digraph(c);
    }
    out
}

/// `str.capitalize`: the rest becomes lower case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, (c, lower)) in lowered(text).into_iter().enumerate() {
        if index == 0 { out.extend(capital(c)) } else { out.extend(lower) }
    }
    out
}

/// `str.casefold`: Unicode's full case folding, which is lower case of upper case of lower case but for the dotless i, and
/// for Cherokee, whose small letters came late.
pub(crate) fn casefold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ı' => out.push(c),
            '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => out.extend(c.to_uppercase()),
            c => out.extend(c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)),
        }
    }
    out
}

/// `text[0].lower() + text[1:]`; `None` for an empty text, where Python fails.
pub(crate) fn lower_first(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let first = chars.next()?;
    Some(first.to_lowercase().chain(chars).collect())
}

/// Each character with its lower case where it stands: a sigma at the end of a word has another than one inside.
fn lowered(text: &str) -> Vec<(char, Vec<char>)> {
    let whole = text.to_lowercase();
    let mut lower = whole.chars();
    text.chars().map(|c| (c, lower.by_ref().take(c.to_lowercase().count()).collect())).collect()
}

/// Two letters in one character.
const fn is_digraph(c: char) -> bool {
    matches!(c, '\u{1c4}'..='\u{1cc}' | '\u{1f1}'..='\u{1f3}')
}

/// The character's title case, which is its upper case but for two letters in one character, Greek letters over an iota and
/// Georgian ones, which have no capitals at the beginning of words.
fn capital(c: char) -> Vec<char> {
    let upper = || c.to_uppercase();
    match c {
        '\u{1c4}'..='\u{1c6}' => vec!['ǅ'],
        '\u{1c7}'..='\u{1c9}' => vec!['ǈ'],
        '\u{1ca}'..='\u{1cc}' => vec!['ǋ'],
        '\u{1f1}'..='\u{1f3}' => vec!['ǲ'],
        '\u{10d0}'..='\u{10ff}' => vec![c],
        '\u{1f80}'..='\u{1fff}' if upper().count() > 1 && upper().last() == Some('Ι') => over_iota(c),
        // Ligatures: a capital and small letters.
        'ß' | '\u{587}' | '\u{fb00}'..='\u{fb17}' => {
            upper().take(1).chain(upper().skip(1).flat_map(char::to_lowercase)).collect()
        }
        c => c.to_uppercase().collect(),
    }
}

/// A Greek vowel over an iota: the capital that has it below where there is one, and else with the mark that is one.
fn over_iota(c: char) -> Vec<char> {
    match c {
        '\u{1f80}'..='\u{1faf}' => char::from_u32(u32::from(c) | 8).into_iter().collect(),
        'ᾳ' | 'ᾼ' => vec!['ᾼ'],
        'ῃ' | 'ῌ' => vec!['ῌ'],
        'ῳ' | 'ῼ' => vec!['ῼ'],
        c => {
            let mut capital: Vec<char> = c.to_uppercase().collect();
            capital.pop();
            capital.push('\u{345}');
            capital
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python 3.11 gives.
    #[test]
    fn as_python() {
        assert_eq!(capitalize("éTE à LA plage"), "Éte à la plage");
        assert_eq!(capitalize("ΟΔΟΣ ΣΑΣ"), "Οδος σας");
        assert_eq!(
            (capitalize("ßA"), capitalize("ﬁN"), capitalize("ǆX"), capitalize("")),
            ("Ssa".into(), "Fin".into(), "ǅx".into(), String::new())
        );
        assert_eq!(title("ß ﬁn ǆa ΟΔΟΣ it's აბ"), "Ss Fin ǅa Οδος It'S აბ");
        assert_eq!(title("ᾳ ᾀ ᾴ ᾷ ŉ"), "ᾼ ᾈ \u{386}\u{345} \u{391}\u{342}\u{345} ʼN");
        assert_eq!(swapcase("ΟΔΟΣ ß aB"), "οδος SS Ab");
        assert_eq!(lower_first("İx").as_deref(), Some("i\u{307}x"));
        assert_eq!(lower_first(""), None);
    }
}
