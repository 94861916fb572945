//! `permission_id(name, kind)`: the id of one of Microsoft Graph's permissions.

use clients::graph::{self, PermissionKind};
use framework::function::{Arguments, Function, FunctionError, Parameter, Signature};
use framework::value::{Type, Value};

/// The function.
pub struct PermissionId;

impl Function for PermissionId {
    fn signature(&self) -> Signature {
        let parameter =
            |name, description| Parameter { name, description, value_type: Type::String, allow_null: false };
        Signature {
            name: "permission_id",
            summary: "The id of a Microsoft Graph permission",
            description: "Returns the id of a permission of Microsoft Graph by its name, as other providers want it in \
                          `required_resource_access`. The ids are the same in every tenant. One name has different ids \
                          as a delegated and as an application permission.",
            parameters: vec![
                parameter("name", "The permission, such as `Directory.Read.All`."),
                parameter(
                    "kind",
                    "`delegated` (acts for a signed-in person) or `application` (acts by itself).",
                ),
            ],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let (name, kind) = (arguments.get::<String>(0)?, arguments.get::<String>(1)?);
        let kinds = [PermissionKind::Delegated, PermissionKind::Application];
        let Some(kind) = kinds.into_iter().find(|known| known.to_string() == kind) else {
            let text =
                format!("`{kind}` is no kind of permission: `delegated` or `application` is required.");
            return Err(FunctionError::argument(1, text));
        };
        if let Some(id) = graph::permission_id(kind, &name) {
            return Ok(Value::string(id));
        }
        let nearest = graph::nearest(&name, graph::permission_names(kind));
        let hint = nearest.map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
        Err(FunctionError::argument(0, format!("Microsoft Graph has no {kind} permission `{name}`.{hint}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str, kind: &str) -> Result<Value, FunctionError> {
        PermissionId.call(&Arguments::new(vec![name.into(), kind.into()]))
    }

    #[test]
    fn one_name_has_an_id_of_each_kind() {
        assert_eq!(id("Directory.Read.All", "delegated"), Ok("06da0dbc-49e2-44d2-8312-53f166ab848a".into()));
        assert_eq!(
            id("Directory.Read.All", "application"),
            Ok("7ab1d382-f21e-4acd-a863-ba3e13f7da61".into())
        );
        assert_eq!(PermissionId.signature().check(), Vec::<String>::new());
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest_one() {
        let error = id("Directory.Raed.All", "application").expect_err("unknown");
        assert_eq!(error.argument, Some(0));
        assert!(error.text.contains("`Directory.Read.All`"), "{error}");
        assert_eq!(id("Directory.Read.All", "Role").expect_err("unknown").argument, Some(1));
    }
}
