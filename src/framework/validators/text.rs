//! Rules about text.

// Addresses alone, with nothing that opens a connection.
use core::net::IpAddr;

use super::{Check, Validator, nearest};
use crate::duration::parse_duration;

/// From `least` to `most` characters.
pub fn length(least: usize, most: usize) -> impl Validator {
    Length { least, most }
}

struct Length {
    least: usize,
    most: usize,
}

impl Validator for Length {
    fn validate(&self, check: &mut Check<'_>) {
        let Some(text) = check.value.as_str() else { return };
        let found = text.chars().count();
        if found < self.least || found > self.most {
            check.refuse(format!("{} to {} characters are required, not {found}.", self.least, self.most));
        }
    }
}

/// One of these words; the error offers the nearest.
pub fn one_of(allowed: &'static [&'static str]) -> impl Validator {
    OneOf(allowed)
}

struct OneOf(&'static [&'static str]);

impl Validator for OneOf {
    fn validate(&self, check: &mut Check<'_>) {
        let Some(text) = check.value.as_str() else { return };
        if self.0.contains(&text) {
            return;
        }
        let allowed: Vec<String> = self.0.iter().map(|word| format!("`{word}`")).collect();
        let meant = nearest(text, self.0.iter().copied());
        let meant = meant.map(|word| format!(" Did you mean `{word}`?")).unwrap_or_default();
        check.refuse(format!("One of {} is required, not `{text}`.{meant}", allowed.join(", ")));
    }
}

/// An absolute address with the scheme https, or http where the host is this machine (loopback).
pub fn url() -> impl Validator {
    Url
}

struct Url;

impl Validator for Url {
    fn validate(&self, check: &mut Check<'_>) {
        let Some(text) = check.value.as_str() else { return };
        let required = match ::url::Url::parse(text) {
            Err(error) => format!("An absolute `https` address is required: {error}."),
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                "The address must not contain a user name or password.".to_owned()
            }
            Ok(url) if url.scheme() == "https" && url.host().is_some() => return,
            Ok(url) if url.scheme() == "http" && is_loopback(&url) => return,
            Ok(_) => "An `https` address is required; `http` is allowed only for this machine (loopback)."
                .to_owned(),
        };
        check.refuse(required);
    }
}

