//! Whom a search over organizations looks at.

use crate::provider_block::{Failure, Session};
use clients::http::Call;

/// The primary domains of the signed-in account's organization and of all that are directly below it, each once, in order.
pub(crate) async fn customers(session: &Session, call: &Call) -> Result<Vec<String>, Failure> {
    let home = session.essentials()?.partner(call, None).await?;
    let children = home.children(call).await?;
    let mut domains: Vec<String> = children.into_iter().map(|child| child.primary_domain).collect();
    domains.push(home.domain().to_owned());
    domains.sort();
    domains.dedup();
    Ok(domains)
}
