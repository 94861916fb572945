//! `Set<T>`: a set of what has no order, such as models.

use super::attr::{AttributeType, Choices, ReadError, present};
use super::path::Path;
use super::schema::{Nesting, Shape};
use super::value::Value;

/// A set as an attribute: `Attr<Set<Rule>>` is a nested set of the model `Rule`. Where the elements have an order,
/// `BTreeSet<T>` says the same. Equal elements are one.
///
/// Elements of sets have no address: a rule about one is refused at the set, and what the provider decides of an element
/// can't be told from that of another. So no attribute of `Rule` has a default or is write-only.
#[derive(Debug, Clone, Default)]
pub struct Set<T>(Vec<T>);

impl<T> Set<T> {
    /// Its elements, in the order in which they came.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: PartialEq> Set<T> {
    /// Whether it is among them.
    pub fn contains(&self, element: &T) -> bool {
        self.0.contains(element)
    }
}

impl<T: PartialEq> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut distinct = Vec::new();
        for element in elements {
            if !distinct.contains(&element) {
                distinct.push(element);
            }
        }
        Self(distinct)
    }
}

impl<T: PartialEq> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        let within = |a: &Self, b: &Self| a.iter().all(|element| b.contains(element));
        self.len() == other.len() && within(self, other) && within(other, self)
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: AttributeType + PartialEq> AttributeType for Set<T> {
    fn shape() -> Shape {
        T::shape().collected(Nesting::Set)
    }

    fn choices() -> Choices {
        T::choices()
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        let elements =
            present(value, path)?.as_elements().ok_or_else(|| ReadError::wrong(path, "a set is required"))?;
        // Paths end at the set. Elements that look alike may differ in what is not known yet.
        elements.iter().map(|element| T::read(element, path)).collect::<Result<_, _>>().map(Self)
    }

    fn write(&self) -> Value {
        Value::set(self.iter().map(T::write))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attr::Attr;
    use crate::model::Model;
    use crate::value::Type;

    crate::model! {
        /// A rule.
        struct Rule {
            /// A port.
            port: Attr<i64> => required(),
            /// Who.
            from: Attr<Vec<String>> => optional(),
        }
    }

    crate::model! {
        /// A wall.
        struct Wall {
            /// Rules.
            rules: Attr<Set<Rule>> => optional(),
        }
    }

    fn rule(port: i64) -> Rule {
        Rule { port: port.into(), from: Attr::Null }
    }

    fn wall(ports: &[i64]) -> Wall {
        Wall { rules: Attr::Known(ports.iter().copied().map(rule).collect()) }
    }

    #[test]
    fn a_set_of_models_is_a_nested_set() {
        let schema = Wall::schema();
        assert!(matches!(&schema.attributes[0].shape, Shape::Nested(Nesting::Set, _)));
        assert_eq!(schema.attributes[0].value_type(), Type::set(Rule::schema().value_type()));
        let wall = wall(&[443, 80, 443]);
        assert_eq!(wall.rules.known().map(Set::len), Some(2));
        assert_eq!(crate::model::read::<Wall>(&wall.write()).unwrap(), wall);
    }

    #[test]
    fn the_order_says_nothing() {
        assert_eq!(wall(&[1, 2]), wall(&[2, 1]));
        assert_ne!(wall(&[1, 2]), wall(&[1, 3]));
        assert_ne!(wall(&[1]), wall(&[1, 2]));
    }

    #[test]
    fn elements_that_differ_in_what_is_not_known_yet_stay_apart() {
        let unknown = || Value::object([("port", Value::Unknown), ("from", Value::Null)]);
        let value = Value::object([("rules", Value::set([unknown(), unknown()]))]);
        let wall: Wall = crate::model::read(&value).unwrap();
        assert_eq!(wall.rules.known().map(Set::len), Some(2));
        assert_eq!(wall.write(), value);
        let half_known = Set(vec![rule(1), Rule { port: Attr::Unknown, ..rule(1) }]);
        assert_ne!(wall.rules, Attr::Known(half_known));
    }

    #[test]
    fn an_element_that_does_not_fit_is_named_by_the_set() {
        let value = Value::object([("rules", Value::set([Value::object([("port", true.into())])]))]);
        let refused = crate::model::read::<Wall>(&value).unwrap_err();
        assert_eq!(refused.attribute.unwrap().to_string(), "rules.port");
    }
}
