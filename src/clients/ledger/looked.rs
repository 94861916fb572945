//! A look into a document that was read as it is. What is looked at is taken note of where tests ask for it.

use serde_json::Value;

use super::Reading;

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Looked<'v> {
    pub(crate) value: &'v Value,
    #[cfg(debug_assertions)]
    reading: Reading,
}

impl<'v> Looked<'v> {
    /// The value that is read there.
    #[cfg_attr(
        not(debug_assertions),
        expect(unused_variables, clippy::needless_pass_by_value, reason = "for notes alone")
    )]
    pub(crate) fn at(value: &'v Value, reading: Reading) -> Self {
        Self {
            value,
            #[cfg(debug_assertions)]
            reading,
        }
    }

    /// A member of it.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        #[cfg(debug_assertions)]
        super::recording::read(&self.reading, &super::unnumbered(&self.reading.path(name)));
        self.value.get(name).map(|value| self.with(value, name))
    }

    /// The elements of a list, or the value itself where it is none.
    pub(crate) fn each(&self) -> Vec<Self> {
        match self.value {
            Value::Array(items) => items.iter().map(|item| self.with(item, "[]")).collect(),
            _ => vec![self.clone()],
        }
    }

    #[cfg_attr(
        not(debug_assertions),
        expect(unused_variables, clippy::unused_self, reason = "for notes alone")
    )]
    fn with(&self, value: &'v Value, step: &str) -> Self {
        Self {
            value,
            #[cfg(debug_assertions)]
            reading: self.reading.clone().within(&self.reading.path(step)),
        }
    }
}
