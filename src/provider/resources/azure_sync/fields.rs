//! The settings in the words of configurations, and back in those of the API.

use serde_json::Map;

use super::model::{Handling, SyncModel, What};
use clients::essentials::{LastRun, Settings};
use framework::attr::Attr;

/// The settings that a plan asks for. What it does not know yet counts as on, so that nothing is widened unnoticed. What
/// this version does not know of is taken over from the present settings.
pub(super) fn settings(model: &SyncModel, present: Option<&Settings>) -> Settings {
    let what = match &model.what {
        Attr::Unknown => What {
            active_users: Attr::Unknown,
            distribution_groups: Attr::Unknown,
            security_groups: Attr::Unknown,
        },
        what => what.unwrap_or_default(),
    };
    let handling = |block: &Attr<Handling>| match block {
        Attr::Unknown => {
            Handling { add: Attr::Unknown, update: Attr::Unknown, remove_deleted: Attr::Unknown }
        }
        block => block.unwrap_or_default(),
    };
    let (users, groups) = (handling(&model.users), handling(&model.groups));
    let flag = |flag: &Attr<bool>| flag.is_unknown() || flag.unwrap_or_default();
    Settings {
        primary_domain: model.primary_domain.text().to_owned(),
        application_id: model.client_id.text().to_owned(),
        disable_login: !flag(&model.allow_microsoft_login),
        default_user_role_name: model.default_role.text().to_owned(),
        sync_frequency: model.frequency.unwrap_or(1),
        sync_active_users: flag(&what.active_users),
        sync_distribution_groups: flag(&what.distribution_groups),
        sync_security_groups: flag(&what.security_groups),
        add_users: flag(&users.add),
        update_users: flag(&users.update),
        remove_deleted_users: flag(&users.remove_deleted),
        add_groups: flag(&groups.add),
        update_groups: flag(&groups.update),
        remove_deleted_groups: flag(&groups.remove_deleted),
        others: present.map_or_else(Map::new, |present| present.others.clone()),
        secret_expiry: None,
        last_run: LastRun::default(),
    }
}

/// Takes what the API shows over into a model.
pub(super) fn show(settings: &Settings, model: &mut SyncModel) {
    model.primary_domain = settings.primary_domain.as_str().into();
    model.client_id = settings.application_id.as_str().into();
    model.allow_microsoft_login = (!settings.disable_login).into();
    model.default_role = settings.default_user_role_name.as_str().into();
    model.frequency = settings.sync_frequency.into();
    model.what = What {
        active_users: settings.sync_active_users.into(),
        distribution_groups: settings.sync_distribution_groups.into(),
        security_groups: settings.sync_security_groups.into(),
    }
    .into();
    model.users = Handling {
        add: settings.add_users.into(),
        update: settings.update_users.into(),
        remove_deleted: settings.remove_deleted_users.into(),
    }
    .into();
    model.groups = Handling {
        add: settings.add_groups.into(),
        update: settings.update_groups.into(),
        remove_deleted: settings.remove_deleted_groups.into(),
    }
    .into();
    model.secret_expiry = settings.secret_expiry.clone().into();
}

/// Whether the settings let a run do more than the present ones do: it starts, or reaches more people, or may do more to
/// them.
pub(super) fn widens(present: Option<&Settings>, wanted: &Settings) -> bool {
    if wanted.sync_frequency == 0 {
        return false;
    }
    let Some(present) = present.filter(|present| present.sync_frequency > 0) else { return true };
    let flags = |settings: &Settings| {
        [
            settings.sync_active_users,
            settings.sync_distribution_groups,
            settings.sync_security_groups,
            settings.add_users,
            settings.update_users,
            settings.remove_deleted_users,
            settings.add_groups,
            settings.update_groups,
            settings.remove_deleted_groups,
        ]
    };
    flags(present).into_iter().zip(flags(wanted)).any(|(before, after)| after && !before)
        // Another directory is another set of people.
        || present.primary_domain != wanted.primary_domain
        || present.application_id != wanted.application_id
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

    #[test]
    fn what_is_written_reads_back_the_same() {
        let wanted = model(6);
        let mut shown = SyncModel::default();
        show(&settings(&wanted, None), &mut shown);
        assert_eq!(shown, SyncModel { secret_expiry: Attr::Null, ..wanted });
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
        let mut present = settings(&model(1), None);
        present.others.insert("sync_disabled_accounts".to_owned(), true.into());
        assert_eq!(settings(&model(3), Some(&present)).others, present.others);
    }
}
