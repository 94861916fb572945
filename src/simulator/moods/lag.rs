//! How late something is: in time, or in looks at it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::state::clock::parse_duration;

/// How late replicas are: a time on the simulator's clock, or a number of reads that still show the world before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lag {
    Milliseconds(u64),
    Reads(u32),
}

/// A time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delay(pub(crate) u64);

impl Default for Lag {
    fn default() -> Self {
        Self::Milliseconds(0)
    }
}

/// A number, which counts milliseconds, or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u64),
    Text(String),
}

fn milliseconds(text: &str) -> Result<u64, String> {
    if let Some(count) = text.strip_suffix("ms") {
        return count.trim().parse().map_err(|_| format!("`{text}` is not a number of milliseconds"));
    }
    let milliseconds = parse_duration(text)?.as_millis();
    u64::try_from(milliseconds).map_err(|_| format!("`{text}` is too long"))
}

fn written(milliseconds: u64) -> String {
    match milliseconds {
        0 => "0s".to_owned(),
        whole if whole % 60_000 == 0 => format!("{}m", whole / 60_000),
        whole if whole % 1_000 == 0 => format!("{}s", whole / 1_000),
        rest => format!("{rest}ms"),
    }
}

impl Serialize for Lag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Milliseconds(count) => serializer.serialize_str(&written(*count)),
            Self::Reads(1) => serializer.serialize_str("1 read"),
            Self::Reads(count) => serializer.serialize_str(&format!("{count} reads")),
        }
    }
}

impl<'de> Deserialize<'de> for Lag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Written::deserialize(deserializer)? {
            Written::Number(count) => return Ok(Self::Milliseconds(count)),
            Written::Text(text) => text,
        };
        match text.strip_suffix("reads").or_else(|| text.strip_suffix("read")) {
            Some(count) => count
                .trim()
                .parse()
                .map(Self::Reads)
                .map_err(|_| de::Error::custom(format!("`{text}` is not a number of reads"))),
            None => milliseconds(&text).map(Self::Milliseconds).map_err(de::Error::custom),
        }
    }
}

impl Serialize for Delay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&written(self.0))
    }
}

impl<'de> Deserialize<'de> for Delay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Number(count) => Ok(Self(count)),
            Written::Text(text) => milliseconds(&text).map(Self).map_err(de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json, to_value};

    #[test]
    fn a_lag_is_a_time_or_a_number_of_reads() {
        for (text, lag) in [
            (json!("3 reads"), Lag::Reads(3)),
            (json!("1 read"), Lag::Reads(1)),
            (json!("45s"), Lag::Milliseconds(45_000)),
            (json!("5m"), Lag::Milliseconds(300_000)),
            (json!("1500ms"), Lag::Milliseconds(1_500)),
            (json!(1_200), Lag::Milliseconds(1_200)),
        ] {
            assert_eq!(from_value::<Lag>(text.clone()).unwrap(), lag, "{text}");
            assert_eq!(from_value::<Lag>(to_value(lag).unwrap()).unwrap(), lag, "{text}");
        }
        assert!(from_value::<Lag>(json!("many reads")).is_err());
        assert!(from_value::<Delay>(json!("2 reads")).is_err());
    }
}
