//! What the provider offers: schemas, identities, functions, capabilities.

use super::call::Fault;
use crate::ordered;
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::{
    ActionSchema, ServerCapabilities, get_functions, get_metadata, get_provider_schema,
    get_resource_identity_schemas,
};
use crate::service::{Service, Stateless};

/// Only what is true.
fn capabilities(service: &dyn Service) -> ServerCapabilities {
    ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: service.generates_config(),
    }
}

pub(super) fn metadata(
    service: &dyn Service,
    _: get_metadata::Request,
) -> Result<get_metadata::Response, Fault> {
    let resources = service.resource_schemas().into_keys();
    let data_sources = service.data_source_schemas().into_keys();
    let functions = service.functions().into_keys();
    let of = |kind| service.stateless_schemas(kind).into_keys();
    let ephemerals = of(Stateless::Ephemeral);
    let (lists, actions) = (of(Stateless::List), of(Stateless::Action));
    Ok(get_metadata::Response {
        server_capabilities: Some(capabilities(service)),
        resources: resources.map(|type_name| get_metadata::ResourceMetadata { type_name }).collect(),
        data_sources: data_sources.map(|type_name| get_metadata::DataSourceMetadata { type_name }).collect(),
        functions: functions.map(|name| get_metadata::FunctionMetadata { name }).collect(),
        ephemeral_resources: ephemerals
            .map(|type_name| get_metadata::EphemeralMetadata { type_name })
            .collect(),
        list_resources: lists.map(|type_name| get_metadata::ListResourceMetadata { type_name }).collect(),
        actions: actions.map(|type_name| get_metadata::ActionMetadata { type_name }).collect(),
        ..Default::default()
    })
}

pub(super) fn schemas(
    service: &dyn Service,
    _: get_provider_schema::Request,
) -> Result<get_provider_schema::Response, Fault> {
    let resources = service.resource_schemas().into_iter();
    let data_sources = service.data_source_schemas().into_iter();
    let functions = service.functions().into_iter();
    let of = |kind| {
        let schemas = service.stateless_schemas(kind).into_iter();
        schemas.map(|(name, schema)| (name, convert::schema(&schema)))
    };
    let action = |(name, schema)| (name, ActionSchema { schema: Some(schema) });
    Ok(get_provider_schema::Response {
        provider: Some(convert::schema(&service.provider_schema())),
        resource_schemas: ordered::map(resources.map(|(name, schema)| (name, convert::schema(&schema)))),
        data_source_schemas: ordered::map(
            data_sources.map(|(name, schema)| (name, convert::schema(&schema))),
        ),
        functions: ordered::map(functions.map(|(name, signature)| (name, convert::function(&signature)))),
        ephemeral_resource_schemas: ordered::map(of(Stateless::Ephemeral)),
        list_resource_schemas: ordered::map(of(Stateless::List)),
        action_schemas: ordered::map(of(Stateless::Action).map(action)),
        server_capabilities: Some(capabilities(service)),
        ..Default::default()
    })
}

pub(super) fn identity_schemas(
    service: &dyn Service,
    _: get_resource_identity_schemas::Request,
) -> Result<get_resource_identity_schemas::Response, Fault> {
    let schemas = service.identity_schemas().into_iter();
    Ok(get_resource_identity_schemas::Response {
        identity_schemas: ordered::map(
            schemas.map(|(name, schema)| (name, convert::identity_schema(&schema))),
        ),
        diagnostics: Vec::new(),
    })
}

pub(super) fn functions(
    service: &dyn Service,
    _: get_functions::Request,
) -> Result<get_functions::Response, Fault> {
    let functions = service.functions().into_iter();
    Ok(get_functions::Response {
        functions: ordered::map(functions.map(|(name, signature)| (name, convert::function(&signature)))),
        diagnostics: Vec::new(),
    })
}
