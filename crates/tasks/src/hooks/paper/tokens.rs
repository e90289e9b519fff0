//! How the tokens of a corpus are written together, and how they are told apart again.

/// A corpus's way to tokenise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `WikiText`: Moses' tokenizer with `@-@`, `@,@` and `@.@` inside words, and a space at each end of a line.
    WikiText,
    /// Mikolov's Penn Treebank: lower case, punctuation taken out, numbers `N`.
    Ptb,
    /// The One Billion Word benchmark: Moses' tokenizer.
    OneBillionWords,
    /// The Penn Treebank's own, as in the Children's Book Test: two grave accents and two apostrophes for quotes,
    /// -LRB- and -RRB- for brackets.
    Treebank,
}

const CLOSING: &[&str] = &[".", ",", ";", ":", "!", "?", ")", "]", "}", "%", "...", "''", "-RRB-", "-rrb-"];
const OPENING: &[&str] = &["(", "[", "{", "$", "#", "£", "€", "``", "`", "-LRB-", "-lrb-"];
/// Tokens of one character inside a word, with what is written.
const INFIXES: &[(&str, char)] = &[("@-@", '-'), ("@,@", ','), ("@.@", '.')];
/// Tokens with another form in writing.
const WRITTEN: &[(&str, &str)] =
    &[("``", "\""), ("''", "\""), ("`", "'"), ("-LRB-", "("), ("-RRB-", ")"), ("-lrb-", "("), ("-rrb-", ")")];
const ENDINGS: &[&str] = &["'s", "'re", "'ve", "'ll", "'d", "'m", "'S", "'RE", "'VE", "'LL", "'D", "'M"];
const ABBREVIATIONS: &[&str] = &[
    "Mr", "Mrs", "Ms", "Dr", "St", "Jr", "Sr", "Prof", "Rev", "Gen", "Col", "Lt", "Sgt", "Capt", "Gov", "Sen", "Rep",
    "Mt", "Ft", "vs", "No", "Vol", "pp", "ca", "approx", "Inc", "Corp", "Co", "Ltd", "Bros", "Jan", "Feb", "Aug",
    "Sept", "Oct", "Nov", "Dec",
];

impl Style {
    /// Whether each line has a space at both ends.
    pub fn is_padded(self) -> bool {
        self == Self::WikiText
    }

    /// The negation that the tokenizer cuts off.
    fn negation(self) -> &'static str {
        if matches!(self, Self::Ptb | Self::Treebank) { "n't" } else { "'t" }
    }

    /// Whether a full stop is a token of its own.
    fn has_stops(self) -> bool {
        self != Self::Ptb
    }

    /// For each token whether it follows the one before without a space.
    pub fn glue(self, tokens: &[&str]) -> Vec<bool> {
        let mut quotes = Quotes::default();
        let mut is_open = false;
        let mut glue = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| tokens[before]);
            let side = self.side(token, before, &mut quotes);
            glue.push(before.is_some() && (is_open || matches!(side, Side::Left | Side::Both)));
            is_open = matches!(side, Side::Right | Side::Both);
        }
        glue
    }

    fn side(self, token: &str, before: Option<&str>, quotes: &mut Quotes) -> Side {
        match token {
            "\"" => quotes.double(),
            "'" if self == Self::Treebank || self == Self::Ptb => Side::Left,
            "'" => quotes.single(before),
            _ if self == Self::WikiText && INFIXES.iter().any(|(infix, _)| *infix == token) => Side::Both,
            _ if CLOSING.contains(&token) || ENDINGS.contains(&token) || token == self.negation() => Side::Left,
            _ if OPENING.contains(&token) => Side::Right,
            _ => Side::None,
        }
    }

    /// The tokens as they are written together.
    pub fn surface(self, tokens: &[&str]) -> String {
        if let [token] = tokens {
            return self.written(token).unwrap_or(token).to_owned();
        }
        tokens.iter().map(|token| self.infix(token).or_else(|| self.written(token)).unwrap_or(token)).collect()
    }

    fn infix(self, token: &str) -> Option<&'static str> {
        let is_one = self == Self::WikiText && INFIXES.iter().any(|(infix, _)| *infix == token);
        is_one.then(|| INFIXES.iter().find(|(infix, _)| *infix == token).map(|(infix, _)| &infix[1..2]))?
    }

    fn written(self, token: &str) -> Option<&'static str> {
        let found = || WRITTEN.iter().find(|(own, _)| *own == token).map(|(_, written)| *written);
        (self == Self::Treebank).then(found)?
    }
}

