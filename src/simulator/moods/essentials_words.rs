//! Words for what Proofpoint is not known to do one way.

use serde::{Deserialize, Serialize};

use super::mood::{Meaning, Values};
use super::words::words;

words! {
    /// Whether there is a limit of requests, and by what it is counted.
    EssentialsLimit {
        /// There is none.
        None,
        /// Ten within two seconds about one organization; 429 beyond that.
        Organization,
        /// Ten within two seconds of one account; 429 beyond that.
        Account,
    }
    /// `PUT settings/azure` where nothing is configured.
    WhenAbsent {
        /// Makes the settings.
        Create,
        /// 404.
        NotFound,
    }
    /// A part of the settings that a PUT does not give.
    NotGiven {
        /// 400.
        Reject,
        /// Keeps the value it had.
        Keep,
        /// Takes Proofpoint's own default.
        Default,
    }
    /// `****` in place of the secret.
    MaskedKey {
        /// 400.
        Reject,
        /// Keeps the secret there is.
        Keep,
        /// Stores four asterisks.
        Store,
    }
    /// Whether a PUT tries the credentials at Microsoft.
    CredentialsCheck {
        /// No.
        None,
        /// Yes, and refuses those that do not work with 400 and Microsoft's text.
        SignIn,
        /// Yes, from another region, where a key is unknown for `region_lag`: AADSTS7000215.
        LateSecret,
        /// The same, as an unknown application: AADSTS700016.
        LateApplication,
        /// Refuses every key; the first configuration has to be saved in the console.
        Refused,
    }
    /// `GET settings/azure` where nothing is configured.
    Unset {
        /// 404.
        NotFound,
        /// `{}`.
        EmptyObject,
        /// All members, empty texts, `false` and 0.
        Blank,
    }
    /// `DELETE settings/azure` where nothing is configured.
    DeleteAbsent {
        /// 404.
        NotFound,
        /// 204.
        NoContent,
    }
    /// A value that a field does not take.
    BadValue {
        /// 400.
        BadRequest,
        /// 422.
        Unprocessable,
    }
    /// Which forms of a boolean are taken.
    Booleans {
        /// `true`, `"true"` and `"True"`.
        Lenient,
        /// `true`.
        Strict,
    }
    /// The form in which flags are shown.
    Flags {
        /// `true`.
        Booleans,
        /// `"true"`.
        Texts,
        /// `1`.
        Numbers,
    }
    /// How a text comes back whose case means nothing.
    Case {
        /// As it was sent.
        AsSent,
        /// In small letters.
        Lower,
        /// In capitals.
        Upper,
    }
    /// A setting that the stack does not take as it is sent.
    Forced {
        /// None.
        None,
        /// `update_users` is always true.
        UpdateUsersTrue,
        /// `add_groups` is always false.
        AddGroupsFalse,
        /// `sync_security_groups` is always false.
        SecurityGroupsFalse,
        /// `remove_deleted_users` is always true.
        RemoveDeletedUsersTrue,
        /// `sync_frequency` is always 24 unless it is 0.
        FrequencyDaily,
        /// `default_user_role_name` is always `end_user`.
        RoleEndUser,
    }
    /// What `disable_login` shows.
    DisableLogin {
        /// What was sent.
        Stored,
        /// Nothing: the member is absent.
        Absent,
        /// Always `false`.
        False,
        /// Always `true`.
        True,
    }
    /// Members beyond the fifteen that are documented.
    FurtherMembers {
        /// None.
        None,
        /// `sync_shared_mailboxes` is shown, and taken as well as left out.
        Shown,
        /// It is shown, and a PUT that sends it is refused.
        ShownAndRefused,
        /// It is shown, and a PUT that lacks it is refused.
        ShownAndRequired,
    }
    /// A member of a PUT that the service does not know.
    UnknownMembers {
        /// Nothing: it is left aside.
        Ignored,
        /// 400.
        Refused,
    }
    /// What `secret_expiry` shows.
    SecretExpiry {
        /// The end of the key that was handed over, as Microsoft has it.
        End,
        /// The same without its time of day.
        Date,
        /// Two years after the PUT, whatever the key says.
        TwoYears,
        /// Null.
        Null,
        /// Nothing: the member is absent.
        Absent,
    }
    /// What `last_successful_sync` shows once a run has succeeded.
    LastRun {
        /// Its time.
        Time,
        /// Nothing: the member is absent.
        Absent,
    }
    /// Which runs move `last_successful_sync`.
    LastRunMoves {
        /// Those that succeeded.
        OnSuccess,
        /// All.
        OnEveryRun,
    }
    /// What a PUT does to the schedule.
    PutRuns {
        /// Nothing: the next run is when it was.
        Nothing,
        /// A run at once, when the frequency is not 0.
        AtOnce,
    }
    /// What a PUT does to `last_successful_sync`.
    PutKeepsLastRun {
        /// Nothing.
        Keeps,
        /// It is reset.
        Resets,
    }
    /// A user that does not exist.
    MissingUser {
        /// 404.
        NotFound,
        /// 400.
        BadRequest,
    }
    /// An organization that does not exist, asked for by somebody who could see it.
    MissingOrganization {
        /// 403.
        Forbidden,
        /// 404.
        NotFound,
    }
    /// The body of an error.
    ErrorBody {
        /// `{"errors": [{"status", "error_message", "identifier"}]}`.
        Errors,
        /// The message as plain text.
        Text,
        /// `{"message"}`.
        Message,
        /// None.
        Empty,
    }
    /// The form of a time.
    TimestampForm {
        /// `YYYY-MM-DD HH:MM:SS`.
        Plain,
        /// `YYYY-MM-DDTHH:MM:SSZ`.
        Iso8601,
        /// `YYYY/MM/DD HH:MM:SS`.
        Slashes,
        /// `YYYY-MM-DDTHH:MM:SS+00:00`.
        Offset,
    }
    /// A time that there is none of yet.
    UnsetTimestamp {
        /// `null`.
        Null,
        /// Nothing: the member is absent.
        Absent,
        /// `""`.
        Empty,
    }
    /// The body of a PUT that adds exemptions.
    ExemptionsBody {
        /// `["a", "b"]`.
        Array,
        /// `{"exemptions": ["a", "b"]}`.
        Exemptions,
        /// `{"emails": "a,b"}`.
        Emails,
        /// `[{"email": "a"}, {"email": "b"}]`.
        Objects,
        /// `"a,b"`.
        Text,
        /// `{"emails": ["a", "b"]}`.
        EmailsArray,
    }
    /// What becomes of a PUT of exemptions in another shape.
    WrongShape {
        /// 400.
        BadRequest,
        /// 422.
        Unprocessable,
        /// 204, and nothing is added.
        NoEffect,
    }
    /// What a PUT of exemptions in the right shape does.
    ExemptionsPut {
        /// Adds them.
        Adds,
        /// 204, and nothing is added.
        NoEffect,
        /// 422 for an address without an account.
        KnownOnly,
    }
    /// How exemptions are listed.
    ExemptionsList {
        /// `[{"email": "a"}]`.
        Objects,
        /// `["a"]`.
        Texts,
        /// `{"exemptions": [{"email": "a"}]}`.
        Envelope,
        /// `{"users": ["a"]}`.
        Users,
    }
    /// A list of exemptions without any.
    NoExemptions {
        /// An empty list.
        EmptyList,
        /// 404.
        NotFound,
    }
    /// Removing an exemption that there is none of.
    MissingExemption {
        /// 404.
        NotFound,
        /// 204.
        NoContent,
    }
    /// Envelopes of lists of users, domains, organizations and endpoints.
    Lists {
        /// `{"users": [...]}` and so on.
        Envelope,
        /// `[...]`.
        Bare,
    }
    /// A `PUT users/{user}` that makes a user a functional account, or one of these a user.
    FunctionalAccount {
        /// Makes it one, with all that it has.
        Works,
        /// 400.
        BadRequest,
        /// 422.
        Unprocessable,
        /// 204, and the account stays what it is.
        NoEffect,
    }
    /// A change by an administrator who may only read.
    ReadOnlyWrites {
        /// 403.
        Forbidden,
        /// 401.
        Unauthorized,
    }
    /// Which of an organization's domains name it in a path.
    PathDomain {
        /// Any.
        Any,
        /// The primary one.
        Primary,
    }
    /// Whether the code is found in the DNS of a domain that is to be verified.
    DomainRecords {
        /// Yes.
        Published,
        /// No.
        Missing,
    }
}

/// The version of the sync that the stack runs; on the wire the numbers 1 and 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub(crate) enum SyncVersion {
    One,
    #[default]
    Two,
}

impl Values for SyncVersion {
    fn values(_tries: &[&str]) -> Vec<Meaning> {
        vec![Meaning::of(&Self::Two, " The improved one."), Meaning::of(&Self::One, " The older one.")]
    }
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
