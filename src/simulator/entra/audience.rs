//! Whom tokens are for.

use crate::directory::resources::microsoft_graph;

/// The audience of Graph's tokens.
pub(crate) const GRAPH: &str = "https://graph.microsoft.com";

/// Whether a resource or an audience is Graph under another name.
pub(super) fn is_own_graph(resource: &str) -> bool {
    resource == GRAPH || resource == microsoft_graph().app_id || is_loopback(resource)
}

/// A simulator that is reached by another of its names is still the same Graph.
fn is_loopback(resource: &str) -> bool {
    url::Url::parse(resource).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    })
}
