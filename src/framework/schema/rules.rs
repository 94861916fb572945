//! The words with which a field of a model says its rules.

use std::borrow::{Borrow as _, Cow};
use std::sync::Arc;

use super::{Attribute, Block, DefaultValue, Nesting, Schema, Shape};
use crate::attr::{AttributeType, Choices};
use crate::plan::modifiers::{AttributeChange, Modifier, ReplaceIf, UseState};
use crate::validators::{Check, Validator, each, one_of, one_of_numbers};
use crate::value::{Type, Value};
use crate::words::quoted;

/// The rules of one field, built up from one of the functions of this module.
#[must_use]
// In a box: each word of a rule hands it on, and schemas are made of hundreds of words.
pub struct Rules(Box<Said>);

/// What has been said so far.
struct Said {
    role: Role,
    computed: bool,
    sensitive: bool,
    write_only: bool,
    deprecated: Option<String>,
    default: Option<DefaultValue>,
    validators: Vec<Arc<dyn Validator>>,
    modifiers: Vec<Arc<dyn Modifier>>,
    same: Option<fn(&Value, &Value) -> bool>,
    items: (u64, u64),
    choices: Choices,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Required,
    Optional,
    Computed,
    Block,
    RequiredForImport,
    OptionalForImport,
}

impl Rules {
    fn new(role: Role) -> Self {
        Self(Box::new(Said {
            role,
            computed: matches!(role, Role::Computed),
            sensitive: false,
            write_only: false,
            deprecated: None,
            default: None,
            validators: Vec::new(),
            modifiers: Vec::new(),
            same: None,
            items: (0, 0),
            choices: Choices::Anything,
        }))
    }
}

/// The user must set it.
pub fn required() -> Rules {
    Rules::new(Role::Required)
}

/// The user may set it.
pub fn optional() -> Rules {
    Rules::new(Role::Optional)
}

/// The provider decides it.
pub fn computed() -> Rules {
    Rules::new(Role::Computed)
}

/// A nested block; how often it occurs follows from the field's type: `Attr<Model>` at most once,
/// `Attr<Vec<Model>>` as a list, `Attr<BTreeMap<String, Model>>` with a label.
pub fn block() -> Rules {
    Rules::new(Role::Block)
}

/// The `timeouts` block, for a field of type `Attr<Timeouts>` or `Attr<ReadTimeouts>`.
pub fn timeouts() -> Rules {
    Rules::new(Role::Block)
}

/// A part of an identity that import must be given.
pub fn required_for_import() -> Rules {
    Rules::new(Role::RequiredForImport)
}

/// A part of an identity that import may be given.
pub fn optional_for_import() -> Rules {
    Rules::new(Role::OptionalForImport)
}

impl Rules {
    /// With [`optional`]: where the user says nothing, the provider decides, and what it decided stays.
    pub fn computed(mut self) -> Self {
        self.0.computed = true;
        self
    }

    /// Its value is hidden in the user interface (not in the state file).
    pub fn sensitive(mut self) -> Self {
        self.0.sensitive = true;
        self
    }

    /// It is read from the configuration only; plan and state hold null.
    pub fn write_only(mut self) -> Self {
        self.0.write_only = true;
        self
    }

    /// It will go away; what to use instead.
    pub fn deprecated(mut self, advice: impl Into<String>) -> Self {
        self.0.deprecated = Some(advice.into());
        self
    }

    /// What is planned where the user says nothing. Needs [`Rules::computed`]. A list stands for a set too.
    pub fn default_value(mut self, value: impl Into<Value>) -> Self {
        self.0.default = Some(DefaultValue::Value(value.into()));
        self
    }

    /// For a nested model: where the user says nothing, an object made of the defaults of its members. A removed
    /// block thus goes back to its defaults.
    pub fn default_members(mut self) -> Self {
        self.0.default = Some(DefaultValue::Members);
        self
    }

    /// A rule about the configured value, from [`validators`](crate::validators).
    pub fn validate(mut self, rule: impl Validator) -> Self {
        self.0.validators.push(Arc::new(rule));
        self
    }

    /// A rule of its own about the known configured value; the error says what is required.
    pub fn check<T>(self, rule: fn(&T) -> Result<(), String>) -> Self
    where
        T: ToOwned<Owned: AttributeType> + ?Sized + 'static,
    {
        self.validate(Checked(rule))
    }

    /// A change replaces the object. Decided the same whether or not the new value is known yet.
    pub fn requires_replace(self) -> Self {
        self.modify(ReplaceIf(|_| true))
    }

    /// A change replaces the object, but only while the user sets the attribute.
    pub fn requires_replace_if_configured(self) -> Self {
        self.modify(ReplaceIf(|change| !change.config.is_null()))
    }

