//! `proofpoint_organization`: one organization as Proofpoint shows it.

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
pub(crate) struct OrganizationSource;

model! {
    /// An organization of Proofpoint Essentials: its package, its licences, its address and its domains. What the API of the
    /// stack does not show is null.
    pub struct OrganizationSourceModel {
        /// A domain of the organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),
        /// Path of the organization, `/orgs/{primary domain}`: what an import of the resource takes.
        id: Attr<String> => computed(),
        /// The domain by which it is known.
        primary_domain: Attr<String> => computed(),
        /// Its name.
        name: Attr<String> => computed(),
        /// Whether it is active.
        active: Attr<bool> => computed(),
        /// `organization` for a customer; `channel`, `strategic_partner` or `oem_partner`.
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
        /// Day of the renewal as Proofpoint spells it, such as `2027/01/15`.
        renewal: Attr<String> => computed(),
        /// E-mail address of its administrator, as far as one is shown.
        admin_email: Attr<String> => computed(),
        /// Names of its domains, in lower case.
        domains: Attr<BTreeSet<String>> => computed(),
        /// Web site.
        www: Attr<String> => computed(),
        /// Street and town.
        address: Attr<String> => computed(),
        /// Postal code.
        postcode: Attr<String> => computed(),
        /// State or province.
        state: Attr<String> => computed(),
        /// Country, two letters.
        country: Attr<String> => computed(),
        /// Telephone number.
        phone: Attr<String> => computed(),
        /// What the partner calls it in systems of its own.
        external_id: Attr<String> => computed(),
        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

impl DataSource for OrganizationSource {
    type Model = OrganizationSourceModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("organization")
    }

    fn subject(&self, config: &OrganizationSourceModel) -> Option<String> {
        config.domain.known().cloned()
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: OrganizationSourceModel,
        _: &mut Diagnostics,
    ) -> Result<OrganizationSourceModel, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let essentials = session.essentials()?;
        let read = async {
            let organization = essentials.organization(&call, config.domain.text()).await?;
            futures::try_join!(organization.details(&call), organization.domains(&call))
        };
        let (found, domains) = read.await.at(OrganizationSourceModel::domain())?;
        let Customer {
            primary_domain,
            name,
            is_active,
            kind,
            eid,
            licensing_package,
            is_on_trial,
            user_licenses,
            active_users,
            when_renewal,
            www,
            address,
            postcode,
            stateprov,
            country,
            phone,
            external_id,
            admin_user,
            domains: _,
        } = found;
        Ok(OrganizationSourceModel {
            domain: config.domain,
            id: ObjectPath::new(None, "orgs", &primary_domain).to_string().into(),
            primary_domain: primary_domain.into(),
            name: name.into(),
            active: is_active.into(),
            r#type: kind.into(),
            eid: eid.into(),
            licensing_package: licensing_package.into(),
            on_trial: is_on_trial.into(),
            user_licenses: user_licenses.into(),
            active_users: active_users.into(),
            renewal: when_renewal.into(),
            admin_email: admin_user.and_then(|admin| admin.primary_email).into(),
            domains: domains.into_iter().map(|domain| domain.name).collect(),
            www: www.into(),
            address: address.into(),
            postcode: postcode.into(),
            state: stateprov.into(),
            country: country.into(),
            phone: phone.into(),
            external_id: external_id.into(),
            timeouts: config.timeouts,
        })
    }
}
