//! Addresses and names as the sync compares them: trimmed and composed, addresses in lower case.

use std::borrow::Cow;
use std::collections::HashSet;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The form in which addresses and domains are compared and shown: trimmed, in lower case, composed (NFC).
pub fn normalize(address: &str) -> Box<str> {
    normalized(address).into()
}

/// The same without a copy where it is in that form already.
fn normalized(address: &str) -> Cow<'_, str> {
    let address = address.trim();
    // Nearly all addresses are plain ASCII, which needs no look at characters.
    if address.is_ascii() {
        let is_lower = !address.bytes().any(|byte| byte.is_ascii_uppercase());
        if is_lower { address.into() } else { address.to_ascii_lowercase().into() }
    } else {
        address.to_lowercase().nfc().collect::<String>().into()
    }
}

/// A name as it is compared and written: trimmed and composed (NFC), which is how CLIs keep every text. A name that Entra
/// holds decomposed would otherwise differ from its own row for ever. Joiners belong to a name and stay.
pub(super) fn composed(name: &str) -> Box<str> {
    let name = name.trim();
    if name.is_ascii() || is_nfc_quick(name.chars()) == IsNormalized::Yes {
        name.into()
    } else {
        name.nfc().collect::<String>().into()
    }
}

/// The part after the last `@`; empty when there is none.
pub(super) fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Whether a domain is one of Microsoft's initial domains (`contoso.onmicrosoft.com`, and the routing domain
/// `contoso.mail.onmicrosoft.com`), which need not exist at Proofpoint.
pub(super) fn is_onmicrosoft(domain: &str) -> bool {
    domain == "onmicrosoft.com" || domain.ends_with(".onmicrosoft.com")
}

/// A user principal name without the 32 hexadecimal digits that Entra puts before it on deletion.
pub(super) fn without_deletion_prefix(user_principal_name: &str) -> &str {
    match user_principal_name.split_at_checked(32) {
        Some((prefix, rest))
            if prefix.bytes().all(|byte| byte.is_ascii_hexdigit())
                && !rest.is_empty()
                && !rest.starts_with('@') =>
        {
            rest
        }
        _ => user_principal_name,
    }
}

/// A sorted set of normalized addresses in one allocation.
///
/// A directory of 100,000 people holds several hundred thousand aliases; one string a person keeps them small.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AddressList(Box<str>);

impl AddressList {
    /// The set of these addresses, normalized; empty ones are dropped.
    pub(super) fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let mut addresses: Vec<Cow<'a, str>> =
            addresses.into_iter().map(normalized).filter(|address| !address.is_empty()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        match addresses.as_slice() {
            [] => Self::default(),
            [only] => Self((**only).into()),
            _ => Self(addresses.join("\n").into()),
        }
    }

    /// The set of the SMTP addresses among an object's `proxyAddresses` (`SMTP:` primary, `smtp:` alias; `SIP:`, `X500:`
    /// and others are no mail addresses).
    pub(super) fn from_proxy_addresses<'a>(proxy_addresses: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(proxy_addresses.into_iter().filter_map(|entry| {
            let (scheme, address) = entry.split_once(':')?;
            scheme.eq_ignore_ascii_case("smtp").then_some(address)
        }))
    }

    /// The addresses in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        // An empty list is the empty string, which `split` would give as one empty address.
        self.0.split('\n').filter(|address| !address.is_empty())
    }

    /// Whether the set holds this (normalized) address.
    pub(super) fn contains(&self, address: &str) -> bool {
        self.iter().any(|each| each == address)
    }
}

/// The domains of the organization.
#[derive(Debug, Clone, Default)]
pub(super) struct Domains(HashSet<Box<str>>);

impl Domains {
    /// The set of these domains, normalized.
    pub(super) fn new<'a>(domains: impl IntoIterator<Item = &'a str>) -> Self {
        Self(domains.into_iter().map(normalize).collect())
    }

    /// Whether this (normalized) domain belongs to the organization.
    pub(super) fn contains(&self, domain: &str) -> bool {
        self.0.contains(domain)
    }

    /// Whether the domain of this (normalized) address belongs to the organization.
    pub(super) fn hold(&self, address: &str) -> bool {
        self.contains(domain_of(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxy_addresses_other_than_smtp_are_left_out() {
        let list = AddressList::from_proxy_addresses([
            "SMTP:Ann@Contoso.com",
            "smtp:a.example@contoso.com",
            "smtp:A.Example@contoso.com",
            "SIP:ann@contoso.com",
            "X500:/o=contoso",
            "nonsense",
        ]);
        assert_eq!(list.iter().collect::<Vec<_>>(), ["a.example@contoso.com", "ann@contoso.com"]);
    }

    #[test]
    fn names_and_addresses_are_composed_and_keep_their_joiners() {
        assert_eq!(&*composed(" Jose\u{301} "), "Jos\u{e9}");
        assert_eq!(&*composed("\u{646}\u{6cc}\u{200c}\u{627}"), "\u{646}\u{6cc}\u{200c}\u{627}");
        assert_eq!(&*normalize("JOSE\u{301}@contoso.com"), "jos\u{e9}@contoso.com");
        assert_eq!(&*normalize("jos\u{e9}@contoso.com"), "jos\u{e9}@contoso.com");
    }

    #[test]
    fn an_empty_list_has_no_address() {
        assert_eq!(AddressList::new([]).iter().count(), 0);
        assert_eq!(AddressList::new(["", " "]), AddressList::default());
    }

    #[test]
    fn the_deletion_prefix_is_removed_only_when_it_is_one() {
        let deleted = "0123456789abcdef0123456789ABCDEFcarl@contoso.com";
        assert_eq!(without_deletion_prefix(deleted), "carl@contoso.com");
        assert_eq!(without_deletion_prefix("carl@contoso.com"), "carl@contoso.com");
        let name_of_32_digits = "0123456789abcdef0123456789abcdef@contoso.com";
        assert_eq!(without_deletion_prefix(name_of_32_digits), name_of_32_digits);
        assert_eq!(without_deletion_prefix("ääääääääääääääääa@contoso.com"), "ääääääääääääääääa@contoso.com");
    }

    #[test]
    fn initial_and_routing_domains_are_microsofts() {
        assert!(is_onmicrosoft("contoso.onmicrosoft.com"));
        assert!(is_onmicrosoft("contoso.mail.onmicrosoft.com"));
        assert!(!is_onmicrosoft("notonmicrosoft.com"));
    }
}
