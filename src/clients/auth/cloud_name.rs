//! The Microsoft clouds by the names that users write.

use std::str::FromStr;

use crate::http::legible;

/// A Microsoft cloud whose addresses are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CloudName {
    /// Where nearly everybody is, also called `global`.
    #[default]
    Public,
    /// The one that 21Vianet operates.
    China,
}

impl CloudName {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Public, Self::China];

    /// As users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::China => "china",
        }
    }
}

/// In any case, as `azuread` takes them.
impl FromStr for CloudName {
    type Err = NotACloud;

    fn from_str(text: &str) -> Result<Self, NotACloud> {
        let name = text.trim().to_ascii_lowercase();
        match name.as_str() {
            "public" | "global" => Ok(Self::Public),
            "china" => Ok(Self::China),
            name if US_GOVERNMENT_NAMES.contains(&name) => Err(NotACloud::UsGovernment),
            _ => Err(NotACloud::Unknown(legible(&name, 100))),
        }
    }
}

/// Why a name stands for no cloud that can be signed in to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotACloud {
    /// It is one that Proofpoint does not support.
    #[error("{US_GOVERNMENT_REFUSED}")]
    UsGovernment,
    /// Nobody calls a cloud so.
    #[error("`{0}` is not a cloud; the clouds are `public` (or `global`) and `china`")]
    Unknown(String),
}

const US_GOVERNMENT_NAMES: [&str; 5] = ["usgovernment", "usgovernmentl4", "usgovernmentl5", "usgov", "dod"];

pub(super) const US_GOVERNMENT_REFUSED: &str = "US government clouds are refused: Proofpoint Essentials does not support its \
     Azure sync for GCC High or DoD tenants. GCC tenants use the `public` cloud";
