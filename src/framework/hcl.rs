//! Configurations as text, formatted as `terraform fmt` formats them.

use std::fmt::{self, Write as _};

use super::diagnostic::is_obeyed;
use super::path::Path;
use super::schema::{Attribute, Nesting, Schema, Shape};
use super::value::Value;

/// What stands between two braces, or in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockBody(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Comment(String),
    Attribute(String, Expression),
    /// How it begins, up to the brace, and what is in it.
    Block(String, BlockBody),
}

/// Columns of a comment, but for a word that has more.
const LONGEST_COMMENT: usize = 100;

/// Columns of a list that stands in one line.
const LONGEST_LINE: usize = 100;

/// What follows an equals sign.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    /// In one line.
    Line(String),
    /// Elements, one below the other: in one line they would be too many to be read, or reviewed.
    Lines(Vec<String>),
    Object(BlockBody),
    /// Objects, one below the other.
    Objects(Vec<BlockBody>),
}

impl BlockBody {
    /// Nothing so far.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The arguments and blocks of a configuration that are not null, in the order of their schema. Where one of `references`
    /// leads, that expression stands in place of the value.
    pub fn of(schema: &Schema, config: &Value, references: &[(Path, String)]) -> Self {
        Self::within(schema, config, references, &Path::root())
    }

    fn within(schema: &Schema, config: &Value, references: &[(Path, String)], at: &Path) -> Self {
        let mut body = Self::new();
        for attribute in &schema.attributes {
            let (name, value) = (&attribute.name, config.member(&attribute.name));
            let place = at.clone().join(Path::attribute(name.clone()));
            let reference = references.iter().find(|(path, _)| *path == place);
            if let Some((_, reference)) = reference {
                body.set(name, reference.clone());
            } else if !value.is_null() {
                let written = expression(attribute, value, references, &place);
                body.0.push(Entry::Attribute(name.clone().into_owned(), written));
            }
        }
        for block in &schema.blocks {
            let place = at.clone().join(Path::attribute(block.name.clone()));
            let inner = |value: &Value| Self::within(&block.body, value, references, &place);
            let found: Vec<(String, Self)> = match (block.nesting, config.member(&block.name)) {
                (Nesting::Map, Value::Map(members)) => {
                    let head = |key: &str| format!("{} {}", block.name, quoted(key));
                    members.iter().map(|(key, value)| (head(key), inner(value))).collect()
                }
                (_, value @ Value::Map(_)) => vec![(block.name.clone().into_owned(), inner(value))],
                (_, value) => {
                    let elements = value.as_elements().unwrap_or_default().iter();
                    elements.map(|value| (block.name.clone().into_owned(), inner(value))).collect()
                }
            };
            body.0.extend(found.into_iter().map(|(head, inner)| Entry::Block(head, inner)));
        }
        body
    }

    /// Adds a comment, in lines of their own length. What would end a line in it, or steer a terminal, does not.
    pub fn comment(&mut self, text: &str) {
        for part in text.lines() {
            let shown: String = part.chars().filter(|letter| !is_obeyed(*letter)).collect();
            let mut line = String::new();
            for word in shown.split_whitespace() {
                if !line.is_empty() && line.chars().count() + word.chars().count() >= LONGEST_COMMENT {
                    self.0.push(Entry::Comment(std::mem::take(&mut line)));
                }
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(word);
            }
            self.0.push(Entry::Comment(line));
        }
    }

    /// Adds an argument with an expression in one line.
    pub fn set(&mut self, name: &str, expression: impl Into<String>) {
        self.0.push(Entry::Attribute(name.to_owned(), Expression::Line(expression.into())));
    }

    /// Adds a block with its labels.
    pub fn block(&mut self, kind: &str, labels: &[&str], body: Self) {
        let mut head = kind.to_owned();
        for label in labels {
            head.push(' ');
            head.push_str(&quoted(label));
        }
        self.0.push(Entry::Block(head, body));
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let indent = "  ".repeat(depth);
        for (index, entry) in self.0.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| self.0.get(index));
            if before.is_some_and(|before| is_set_apart(before, entry)) {
                writeln!(f)?;
            }
            match entry {
                Entry::Comment(line) => writeln!(f, "{}", format!("{indent}# {line}").trim_end())?,
                Entry::Attribute(name, Expression::Line(text)) => {
                    let width = self.width_around(index);
                    writeln!(f, "{indent}{name:width$} = {text}")?;
                }
                Entry::Attribute(name, Expression::Lines(elements)) => {
                    writeln!(f, "{indent}{name} = [")?;
                    for element in elements {
                        writeln!(f, "{indent}  {element},")?;
                    }
                    writeln!(f, "{indent}]")?;
                }
                Entry::Attribute(name, Expression::Object(body)) => {
                    writeln!(f, "{indent}{name} = {{")?;
                    body.write(f, depth + 1)?;
                    writeln!(f, "{indent}}}")?;
                }
                Entry::Attribute(name, Expression::Objects(bodies)) => {
                    writeln!(f, "{indent}{name} = [")?;
                    for body in bodies {
                        writeln!(f, "{indent}  {{")?;
                        body.write(f, depth + 2)?;
                        writeln!(f, "{indent}  }},")?;
                    }
                    writeln!(f, "{indent}]")?;
                }
                Entry::Block(head, body) if body.0.is_empty() => writeln!(f, "{indent}{head} {{}}")?,
                Entry::Block(head, body) => {
                    writeln!(f, "{indent}{head} {{")?;
                    body.write(f, depth + 1)?;
                    writeln!(f, "{indent}}}")?;
                }
            }
        }
        Ok(())
    }

    /// The longest name among the arguments of one line that this one stands among.
    fn width_around(&self, index: usize) -> usize {
        let name = |entry: &Entry| match entry {
            Entry::Attribute(name, Expression::Line(_)) => Some(name.chars().count()),
            _ => None,
        };
        let (before, after) = self.0.split_at(index);
        before.iter().rev().map_while(name).chain(after.iter().map_while(name)).max().unwrap_or_default()
    }
}

