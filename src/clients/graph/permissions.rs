//! Microsoft Graph's own permissions by name: the built-in table first, then the tenant's principal of Graph.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::OnceCell;

use super::ask::Ask;
use super::connection::Graph;
use super::error::Error;
use super::lenient;
use super::nearest::nearest;
use super::needs;
use super::permission_table::{GRAPH_CLIENT_ID, PermissionKind, names, permission_id, permission_name};
use crate::http::Call;

/// Names and ids of permissions.
#[derive(Debug, Clone, Copy)]
pub struct Permissions<'a>(pub(super) &'a Graph);

impl Graph {
    /// Names and ids of Microsoft Graph's own permissions.
    pub fn permissions(&self) -> Permissions<'_> {
        Permissions(self)
    }
}

/// A name that Microsoft Graph does not offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPermission {
    /// The name as it was given.
    pub name: String,
    /// Which kind was looked for.
    pub kind: PermissionKind,
    /// A name of this kind that is probably meant.
    pub nearest: Option<String>,
    /// The name exists, in the other kind.
    pub exists_as_other_kind: bool,
    /// What was given is the id of the permission with this name.
    pub is_id_of: Option<String>,
}

impl std::fmt::Display for UnknownPermission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(name) = &self.is_id_of {
            return write!(
                f,
                "`{}` is the id of the {} permission `{name}`: write the name.",
                self.name, self.kind
            );
        }
        write!(f, "Microsoft Graph has no {} permission `{}`", self.kind, self.name)?;
        if self.exists_as_other_kind {
            f.write_str("; it exists only in the other kind")?;
        }
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => f.write_str("."),
        }
    }
}

/// Object id of Graph's own principal.
#[derive(Default)]
struct GraphPrincipal(OnceCell<String>);

/// What the principal publishes, once it was asked for.
#[derive(Default)]
struct LivePermissions(OnceCell<Arc<Live>>);

/// The permissions that the tenant's principal of Graph publishes.
#[derive(Debug)]
struct Live {
    ids: BTreeMap<(PermissionKind, String), String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Principal {
    #[serde(default, deserialize_with = "lenient::or_default")]
    app_roles: Vec<Published>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    oauth2_permission_scopes: Vec<Published>,
}

#[derive(Deserialize)]
struct Published {
    id: String,
    value: Option<String>,
}

#[derive(Deserialize)]
struct PrincipalId {
    id: String,
}

impl Permissions<'_> {
    /// The ids of these names; the outer error is a failed request, the inner one a name that does not exist.
    pub async fn ids(
        &self,
        call: &Call,
        kind: PermissionKind,
        wanted: &BTreeSet<String>,
    ) -> Result<Result<BTreeMap<String, String>, Vec<UnknownPermission>>, Error> {
        let (mut ids, mut unknown) = (BTreeMap::new(), Vec::new());
        for name in wanted {
            let id = match permission_id(kind, name) {
                Some(id) => Some(id.to_owned()),
                None => self.live(call).await?.ids.get(&(kind, name.clone())).cloned(),
            };
            match id {
                Some(id) => drop(ids.insert(name.clone(), id)),
                None => unknown.push(self.unknown(call, kind, name).await?),
            }
        }
        Ok(if unknown.is_empty() { Ok(ids) } else { Err(unknown) })
    }

    /// The name of an id; the id itself when neither the table nor the tenant knows it (Graph stores any id).
    pub async fn name(&self, call: &Call, kind: PermissionKind, id: &str) -> Result<String, Error> {
        if let Some(name) = permission_name(kind, id) {
            return Ok(name.to_owned());
        }
        let live = self.live(call).await?;
        let found =
            live.ids.iter().find(|((of_kind, _), known)| *of_kind == kind && known.eq_ignore_ascii_case(id));
        Ok(found.map_or_else(|| id.to_owned(), |((_, name), _)| name.clone()))
    }

