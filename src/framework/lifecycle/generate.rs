//! `GenerateResourceConfig`: the configuration that would leave an imported object as it is.

use super::Managed;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model;
use crate::plan::carry;
use crate::resource::Resource;
use crate::schema::{Attribute, DefaultValue, Schema, Shape};
use crate::service::UpgradeResponse;
use crate::value::Value;

impl<R: Resource> Managed<R> {
    pub(super) fn generated(&self, state: &Value) -> UpgradeResponse {
        match self.configuration_of(state) {
            Ok(value) => UpgradeResponse { value, diagnostics: Diagnostics::new() },
            Err(error) => UpgradeResponse { value: Value::Null, diagnostics: error.into() },
        }
    }

    fn configuration_of(&self, state: &Value) -> Result<Value, Diagnostic> {
        let value = self.schema.complete(configured(&self.schema, state));
        let drafted: R::Model = model::read(&value)?;
        let mut config = drafted.clone();
        self.resource.generated(&mut config);
        Ok(self.schema.complete(carry(value, &drafted, &config)))
    }
}

/// What of an object a user would write: nothing that only the provider decides, that is never stored, that is not to be used
/// any more, or that is so by default.
fn configured(schema: &Schema, object: &Value) -> Value {
    if object.is_null() {
        return Value::Null;
    }
    let attributes = schema.attributes.iter().map(|attribute| {
        let value = object.member(&attribute.name);
        (attribute.name.clone().into_owned(), argument(attribute, value))
    });
    let blocks = schema.blocks.iter().map(|block| {
        let elements = object.member(&block.name).clone();
        let elements = block.nesting.map_elements(elements, |element| configured(&block.body, &element));
        (block.name.clone().into_owned(), elements)
    });
    Value::object(attributes.chain(blocks))
}

fn argument(attribute: &Attribute, value: &Value) -> Value {
    let given = attribute.required || attribute.optional;
    let by_default = matches!(&attribute.default, Some(DefaultValue::Value(default)) if default == value);
    if !given || attribute.write_only || attribute.deprecated.is_some() || by_default {
        return Value::Null;
    }
    let Shape::Nested(nesting, body) = &attribute.shape else { return value.clone() };
    let value = nesting.map_elements(value.clone(), |element| configured(body, &element));
    let nothing = matches!(&attribute.default, Some(DefaultValue::Members)) && value == body.empty_value();
    if nothing { Value::Null } else { value }
}
