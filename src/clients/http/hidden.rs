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

    /// `text` on one line, at most `limit` characters of it, with the secrets masked: as they are, as JSON spells them, also
    /// within a text in JSON, and as forms and addresses spell them.
    pub(crate) fn shown(&self, text: &str, limit: usize) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            let mut spelt = secret.clone();
            for _ in 0..3 {
                text = text.replace(spelt.expose_secret(), MASK);
                spelt = in_json(&spelt);
            }
            text = without_encoded(text, secret.expose_secret().as_bytes());
        }
        legible(&text, limit)
    }
}

/// How often something may have been encoded: a form, and an address that holds it.
const ENCODED: usize = 2;

/// The text with a secret masked however many of its letters are percent-encoded.
fn without_encoded(text: String, secret: &[u8]) -> String {
    if secret.is_empty() || !text.contains(['%', '+']) {
        return text;
    }
    let plain = text.bytes().enumerate();
    let mut letters: Vec<Letter> = plain.map(|(at, byte)| Letter { byte, start: at, end: at + 1 }).collect();
    let mut found = Vec::new();
    for _ in 0..ENCODED {
        letters = decoded(&letters);
        let is_secret = |spelt: &&[Letter]| spelt.iter().zip(secret).all(|(letter, byte)| letter.is(*byte));
        let places = letters.windows(secret.len()).filter(is_secret);
        found.extend(places.filter_map(|spelt| Some((spelt.first()?.start, spelt.last()?.end))));
    }
    found.sort_unstable();
    let (mut masked, mut from) = (String::new(), 0);
    for (start, end) in found {
        // One that begins within another is masked with it: there is no text from there to here.
        if let Some(before) = text.get(from..start) {
            masked.push_str(before);
            masked.push_str(MASK);
            from = end;
        }
    }
    masked + text.get(from..).unwrap_or_default()
}

/// A byte, and where in a text it is spelt.
#[derive(Clone, Copy)]
struct Letter {
    byte: u8,
    start: usize,
    end: usize,
}

impl Letter {
    /// Whether it may stand for a byte: forms write a blank as `+`.
    fn is(self, byte: u8) -> bool {
        self.byte == byte || self.byte == b'+' && byte == b' '
    }
}

/// The same with each `%7E` as the one letter that it stands for.
fn decoded(letters: &[Letter]) -> Vec<Letter> {
    let digit = |letter: &Letter| char::from(letter.byte).to_digit(16);
    let mut plain = Vec::with_capacity(letters.len());
    let mut rest = letters;
    while let [first, behind @ ..] = rest {
        rest = behind;
        let mut letter = *first;
        if let (b'%', [high, low, others @ ..]) = (first.byte, behind)
            && let (Some(four), Some(rest_of)) = (digit(high), digit(low))
            && let Ok(byte) = u8::try_from(four * 16 + rest_of)
        {
            letter = Letter { byte, start: first.start, end: low.end };
            rest = others;
        }
        plain.push(letter);
    }
    plain
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
    fn a_secret_is_masked_as_forms_and_addresses_spell_it() {
        let mut hidden = Hidden::default();
        hidden.add(&"qg2~.7m é+/x".into());
        for spelt in [
            "qg2%7E.7m+%C3%A9%2B%2Fx",
            "qg2%7e.7m%20%c3%a9%2b%2fx",
            "qg2~.7m %C3%A9+%2Fx",
            "%71g2%7E%2E7m+%C3%A9%2B/x",
            "qg2%257E.7m%2520%25C3%25A9%252B%252Fx",
        ] {
            let text = format!("client_secret={spelt}&x=%7E; {spelt}%");
            assert_eq!(hidden.shown(&text, 200), "client_secret=(hidden)&x=%7E; (hidden)%", "{spelt}");
        }
        // What is not the secret stays, and nothing that is cut off is a reason to panic.
        for text in ["100 % of it+", "%", "%7", "%zz", "qg2%7E.7m", "é%C3", "%C3%A9"] {
            assert_eq!(hidden.shown(text, 200), text);
        }
        let mut twice = Hidden::default();
        twice.add(&"a~a".into());
        assert_eq!(twice.shown("a%7Ea%7Ea", 200), "(hidden)%7Ea");
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
