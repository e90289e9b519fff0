//! What BLEU takes for words, by sacrebleu's names.

use crate::python::{constant, is_space, split, strip};
use regex::Regex;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// A way to part a text into words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tokenizer {
    /// `13a`: words as WMT's evaluation script `mteval-v13a` sees them.
    #[default]
    Mteval13a,
    /// `zh`: each Chinese character by itself, all else as in `13a`, but for its replacements.
    Chinese,
    /// `intl`: punctuation and symbols of all scripts by themselves, as in `mteval-v14` with its flag for that.
    International,
    /// `char`: each character by itself.
    Characters,
    /// `none`: what stands between white space.
    Spaces,
}

/// A pattern with its replacement.
type Rule = (Regex, &'static str);

/// Punctuation becomes words of its own; full stops and commas only where no digit is on that side, hyphens only after one.
static WESTERN: LazyLock<[Rule; 4]> = LazyLock::new(|| {
    [
        (constant(r"([{-~\[-` -&(-+:-@/])"), " ${1} "),
        (constant(r"([^0-9])([.,])"), "${1} ${2} "),
        (constant(r"([.,])([^0-9])"), " ${1} ${2}"),
        (constant(r"([0-9])(-)"), "${1} ${2} "),
    ]
});

/// The same of all scripts: punctuation where a neighbour is no number, and symbols everywhere.
static INTERNATIONAL: LazyLock<[Rule; 3]> = LazyLock::new(|| {
    [
        (constant(r"(\P{N})(\p{P})"), "${1} ${2} "),
        (constant(r"(\p{P})(\P{N})"), " ${1} ${2}"),
        (constant(r"(\p{S})"), " ${1} "),
    ]
});

/// Literal replacements before the rules of `13a`; the second joins words that a line break parts.
const REPLACED: &[(&str, &str)] =
    &[("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")];

/// What `zh` takes for a Chinese character: ideographs with their radicals and strokes, Chinese punctuation, and signs of
/// full width. The first range is there since sacrebleu writes the two blocks beyond U+FFFF with four digits: it has quotes,
/// dashes and arrows in their place, and those ideographs are words like Western ones.
const CHINESE: &[RangeInclusive<char>] = &[
    '\u{2001}'..='\u{2a6d}',
    '\u{2e80}'..='\u{2fdf}',
    '\u{2ff0}'..='\u{303f}',
    '\u{3100}'..='\u{312f}',
    '\u{31a0}'..='\u{31ef}',
    '\u{3200}'..='\u{4db5}',
    '\u{4e00}'..='\u{9fbb}',
    '\u{f900}'..='\u{fa2d}',
    '\u{fa30}'..='\u{fa6a}',
    '\u{fa70}'..='\u{fad9}',
    '\u{fe10}'..='\u{fe1f}',
    '\u{fe30}'..='\u{fe4f}',
    '\u{ff00}'..='\u{ffef}',
];

impl Tokenizer {
    /// The names that [`Tokenizer::named`] knows, for messages.
    pub const NAMES: &str = "13a, zh, intl, char or none";

    /// The tokenizer that sacrebleu has under a name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "13a" => Self::Mteval13a,
            "zh" => Self::Chinese,
            "intl" => Self::International,
            "char" => Self::Characters,
            "none" => Self::Spaces,
            _ => return None,
        })
    }

    /// The words of a text.
    pub fn words(self, text: &str) -> Vec<String> {
        let text = text.trim_end_matches(is_space);
        match self {
            Self::Mteval13a => applied(&*WESTERN, format!(" {} ", replaced(text))),
            Self::Chinese => applied(&*WESTERN, apart(strip(text))),
            Self::International => applied(&*INTERNATIONAL, text.to_owned()),
            Self::Characters => text.chars().filter(|&c| !is_space(c)).map(String::from).collect(),
            Self::Spaces => applied(&[], text.to_owned()),
        }
    }
}

fn applied(rules: &[Rule], mut text: String) -> Vec<String> {
    for (pattern, with) in rules {
        text = pattern.replace_all(&text, *with).into_owned();
    }
    split(&text).map(str::to_owned).collect()
}

