//! Schemas: attributes and blocks with their rules. Made by `model!`; plain data for everything that reads them.

mod check;
pub mod rules;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::plan::modifiers::Modifier;
use super::validators::Validator;
use super::value::{ByName, Type, Value};
pub use check::{SchemaKind, check_identity, check_schema};

/// The body of a resource, data source, provider or block.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Version of the stored state; set by the resource's description.
    pub version: i64,
    /// Markdown.
    pub description: String,
    /// Advice for users of something that will go away.
    pub deprecated: Option<String>,
    /// In the order of declaration.
    pub attributes: Vec<Attribute>,
    /// In the order of declaration.
    pub blocks: Vec<Block>,
    value_type: OnceLock<Type>,
}

/// How a nested attribute or block occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// At most once.
    Single,
    /// As a list.
    List,
    /// As a set.
    Set,
    /// By name.
    Map,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A value without schema of its own.
    Plain(Type),
    /// Objects with attributes of their own.
    Nested(Nesting, Schema),
}

/// One attribute.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of the protocol, one for one")]
pub struct Attribute {
    /// As users write it.
    pub name: Cow<'static, str>,
    /// Where it is in an object, which has its members in order of their names.
    pub(crate) place: usize,
    /// Markdown.
    pub description: String,
    /// What it holds.
    pub shape: Shape,
    /// Must be configured.
    pub required: bool,
    /// May be configured.
    pub optional: bool,
    /// May be decided by the provider.
    pub computed: bool,
    /// Hidden in the user interface.
    pub sensitive: bool,
    /// Only in configuration, never in state.
    pub write_only: bool,
    /// Advice for users of something that will go away.
    pub deprecated: Option<String>,
    /// Part of an identity that import must be given.
    pub required_for_import: bool,
    /// Part of an identity that import may be given.
    pub optional_for_import: bool,
    /// Planned when the configuration says nothing.
    pub default: Option<DefaultValue>,
    /// Rules about the configured value.
    pub validators: Vec<Arc<dyn Validator>>,
    /// Rules about the planned value.
    pub modifiers: Vec<Arc<dyn Modifier>>,
    /// Whether two values mean the same, see [`same_if`](rules::Rules::same_if).
    pub same: Option<fn(&Value, &Value) -> bool>,
}

/// What is planned when the configuration says nothing.
#[derive(Debug, Clone)]
pub enum DefaultValue {
    /// This value, brought into the attribute's type.
    Value(Value),
    /// An object made of the defaults of its members.
    Members,
}

/// One kind of nested block.
#[derive(Debug, Clone)]
pub struct Block {
    /// As users write it.
    pub name: Cow<'static, str>,
    /// Where they are in an object, see [`Attribute::place`].
    pub(crate) place: usize,
    /// How it occurs.
    pub nesting: Nesting,
    /// Its attributes and blocks, and its description.
    pub body: Schema,
    /// Least number of blocks.
    pub min_items: u64,
    /// Largest number of blocks, 0 for any.
    pub max_items: u64,
}

impl Schema {
    /// An empty one.
    pub fn new(description: String) -> Self {
        Self { description, ..Self::default() }
    }

    /// The place of one more member in an object; those behind it make room.
    fn place_of(&mut self, name: &str) -> usize {
        let attributes = self.attributes.iter_mut().map(|one| (&one.name, &mut one.place));
        let blocks = self.blocks.iter_mut().map(|one| (&one.name, &mut one.place));
        let mut place = 0;
        for (other, theirs) in attributes.chain(blocks) {
            if other.as_ref() < name { place += 1 } else { *theirs += 1 }
        }
        place
    }

    /// The type of values of this body: an object of all attributes and blocks.
    pub fn value_type(&self) -> Type {
        Type::object(self.member_types())
    }

    /// The same of a schema that nobody changes any more: every call asks for it.
    pub(crate) fn settled_type(self: &Arc<Self>) -> &Type {
        self.value_type.get_or_init(|| self.value_type())
    }

    /// Whether an attribute at any depth is like that.
    pub(crate) fn any(&self, like: &dyn Fn(&Attribute) -> bool) -> bool {
        self.attributes.iter().any(|attribute| {
            like(attribute) || matches!(&attribute.shape, Shape::Nested(_, body) if body.any(like))
        }) || self.blocks.iter().any(|block| block.body.any(like))
    }

