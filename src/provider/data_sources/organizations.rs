//! `proofpoint_organizations`: a partner's customers.

use std::collections::BTreeSet;

use crate::provider_block::{At as _, Failure, ObjectPath, Session};
use clients::essentials::Customer;
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::Diagnostics;
use framework::model;
use framework::timeouts::ReadTimeouts;
use framework::validators::domain_name;

/// The data source.
pub(crate) struct OrganizationsSource;

model! {
    /// The customers of a partner: the organizations directly below it in Proofpoint Essentials, by domain.
    pub struct OrganizationsModel {
        /// A domain of the partner, in lower case. Defaults to the organization of the account that the provider signs in with.
        parent: Attr<String> => optional().validate(domain_name()),
        /// Only those that are active, or only those that are not.
        active: Attr<bool> => optional(),
        /// Only those of one type: `organization` for customers; `channel`, `strategic_partner` or `oem_partner` for partners.
        r#type: Attr<String> => optional(),
        /// Their primary domains, made for `for_each`.
        primary_domains: Attr<BTreeSet<String>> => computed(),
        /// The organizations, by primary domain.
        organizations: Attr<Vec<ListedOrganization>> => computed(),
        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

model! {
    /// One organization; what the API of the stack does not show is null.
    pub struct ListedOrganization {
        /// Path of the organization, `/orgs/{primary domain}`: what an import of the resource takes.
        id: Attr<String> => computed(),
        /// The domain by which it is known.
        primary_domain: Attr<String> => computed(),
        /// Its name.
        name: Attr<String> => computed(),
        /// Whether it is active.
        active: Attr<bool> => computed(),
        /// `organization` for a customer.
        r#type: Attr<String> => computed(),
        /// Its number, by which the console knows it.
        eid: Attr<i64> => computed(),
        /// Package, such as `advanced`.
        licensing_package: Attr<String> => computed(),
        /// Whether it is on trial.
        on_trial: Attr<bool> => computed(),
        /// Number of licences.
        user_licenses: Attr<i64> => computed(),
        /// Number of accounts that take one. It changes by itself.
        active_users: Attr<i64> => computed(),
        /// What the partner calls it in systems of its own.
        external_id: Attr<String> => computed(),
    }
}

impl DataSource for OrganizationsSource {
    type Model = OrganizationsModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("organizations")
    }

    fn subject(&self, config: &OrganizationsModel) -> Option<String> {
        config.parent.known().cloned()
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: OrganizationsModel,
        _: &mut Diagnostics,
    ) -> Result<OrganizationsModel, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let essentials = session.essentials()?;
        let read = async {
            let named = config.parent.known().map(String::as_str);
            essentials.partner(&call, named).await?.children(&call).await
        };
        let mut children = read.await.at(OrganizationsModel::parent())?;
        // One whose state is not shown is neither active nor inactive for certain.
        children.retain(|one| {
            config.active.known().is_none_or(|active| one.is_active == Some(*active))
                && config.r#type.known().is_none_or(|kind| one.kind.as_ref() == Some(kind))
        });
        Ok(OrganizationsModel {
            primary_domains: children.iter().map(|one| one.primary_domain.clone()).collect(),
            organizations: Attr::Known(children.into_iter().map(listed).collect()),
            ..config
        })
    }
}

fn listed(one: Customer) -> ListedOrganization {
    ListedOrganization {
        id: ObjectPath::new(None, "orgs", &one.primary_domain).to_string().into(),
        primary_domain: one.primary_domain.into(),
        name: one.name.into(),
        active: one.is_active.into(),
        r#type: one.kind.into(),
        eid: one.eid.into(),
        licensing_package: one.licensing_package.into(),
        on_trial: one.is_on_trial.into(),
        user_licenses: one.user_licenses.into(),
        active_users: one.active_users.into(),
        external_id: one.external_id.into(),
    }
}
