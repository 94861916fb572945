//! What a run would do now: the run itself, in a copy of the world.

use std::collections::BTreeMap;

use super::rules::{self, Object, Scope, Verdict};
use crate::essentials::account::{Account, OriginKind};
use crate::essentials::run::Run;
use crate::state::World;

/// An object of the directory as the sync sees it.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) id: String,
    pub(crate) kind: OriginKind,
    /// In lower case; empty where there is none.
    pub(crate) address: String,
    /// Why no account is asked for.
    pub(crate) excluded: Option<&'static str>,
}

/// What would be.
#[derive(Debug)]
pub(crate) struct Outlook {
    /// None where no sync is set up.
    pub(crate) run: Option<Run>,
    pub(crate) candidates: Vec<Candidate>,
    /// The accounts afterwards, by address.
    pub(crate) accounts: BTreeMap<String, Account>,
}

/// Runs the sync of an organization in a world that is given up for it.
pub(crate) fn outlook(mut world: World, domain: &str) -> Option<Outlook> {
    let organization = world.organizations.find(domain)?;
    let settings = organization.settings.clone();
    let scope = Scope::of(organization, &settings.clone().unwrap_or_default(), world.moods.sync_version);
    let home = settings.as_ref().map_or(domain, |settings| settings.primary_domain.as_str());
    let tenant = world.tenant(home).or_else(|| world.tenant(domain));
    let candidates = tenant.map_or_else(Vec::new, |tenant| {
        let users = tenant.users.iter().map(|user| rules::person(user, &scope));
        users.chain(tenant.groups.iter().map(|group| rules::group(group, &scope))).map(candidate).collect()
    });
    super::run_now(&mut world, domain);
    let organization = world.organizations.find(domain)?;
    let run = settings.and_then(|_| organization.runs.last().cloned());
    Some(Outlook { run, candidates, accounts: organization.accounts.clone() })
}

fn candidate(object: Object) -> Candidate {
    let excluded = match object.verdict {
        Verdict::OutOfScope => Some("out of scope"),
        Verdict::SwitchedOff => Some("its kind is switched off"),
        Verdict::Blocked(reason) => Some(reason),
        Verdict::Wanted(_) => None,
    };
    Candidate { id: object.id, kind: object.kind, address: object.address, excluded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::essentials::settings::Settings;
    use crate::graph::desk::Desk;

    fn with_sync(desk: &mut Desk) {
        let automation = desk.world.tenants[0].automation.clone();
        desk.world.organizations.find_mut("contoso.com").unwrap().settings = Some(Settings {
            primary_domain: "contoso.com".to_owned(),
            application_id: automation.client_id,
            ad_key: automation.client_secret,
            sync_active_users: true,
            add_users: true,
            remove_deleted_users: true,
            ..Settings::default()
        });
    }

    #[test]
    fn what_would_be_is_what_a_run_then_does_and_changes_nothing_before() {
        let mut desk = Desk::new();
        with_sync(&mut desk);
        let before = crate::state_document::write(&desk.world);
        let told = outlook(desk.world.copied(), "contoso.com").unwrap();
        assert_eq!(crate::state_document::write(&desk.world), before);
        let counts = told.run.unwrap().counts;
        assert_eq!((counts.added, counts.deleted), (3, 1));
        super::super::run_now(&mut desk.world, "contoso.com").unwrap();
        let organization = desk.world.organizations.find("contoso.com").unwrap();
        assert_eq!(organization.accounts, told.accounts);
        assert_eq!(organization.runs.last().unwrap().counts, counts);
    }

    #[test]
    fn a_look_at_it_does_not_count_as_one_at_replicas_that_are_late_by_looks() {
        let mut desk = Desk::new();
        with_sync(&mut desk);
        desk.behave(&serde_json::json!({ "lag_of_people": "1 reads" }));
        let hire = crate::control::people::hire(&mut desk.world, "contoso.com", Some("Nora Quist")).unwrap();
        let added =
            |desk: &Desk| outlook(desk.world.copied(), "contoso.com").unwrap().run.unwrap().counts.added;
        assert_eq!([added(&desk), added(&desk)], [3, 3], "{hire}");
    }

    #[test]
    fn without_settings_there_are_people_and_no_run() {
        let desk = Desk::new();
        let told = outlook(desk.world.copied(), "contoso.com").unwrap();
        assert!(told.run.is_none());
        assert_eq!(told.candidates.len(), 16);
        assert!(outlook(desk.world.copied(), "elsewhere.example").is_none());
    }
}