    /// The names of several ids.
    pub async fn names(
        &self,
        call: &Call,
        kind: PermissionKind,
        ids: BTreeSet<&str>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut names = BTreeSet::new();
        for id in ids {
            names.insert(self.name(call, kind, id).await?);
        }
        Ok(names)
    }

    /// Object id of Microsoft Graph's principal in this tenant, asked for once.
    pub async fn graph_principal(&self, call: &Call) -> Result<String, Error> {
        let look = || async {
            let operation = "find Microsoft Graph's service principal";
            let found: PrincipalId = self.0.read(call, graph_principal_ask(operation)).await?;
            Ok(found.id)
        };
        self.0.lasting::<GraphPrincipal>().0.get_or_try_init(look).await.cloned()
    }

    /// The suggestion for a name that does not exist.
    async fn unknown(
        &self,
        call: &Call,
        kind: PermissionKind,
        name: &str,
    ) -> Result<UnknownPermission, Error> {
        let live = self.live(call).await?;
        let other = match kind {
            PermissionKind::Delegated => PermissionKind::Application,
            PermissionKind::Application => PermissionKind::Delegated,
        };
        let mut known: Vec<&str> = names(kind).collect();
        known.extend(live.ids.keys().filter(|(of_kind, _)| *of_kind == kind).map(|(_, name)| name.as_str()));
        let nearest = nearest(name, known).map(str::to_owned);
        let exists_as_other_kind =
            permission_id(other, name).is_some() || live.ids.contains_key(&(other, name.to_owned()));
        let named = self.name(call, kind, name).await?;
        let is_id_of = (named != name).then_some(named);
        Ok(UnknownPermission { name: name.to_owned(), kind, nearest, exists_as_other_kind, is_id_of })
    }

    /// What the tenant's principal publishes, asked for once and only when the table does not know a name. A tenant
    /// that does not show it leaves the table as all there is.
    async fn live(&self, call: &Call) -> Result<Arc<Live>, Error> {
        let look = || async {
            let path = format!(
                "/servicePrincipals(appId='{GRAPH_CLIENT_ID}')?$select=id,appRoles,oauth2PermissionScopes"
            );
            let ask =
                Ask::get(path, &needs::READ_APPLICATIONS, "read the permissions that Microsoft Graph offers");
            let principal: Principal = match self.0.read(call, ask).await {
                Err(error) if error.is_not_found() || error.is_forbidden() => {
                    return Ok(Arc::new(Live { ids: BTreeMap::new() }));
                }
                answer => answer?,
            };
            Ok(Arc::new(Live { ids: ids_of(principal) }))
        };
        self.0.lasting::<LivePermissions>().0.get_or_try_init(look).await.cloned()
    }
}

fn ids_of(principal: Principal) -> BTreeMap<(PermissionKind, String), String> {
    let named = |kind| {
        move |published: Published| {
            published.value.filter(|name| !name.is_empty()).map(|name| ((kind, name), published.id))
        }
    };
    let roles = principal.app_roles.into_iter().filter_map(named(PermissionKind::Application));
    let scopes = principal.oauth2_permission_scopes.into_iter().filter_map(named(PermissionKind::Delegated));
    let mut ids = BTreeMap::new();
    ids.extend(roles.chain(scopes));
    ids
}

/// Asks for the id of Graph's own principal.
pub(super) fn graph_principal_ask(operation: &str) -> Ask {
    let path = format!("/servicePrincipals(appId='{GRAPH_CLIENT_ID}')?$select=id");
    Ask::get(path, &needs::READ_APPLICATIONS, operation)
}

/// A snapshot's copy of the id saves the request for it.
pub(super) fn remember_graph_principal(graph: &Graph, id: Option<String>) {
    if let Some(id) = id {
        // An id that is known already is the same one.
        let _ = graph.lasting::<GraphPrincipal>().0.set(id);
    }
}
