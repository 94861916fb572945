//! Members that Graph may send as `null` where a collection or text is meant, and secrets.

use secrecy::SecretString;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

/// `null` as the default value.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A secret, copied once from the answer into memory that is wiped.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    struct Secret;
    impl Visitor<'_> for Secret {
        type Value = SecretString;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a secret")
        }

        fn visit_str<E>(self, text: &str) -> Result<SecretString, E> {
            Ok(text.into())
        }
    }
    deserializer.deserialize_str(Secret)
}
