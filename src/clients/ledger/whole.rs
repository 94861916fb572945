//! The ledger with all that it says, for pages and tests.

use super::{Entry, parse};

/// The files, in the order in which a page shows them.
const FILES: [&str; 3] =
    [include_str!("graph.ledger"), include_str!("essentials.ledger"), include_str!("sign-in.ledger")];

/// All entries, with what each of their lines rests on.
pub fn whole() -> Vec<Entry> {
    FILES.into_iter().flat_map(parse::entries).collect()
}
