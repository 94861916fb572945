//! What a provider function is.

use super::attr::{AttributeType, ReadError};
use super::path::Path;
use super::value::{Type, Value};

/// A provider function: pure, quick, without configuration.
///
/// ```ignore
/// impl Function for Shout {
///     type Arguments = (String, Variadic<i64>);
///     type Returns = String;
///
///     fn describe(&self) -> FunctionDescription {
///         FunctionDescription::new("shout", "Text in capitals.", "Returns the text in capitals.")
///             .parameter("text", "What to shout.")
///             .parameter("times", "How often, again and again.")
///     }
///
///     fn call(&self, (text, times): Self::Arguments) -> Result<String, FunctionError> { ... }
/// }
/// ```
pub trait Function: Send + Sync + 'static {
    /// What it takes: one type that an attribute could have, a tuple of several, or `()`. `Attr<T>` takes null as well; the
    /// last may be [`Variadic`].
    type Arguments: ArgumentList;
    /// The result: a type that an attribute could have; a model is an object, `Attr<T>` may be null.
    type Returns: AttributeType;

    /// Its name and what is said of it, with a name for each argument.
    fn describe(&self) -> FunctionDescription;

    /// Computes the result.
    fn call(&self, arguments: Self::Arguments) -> Result<Self::Returns, FunctionError>;
}

/// Name and documentation of a function.
#[derive(Debug, Clone)]
pub struct FunctionDescription {
    name: &'static str,
    summary: &'static str,
    description: &'static str,
    parameters: Vec<(&'static str, &'static str)>,
}

impl FunctionDescription {
    /// An identifier without prefix, one line, and Markdown.
    pub const fn new(name: &'static str, summary: &'static str, description: &'static str) -> Self {
        Self { name, summary, description, parameters: Vec::new() }
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Names and describes (in Markdown) the next argument.
    #[must_use]
    pub fn parameter(mut self, name: &'static str, description: &'static str) -> Self {
        self.parameters.push((name, description));
        self
    }
}

/// Any number of further arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variadic<T>(pub Vec<T>);

/// The arguments of a function as Rust types.
pub trait ArgumentList: Sized {
    #[doc(hidden)]
    fn kinds() -> Vec<ArgumentKind>;
    #[doc(hidden)]
    fn read(values: &[Value]) -> Result<Self, FunctionError>;
}

/// What one argument can be.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct ArgumentKind {
    value_type: Type,
    allow_null: bool,
    variadic: bool,
}

/// One argument, or the rest of them.
#[doc(hidden)]
pub trait Argument: Sized {
    fn kind() -> ArgumentKind;
    /// Reads what stands at `index`.
    fn read_at(values: &[Value], index: usize) -> Result<Self, FunctionError>;
}

impl<T: AttributeType> Argument for T {
    fn kind() -> ArgumentKind {
        ArgumentKind { value_type: T::shape().value_type(), allow_null: T::takes_null(), variadic: false }
    }

    fn read_at(values: &[Value], index: usize) -> Result<Self, FunctionError> {
        const NULL: &Value = &Value::Null;
        T::read(values.get(index).unwrap_or(NULL), &Path::root()).map_err(|error| match error {
            ReadError::Wrong(wrong) if wrong.path.is_root() => FunctionError::argument(index, wrong.message),
            ReadError::Wrong(wrong) => FunctionError::argument(index, wrong.to_string()),
            ReadError::Unknown => FunctionError::argument(index, "the value is not known yet"),
            ReadError::Absent => FunctionError::argument(index, "a blank text is not allowed here"),
        })
    }
}

impl<T: AttributeType> Argument for Variadic<T> {
    fn kind() -> ArgumentKind {
        ArgumentKind { variadic: true, ..T::kind() }
    }

    fn read_at(values: &[Value], index: usize) -> Result<Self, FunctionError> {
        (index..values.len()).map(|index| T::read_at(values, index)).collect::<Result<_, _>>().map(Self)
    }
}

impl<T: Argument> ArgumentList for T {
    fn kinds() -> Vec<ArgumentKind> {
        vec![T::kind()]
    }

    fn read(values: &[Value]) -> Result<Self, FunctionError> {
        T::read_at(values, 0)
    }
}

macro_rules! tuples {
    ($(($($argument:ident $index:literal)*))*) => {$(
        impl<$($argument: Argument),*> ArgumentList for ($($argument,)*) {
            fn kinds() -> Vec<ArgumentKind> {
                vec![$($argument::kind()),*]
            }

            #[allow(unused_variables, reason = "there are functions without arguments")]
            fn read(values: &[Value]) -> Result<Self, FunctionError> {
                Ok(($($argument::read_at(values, $index)?,)*))
            }
        }
    )*};
}

