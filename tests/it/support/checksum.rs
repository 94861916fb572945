//! SHA-256, as files of checksums write it.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

/// The checksum of bytes, in hexadecimal digits.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}
