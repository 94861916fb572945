//! Ids that Graph computes from other ids: base64url of GUIDs in the byte order .NET writes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// The id of a delegated grant: a pure function of client, resource and, for one user's grant, principal.
pub(crate) fn grant(client: &str, resource: &str, principal: Option<&str>) -> Option<String> {
    let guids: Vec<&str> = [client, resource].into_iter().chain(principal).collect();
    joined(&guids)
}

/// The id of an app role assignment: the principal and a random GUID.
pub(crate) fn app_role_assignment(principal: &str, random: &str) -> Option<String> {
    joined(&[principal, random])
}

fn joined(guids: &[&str]) -> Option<String> {
    let mut bytes = Vec::with_capacity(16 * guids.len());
    for guid in guids {
        bytes.extend_from_slice(&Uuid::parse_str(guid).ok()?.to_bytes_le());
    }
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether this is a GUID as Graph writes them, with hyphens.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::parse_str(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_id_is_the_published_example() {
        let id = grant("b25985a8-9d2b-4fde-9fa7-6c4e43a8ddec", "a3efc889-f1b7-4532-9e01-91e32d1039f4", None);
        assert_eq!(id.as_deref(), Some("qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ"));
    }

    #[test]
    fn a_grant_of_one_user_has_a_longer_id() {
        let guid = "b25985a8-9d2b-4fde-9fa7-6c4e43a8ddec";
        assert_eq!(grant(guid, guid, Some(guid)).map(|id| id.len()), Some(64));
        assert_eq!(grant("x", guid, None), None);
    }
}
