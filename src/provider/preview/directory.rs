//! The directory's side of the report, as Microsoft Graph gives it.

use std::borrow::Cow;

use uuid::Uuid;

use super::{Error, on_a_thread};
use clients::graph::{ExchangePlan, Graph, Group, User};
use clients::http::Call;
use sync_report::{DeletedItem, Directory, DirectoryObject, GroupFacts, Licence, UserFacts};

/// Reads users, groups, deleted items and domains side by side, the users on a thread of their own. What is not kept of a page
/// is gone when the page is; members of groups are not read.
pub(super) async fn read(call: &Call, graph: &Graph) -> Result<Directory, Error> {
    let users = on_a_thread(users(call.clone(), graph.clone()));
    let mut groups = Objects::default();
    let mut deleted = (Vec::new(), Vec::new());
    let (all_users, all_groups) = (graph.users(), graph.groups());
    let rest = async {
        let rest = futures::try_join!(
            all_groups.for_each(call, |group| groups.keep(&group.id, |id| directory_group(id, &group))),
            all_users.for_each_deleted(call, |user| {
                let time = user.deleted_date_time.as_deref();
                deleted.0.push(DeletedItem::user(user.mail.as_deref(), &user.user_principal_name, time));
            }),
            all_groups.for_each_deleted(call, |group| {
                let time = group.deleted_date_time.as_deref();
                deleted.1.push(DeletedItem::group(group.mail.as_deref(), time));
            }),
            graph.tenant_details(call),
        );
        rest.map_err(Error::from)
    };
    let (mut objects, ((), (), (), tenant)) = futures::try_join!(users, rest)?;
    objects.append(&mut groups.readable("graph.groups")?);
    deleted.0.append(&mut deleted.1);
    let domains = tenant.verified_domains.iter().map(|domain| domain.name.as_str());
    Ok(Directory::new(objects, deleted.0, domains))
}

async fn users(call: Call, graph: Graph) -> Result<Vec<DirectoryObject>, Error> {
    let mut users = Users::default();
    graph.users().for_each(&call, |user| users.keep(&user)).await?;
    users.finish()
}

/// The users of the directory.
#[derive(Default)]
struct Users {
    objects: Objects,
    shown_whole: bool,
}

impl Users {
    fn keep(&mut self, user: &User<'_>) {
        self.shown_whole |= user.is_shown_whole();
        self.objects.keep(&user.id, |id| directory_user(id, user));
    }

    /// Fails where nobody's licence can be seen: of a single user that may be so, but of all of them it is for want of a
    /// permission.
    fn finish(self) -> Result<Vec<DirectoryObject>, Error> {
        let objects = self.objects.readable("graph.users")?;
        if self.shown_whole || objects.is_empty() { Ok(objects) } else { Err(Error::BasicProperties) }
    }
}

/// The objects of one listing.
#[derive(Default)]
struct Objects {
    kept: Vec<DirectoryObject>,
    /// Whether an object id is not a UUID. To leave its object out would make its account look unmatched.
    unreadable: bool,
}

impl Objects {
    fn keep(&mut self, id: &str, object: impl FnOnce(Uuid) -> DirectoryObject) {
        match Uuid::try_parse(id) {
            Ok(id) => self.kept.push(object(id)),
            Err(_) => self.unreadable = true,
        }
    }

    /// All of them, if each has an id; else the error that names the request.
    fn readable(self, request: &'static str) -> Result<Vec<DirectoryObject>, Error> {
        if self.unreadable { Err(Error::ObjectId(request)) } else { Ok(self.kept) }
    }
}

fn directory_user(id: Uuid, user: &User<'_>) -> DirectoryObject {
    let facts = UserFacts {
        mail: user.mail.as_deref(),
        user_principal_name: &user.user_principal_name,
        given_name: user.given_name.as_deref(),
        surname: user.surname.as_deref(),
        // Rule::AccountState: Graph may leave it out of old objects, which can sign in.
        enabled: user.account_enabled.unwrap_or(true),
        guest: user.is_guest(),
        licence: match user.exchange_plan() {
            ExchangePlan::Active => Licence::Active,
            ExchangePlan::Unclear | ExchangePlan::Hidden => Licence::Unclear,
            ExchangePlan::None => Licence::None,
        },
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use sync_report::{Account, AccountFacts, AccountType, Actions, Estimate, Input, Roster, Switches};

    const WHOLE: &str = r#","accountEnabled":true,"assignedPlans":[]"#;

    fn users(rest: &[&str]) -> Result<Vec<DirectoryObject>, Error> {
        let mut users = Users::default();
        for (number, rest) in rest.iter().enumerate() {
            let address = format!("user{number}@contoso.com");
            let id = Uuid::from_u128(number as u128 + 1);
            let json = format!(r#"{{"id":"{id}","userPrincipalName":"{address}"{rest}}}"#);
            users.keep(&serde_json::from_str(&json).expect("a user"));
        }
        users.finish()
    }

    #[test]
    fn who_may_read_basic_properties_only_gets_no_report() {
        for hidden in [r#","accountEnabled":null,"assignedPlans":null"#, r#","assignedPlans":[]"#, ""] {
            let error = users(&[hidden, hidden]).expect_err(hidden).to_string();
            assert!(error.contains("`User.Read.All` or `Directory.Read.All`"), "{error}");
            assert_eq!(users(&[hidden, WHOLE]).expect("readable").len(), 2);
        }
        assert_eq!(users(&[]).expect("readable"), []);
    }

    #[test]
    fn a_user_whose_plans_are_not_shown_is_no_evidence_against_the_account() {
        let hidden = r#","accountEnabled":true,"assignedPlans":null"#;
        let objects = users(&[hidden, WHOLE]).expect("readable");
        let account = |number: u32| {
            let facts = AccountFacts {
                primary_email: &format!("user{number}@contoso.com"),
                account_type: AccountType::EndUser,
                active: true,
                billable: true,
                first_name: "",
                surname: "",
            };
            Account::new(&facts, [])
        };
        let input = Input {
            directory: Directory::new(objects, vec![], ["contoso.com"]),
            roster: Roster::new(vec![account(0), account(1)], ["contoso.com"], None),
            switches: Switches {
                users: Actions { add: true, update: true, remove_deleted: true },
                ..Switches::default()
            },
            ..Input::default()
        };
        let report = Estimate::of(&input).report(10);
        assert_eq!(report.unmatched.rows.keys().collect::<Vec<_>>(), ["user0@contoso.com"]);
        assert_eq!(report.deleting.rows.keys().collect::<Vec<_>>(), ["user1@contoso.com"]);
    }
}
