//! The managed identity of the machine, which signs in itself or vouches for an application.

use std::sync::Arc;

use azure_core::credentials::TokenCredential as _;
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};
use secrecy::ExposeSecret as _;

use super::choose::Machine;
use super::error::Error;
use super::failure::{Asker, Circumstances, failure};
use super::tenant::TenantId;
use super::text::read;
use super::transport::{Route, Wire};
use crate::http::Hidden;

/// The identity, and the wire on which it is asked for tokens.
pub(super) struct MachineIdentity {
    pub(super) credential: Arc<ManagedIdentityCredential>,
    pub(super) wire: Wire,
}

impl MachineIdentity {
    /// Prepares to ask; `wire` makes the way to the machine's endpoint, which repeats a failed request so often.
    pub(super) async fn of(
        machine: &Machine,
        tenant: Option<&TenantId>,
        retries: u32,
        wire: impl FnOnce(Route) -> Wire,
    ) -> Result<Self, Error> {
        let Machine { client_id, endpoint } = machine;
        let wire = wire(endpoint.clone().map_or(Route::AsAddressed, Route::MachineEndpoint));
        let mut options = ManagedIdentityCredentialOptions {
            user_assigned_id: None,
            client_options: wire.options(retries),
        };
        if let Some(client_id) = client_id {
            let client_id = read(client_id, "the client id").await?.expose_secret().to_owned();
            options.user_assigned_id = Some(UserAssignedId::ClientId(client_id));
        }
        let credential =
            ManagedIdentityCredential::new(Some(options)).map_err(|error| failed(&error, tenant, &wire))?;
        Ok(Self { credential, wire })
    }

    /// A token by which it vouches for somebody in `tenant`.
    pub(super) async fn vouch(&self, scope: &str, tenant: &TenantId) -> Result<String, Error> {
        let token = self.credential.get_token(&[scope], None).await;
        let token = token.map_err(|error| failed(&error, Some(tenant), &self.wire))?;
        Ok(token.token.secret().to_owned())
    }
}

fn failed(error: &azure_core::Error, tenant: Option<&TenantId>, wire: &Wire) -> Error {
    let (last, hidden): (_, Hidden) = (wire.take_last(), wire.hidden());
    failure(
        error,
        &Circumstances { tenant, asker: &Asker::ManagedIdentity(Vec::new()), last, hidden: &hidden },
    )
}
