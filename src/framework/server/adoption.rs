//! Objects that exist already: import, and moves from other resource types.

use super::call::{Fault, ResourceTypes};
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::{import_resource_state, move_resource_state};
use crate::service::{ImportTarget, MoveRequest, Service, StateResponse};

pub(super) fn import(
    service: &dyn Service,
    request: import_resource_state::Request,
) -> Result<import_resource_state::Response, Fault> {
    let types = ResourceTypes::of(service, &request.type_name)?;
    let target = match types.read_identity("identity", request.identity.as_ref())? {
        Some(identity) => ImportTarget::Identity(identity),
        None => ImportTarget::Id(request.id),
    };
    let StateResponse { state, private, identity, diagnostics } = service.import(&request.type_name, target);
    let imported_resources = if diagnostics.has_errors() {
        Vec::new()
    } else {
        vec![import_resource_state::ImportedResource {
            state: types.write("state", &state)?,
            private,
            identity: types.write_identity("identity", identity.as_ref())?,
            type_name: request.type_name,
        }]
    };
    Ok(import_resource_state::Response {
        imported_resources,
        diagnostics: convert::diagnostics(diagnostics),
        deferred: None,
    })
}

pub(super) fn move_state(
    service: &dyn Service,
    request: move_resource_state::Request,
) -> Result<move_resource_state::Response, Fault> {
    let types = ResourceTypes::of(service, &request.target_type_name)?;
    let source_json =
        convert::raw_json(request.source_state.as_ref()).map_err(Fault::value("source_state"))?;
    let response = service.move_state(MoveRequest {
        source_json: source_json.to_owned(),
        source_provider: request.source_provider_address,
        source_type: request.source_type_name,
        source_version: request.source_schema_version,
        source_private: request.source_private,
        target_type: request.target_type_name,
    });
    let StateResponse { state, private, identity, diagnostics } = response;
    Ok(move_resource_state::Response {
        target_state: types.write("target_state", &state)?,
        target_private: private,
        target_identity: types.write_identity("target_identity", identity.as_ref())?,
        diagnostics: convert::diagnostics(diagnostics),
    })
}