/// Whether an empty line stands between two entries.
fn is_set_apart(before: &Entry, entry: &Entry) -> bool {
    match (before, entry) {
        (Entry::Comment(_), _) => false,
        (Entry::Block(..), _) | (_, Entry::Block(..)) | (Entry::Attribute(..), Entry::Comment(_)) => true,
        (Entry::Attribute(_, before), Entry::Attribute(_, after)) => {
            !matches!((before, after), (Expression::Line(_), Expression::Line(_)))
        }
    }
}

impl fmt::Display for BlockBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

fn expression(attribute: &Attribute, value: &Value, references: &[(Path, String)], at: &Path) -> Expression {
    let Shape::Nested(nesting, schema) = &attribute.shape else { return plain(value) };
    let body = |value: &Value| BlockBody::within(schema, value, references, at);
    match (nesting, value) {
        (Nesting::Single, value) => Expression::Object(body(value)),
        (Nesting::Map, Value::Map(members)) => {
            let members = members
                .iter()
                .map(|(key, value)| Entry::Attribute(name(key), Expression::Object(body(value))));
            Expression::Object(BlockBody(members.collect()))
        }
        (_, value) => Expression::Objects(value.as_elements().unwrap_or_default().iter().map(body).collect()),
    }
}

/// A value without a schema of its own.
fn plain(value: &Value) -> Expression {
    let line = inline(value);
    match value.as_elements() {
        Some(elements) if line.chars().count() > LONGEST_LINE => {
            Expression::Lines(elements.iter().map(inline).collect())
        }
        _ => Expression::Line(line),
    }
}

/// A value without a schema of its own, in one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Null | Value::Unknown => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::List(elements) | Value::Set(elements) => {
            format!("[{}]", elements.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Map(members) if members.is_empty() => "{}".to_owned(),
        Value::Map(members) => {
            let members = members.iter().map(|(key, value)| format!("{} = {}", name(key), inline(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Dynamic(_, inner) => inline(inner),
    }
}

/// The key of a map: as it is where it is a name, else quoted.
fn name(key: &str) -> String {
    if is_identifier(key) { key.to_owned() } else { quoted(key) }
}

/// Whether a text can be the name of an argument or the label of a resource.
pub fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// A text between quotation marks, in which nothing is a template.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => out.extend([letter, letter]),
            control if is_obeyed(control) => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::attr::{Attr, AttributeType as _};
    use crate::example::{Light, Shelf};
    use crate::model::Model as _;
    use crate::timeouts::Timeouts;

    #[test]
    fn a_configuration_is_written_as_the_formatter_would() {
        let shelf = Shelf {
            label: "a \"b\" ${c} $d %{e}\n\\\u{202e}".into(),
            key_version: 3.into(),
            light: Light { on: true.into(), colour: Attr::Null }.into(),
            timeouts: Timeouts { create: "5m".into(), ..Timeouts::default() }.into(),
            ..Shelf::default()
        };
        let config = Shelf::schema().complete(shelf.write());
        let mut file = BlockBody::new();
        file.comment("The shelf.\nIt is\u{7}\u{202e} old.");
        let references = [(Shelf::wood(), "var.wood".to_owned())];
        file.block(
            "resource",
            &["library_shelf", "old"],
            BlockBody::of(&Shelf::schema(), &config, &references),
        );
        let text = r#"# The shelf.
# It is old.
resource "library_shelf" "old" {
  label       = "a \"b\" $${c} $d %%{e}\n\\\u202e"
  wood        = var.wood
  key_version = 3

  light = {
    on = true
  }

  timeouts {
    create = "5m"
  }
}
"#;
        assert_eq!(file.to_string(), text);
    }

    #[test]
    fn collections_stand_in_one_line() {
        let value = Value::object([
            ("a", Value::List(vec![1.into(), Value::Null])),
            ("b c", Value::object([("d", Value::from("e"))])),
        ]);
        assert_eq!(inline(&value), r#"{ a = [1, null], "b c" = { d = "e" } }"#);
    }

    #[test]
    fn a_list_that_is_longer_than_a_line_is_broken() {
        let list = |elements: usize| {
            Value::List((0..elements).map(|_| Value::from("somebody@example.com")).collect())
        };
        assert!(matches!(plain(&list(4)), Expression::Line(_)));
        let body = BlockBody(vec![
            Entry::Attribute("a".into(), plain(&list(1))),
            Entry::Attribute("bc".into(), plain(&list(5))),
            Entry::Attribute("d".into(), plain(&list(1))),
        ]);
        let five = "  \"somebody@example.com\",\n".repeat(5);
        let one = "[\"somebody@example.com\"]";
        assert_eq!(body.to_string(), format!("a = {one}\n\nbc = [\n{five}]\n\nd = {one}\n"));
    }

    #[test]
    fn what_can_be_a_name_is_told_from_what_can_not() {
        for good in ["a", "_1", "contoso-com_2"] {
            assert!(is_identifier(good), "{good}");
        }
        for bad in ["", "1a", "a.b", "-a", "ü"] {
            assert!(!is_identifier(bad), "{bad}");
        }
    }
}
