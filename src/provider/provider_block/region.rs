//! The stacks of Proofpoint Essentials (Proofpoint help: Azure AD (Entra ID) Sync Guide).

use std::fmt;
use std::str::FromStr;

use framework::words;

/// A stack that Proofpoint runs itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    Us1,
    Us2,
    Us3,
    Us4,
    Us5,
    Eu1,
}

impl Region {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [Self::Us1, Self::Us2, Self::Us3, Self::Us4, Self::Us5, Self::Eu1];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Us1 => "us1",
            Self::Us2 => "us2",
            Self::Us3 => "us3",
            Self::Us4 => "us4",
            Self::Us5 => "us5",
            Self::Eu1 => "eu1",
        }
    }

    /// Where its console and its API are: an https origin without a slash at its end. The console address is also the
    /// redirect address that the sync's application needs.
    pub(crate) fn address(self) -> String {
        format!("https://{self}.proofpointessentials.com")
    }
}

words! {
    /// A region as an argument.
    pub struct RegionName(Region) in Region::ALL, as Region::name, read by Region::from_str;
}

/// The name is none of [`Region::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a region of Proofpoint Essentials; they are `us1`, `us2`, `us3`, `us4`, `us5` and `eu1`"
)]
pub(crate) struct UnknownRegion(String);

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let name = text.trim();
        Self::ALL
            .into_iter()
            .find(|region| region.name() == name)
            .ok_or_else(|| UnknownRegion(name.escape_debug().to_string()))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_regions_agree() {
        assert_eq!(Region::ALL.map(Region::name), ["us1", "us2", "us3", "us4", "us5", "eu1"]);
        assert_eq!(
            "eu1".parse::<Region>().map(Region::address),
            Ok("https://eu1.proofpointessentials.com".into())
        );
        assert_eq!("EU1".parse::<Region>(), Err(UnknownRegion("EU1".to_owned())));
        assert_eq!("usg1".parse::<Region>(), Err(UnknownRegion("usg1".to_owned())));
        assert_eq!("eu1\u{1b}[2J".parse::<Region>(), Err(UnknownRegion("eu1\\u{1b}[2J".to_owned())));
    }
}
