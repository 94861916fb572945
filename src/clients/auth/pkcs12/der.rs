//! A reader of DER, and of the BER that some exporters of PKCS#12 write: indefinite lengths and strings in pieces.

use super::Broken;

/// One element: its identifier octet and its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
/// `[0]`, constructed: an explicit tag or a string in pieces.
pub(super) const CONTEXT_0: u8 = 0xA0;
/// `[0]`, primitive: an implicitly tagged string.
pub(super) const CONTEXT_0_STRING: u8 = 0x80;
const CONSTRUCTED: u8 = 0x20;
/// Pieces within pieces deeper than this are refused.
const MAX_DEPTH: u8 = 16;

/// Reads elements one after another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next element, when there is one.
    pub(super) fn next(&mut self) -> Result<Option<Element<'a>>, Broken> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (element, rest) = split(self.rest, MAX_DEPTH)?;
        self.rest = rest;
        Ok(Some(element))
    }

    /// The next element, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Result<Element<'a>, Broken> {
        self.next()?.filter(|element| element.tag == tag).ok_or(Broken)
    }

    /// A reader of the content of the next element, which must be a SEQUENCE.
    pub(super) fn sequence(&mut self) -> Result<Self, Broken> {
        Ok(self.expect(SEQUENCE)?.reader())
    }

    /// The content of an OBJECT IDENTIFIER.
    pub(super) fn object_identifier(&mut self) -> Result<&'a [u8], Broken> {
        Ok(self.expect(OBJECT_IDENTIFIER)?.content)
    }

    /// A small non-negative INTEGER.
    pub(super) fn integer(&mut self) -> Result<u32, Broken> {
        let digits = self.expect(INTEGER)?.content;
        if digits.is_empty() || digits.first().is_some_and(|first| *first >= 0x80) {
            return Err(Broken);
        }
        digits.iter().try_fold(0_u32, |value, digit| {
            value.checked_mul(256).map(|value| value + u32::from(*digit)).ok_or(Broken)
        })
    }

    /// An INTEGER that may be left out.
    pub(super) fn optional_integer(&mut self) -> Result<Option<u32>, Broken> {
        if self.rest.first() == Some(&INTEGER) { self.integer().map(Some) } else { Ok(None) }
    }

    /// A SEQUENCE that may be left out.
    pub(super) fn optional_sequence(&mut self) -> Result<Option<Self>, Broken> {
        if self.rest.first() == Some(&SEQUENCE) { self.sequence().map(Some) } else { Ok(None) }
    }

    /// The bytes of an OCTET STRING, put together when it comes in pieces.
    pub(super) fn octets(&mut self) -> Result<Vec<u8>, Broken> {
        let element = self.next()?.ok_or(Broken)?;
        if element.tag & !CONSTRUCTED != OCTET_STRING {
            return Err(Broken);
        }
        element.octets()
    }
}

impl<'a> Element<'a> {
    pub(super) fn reader(&self) -> Reader<'a> {
        Reader::new(self.content)
    }

    /// The bytes of a string, put together when it comes in pieces.
    pub(super) fn octets(&self) -> Result<Vec<u8>, Broken> {
        let mut bytes = Vec::new();
        self.pieces(MAX_DEPTH, &mut bytes)?;
        Ok(bytes)
    }

    fn pieces(&self, depth: u8, bytes: &mut Vec<u8>) -> Result<(), Broken> {
        if self.tag & CONSTRUCTED == 0 {
            bytes.extend(self.content);
            return Ok(());
        }
        let depth = depth.checked_sub(1).ok_or(Broken)?;
        let mut pieces = self.reader();
        while let Some(piece) = pieces.next()? {
            piece.pieces(depth, bytes)?;
        }
        Ok(())
    }
}

/// The first element of `bytes`, and what follows it.
fn split(bytes: &[u8], depth: u8) -> Result<(Element<'_>, &[u8]), Broken> {
    let (&tag, rest) = bytes.split_first().ok_or(Broken)?;
    if tag & 0x1F == 0x1F {
        return Err(Broken); // no such tag occurs in PKCS#12
    }
    let (&first, rest) = rest.split_first().ok_or(Broken)?;
    let (length, rest) = match first {
        0x80 => return split_indefinite(tag, rest, depth),
        short @ 0..0x80 => (usize::from(short), rest),
        long => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7F)).ok_or(Broken)?;
            let length = digits.iter().try_fold(0_usize, |length, digit| {
                length.checked_mul(256).map(|length| length + usize::from(*digit)).ok_or(Broken)
            })?;
            (length, rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length).ok_or(Broken)?;
    Ok((Element { tag, content }, rest))
}

/// An element whose content ends with two zero octets.
fn split_indefinite(tag: u8, content: &[u8], depth: u8) -> Result<(Element<'_>, &[u8]), Broken> {
    let depth = depth.checked_sub(1).filter(|_| tag & CONSTRUCTED != 0).ok_or(Broken)?;
    let mut rest = content;
    while !rest.starts_with(&[0, 0]) {
        rest = split(rest, depth)?.1;
    }
    let length = content.len() - rest.len();
    Ok((Element { tag, content: &content[..length] }, &rest[2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However deep a string is nested, its reader does not go down with it.
    #[test]
    fn pieces_within_pieces_are_refused_beyond_a_depth() {
        let nested = |levels: usize| {
            let mut bytes = vec![OCTET_STRING, 1, 7];
            for _ in 0..levels {
                let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
                let mut whole = vec![OCTET_STRING | CONSTRUCTED, 0x84];
                whole.extend(length);
                whole.append(&mut bytes);
                bytes = whole;
            }
            Reader::new(&bytes).octets().map_err(drop)
        };
        assert_eq!(nested(3), Ok(vec![7]));
        assert_eq!(nested(20_000), Err(()));
    }

    #[test]
    fn lengths_come_short_long_and_indefinite() {
        let mut bytes = vec![0x30, 0x03, 0x02, 0x01, 0x05];
        bytes.extend([0x30, 0x80, 0x02, 0x01, 0x07, 0x00, 0x00]);
        bytes.extend([0x04, 0x81, 0x80]);
        bytes.extend([9; 128]);
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.sequence().and_then(|mut inner| inner.integer()), Ok(5));
        assert_eq!(reader.sequence().and_then(|mut inner| inner.integer()), Ok(7));
        assert_eq!(reader.octets(), Ok(vec![9; 128]));
        assert!(reader.next().expect("the end").is_none());
    }

    #[test]
    fn strings_in_pieces_are_put_together() {
        let bytes = [0x24, 0x80, 0x04, 0x01, 0x61, 0x04, 0x02, 0x62, 0x63, 0x00, 0x00];
        assert_eq!(Reader::new(&bytes).octets(), Ok(b"abc".to_vec()));
    }

    #[test]
    fn lengths_beyond_the_end_and_endless_nesting_are_refused() {
        for bytes in
            [&[0x30][..], &[0x30, 0x05, 0x00], &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0], &[0x04, 0x80, 0, 0]]
        {
            assert_eq!(Reader::new(bytes).next().err(), Some(Broken), "{bytes:?}");
        }
        let nested = [0x30, 0x80].repeat(100_000);
        assert_eq!(Reader::new(&nested).next().err(), Some(Broken));
    }
}
