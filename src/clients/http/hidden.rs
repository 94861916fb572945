//! The secrets of a request, kept beside it so that no text about its answer shows them: services repeat what they
//! were sent when they refuse it.

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::legible::legible;

/// Stands for a secret in a text.
const MASK: &str = "(hidden)";

/// Secrets that no text may show.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hidden(Vec<SecretString>);

impl Hidden {
    pub(crate) fn add(&mut self, secret: &SecretString) {
        if !secret.expose_secret().is_empty() {
            self.0.push(secret.clone());
        }
    }

    pub(super) fn extend(&mut self, others: &Self) {
        self.0.extend(others.0.iter().cloned());
    }

    /// `text` on one line, at most `limit` characters of it, with the secrets masked: as they are, and as JSON spells
    /// them, also within a text in JSON.
    pub(crate) fn shown(&self, text: &str, limit: usize) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            let mut spelt = secret.clone();
            for _ in 0..3 {
                text = text.replace(spelt.expose_secret(), MASK);
                spelt = in_json(&spelt);
            }
        }
        legible(&text, limit)
    }
}

fn in_json(secret: &SecretString) -> SecretString {
    let quoted = Zeroizing::new(serde_json::Value::from(secret.expose_secret()).to_string());
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_either_spelling_and_before_the_text_is_cut() {
        let mut hidden = Hidden::default();
        hidden.add(&"hu\"sh".into());
        hidden.add(&"".into());
        assert_eq!(hidden.shown(r#"a hu"sh b hu\"sh c hu\\\"sh"#, 100), "a (hidden) b (hidden) c (hidden)");
        assert_eq!(hidden.shown("abc hu\"sh", 7), "abc (hi");
    }

    #[test]
    fn the_secrets_of_a_body_are_masked_beside_those_of_the_request() {
        let (mut of_body, mut hidden) = (Hidden::default(), Hidden::default());
        of_body.add(&"of-body".into());
        hidden.add(&"of-header".into());
        hidden.extend(&of_body);
        assert_eq!(hidden.shown("of-header, of-body", 100), "(hidden), (hidden)");
    }

    #[test]
    fn a_text_is_one_line() {
        assert_eq!(Hidden::default().shown(" a\r\nb\u{1b}[31mc\n", 100), "a  b [31mc");
    }
}
