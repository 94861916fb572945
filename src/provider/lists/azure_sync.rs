//! `list "proofpoint_azure_sync"`: the synchronizations of a partner's customers.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesOrdered;

use super::customers::customers;
use crate::provider_block::{Failure, Session};
use crate::resources::azure_sync::{AzureSync, SyncIdentity};
use clients::http::{Call, Places};
use framework::attr::Attr;
use framework::context::Context;
use framework::description::Description;
use framework::diagnostic::Diagnostics;
use framework::list::{Find, Finds, ListResource, Query};
use framework::model;
use framework::validators::{domain_name, each};

/// The list.
pub(crate) struct AzureSyncList;

/// Organizations that are looked at side by side.
const AT_A_TIME: usize = 8;

/// How long one of them holds up others that wait for their turn.
const PATIENCE: Duration = Duration::from_secs(15);

model! {
    /// Finds the organizations whose people Proofpoint Essentials synchronizes with Microsoft Entra ID, so that their settings
    /// can be imported.
    ///
    /// Without `domains` it looks at the organization of the signed-in Proofpoint account and at all organizations directly
    /// below it: a partner's customers. An organization that can't be looked at is left out with a warning.
    pub struct SyncListModel {
        /// Domains of the organizations to look at, in lower case.
        domains: Attr<BTreeSet<String>> => optional().validate(each(domain_name())),
    }
}

impl ListResource for AzureSyncList {
    type Resource = AzureSync;
    type Config = SyncListModel;
    type Error = Failure;

    fn describe(&self) -> Description {
        Description::new("azure_sync")
    }

    async fn list(
        &self,
        ctx: &Context<Session>,
        query: Query<SyncListModel>,
        finds: &mut Finds<AzureSync>,
    ) -> Result<(), Failure> {
        let call = ctx.clients.call(ctx);
        let domains = match query.config.domains {
            Attr::Known(domains) => domains.into_iter().collect(),
            _ => customers(&ctx.clients, &call).await?,
        };
        let (places, call) = (&Places::new(AT_A_TIME, PATIENCE), &call);
        let looks = domains.into_iter().map(|domain| {
            places.take(move || {
                Box::pin(async move {
                    let found = find(ctx, call, &domain, query.objects).await;
                    (domain, found)
                })
            })
        });
        let mut looks: FuturesOrdered<_> = looks.collect();
        while let Some((domain, found)) = looks.next().await {
            match found {
                Ok(Some(find)) => {
                    if !finds.push(find).await {
                        break;
                    }
                }
                Ok(None) => {}
                Err(failure) => left_out(&domain, failure, finds).await,
            }
        }
        Ok(())
    }
}

/// The synchronization of one organization, if it has one.
async fn find(
    ctx: &Context<Session>,
    call: &Call,
    domain: &str,
    objects: bool,
) -> Result<Option<Find<AzureSync>>, Failure> {
    if objects {
        // The read of the whole object asks for the primary domain by itself.
        let identity = SyncIdentity { organization: domain.into() };
        let found = Find::new(domain, identity).imported(&AzureSync, ctx, objects).await?;
        return Ok(found.map(|found| found.named_by(|model| model.organization.text())));
    }
    let organization = ctx.clients.essentials()?.organization(call, domain).await?;
    if organization.settings(call).await?.is_none() {
        return Ok(None);
    }
    let primary = organization.profile(call).await?.primary_domain.to_lowercase();
    let identity = SyncIdentity { organization: primary.as_str().into() };
    Ok(Some(Find::new(primary, identity)))
}

async fn left_out(domain: &str, failure: Failure, finds: &mut Finds<AzureSync>) {
    let why = Diagnostics::from(failure);
    let why: Vec<String> = why.iter().map(|one| format!("{}: {}", one.summary, one.detail)).collect();
    finds.warn(format!("{domain} can't be looked at"), why.join("\n\n")).await;
}
