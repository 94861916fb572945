//! Addresses: which may be spoken to without TLS, and how they look in a log.

use std::fmt::Write as _;

use reqwest::Url;

/// Whether `url` names this machine by a loopback address or as `localhost`, where plain http is permitted.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Query parameters whose values describe the question and never a person's session (`OData` system options).
const SHOWN: [&str; 7] = ["$select", "$filter", "$top", "$count", "$expand", "$orderby", "$search"];

/// The address as it may be shown: no user information, and no values of unknown query parameters, because page
/// tokens and signatures travel there.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = format!("{}{}", url.origin().ascii_serialization(), url.path());
    for (index, (name, value)) in url.query_pairs().enumerate() {
        shown.push(if index == 0 { '?' } else { '&' });
        let value = if SHOWN.contains(&name.as_ref()) { value.as_ref() } else { "…" };
        // Writing to a string cannot fail.
        let _ = write!(shown, "{name}={value}");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("url")
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for address in ["http://127.0.0.1:1/", "http://localhost/x", "http://[::1]:80/", "http://a.localhost"]
        {
            assert!(is_loopback(&url(address)), "{address}");
        }
        for address in ["http://10.0.0.1/", "http://localhost.example.com/", "http://127.0.0.1.nip.io/"] {
            assert!(!is_loopback(&url(address)), "{address}");
        }
    }

    #[test]
    fn user_information_and_page_tokens_are_not_shown() {
        let shown = shown(&url("https://u:p@graph.test/v1.0/users?$top=999&$skiptoken=abc&x=hush#f"));
        assert_eq!(shown, "https://graph.test/v1.0/users?$top=999&$skiptoken=…&x=…");
    }
}
