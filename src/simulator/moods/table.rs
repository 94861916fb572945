//! The table of moods: everything else about them is derived from it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::essentials_words::{
    BadValue, Booleans, Case, CredentialsCheck, DeleteAbsent, DisableLogin, DomainRecords, ErrorBody,
    EssentialsLimit, ExemptionsBody, ExemptionsList, ExemptionsPut, Flags, Forced, FunctionalAccount,
    FurtherMembers, LastRun, LastRunMoves, Lists, MaskedKey, MissingExemption, MissingOrganization,
    MissingUser, NoExemptions, NotGiven, PathDomain, PutKeepsLastRun, PutRuns, ReadOnlyWrites, SecretExpiry,
    SyncVersion, TimestampForm, UnknownMembers, Unset, UnsetTimestamp, WhenAbsent, WrongShape,
};
use super::lag::{Delay, Lag};
use super::microsoft_words::{
    Abandoned, Cascade, Conflict, DeletedReaders, Duplicate, DuplicateCheck, EmptyScope, FreshApplication,
    FreshPrincipal, Hint, OwnersReaders, RetryAfter, ScopeNames, SignInActivity, ThrottledBatch,
    TokenEndpoint, TokenRoles,
};
use super::mood::{Certainty, Mood, Values};
use super::onboarding_words::{
    ActiveOrganization, DeletedOrganization, LicensingAnswer, MissingDomain, OrganizationChanges,
    RepeatedCreate, UnverifiedDomain, UsedDomain, VerificationCode, VerifyAgain,
};

macro_rules! default {
    ($type:ty) => {
        <$type>::default()
    };
    ($type:ty, $default:expr) => {
        $default
    };
}