/// On which sides a token has no space.
#[derive(Clone, Copy, Debug)]
enum Side {
    None,
    Left,
    Right,
    Both,
}

/// Which quotes of a line are open.
#[derive(Default)]
struct Quotes {
    is_double_open: bool,
    is_single_open: bool,
}

impl Quotes {
    fn double(&mut self) -> Side {
        self.is_double_open = !self.is_double_open;
        if self.is_double_open { Side::Right } else { Side::Left }
    }

    /// A single one closes what is open, or belongs to a plural before it.
    fn single(&mut self, before: Option<&str>) -> Side {
        if self.is_single_open {
            self.is_single_open = false;
            return Side::Left;
        }
        if before.is_some_and(|before| before.ends_with('s')) {
            return Side::Left;
        }
        self.is_single_open = true;
        Side::Right
    }
}

/// The tokens of a chunk: what stands before, the word, its endings, what stands after.
pub(super) fn split(chunk: &str, style: Style) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut word = chunk;
    while let Some((token, rest)) = first_mark(word, style).filter(|(_, rest)| !rest.is_empty()) {
        tokens.push(token);
        word = rest;
    }
    let mut after = Vec::new();
    while let Some((rest, token)) = last_mark(word, style).filter(|(rest, _)| !rest.is_empty()) {
        after.push(token);
        word = rest;
    }
    split_word(word, style, &mut tokens);
    tokens.extend(after.into_iter().rev());
    tokens
}

/// An opening mark and the rest.
fn first_mark(word: &str, style: Style) -> Option<(String, &str)> {
    let first = word.chars().next().filter(|c| matches!(c, '(' | '[' | '{' | '$' | '#' | '£' | '€' | '"' | '\''))?;
    let token = match (first, style) {
        ('(', Style::Treebank) => "-LRB-".to_owned(),
        ('"', Style::Treebank) => "``".to_owned(),
        ('\'', Style::Treebank) => "`".to_owned(),
        _ => first.to_string(),
    };
    Some((token, &word[first.len_utf8()..]))
}

/// What comes before a closing mark, and the mark.
fn last_mark(word: &str, style: Style) -> Option<(&str, String)> {
    if let Some(rest) = word.strip_suffix("...") {
        return Some((rest, "...".to_owned()));
    }
    let last = word.chars().next_back().filter(|c| ".,;:!?)]}%\"'".contains(*c))?;
    let rest = &word[..word.len() - last.len_utf8()];
    if last == '.' && !is_stop(rest, style) {
        return None;
    }
    let token = match (last, style) {
        (')', Style::Treebank) => "-RRB-".to_owned(),
        ('"', Style::Treebank) => "''".to_owned(),
        _ => last.to_string(),
    };
    Some((rest, token))
}

/// Whether a full stop behind the word ends a sentence rather than an abbreviation.
fn is_stop(word: &str, style: Style) -> bool {
    let is_letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    style.has_stops() && !is_letter && !word.contains('.') && !ABBREVIATIONS.contains(&word)
}

/// A word without marks: its ending, and for `WikiText` the signs inside it.
fn split_word(word: &str, style: Style, tokens: &mut Vec<String>) {
    let endings = ENDINGS.iter().copied().chain([style.negation()]);
    let ending = endings.into_iter().find(|ending| word.len() > ending.len() && word.ends_with(*ending));
    let stem = ending.map_or(word, |ending| &word[..word.len() - ending.len()]);
    match style {
        Style::WikiText => split_infixes(stem, tokens),
        _ => tokens.push(stem.to_owned()),
    }
    tokens.extend(ending.map(str::to_owned));
}

/// A hyphen between parts of a word; a comma or point between digits.
fn split_infixes(word: &str, tokens: &mut Vec<String>) {
    let chars: Vec<char> = word.chars().collect();
    let mut token = String::new();
    for (index, &c) in chars.iter().enumerate() {
        let infix = INFIXES.iter().find(|(_, sign)| *sign == c).map(|(infix, _)| *infix);
        let (before, after) = (index.checked_sub(1).map(|at| chars[at]), chars.get(index + 1).copied());
        match infix.filter(|_| is_inside(c, before, after)) {
            Some(infix) => {
                tokens.push(std::mem::take(&mut token));
                tokens.push(infix.to_owned());
            }
            None => token.push(c),
        }
    }
    tokens.push(token);
}

fn is_inside(sign: char, before: Option<char>, after: Option<char>) -> bool {
    let fits = |c: Option<char>| {
        c.is_some_and(|c| if sign == '-' { c.is_alphanumeric() || "<>".contains(c) } else { c.is_ascii_digit() })
    };
    fits(before) && fits(after)
}
