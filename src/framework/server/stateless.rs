//! What has a configuration and no state: ephemeral resources, and the configurations of lists and actions.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::call::Fault;
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::{
    DynamicValue, close_ephemeral_resource, open_ephemeral_resource, plan_action, renew_ephemeral_resource,
    validate_action_config, validate_ephemeral_resource_config, validate_list_resource_config,
};
use crate::service::{Service, Stateless};
use crate::value::{Type, Value};

/// The status that tells a client to look elsewhere, where the provider has nothing of a kind.
pub(super) fn offered(service: &dyn Service, kind: Stateless) -> Result<(), Status> {
    if service.stateless_schemas(kind).is_empty() {
        return Err(Status::unimplemented(format!("the provider has no {}", kind.noun())));
    }
    Ok(())
}

/// The type of a configuration.
pub(super) fn type_of(service: &dyn Service, kind: Stateless, name: &str) -> Result<Type, Fault> {
    let schema = service.stateless_schemas(kind).remove(name);
    schema
        .map(|schema| schema.value_type())
        .ok_or_else(|| Fault::Unknown { kind: kind.noun(), name: name.to_owned() })
}

/// A configuration.
pub(super) fn config_of(
    service: &dyn Service,
    kind: Stateless,
    name: &str,
    config: Option<&DynamicValue>,
) -> Result<Value, Fault> {
    let ty = type_of(service, kind, name)?;
    convert::value_of_dynamic(config, &ty).map_err(Fault::value("config"))
}

macro_rules! validations {
    ($($function:ident ($messages:ident) $kind:ident;)*) => {$(
        pub(super) fn $function(
            service: &dyn Service,
            request: $messages::Request,
        ) -> Result<$messages::Response, Fault> {
            let kind = Stateless::$kind;
            let config = config_of(service, kind, &request.type_name, request.config.as_ref())?;
            let diagnostics = service.validate_stateless(kind, &request.type_name, &config);
            Ok($messages::Response { diagnostics: convert::diagnostics(diagnostics) })
        }
    )*};
}

validations! {
    validate_ephemeral (validate_ephemeral_resource_config) Ephemeral;
    validate_list (validate_list_resource_config) List;
    validate_action (validate_action_config) Action;
}

pub(super) async fn open(
    service: Arc<dyn Service>,
    request: open_ephemeral_resource::Request,
    abandoned: CancellationToken,
) -> Result<open_ephemeral_resource::Response, Fault> {
    let name = &request.type_name;
    let ty = type_of(&*service, Stateless::Ephemeral, name)?;
    let config = convert::value_of_dynamic(request.config.as_ref(), &ty).map_err(Fault::value("config"))?;
    let opened = service.open(name, config, abandoned).await;
    Ok(open_ephemeral_resource::Response {
        diagnostics: convert::diagnostics(opened.diagnostics),
        renew_at: opened.renew_at.map(prost_types::Timestamp::from),
        result: Some(convert::dynamic_value(&opened.result, &ty).map_err(Fault::value("result"))?),
        private: Some(opened.private),
        deferred: None,
    })
}

pub(super) async fn renew(
    service: &dyn Service,
    request: renew_ephemeral_resource::Request,
) -> Result<renew_ephemeral_resource::Response, Fault> {
    type_of(service, Stateless::Ephemeral, &request.type_name)?;
    let renewed = service.renew(&request.type_name, &request.private.unwrap_or_default()).await;
    Ok(renew_ephemeral_resource::Response {
        diagnostics: convert::diagnostics(renewed.diagnostics),
        renew_at: renewed.renew_at.map(prost_types::Timestamp::from),
        private: Some(renewed.private),
    })
}

/// Run to its end whoever is gone: what was opened is not left behind.
pub(super) async fn close(
    service: Arc<dyn Service>,
    request: close_ephemeral_resource::Request,
    _abandoned: CancellationToken,
) -> Result<close_ephemeral_resource::Response, Fault> {
    type_of(&*service, Stateless::Ephemeral, &request.type_name)?;
    let diagnostics = service.close(&request.type_name, &request.private.unwrap_or_default()).await;
    Ok(close_ephemeral_resource::Response { diagnostics: convert::diagnostics(diagnostics) })
}

pub(super) async fn plan_action(
    service: &dyn Service,
    request: plan_action::Request,
) -> Result<plan_action::Response, Fault> {
    let name = &request.action_type;
    let config = config_of(service, Stateless::Action, name, request.config.as_ref())?;
    let diagnostics = convert::diagnostics(service.plan_action(name, config).await);
    Ok(plan_action::Response { diagnostics, deferred: None })
}
