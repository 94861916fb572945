//! `proofpoint_azure_sync`: how an organization synchronizes its people with Entra, as it is now.

use std::collections::BTreeSet;

use crate::provider_block::{At as _, Failure, ObjectPath, Session};
use clients::essentials::Shown;
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::model;
use framework::timeouts::ReadTimeouts;
use framework::validators::domain_name;

/// The data source.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureSyncSource;

model! {
    /// The settings by which Proofpoint Essentials synchronizes an organization's people with Microsoft Entra ID, and the
    /// addresses exempt from it, as they are now. The client secret is never shown.
    ///
    /// `last_successful_sync` changes by itself: in an output it makes every plan show a change.
    pub struct AzureSyncSourceModel {
        /// A domain of the Proofpoint Essentials organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),
        /// Path of the settings, `/orgs/{organization}/settings/azure`: what an import of the resource takes.
        id: Attr<String> => computed(),
        /// Primary domain of the Proofpoint Essentials organization, by which it is known.
        organization: Attr<String> => computed(),
        /// Primary domain of the Entra tenant.
        primary_domain: Attr<String> => computed(),
        /// Application (client) id that Proofpoint signs in with.
        client_id: Attr<String> => computed(),
        /// Role of the users that the sync creates: `end_user` or `silent_user`.
        default_role: Attr<String> => computed(),
        /// Hours between automatic runs; 0 for none.
        frequency: Attr<i64> => computed(),
        /// What is synchronized.
        what: Attr<Scope> => computed(),
        /// What a run may do to users.
        users: Attr<Allowed> => computed(),
        /// What a run may do to groups and functional accounts.
        groups: Attr<Allowed> => computed(),
        /// Whether people may sign in to the Proofpoint console with their Microsoft account.
        allow_microsoft_login: Attr<bool> => computed(),
        /// Addresses that the sync leaves alone, in lower case.
        exemptions: Attr<BTreeSet<String>> => computed(),
        /// End of the secret's life as Proofpoint spells it; null where the API of the stack does not show it.
        secret_expiry: Attr<String> => computed(),
        /// End of the last good run as Proofpoint spells it; null when there was none, or the API of the stack does not show
        /// it.
        last_successful_sync: Attr<String> => computed(),
        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

model! {
    /// What is synchronized.
    pub struct Scope {
        /// Licensed, active users.
        active_users: Attr<bool> => computed(),
        /// Distribution groups.
        distribution_groups: Attr<bool> => computed(),
        /// Mail-enabled security groups.
        security_groups: Attr<bool> => computed(),
    }
}

model! {
    /// What a run may do.
    pub struct Allowed {
        /// Create what is new in the directory.
        add: Attr<bool> => computed(),
        /// Update what came from an earlier run.
        update: Attr<bool> => computed(),
        /// Remove what is gone from the directory.
        remove_deleted: Attr<bool> => computed(),
    }
}

impl DataSource for AzureSyncSource {
    type Model = AzureSyncSourceModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("azure_sync")
    }

    fn subject(&self, config: &AzureSyncSourceModel) -> Option<String> {
        config.domain.known().cloned()
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: AzureSyncSourceModel,
        _: &mut Diagnostics,
    ) -> Result<AzureSyncSourceModel, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let domain = config.domain.text();
        let read = async {
            let organization =
                session.essentials()?.organization(&call, domain).await.at(AzureSyncSourceModel::domain())?;
            let Some(settings) = organization.settings(&call).await.at(AzureSyncSourceModel::domain())?
            else {
                return Err(none(domain).into());
            };
            let exemptions = organization.exemptions(&call).await.at(AzureSyncSourceModel::domain())?;
            let profile = organization.profile(&call).await.at(AzureSyncSourceModel::domain())?;
            Ok::<_, Failure>((settings, exemptions, profile.primary_domain.to_lowercase()))
        };
        let (settings, exemptions, organization) = read.await?;
        let mut model = shown(settings);
        model.id = ObjectPath::new(None, "orgs", &organization).part("settings/azure").to_string().into();
        model.organization = organization.into();
        model.exemptions = exemptions.into();
        Ok(AzureSyncSourceModel { domain: config.domain, timeouts: config.timeouts, ..model })
    }
}

fn none(domain: &str) -> Diagnostic {
    Diagnostic::error(
        "No sync is configured",
        format!(
            "The organization of `{domain}` does not synchronize with Entra. `proofpoint_azure_sync_health` reads organizations \
             whether they do or not."
        ),
    )
    .at(AzureSyncSourceModel::domain())
}

/// What a stack does not show is null.
fn shown(settings: Shown) -> AzureSyncSourceModel {
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
        secret_expiry,
        last_run,
    } = settings;
    AzureSyncSourceModel {
        last_successful_sync: last_run.at().map(str::to_owned).into(),
        primary_domain: primary_domain.into(),
        client_id: application_id.into(),
        default_role: default_user_role_name.into(),
        frequency: sync_frequency.into(),
        what: Attr::Known(Scope {
            active_users: sync_active_users.into(),
            distribution_groups: sync_distribution_groups.into(),
            security_groups: sync_security_groups.into(),
        }),
        users: Attr::Known(Allowed {
            add: add_users.into(),
            update: update_users.into(),
            remove_deleted: remove_deleted_users.into(),
        }),
        groups: Attr::Known(Allowed {
            add: add_groups.into(),
            update: update_groups.into(),
            remove_deleted: remove_deleted_groups.into(),
        }),
        allow_microsoft_login: disable_login.map(|disabled| !disabled).into(),
        secret_expiry: secret_expiry.into(),
        ..AzureSyncSourceModel::default()
    }
}
