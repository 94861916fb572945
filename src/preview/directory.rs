//! The directory's side of the report, as Microsoft Graph gives it.

use std::borrow::Cow;

use uuid::Uuid;

use super::Error;
use crate::graph::{Graph, Group, User};
use crate::http::Call;
use crate::sync_report::{DeletedItem, Directory, DirectoryObject, GroupFacts, UserFacts};

/// Reads users, groups, deleted items and domains side by side. What is not kept of a page is gone when the page is; members
/// of groups are not read.
pub(super) async fn read(call: &Call, graph: &Graph) -> Result<Directory, Error> {
    let (mut users, mut groups) = (Objects::default(), Objects::default());
    let (mut deleted_users, mut deleted_groups) = (Vec::new(), Vec::new());
    let (all_users, all_groups, tenant) = (graph.users(), graph.groups(), graph.organization());
    let ((), (), (), (), tenant) = futures::try_join!(
        all_users.for_each(call, |user| users.keep(&user.id, |id| directory_user(id, &user))),
        all_groups.for_each(call, |group| groups.keep(&group.id, |id| directory_group(id, &group))),
        all_users.for_each_deleted(call, |user| {
            deleted_users.push(DeletedItem::user(user.mail.as_deref(), &user.user_principal_name));
        }),
        all_groups.for_each_deleted(call, |group| {
            deleted_groups.push(DeletedItem::group(group.mail.as_deref()));
        }),
        tenant.get(call),
    )?;
    if let Some(id) = users.unreadable.or(groups.unreadable) {
        return Err(Error::ObjectId(id));
    }
    users.kept.append(&mut groups.kept);
    deleted_users.append(&mut deleted_groups);
    let domains = tenant.verified_domains.iter().map(|domain| domain.name.as_str());
    Ok(Directory::new(users.kept, deleted_users, domains))
}

/// The objects of one listing.
#[derive(Default)]
struct Objects {
    kept: Vec<DirectoryObject>,
    /// An object id that is no UUID. To leave its object out would make its account look unmatched.
    unreadable: Option<String>,
}

impl Objects {
    fn keep(&mut self, id: &str, object: impl FnOnce(Uuid) -> DirectoryObject) {
        match Uuid::try_parse(id) {
            Ok(id) => self.kept.push(object(id)),
            Err(_) => self.unreadable = Some(id.to_owned()),
        }
    }
}

fn directory_user(id: Uuid, user: &User<'_>) -> DirectoryObject {
    let facts = UserFacts {
        mail: user.mail.as_deref(),
        user_principal_name: &user.user_principal_name,
        given_name: user.given_name.as_deref(),
        surname: user.surname.as_deref(),
        // Graph may leave it out of old objects, which can sign in.
        enabled: user.account_enabled.unwrap_or(true),
        guest: user.is_guest(),
        exchange_licence: user.has_exchange_plan(),
    };
    DirectoryObject::user(id, &facts, texts(&user.proxy_addresses))
}

fn directory_group(id: Uuid, group: &Group<'_>) -> DirectoryObject {
    let facts = GroupFacts {
        mail: group.mail.as_deref(),
        display_name: group.display_name.as_deref().unwrap_or_default(),
        mail_enabled: group.mail_enabled,
        security_enabled: group.security_enabled,
        unified: group.is_unified(),
    };
    DirectoryObject::group(id, &facts, texts(&group.proxy_addresses))
}

fn texts<'a>(texts: &'a [Cow<'_, str>]) -> impl Iterator<Item = &'a str> {
    texts.iter().map(AsRef::as_ref)
}
