//! Tables below steps: the cell at a position, and the name of its column.

use lsp_types::Position;

use crate::document::Document;

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What the table's first row says above it.
    pub(crate) column: String,
    /// What is typed in it, up to the position.
    pub(crate) typed: String,
    /// The cells of its row before it, by their columns.
    pub(crate) before: Vec<(String, String)>,
}

/// The cell at a position; none in the first row, which has the names of columns.
pub(crate) fn cell(document: &Document, position: Position) -> Option<Cell> {
    let is_row = |line: u32| document.line(line).trim_start().starts_with('|');
    let (before, _) = document.split(position);
    if !before.trim_start().starts_with('|') {
        return None;
    }
    let is_of_table = |line: &u32| is_row(*line) || document.line(*line).trim_start().starts_with('#');
    let header = (0..position.line).rev().take_while(is_of_table).filter(|line| is_row(*line)).last()?;
    let mut columns = cells(document.line(header));
    // Behind the last bar there is no column.
    columns.pop();
    let mut cells = cells(before);
    let typed = cells.pop()?;
    let column = columns.get(cells.len())?.clone();
    Some(Cell { column, typed, before: columns.into_iter().zip(cells).collect() })
}

/// The texts of a row, of which the last may still be open.
fn cells(row: &str) -> Vec<String> {
    let mut cells: Vec<String> = Vec::new();
    let mut letters = row.trim_start().chars();
    while let Some(letter) = letters.next() {
        match (letter, cells.last_mut()) {
            ('|', _) => cells.push(String::new()),
            ('\\', Some(cell)) => cell.extend(letters.next()),
            (letter, Some(cell)) => cell.push(letter),
            (_, None) => {}
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_names_of_their_columns() {
        let text = "  | who | action |\n  # why\n  | alice | s3:Ge | x\n  | b\\|c |\n";
        let document = Document::new("a.feature", text);
        let at = |line, character| cell(&document, Position::new(line, character));
        assert_eq!(at(0, 5), None);
        let found = at(2, 16);
        assert_eq!(
            found.as_ref().map(|it| (it.column.as_str(), it.typed.as_str())),
            Some(("action", "s3:G"))
        );
        assert_eq!(found.map(|it| it.before), Some(vec![("who".to_owned(), "alice".to_owned())]));
        assert_eq!(at(3, 10).map(|it| it.column), Some("action".to_owned()));
        assert_eq!(at(2, 20), None);
    }
}
