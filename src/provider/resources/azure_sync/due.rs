//! Which changes are judged before they are made, and which of them can be while they are planned.

use clients::essentials::Settings;
use framework::attr::{Attr, AttributeType as _};
use framework::diagnostic::Diagnostic;
use framework::path::Path;
use framework::resource::Planned;
use framework::value::Value;

use super::AzureSync;
use super::model::SyncModel;
use super::planning::drops_an_exemption;
use super::settings::{self, settings};

/// Whether a change starts or widens syncing, or lets it at people that it left alone.
pub(super) fn is_due(planned: &Planned<AzureSync>, present: Option<&Settings>, wanted: &Settings) -> bool {
    wanted.sync_frequency > 0 && (widens(planned, present, wanted) || drops_an_exemption(planned))
}

/// The same for a change of exemptions alone. What is shown may be late with what was sent last: something runs where either
/// says so.
pub(super) fn is_due_to_exemptions(
    planned: &Planned<AzureSync>,
    present: Option<&Settings>,
    wanted: &Settings,
) -> bool {
    let runs = |settings: &Settings| settings.sync_frequency > 0;
    drops_an_exemption(planned) && (runs(wanted) || present.is_some_and(runs))
}

/// Whether a change starts or widens syncing: by what Proofpoint shows, or by what it was sent last, with which that may be
/// late. A creation was never judged, and what it finds may have been deleted a moment ago.
pub(super) fn widens(planned: &Planned<AzureSync>, present: Option<&Settings>, wanted: &Settings) -> bool {
    let sent = planned.prior.as_ref().map(|prior| settings(prior, None));
    settings::widens(present, wanted) || settings::widens(sent.as_ref(), wanted)
}

/// What to say where a plan cannot be judged yet, since it does not know what a run would be told to do.
pub(super) fn undecided(planned: &Planned<AzureSync>) -> Option<Diagnostic> {
    let unknown: Vec<String> = decisive(&planned.model, &planned.config.tenant_id)
        .into_iter()
        .filter(|(_, value)| !value.is_wholly_known())
        .map(|(path, _)| format!("`{path}`"))
        .collect();
    (!unknown.is_empty()).then(|| {
        Diagnostic::warning(
            "Not judged yet: what the sync will do to people",
            format!(
                "Not known before the apply: {}. The apply looks at what a run would do before it writes anything, and fails \
                 above `max_removals`; the rows are not shown then.",
                unknown.join(", ")
            ),
        )
    })
}

/// What the judgement of a run depends on. A new argument does not compile before somebody has decided whether it is one.
fn decisive(model: &SyncModel, tenant_id: &Attr<String>) -> [(Path, Value); 9] {
    let SyncModel {
        default_role,
        frequency,
        what,
        users,
        groups,
        exemptions,
        max_removals,
        sync_version,
        // An unknown one that nobody configured is the provider's own: the configuration tells.
        tenant_id: _,
        // The organization is asked for by its domain, which core knows whenever it lets the plan be checked.
        id: _,
        organization: _,
        domain: _,
        // Who signs in, with what, and what people may do in the console, changes nothing that a run does to accounts; which
        // directory it reads follows from the tenant.
        primary_domain: _,
        client_id: _,
        allow_microsoft_login: _,
        managed_client_secret: _,
        client_secret: _,
        client_secret_wo: _,
        client_secret_wo_version: _,
        wait_for_sync: _,
        wait_for_routing: _,
        timeouts: _,
        key_id: _,
        key_hint: _,
        key_end_date: _,
        superseded_key_ids: _,
        rotation_reason: _,
        secret_expiry: _,
        routing_ready_at: _,
    } = model;
    [
        (SyncModel::tenant_id(), tenant_id.write()),
        (SyncModel::default_role(), default_role.write()),
        (SyncModel::frequency(), frequency.write()),
        (SyncModel::what(), what.write()),
        (SyncModel::users(), users.write()),
        (SyncModel::groups(), groups.write()),
        (SyncModel::exemptions(), exemptions.write()),
        (SyncModel::max_removals(), max_removals.write()),
        (SyncModel::sync_version(), sync_version.write()),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn planned(before: &[&str], after: Attr<BTreeSet<String>>) -> Planned<AzureSync> {
        let listed: BTreeSet<String> = before.iter().map(|one| (*one).to_owned()).collect();
        let prior = SyncModel { exemptions: listed.into(), ..SyncModel::default() };
        let model = SyncModel { exemptions: after, ..SyncModel::default() };
        Planned { prior: Some(prior), config: model.clone(), model, private: super::super::Facts::default() }
    }

    #[test]
    fn taking_an_exemption_away_is_judged_where_something_runs() {
        let running = settings(&SyncModel::default(), None);
        let idle = Settings { sync_frequency: 0, ..running.clone() };
        assert!(running.sync_frequency > 0);
        let due = |planned: &Planned<AzureSync>, wanted: &Settings| is_due(planned, Some(&running), wanted);
        let dropped = planned(&["scanner@contoso.com"], BTreeSet::new().into());
        assert!(due(&dropped, &running) && !due(&dropped, &idle));
        let unknown = planned(&["scanner@contoso.com"], Attr::Unknown);
        assert!(due(&unknown, &running) && !due(&unknown, &idle));
        let let_go = planned(&["scanner@contoso.com"], Attr::Null);
        assert!(!due(&let_go, &running), "they stay as they are");
        let added = planned(&[], BTreeSet::from(["scanner@contoso.com".to_owned()]).into());
        assert!(!due(&added, &running));
    }

    #[test]
    fn exemptions_alone_are_judged_where_one_goes_and_something_runs_or_may_still_run() {
        let running = settings(&SyncModel::default(), None);
        let idle = Settings { sync_frequency: 0, ..running.clone() };
        let dropped = planned(&["scanner@contoso.com"], BTreeSet::new().into());
        let kept =
            planned(&["scanner@contoso.com"], BTreeSet::from(["scanner@contoso.com".to_owned()]).into());
        for (present, wanted, due) in [
            (Some(&running), &running, true),
            (Some(&running), &idle, true),
            (Some(&idle), &running, true),
            (None, &running, true),
            (Some(&idle), &idle, false),
            (None, &idle, false),
        ] {
            assert_eq!(is_due_to_exemptions(&dropped, present, wanted), due, "{present:?} {wanted:?}");
            assert!(!is_due_to_exemptions(&kept, present, wanted));
        }
    }
}
