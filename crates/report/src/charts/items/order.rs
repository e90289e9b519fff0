//! Documents by difficulty, and put together where they are more than can be told apart.

/// Rows of a picture, as far as levels allow.
const ROWS: usize = 80;

/// Documents that are drawn as one row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stack {
    pub(super) documents: usize,
    /// How many models get each of them right, where scores are 0 or 1.
    pub(super) right: Option<usize>,
    /// A number from 0 to 1 for each model: the share of right ones, or the mean rank.
    pub(super) cells: Vec<f64>,
}

/// Documents that as many models get right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) right: usize,
    pub(super) documents: usize,
}

/// 0/1 scores `[documents][models]`, the best model first: a document's difficulty is how many models get it wrong. Rows never
/// mix difficulties; among equals those that the best models get right come first.
pub(super) fn by_right_answers(scores: &[Vec<f64>]) -> (Vec<Stack>, Vec<Level>) {
    let n_models = scores.first().map_or(0, Vec::len);
    let right = |row: &[f64]| row.iter().filter(|score| **score > 0.5).count();
    let mut stacks = Vec::new();
    let mut levels = Vec::new();
    for level in 0..=n_models {
        let mut rows: Vec<&Vec<f64>> = scores.iter().filter(|row| right(row) == level).collect();
        if rows.is_empty() {
            continue;
        }
        levels.push(Level { right: level, documents: rows.len() });
        rows.sort_by(|a, b| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal));
        let share = rows.len() as f64 / scores.len() as f64;
        let pieces =
            if scores.len() <= ROWS { rows.len() } else { crate::draw::whole(share * ROWS as f64).max(1) as usize };
        stacks.extend(cut(&rows, pieces, n_models, Some(level), |row, at| row[at]));
    }
    (stacks, levels)
}

/// Scores `[documents][models]`: within each model documents get a rank from 0 (its worst) to 1 (its best), those of the same
/// score the same; a document's difficulty is its mean rank.
pub(super) fn by_rank(scores: &[Vec<f64>]) -> Vec<Stack> {
    let n_models = scores.first().map_or(0, Vec::len);
    let columns: Vec<Vec<f64>> =
        (0..n_models).map(|at| ranks(&scores.iter().map(|row| row[at]).collect::<Vec<_>>())).collect();
    let mean = |document: usize| columns.iter().map(|column| column[document]).sum::<f64>();
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| mean(a).total_cmp(&mean(b)));
    cut(&order, ROWS.min(order.len()), n_models, None, |&document, at| columns[at][document])
}

/// Neighbours together, in pieces of the same number of documents, give or take one; a cell is the mean of `of`.
fn cut<T>(
    documents: &[T],
    pieces: usize,
    n_models: usize,
    right: Option<usize>,
    of: impl Fn(&T, usize) -> f64,
) -> Vec<Stack> {
    let ends = |at: usize| at * documents.len() / pieces.max(1);
    let stack = |piece: usize| {
        let own = &documents[ends(piece)..ends(piece + 1)];
        let mean = |at: usize| own.iter().map(|document| of(document, at)).sum::<f64>() / own.len() as f64;
        Stack { documents: own.len(), right, cells: (0..n_models).map(mean).collect() }
    };
    (0..pieces).map(stack).collect()
}

/// Mid-ranks from 0 to 1.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let last = values.len().saturating_sub(1).max(1) as f64;
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let middle = before as f64 + (equal.len() - 1) as f64 / 2.0;
        for &at in equal {
            ranks[at] = middle / last;
        }
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn right_answers_by_hand() {
        let scores = [[1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]].map(|row| row.to_vec());
        let (stacks, levels) = by_right_answers(&scores);
        let cells: Vec<&[f64]> = stacks.iter().map(|stack| stack.cells.as_slice()).collect();
        assert_eq!(cells, [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
        let counts: Vec<_> = levels.iter().map(|level| (level.right, level.documents)).collect();
        assert_eq!(counts, [(0, 1), (1, 2), (2, 1)]);
    }

    #[test]
    fn equal_scores_have_equal_ranks() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 7.0]), [0.5, 0.0, 0.5, 1.0]);
        assert_eq!(ranks(&[2.0]), [0.0]);
        let stacks = by_rank(&[vec![5.0, 50.0], vec![1.0, 10.0], vec![3.0, 30.0]]);
        let cells: Vec<f64> = stacks.iter().map(|stack| stack.cells[1]).collect();
        assert_eq!(cells, [0.0, 0.5, 1.0]);
    }

    proptest! {
        #[test]
        fn rows_lose_no_document_and_mix_no_difficulty(bits in prop::collection::vec(0_u8..16, 1..700)) {
            let scores: Vec<Vec<f64>> =
                bits.iter().map(|bits| (0..4).map(|at| f64::from(bits >> at & 1)).collect()).collect();
            let (stacks, levels) = by_right_answers(&scores);
            prop_assert_eq!(stacks.iter().map(|stack| stack.documents).sum::<usize>(), scores.len());
            prop_assert_eq!(levels.iter().map(|level| level.documents).sum::<usize>(), scores.len());
            prop_assert!(stacks.is_sorted_by_key(|stack| stack.right) && stacks.len() <= ROWS + 5);
            for stack in &stacks {
                let right = stack.cells.iter().sum::<f64>();
                prop_assert!(stack.documents > 0 && (right - stack.right.unwrap_or(9) as f64).abs() < 1e-9, "{stack:?}");
            }
        }
    }
}