fn replaced(text: &str) -> String {
    REPLACED.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Chinese characters with spaces around each.
fn apart(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if CHINESE.iter().any(|range| range.contains(&c)) {
            out.extend([' ', c, ' ']);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are those of sacrebleu 2.6.0's tokenizer of that name.
    fn check(name: &str, text: &str, want: &str) {
        assert_eq!(Tokenizer::named(name).unwrap().words(text).join(" "), want, "{name}: {text:?}");
    }

    #[test]
    fn as_mteval() {
        let check = |text: &str, want: &str| check("13a", text, want);
        check("Hello, world!", "Hello , world !");
        check("It's 3.14 (or 1,000.5).", "It's 3.14 ( or 1,000.5 ) .");
        check("1-2 a-b 3-", "1 - 2 a-b 3 -");
        check("&quot;a&amp;lt;&quot;", "\" a < \"");
        check("hy-\nphen\nline <skipped>x", "hyphen line x");
        check("«été», 日本語。", "«été» , 日本語。");
        check("...", ". . .");
    }

    #[test]
    fn chinese() {
        let check = |text: &str, want: &str| check("zh", text, want);
        check("Hello, world!", "Hello , world !");
        check("我爱北京，天安门。", "我 爱 北 京 ， 天 安 门 。");
        check("他说：“你好！” 3.5元", "他 说 ： “ 你 好 ！ ” 3.5 元");
        check("GPT-2模型有1.5亿参数", "GPT-2 模 型 有 1.5 亿 参 数");
        check("𠀀是字", "𠀀 是 字");
        check("ab—cd…ef", "ab — cd … ef");
        check("これはテストです。", "これはテストです 。");
        check("한국어 문장입니다.", "한국어 문장입니다 .");
        check("&quot;a&amp;lt;&quot;", "& quot ; a & amp ; lt ; & quot ;");
        check("hy-\nphen\nline <skipped>x", "hy- phen line < skipped > x");
        check("2020年1月1日，10:30。", "2020 年 1 月 1 日 ， 10 : 30 。");
        check("ＦＵＬＬ，ｗｉｄｔｈ！", "Ｆ Ｕ Ｌ Ｌ ， ｗ ｉ ｄ ｔ ｈ ！");
        check("№5 §3 ©2020", "№ 5 §3 ©2020");
    }

    #[test]
    fn all_scripts() {
        let check = |text: &str, want: &str| check("intl", text, want);
        check("It's 3.14 (or 1,000.5).", "It ' s 3.14 ( or 1,000.5 ) .");
        check("«été», 日本語。", "« été » , 日本語 。");
        check("“quoted” – dash", "“ quoted ” – dash");
        check("Привет, мир! 5-й", "Привет , мир ! 5 - й");
        check("مرحبا، بالعالم؟ ١٢٣٫٤", "مرحبا ، بالعالم ؟ ١٢٣٫٤");
        check("हिन्दी में। १२३.५", "हिन्दी में । १२३.५");
        check("€5.00 = $5,00 ± 3%", "€ 5.00 = $ 5,00 ± 3%");
        check("12,345.67, and 8.", "12,345.67 , and 8.");
        check("½ Ⅷ ²", "½ Ⅷ ²");
        check("👍🏽 ok 😀!", "👍 🏽 ok 😀 !");
        check("A.B.C. U.S.", "A . B . C . U . S .");
        check("&quot;a&amp;lt;&quot;", "& quot ; a & amp ; lt ; & quot ;");
    }

    #[test]
    fn characters() {
        let check = |text: &str, want: &str| check("char", text, want);
        check("我爱北京，天安门。", "我 爱 北 京 ， 天 安 门 。");
        check("한국어 문장입니다.", "한 국 어 문 장 입 니 다 .");
        check("e\u{301}a\u{300}", "e \u{301} a \u{300}");
        check("x\u{a0}y\u{2009}z\u{3000}w", "x y z w");
        check("  lead and trail  ", "l e a d a n d t r a i l");
    }

    #[test]
    fn spaces() {
        let check = |text: &str, want: &str| check("none", text, want);
        check("Hello, world!", "Hello, world!");
        check("我爱北京，天安门。", "我爱北京，天安门。");
        check("\u{1c}\u{1d}a\u{1f}b", "a b");
        check("  lead and trail  ", "lead and trail");
    }
}
