//! Hidden tags of a service principal: which resource its consent belongs to, and what that one gave.
//!
//! Core tells the half of a replacement that destroys first nothing but the state, so that what was given has to stand
//! where the consent is. Who may not write principals goes without: then only private state knows, and this process itself.

use super::effective::Names;
use clients::graph::{self, Graph, Mark, ServicePrincipal, ServicePrincipalChange, owner_in};
use clients::http::Call;

/// The resource that gave the consent or took it over last.
const OWNER: &str = "terraform-provider-proofpoint:consent:";
/// A permission that it gave, one of each kind.
const DELEGATED: &str = "terraform-provider-proofpoint:gave:delegated:";
const APPLICATION: &str = "terraform-provider-proofpoint:gave:application:";

fn is_mark(tag: &str) -> bool {
    [OWNER, DELEGATED, APPLICATION].iter().any(|prefix| tag.starts_with(prefix))
}

/// Whose consent a principal bears.
pub(super) fn owner(principal: &ServicePrincipal) -> Option<&str> {
    owner_in(&principal.tags, OWNER)
}

/// Whether another resource than this one has taken the consent over.
pub(super) fn is_succeeded(
    graph: &Graph,
    principal: &ServicePrincipal,
    owner: Option<&str>,
    before: Option<&str>,
) -> bool {
    let mark = Mark { prefix: OWNER, owner, before };
    graph.is_taken_over(&principal.object_id, owner) || mark.is_succeeded(&principal.tags)
}

/// What the marks say was given.
pub(super) fn given(principal: &ServicePrincipal) -> Names {
    let marked = |prefix: &str| {
        principal.tags.iter().filter_map(|tag| tag.strip_prefix(prefix)).map(str::to_owned).collect()
    };
    Names { delegated: marked(DELEGATED), application: marked(APPLICATION) }
}

/// Writes the marks of an owner, or takes all marks off. A principal that bears them already is left alone.
pub(super) async fn write(
    graph: &Graph,
    call: &Call,
    principal: &ServicePrincipal,
    owner: Option<&str>,
    given: &Names,
) -> Result<(), graph::Error> {
    let marks = |prefix: &str, names: &std::collections::BTreeSet<String>| {
        names.iter().map(|name| format!("{prefix}{name}")).collect::<Vec<_>>()
    };
    let wanted: Vec<String> = owner
        .map(|owner| format!("{OWNER}{owner}"))
        .into_iter()
        .chain(marks(DELEGATED, &given.delegated))
        .chain(marks(APPLICATION, &given.application))
        .collect();
    let (present, others): (Vec<&String>, Vec<&String>) = principal.tags.iter().partition(|tag| is_mark(tag));
    if present.len() == wanted.len() && wanted.iter().all(|mark| present.contains(&mark)) {
        return Ok(());
    }
    let written = async {
        let snapshot = graph.snapshot(call, &principal.client_id).await?;
        // Reads show the application's tags as well, which are its own to change.
        let inherited = snapshot.application.as_ref().map(|found| found.tags.as_slice()).unwrap_or_default();
        let others = others.into_iter().filter(|tag| !inherited.contains(tag)).cloned();
        let change = ServicePrincipalChange {
            tags: Some(others.chain(wanted).collect()),
            ..ServicePrincipalChange::default()
        };
        graph.service_principals().update(call, &principal.object_id, &change).await
    };
    match written.await {
        Err(error) if !error.is_forbidden() && !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}
