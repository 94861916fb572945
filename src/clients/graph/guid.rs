//! Ids that Graph computes from other ids: base64url of GUIDs in .NET's byte order (the first three groups
//! little-endian), decoded from published examples.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// The id made of these GUIDs; `None` when one of them is none.
pub(super) fn joined_id(guids: &[&str]) -> Option<String> {
    let mut bytes = Vec::with_capacity(guids.len() * 16);
    for guid in guids {
        bytes.extend_from_slice(&Uuid::try_parse(guid).ok()?.to_bytes_le());
    }
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_example_comes_out() {
        let id = joined_id(&["b25985a8-9d2b-4fde-9fa7-6c4e43a8ddec", "a3efc889-f1b7-4532-9e01-91e32d1039f4"]);
        assert_eq!(id.as_deref(), Some("qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ"));
        assert_eq!(joined_id(&["x"]), None);
    }
}
