//! What is in a zip file, which is what CLIs save plans as.

use std::io::Read as _;

use flate2::read::DeflateDecoder;

/// The files of a zip archive by name; none when it is no such archive.
pub(crate) fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    if !archive.starts_with(b"PK\x03\x04") {
        return Vec::new();
    }
    let directory = archive.windows(4).enumerate().filter(|(_, mark)| mark == b"PK\x01\x02");
    directory.filter_map(|(at, _)| entry(archive, archive.get(at..)?)).collect()
}

/// One file, by its record in the central directory (APPNOTE.TXT 4.3.12).
fn entry(archive: &[u8], record: &[u8]) -> Option<(String, Vec<u8>)> {
    let (method, size) = (number(record, 10, 2)?, number(record, 20, 4)?);
    let name = record.get(46..46 + number(record, 28, 2)?)?;
    let header = archive.get(number(record, 42, 4)?..)?;
    let start = 30 + number(header, 26, 2)? + number(header, 28, 2)?;
    let packed = header.get(start..start + size)?;
    let mut content = Vec::new();
    match method {
        0 => content.extend_from_slice(packed),
        8 => drop(DeflateDecoder::new(packed).read_to_end(&mut content).ok()?),
        _ => return None,
    }
    Some((String::from_utf8_lossy(name).into_owned(), content))
}

/// A number of `length` bytes, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    Some(bytes.get(at..at + length)?.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}
