//! A domain as people write it.

use framework::validators::is_domain_name;

/// The domain as configurations and services write it: in lower case, without a dot at its end. `None` where it is not one.
pub(super) fn domain_of(text: &str) -> Option<String> {
    let domain = text.trim().to_lowercase();
    let domain = domain.strip_suffix('.').unwrap_or(&domain);
    is_domain_name(domain).then(|| domain.to_owned())
}

/// What is said of a text that is not one.
pub(super) fn not_a_domain(text: &str) -> String {
    format!(
        "`{text}` is not a domain, such as `contoso.com`; an international one is written in its `xn--` form."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_taken_as_people_write_it() {
        for (text, domain) in [
            ("contoso.com", "contoso.com"),
            ("Contoso.COM.", "contoso.com"),
            (" mail.contoso.co.uk ", "mail.contoso.co.uk"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(domain_of(text).as_deref(), Some(domain), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_domain_is_none() {
        let long = "a".repeat(64) + ".com";
        for text in [
            "",
            ".",
            "..",
            "contoso",
            "a..b",
            ".com",
            "-a.com",
            "a_b.com",
            "contoso.com..",
            "contoso.com:80",
            "https://contoso.com",
            "contoso.com/x",
            "contoso.com?x",
            "contoso.com#x",
            "contoso.com%2f..",
            "ann@contoso.com",
            "con toso.com",
            "con;toso.com",
            "$(id).com",
            "con\u{1b}[31mtoso.com",
            "bücher.example",
            "[::1]",
            &long,
        ] {
            assert_eq!(domain_of(text), None, "{text}");
        }
    }
}
