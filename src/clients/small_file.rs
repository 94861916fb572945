//! Files that configurations name and that are read at once, whoever waits: certificates and authorities.

use std::io;
use std::path::Path;

/// Reads a file that should be small. What is none is not opened: a pipe that nobody writes to would be waited for without end,
/// and a device has none. CLIs start the provider more than once, so that a pipe would be empty the second time.
pub(crate) fn read(path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if found.len() > most_bytes {
        return Err(io::Error::other("it is too large to be that"));
    }
    std::fs::read(path)
}
