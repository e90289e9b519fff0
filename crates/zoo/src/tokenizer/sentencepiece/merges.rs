//! Sentencepiece merges the pair of neighbours that makes the piece of the best score; tokenizers wants merges in order.

use super::{Kind, Piece};
use std::collections::HashSet;
use tokenizers::models::bpe::Merges;

/// Every way to make a piece of text of two others, pieces of better scores first. Those that a user defines are found before
/// anything is merged, and take no part.
pub fn of(pieces: &[Piece]) -> Merges {
    let mut order: Vec<&Piece> = pieces.iter().filter(|piece| piece.kind == Kind::Normal).collect();
    let known: HashSet<&str> = order.iter().map(|piece| piece.text.as_str()).collect();
    order.sort_by(|a, b| b.score.total_cmp(&a.score)); // stable: of equal scores the lower id first
    let splits = order.into_iter().flat_map(|piece| {
        let text = piece.text.as_str();
        text.char_indices().skip(1).map(|(at, _)| text.split_at(at))
    });
    let known = splits.filter(|(left, right)| known.contains(left) && known.contains(right));
    known.map(|(left, right)| (left.to_owned(), right.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_score_then_by_place() {
        let piece = |text: &str, score, kind| Piece { text: text.to_owned(), score, kind };
        let normal = |text, score| piece(text, score, Kind::Normal);
        let pieces = [
            piece("<s>", 0.0, Kind::Control),
            piece("aa", 0.0, Kind::UserDefined),
            normal("aé", -2.0),
            normal("éa", -1.0),
            normal("aéa", -2.5),
            normal("ab", -0.5),
            normal("a", -9.0),
            normal("é", -8.0),
            piece("b", 0.0, Kind::Byte),
        ];
        let merges = of(&pieces);
        let merges: Vec<(&str, &str)> = merges.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(merges, [("é", "a"), ("a", "é"), ("a", "éa"), ("aé", "a")]);
    }
}
