//! The settings in the words of configurations, and back in those of the API: what a PUT carries, and what makes a
//! sync reach further.
//!
//! Each of these is written so that a new argument, or a new member, does not compile before somebody has decided.

use framework::attr::{Attr, AttributeType as _};
use framework::or_other::OrOther;
use framework::value::Value;
use serde_json::Map;

use crate::preview::{NewUserRole, switches};

use super::model::{FREQUENCY, Handling, SyncModel, What};
use clients::essentials::{Settings, Shown};

/// The arguments that a PUT carries.
struct Carried<'a> {
    primary_domain: &'a Attr<String>,
    client_id: &'a Attr<String>,
    allow_microsoft_login: &'a Attr<bool>,
    default_role: &'a Attr<OrOther<NewUserRole>>,
    frequency: &'a Attr<i64>,
    what: What,
    users: Handling,
    groups: Handling,
}

impl<'a> Carried<'a> {
    fn of(model: &'a SyncModel) -> Self {
        let SyncModel {
            primary_domain,
            client_id,
            allow_microsoft_login,
            default_role,
            frequency,
            what,
            users,
            groups,
            // Which settings are meant, and where.
            id: _,
            organization: _,
            tenant_id: _,
            domain: _,
            // A request of their own.
            exemptions: _,
            // Sent along with every PUT, and planned in `planning`.
            managed_client_secret: _,
            client_secret: _,
            client_secret_wo: _,
            client_secret_wo_version: _,
            // For the provider alone.
            max_removals: _,
            sync_version: _,
            wait_for_sync: _,
            wait_for_routing: _,
            timeouts: _,
            // What an apply answers with.
            key_id: _,
            key_hint: _,
            key_end_date: _,
            superseded_key_ids: _,
            rotation_reason: _,
            secret_expiry: _,
            routing_ready_at: _,
        } = model;
        Self {
            primary_domain,
            client_id,
            allow_microsoft_login,
            default_role,
            frequency,
            what: match what {
                Attr::Unknown => What {
                    active_users: Attr::Unknown,
                    distribution_groups: Attr::Unknown,
                    security_groups: Attr::Unknown,
                },
                what => what.unwrap_or_default(),
            },
            users: handling(users),
            groups: handling(groups),
        }
    }

    /// The value of each.
    fn values(&self) -> [Value; 14] {
        let Self {
            primary_domain,
            client_id,
            allow_microsoft_login,
            default_role,
            frequency,
            what: What { active_users, distribution_groups, security_groups },
            users: Handling { add: add_users, update: update_users, remove_deleted: remove_deleted_users },
            groups: Handling { add: add_groups, update: update_groups, remove_deleted: remove_deleted_groups },
        } = self;
        [
            primary_domain.write(),
            client_id.write(),
            allow_microsoft_login.write(),
            default_role.write(),
            frequency.write(),
            active_users.write(),
            distribution_groups.write(),
            security_groups.write(),
            add_users.write(),
            update_users.write(),
            remove_deleted_users.write(),
            add_groups.write(),
            update_groups.write(),
            remove_deleted_groups.write(),
        ]
    }
}

/// A block whose members are all unknown where it is itself.
fn handling(block: &Attr<Handling>) -> Handling {
    match block {
        Attr::Unknown => {
            Handling { add: Attr::Unknown, update: Attr::Unknown, remove_deleted: Attr::Unknown }
        }
        block => block.unwrap_or_default(),
    }
}

/// Each value of a PUT as it was and as it is planned.
pub(super) fn carried(prior: &SyncModel, planned: &SyncModel) -> impl Iterator<Item = (Value, Value)> {
    Carried::of(prior).values().into_iter().zip(Carried::of(planned).values())
}

