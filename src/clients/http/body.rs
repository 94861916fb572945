//! Request bodies whose memory is wiped when the last copy of them is gone, since they may hold secrets.

use bytes::Bytes;
use secrecy::SecretString;
use serde::Serialize;
use zeroize::Zeroizing;

use super::hidden::Hidden;

/// A JSON body, ready to be sent; cheap to clone for a repeat.
#[derive(Clone)]
pub struct Body {
    bytes: Bytes,
    pub(super) hidden: Hidden,
}

impl Body {
    /// `value` as JSON.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self { bytes: wiped(in_one_piece(value)?), hidden: Hidden::default() })
    }

    /// Names a secret that it holds: no text about the answer will show it.
    #[must_use]
    pub(crate) fn hiding(mut self, secret: &SecretString) -> Self {
        self.hidden.add(secret);
        self
    }

    pub(crate) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }
}

/// The size alone: bodies may hold secrets.
impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes)", self.bytes.len())
    }
}

/// Counts first: a buffer that grows would leave pieces of a secret behind in memory.
fn in_one_piece(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    let mut size = Counter(0);
    serde_json::to_writer(&mut size, value)?;
    let mut buffer = Zeroizing::new(Vec::with_capacity(size.0));
    serde_json::to_writer(&mut *buffer, value)?;
    Ok(buffer)
}

/// Bytes that are overwritten with zeros when their last clone is dropped.
pub(super) fn wiped(buffer: Zeroizing<Vec<u8>>) -> Bytes {
    struct Owner(Zeroizing<Vec<u8>>);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    Bytes::from_owner(Owner(buffer))
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_written_without_moving_in_memory() {
        let buffer = in_one_piece(&serde_json::json!({"ad_key": "hush".repeat(100)})).expect("JSON");
        assert_eq!((buffer.len(), buffer.capacity()), (413, 413));
    }

    #[test]
    fn debug_shows_no_content() {
        let body = Body::json(&serde_json::json!({"ad_key": "hush"})).expect("json");
        assert_eq!(format!("{body:?}"), "Body(17 bytes)");
        assert_eq!(&body.bytes()[..], br#"{"ad_key":"hush"}"#);
    }
}
