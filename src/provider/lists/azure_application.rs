//! `list "proofpoint_azure_application"`: the registrations of a tenant that could be the sync's.

use crate::provider_block::{Failure, Session};
use crate::resources::azure_application::{ApplicationIdentity, AzureApplication, is_ours};
use clients::graph::Application;
use framework::attr::Attr;
use framework::context::Context;
use framework::description::Description;
use framework::list::{Find, Finds, ListResource, Query};
use framework::model;
use framework::validators::{length, uuid};

/// The list.
pub(crate) struct AzureApplicationList;

model! {
    /// Finds the application registrations of a tenant that Proofpoint's sync may sign in with, so that they can be imported.
    ///
    /// Without an argument that says which, it finds those that this provider has made, that return sign-ins to a Proofpoint
    /// Essentials console, or that have `Proofpoint` in their name.
    pub struct ApplicationListModel {
        /// Tenant that is searched. Defaults to the provider's `tenant_id`.
        tenant_id: Attr<String> => optional().validate(uuid()),
        /// Finds every application whose display name begins so, in upper or lower case.
        display_name_prefix: Attr<String> => optional().validate(length(1, 256)),
        /// Finds only the application with this client id, such as the `client_id` of the data source
        /// [`proofpoint_azure_sync`](../data-sources/azure_sync.md).
        client_id: Attr<String> => optional().validate(uuid()),
    }
}

impl ListResource for AzureApplicationList {
    type Resource = AzureApplication;
    type Config = ApplicationListModel;
    type Error = Failure;

    fn describe(&self) -> Description {
        Description::new("azure_application")
    }

    async fn list(
        &self,
        ctx: &Context<Session>,
        query: Query<ApplicationListModel>,
        finds: &mut Finds<AzureApplication>,
    ) -> Result<(), Failure> {
        let call = ctx.clients.call(ctx);
        let ApplicationListModel { tenant_id, display_name_prefix, client_id } = query.config;
        let graph = ctx.clients.graph(&call, tenant_id.known().map(String::as_str)).await?;
        let mut found = match client_id.known() {
            Some(client_id) => {
                graph.applications().get_by_client_id(&call, client_id).await?.into_iter().collect()
            }
            None => graph.applications().all(&call).await?,
        };
        found.retain(|application| match (&display_name_prefix, &client_id) {
            (Attr::Known(prefix), _) => begins_with(&application.display_name, prefix),
            (_, Attr::Known(_)) => true,
            _ => is_candidate(application),
        });
        for application in found {
            let identity = ApplicationIdentity {
                tenant_id: graph.tenant().as_str().into(),
                object_id: application.object_id.as_str().into(),
            };
            let find = Find::new(application.display_name, identity);
            let Some(find) = find.imported(&AzureApplication, ctx, query.objects).await? else { continue };
            if !finds.push(find).await {
                break;
            }
        }
        Ok(())
    }
}

fn begins_with(name: &str, prefix: &str) -> bool {
    name.to_lowercase().starts_with(&prefix.to_lowercase())
}

/// Whether an application looks as if it were for the sync.
pub(crate) fn is_candidate(application: &Application) -> bool {
    let console = |address: &String| {
        url::Url::parse(address)
            .ok()
            .and_then(|address| address.host_str().map(str::to_owned))
            .is_some_and(|host| host == CONSOLES || host.ends_with(&format!(".{CONSOLES}")))
    };
    is_ours(application)
        || application.web.redirect_uris.iter().any(console)
        || application.display_name.to_lowercase().contains("proofpoint")
}

/// Below it are the consoles of all stacks.
const CONSOLES: &str = "proofpointessentials.com";

#[cfg(test)]
mod tests {
    use super::*;

    fn application(display_name: &str, redirect: &str, tag: &str) -> Application {
        let document = serde_json::json!({
            "id": "o", "appId": "c", "displayName": display_name, "tags": [tag], "web": { "redirectUris": [redirect] },
        });
        serde_json::from_value(document).expect("an application")
    }

    #[test]
    fn what_looks_like_the_syncs_application_is_found_and_nothing_else() {
        let none = "https://example.com";
        for (name, redirect, tag) in [
            ("PROOFPOINT sync", none, "x"),
            ("Mail", "https://us1.proofpointessentials.com/index01.php", "x"),
            ("Mail", "https://EU1.ProofpointEssentials.com", "x"),
            ("Mail", none, "terraform-provider-proofpoint"),
        ] {
            assert!(is_candidate(&application(name, redirect, tag)), "{name} {redirect} {tag}");
        }
        for (name, redirect, tag) in [
            ("Mail", none, "terraform-provider"),
            ("Mail", "https://proofpointessentials.com.example.com", "x"),
            ("Mail", "https://notproofpointessentials.com", "x"),
            ("Proof point", "proofpointessentials.com", "x"),
        ] {
            assert!(!is_candidate(&application(name, redirect, tag)), "{name} {redirect} {tag}");
        }
    }

    #[test]
    fn a_name_is_compared_without_case() {
        assert!(begins_with("Proofpoint sync", "proofPOINT"));
        assert!(!begins_with("My Proofpoint sync", "proofpoint"));
    }
}