fn is_loopback(url: &::url::Url) -> bool {
    match url.host() {
        Some(::url::Host::Domain(name)) => name == "localhost",
        Some(::url::Host::Ipv4(address)) => address.is_loopback(),
        Some(::url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A duration as Go writes it, such as `1h30m`.
pub fn duration() -> impl Validator {
    duration_from(0)
}

/// A duration of at least so many seconds.
pub fn duration_from(seconds: u64) -> impl Validator {
    DurationFrom { seconds }
}

struct DurationFrom {
    seconds: u64,
}

impl Validator for DurationFrom {
    fn validate(&self, check: &mut Check<'_>) {
        let Some(text) = check.value.as_str() else { return };
        match parse_duration(text) {
            None => check.refuse(format!(
                "A duration such as `90s`, `30m` or `1h30m` is required (units `ns us ms s m h`), not `{text}`."
            )),
            Some(span) if span < std::time::Duration::from_secs(self.seconds) => {
                check.refuse(format!("`{text}` is too short: at least `{}s` is required.", self.seconds));
            }
            Some(_) => {}
        }
    }
}

/// A UUID with hyphens, in lower case: services show it so, and a state that is spelt otherwise would differ from them.
pub fn uuid() -> impl Validator {
    Uuid
}

struct Uuid;

impl Validator for Uuid {
    fn validate(&self, check: &mut Check<'_>) {
        let Some(text) = check.value.as_str() else { return };
        if text.len() != 36 || ::uuid::Uuid::try_parse(text).is_err() {
            // The text itself is not told: it may be a secret that was mistaken for an id.
            let path = if text.starts_with('/') { ", not the path of an object" } else { "" };
            check.refuse(format!("A UUID such as `00000000-0000-0000-0000-000000000000` is required{path}."));
        } else if text.contains(|letter: char| letter.is_ascii_uppercase()) {
            check.refuse(format!("A UUID in lower case is required: `{}`.", text.to_ascii_lowercase()));
        }
    }
}

/// Whether a text is a domain name in lower case, of at least two labels, without scheme, path, port or final dot.
pub fn is_domain_name(text: &str) -> bool {
    is_name_of_labels(text) && !text.contains(|letter: char| letter.is_ascii_uppercase())
}

/// Whether a text is a name of at least two labels, each of letters, digits and hyphens that are neither first nor last.
fn is_name_of_labels(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// A [domain name](is_domain_name).
pub fn domain_name() -> impl Validator {
    DomainName
}

struct DomainName;

impl Validator for DomainName {
    fn validate(&self, check: &mut Check<'_>) {
        let Some(text) = check.value.as_str() else { return };
        if is_domain_name(text) {
            return;
        }
        let lower = text.to_lowercase();
        if is_domain_name(&lower) {
            check.refuse(format!("A domain name in lower case is required: `{lower}`."));
        } else {
            check.refuse(
                "A domain name such as `example.com` is required, in lower case, without scheme, path or port; \
                 an international name in its `xn--` form.",
            );
        }
    }
}

/// Whether a text names a server: a full host name in either case, or an IPv4 or IPv6 address.
pub fn is_server(text: &str) -> bool {
    // A name that ends in a number is an address that somebody has mistyped.
    let is_number = |label: &str| label.bytes().all(|b| b.is_ascii_digit());
    text.parse::<IpAddr>().is_ok()
        || is_name_of_labels(text) && !text.rsplit('.').next().is_some_and(is_number)
}

/// A [server](is_server).
pub fn server() -> impl Validator {
    Server
}

struct Server;

impl Validator for Server {
    fn validate(&self, check: &mut Check<'_>) {
        let Some(text) = check.value.as_str() else { return };
        if !is_server(text) {
            check.refuse(
                "The full name of a server such as `mx.example.com` is required, or its IPv4 or IPv6 address: without scheme, \
                 path, port or final dot; letters, digits, hyphens and dots; an international name in its `xn--` form.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::refusal;
    use super::*;

    #[test]
    fn length_counts_characters() {
        assert_eq!(refusal(&length(1, 2), "éé"), None);
        assert_eq!(refusal(&length(1, 2), "").unwrap(), "1 to 2 characters are required, not 0.");
        assert!(refusal(&length(1, 2), "abc").is_some());
    }

    #[test]
    fn a_misspelt_word_is_refused_with_the_nearest_match() {
        assert_eq!(refusal(&one_of(&["end_user", "silent_user"]), "end_user"), None);
        assert_eq!(
            refusal(&one_of(&["end_user", "silent_user"]), "enduser").unwrap(),
            "One of `end_user`, `silent_user` is required, not `enduser`. Did you mean `end_user`?"
        );
    }

    #[test]
    fn addresses_are_https_or_loopback() {
        for good in
            ["https://example.com", "https://example.com/api", "http://127.0.0.1:8080", "http://[::1]/"]
        {
            assert_eq!(refusal(&url(), good), None, "{good}");
        }
        for bad in [
            "example.com",
            "http://example.com",
            "ftp://example.com",
            "https://u:p@example.com",
            "mailto:x@y.z",
        ] {
            assert!(refusal(&url(), bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn durations_and_uuids_are_checked() {
        assert_eq!(refusal(&duration(), "1h30m"), None);
        assert_eq!(refusal(&duration(), "0s"), None);
        assert!(refusal(&duration(), "2 days").is_some());
        for (text, is_long_enough) in [("1s", true), ("1000ms", true), ("999ms", false), ("0", false)] {
            assert_eq!(refusal(&duration_from(1), text).is_none(), is_long_enough, "{text}");
        }
        assert_eq!(refusal(&uuid(), "7ab7862c-4c57-491e-8a45-d52a7e023983"), None);
        assert!(refusal(&uuid(), "7ab7862c4c57491e8a45d52a7e023983").is_some());
        assert_eq!(
            refusal(&uuid(), "7AB7862C-4c57-491e-8a45-d52a7e023983").unwrap(),
            "A UUID in lower case is required: `7ab7862c-4c57-491e-8a45-d52a7e023983`."
        );
    }

    #[test]
    fn domain_names_are_lower_case_and_bare() {
        for good in ["contoso.com", "mail.contoso.co.uk", "xn--bcher-kva.example"] {
            assert_eq!(refusal(&domain_name(), good), None, "{good}");
        }
        for bad in [
            "contoso",
            "contoso.com/path",
            "https://contoso.com",
            "contoso.com.",
            "-a.com",
            "a..com",
            "a:1.b",
        ] {
            assert!(refusal(&domain_name(), bad).is_some(), "{bad}");
        }
        assert_eq!(
            refusal(&domain_name(), "Contoso.COM").unwrap(),
            "A domain name in lower case is required: `contoso.com`."
        );
    }

    #[test]
    fn a_server_is_a_full_host_name_or_an_address() {
        for good in [
            "contoso-com.mail.protection.outlook.com",
            "MX.Contoso.com",
            "xn--bcher-kva.example",
            "3com.example",
            "192.0.2.1",
            "2001:db8::1",
        ] {
            assert_eq!(refusal(&server(), good), None, "{good}");
        }
        for bad in [
            "",
            "a b",
            "x_y",
            "x_y.example",
            "mx",
            "not a host!!",
            "http://mx con",
            "https://mx.example/",
            "mx.example:25",
            "mx.example.",
            ".mx.example",
            "mx..example",
            "-mx.example",
            "mx-.example",
            "mx.example ",
            "10 mx.example",
            "it@contoso.com",
            "192.0.2.300",
            "192.0.2.1.2",
            "[2001:db8::1]",
            "bücher.example",
        ] {
            assert!(refusal(&server(), bad).is_some(), "{bad}");
        }
        assert!(refusal(&server(), &*["x"; 128].join(".")).is_some(), "255 characters");
        assert!(
            refusal(&server(), "mx")
                .unwrap()
                .starts_with("The full name of a server such as `mx.example.com`")
        );
    }
}
