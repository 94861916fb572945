//! The table that is printed.

use std::fmt::Write as _;

/// One line: what, how much, and the number to reach.
pub(crate) struct Row {
    what: String,
    measured: String,
    goal: &'static str,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, measured: String, goal: &'static str) -> Self {
        Self { what: what.into(), measured, goal }
    }
}

/// A size in mebibytes, as tables show it.
#[expect(clippy::cast_precision_loss, reason = "sizes for people to read")]
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// A size in kibibytes, as tables show it.
#[expect(clippy::cast_precision_loss, reason = "sizes for people to read")]
pub(crate) fn kibibytes(bytes: u64) -> String {
    format!("{:.1} KiB", bytes as f64 / f64::from(1 << 10))
}

/// The rows in aligned columns.
pub(crate) fn render(rows: &[Row]) -> String {
    let width =
        |cells: &mut dyn Iterator<Item = &str>| cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
    let what = width(&mut rows.iter().map(|row| row.what.as_str()));
    let measured = width(&mut rows.iter().map(|row| row.measured.as_str()));
    let mut text = String::new();
    for row in rows {
        let line = format!("{:what$}  {:>measured$}  {}", row.what, row.measured, row.goal);
        // Writing to a string can't fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
