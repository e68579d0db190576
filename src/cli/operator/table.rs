//! Columns that line up.

pub use super::text::plain;
use std::array;
use std::fmt::Write;

/// A table with a head and `N` columns.
#[derive(Debug)]
pub struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub fn new(head: [&str; N]) -> Table<N> {
        Table {
            rows: vec![head.map(str::to_owned)],
        }
    }

    /// Adds a row.
    pub fn push(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| plain(&cell)));
    }

    /// The table, a line a row; this word instead where there are no rows.
    pub fn text(&self, if_empty: &str) -> String {
        if self.rows.len() == 1 {
            return if_empty.to_owned();
        }
        let widths: [usize; N] = array::from_fn(|column| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        });
        let lines = self.rows.iter().map(|row| line(row, widths));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn line<const N: usize>(row: &[String; N], widths: [usize; N]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        // Writing into a string cannot fail.
        let _ = write!(line, "{cell:width$}  ");
    }
    line.truncate(line.trim_end().len());
    line
}

/// Facts about one thing, a line each, their names in a column.
pub fn facts(facts: &[(&str, String)]) -> String {
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = facts
        .iter()
        .map(|(name, value)| format!("{name:width$}  {}", plain(value)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The first `chars` characters of a text, with a mark where it went on.
pub fn short(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["NAME", "JOBS", "NOTE"]);
        table.push(["é".into(), "10".into(), String::new()]);
        table.push(["longer".into(), "2".into(), "end".into()]);
        assert_eq!(
            table.text("none"),
            "NAME    JOBS  NOTE\né       10\nlonger  2     end"
        );
    }

    #[test]
    fn a_table_without_rows_is_a_word() {
        assert_eq!(Table::new(["NAME"]).text("no tenants"), "no tenants");
    }

    #[test]
    fn a_fact_stays_on_its_line() {
        let shown = facts(&[("id", "x\ny".into()), ("status", "failed\u{1b}[2J".into())]);
        assert_eq!(shown, "id      x y\nstatus  failed\u{FFFD}[2J");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(short("éééé", 3), "ééé…");
        assert_eq!(short("ééé", 3), "ééé");
    }
}
