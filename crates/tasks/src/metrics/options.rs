//! What an entry of `metric_list` hands to its metric.

use super::corpus::Tokenizer;
use crate::error::TaskError;
use crate::pattern::Pattern;
use crate::yaml::{Kind, Node};

/// The keys of exact comparison.
pub(super) const COMPARISON: &[&str] = &["regexes_to_ignore", "ignore_case", "ignore_punctuation", "ignore_numbers"];

/// The same, with the numbers of samples that are taken.
pub(super) const COMPARISON_AND_K: &[&str] =
    &["regexes_to_ignore", "ignore_case", "ignore_punctuation", "ignore_numbers", "k"];

/// The key of what a choice is compared with: its log-likelihood after other words than the document's, or after none.
pub(super) const CONTEXT: &str = "context";

/// The key of what BLEU takes for words.
pub(super) const TOKENIZE: &str = "tokenize";

/// How texts are compared, and what else a metric can be told.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Options {
    regexes_to_ignore: Vec<Pattern>,
    ignore_case: bool,
    ignore_punctuation: bool,
    ignore_numbers: bool,
    ks: Vec<usize>,
    is_averaged: bool,
    context: String,
    tokenizer: Tokenizer,
}

impl Options {
    /// Reads those of `keys` that the entry has.
    pub(crate) fn read(node: &Node, keys: &[&str]) -> Result<Self, TaskError> {
        let flag = |key: &str| keys.contains(&key) && node.get(key).is_some_and(is_true);
        let mut options = Self {
            ignore_case: flag("ignore_case"),
            ignore_punctuation: flag("ignore_punctuation"),
            ignore_numbers: flag("ignore_numbers"),
            ..Self::default()
        };
        if let Some(node) = node.get("regexes_to_ignore").filter(|_| keys.contains(&"regexes_to_ignore")) {
            let compile = |source: &String| {
                Pattern::new(source).map_err(|reason| node.wrong("regexes_to_ignore", &format!("valid ({reason})")))
            };
            options.regexes_to_ignore =
                node.strings("regexes_to_ignore")?.iter().map(compile).collect::<Result<_, _>>()?;
        }
        if let Some(node) = node.get("average").filter(|_| keys.contains(&"average")) {
            options.is_averaged = is_averaged(node)?;
        }
        if keys.contains(&"k") {
            options.ks = node.get("k").map_or(Ok(vec![1]), counts)?;
        }
        if let Some(node) = node.get(CONTEXT).filter(|_| keys.contains(&CONTEXT)) {
            node.str(CONTEXT)?.clone_into(&mut options.context);
        }
        if let Some(node) = node.get(TOKENIZE).filter(|_| keys.contains(&TOKENIZE)) {
            options.tokenizer = tokenizer(node)?;
        }
        Ok(options)
    }

    /// Whether F1 is averaged over labels.
    pub(super) const fn is_averaged(&self) -> bool {
        self.is_averaged
    }

    /// What BLEU takes for words.
    pub(super) const fn tokenizer(&self) -> Tokenizer {
        self.tokenizer
    }

    /// The words before a choice in its second request; empty for none.
    pub(crate) fn context(&self) -> &str {
        &self.context
    }

    /// The numbers of samples that are taken; none for metrics that take what there is.
    pub(crate) fn ks(&self) -> &[usize] {
        &self.ks
    }

    /// The same for one number of samples.
    pub(crate) fn with_k(&self, k: usize) -> Self {
        Self { ks: vec![k], ..self.clone() }
    }

    /// What is compared of a text: without the ignored patterns, then in lower case, then without ASCII punctuation, then
    /// without ASCII digits, as the options say.
    pub(super) fn compared(&self, text: &str) -> Result<String, String> {
        let mut text = text.to_owned();
        for pattern in &self.regexes_to_ignore {
            text = pattern.remove(&text)?;
        }
        if self.ignore_case {
            text = text.to_lowercase();
        }
        if self.ignore_punctuation {
            text.retain(|c| !c.is_ascii_punctuation());
        }
        if self.ignore_numbers {
            text.retain(|c| !c.is_ascii_digit());
        }
        Ok(text)
    }
}

/// Python's truth: lm-eval's own files have strings here, and any but the empty one is true.
fn is_true(node: &Node) -> bool {
    match &node.kind {
        Kind::Null => false,
        Kind::Bool(is_true) => *is_true,
        Kind::Int(number) => *number != 0,
        Kind::Float(number, _) => *number != 0.0,
        Kind::Str(text) => !text.is_empty(),
        Kind::List(items) => !items.is_empty(),
        Kind::Map(entries) => !entries.is_empty(),
        Kind::Function(_) => true,
    }
}

/// The names that scikit-learn has for averages.
fn is_averaged(node: &Node) -> Result<bool, TaskError> {
    match node.str("average")? {
        "binary" => Ok(false),
        "micro" | "macro" | "weighted" => Ok(true),
        _ => Err(node.wrong("average", "binary, micro, macro or weighted")),
    }
}

/// One of sacrebleu's tokenizers, as far as they need no dictionary and no model.
fn tokenizer(node: &Node) -> Result<Tokenizer, TaskError> {
    let expected =
        || format!("one of sacrebleu's tokenizers that need no dictionary and no model ({})", Tokenizer::NAMES);
    let name = node.text().ok_or_else(|| node.wrong(TOKENIZE, &expected()))?;
    Tokenizer::named(&name).ok_or_else(|| node.wrong(TOKENIZE, &expected()))
}

/// One number or several, each 1 or more.
fn counts(node: &Node) -> Result<Vec<usize>, TaskError> {
    let items = if let Kind::List(items) = &node.kind { items.as_slice() } else { std::slice::from_ref(node) };
    let count = |item: &Node| match item.count("k")? {
        0 => Err(item.wrong("k", "1 or more")),
        count => Ok(count),
    };
    items.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(yaml: &str) -> Result<Options, TaskError> {
        Options::read(&crate::yaml::parse(&"t.yaml".into(), yaml).unwrap(), COMPARISON_AND_K)
    }

    fn check(yaml: &str, text: &str, want: &str) {
        assert_eq!(options(yaml).unwrap().compared(text).unwrap(), want, "{yaml}");
    }

    #[test]
    fn in_lm_evals_order() {
        check("{}", " A, b. 1 ", " A, b. 1 ");
        check("{ignore_case: true, ignore_punctuation: true, ignore_numbers: true}", " ÀB, c-1「」", " àb c「」");
        check(r"regexes_to_ignore: [',', '\$', '(?s).*#### ', '\.$']", "so\n#### $1,000.", "1000");
        // Patterns see the text as it was.
        check("{ignore_case: true, regexes_to_ignore: ['[A-Z]']}", "aBc", "ac");
        check("{ignore_punctuation: 'true - \".\"', ignore_case: 0}", "A.", "A");
        check("{ignore_case: , ignore_numbers: []}", "A1", "A1");
    }

    #[test]
    fn numbers_of_samples() {
        assert_eq!(options("{}").unwrap().ks(), [1]);
        assert_eq!(options("k: [1, 10]").unwrap().ks(), [1, 10]);
        assert_eq!(options("k: 5").unwrap().with_k(2).ks(), [2]);
        let error = options("k: [0]").unwrap_err().to_string();
        assert_eq!(error, "t.yaml:1: `k` must be 1 or more, but is the integer 0");
    }
}