tuples! {
    () (A 0) (A 0 B 1) (A 0 B 1 C 2) (A 0 B 1 C 2 D 3) (A 0 B 1 C 2 D 3 E 4) (A 0 B 1 C 2 D 3 E 4 F 5)
}

/// A function with its types erased.
pub(crate) trait ErasedFunction: Send + Sync {
    fn signature(&self) -> Signature;
    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError>;
    /// Everything wrong with how it is described, one line each.
    fn check(&self) -> Vec<String>;
}

impl<F: Function> ErasedFunction for F {
    fn signature(&self) -> Signature {
        let FunctionDescription { name, summary, description, parameters: described } = self.describe();
        let (mut parameters, mut variadic) = (Vec::new(), None);
        for (index, kind) in F::Arguments::kinds().into_iter().enumerate() {
            // A missing name is found by `check`.
            let (name, description) = described.get(index).copied().unwrap_or_default();
            let parameter =
                Parameter { name, description, value_type: kind.value_type, allow_null: kind.allow_null };
            if kind.variadic { variadic = Some(parameter) } else { parameters.push(parameter) }
        }
        let returns = F::Returns::shape().value_type();
        Signature { name, summary, description, parameters, variadic, returns }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        Ok(Function::call(self, F::Arguments::read(arguments)?)?.write())
    }

    fn check(&self) -> Vec<String> {
        let mut found = ErasedFunction::signature(self).check();
        let (kinds, described) = (F::Arguments::kinds(), self.describe().parameters.len());
        if kinds.len() != described {
            found.push(format!("arguments taken: {}, described: {described}", kinds.len()));
        }
        if kinds.iter().rev().skip(1).any(|kind| kind.variadic) {
            found.push("only the last argument can be variadic".to_owned());
        }
        found
    }
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

    struct Join;

    crate::model! {
        /// A text and its length.
        struct Joined {
            /// The text.
            text: Attr<String> => computed(),
            /// Its length.
            length: Attr<i64> => computed(),
        }
    }

    impl Function for Join {
        type Arguments = (String, Attr<String>, Variadic<i64>);
        type Returns = Joined;

        fn describe(&self) -> FunctionDescription {
            FunctionDescription::new("join", "Joins.", "Joins everything.")
                .parameter("first", "First.")
                .parameter("second", "Second.")
                .parameter("numbers", "Further.")
        }

        fn call(&self, (first, second, Variadic(numbers)): Self::Arguments) -> Result<Joined, FunctionError> {
            let text = format!("{first}{}{numbers:?}", second.text());
            let length = i64::try_from(text.len()).map_err(|_| FunctionError::argument(0, "too long"))?;
            Ok(Joined { text: text.into(), length: length.into() })
        }
    }

    fn join(arguments: &[Value]) -> Result<Value, FunctionError> {
        ErasedFunction::call(&Join, arguments)
    }

    #[test]
    fn arguments_are_typed_and_refused_by_position() {
        let joined = join(&["a".into(), Value::Null, 1.into(), 2.into()]).unwrap();
        assert_eq!(joined.member("text"), &"a[1, 2]".into());
        assert_eq!(joined.member("length"), &7.into());
        assert_eq!(join(&["a".into(), "b".into()]).unwrap().member("text"), &"ab[]".into());
        assert_eq!(
            join(&[true.into(), "b".into()]).unwrap_err(),
            FunctionError::argument(0, "a string is required")
        );
        assert_eq!(join(&["a".into(), Value::Null, "b".into()]).unwrap_err().argument, Some(2));
    }

    #[test]
    fn the_signature_follows_from_the_types() {
        let signature = Join.signature();
        let nulls: Vec<bool> = signature.parameters.iter().map(|parameter| parameter.allow_null).collect();
        assert_eq!(nulls, [false, true]);
        assert_eq!(signature.argument_type(5), Some(&Type::Number));
        let Type::Object { attributes, .. } = &signature.returns else { panic!("an object") };
        assert!(attributes.keys().eq(["length", "text"]));
        assert_eq!(Join.check(), Vec::<String>::new());
    }

    #[test]
    fn an_argument_without_a_description_is_found() {
        struct Silent;
        impl Function for Silent {
            type Arguments = (Variadic<String>, String);
            type Returns = bool;
            fn describe(&self) -> FunctionDescription {
                FunctionDescription::new("silent", "", "").parameter("a", "")
            }
            fn call(&self, _: Self::Arguments) -> Result<bool, FunctionError> {
                Ok(true)
            }
        }
        let found = Silent.check();
        assert!(found.contains(&"arguments taken: 2, described: 1".to_owned()), "{found:?}");
        assert!(found.contains(&"only the last argument can be variadic".to_owned()), "{found:?}");
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
