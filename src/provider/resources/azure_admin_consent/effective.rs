//! The permissions of Microsoft Graph that are in effect for an application, by name, and the writes that change them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::model::ConsentModel;
use crate::provider_block::{At as _, Failure};
use clients::graph::{self, Graph, PermissionKind, Sight, Snapshot, Thing};
use clients::http::Call;
use framework::diagnostic::Diagnostics;
use framework::path::Path;

/// Permissions of both kinds, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) delegated: BTreeSet<String>,
    pub(super) application: BTreeSet<String>,
}

/// What is in effect: the delegated permissions granted for all people, and the application permissions assigned.
pub(super) type Effective = Names;

impl Names {
    /// Those that a configuration names.
    pub(super) fn of(model: &ConsentModel) -> Self {
        Self {
            delegated: model.delegated_permissions.unwrap_or_default(),
            application: model.application_permissions.unwrap_or_default(),
        }
    }

    /// Those of these that are not among others.
    pub(super) fn without(&self, others: &Self) -> Self {
        Self {
            delegated: self.delegated.difference(&others.delegated).cloned().collect(),
            application: self.application.difference(&others.application).cloned().collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.delegated.is_empty() && self.application.is_empty()
    }

    /// The ids of the application permissions. A name of either kind that Graph does not offer is refused with the nearest
    /// one.
    pub(super) async fn resolve(
        &self,
        graph: &Graph,
        call: &Call,
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut refused = Diagnostics::new();
        let mut ids = async |kind, names: &BTreeSet<String>, path: Path| {
            let resolved = graph.permissions().ids(call, kind, names).await?;
            Ok::<_, Failure>(resolved.unwrap_or_else(|unknown| {
                for permission in unknown {
                    refused.error_at(
                        path.clone(),
                        "Microsoft Graph has no such permission",
                        permission.to_string(),
                    );
                }
                BTreeMap::new()
            }))
        };
        ids(PermissionKind::Delegated, &self.delegated, ConsentModel::delegated_permissions()).await?;
        let roles =
            ids(PermissionKind::Application, &self.application, ConsentModel::application_permissions())
                .await?;
        if refused.has_errors() { Err(refused.into()) } else { Ok(roles) }
    }
}

impl Effective {
    /// What a snapshot shows. Delegated permissions are left out where they do not matter: a caller who may not read them
    /// can still take care of the others.
    pub(super) async fn in_snapshot(
        graph: &Graph,
        call: &Call,
        snapshot: &Snapshot,
        delegated_matter: bool,
    ) -> Result<Self, graph::Error> {
        let resource = match &snapshot.graph_principal_id {
            Some(id) => id.clone(),
            None => graph.permissions().graph_principal(call).await?,
        };
        let grants = if delegated_matter { snapshot.grants()? } else { &[] };
        let grants = grants.iter().filter(|grant| grant.is_for_all() && grant.resource_id == resource);
        let delegated = grants.flat_map(graph::Grant::scopes).collect();
        let mut application = BTreeSet::new();
        for held in snapshot.app_role_assignments()?.iter().filter(|held| held.resource_id == resource) {
            let name = graph.permissions().name(call, PermissionKind::Application, &held.app_role_id).await?;
            application.insert(name);
        }
        Ok(Self { delegated, application })
    }
}

/// Grants what is not in effect yet. Returns what was not there before.
pub(super) async fn grant(
    graph: &Graph,
    call: &Call,
    principal: &str,
    wanted: &Names,
) -> Result<Names, Failure> {
    let roles = wanted.resolve(graph, call).await?;
    let resource = graph.permissions().graph_principal(call).await?;
    let mut new = Names::default();
    if !wanted.delegated.is_empty() {
        let given = graph.grants().grant_delegated(call, principal, &resource, &wanted.delegated).await;
        new.delegated = given.at(ConsentModel::delegated_permissions())?;
    }
    for (name, role) in roles {
        let assigned = graph.app_role_assignments().assign(call, principal, &resource, &role).await;
        if assigned.at(ConsentModel::application_permissions())? {
            new.application.insert(name);
        }
    }
    Ok(new)
}

/// Takes permissions back, as far as they are there. What was given a moment ago may not be listed yet: `given` says when.
pub(super) async fn revoke(
    graph: &Graph,
    call: &Call,
    principal: &str,
    names: &Names,
    given: Option<Timestamp>,
) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    let resource = graph.permissions().graph_principal(call).await?;
    if !names.delegated.is_empty() {
        let look = || async {
            let taken = graph.grants().revoke_delegated(call, principal, &resource, &names.delegated).await?;
            let sight = if taken.is_empty() { Sight::Nothing } else { Sight::Whole };
            Ok((taken, sight))
        };
        let revoked = graph.look_since(call, given, Thing::Principal(principal), look).await;
        revoked.at(ConsentModel::delegated_permissions())?;
    }
    if names.application.is_empty() {
        return Ok(());
    }
    let taken = Mutex::new(BTreeSet::new());
    let look = || async {
        let held = match graph.app_role_assignments().of(call, principal).await {
            // The principal is late, or gone with all it held.
            Err(error) if error.is_not_found() => Vec::new(),
            listed => listed?,
        };
        for held in held {
            if held.resource_id != resource {
                continue;
            }
            let name = graph.permissions().name(call, PermissionKind::Application, &held.app_role_id).await?;
            if names.application.contains(&name) {
                // One that is listed and not there is known to one replica and not to another.
                if !graph.app_role_assignments().revoke(call, principal, &held.id).await? {
                    continue;
                }
                taken.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
            }
        }
        let taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let sight = if names.application.is_subset(&taken) {
            Sight::Whole
        } else if taken.is_empty() {
            Sight::Nothing
        } else {
            Sight::Part
        };
        Ok(((), sight))
    };
    let revoked = graph.look_since(call, given, Thing::Principal(principal), look).await;
    revoked.at(ConsentModel::application_permissions())
}
