//! Words that spaCy's English rules split in their own way, or never: contractions with and without their apostrophe, hours,
//! abbreviations, a few faces.

use std::collections::HashMap;
use std::sync::LazyLock;

/// `he'll` is `he` and `'ll`; without the apostrophe it is the same, unless that is another word.
const OTHER_WORDS: &[&str] = &["ill", "its", "hell", "shell", "shed", "were", "well", "whore"];

/// What may stand behind a word, part by part.
const WILL: &[&[&str]] = &[&["'ll"], &["'ll", "'ve"], &["'d"], &["'d", "'ve"]];
const NOT: &[&[&str]] = &[&["n't"], &["n't", "'ve"]];
const FAMILIES: &[(&str, &[&[&str]])] = &[
    ("i", &[&["'m"], &["'m", "a"]]),
    ("i you he she it we they who what when where why how there that this these those", WILL),
    ("i you we they who what when where why how there these those could might must should would", &[&["'ve"]]),
    ("you we they who what when where why how there these those", &[&["'re"]]),
    ("he she it who what when where why how there that this", &[&["'s"]]),
    ("ca could do does did had may might must need ought sha should wo would", NOT),
    ("ai are is was were have has dare", &[&["n't"]]),
    ("can", &[&["not"]]),
    ("gon", &[&["na"]]),
    ("got", &[&["ta"]]),
    ("not", &[&["'ve"]]),
];

/// Written in this way alone, parts apart by a space.
const ALONE: &str = "y' all|y all|how 'd 'y|How 'd 'y|let 's|Let 's|c'm on|C'm on|° c .|° f .|° k .|° C .|° F .|° K .";

/// Never split.
const WHOLE: &str = "'Cause 'Cos 'Coz 'Cuz 'S 'bout 'cause 'cos 'coz 'cuz 'd 'em 'll 'nuff 're 's ' '' \
    Adm. Ak. Ala. Apr. Ariz. Ark. Aug. Bros. Calif. Co. Colo. Conn. Corp. D.C. Dec. Del. Dr. E.G. E.g. Feb. Fla. Ga. Gen. \
    Gov. I.E. I.e. Ia. Id. Ill. Inc. Ind. Jan. Jr. Jul. Jun. Kan. Kans. Ky. La. Ltd. Mar. Mass. Md. Messrs. Mich. Minn. Miss. \
    Mo. Mont. Mr. Mrs. Ms. Mt. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. Pa. Ph.D. Prof. Rep. Rev. \
    S.C. Sen. Sep. Sept. St. Tenn. Va. Wash. Wis. a.m. co. e.g. i.e. p.m. v.s. vs. \
    Doin' Goin' Havin' Lovin' Nothin' Nuthin' Ol' Somethin' doin' goin' havin' lovin' nothin' nuthin' ol' somethin' \
    Ma'am ma'am O'clock o'clock ä. ö. ü. \
    O.o O.O 8D :1 >:o v.v :D 0.o :O 0.0 o.0 <3 >.< =3 =D <.< <333 :0 :p xD >.> :> xDD :x V.V ಠ︵ಠ :o :X o.O o.o :P :3 XD <33 XDD";

/// Word → the lengths of its parts in bytes.
static SPECIAL: LazyLock<HashMap<String, Vec<usize>>> = LazyLock::new(|| {
    let mut special = HashMap::new();
    let mut add = |parts: &[String]| special.insert(parts.concat(), parts.iter().map(String::len).collect());
    for (words, endings) in FAMILIES {
        for word in words.split(' ').flat_map(|word| [word.to_owned(), capitalized(word)]) {
            for ending in *endings {
                let parts: Vec<String> =
                    std::iter::once(word.clone()).chain(ending.iter().map(|&part| part.to_owned())).collect();
                let bare: Vec<String> = parts.iter().map(|part| part.replace('\'', "")).collect();
                if !OTHER_WORDS.contains(&bare.concat().to_lowercase().as_str()) {
                    add(&bare);
                }
                add(&parts);
            }
        }
    }
    for hour in 1..=12 {
        for half in ["a.m.", "am", "p.m.", "pm"] {
            add(&[hour.to_string(), half.to_owned()]);
        }
    }
    for parts in ALONE.split('|') {
        add(&parts.split(' ').map(str::to_owned).collect::<Vec<_>>());
    }
    for word in WHOLE.split_whitespace().map(str::to_owned).chain(('a'..='z').map(|letter| format!("{letter}."))) {
        add(&[word]);
    }
    special
});

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// The lengths in bytes of the parts of a special word; `None` for any other.
pub fn parts(word: &str) -> Option<impl Iterator<Item = usize>> {
    SPECIAL.get(word).map(|lengths| lengths.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let check = |word: &str, wanted: Option<&[usize]>| {
            assert_eq!(parts(word).map(Iterator::collect::<Vec<_>>).as_deref(), wanted, "{word}");
        };
        check("don't", Some(&[2, 3]));
        check("Dont", Some(&[2, 2]));
        check("can't've", Some(&[2, 3, 3]));
        check("I'm", Some(&[1, 2]));
        check("we're", Some(&[2, 3]));
        check("were", None);
        check("Shell", None);
        check("she'll", Some(&[3, 3]));
        check("cannot", Some(&[3, 3]));
        check("lets", None);
        check("let's", Some(&[3, 2]));
        check("12am", Some(&[2, 2]));
        check("13am", None);
        check("Mr.", Some(&[3]));
        check("q.", Some(&[2]));
        check("°C.", Some(&[2, 1, 1]));
        check("word", None);
    }
}
