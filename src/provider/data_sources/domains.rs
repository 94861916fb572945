//! `proofpoint_domains`: the domains of an organization.

use std::collections::BTreeSet;

use crate::provider_block::{At as _, Failure, Session};
use clients::essentials::Domain;
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::Diagnostics;
use framework::model;
use framework::timeouts::ReadTimeouts;
use framework::validators::domain_name;

/// The data source.
pub(crate) struct DomainsSource;

model! {
    /// The domains of an organization of Proofpoint Essentials and where their mail goes, by name. Whether a domain is
    /// verified is not among it: Proofpoint's API does not show it.
    pub struct DomainsModel {
        /// A domain of the organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),
        /// Only those that are active, or only those that are not.
        active: Attr<bool> => optional(),
        /// Only those that relay mail, or only those that do not.
        relay: Attr<bool> => optional(),
        /// Their names, in lower case, made for `for_each`.
        names: Attr<BTreeSet<String>> => computed(),
        /// The domains, by name.
        domains: Attr<Vec<ListedDomain>> => computed(),
        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

model! {
    /// One domain.
    pub struct ListedDomain {
        /// Its name, in lower case.
        name: Attr<String> => computed(),
        /// Whether mail to it is taken.
        active: Attr<bool> => computed(),
        /// Whether mail to it is passed on.
        relay: Attr<bool> => computed(),
        /// The server that its mail is passed on to.
        destination: Attr<String> => computed(),
        /// Servers that are tried when that one is not reached, in order.
        failovers: Attr<Vec<String>> => computed(),
    }
}

impl DataSource for DomainsSource {
    type Model = DomainsModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("domains")
    }

    fn subject(&self, config: &DomainsModel) -> Option<String> {
        config.domain.known().cloned()
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: DomainsModel,
        _: &mut Diagnostics,
    ) -> Result<DomainsModel, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let essentials = session.essentials()?;
        let read = async { essentials.organization(&call, config.domain.text()).await?.domains(&call).await };
        let mut domains = read.await.at(DomainsModel::domain())?;
        domains.retain(|one| {
            config.active.known().is_none_or(|active| one.is_active == *active)
                && config.relay.known().is_none_or(|relay| one.is_relay == *relay)
        });
        domains.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(DomainsModel {
            names: domains.iter().map(|one| one.name.clone()).collect(),
            domains: Attr::Known(domains.into_iter().map(listed).collect()),
            ..config
        })
    }
}

fn listed(Domain { name, is_active, is_relay, destination, failovers }: Domain) -> ListedDomain {
    ListedDomain {
        name: name.into(),
        active: is_active.into(),
        relay: is_relay.into(),
        destination: Some(destination).filter(|server| !server.is_empty()).into(),
        failovers: failovers.into(),
    }
}
