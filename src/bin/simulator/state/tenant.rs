//! One Entra tenant.

use crate::graph::groups::Group;
use crate::graph::users::User;
use crate::state::random::Random;
use crate::state::table::Table;

/// An application that can sign in, made at the start so that a test has somebody to be.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// An Entra tenant and what is in its directory.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// The default verified domain.
    pub(crate) domain: String,
    /// The domain the tenant was born with, `<name>.onmicrosoft.com`.
    pub(crate) initial_domain: String,
    /// May do everything that a real automation identity could be granted.
    pub(crate) automation: Identity,
    /// May read the directory and change nothing.
    pub(crate) reader: Identity,
    pub(crate) users: Table<User>,
    pub(crate) groups: Table<Group>,
    /// Soft-deleted users and groups, `deleted_date_time` set; purged 30 days later.
    pub(crate) deleted_users: Table<User>,
    pub(crate) deleted_groups: Table<Group>,
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
    /// The tenant number `index`, empty; all it has follows from the seed.
    pub(crate) fn new(index: usize, random: &mut Random) -> Self {
        let company = match COMPANIES.get(index) {
            Some(name) => (*name).to_owned(),
            None => format!("{}-{}", COMPANIES[index % COMPANIES.len()], index / COMPANIES.len() + 1),
        };
        let mut display_name = company.clone();
        if let Some(first) = display_name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self {
            id: random.guid(),
            display_name,
            domain: format!("{company}.com"),
            initial_domain: format!("{company}.onmicrosoft.com"),
            automation: Identity { client_id: random.guid(), client_secret: secret_text(random) },
            reader: Identity { client_id: random.guid(), client_secret: secret_text(random) },
            users: Table::default(),
            groups: Table::default(),
            deleted_users: Table::default(),
            deleted_groups: Table::default(),
        }
    }

    /// Whether `name` is the tenant's id or one of its verified domains.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        [&self.id, &self.domain, &self.initial_domain].into_iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// A client secret as Entra makes them today: `xxx8Q~` and 34 more characters.
pub(crate) fn secret_text(random: &mut Random) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    let start = random.text(3, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    format!("{start}8Q~{}", random.text(34, ALPHABET))
}