    fn member_types(&self) -> ByName<Type> {
        let attributes = self.attributes.iter().map(|a| (a.name.clone(), a.value_type()));
        let blocks = self.blocks.iter().map(|b| (b.name.clone(), b.value_type()));
        attributes.chain(blocks).collect()
    }

    /// An attribute by name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// A block by name.
    pub fn block(&self, name: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// The names of all attributes and blocks.
    pub fn names(&self) -> BTreeSet<&str> {
        let attributes = self.attributes.iter().map(|attribute| attribute.name.as_ref());
        attributes.chain(self.blocks.iter().map(|block| block.name.as_ref())).collect()
    }

    /// An object of this body in which everything is null, and collections of blocks are empty as core wants them.
    pub fn empty_value(&self) -> Value {
        let attributes = self.attributes.iter().map(|a| (a.name.clone(), Value::Null));
        let blocks = self.blocks.iter().map(|b| (b.name.clone(), b.nesting.no_blocks()));
        Value::object(attributes.chain(blocks))
    }

    /// Puts a value of this body into the exact form core expects: every member there, and absent blocks as
    /// empty collections.
    #[must_use]
    pub fn complete(&self, value: Value) -> Value {
        let Value::Map(mut members) = value else { return value };
        // Members that are not of the schema have been refused: where there are as many, none is missing.
        if members.len() < self.attributes.len() + self.blocks.len() {
            for attribute in &self.attributes {
                members.get_or_default(&attribute.name, attribute.place);
            }
        }
        for block in &self.blocks {
            let member = members.get_or_default(&block.name, block.place);
            let given = std::mem::take(member);
            *member = if given == Value::Null {
                block.nesting.no_blocks()
            } else {
                block.nesting.map_elements(given, |element| block.body.complete(element))
            };
        }
        Value::Map(members)
    }
}

impl Nesting {
    fn of(self, element: Type) -> Type {
        match self {
            Self::Single => element,
            Self::List => Type::list(element),
            Self::Set => Type::set(element),
            Self::Map => Type::map(element),
        }
    }

    /// How core writes that there are no blocks of this nesting.
    pub(crate) fn no_blocks(self) -> Value {
        match self {
            Self::Single => Value::Null,
            Self::List => Value::List(Vec::new()),
            Self::Set => Value::Set(Vec::new()),
            Self::Map => Value::Map(ByName::new()),
        }
    }

    /// Applies a function to every object that a value of this nesting holds.
    pub fn map_elements(self, value: Value, mut change: impl FnMut(Value) -> Value) -> Value {
        match (self, value) {
            (_, value @ (Value::Null | Value::Unknown)) => value,
            (Self::Single, value) => change(value),
            (Self::List, Value::List(elements)) => Value::List(elements.into_iter().map(change).collect()),
            (Self::Set, Value::Set(elements)) => Value::set(elements.into_iter().map(change)),
            (Self::Map, Value::Map(members)) => {
                Value::object(members.into_iter().map(|(key, member)| (key, change(member))))
            }
            (_, value) => value,
        }
    }
}

impl Shape {
    /// A collection of this shape.
    #[must_use]
    pub(crate) fn collected(self, nesting: Nesting) -> Self {
        match self {
            Self::Nested(Nesting::Single, body) => Self::Nested(nesting, body),
            other => Self::Plain(nesting.of(other.value_type())),
        }
    }

    /// The type of its values.
    pub fn value_type(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::Nested(nesting, body) => nesting.of(body.value_type()),
        }
    }
}

impl Attribute {
    /// The type of its values.
    pub fn value_type(&self) -> Type {
        self.shape.value_type()
    }

    /// Whether two values mean the same.
    pub fn same(&self, a: &Value, b: &Value) -> bool {
        a == b || self.same.is_some_and(|same| !a.is_null() && !b.is_null() && same(a, b))
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute")
            .field("name", &self.name)
            .field("type", &self.value_type())
            .field("required", &self.required)
            .field("optional", &self.optional)
            .field("computed", &self.computed)
            .field("write_only", &self.write_only)
            .field("default", &self.default)
            .finish_non_exhaustive()
    }
}

impl Block {
    /// The type of its values. Blocks that contain dynamic attributes are refused by [`check_schema`] unless
    /// they are single, because their collections would need a type for each element.
    pub fn value_type(&self) -> Type {
        self.nesting.of(self.body.value_type())
    }
}