    /// A change for which the condition holds replaces the object. The condition must not depend on whether the
    /// planned value is known.
    pub fn requires_replace_if(self, condition: fn(&AttributeChange<'_>) -> bool) -> Self {
        self.modify(ReplaceIf(condition))
    }

    /// What the provider once decided stays, rather than being unknown in every plan that changes something.
    pub fn use_state_for_unknown(self) -> Self {
        self.modify(UseState)
    }

    /// A rule of its own about the planned value.
    pub fn modify(mut self, modifier: impl Modifier) -> Self {
        self.0.modifiers.push(Arc::new(modifier));
        self
    }

    /// Two values that mean the same are no change: the prior spelling is kept in plan, apply and read. Called
    /// with known values only.
    pub fn same_if(mut self, same: fn(&Value, &Value) -> bool) -> Self {
        self.0.same = Some(same);
        self
    }

    /// What the field's type allows, which `model!` passes on: a rule, and a sentence of the description.
    #[doc(hidden)]
    pub fn choices(mut self, choices: Choices) -> Self {
        self.0.choices = choices;
        self
    }

    /// For blocks: least and largest number of them (0 for any).
    pub fn items(mut self, min: u64, max: u64) -> Self {
        self.0.items = (min, max);
        self
    }
}

impl Schema {
    /// Adds a field of a model: an attribute or a block, as its rules say.
    pub fn field(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        description: String,
        shape: Shape,
        rules: Rules,
    ) {
        rules.0.add_to(self, name.into(), description, shape);
    }
}

impl Said {
    fn add_to(mut self, schema: &mut Schema, name: Cow<'static, str>, description: String, shape: Shape) {
        if self.role == Role::Block {
            let (nesting, mut body) = match shape {
                Shape::Nested(nesting, body) => (nesting, body),
                // Not a model: kept, so that the schema check can name it, as a block without content.
                Shape::Plain(_) => (Nesting::Single, Schema::default()),
            };
            if !description.is_empty() {
                body.description = description;
            }
            body.deprecated = self.deprecated.or(body.deprecated);
            let (min_items, max_items) = self.items;
            let place = schema.place_of(&name);
            schema.blocks.push(Block { name, place, nesting, body, min_items, max_items });
            return;
        }
        let value_type = shape.value_type();
        let description = self.say_choices(description, &value_type);
        let default = self.default.map(|default| match default {
            // A default that does not fit is left as it is: the schema check names it.
            DefaultValue::Value(value) => {
                DefaultValue::Value(value.clone().conform(&value_type).unwrap_or(value))
            }
            DefaultValue::Members => DefaultValue::Members,
        });
        let place = schema.place_of(&name);
        schema.attributes.push(Attribute {
            name,
            place,
            description,
            shape,
            required: self.role == Role::Required,
            optional: self.role == Role::Optional,
            computed: self.computed,
            sensitive: self.sensitive,
            write_only: self.write_only,
            deprecated: self.deprecated,
            required_for_import: self.role == Role::RequiredForImport,
            optional_for_import: self.role == Role::OptionalForImport,
            default,
            validators: self.validators,
            modifiers: self.modifiers,
            same: self.same,
        });
    }

    /// Makes a rule of what the type allows, and a sentence at the end of a description that does not tell of each.
    fn say_choices(&mut self, description: String, value_type: &Type) -> String {
        let one = matches!(value_type, Type::String | Type::Number);
        let (rule, listed): (Arc<dyn Validator>, Vec<String>) = match self.choices {
            Choices::Anything => return description,
            Choices::Words(words) if one => (Arc::new(one_of(words)), quoted(words)),
            Choices::Words(words) => (Arc::new(each(one_of(words))), quoted(words)),
            Choices::Spelt(words, reader) if one => (Arc::new(Spelt(reader)), quoted(words)),
            Choices::Spelt(words, reader) => (Arc::new(each(Spelt(reader))), quoted(words)),
            Choices::Numbers(numbers) if one => (Arc::new(one_of_numbers(numbers)), quoted(numbers)),
            Choices::Numbers(numbers) => (Arc::new(each(one_of_numbers(numbers))), quoted(numbers)),
        };
        self.validators.insert(0, rule);
        if listed.iter().all(|choice| description.contains(choice.as_str())) {
            return description;
        }
        format!("{description} {} of {}.", if one { "One" } else { "Each is one" }, listed.join(", "))
    }
}

/// A rule given as a function of the typed value.
struct Checked<T: ?Sized>(fn(&T) -> Result<(), String>);

impl<T: ToOwned<Owned: AttributeType> + ?Sized + 'static> Validator for Checked<T> {
    fn validate(&self, check: &mut Check<'_>) {
        // What does not fit the type has been refused when the model was read.
        if let Ok(value) = T::Owned::read(check.value, check.path)
            && let Err(required) = (self.0)(value.borrow())
        {
            check.refuse(required);
        }
    }
}

/// What a closed set with a reader of its own takes.
struct Spelt(fn(&str) -> Result<(), String>);

impl Validator for Spelt {
    fn validate(&self, check: &mut Check<'_>) {
        let text = check.value.as_str().unwrap_or_default();
        if !text.trim().is_empty()
            && let Err(wrong) = (self.0)(text)
        {
            check.refuse(wrong);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::path::Path;

    #[test]
    fn an_own_rule_sees_the_typed_value() {
        let even =
            Checked(|number: &i64| if number % 2 == 0 { Ok(()) } else { Err("Even, please.".to_owned()) });
        let refusals = |number: i64| {
            let (value, mut diagnostics) = (Value::from(number), Diagnostics::new());
            even.validate(&mut Check {
                value: &value,
                path: &Path::attribute("number"),
                config: &Value::Null,
                write_only: false,
                diagnostics: &mut diagnostics,
            });
            diagnostics.iter().map(|diagnostic| diagnostic.detail.clone()).collect::<Vec<_>>()
        };
        assert!(refusals(2).is_empty());
        assert_eq!(refusals(3), ["Even, please."]);
    }
}
