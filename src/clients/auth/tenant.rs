//! The name of an Entra tenant.

use std::fmt;

/// A tenant, by its id (a UUID) or by one of its domains; lower case.
///
/// The token endpoint takes either in its path and allows nothing but letters, digits, `.` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(String);

/// The text is not the name of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tenant is named by its id (a UUID) or by one of its domains, such as `contoso.onmicrosoft.com`")]
pub struct NotATenant;

impl TenantId {
    /// Accepts a UUID or a domain name in any case.
    ///
    /// The words `common`, `organizations` and `consumers` name no single tenant and are refused with the rest of
    /// the single words.
    pub fn parse(text: &str) -> Result<Self, NotATenant> {
        let text = text.trim();
        let permitted = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let is_domain = text.contains('.') && text.split('.').all(|label| !label.is_empty());
        if text.chars().all(permitted) && (is_domain || is_uuid(text)) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotATenant)
        }
    }

    /// As it stands in the token endpoint's path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the tenant's id and not one of its domains; only ids can be compared with a token's `tid`.
    pub fn is_uuid(&self) -> bool {
        is_uuid(&self.0)
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_domains_are_tenants_in_any_case() {
        let id = TenantId::parse("6F1B7C1E-8D7A-4E0B-9D5F-0A6B7C8D9E0F").expect("an id");
        assert_eq!(id.as_str(), "6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f");
        assert!(id.is_uuid());
        let domain = TenantId::parse(" Contoso.onmicrosoft.com").expect("a domain");
        assert_eq!(domain.to_string(), "contoso.onmicrosoft.com");
        assert!(!domain.is_uuid());
    }

    #[test]
    fn what_could_change_the_address_or_names_many_tenants_is_refused() {
        for text in
            ["", "common", "organizations", "a/b.com", "a..b", ".com", "contoso.com?x", "contoso.com:443"]
        {
            assert_eq!(TenantId::parse(text), Err(NotATenant), "{text}");
        }
    }
}
