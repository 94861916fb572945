//! `proofpoint_azure_sync_preview`: the report, before anything runs.

mod model;

use std::collections::{BTreeMap, BTreeSet};

use crate::preview::{self, Wanted};
use crate::provider_block::{At as _, Failure, PreviewIntention, Session};
use clients::essentials::Organization;
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::Diagnostics;
use sync_report::{Actions, Disagreement, Estimate, Exemptions, Reach, Report, Switches, What};

use model::{AllowedActions, PreviewModel, WhatToSync};

/// The data source.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureSyncPreviewSource;

/// How many rows of a section are shown where the user does not say.
const DETAIL_LIMIT: i64 = 100;

impl DataSource for AzureSyncPreviewSource {
    type Model = PreviewModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("azure_sync_preview")
    }

    fn subject(&self, config: &PreviewModel) -> Option<String> {
        config.domain.known().cloned()
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: PreviewModel,
        _diagnostics: &mut Diagnostics,
    ) -> Result<PreviewModel, Failure> {
        let session = &ctx.clients;
        let call = session.call(ctx);
        let graph = session.graph(&call, config.tenant_id.known().map(String::as_str)).await?;
        let account = session.essentials()?;
        let directory = preview::begin(&call, &graph);
        let organization =
            account.organization(&call, config.domain.text()).await.at(PreviewModel::domain())?;
        let wanted = wanted(&call, &organization, &config).await?;
        let input = preview::finish(directory, &call, &organization, wanted).await?;
        let estimate = Estimate::of(&input);
        let detail_limit = usize::try_from(config.detail_limit.unwrap_or(DETAIL_LIMIT)).unwrap_or(usize::MAX);
        let report = Report { domain: config.domain.text().to_owned(), ..estimate.report(detail_limit) };
        let reach =
            if config.functional_accounts.unwrap_or(true) { Reach::Everything } else { Reach::UsersOnly };
        let changes: BTreeMap<String, String> =
            estimate.changes(reach).map(|change| (change.address.clone(), change.line())).collect();
        let left = estimate.left(reach);
        let intention = PreviewIntention {
            switches: input.switches,
            named: named(&config),
            exemptions: config.exemptions.known().cloned(),
            version: input.version,
            changes: changes.clone(),
            left: left.clone(),
            unmatched: report.unmatched.clone(),
        };
        session.intentions().keep_preview(config.domain.text(), intention);
        Ok(PreviewModel {
            report: Attr::Known((&report).into()),
            changes: Attr::Known(changes),
            left: Attr::Known(left),
            ..config
        })
    }
}

/// Settings, exemptions and version: as named, else as the organization has them now, else the defaults.
async fn wanted(call: &Call, organization: &Organization, config: &PreviewModel) -> Result<Wanted, Failure> {
    let live = organization.settings(call).await?;
    let live = live.as_ref().map(preview::shown_switches).unwrap_or_default();
    let exemptions = config.exemptions.known();
    Ok(Wanted {
        switches: named_over(config, live),
        exemptions: exemptions.map(|addresses| Exemptions::new(addresses.iter().map(String::as_str))),
        version: config.sync_version.unwrap_or_default().into(),
    })
}

fn named_over(config: &PreviewModel, live: Switches) -> Switches {
    Switches {
        default_role: config.default_role.known().map_or(live.default_role, |role| role.0),
        what: config.what.known().map_or(live.what, |what| what_over(what, live.what)),
        users: config.users.known().map_or(live.users, |users| actions_over(users, live.users)),
        groups: config.groups.known().map_or(live.groups, |groups| actions_over(groups, live.groups)),
    }
}

/// The switches that a configuration names itself.
fn named(config: &PreviewModel) -> BTreeSet<&'static str> {
    let mut named = BTreeSet::new();
    let mut note = |name, flag: &Attr<bool>| {
        if flag.is_known() {
            named.insert(name);
        }
    };
    if let Some(WhatToSync { active_users, distribution_groups, security_groups }) = config.what.known() {
        note("what.active_users", active_users);
        note("what.distribution_groups", distribution_groups);
        note("what.security_groups", security_groups);
    }
    if let Some(AllowedActions { add, update, remove_deleted }) = config.users.known() {
        note("users.add", add);
        note("users.update", update);
        note("users.remove_deleted", remove_deleted);
    }
    if let Some(AllowedActions { add, update, remove_deleted }) = config.groups.known() {
        note("groups.add", add);
        note("groups.update", update);
        note("groups.remove_deleted", remove_deleted);
    }
    if config.default_role.is_known() {
        named.insert(Disagreement::DEFAULT_ROLE);
    }
    named
}

fn what_over(named: &WhatToSync, live: What) -> What {
    What {
        active_users: named.active_users.unwrap_or(live.active_users),
        distribution_groups: named.distribution_groups.unwrap_or(live.distribution_groups),
        security_groups: named.security_groups.unwrap_or(live.security_groups),
    }
}

fn actions_over(named: &AllowedActions, live: Actions) -> Actions {
    Actions {
        add: named.add.unwrap_or(live.add),
        update: named.update.unwrap_or(live.update),
        remove_deleted: named.remove_deleted.unwrap_or(live.remove_deleted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_report::Role;

    #[test]
    fn named_settings_go_before_the_live_ones_member_by_member() {
        let live = Switches {
            default_role: Role::SilentUser,
            users: Actions { add: false, update: false, remove_deleted: false },
            ..Switches::default()
        };
        let config = PreviewModel {
            users: Attr::Known(AllowedActions { remove_deleted: true.into(), ..AllowedActions::default() }),
            ..PreviewModel::default()
        };
        let switches = named_over(&config, live);
        assert_eq!(switches.users, Actions { add: false, update: false, remove_deleted: true });
        assert_eq!((switches.default_role, switches.what), (Role::SilentUser, live.what));
        let config = PreviewModel {
            default_role: preview::NewUserRole(Role::EndUser).into(),
            ..PreviewModel::default()
        };
        assert_eq!(named_over(&config, live).default_role, Role::EndUser);
    }

    #[test]
    fn the_page_tells_how_many_rows_are_shown() {
        use framework::model::Model as _;
        let schema = PreviewModel::schema();
        let told = &schema.attribute("detail_limit").unwrap().description;
        assert!(told.contains(&format!("Defaults to {DETAIL_LIMIT}.")), "{told}");
    }
}
