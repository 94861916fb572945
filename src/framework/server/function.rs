//! Functions.

use super::call::Fault;
use crate::function::FunctionError;
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::call_function;
use crate::service::Service;

pub(super) fn call(
    service: &dyn Service,
    request: call_function::Request,
) -> Result<call_function::Response, Fault> {
    let Some(signature) = service.function(&request.name) else {
        return Err(Fault::Unknown { kind: "function", name: request.name });
    };
    let mut arguments = Vec::with_capacity(request.arguments.len());
    for (index, argument) in request.arguments.iter().enumerate() {
        let Some(ty) = signature.argument_type(index) else {
            let error = FunctionError::argument(index, "the function takes no such argument");
            return Ok(refused(error));
        };
        arguments.push(convert::value_of_dynamic(Some(argument), ty).map_err(Fault::value("arguments"))?);
    }
    match service.call_function(&request.name, arguments) {
        Ok(result) => {
            let result =
                convert::dynamic_value(&result, &signature.returns).map_err(Fault::value("result"))?;
            Ok(call_function::Response { result: Some(result), error: None })
        }
        Err(error) => Ok(refused(error)),
    }
}

fn refused(error: FunctionError) -> call_function::Response {
    call_function::Response { result: None, error: Some(convert::function_error(error)) }
}
