//! The assignment problem: rows to columns with the largest sum.
//!
//! Source: Kuhn (1955), "The Hungarian Method for the Assignment Problem"; by shortest augmenting paths as in Jonker &
//! Volgenant (1987), O(rows² · columns).

/// Pairs (row, column) of the assignment of as many rows and columns as the smaller side has, whose values have the largest
/// sum. Values must be finite.
pub(super) fn best(values: &[Vec<f64>]) -> Vec<(usize, usize)> {
    let n_columns = values.first().map_or(0, Vec::len);
    if values.len() <= n_columns {
        return assign(values.len(), n_columns, |row, column| -values[row][column]);
    }
    let turned = assign(n_columns, values.len(), |column, row| -values[row][column]);
    turned.into_iter().map(|(column, row)| (row, column)).collect()
}

/// The cheapest column for each row; there are at least as many columns as rows.
fn assign(n_rows: usize, n_columns: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<(usize, usize)> {
    // Column 0 stands for "none"; rows and columns count from 1.
    let mut potential = Potential { row: vec![0.0; n_rows + 1], column: vec![0.0; n_columns + 1] };
    let mut row_of = vec![0; n_columns + 1];
    for row in 1..=n_rows {
        row_of[0] = row;
        let (end, before) = path(&mut potential, &row_of, &cost);
        let mut column = end;
        while column != 0 {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    (1..=n_columns).filter(|&column| row_of[column] != 0).map(|column| (row_of[column] - 1, column - 1)).collect()
}

/// Dual variables: cost − row − column is never negative, and 0 for assigned pairs.
struct Potential {
    row: Vec<f64>,
    column: Vec<f64>,
}

/// The shortest path from the row in column 0 to a free column: that column, and for each column the one before it.
fn path(potential: &mut Potential, row_of: &[usize], cost: &impl Fn(usize, usize) -> f64) -> (usize, Vec<usize>) {
    let n = row_of.len();
    let (mut distance, mut before, mut is_done) = (vec![f64::INFINITY; n], vec![0; n], vec![false; n]);
    let mut column = 0;
    while row_of[column] != 0 {
        is_done[column] = true;
        let row = row_of[column];
        for next in (1..n).filter(|&next| !is_done[next]) {
            let reduced = cost(row - 1, next - 1) - potential.row[row] - potential.column[next];
            if reduced < distance[next] {
                (distance[next], before[next]) = (reduced, column);
            }
        }
        let open = (1..n).filter(|&next| !is_done[next]);
        let nearest = open.min_by(|&a, &b| distance[a].total_cmp(&distance[b])).unwrap_or(0);
        let step = distance[nearest];
        for known in 0..n {
            if is_done[known] {
                potential.row[row_of[known]] += step;
                potential.column[known] -= step;
            } else {
                distance[known] -= step;
            }
        }
        column = nearest;
    }
    (column, before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(values: &[Vec<f64>]) -> f64 {
        best(values).into_iter().map(|(row, column)| values[row][column]).sum()
    }

    /// All ways to give each of the rows from `row` on a column of its own or none.
    fn brute(values: &[Vec<f64>], row: usize, used: u32) -> f64 {
        let Some(line) = values.get(row) else { return 0.0 };
        let free = (0..line.len()).filter(|column| used & (1 << column) == 0);
        let taken = free.map(|column| line[column] + brute(values, row + 1, used | (1 << column)));
        taken.fold(brute(values, row + 1, used), f64::max)
    }

    #[test]
    fn small() {
        assert_eq!(best(&[vec![0.5]]), [(0, 0)]);
        assert_eq!(best(&[vec![0.2], vec![0.9]]), [(1, 0)]);
        assert_eq!(best(&[vec![1.0, 0.9], vec![0.9, 0.0]]).len(), 2);
        assert!((sum(&[vec![1.0, 0.9], vec![0.9, 0.0]]) - 1.8).abs() < 1e-12);
        assert!(best(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn as_good_as_any(rows in 1_usize..5, columns in 1_usize..5, cells in proptest::collection::vec(0_u8..5, 16)) {
            let values: Vec<Vec<f64>> =
                (0..rows).map(|row| (0..columns).map(|column| f64::from(cells[row * 4 + column])).collect()).collect();
            prop_assert_eq!(best(&values).len(), rows.min(columns));
            prop_assert!((sum(&values) - brute(&values, 0, 0)).abs() < 1e-9);
        }
    }
}