/// The settings that a plan asks for. What it does not know yet counts as on, so that nothing is widened unnoticed. What
/// this version does not know of is taken over from what Proofpoint shows.
pub(super) fn settings(model: &SyncModel, present: Option<&Shown>) -> Settings {
    let Carried {
        primary_domain,
        client_id,
        allow_microsoft_login,
        default_role,
        frequency,
        what: What { active_users, distribution_groups, security_groups },
        users,
        groups,
    } = Carried::of(model);
    let on = |flag: &Attr<bool>| flag.is_unknown() || flag.unwrap_or_default();
    Settings {
        primary_domain: primary_domain.text().to_owned(),
        application_id: client_id.text().to_owned(),
        disable_login: !on(allow_microsoft_login),
        default_user_role_name: default_role.text().to_owned(),
        sync_frequency: frequency.unwrap_or(FREQUENCY),
        sync_active_users: on(&active_users),
        sync_distribution_groups: on(&distribution_groups),
        sync_security_groups: on(&security_groups),
        add_users: on(&users.add),
        update_users: on(&users.update),
        remove_deleted_users: on(&users.remove_deleted),
        add_groups: on(&groups.add),
        update_groups: on(&groups.update),
        remove_deleted_groups: on(&groups.remove_deleted),
        others: present.map_or_else(Map::new, |present| present.others.clone()),
    }
}

/// What Proofpoint has now. A member that it does not show is as the state has it; without a state it counts as off, so that
/// whatever is asked of it widens.
pub(super) fn present(shown: &Shown, prior: Option<&SyncModel>) -> Settings {
    let known = prior.cloned().unwrap_or_else(|| SyncModel { frequency: 0.into(), ..SyncModel::default() });
    shown.over(&settings(&known, None))
}

/// Takes what the API shows over into a model; what it does not show stays. Case means nothing in domains, ids and roles:
/// another spelling of what the model has is none.
pub(super) fn show(shown: &Shown, model: &mut SyncModel) {
    let Shown {
        primary_domain,
        application_id,
        disable_login,
        default_user_role_name,
        sync_frequency,
        sync_active_users,
        sync_distribution_groups,
        sync_security_groups,
        add_users,
        update_users,
        remove_deleted_users,
        add_groups,
        update_groups,
        remove_deleted_groups,
        others: _,
        secret_expiry: _,
        last_run: _,
    } = shown;
    spelled(&mut model.primary_domain, primary_domain.as_ref());
    spelled(&mut model.client_id, application_id.as_ref());
    spelled(&mut model.default_role, default_user_role_name.as_ref());
    put(&mut model.allow_microsoft_login, disable_login.map(|disabled| !disabled));
    put(&mut model.frequency, *sync_frequency);
    let mut what = model.what.unwrap_or_default();
    put(&mut what.active_users, *sync_active_users);
    put(&mut what.distribution_groups, *sync_distribution_groups);
    put(&mut what.security_groups, *sync_security_groups);
    model.what = what.into();
    let mut users = model.users.unwrap_or_default();
    put(&mut users.add, *add_users);
    put(&mut users.update, *update_users);
    put(&mut users.remove_deleted, *remove_deleted_users);
    model.users = users.into();
    let mut groups = model.groups.unwrap_or_default();
    put(&mut groups.add, *add_groups);
    put(&mut groups.update, *update_groups);
    put(&mut groups.remove_deleted, *remove_deleted_groups);
    model.groups = groups.into();
}

fn spelled<T: AsRef<str>>(attribute: &mut Attr<T>, shown: Option<&String>)
where
    Attr<T>: for<'a> From<&'a str>,
{
    if let Some(shown) = shown.map(|shown| shown.to_lowercase())
        && attribute.text().to_lowercase() != shown
    {
        *attribute = shown.as_str().into();
    }
}

fn put<T>(attribute: &mut Attr<T>, shown: Option<T>) {
    if let Some(shown) = shown {
        *attribute = shown.into();
    }
}

