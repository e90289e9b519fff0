//! Plain text in aligned columns.

/// Rows of equal length, each cell padded to its column's width and columns two spaces apart.
pub fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|c| rows.iter().filter_map(|r| r.get(c)).map(|s| s.chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_line_up() {
        let rows = [vec!["a".to_owned(), "é".to_owned(), "x".to_owned()], vec!["long".to_owned(), "bc".to_owned()]];
        assert_eq!(columns(&rows), "a     é   x\nlong  bc\n");
    }
}
