//! Managed resources.

use tokio_util::sync::CancellationToken;

use super::call::{Fault, ResourceTypes};
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::{
    DynamicValue, ResourceIdentityData, apply_resource_change, generate_resource_config,
    plan_resource_change, read_resource, upgrade_resource_identity, upgrade_resource_state,
    validate_resource_config,
};
use crate::service::{ApplyRequest, ClientCapabilities, PlanRequest, ReadRequest, Service, StateResponse};
use crate::value::Value;

impl ResourceTypes {
    /// A configuration, plan or state of a request.
    fn read(&self, field: &'static str, message: Option<&DynamicValue>) -> Result<Value, Fault> {
        convert::value_of_dynamic(message, self.object()).map_err(Fault::value(field))
    }

    /// A plan or state for a response.
    pub(super) fn write(&self, field: &'static str, value: &Value) -> Result<Option<DynamicValue>, Fault> {
        convert::dynamic_value(value, self.object()).map(Some).map_err(Fault::value(field))
    }

    /// An identity of a request; none for resources without one, whatever was sent.
    pub(super) fn read_identity(
        &self,
        field: &'static str,
        message: Option<&ResourceIdentityData>,
    ) -> Result<Option<Value>, Fault> {
        let Some(ty) = self.identity() else { return Ok(None) };
        convert::value_of_identity(message, ty).map_err(Fault::value(field))
    }

    /// An identity for a response. Core fails on one of a resource that has none.
    pub(super) fn write_identity(
        &self,
        field: &'static str,
        value: Option<&Value>,
    ) -> Result<Option<ResourceIdentityData>, Fault> {
        let (Some(ty), Some(value)) = (self.identity(), value) else { return Ok(None) };
        convert::identity_value(value, ty).map(Some).map_err(Fault::value(field))
    }
}

pub(super) fn validate(
    service: &dyn Service,
    request: validate_resource_config::Request,
) -> Result<validate_resource_config::Response, Fault> {
    let types = ResourceTypes::of(service, &request.type_name)?;
    let config = types.read("config", request.config.as_ref())?;
    let client = request.client_capabilities.unwrap_or_default();
    let client = ClientCapabilities { write_only_attributes_allowed: client.write_only_attributes_allowed };
    let diagnostics = service.validate_resource(&request.type_name, &config, client);
    Ok(validate_resource_config::Response { diagnostics: convert::diagnostics(diagnostics) })
}

pub(super) fn upgrade_state(
    service: &dyn Service,
    request: upgrade_resource_state::Request,
) -> Result<upgrade_resource_state::Response, Fault> {
    let types = ResourceTypes::of(service, &request.type_name)?;
    let json = convert::raw_json(request.raw_state.as_ref()).map_err(Fault::value("raw_state"))?;
    let upgraded = service.upgrade_state(&request.type_name, request.version, json);
    Ok(upgrade_resource_state::Response {
        upgraded_state: types.write("upgraded_state", &upgraded.value)?,
        diagnostics: convert::diagnostics(upgraded.diagnostics),
    })
}

pub(super) fn upgrade_identity(
    service: &dyn Service,
    request: upgrade_resource_identity::Request,
) -> Result<upgrade_resource_identity::Response, Fault> {
    let types = ResourceTypes::of(service, &request.type_name)?;
    let json = convert::raw_json(request.raw_identity.as_ref()).map_err(Fault::value("raw_identity"))?;
    let upgraded = service.upgrade_identity(&request.type_name, request.version, json);
    Ok(upgrade_resource_identity::Response {
        upgraded_identity: types.write_identity("upgraded_identity", Some(&upgraded.value))?,
        diagnostics: convert::diagnostics(upgraded.diagnostics),
    })
}

pub(super) async fn read(
    service: &dyn Service,
    request: read_resource::Request,
) -> Result<read_resource::Response, Fault> {
    let types = ResourceTypes::of(service, &request.type_name)?;
    let response = service.read(ReadRequest {
        current: types.read("current_state", request.current_state.as_ref())?,
        private: request.private,
        identity: types.read_identity("current_identity", request.current_identity.as_ref())?,
        type_name: request.type_name,
    });
    let StateResponse { state, private, identity, diagnostics } = response.await;
    Ok(read_resource::Response {
        new_state: types.write("new_state", &state)?,
        private,
        new_identity: types.write_identity("new_identity", identity.as_ref())?,
        diagnostics: convert::diagnostics(diagnostics),
        deferred: None,
    })
}

pub(super) async fn plan(
    service: &dyn Service,
    request: plan_resource_change::Request,
) -> Result<plan_resource_change::Response, Fault> {
    let types = ResourceTypes::of(service, &request.type_name)?;
    let response = service.plan(PlanRequest {
        prior: types.read("prior_state", request.prior_state.as_ref())?,
        proposed: types.read("proposed_new_state", request.proposed_new_state.as_ref())?,
        config: types.read("config", request.config.as_ref())?,
        prior_private: request.prior_private,
        prior_identity: types.read_identity("prior_identity", request.prior_identity.as_ref())?,
        type_name: request.type_name,
    });
    let plan = response.await;
    Ok(plan_resource_change::Response {
        planned_state: types.write("planned_state", &plan.planned)?,
        requires_replace: plan.requires_replace.iter().map(convert::path).collect(),
        planned_private: plan.planned_private,
        planned_identity: types.write_identity("planned_identity", plan.planned_identity.as_ref())?,
        diagnostics: convert::diagnostics(plan.diagnostics),
        ..Default::default()
    })
}

pub(super) async fn apply(
    service: &dyn Service,
    request: apply_resource_change::Request,
    abandoned: CancellationToken,
) -> Result<apply_resource_change::Response, Fault> {
    let types = ResourceTypes::of(service, &request.type_name)?;
    let response = service.apply(ApplyRequest {
        prior: types.read("prior_state", request.prior_state.as_ref())?,
        planned: types.read("planned_state", request.planned_state.as_ref())?,
        config: types.read("config", request.config.as_ref())?,
        planned_private: request.planned_private,
        planned_identity: types.read_identity("planned_identity", request.planned_identity.as_ref())?,
        type_name: request.type_name,
        abandoned,
    });
    let StateResponse { state, private, identity, diagnostics } = response.await;
    Ok(apply_resource_change::Response {
        new_state: types.write("new_state", &state)?,
        private,
        new_identity: types.write_identity("new_identity", identity.as_ref())?,
        diagnostics: convert::diagnostics(diagnostics),
        legacy_type_system: false,
    })
}

pub(super) fn generate_config(
    service: &dyn Service,
    request: generate_resource_config::Request,
) -> Result<generate_resource_config::Response, Fault> {
    let types = ResourceTypes::of(service, &request.type_name)?;
    let state = types.read("state", request.state.as_ref())?;
    let generated = service.generate_config(&request.type_name, &state);
    Ok(generate_resource_config::Response {
        config: types.write("config", &generated.value)?,
        diagnostics: convert::diagnostics(generated.diagnostics),
    })
}

/// What is answered when a change broke off: the state before it, which the next refresh puts right. For a create
/// that is none, so that core does not taint and destroy what the next create can finish.
pub(super) fn unchanged(request: &apply_resource_change::Request) -> apply_resource_change::Response {
    apply_resource_change::Response {
        new_state: request.prior_state.clone(),
        private: request.planned_private.clone(),
        new_identity: request.planned_identity.clone(),
        ..Default::default()
    }
}
