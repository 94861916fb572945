//! What a provider function is.

use super::attr::{AttributeType, ReadError};
use super::path::Path;
use super::value::{Type, Value};

/// A provider function: pure, quick, without configuration.
pub trait Function: Send + Sync + 'static {
    /// Name, parameters and result.
    fn signature(&self) -> Signature;
    /// Computes the result for arguments that fit the signature.
    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError>;
}

/// Name, parameters and result of a function.
#[derive(Debug, Clone)]
pub struct Signature {
    /// An identifier, without prefix.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Markdown.
    pub description: &'static str,
    /// The fixed parameters in order.
    pub parameters: Vec<Parameter>,
    /// Any number of further arguments.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
}

/// One parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// An identifier.
    pub name: &'static str,
    /// Markdown.
    pub description: &'static str,
    /// Its type.
    pub value_type: Type,
    /// Whether the function takes null; otherwise core refuses it.
    pub allow_null: bool,
}

/// The arguments of one call, variadic ones appended.
#[derive(Clone)]
pub struct Arguments(Vec<Value>);

/// Why a function has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    /// What is wrong and what is required.
    pub text: String,
    /// The argument it is about, from 0.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error about one argument, from 0.
    pub fn argument(argument: usize, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(argument) }
    }
}

impl Arguments {
    /// The arguments in order.
    pub const fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    /// One argument as a Rust type; use `Attr<T>` for one that may be null.
    pub fn get<T: AttributeType>(&self, index: usize) -> Result<T, FunctionError> {
        const NULL: &Value = &Value::Null;
        T::read(self.0.get(index).unwrap_or(NULL), &Path::root()).map_err(|error| match error {
            ReadError::Wrong(wrong) if wrong.path.is_root() => FunctionError::argument(index, wrong.message),
            ReadError::Wrong(wrong) => FunctionError::argument(index, wrong.to_string()),
            ReadError::Unknown => FunctionError::argument(index, "the value is not known yet"),
        })
    }

    /// All arguments, as values.
    pub fn values(&self) -> &[Value] {
        &self.0
    }
}

impl Signature {
    /// The type of the argument at a position; `None` beyond the last.
    pub fn argument_type(&self, index: usize) -> Option<&Type> {
        let parameter = self.parameters.get(index).or(self.variadic.as_ref());
        parameter.map(|parameter| &parameter.value_type)
    }

    /// Everything that core would refuse in it, one line each.
    pub fn check(&self) -> Vec<String> {
        let identifier = |name: &str| {
            name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
                && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        };
        let mut found = Vec::new();
        let names: Vec<&str> = self.parameters.iter().chain(&self.variadic).map(|p| p.name).collect();
        for name in std::iter::once(&self.name).chain(&names) {
            if !identifier(name) {
                found.push(format!("`{name}` is not an identifier"));
            }
        }
        for (index, name) in names.iter().enumerate() {
            if names.iter().take(index).any(|earlier| earlier == name) {
                found.push(format!("the parameter name `{name}` is used twice"));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attr::Attr;

    #[test]
    fn arguments_are_typed_and_refused_by_position() {
        let arguments = Arguments::new(vec!["a".into(), Value::Null]);
        assert_eq!(arguments.get::<String>(0).unwrap(), "a");
        assert_eq!(arguments.get::<Attr<String>>(1).unwrap(), Attr::Null);
        assert_eq!(arguments.get::<String>(1).unwrap_err().argument, Some(1));
        assert_eq!(arguments.get::<bool>(0).unwrap_err().text, "a bool is required");
    }

    #[test]
    fn parameter_names_are_checked() {
        let parameter =
            |name| Parameter { name, description: "", value_type: Type::String, allow_null: false };
        let signature = Signature {
            name: "f",
            summary: "",
            description: "",
            parameters: vec![parameter("a"), parameter("1")],
            variadic: Some(parameter("a")),
            returns: Type::String,
        };
        assert_eq!(signature.check(), ["`1` is not an identifier", "the parameter name `a` is used twice"]);
        assert_eq!(signature.argument_type(7), Some(&Type::String));
    }
}
