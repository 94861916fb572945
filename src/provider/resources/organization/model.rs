//! What a user may write in a `proofpoint_organization` block and what it answers with.

use framework::attr::Attr;
use framework::model;
use framework::or_other::OrOther;
use framework::timeouts::Timeouts;
use framework::validators::{domain_name, each, length, range, server};
use framework::value::Value;
use framework::words;

use crate::preview::is_address;
use crate::resources::on_destroy::OnDestroy;

words! {
    /// What an organization pays for.
    pub enum Package {
        /// The smallest.
        Beginner = "beginner",
        /// Business.
        Business = "business",
        /// Business with more.
        BusinessPlus = "business_plus",
        /// Advanced.
        Advanced = "advanced",
        /// Advanced with more.
        AdvancedPlus = "advanced_plus",
        /// Professional.
        Professional = "professional",
        /// Everything.
        ProfessionalPlus = "professional_plus",
    }
}

model! {
    /// An organization of Proofpoint Essentials: a customer of the partner whose administrator the provider signs in as.
    ///
    /// Proofpoint's API changes three things of an organization: whether it is active, its licences and its package. Another
    /// value of anything else is refused by the plan, and never replaces the organization: change it in the console, then
    /// here. `trial`, `admin_user` and `domain` are sent when it is made and not read; further domains are
    /// [`proofpoint_domain`](domain.md).
    ///
    /// An organization that the partner has already is taken over: plan and apply say so with a warning, and refuse where what
    /// can't be changed differs.
    ///
    /// Destroying the resource leaves the organization as it is unless `on_destroy` says otherwise: deleting it ends the
    /// filtering of its mail, for all its people at once.
    pub struct OrganizationModel {
        /// Path of the organization, `/orgs/{primary domain}`.
        id: Attr<String> => computed().use_state_for_unknown(),

        /// The domain by which it is known, in lower case. It can't be changed.
        primary_domain: Attr<String> => required().validate(domain_name()),

        /// Its name. It can't be changed here.
        name: Attr<String> => required().validate(length(1, 255)),

        /// Primary domain of the partner that it belongs to, in lower case. Defaults to the organization of the account that
        /// the provider signs in with. It can't be changed.
        parent: Attr<String> => optional().computed().use_state_for_unknown().validate(domain_name()),

        /// Number of licences. What they cost is between you and Proofpoint.
        user_licenses: Attr<i64> => required().validate(range(1, 10_000_000)),

        /// Package: `beginner`, `business`, `business_plus`, `advanced`, `advanced_plus`, `professional` or
        /// `professional_plus`. Needs `eula_confirmed`. Left out, what Proofpoint gives stays.
        licensing_package: Attr<OrOther<Package>> => optional().computed().use_state_for_unknown(),

        /// Says that you have accepted Proofpoint's end user licence agreement, without which no package is chosen.
        eula_confirmed: Attr<bool> => optional(),

        /// Starts it as a trial. Sent when it is made; the end of a trial is the console's affair.
        trial: Attr<bool> => optional(),

        /// Whether it is active. Defaults to true.
        active: Attr<bool> => optional().computed().default_value(true),

        /// Its first administrator. Sent when it is made, and needed then.
        admin_user: Attr<AdminUser> => optional(),

        /// Where the mail of its primary domain goes. Sent when it is made; later, the domain can be managed as
        /// `proofpoint_domain`.
        domain: Attr<FirstDomain> => optional(),

        /// Web site. It can't be changed here.
        www: Attr<String> => detail(),
        /// Street and town. It can't be changed here.
        address: Attr<String> => detail(),
        /// Postal code. It can't be changed here.
        postcode: Attr<String> => detail(),
        /// State or province; needed in the United States and Canada. It can't be changed here.
        state: Attr<String> => detail(),
        /// Country, two capital letters. It can't be changed here.
        country: Attr<String> => detail().same_if(same_country).check(two_letters),
        /// Telephone number. It can't be changed here.
        phone: Attr<String> => detail(),
        /// What you call it in systems of your own. It can't be changed here.
        external_id: Attr<String> => detail(),

        /// What destroying the resource does: `keep` (the default) leaves the organization as it is, `deactivate` ends its
        /// service and keeps what it is, `delete` deletes it with all its domains, accounts and settings.
        on_destroy: Attr<OnDestroy> => optional().computed().default_value(OnDestroy::default()),

        /// Refuses to deactivate or delete the organization by destroying the resource while true. Defaults to true.
        deletion_protection: Attr<bool> => optional().computed().default_value(true),

        /// Its number, by which the console knows it.
        eid: Attr<i64> => computed().use_state_for_unknown(),

        /// How long each operation may take.
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

model! {
    /// An administrator.
    pub struct AdminUser {
        /// E-mail address, on the primary domain or elsewhere.
        email: Attr<String> => required().validate(length(3, 254)).check(address),
        /// First name.
        first_name: Attr<String> => optional(),
        /// Last name.
        last_name: Attr<String> => optional(),
    }
}

model! {
    /// The first domain.
    pub struct FirstDomain {
        /// The server that its mail is passed on to: a full host name, or an IPv4 or IPv6 address.
        destination: Attr<String> => optional().validate(server()),
        /// Servers that are tried when that one is not reached, in order: host names or addresses as well.
        failovers: Attr<Vec<String>> => optional().validate(each(server())),
        /// Whether its mail is passed on; true where nothing is said.
        relay: Attr<bool> => optional(),
        /// Whether its mail is taken; as `relay` where nothing is said.
        active: Attr<bool> => optional(),
    }
}

/// What is told of a customer and can't be changed.
fn detail() -> framework::schema::rules::Rules {
    use framework::schema::rules::optional;
    optional().computed().use_state_for_unknown().validate(length(1, 255))
}

fn same_country(a: &Value, b: &Value) -> bool {
    a.as_str().zip(b.as_str()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn address(email: &str) -> Result<(), String> {
    if is_address(&email.to_lowercase()) {
        Ok(())
    } else {
        Err(format!("`{email}` is not an e-mail address"))
    }
}

pub(super) fn two_letters(country: &str) -> Result<(), String> {
    let fits = country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase());
    if fits { Ok(()) } else { Err("Two capital letters are required, such as `DE` (ISO 3166-1).".to_owned()) }
}

model! {
    /// What identifies an organization.
    pub struct OrganizationIdentity {
        /// The domain by which it is known.
        primary_domain: Attr<String> => required_for_import(),
    }
}
