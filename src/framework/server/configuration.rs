//! The provider block, and the wish to stop.

use super::call::Fault;
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::{
    DynamicValue, configure_provider, stop_provider, validate_provider_config,
};
use crate::service::{ConfigureRequest, Service};
use crate::value::Value;

fn config_of(service: &dyn Service, config: Option<&DynamicValue>) -> Result<Value, Fault> {
    let ty = service.provider_schema().value_type();
    convert::value_of_dynamic(config, &ty).map_err(Fault::value("config"))
}

pub(super) fn validate(
    service: &dyn Service,
    request: validate_provider_config::Request,
) -> Result<validate_provider_config::Response, Fault> {
    let config = config_of(service, request.config.as_ref())?;
    let diagnostics = convert::diagnostics(service.validate_provider(&config));
    Ok(validate_provider_config::Response { diagnostics })
}

pub(super) fn configure(
    service: &dyn Service,
    request: configure_provider::Request,
) -> Result<configure_provider::Response, Fault> {
    let config = config_of(service, request.config.as_ref())?;
    let request = ConfigureRequest { config, terraform_version: request.terraform_version };
    let diagnostics = convert::diagnostics(service.configure(request));
    Ok(configure_provider::Response { diagnostics })
}

/// Returns at once; the server goes on, and calls in flight return what is true by then.
pub(super) fn stop(
    service: &dyn Service,
    _: stop_provider::Request,
) -> Result<stop_provider::Response, Fault> {
    service.stop();
    Ok(stop_provider::Response::default())
}
