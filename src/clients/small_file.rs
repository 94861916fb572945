//! Files that configurations name and that are read at once, whoever waits: certificates and authorities.

use std::fs::Metadata;

/// Says what is wrong with a file that should be small, before it is opened: a pipe that nobody writes to would be waited for
/// without end, and a device has none. CLIs start the provider more than once, so that a pipe would be empty the second time.
pub(crate) fn complaint(found: &Metadata, most_bytes: u64) -> Option<&'static str> {
    match found {
        found if !found.is_file() => Some("is not a regular file"),
        found if found.len() > most_bytes => Some("is too large to be that"),
        _ => None,
    }
}
