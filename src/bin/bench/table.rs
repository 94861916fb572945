//! The table that is printed.

use std::fmt::Write as _;

/// One line: what, how much, and the number to reach.
pub(crate) struct Row {
    what: &'static str,
    measured: String,
    goal: &'static str,
}

impl Row {
    pub(crate) const fn new(what: &'static str, measured: String, goal: &'static str) -> Self {
        Self { what, measured, goal }
    }
}

/// The rows in aligned columns.
pub(crate) fn render(rows: &[Row]) -> String {
    let width =
        |cells: &mut dyn Iterator<Item = &str>| cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
    let what = width(&mut rows.iter().map(|row| row.what));
    let measured = width(&mut rows.iter().map(|row| row.measured.as_str()));
    let mut text = String::new();
    for row in rows {
        let line = format!("{:what$}  {:>measured$}  {}", row.what, row.measured, row.goal);
        // Writing to a string can't fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
