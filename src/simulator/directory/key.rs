//! How an object is named in a path.

/// How an object is named in a path: by id, or by an alternate key such as `appId='..'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Id(String),
    Alternate(String, String),
}

impl Key {
    /// The segment after a collection, or what stood in its parentheses.
    pub(crate) fn parse(segment: &str) -> Self {
        if let Some((name, value)) = segment.split_once('=')
            && let Some(value) = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''))
        {
            return Self::Alternate(name.trim().to_owned(), value.replace("''", "'"));
        }
        Self::Id(segment.to_owned())
    }

    /// As an error names it.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::Id(id) | Self::Alternate(_, id) => id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ids_or_alternate() {
        assert_eq!(Key::parse("17"), Key::Id("17".to_owned()));
        assert_eq!(
            Key::parse("uniqueName='o''hara'"),
            Key::Alternate("uniqueName".to_owned(), "o'hara".to_owned())
        );
    }
}
