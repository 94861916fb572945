//! What sync, preview, run and health write alike: the report's closed sets as the types of attributes, its limit, and
//! addresses.

use std::collections::BTreeSet;

use framework::words;
use sync_report::{Gravity, Limit, Role, SyncVersion};

words! {
    /// The role of users that the sync creates.
    pub struct NewUserRole(Role) in Role::ALL, as Role::name;
}

words! {
    /// The version of the sync that a stack runs.
    pub struct StackVersion(SyncVersion) in SyncVersion::ALL, as number SyncVersion::number;
}

words! {
    /// How much a finding matters.
    pub struct FindingSeverity(Gravity) in Gravity::ALL, as Gravity::name;
}

impl Default for StackVersion {
    fn default() -> Self {
        SyncVersion::default().into()
    }
}

/// A rule: the text is a limit.
pub(crate) fn count_or_percent(text: &str) -> Result<(), String> {
    text.parse::<Limit>().map(drop).map_err(|error| error.to_string())
}

/// A rule: each is an address as reports write them.
pub(crate) fn lower_case_addresses(addresses: &BTreeSet<String>) -> Result<(), String> {
    let wrong = addresses.iter().find(|address| !is_address(address));
    let Some(address) = wrong else { return Ok(()) };
    let spelling = sync_report::normalize(address);
    Err(if is_address(&spelling) {
        format!("`{address}` is not written as addresses are here, in lower case: write `{spelling}`.")
    } else {
        format!("`{address}` is not an e-mail address, such as `scanner@example.com`.")
    })
}

/// Whether a text can be an address, and is written in lower case.
pub(crate) fn is_address(text: &str) -> bool {
    let is_domain = |domain: &str| domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    let parts = text.split_once('@').filter(|(name, domain)| !name.is_empty() && !domain.contains('@'));
    parts.is_some_and(|(_, domain)| is_domain(domain))
        && !text.contains(char::is_whitespace)
        && text == text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_an_address_is_refused_before_anything_is_sent() {
        let check = |address: &str| lower_case_addresses(&BTreeSet::from([address.to_owned()]));
        for right in ["scanner@contoso.com", "o'neil+x@mail.contoso.co.uk", "jürgen@contoso.com"] {
            assert!(check(right).is_ok(), "{right}");
        }
        for wrong in [
            "scanner@contoso.com ",
            " scanner@contoso.com",
            "a b@contoso.com",
            "a@b@contoso.com",
            "@contoso.com",
            "a@contoso",
            "a@contoso..com",
            "a@contoso.com.",
            "A@contoso.com",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
