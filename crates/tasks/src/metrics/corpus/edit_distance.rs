//! Levenshtein's distance near the diagonal, with the edits that lead there.

/// Cells on each side of the diagonal.
const BEAM: usize = 25;

/// One step from what was written to what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    Keep,
    Substitute,
    /// A meant word that was not written.
    Insert,
    /// A written word that was not meant.
    Delete,
}

/// Costs and last edits of prefixes: cell (i, j) is of i written and j meant words.
#[derive(Clone, Debug)]
pub(super) struct Table {
    cells: Vec<(u32, Edit)>,
    n_meant: usize,
}

/// A cell that the beam leaves out.
const UNREACHED: (u32, Edit) = (u32::MAX / 2, Edit::Keep);

impl Table {
    /// The table of a written text without words.
    pub fn new(n_meant: usize) -> Self {
        let first = (0..).take(n_meant + 1).map(|cost| (cost, Edit::Insert));
        Self { cells: first.collect(), n_meant }
    }

    /// Fills the rows behind the first `n_known` written words, whose rows are right already.
    pub fn fill(&mut self, written: &[u32], meant: &[u32], n_known: usize) {
        let width = self.n_meant + 1;
        self.cells.truncate((n_known + 1) * width);
        self.cells.resize((written.len() + 1) * width, UNREACHED);
        for row in n_known + 1..=written.len() {
            for column in columns(row, written.len(), meant.len()) {
                self.cells[row * width + column] = self.cell(row, column, written, meant);
            }
        }
    }

    /// The cheapest way into a cell. Of equally cheap ones keeping or substituting comes first, then deleting.
    fn cell(&self, row: usize, column: usize, written: &[u32], meant: &[u32]) -> (u32, Edit) {
        let at = |row: usize, column: usize| self.cells[row * (self.n_meant + 1) + column].0;
        let deleted = (at(row - 1, column) + 1, Edit::Delete);
        if column == 0 {
            return deleted;
        }
        let paired = if written[row - 1] == meant[column - 1] {
            (at(row - 1, column - 1), Edit::Keep)
        } else {
            (at(row - 1, column - 1) + 1, Edit::Substitute)
        };
        let inserted = (at(row, column - 1) + 1, Edit::Insert);
        let cheaper = |best: (u32, Edit), other: (u32, Edit)| if other.0 < best.0 { other } else { best };
        [paired, deleted, inserted].into_iter().fold(UNREACHED, cheaper)
    }

    /// Takes over the rows of the first `n_known` written words.
    pub fn copy_rows(&mut self, other: &Self, n_known: usize) {
        let length = (n_known + 1) * (self.n_meant + 1);
        self.cells.truncate(length);
        let kept = self.cells.len();
        self.cells[..kept].copy_from_slice(&other.cells[..kept]);
        self.cells.extend_from_slice(&other.cells[kept..length]);
    }

    /// The distance of the whole texts.
    pub fn distance(&self) -> u32 {
        self.cells.last().map_or(0, |cell| cell.0)
    }

    /// The edits from the first word to the last.
    pub fn edits(&self) -> Vec<Edit> {
        let width = self.n_meant + 1;
        let (mut row, mut column) = (self.cells.len() / width - 1, self.n_meant);
        let mut edits = Vec::new();
        while row > 0 || column > 0 {
            let edit = self.cells[row * width + column].1;
            row -= usize::from(edit != Edit::Insert);
            column -= usize::from(edit != Edit::Delete);
            edits.push(edit);
        }
        edits.reverse();
        edits
    }
}

/// The columns of a row that are looked at: near the diagonal, and in the last row up to the end.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths of texts")]
fn columns(row: usize, n_written: usize, n_meant: usize) -> std::ops::Range<usize> {
    let ratio = n_meant as f64 / n_written as f64;
    let beam = if ratio / 2.0 > BEAM as f64 { (ratio / 2.0 + BEAM as f64).ceil() as usize } else { BEAM };
    let diagonal = (row as f64 * ratio).floor() as usize;
    let end = if row == n_written { n_meant + 1 } else { (diagonal + beam).min(n_meant + 1) };
    diagonal.saturating_sub(beam)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &[u32], meant: &[u32], distance: u32, edits: &[Edit]) {
        let mut table = Table::new(meant.len());
        table.fill(written, meant, 0);
        assert_eq!((table.distance(), table.edits().as_slice()), (distance, edits), "{written:?} {meant:?}");
        let kept = written.len() / 2;
        table.fill(written, meant, kept);
        assert_eq!(table.distance(), distance);
    }

    #[test]
    fn by_hand() {
        use Edit::{Delete, Insert, Keep, Substitute};
        check(&[], &[], 0, &[]);
        check(&[], &[1, 2], 2, &[Insert, Insert]);
        check(&[1], &[], 1, &[Delete]);
        check(&[1, 2, 3], &[1, 3], 1, &[Keep, Delete, Keep]);
        check(&[1, 9, 3], &[1, 2, 3, 4], 2, &[Keep, Substitute, Keep, Insert]);
    }
}
