//! Standard output, written in this one place: the first line of a plugin belongs to the handshake, and a stray
//! print before it would keep core from starting the provider.

use std::io::{self, Write};

/// Prints `text` and a line end, and flushes.
pub(crate) fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Prints `text` as it is, and flushes.
pub(crate) fn text(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
