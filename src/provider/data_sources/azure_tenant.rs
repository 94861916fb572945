//! `proofpoint_azure_tenant`: the Entra tenant and its verified domains.

use std::collections::BTreeSet;

use crate::provider_block::{Failure, Session};
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::Diagnostics;
use framework::model;
use framework::timeouts::ReadTimeouts;

/// The data source.
pub(crate) struct AzureTenantSource;

model! {
    /// An Entra tenant and its verified domains: which domains a sync of this tenant can serve.
    pub struct AzureTenantModel {
        /// Tenant to read, by id or by one of its domains. Defaults to the provider's `tenant_id`.
        tenant_id: Attr<String> => optional(),
        /// Id of the tenant, also where `tenant_id` names a domain.
        id: Attr<String> => computed(),
        /// Name of the tenant.
        display_name: Attr<String> => computed(),
        /// Verified domains in lower case, `*.onmicrosoft.com` included.
        verified_domains: Attr<BTreeSet<String>> => computed(),
        /// The first domain of the tenant, `*.onmicrosoft.com`.
        initial_domain: Attr<String> => computed(),
        /// The domain that new users get.
        default_domain: Attr<String> => computed(),
        /// Whether the tenant is itself synced from an on-premises directory.
        on_premises_sync_enabled: Attr<bool> => computed(),
        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

impl DataSource for AzureTenantSource {
    type Model = AzureTenantModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("azure_tenant")
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: AzureTenantModel,
        _: &mut Diagnostics,
    ) -> Result<AzureTenantModel, Failure> {
        let session = &ctx.clients;
        let call = session.call(ctx);
        let graph = session.graph(&call, config.tenant_id.known().map(String::as_str)).await?;
        let tenant = graph.tenant_details(&call).await?;
        Ok(AzureTenantModel {
            tenant_id: config.tenant_id,
            initial_domain: tenant.initial_domain().map(str::to_lowercase).into(),
            default_domain: tenant.default_domain().map(str::to_lowercase).into(),
            verified_domains: tenant
                .verified_domains
                .iter()
                .map(|domain| domain.name.to_lowercase())
                .collect(),
            on_premises_sync_enabled: tenant.on_premises_sync_enabled.unwrap_or_default().into(),
            display_name: tenant.display_name.into(),
            id: tenant.id.into(),
            timeouts: config.timeouts,
        })
    }
}