macro_rules! moods {
    ($( $service:literal {
        $(
            $( #[doc = $doc:literal] )+
            #[$evidence:ident = $source:literal]
            $name:ident: $type:ty $( = $default:expr )? $( ; tries $tries:expr )?,
        )*
    } )*) => {
        /// All moods in force.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[allow(clippy::struct_excessive_bools, reason = "each is a question of its own")]
        pub(crate) struct Moods {
            $( $( $( #[doc = $doc] )+ pub(crate) $name: $type, )* )*
        }

        impl Default for Moods {
            fn default() -> Self {
                Self { $( $( $name: default!($type $(, $default)?), )* )* }
            }
        }

        pub(crate) fn all() -> Vec<Mood> {
            let default = Moods::default();
            vec![ $( $( Mood::new(
                ($service, stringify!($name)),
                concat!($($doc, "\n"),+),
                (Certainty::$evidence, $source),
                json!(default.$name),
                <$type>::values({
                    #[allow(unused_mut, unused_assignments, reason = "not every mood has an open list")]
                    let mut tries: &[&str] = &[];
                    $( tries = &$tries; )?
                    tries
                }),
            ), )* )* ]
        }
    };
}

/// Lags short enough for tests.
const SHORT: [&str; 3] = ["1 read", "4 reads", "1500ms"];

moods! {
    "Microsoft Entra and Graph" {
        /// How late every replica shows a write, for each kind of object that has no lag of its own.
        #[Observed = "Seconds to minutes: Microsoft's article on eventual consistency (2026), azuread's retries, public run notes."]
        replica_lag: Lag; tries SHORT,
        /// How late a registration, or a change of one, is seen, and can be written to.
        #[Observed = "404 for some seconds after the 201, up to minutes."]
        lag_of_applications: Option<Lag>; tries SHORT,
        /// How late a service principal is seen, and can be referred to.
        #[Observed = "`Not a valid reference update` for more than five minutes (msgraph-bicep-types#193, 2026)."]
        lag_of_principals: Option<Lag>; tries SHORT,
        /// How late a delegated grant is seen.
        #[Observed = "30 to 60 seconds, as for role assignments (microsoft-graph-docs#15855)."]
        lag_of_grants: Option<Lag>; tries SHORT,
        /// How late a role assignment is seen, in listings and in tokens.
        #[Observed = "30 to 60 seconds (microsoft-graph-docs#15855)."]
        lag_of_role_assignments: Option<Lag>; tries SHORT,
        /// How late a key that was added or removed is seen.
        #[Observed = "`removePassword` answers 400 for a key that `addPassword` has just made; azuread polls for five sights."]
        lag_of_keys: Option<Lag>; tries SHORT,
        /// How late what was deleted is among the deleted items, and what was restored or purged is not.
        #[Unknown = "Nothing was found."]
        lag_of_deleted_items: Option<Lag>; tries SHORT,
        /// How late changes of users and groups are seen.
        #[Observed = "As of everything in the directory."]
        lag_of_people: Option<Lag>; tries SHORT,
        /// Whether each lag is drawn anew between nothing and its value, and reads jump between replicas meanwhile.
        #[Observed = "Reads of `passwordCredentials` jump between 0, 1 and 2 entries (2026)."]
        replicas_disagree: bool,
        /// What the token endpoint knows of what replicas are late with.
        #[Unknown = "Another service than Graph, with replicas of its own; that a fresh key signs in is no sign that lists show it."]
        token_endpoint: TokenEndpoint,
        /// Which roles a token carries, seen from what listings show.
        #[Unknown = "Tokens are of another service than Graph; that a listing shows a role is no sign that a token carries it."]
        token_roles: TokenRoles,
        /// How long the token endpoint does not know a fresh secret: AADSTS7000215.
        #[Observed = "Commonly seen, for seconds."]
        fresh_secret_delay: Delay; tries ["1500ms"],
        /// How long a fresh federated credential does not match.
        #[Documented = "Up to several minutes: Workload identity federation, considerations."]
        fresh_federation_delay: Delay; tries ["1500ms"],
        /// How long after a write to an application another one is a conflict.
        #[Observed = "`removePassword` right after `addPassword` (nais/azurerator#448, 2026)."]
        concurrency_window: Delay; tries ["800ms"],
        /// The status of that conflict.
        #[Observed = "409 in 2026 (nais/azurerator#448), 503 in 2022 (azure-cli#23081)."]
        concurrency_status: Conflict,
        /// How long after a change of keys reads show the old and the new list in turn.
        #[Observed = "Reads jump back and forth (2026)."]
        key_flapping: Delay; tries ["1500ms"],
        /// How a principal is refused whose application has not reached every replica.
        #[Observed = "Both texts (Q&A 5883620, 2026; azuread)."]
        fresh_application_refusal: FreshApplication,
        /// How a grant to a principal is refused that has not reached every replica.
        #[Observed = "Seen as 404 and as 400."]
        fresh_principal_refusal: FreshPrincipal,
        /// How a second assignment of a role is refused.
        #[Inferred = "The message is observed; the status is that of its siblings."]
        duplicate_assignment: Duplicate,
        /// By what a grant or an assignment is refused since there is one already.
        #[Unknown = "Whether the replica that answers or the one that writes decides is not documented."]
        duplicate_check: DuplicateCheck,
        /// What becomes of the service principal when its application is deleted.
        #[Inferred = "Common knowledge; not in the documentation that was read."]
        principal_of_deleted_application: Cascade,
        /// Whether a delegated grant may name scopes that its resource does not publish.
        #[Unknown = "Not documented."]
        scope_names: ScopeNames,
        /// Whether a delegated grant may be emptied.
        #[Unknown = "Not documented."]
        empty_scope: EmptyScope,
        /// Who may read deleted applications, principals and groups.
        #[Documented = "The page and the permission data differ: the page has neither `Application.ReadWrite.OwnedBy` nor `GroupMember.Read.All`."]
        deleted_items_readers: DeletedReaders,
        /// Who may read the owners of applications and principals.
        #[Documented = "The page of the owners names `Directory.Read.All` beside a permission for applications; the permission data has either."]
        owners_readers: OwnersReaders,
        /// What `appCredentialSignInActivities` (beta) says of a sign-in, to whoever has `AuditLog.Read.All`.
        #[Inferred = "The resource is documented, how late it is is not; a P1 licence is said to be needed."]
        sign_in_activity: SignInActivity,
        /// The beginning of a secret that is shown beside its key id.
        #[Documented = "`passwordCredential`: the first three characters; null for old ones."]
        secret_hint: Hint,
        /// `Retry-After` of a 429.
        #[Documented = "Samples show `10` and `2.128`; without it, wait longer each time."]
        retry_after: RetryAfter,
        /// How a batch is answered of which an item was throttled.
        #[Documented = "Items are throttled one by one; a page of 2021 says that the batch itself is 424 then, newer ones do not."]
        throttled_batch: ThrottledBatch,
        /// Life of a page token.
        #[Observed = "Minutes: `Directory_ExpiredPageToken`."]
        page_token_lifetime: Delay = Delay(600_000); tries ["2s"],
        /// Resource units of one application in one tenant within ten seconds; 0: by the size of the tenant.
        #[Documented = "3,500 to 8,000: Throttling limits, copies of about 2023."]
        unit_limit: u64; tries ["20"],
        /// Writes of one application in one tenant within 150 seconds; 0: as published, 3,000.
        #[Documented = "Throttling limits, copies of about 2023."]
        write_limit: u64; tries ["40"],
        /// Application ids of Microsoft's resources that have no principal in the tenants; read at the start.
        #[Observed = "Azure AD Graph is missing in new tenants; Microsoft Graph can be in rare ones."]
        missing_resources: Vec<String>; tries ["00000002-0000-0000-c000-000000000000"],
        /// What becomes of a request to either service whose client has gone before it took effect.
        #[Unknown = "Depends on the gateway; a request that arrived is most often finished."]
        abandoned_requests: Abandoned,
    }
    "Proofpoint Essentials: the settings" {
        /// `PUT settings/azure` where nothing is configured.
        #[Inferred = "There is no POST, and a PUT is what PSProofpoint has for the first configuration; 404 is listed for PUT."]
        put_when_absent: WhenAbsent,
        /// A part of the settings that a PUT does not give.
        #[Unknown = "All fifteen are listed as required; nobody has published a refusal."]
        missing_fields: NotGiven,
        /// `****` in place of the secret in a PUT.
        #[Unknown = "GET shows it so; nothing says what a PUT makes of it."]
        masked_key: MaskedKey,
        /// Whether a PUT tries the credentials at Microsoft.
        #[Unknown = "The console's save does; nothing is said of the API."]
        credentials_check: CredentialsCheck,
        /// How long a fresh key, or application, is unknown where Essentials looks.
        #[Inferred = "Entra's replicas are regional, and Essentials runs elsewhere."]
        region_lag: Delay = Delay(1_500); tries ["500ms"],
        /// How long a PUT of the settings takes before it takes effect.
        #[Unknown = "A check of the credentials has to ask Microsoft."]
        put_takes: Delay; tries ["1500ms"],
        /// `GET settings/azure` where nothing is configured.
        #[Documented = "404, `no domain or settings found`; after a DELETE the object may just be emptied."]
        get_unset: Unset,
        /// `DELETE settings/azure` where nothing is configured.
        #[Documented = "404 is listed."]
        delete_when_absent: DeleteAbsent,
        /// How late GET shows a PUT.
        #[Unknown = "Mail servers read static files on a schedule; the API may have caches of its own."]
        settings_lag: Lag; tries ["1 read", "3 reads", "1500ms"],
        /// How `primary_domain` comes back.
        #[Unknown = "Nobody has published a pair of PUT and GET."]
        domain_case: Case,
        /// How `application_id` comes back.
        #[Unknown = "Nobody has published a pair of PUT and GET."]
        id_case: Case,
        /// A setting that the stack does not take as it is sent.
        #[Unknown = "Depends on packages and features."]
        forced_setting: Forced,
        /// What `disable_login` shows.
        #[Inferred = "In 2022 it moved to the login settings in the console; the file still has it."]
        disable_login_shows: DisableLogin,
        /// Whether `disable_login` and the opposite of `allow_azure_login` are one stored value.
        #[Unknown = "Both texts describe the same thing."]
        disable_login_mirrors: bool,
        /// Members of the settings beyond the documented fifteen and the two observed ones.
        #[Unknown = "The console knows more options than the file of 2023."]
        further_members: FurtherMembers,
        /// A member of a PUT that the service does not know.
        #[Unknown = "Nothing was found."]
        unknown_members: UnknownMembers,
        /// What `secret_expiry` shows.
        #[Observed = "The name (codieg0, 2025); format, origin and whether it can be set are unknown."]
        secret_expiry: SecretExpiry,
        /// What `last_successful_sync` shows.
        #[Observed = "The name (codieg0, 2025)."]
        last_successful_sync: LastRun,
        /// Which runs move it.
        #[Inferred = "From its name."]
        last_run_moves: LastRunMoves,
        /// What a PUT does to it.
        #[Unknown = "Nothing was found."]
        put_and_last_run: PutKeepsLastRun,
        /// What a PUT does to the schedule.
        #[Unknown = "The console's button saves and runs; nothing is said of the API."]
        put_runs: PutRuns,
        /// The form of times.
        #[Unknown = "Renewals are `YYYY/MM/DD`, identity providers have `YYYY-MM-DD HH:MM:SS`."]
        timestamps: TimestampForm,
        /// A time that there is none of yet.
        #[Unknown = "Null, absent or empty."]
        unset_timestamp: UnsetTimestamp,
        /// The status of a value that a field of the settings does not take.
        #[Documented = "No 422 is listed for `settings/azure`."]
        bad_value_status: BadValue,
        /// The form in which flags of the settings are shown.
        #[Documented = "Booleans; of features, numbers were observed (codieg0)."]
        flags_shown: Flags,
    }
    "Proofpoint Essentials: exemptions" {
        /// The body of a PUT that adds exemptions.
        #[Unknown = "\"List of comma-separated emails to add\" is all that is documented."]
        exemptions_body: ExemptionsBody,
        /// What becomes of a PUT of exemptions in another shape.
        #[Unknown = "Nothing was found."]
        exemptions_wrong_shape: WrongShape,
        /// What a PUT of exemptions in the right shape does.
        #[Unknown = "Whether an address has to have an account is not said."]
        exemptions_put: ExemptionsPut,
        /// How late the list of exemptions shows a change.
        #[Unknown = "Nothing was found."]
        exemptions_lag: Lag; tries ["1 read", "3 reads"],
        /// How exemptions are listed.
        #[Observed = "A bare array of objects with `email` (codieg0)."]
        exemptions_list: ExemptionsList,
        /// How an exempt address comes back.
        #[Unknown = "Clients compare in small letters."]
        exemptions_case: Case = Case::Lower,
        /// A list without any.
        #[Unknown = "Ctg takes 404 for none."]
        no_exemptions: NoExemptions,
        /// Removing an exemption that there is none of.
        #[Unknown = "Nothing was found."]
        missing_exemption: MissingExemption,
    }
    "Proofpoint Essentials: organizations and domains" {
        /// A POST of an organization or a domain that is there.
        #[Documented = "409, `resource already exists`."]
        repeated_create: RepeatedCreate,
        /// How late an organization's domains show a change.
        #[Unknown = "Nothing was found."]
        domains_lag: Lag; tries ["1 read", "3 reads", "1500ms"],
        /// How late an organization, and the list of its partner, show a change.
        #[Unknown = "Nothing was found."]
        organizations_lag: Lag; tries ["1 read", "3 reads", "1500ms"],
        /// How the destination of a domain comes back.
        #[Unknown = "Nobody has published a pair of PUT and GET."]
        destination_case: Case,
        /// A domain that the organization does not have.
        #[Unknown = "No 404 is listed."]
        missing_domain: MissingDomain,
        /// Deleting a domain on which accounts have their addresses.
        #[Unknown = "Nothing was found."]
        used_domain: UsedDomain,
        /// `is_active` of a domain that is not verified.
        #[Unknown = "Only that a domain which does not relay is never active is documented."]
        unverified_domain: UnverifiedDomain,
        /// A second look at the code of a domain.
        #[Unknown = "Nothing was found."]
        verification_code: VerificationCode,
        /// Verifying a domain that is verified.
        #[Unknown = "409 is listed as not verifiable now."]
        verify_again: VerifyAgain,
        /// How often verifying is refused before the record is found.
        #[Unknown = "How often Proofpoint looks is not said."]
        verifications_in_vain: u64; tries ["2"],
        /// A change of an organization.
        #[Documented = "204; 422 is listed for PATCH, and the console lets partners only change licences."]
        organization_changes: OrganizationChanges,
        /// The answer to `PUT licensing`.
        #[Documented = "200 or 204."]
        licensing_answer: LicensingAnswer,
        /// Deleting an organization that is active.
        #[Unknown = "Nothing was found."]
        active_organization: ActiveOrganization,
        /// An organization that was deleted.
        #[Unknown = "204 is documented; whether all that hangs on it goes at once is not said."]
        deleted_organization: DeletedOrganization,
    }
    "Proofpoint Essentials: everything else" {
        /// Whether there is a limit of requests, and by what it is counted.
        #[Unknown = "None is documented; clients are ready for 429. Its `Retry-After` is as that of Graph."]
        essentials_limit: EssentialsLimit,
        /// Which forms of a boolean are taken.
        #[Observed = "Clients send `true`, `\"true\"` and `\"True\"`."]
        booleans: Booleans,
        /// A user that does not exist.
        #[Observed = "404 (Ctg); the file lists none."]
        missing_user: MissingUser,
        /// An organization that does not exist, asked for by somebody who could see it.
        #[Unknown = "403 or 404."]
        missing_organization: MissingOrganization,
        /// Which of an organization's domains name it in a path.
        #[Documented = "Any domain attached to it; the guide speaks of the primary one."]
        path_domain: PathDomain,
        /// The body of an error.
        #[Observed = "One client's model (singhkamall); the file has no schema."]
        error_body: ErrorBody,
        /// Envelopes of lists of users, domains, organizations and endpoints.
        #[Observed = "Clients read envelopes; the file has bare arrays for some."]
        lists: Lists,
        /// A `PUT users/{user}` that makes a user a functional account, or one of these a user.
        #[Inferred = "The file lists the type as writable; guides do it in the console."]
        functional_account: FunctionalAccount,
        /// A change by an administrator who may only read.
        #[Inferred = "403; the status is not documented."]
        read_only_writes: ReadOnlyWrites,
        /// Whether the code is found in the DNS of a domain that is to be verified.
        #[Documented = "204 or 409."]
        domain_records: DomainRecords,
        /// The version of the sync that the stack runs.
        #[Documented = "Improved Azure sync (Vircom): stacks are on one or the other."]
        sync_version: SyncVersion,
        /// Whether a sync stops adding users at the number of licences.
        #[Documented = "\"User capping\" is an option of an organization, off by default."]
        user_capping: bool,
    }
}
