//! Split expressions of the `datasets` library: `train`, `train[:100]`, `test[10%:20%]`, `train+validation`.

use std::ops::Range;

/// One term of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SplitPart {
    /// The split.
    pub name: String,
    from: Option<i64>,
    to: Option<i64>,
    unit: Unit,
}

/// What the bounds of a slice count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Rows,
    /// Hundredths of the split, to the nearest row.
    Percent,
    /// Hundredths of the split's whole hundreds, so that all slices are equally long.
    PercentDropRemainder,
}

/// The terms of an expression, in order; `None` for a text that is none.
pub(crate) fn split_parts(expression: &str) -> Option<Vec<SplitPart>> {
    expression.split('+').map(|term| SplitPart::parse(term.trim())).collect()
}

impl SplitPart {
    fn parse(term: &str) -> Option<Self> {
        let (term, drops) = match term.strip_suffix("(pct1_dropremainder)") {
            Some(rest) => (rest, true),
            None => (term.strip_suffix("(closest)").unwrap_or(term), false),
        };
        let Some((name, slice)) = term.split_once('[') else {
            return is_name(term).then(|| Self::whole(term));
        };
        let (from, to) = slice.strip_suffix(']')?.split_once(':')?;
        let ((from, from_percent), (to, to_percent)) = (bound(from)?, bound(to)?);
        let unit = match (from_percent || to_percent, drops) {
            (false, _) => Unit::Rows,
            (true, false) => Unit::Percent,
            (true, true) => Unit::PercentDropRemainder,
        };
        let within = |bound: Option<i64>| unit == Unit::Rows || bound.is_none_or(|b| (-100..=100).contains(&b));
        (is_name(name) && within(from) && within(to)).then(|| Self { name: name.to_owned(), from, to, unit })
    }

    fn whole(name: &str) -> Self {
        Self { name: name.to_owned(), from: None, to: None, unit: Unit::Rows }
    }

    /// Whether it is all rows of its split.
    pub const fn is_whole(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// The rows of a split with `count` of them.
    pub fn range(&self, count: u64) -> Range<u64> {
        let from = self.from.map_or(0, |bound| self.row(bound, count));
        let to = self.to.map_or(count, |bound| self.row(bound, count));
        from..to.max(from)
    }

    fn row(&self, bound: i64, count: u64) -> u64 {
        let row = match self.unit {
            Unit::Rows => bound,
            // Python's round takes halves to the even neighbour.
            Unit::Percent => (bound as f64 * count as f64 / 100.0).round_ties_even() as i64,
            Unit::PercentDropRemainder => bound * i64::try_from(count / 100).unwrap_or(i64::MAX / 100),
        };
        let from_the_end = u64::try_from(-i128::from(row)).map_or(0, |back| count.saturating_sub(back));
        u64::try_from(row).map_or(from_the_end, |row| row.min(count))
    }
}

/// Words joined by single dots, as the library wants them; hyphens too, which folders have.
fn is_name(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    text.split('.').all(is_word)
}

/// A bound and whether it is per cent; digits may be grouped by `_`.
fn bound(text: &str) -> Option<(Option<i64>, bool)> {
    if text.is_empty() {
        return Some((None, false));
    }
    let (digits, percent) = text.strip_suffix('%').map_or((text, false), |digits| (digits, true));
    digits.replace('_', "").parse().ok().map(|number| (Some(number), percent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(expression: &str, count: u64, wanted: &[(&str, Range<u64>)]) {
        let parts = split_parts(expression).unwrap_or_else(|| panic!("{expression} is an expression"));
        let ranges: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.range(count))).collect();
        assert_eq!(ranges, wanted, "{expression} of {count}");
    }

    #[test]
    fn slices_are_those_of_the_library() {
        check("train", 7, &[("train", 0..7)]);
        check("train[:100]", 250, &[("train", 0..100)]);
        check("train[:100]", 50, &[("train", 0..50)]);
        check("train[10:]", 50, &[("train", 10..50)]);
        check("train[-10:]", 50, &[("train", 40..50)]);
        check("train[:-10]", 50, &[("train", 0..40)]);
        check("train[-99:5]", 50, &[("train", 0..5)]);
        check("train[30:20]", 50, &[("train", 30..30)]);
        check("test[10%:20%]", 999, &[("test", 100..200)]);
        check("test[:50%]", 5, &[("test", 0..2)]);
        check("test[:50%]", 7, &[("test", 0..4)]);
        check("test[-1%:]", 1000, &[("test", 990..1000)]);
        check("test[:33%](pct1_dropremainder)", 199, &[("test", 0..33)]);
        check("train + validation[1_0:]", 20, &[("train", 0..20), ("validation", 10..20)]);
        check("task_1.dev-x", 1, &[("task_1.dev-x", 0..1)]);
    }

    #[test]
    fn what_is_no_expression() {
        for text in ["", "train[", "train[1]", "train[a:b]", "train[:101%]", "a+", "../x", "a/b", "a..b", "train]"] {
            assert_eq!(split_parts(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_slice_lies_within_its_split(from in any::<i64>(), to in any::<i64>(), count in 0_u64..1_000_000) {
            let parts = split_parts(&format!("s[{from}:{to}]")).expect("an expression");
            let range = parts[0].range(count);
            prop_assert!(range.start <= range.end && range.end <= count, "{range:?}");
        }
    }
}
