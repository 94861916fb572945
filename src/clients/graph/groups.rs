//! Groups, as far as a mail directory sync looks at them. Their members are not read.

use std::borrow::Cow;

use serde::Deserialize;

use super::ask::Ask;
use super::connection::Graph;
use super::error::Error;
use super::lenient;
use super::needs;
use super::paging::{PAGE, page};
use super::users::{optional_text, texts};
use crate::http::Call;

/// The verbs of groups.
#[derive(Debug, Clone, Copy)]
pub struct Groups<'a>(pub(super) &'a Graph);

impl Graph {
    /// Groups.
    pub fn groups(&self) -> Groups<'_> {
        Groups(self)
    }
}

const SELECT: &str = "id,displayName,mail,mailEnabled,securityEnabled,groupTypes,proxyAddresses";

/// A group. Its texts belong to the page they came with.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group<'a> {
    /// Object id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Name shown.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub display_name: Option<Cow<'a, str>>,
    /// Primary mail address.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub mail: Option<Cow<'a, str>>,
    /// Whether it receives mail.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub mail_enabled: bool,
    /// Whether it can grant access.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub security_enabled: bool,
    /// `Unified` for a Microsoft 365 group, `DynamicMembership` for a dynamic one.
    #[serde(borrow, default, deserialize_with = "texts")]
    pub group_types: Vec<Cow<'a, str>>,
    /// Addresses with their kind.
    #[serde(borrow, default, deserialize_with = "texts")]
    pub proxy_addresses: Vec<Cow<'a, str>>,
}

/// A deleted group, kept for 30 days.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedGroup<'a> {
    /// When it was deleted, RFC 3339.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub deleted_date_time: Option<Cow<'a, str>>,
    /// Primary mail address.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub mail: Option<Cow<'a, str>>,
}

impl Group<'_> {
    /// Whether it is a Microsoft 365 group.
    pub fn is_unified(&self) -> bool {
        self.group_types.iter().any(|kind| kind == "Unified")
    }
}

impl Groups<'_> {
    /// Reads all groups and hands each to `each`. A listing that has to start again hands groups on twice.
    pub async fn for_each(&self, call: &Call, mut each: impl FnMut(Group<'_>)) -> Result<(), Error> {
        let path = format!("/groups?$select={SELECT}&$top={PAGE}");
        let ask = Ask::get(path, &needs::READ_GROUPS, "read the groups of the directory");
        self.0
            .pages(call, ask, |body| {
                page::<Group<'_>>(body)?.into_iter().for_each(&mut each);
                Ok(())
            })
            .await
    }

    /// Reads the deleted groups and hands each to `each`. Only Microsoft 365 groups are kept after deletion.
    pub async fn for_each_deleted(
        &self,
        call: &Call,
        mut each: impl FnMut(DeletedGroup<'_>),
    ) -> Result<(), Error> {
        let path =
            format!("/directory/deletedItems/microsoft.graph.group?$select=mail,deletedDateTime&$top={PAGE}");
        let ask = Ask::get(path, &needs::READ_DELETED_GROUPS, "read the deleted groups of the directory");
        self.0
            .pages(call, ask, |body| {
                page::<DeletedGroup<'_>>(body)?.into_iter().for_each(&mut each);
                Ok(())
            })
            .await
    }
}