/// Whether the settings let a run do more than the present ones do: it starts, or reaches more people, or may do more to
/// them.
pub(super) fn widens(present: Option<&Settings>, wanted: &Settings) -> bool {
    if wanted.sync_frequency == 0 {
        return false;
    }
    present.is_none_or(|present| {
        present.sync_frequency == 0
            || switches(wanted).widens(&switches(present))
            // Another directory is another set of people.
            || !present.primary_domain.eq_ignore_ascii_case(&wanted.primary_domain)
            || !present.application_id.eq_ignore_ascii_case(&wanted.application_id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(frequency: i64) -> SyncModel {
        SyncModel {
            primary_domain: "example.com".into(),
            client_id: "app".into(),
            default_role: "end_user".into(),
            frequency: frequency.into(),
            allow_microsoft_login: true.into(),
            what: What {
                active_users: true.into(),
                distribution_groups: true.into(),
                security_groups: false.into(),
            }
            .into(),
            users: Handling { add: true.into(), update: true.into(), remove_deleted: false.into() }.into(),
            groups: Handling { add: true.into(), update: false.into(), remove_deleted: false.into() }.into(),
            ..SyncModel::default()
        }
    }

    fn shown_as(settings: &Settings) -> Shown {
        serde_json::from_value(serde_json::to_value(settings).unwrap()).unwrap()
    }

    #[test]
    fn another_spelling_is_no_other_value_and_what_is_not_shown_stays() {
        let settled = model(6);
        let mut shown = shown_as(&settings(&settled, None));
        shown.primary_domain = Some("EXAMPLE.com".to_owned());
        shown.application_id = Some("APP".to_owned());
        shown.default_user_role_name = Some("End_User".to_owned());
        let mut read = settled.clone();
        show(&shown, &mut read);
        assert_eq!(read, settled);
        show(&Shown::default(), &mut read);
        assert_eq!(read, settled);
        let mut imported = SyncModel::default();
        show(&shown, &mut imported);
        assert_eq!(imported, settled);
        let mut written = SyncModel { client_id: "App".into(), ..settled };
        show(&shown, &mut written);
        assert_eq!(written.client_id, "App".into(), "as it is written");
    }

    #[test]
    fn a_role_that_nobody_here_knows_is_shown_as_it_is_and_can_be_read_from_a_state() {
        let mut read = model(6);
        let shown = Shown { default_user_role_name: Some("Guest_User".to_owned()), ..Shown::default() };
        show(&shown, &mut read);
        assert_eq!(read.default_role.text(), "guest_user");
        assert_eq!(framework::model::read::<SyncModel>(&read.write()).unwrap(), read);
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let wanted = model(6);
        let mut shown = SyncModel::default();
        show(&shown_as(&settings(&wanted, None)), &mut shown);
        assert_eq!(shown, wanted);
    }

    #[test]
    fn what_nobody_shows_or_knows_counts_as_off_so_that_asking_for_it_widens() {
        let silent = present(&Shown::default(), None);
        assert_eq!(silent.sync_frequency, 0);
        assert!(widens(Some(&silent), &settings(&model(1), None)));
        let known = present(&Shown::default(), Some(&model(6)));
        assert_eq!(known, settings(&model(6), None));
        assert!(!widens(Some(&known), &settings(&model(6), None)));
    }

    #[test]
    fn starting_and_widening_is_told_from_the_rest() {
        let off = settings(&model(0), None);
        let hourly = settings(&model(1), None);
        let daily = settings(&model(24), None);
        let removing = Settings { remove_deleted_users: true, ..daily.clone() };
        assert!(widens(None, &hourly));
        assert!(widens(Some(&off), &hourly));
        assert!(widens(Some(&hourly), &removing));
        assert!(!widens(None, &off));
        assert!(!widens(Some(&hourly), &daily));
        assert!(!widens(Some(&removing), &daily));
        assert!(!widens(Some(&hourly), &off));
    }

    #[test]
    fn what_is_not_known_yet_may_widen() {
        let narrow = settings(&model(1), None);
        let unknown = [
            SyncModel { frequency: Attr::Unknown, ..model(0) },
            SyncModel { what: Attr::Unknown, ..model(1) },
            SyncModel {
                users: Handling { add: true.into(), update: true.into(), remove_deleted: Attr::Unknown }
                    .into(),
                ..model(1)
            },
            SyncModel { groups: Attr::Unknown, ..model(1) },
        ];
        let present =
            [Settings { sync_frequency: 0, ..narrow.clone() }, narrow.clone(), narrow.clone(), narrow];
        for (model, present) in unknown.iter().zip(&present) {
            assert!(widens(Some(present), &settings(model, None)), "{model:?}");
        }
    }

    #[test]
    fn members_this_version_does_not_know_are_taken_over() {
        let mut present = shown_as(&settings(&model(1), None));
        present.others.insert("sync_disabled_accounts".to_owned(), true.into());
        assert_eq!(settings(&model(3), Some(&present)).others, present.others);
    }
}
