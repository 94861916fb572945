//! The service `tfplugin6.Provider`: which rpc is answered where. Those that are not listed are unimplemented.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::stream::BoxStream;
use prost::bytes::Bytes;
use tonic::Status;
use tonic::service::RoutesBuilder;

use super::call::Calls;
use super::rpc::{self, Called};
use super::{adoption, configuration, data_source, function, offer, resource, stateless, streams};
use crate::plugin::Lifecycle;
use crate::protocol::wire::tfplugin6::{
    apply_resource_change, call_function, close_ephemeral_resource, configure_provider,
    generate_resource_config, get_functions, get_metadata, get_provider_schema,
    get_resource_identity_schemas, import_resource_state, invoke_action, list_resource, move_resource_state,
    open_ephemeral_resource, plan_action, plan_resource_change, read_data_source, read_resource,
    renew_ephemeral_resource, stop_provider, upgrade_resource_identity, upgrade_resource_state,
    validate_action_config, validate_data_resource_config, validate_ephemeral_resource_config,
    validate_list_resource_config, validate_provider_config, validate_resource_config,
};
use crate::service::{Service, Stateless};

/// Adds the service, and stops the provider's waits when the process is about to end.
pub(super) fn add(routes: &mut RoutesBuilder, service: Arc<dyn Service>, lifecycle: &Lifecycle) {
    let (stopped, leaving) = (Arc::clone(&service), lifecycle.clone());
    tokio::spawn(async move {
        leaving.leaving().await;
        stopped.stop();
    });
    routes.add_service(rpc::Provider(Arc::new(Rpcs(Calls::new(service, lifecycle.clone())))));
}

/// Answers the rpcs.
pub(super) struct Rpcs(pub(super) Calls);

/// Writes one method per rpc, and the table of their names: the method, its messages, its name on the wire, the field that
/// says what it is about, the kind that it is offered with, where it is answered. Those after `@to_the_end` are not broken off
/// when the caller goes away, those after `@own` have methods of their own.
macro_rules! rpcs {
    (
        $($method:ident ($messages:ident) $rpc:literal $(about $subject:ident)? $(of $kind:ident)?
            => $answer:path $(, $await:ident)?;)*
        @to_the_end $($lasting:ident ($lasting_messages:ident) $lasting_rpc:literal => $lasting_answer:path;)*
        @own $($own:ident $own_rpc:literal => $encoded:path;)*
    ) => {
        impl Rpcs {
            $(
                pub(super) async fn $method(
                    &self,
                    request: $messages::Request,
                ) -> Result<$messages::Response, Status> {
                    $(stateless::offered(self.0.service(), Stateless::$kind)?;)?
                    let subject = String::new() $(+ request.$subject.as_str())?;
                    let answer = async { $answer(self.0.service(), request) $(.$await)? };
                    Ok(self.0.run($rpc, &subject, answer).await)
                }
            )*

            $(
                pub(super) async fn $lasting(
                    &self,
                    request: $lasting_messages::Request,
                ) -> Result<$lasting_messages::Response, Status> {
                    stateless::offered(self.0.service(), Stateless::Ephemeral)?;
                    let (subject, otherwise) = (request.type_name.clone(), Default::default());
                    let answer = |service, abandoned| $lasting_answer(service, request, abandoned);
                    self.0.run_to_end($lasting_rpc, subject, otherwise, answer).await
                }
            )*
        }

        impl rpc::Rpcs for Rpcs {
            fn call(self: Arc<Self>, rpc: &str, message: Bytes) -> Option<Called> {
                Some(match rpc {
                    $($rpc => async move { rpc::once(self.$method(rpc::asked(message)?).await?) }.boxed(),)*
                    $($lasting_rpc => async move { rpc::once(self.$lasting(rpc::asked(message)?).await?) }.boxed(),)*
                    $($own_rpc => async move { $encoded(self.$own(rpc::asked(message)?).await?) }.boxed(),)*
                    _ => return None,
                })
            }
        }
    };
}

