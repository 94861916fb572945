//! What nobody has published about the Interface API, as switches; the default comes first in each list.

use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($( $(#[$attribute:meta])* $name:ident { $first:ident, $($other:ident),+ } )*) => {
        $(
            $(#[$attribute])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(rename_all = "snake_case")]
            pub(crate) enum $name { #[default] $first, $($other),+ }
        )*
    };
}

choices! {
    /// `PUT settings/azure` where nothing is configured.
    WhenAbsent { Create, NotFound }
    /// A part of the settings that a PUT does not give.
    NotGiven { Reject, Keep }
    /// Whether a PUT tries the credentials at Microsoft.
    CredentialsCheck { None, SignIn }
    /// `GET settings/azure` where nothing is configured.
    Unset { NotFound, EmptyObject }
    /// Which forms of a boolean are taken.
    Booleans { Lenient, Strict }
    /// A user that does not exist.
    MissingUser { NotFound, BadRequest }
    /// An organization that does not exist, asked for by somebody who could see it.
    MissingOrganization { Forbidden, NotFound }
    /// The body of an error.
    ErrorBody { Errors, Text }
    /// `YYYY-MM-DD HH:MM:SS` or `YYYY-MM-DDTHH:MM:SSZ`.
    TimestampForm { Plain, Iso8601 }
    /// A time that there is none of yet.
    UnsetTimestamp { Null, Absent, Empty }
    /// `["a"]`, `{"exemptions": ["a"]}` or `{"emails": "a,b"}`.
    ExemptionsBody { Array, Exemptions, Emails }
    /// Whether the code is found in the DNS of a domain that is to be verified.
    DomainRecords { Published, Missing }
}

/// The version of the sync that the stack runs; on the wire the numbers 1 and 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub(crate) enum SyncVersion {
    One,
    #[default]
    Two,
}

impl TryFrom<u8> for SyncVersion {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            _ => Err(format!("there is no sync version {number}; there are 1 and 2")),
        }
    }
}

impl From<SyncVersion> for u8 {
    fn from(version: SyncVersion) -> Self {
        match version {
            SyncVersion::One => 1,
            SyncVersion::Two => 2,
        }
    }
}

/// Switches of the Essentials side.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Behaviour {
    pub(crate) put_when_absent: WhenAbsent,
    pub(crate) missing_fields: NotGiven,
    /// `****` in place of the secret.
    pub(crate) masked_key: NotGiven,
    pub(crate) credentials_check: CredentialsCheck,
    pub(crate) get_unset: Unset,
    pub(crate) booleans: Booleans,
    pub(crate) missing_user: MissingUser,
    pub(crate) missing_organization: MissingOrganization,
    pub(crate) error_body: ErrorBody,
    pub(crate) timestamps: TimestampForm,
    pub(crate) unset_timestamp: UnsetTimestamp,
    /// Whether the settings show `secret_expiry` and `last_successful_sync`.
    pub(crate) new_fields: bool,
    pub(crate) exemptions_body: ExemptionsBody,
    pub(crate) domain_records: DomainRecords,
    /// Whether `disable_login` and the opposite of `allow_azure_login` are one stored value.
    pub(crate) disable_login_mirrors: bool,
    pub(crate) sync_version: SyncVersion,
    /// Whether a sync stops adding users at the number of licences.
    pub(crate) user_capping: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            put_when_absent: WhenAbsent::default(),
            missing_fields: NotGiven::default(),
            masked_key: NotGiven::default(),
            credentials_check: CredentialsCheck::default(),
            get_unset: Unset::default(),
            booleans: Booleans::default(),
            missing_user: MissingUser::default(),
            missing_organization: MissingOrganization::default(),
            error_body: ErrorBody::default(),
            timestamps: TimestampForm::default(),
            unset_timestamp: UnsetTimestamp::default(),
            new_fields: true,
            exemptions_body: ExemptionsBody::default(),
            domain_records: DomainRecords::default(),
            disable_login_mirrors: false,
            sync_version: SyncVersion::default(),
            user_capping: false,
        }
    }
}
