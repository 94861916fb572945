//! Functions and their errors.

use crate::function::{FunctionError, Parameter, Signature};
use crate::protocol::wire::tfplugin6 as wire;

/// A signature.
pub(crate) fn function(signature: &Signature) -> wire::Function {
    wire::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(wire::function::Return { r#type: signature.returns.to_json().into_bytes() }),
        summary: signature.summary.to_owned(),
        description: signature.description.to_owned(),
        description_kind: wire::StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

fn parameter(parameter: &Parameter) -> wire::function::Parameter {
    wire::function::Parameter {
        name: parameter.name.to_owned(),
        r#type: parameter.value_type.to_json().into_bytes(),
        allow_null_value: parameter.allow_null,
        // Core answers unknown by itself when an argument is.
        allow_unknown_values: false,
        description: parameter.description.to_owned(),
        description_kind: wire::StringKind::Markdown.into(),
    }
}

/// Why a function has no result.
pub(crate) fn function_error(error: FunctionError) -> wire::FunctionError {
    let function_argument = error.argument.and_then(|argument| i64::try_from(argument).ok());
    wire::FunctionError { text: error.text, function_argument }
}
