//! Which organizations are looked at.

use std::collections::BTreeMap;

use super::Desk;
use super::held::told;
use crate::provider_block::Failure;
use clients::essentials::Customer;
use framework::diagnostic::{Diagnostic, Diagnostics};

/// Whom the search is about.
pub(super) struct Customers {
    /// The domains to look at, in order.
    pub(super) domains: Vec<String>,
    /// Primary domain of the organization of the account that signs in.
    pub(super) home: String,
    /// The organizations below that one, by primary domain; why they can't be listed otherwise.
    pub(super) children: Result<BTreeMap<String, Customer>, String>,
}

impl Customers {
    /// Whether a domain is that by which its organization is known.
    pub(super) fn knows(&self, domain: &str) -> bool {
        domain == self.home || self.children.as_ref().is_ok_and(|children| children.contains_key(domain))
    }

    /// The organizations of these domains, or all that the account's organization and those below it are.
    pub(super) async fn find(desk: &Desk, named: Option<Vec<String>>) -> Result<Self, Diagnostics> {
        let context = desk.context()?;
        let call = context.clients.call(&context);
        let partner = context.clients.essentials()?.partner(&call, None).await.map_err(Failure::from)?;
        let home = partner.domain().to_owned();
        let children = partner.children(&call).await.map_err(|error| Diagnostics::from(Failure::from(error)));
        let children = children.map(|listed| {
            listed.into_iter().map(|one| (one.primary_domain.clone(), one)).collect::<BTreeMap<_, _>>()
        });
        let domains = match (named, &children) {
            (Some(named), _) => named,
            (None, Ok(children)) => {
                let mut domains: Vec<String> = children.keys().cloned().collect();
                domains.push(home.clone());
                domains.sort();
                domains.dedup();
                domains
            }
            (None, Err(refused)) => {
                let mut told = refused.clone();
                told.push(Diagnostic::error(
                    format!("The organizations below `{home}` are not known"),
                    "Name the domains to look at: `--domains FILE`.",
                ));
                return Err(told);
            }
        };
        Ok(Self { domains, home, children: children.map_err(told) })
    }
}
