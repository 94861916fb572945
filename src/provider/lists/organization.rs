//! `list "proofpoint_organization"`: a partner's customers.

use crate::provider_block::{Failure, Session};
use crate::resources::organization::{OrganizationIdentity, OrganizationResource, listed};
use framework::attr::Attr;
use framework::context::Context;
use framework::description::Description;
use framework::list::{Find, Finds, ListResource, Query};
use framework::model;
use framework::validators::domain_name;

/// The list.
pub(crate) struct OrganizationList;

model! {
    /// Finds the organizations directly below a partner, so that they can be imported.
    pub struct OrganizationListModel {
        /// Primary domain of the partner. Defaults to the organization of the signed-in Proofpoint account.
        parent: Attr<String> => optional().validate(domain_name()),
    }
}

impl ListResource for OrganizationList {
    type Resource = OrganizationResource;
    type Config = OrganizationListModel;
    type Error = Failure;

    fn describe(&self) -> Description {
        Description::new("organization")
    }

    async fn list(
        &self,
        ctx: &Context<Session>,
        query: Query<OrganizationListModel>,
        finds: &mut Finds<OrganizationResource>,
    ) -> Result<(), Failure> {
        let (essentials, call) = (ctx.clients.essentials()?, ctx.clients.call(ctx));
        let parent = essentials.partner(&call, query.config.parent.known().map(String::as_str)).await?;
        for customer in parent.children(&call).await? {
            let identity = OrganizationIdentity { primary_domain: customer.primary_domain.as_str().into() };
            let name = if customer.name.is_empty() { &customer.primary_domain } else { &customer.name };
            if !finds.push(Find::new(name, identity).object(listed(&customer, parent.domain()))).await {
                break;
            }
        }
        Ok(())
    }
}
