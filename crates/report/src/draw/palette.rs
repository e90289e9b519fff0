//! Colours. Series: Okabe & Ito (2008), "Color Universal Design", told apart with any kind of colour blindness.

use crate::compare::Verdict;

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub(crate) u8, pub(crate) u8, pub(crate) u8);

pub(crate) const INK: Color = Color(0x22, 0x22, 0x22);
pub(crate) const MUTED: Color = Color(0x5c, 0x5c, 0x5c);
pub(crate) const GRID: Color = Color(0xe6, 0xe6, 0xe6);
pub(crate) const PAPER: Color = Color(0xff, 0xff, 0xff);
pub(crate) const ALERT: Color = Color(0xb3, 0x3a, 0x00);
/// Links between models of a family.
pub(crate) const LINK: Color = Color(0xa8, 0xa8, 0xa8);

/// What is said of a difference: blue for better, vermilion for worse.
pub(crate) const fn verdict(verdict: Verdict) -> Color {
    match verdict {
        Verdict::Better => OKABE_ITO[0],
        Verdict::Worse => OKABE_ITO[5],
        Verdict::Identical | Verdict::NotShown | Verdict::NotJudged => MUTED,
    }
}

const OKABE_ITO: [Color; 7] = [
    Color(0x00, 0x72, 0xb2),
    Color(0xe6, 0x9f, 0x00),
    Color(0x00, 0x9e, 0x73),
    Color(0xcc, 0x79, 0xa7),
    Color(0x56, 0xb4, 0xe9),
    Color(0xd5, 0x5e, 0x00),
    Color(0xf0, 0xe4, 0x42),
];

/// The colour of the `index`-th series; from the eighth on lighter, then lighter still.
pub(crate) fn series(index: usize) -> Color {
    let round = index / OKABE_ITO.len();
    (0..round.min(3)).fold(OKABE_ITO[index % OKABE_ITO.len()], |color, _| color.lighter())
}

/// The colour of the `index`-th series where it is to stay behind others.
pub(crate) fn tint(index: usize) -> Color {
    series(index).lighter().lighter()
}

impl Color {
    fn lighter(self) -> Self {
        let up = |c: u8| c + (255 - c) / 2;
        Self(up(self.0), up(self.1), up(self.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_twenty_one_series_differ() {
        for a in 0..21 {
            assert!((0..a).all(|b| series(a) != series(b)), "series {a}");
        }
    }
}
