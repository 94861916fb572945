//! `permission_id(name, kind)`: the id of one of Microsoft Graph's permissions.

use clients::graph::{self, PermissionKind};
use framework::function::{Function, FunctionDescription, FunctionError};

/// The function.
pub(crate) struct PermissionId;

impl Function for PermissionId {
    type Arguments = (String, String);
    type Returns = String;

    fn describe(&self) -> FunctionDescription {
        FunctionDescription::new(
            "permission_id",
            "The id of a Microsoft Graph permission",
            "Returns the id of a permission of Microsoft Graph by its name, as other providers want it in \
             `required_resource_access`. The ids are the same in every tenant. One name has different ids as a delegated \
             and as an application permission.",
        )
        .parameter("name", "The permission, such as `Directory.Read.All`.")
        .parameter("kind", "`delegated` (acts for a signed-in person) or `application` (acts by itself).")
    }

    fn call(&self, (name, kind): Self::Arguments) -> Result<String, FunctionError> {
        let kinds = [PermissionKind::Delegated, PermissionKind::Application];
        let Some(kind) = kinds.into_iter().find(|known| known.to_string() == kind) else {
            let text =
                format!("`{kind}` is not a kind of permission: `delegated` or `application` is required.");
            return Err(FunctionError::argument(1, text));
        };
        if let Some(id) = graph::permission_id(kind, &name) {
            return Ok(id.to_owned());
        }
        let nearest = graph::nearest(&name, graph::permission_names(kind));
        let hint = nearest.map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
        Err(FunctionError::argument(0, format!("Microsoft Graph has no {kind} permission `{name}`.{hint}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str, kind: &str) -> Result<String, FunctionError> {
        PermissionId.call((name.to_owned(), kind.to_owned()))
    }

    #[test]
    fn one_name_has_an_id_of_each_kind() {
        assert_eq!(id("Directory.Read.All", "delegated"), Ok("06da0dbc-49e2-44d2-8312-53f166ab848a".into()));
        assert_eq!(
            id("Directory.Read.All", "application"),
            Ok("7ab1d382-f21e-4acd-a863-ba3e13f7da61".into())
        );
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest_one() {
        let error = id("Directory.Raed.All", "application").expect_err("unknown");
        assert_eq!(error.argument, Some(0));
        assert!(error.text.contains("`Directory.Read.All`"), "{error}");
        assert_eq!(id("Directory.Read.All", "Role").expect_err("unknown").argument, Some(1));
    }
}
