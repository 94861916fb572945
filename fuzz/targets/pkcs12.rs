//! The certificate of a client: a byte that chooses a password, and a PKCS#12 bundle.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clients::auth::check_certificate;

use super::cautious::{SECRET, check_error};

/// The longest that a bundle may keep the process busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens an input as a bundle.
pub fn run(input: &[u8]) {
    let Some((choice, bundle)) = input.split_first() else { return };
    let password = match choice % 3 {
        0 => None,
        1 => Some("hush"),
        _ => Some(SECRET),
    };
    let text = STANDARD.encode(bundle);
    let start = Instant::now();
    let opened = check_certificate(&text.clone().into(), password.map(Into::into).as_ref());
    assert!(start.elapsed() < PATIENCE, "a bundle of {} bytes took {:?}", bundle.len(), start.elapsed());
    if let Err(error) = opened {
        check_error(&error);
        let said = error.to_string();
        assert!(said.contains("client certificate"), "{said}");
        assert!(text.len() < 16 || !said.contains(&text), "the bundle is in the message");
    }
}
