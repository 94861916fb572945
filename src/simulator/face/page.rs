//! The page itself: its parts joined, and headers that allow it nothing but them.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::server::exchange::{Answer, Request};

const HTML: &str = include_str!("page.html");
const STYLE: &str = concat!(include_str!("style.css"), include_str!("tables.css"));
const SCRIPT: &str =
    concat!(include_str!("elements.js"), include_str!("sections.js"), include_str!("actions.js"));

/// Whether a request is for the page.
pub(crate) fn is_page(request: &Request) -> bool {
    request.path == "/" && request.method == "GET"
}

/// The page.
pub(crate) fn page() -> Answer {
    static JOINED: OnceLock<(String, String)> = OnceLock::new();
    let (html, policy) = JOINED.get_or_init(|| {
        let html = HTML.replace("/* style */", STYLE).replace("/* script */", SCRIPT);
        (html, policy())
    });
    Answer::empty(200)
        .with_body("text/html; charset=utf-8", html.clone())
        .header("content-security-policy", policy.clone())
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "no-referrer")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-resource-policy", "same-origin")
        .header("cache-control", "no-store")
}

/// This style and this script, requests to this address, and nothing else; no text ever becomes markup.
fn policy() -> String {
    let hash = |part: &str| format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, part.as_bytes())));
    format!(
        "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// That it names no other place is seen in the text; that it asks none is seen in a browser.
    #[test]
    fn the_page_is_whole_and_refers_to_nothing_elsewhere() {
        for marker in ["<style>/* style */</style>", "<script>/* script */</script>"] {
            assert!(HTML.contains(marker), "{marker}");
        }
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            assert!(!SCRIPT.contains(forbidden), "{forbidden}");
        }
        let text = [HTML, STYLE, SCRIPT].concat();
        let elsewhere = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"));
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</script"));
    }
}
