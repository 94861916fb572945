//! One Entra tenant.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::directory::application::Application;
use crate::directory::domain::Domain;
use crate::directory::grant::Grant;
use crate::directory::group::Group;
use crate::directory::policies::Policies;
use crate::directory::role_assignment::AppRoleAssignment;
use crate::directory::service_principal::ServicePrincipal;
use crate::directory::user::User;
use crate::state::random::Random;
use crate::state::table::Table;

/// An application that can sign in, made at the start so that a test has somebody to be.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// An Entra tenant and what is in its directory.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// The default verified domain.
    pub(crate) domain: String,
    /// In Graph's own shape; the first is the default one, the second `<name>.onmicrosoft.com`.
    pub(crate) domains: Vec<Domain>,
    /// May do everything that a real automation identity could be granted.
    pub(crate) automation: Identity,
    /// May read the directory and change nothing.
    pub(crate) reader: Identity,
    pub(crate) applications: Table<Application>,
    pub(crate) service_principals: Table<ServicePrincipal>,
    pub(crate) grants: Table<Grant>,
    pub(crate) app_role_assignments: Table<AppRoleAssignment>,
    pub(crate) users: Table<User>,
    pub(crate) groups: Table<Group>,
    /// Soft-deleted objects, their `deletedDateTime` set; purged 30 days later.
    pub(crate) deleted_applications: Table<Application>,
    pub(crate) deleted_service_principals: Table<ServicePrincipal>,
    pub(crate) deleted_users: Table<User>,
    pub(crate) deleted_groups: Table<Group>,
    pub(crate) policies: Policies,
    /// When each key signed in, by its id; the last times.
    pub(crate) sign_ins: BTreeMap<String, Vec<Timestamp>>,
}

/// Names Microsoft uses for invented companies.
const COMPANIES: [&str; 12] = [
    "contoso",
    "fabrikam",
    "adatum",
    "northwindtraders",
    "proseware",
    "litware",
    "tailspintoys",
    "wingtiptoys",
    "woodgrove",
    "lucerne",
    "margiestravel",
    "relecloud",
];

impl Tenant {
    /// The tenant number `index`, its directory empty; all it has follows from the seed.
    pub(crate) fn invented(index: usize, random: &mut Random) -> Self {
        let company = match COMPANIES.get(index) {
            Some(name) => (*name).to_owned(),
            None => format!("{}-{}", COMPANIES[index % COMPANIES.len()], index / COMPANIES.len() + 1),
        };
        let id = random.guid();
        Self::named(&id, &company, &format!("{company}.com"), random)
    }

    /// A tenant with a given id and default domain.
    pub(crate) fn named(id: &str, company: &str, domain: &str, random: &mut Random) -> Self {
        let mut display_name = company.to_owned();
        if let Some(first) = display_name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self {
            id: id.to_owned(),
            display_name,
            domain: domain.to_owned(),
            domains: vec![
                Domain::verified(domain, true, false),
                Domain::verified(&format!("{company}.onmicrosoft.com"), false, true),
            ],
            automation: Identity { client_id: random.guid(), client_secret: secret_text(random) },
            reader: Identity { client_id: random.guid(), client_secret: secret_text(random) },
            applications: Table::default(),
            service_principals: Table::default(),
            grants: Table::default(),
            app_role_assignments: Table::default(),
            users: Table::default(),
            groups: Table::default(),
            deleted_applications: Table::default(),
            deleted_service_principals: Table::default(),
            deleted_users: Table::default(),
            deleted_groups: Table::default(),
            policies: Policies::default(),
            sign_ins: BTreeMap::new(),
        }
    }

    /// Whether `name` is the tenant's id or one of its verified domains.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.id.eq_ignore_ascii_case(name)
            || self.domains.iter().any(|domain| domain.is_verified && domain.id.eq_ignore_ascii_case(name))
    }
}

/// A client secret as Entra makes them today: `xxx8Q~` and 34 more characters.
pub(crate) fn secret_text(random: &mut Random) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    let start = random.text(3, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    format!("{start}8Q~{}", random.text(34, ALPHABET))
}
