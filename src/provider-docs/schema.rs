//! The schema section of a page: arguments and results in groups, nested ones under anchors of their own.

use framework::schema::{Attribute, Block, Nesting, Schema, Shape};
use framework::value::Type;

use crate::markdown::{indented, push};

const WRITE_ONLY: &str = "[Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)";

/// The `## Schema` section.
pub(crate) fn render(schema: &Schema) -> String {
    let mut section = Section::default();
    section.groups(schema, "", &["### Required", "### Optional", "### Read-Only"]);
    format!("## Schema\n\n{}{}", section.text, section.nested)
}

/// The identity of a resource, for its import section.
pub(crate) fn render_identity(schema: &Schema) -> String {
    let mut text = String::new();
    for (title, import) in [("#### Required", true), ("#### Optional", false)] {
        let attributes: Vec<&Attribute> =
            schema.attributes.iter().filter(|attribute| attribute.required_for_import == import).collect();
        if !attributes.is_empty() {
            push(&mut text, format_args!("{title}\n\n"));
            for attribute in attributes {
                push(
                    &mut text,
                    format_args!(
                        "{}",
                        item(&attribute.name, &kind_of(attribute), &attribute.description, None)
                    ),
                );
            }
            text.push('\n');
        }
    }
    text
}

/// A type as users know it: `String`, `List of Number`, `Map of String`.
pub(crate) fn type_name(value_type: &Type) -> String {
    match value_type {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object { .. } => "Object".to_owned(),
    }
}

#[derive(Default)]
struct Section {
    text: String,
    nested: String,
}

impl Section {
    fn groups(&mut self, schema: &Schema, within: &str, titles: &[&str; 3]) {
        for (group, title) in [Group::Required, Group::Optional, Group::ReadOnly].into_iter().zip(titles) {
            let mut items: Vec<(&str, String)> = Vec::new();
            for attribute in schema.attributes.iter().filter(|attribute| Group::of(attribute) == group) {
                let anchor = match &attribute.shape {
                    Shape::Nested(_, body) => Some(self.below("nestedatt", within, &attribute.name, body)),
                    Shape::Plain(_) => None,
                };
                let text =
                    item(&attribute.name, &kind_of(attribute), &attribute.description, anchor.as_deref());
                items.push((&attribute.name, text));
            }
            for block in schema.blocks.iter().filter(|block| Group::of_block(block) == group) {
                let anchor = self.below("nestedblock", within, &block.name, &block.body);
                let text = item(&block.name, &kind_of_block(block), &block.body.description, Some(&anchor));
                items.push((&block.name, text));
            }
            if !items.is_empty() {
                items.sort_unstable();
                push(&mut self.text, format_args!("{title}\n\n"));
                for (_, text) in &items {
                    self.text.push_str(text);
                }
                self.text.push('\n');
            }
        }
    }

    /// Describes a nested body under an anchor and returns the anchor.
    fn below(&mut self, kind: &str, within: &str, name: &str, body: &Schema) -> String {
        let path = if within.is_empty() { name.to_owned() } else { format!("{within}.{name}") };
        let anchor = format!("{kind}--{}", path.replace('.', "--"));
        let mut section = Self::default();
        section.groups(body, &path, &["Required:", "Optional:", "Read-Only:"]);
        push(
            &mut self.nested,
            format_args!(
                "<a id=\"{anchor}\"></a>\n### Nested Schema for `{path}`\n\n{}{}",
                section.text, section.nested
            ),
        );
        anchor
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Required,
    Optional,
    ReadOnly,
}

impl Group {
    const fn of(attribute: &Attribute) -> Self {
        match (attribute.required, attribute.optional) {
            (true, _) => Self::Required,
            (false, true) => Self::Optional,
            (false, false) => Self::ReadOnly,
        }
    }

    const fn of_block(block: &Block) -> Self {
        if block.min_items > 0 { Self::Required } else { Self::Optional }
    }
}

fn kind_of(attribute: &Attribute) -> String {
    let mut kind = match &attribute.shape {
        Shape::Plain(value_type) => type_name(value_type),
        Shape::Nested(nesting, _) => with_nesting("Attributes", *nesting),
    };
    for (holds, word) in [
        (attribute.sensitive, "Sensitive"),
        (attribute.write_only, WRITE_ONLY),
        (attribute.deprecated.is_some(), "Deprecated"),
    ] {
        if holds {
            push(&mut kind, format_args!(", {word}"));
        }
    }
    kind
}

fn kind_of_block(block: &Block) -> String {
    let kind = with_nesting("Block", block.nesting);
    if block.nesting == Nesting::Single && block.min_items == 0 { format!("{kind}, Optional") } else { kind }
}

fn with_nesting(word: &str, nesting: Nesting) -> String {
    match nesting {
        Nesting::Single => word.to_owned(),
        Nesting::List => format!("{word} List"),
        Nesting::Set => format!("{word} Set"),
        Nesting::Map => format!("{word} Map"),
    }
}

fn item(name: &str, kind: &str, description: &str, anchor: Option<&str>) -> String {
    let mut text = format!("- `{name}` ({kind}) {}", indented(description));
    if let Some(anchor) = anchor {
        push(&mut text, format_args!(" (see [below for nested schema](#{anchor}))"));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use framework::attr::{Attr, Secret};
    use framework::model;
    use framework::model::Model as _;
    use framework::timeouts::ReadTimeouts;
    use std::collections::BTreeMap;

    model! {
        /// One wheel.
        struct Wheel {
            /// In inches.
            size: Attr<i64> => optional(),
        }
    }

    model! {
        /// A bicycle.
        struct Bicycle {
            /// Its name,
            /// on one line.
            ///
            /// And more.
            name: Attr<String> => required(),
            /// Known to few.
            lock: Attr<Secret> => optional().sensitive().write_only(),
            /// By position.
            wheels: Attr<BTreeMap<String, Wheel>> => optional(),
            /// Given.
            id: Attr<String> => computed(),
            /// How long.
            timeouts: Attr<ReadTimeouts> => timeouts(),
        }
    }

    #[test]
    fn arguments_are_grouped_sorted_and_nested_below() {
        insta::assert_snapshot!(render(&Bicycle::schema()), @r###"
        ## Schema

        ### Required

        - `name` (String) Its name, on one line.

          And more.

        ### Optional

        - `lock` (String, Sensitive, [Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)) Known to few.
        - `timeouts` (Block, Optional) How long. (see [below for nested schema](#nestedblock--timeouts))
        - `wheels` (Attributes Map) By position. (see [below for nested schema](#nestedatt--wheels))

        ### Read-Only

        - `id` (String) Given.

        <a id="nestedatt--wheels"></a>
        ### Nested Schema for `wheels`

        Optional:

        - `size` (Number) In inches.

        <a id="nestedblock--timeouts"></a>
        ### Nested Schema for `timeouts`

        Optional:

        - `read` (String) For reading, as a Go duration such as `5m`; at least `1s`.
        "###);
    }

    #[test]
    fn types_read_as_in_the_registry() {
        assert_eq!(type_name(&Type::map(Type::list(Type::Bool))), "Map of List of Boolean");
    }
}
