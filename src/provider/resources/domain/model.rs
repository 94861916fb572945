//! What a user may write in a `proofpoint_domain` block and what it answers with.

use framework::attr::Attr;
use framework::model;
use framework::timeouts::Timeouts;
use framework::validators::{domain_name, each, server};
use framework::value::Value;

use crate::resources::on_destroy::OnDestroy;

model! {
    /// A domain of an organization of Proofpoint Essentials, and where its mail goes.
    ///
    /// A domain that the organization has already is taken over: plan and apply say so with a warning. So the primary domain,
    /// which comes into being with the organization, can be managed as well; of it nothing is said where nothing changes.
    ///
    /// A new domain has to be verified: publish `txt_value` in its DNS, then let
    /// [`proofpoint_domain_verification`](domain_verification.md) ask Proofpoint to look. Whether a domain *is* verified is
    /// shown by no API. If a stack keeps a domain inactive until then, the plan shows `active` as a change until it is.
    ///
    /// A plan that ends the mail of a domain, or sends it to another server, says so with a warning.
    ///
    /// Destroying the resource leaves the domain as it is unless `on_destroy` says otherwise: with it, mail to the domain would
    /// end.
    pub struct DomainModel {
        /// Path of the domain, `/orgs/{organization}/domains/{name}`.
        id: Attr<String> => computed().use_state_for_unknown(),

        /// A domain of the organization, in lower case: the primary one, which stays. Another organization is another domain.
        organization: Attr<String> => required().requires_replace().validate(domain_name()),

        /// Its name, in lower case. Another name is another domain.
        name: Attr<String> => required().requires_replace().validate(domain_name()),

        /// Whether mail to it is passed on to `destination`. Defaults to true.
        relay: Attr<bool> => optional().computed().default_value(true),

        /// Whether mail to it is taken. Defaults to true; where `relay` is false, to false, since Proofpoint has no active
        /// domain that does not relay.
        active: Attr<bool> => optional().computed().default_value(true),

        /// The server that mail is passed on to, such as `contoso-com.mail.protection.outlook.com`: a full host name,
        /// or an IPv4 or IPv6 address. Its case makes no difference. Left out, what there is stays.
        destination: Attr<String> =>
            optional().computed().use_state_for_unknown().same_if(same_servers).validate(server()),

        /// Servers that are tried when that one is not reached, in order: host names or addresses as well. Left out, what there
        /// is stays.
        failovers: Attr<Vec<String>> =>
            optional().computed().use_state_for_unknown().same_if(same_servers).validate(each(server())),

        /// What destroying the resource does: `keep` (the default) leaves the domain as it is, `deactivate` leaves it without
        /// taking its mail, `delete` removes it from the organization. The primary domain can't be deleted.
        on_destroy: Attr<OnDestroy> => optional().computed().default_value(OnDestroy::default()),

        /// The code that verifies the domain, as the value of a TXT record in its DNS.
        txt_value: Attr<String> => computed().use_state_for_unknown(),

        /// Name of the TXT record: the domain itself. Proofpoint does not publish it, so this is a guess; the console tells it
        /// beside the code.
        txt_name: Attr<String> => computed().use_state_for_unknown(),

        /// The code for those who verify by a META tag on the domain's start page rather than in the DNS. What the tag is called
        /// is not published: the console shows the whole tag.
        meta_tag: Attr<String> => computed().use_state_for_unknown(),

        /// How long each operation may take.
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

/// Names of servers are compared without regard to case.
fn same_servers(a: &Value, b: &Value) -> bool {
    let lower = |value: &Value| -> Option<Vec<String>> {
        match value.as_elements() {
            Some(all) => all.iter().map(|one| Some(one.as_str()?.to_lowercase())).collect(),
            None => Some(vec![value.as_str()?.to_lowercase()]),
        }
    };
    lower(a).is_some_and(|servers| Some(servers) == lower(b))
}

model! {
    /// What identifies a domain.
    pub struct DomainIdentity {
        /// A domain of the organization, the primary one.
        organization: Attr<String> => required_for_import(),
        /// Name of the domain.
        name: Attr<String> => required_for_import(),
    }
}
