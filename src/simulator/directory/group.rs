//! Groups of the directory and their members.

use serde::{Deserialize, Serialize};

use super::entity::entity;

/// A direct member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    /// For example `#microsoft.graph.user`.
    #[serde(rename = "@odata.type")]
    pub(crate) kind: String,
    pub(crate) id: String,
}

entity! {
    /// A group of any kind that Graph shows.
    Group as "group", default [
        "id", "deletedDateTime", "classification", "createdDateTime", "description", "displayName", "groupTypes",
        "mail", "mailEnabled", "mailNickname", "membershipRule", "membershipRuleProcessingState",
        "onPremisesSyncEnabled", "proxyAddresses", "securityEnabled", "visibility",
    ] {
        id: String = "id",
        display_name: Option<String> = "displayName",
        description: Option<String> = "description",
        classification: Option<String> = "classification",
        mail: Option<String> = "mail",
        mail_enabled: Option<bool> = "mailEnabled",
        mail_nickname: Option<String> = "mailNickname",
        proxy_addresses: Vec<String> = "proxyAddresses",
        /// `Unified` for Microsoft 365 groups, `DynamicMembership` for dynamic ones.
        group_types: Vec<String> = "groupTypes",
        security_enabled: Option<bool> = "securityEnabled",
        membership_rule: Option<String> = "membershipRule",
        membership_rule_processing_state: Option<String> = "membershipRuleProcessingState",
        /// `Private`, `Public`, `HiddenMembership`.
        visibility: Option<String> = "visibility",
        on_premises_sync_enabled: Option<bool> = "onPremisesSyncEnabled",
        hide_from_address_lists: Option<bool> = "hideFromAddressLists",
        hide_from_outlook_clients: Option<bool> = "hideFromOutlookClients",
        created_date_time: Option<String> = "createdDateTime",
        deleted_date_time: Option<String> = "deletedDateTime",
    }
    hidden {
        /// Direct members; Graph shows them at an address of their own.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        members: Vec<Member>,
        /// Former members, and the number of the change that took them out; for delta queries.
        #[serde(skip)]
        left: Vec<(Member, u64)>,
    }
}
