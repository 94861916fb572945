//! Rules about collections.

use super::{Check, Validator};
use crate::value::Value;

/// From `least` to `most` elements.
pub fn size(least: usize, most: usize) -> impl Validator {
    Size { least, most }
}

struct Size {
    least: usize,
    most: usize,
}

impl Validator for Size {
    fn validate(&self, check: &mut Check<'_>) {
        let found = match check.value {
            Value::List(elements) | Value::Set(elements) => elements.len(),
            Value::Map(members) => members.len(),
            _ => return,
        };
        if found < self.least || found > self.most {
            check.refuse(format!("{} to {} elements are required, not {found}.", self.least, self.most));
        }
    }
}

/// A rule that every element of a list, set or map must meet.
pub fn each(rule: impl Validator) -> impl Validator {
    Each(rule)
}

struct Each<V>(V);

impl<V: Validator> Validator for Each<V> {
    fn validate(&self, check: &mut Check<'_>) {
        let path = check.path.clone();
        match check.value {
            Value::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    check.within(element, &path.clone().index(index), &self.0);
                }
            }
            Value::Set(elements) => elements.iter().for_each(|element| check.within(element, &path, &self.0)),
            Value::Map(members) => {
                for (key, member) in members {
                    check.within(member, &path.clone().key(key.clone()), &self.0);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::refusal;
    use super::super::{one_of, uuid};
    use super::*;

    #[test]
    fn size_is_checked() {
        assert_eq!(refusal(&size(1, 2), vec!["a"]), None);
        assert_eq!(refusal(&size(1, 2), Vec::<&str>::new()).unwrap(), "1 to 2 elements are required, not 0.");
    }

    #[test]
    fn every_known_element_is_checked() {
        let rule = each(one_of(&["a", "b"]));
        assert_eq!(refusal(&rule, Value::set(["a".into(), Value::Unknown])), None);
        assert!(refusal(&rule, vec!["a", "c"]).is_some());
        assert!(
            refusal(&each(uuid()), Value::object([("k", "no")].map(|(k, v)| (k, Value::from(v))))).is_some()
        );
    }
}