impl Rpcs {
    pub(super) async fn generate_resource_config(
        &self,
        request: generate_resource_config::Request,
    ) -> Result<generate_resource_config::Response, Status> {
        if !self.0.service().generates_config() {
            return Err(Status::unimplemented("the provider leaves that to its client"));
        }
        let subject = request.type_name.clone();
        let answer = async { resource::generate_config(self.0.service(), request) };
        Ok(self.0.run("GenerateResourceConfig", &subject, answer).await)
    }

    pub(super) async fn apply_resource_change(
        &self,
        request: apply_resource_change::Request,
    ) -> Result<apply_resource_change::Response, Status> {
        let (subject, otherwise) = (request.type_name.clone(), resource::unchanged(&request));
        let answer = |service: Arc<dyn Service>, abandoned| async move {
            resource::apply(&*service, request, abandoned).await
        };
        self.0.run_to_end("ApplyResourceChange", subject, otherwise, answer).await
    }

    #[expect(clippy::unused_async, reason = "all rpcs have the one shape that the table calls")]
    pub(super) async fn list_resource(
        &self,
        request: list_resource::Request,
    ) -> Result<BoxStream<'static, list_resource::Event>, Status> {
        streams::list(&self.0, request)
    }

    #[expect(clippy::unused_async, reason = "all rpcs have the one shape that the table calls")]
    pub(super) async fn invoke_action(
        &self,
        request: invoke_action::Request,
    ) -> Result<BoxStream<'static, invoke_action::Event>, Status> {
        streams::invoke(&self.0, request)
    }
}

rpcs! {
    get_metadata (get_metadata) "GetMetadata" => offer::metadata;
    get_provider_schema (get_provider_schema) "GetProviderSchema" => offer::schemas;
    get_resource_identity_schemas (get_resource_identity_schemas) "GetResourceIdentitySchemas"
        => offer::identity_schemas;
    get_functions (get_functions) "GetFunctions" => offer::functions;

    validate_provider_config (validate_provider_config) "ValidateProviderConfig"
        => configuration::validate;
    configure_provider (configure_provider) "ConfigureProvider" => configuration::configure;
    stop_provider (stop_provider) "StopProvider" => configuration::stop;

    validate_resource_config (validate_resource_config) "ValidateResourceConfig" about type_name
        => resource::validate;
    upgrade_resource_state (upgrade_resource_state) "UpgradeResourceState" about type_name
        => resource::upgrade_state;
    upgrade_resource_identity (upgrade_resource_identity) "UpgradeResourceIdentity" about type_name
        => resource::upgrade_identity;
    read_resource (read_resource) "ReadResource" about type_name => resource::read, await;
    plan_resource_change (plan_resource_change) "PlanResourceChange" about type_name => resource::plan, await;
    import_resource_state (import_resource_state) "ImportResourceState" about type_name => adoption::import;
    move_resource_state (move_resource_state) "MoveResourceState" about target_type_name => adoption::move_state;

    validate_data_resource_config (validate_data_resource_config) "ValidateDataResourceConfig" about type_name
        => data_source::validate;
    read_data_source (read_data_source) "ReadDataSource" about type_name => data_source::read, await;

    call_function (call_function) "CallFunction" about name => function::call;
    validate_ephemeral_resource_config (validate_ephemeral_resource_config) "ValidateEphemeralResourceConfig"
        about type_name of Ephemeral => stateless::validate_ephemeral;
    renew_ephemeral_resource (renew_ephemeral_resource) "RenewEphemeralResource" about type_name of Ephemeral
        => stateless::renew, await;
    validate_list_resource_config (validate_list_resource_config) "ValidateListResourceConfig"
        about type_name of List => stateless::validate_list;
    validate_action_config (validate_action_config) "ValidateActionConfig" about type_name of Action
        => stateless::validate_action;
    plan_action (plan_action) "PlanAction" about action_type of Action => stateless::plan_action, await;
    @to_the_end
    open_ephemeral_resource (open_ephemeral_resource) "OpenEphemeralResource" => stateless::open;
    close_ephemeral_resource (close_ephemeral_resource) "CloseEphemeralResource" => stateless::close;
    @own
    generate_resource_config "GenerateResourceConfig" => rpc::once;
    apply_resource_change "ApplyResourceChange" => rpc::once;
    list_resource "ListResource" => rpc::each;
    invoke_action "InvokeAction" => rpc::each;
}
