//! `parse_id(id)`: the parts of a resource's id.

use crate::provider_block::ObjectPath;
use framework::attr::Attr;
use framework::function::{Function, FunctionDescription, FunctionError};
use framework::model;

/// The function.
pub(crate) struct ParseId;

model! {
    /// The parts of an id.
    pub struct Parts {
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
    type Arguments = String;
    type Returns = Parts;

    fn describe(&self) -> FunctionDescription {
        FunctionDescription::new(
            "parse_id",
            "Takes the id of a resource apart",
            "Returns an object with the parts of the `id` of any resource of this provider: `tenant_id` (null where the \
             id names no tenant), `collection` (`applications`, `servicePrincipals` or `orgs`), `id` (the object id, or \
             the domain of an organization) and `part` (what follows, such as `settings/azure`, or null).",
        )
        .parameter("id", "The id, such as `/applications/6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f`.")
    }

    fn call(&self, id: String) -> Result<Parts, FunctionError> {
        let path =
            ObjectPath::parse_any(&id).map_err(|error| FunctionError::argument(0, format!("{error}.")))?;
        Ok(Parts {
            tenant_id: path.tenant.map(|tenant| tenant.to_string()).into(),
            collection: path.collection.into(),
            id: path.id.into(),
            part: path.part.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_apart() {
        let parts = |id: &str| ParseId.call(id.to_owned());
        let expected = Parts {
            tenant_id: Attr::Null,
            collection: "orgs".into(),
            id: "contoso.com".into(),
            part: "settings/azure".into(),
        };
        assert_eq!(parts("/orgs/contoso.com/settings/azure").expect("an id"), expected);
        assert_eq!(parts("contoso.com").expect_err("no id").argument, Some(0));
    }
}
