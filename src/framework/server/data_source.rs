//! Data sources.

use super::call::Fault;
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::{read_data_source, validate_data_resource_config};
use crate::service::Service;
use crate::value::Type;

fn type_of(service: &dyn Service, name: &str) -> Result<Type, Fault> {
    let schema = service.data_source_schema(name);
    schema
        .map(|schema| schema.value_type())
        .ok_or_else(|| Fault::Unknown { kind: "data source", name: name.to_owned() })
}

pub(super) fn validate(
    service: &dyn Service,
    request: validate_data_resource_config::Request,
) -> Result<validate_data_resource_config::Response, Fault> {
    let ty = type_of(service, &request.type_name)?;
    let config = convert::value_of_dynamic(request.config.as_ref(), &ty).map_err(Fault::value("config"))?;
    let diagnostics = service.validate_data_source(&request.type_name, &config);
    Ok(validate_data_resource_config::Response { diagnostics: convert::diagnostics(diagnostics) })
}

pub(super) async fn read(
    service: &dyn Service,
    request: read_data_source::Request,
) -> Result<read_data_source::Response, Fault> {
    let ty = type_of(service, &request.type_name)?;
    let config = convert::value_of_dynamic(request.config.as_ref(), &ty).map_err(Fault::value("config"))?;
    let response = service.read_data_source(&request.type_name, config).await;
    Ok(read_data_source::Response {
        state: Some(convert::dynamic_value(&response.value, &ty).map_err(Fault::value("state"))?),
        diagnostics: convert::diagnostics(response.diagnostics),
        deferred: None,
    })
}
