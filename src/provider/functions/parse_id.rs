//! `parse_id(id)`: the parts of a resource's id.

use crate::provider_block::ObjectPath;
use framework::attr::{Attr, AttributeType};
use framework::function::{Arguments, Function, FunctionError, Parameter, Signature};
use framework::model;
use framework::value::{Type, Value};

/// The function.
pub struct ParseId;

model! {
    /// The parts of an id.
    struct Parts {
        /// The tenant, where the id names it.
        tenant_id: Attr<String> => computed(),
        /// `applications`, `servicePrincipals` or `orgs`.
        collection: Attr<String> => computed(),
        /// The object id, or the domain of an organization.
        id: Attr<String> => computed(),
        /// What follows the object, such as `settings/azure`.
        part: Attr<String> => computed(),
    }
}

impl Function for ParseId {
    fn signature(&self) -> Signature {
        Signature {
            name: "parse_id",
            summary: "Takes the id of a resource apart",
            description: "Returns an object with the parts of the `id` of any resource of this provider: `tenant_id` \
                          (null where the id names no tenant), `collection` (`applications`, `servicePrincipals` or \
                          `orgs`), `id` (the object id, or the domain of an organization) and `part` (what follows, \
                          such as `settings/azure`, or null).",
            parameters: vec![Parameter {
                name: "id",
                description: "The id, such as `/applications/6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f`.",
                value_type: Type::String,
                allow_null: false,
            }],
            variadic: None,
            returns: Parts::shape().value_type(),
        }
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let id = arguments.get::<String>(0)?;
        let path =
            ObjectPath::parse_any(&id).map_err(|error| FunctionError::argument(0, format!("{error}.")))?;
        let parts = Parts {
            tenant_id: path.tenant.map(|tenant| tenant.to_string()).into(),
            collection: path.collection.into(),
            id: path.id.into(),
            part: path.part.into(),
        };
        Ok(parts.write())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_apart() {
        let parts = |id: &str| ParseId.call(&Arguments::new(vec![id.into()]));
        let sync = parts("/orgs/contoso.com/settings/azure").expect("an id");
        assert_eq!(sync.member("collection"), &Value::from("orgs"));
        assert_eq!(sync.member("id"), &Value::from("contoso.com"));
        assert_eq!(sync.member("part"), &Value::from("settings/azure"));
        assert_eq!(sync.member("tenant_id"), &Value::Null);
        assert_eq!(parts("contoso.com").expect_err("no id").argument, Some(0));
        assert_eq!(ParseId.signature().check(), Vec::<String>::new());
    }
}
