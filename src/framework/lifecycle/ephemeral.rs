//! `ValidateEphemeralResourceConfig`, `OpenEphemeralResource`, `RenewEphemeralResource` and `CloseEphemeralResource`.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::data_source::result_of;
use super::{MakeContext, validate};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ephemeral::EphemeralResource;
use crate::model::{self, Model};
use crate::plan::with_defaults;
use crate::schema::Schema;
use crate::service::{OpenResponse, RenewResponse};
use crate::timeouts::{DefaultTimeouts, Operation};
use crate::value::Value;

/// An ephemeral resource with its types erased.
#[async_trait]
pub(crate) trait ErasedEphemeral<C>: Send + Sync {
    fn schema(&self) -> &Arc<Schema>;
    fn validate(&self, config: &Value) -> Diagnostics;
    async fn open(&self, context: MakeContext<'_, C>, config: Value) -> OpenResponse;
    async fn renew(&self, context: MakeContext<'_, C>, private: &[u8]) -> RenewResponse;
    async fn close(&self, context: MakeContext<'_, C>, private: &[u8]) -> Diagnostics;
}

/// An ephemeral resource and its schema.
pub(crate) struct Ephemeral<R> {
    resource: R,
    schema: Arc<Schema>,
    timeouts: DefaultTimeouts,
}

impl<R: EphemeralResource> Ephemeral<R> {
    pub(crate) fn new(resource: R) -> Self {
        let timeouts = DefaultTimeouts::same(resource.describe().timeout);
        Self { resource, schema: Arc::new(R::Model::schema()), timeouts }
    }

    fn surroundings(&self, context: MakeContext<'_, R::Clients>) -> Result<Context<R::Clients>, Diagnostics> {
        context(&self.timeouts, Operation::Read, &Value::Null)
    }

    async fn try_open(
        &self,
        context: MakeContext<'_, R::Clients>,
        config: Value,
        diagnostics: &mut Diagnostics,
    ) -> Result<OpenResponse, Diagnostics> {
        let context = self.surroundings(context)?;
        let config: R::Model = model::read(&with_defaults(&self.schema, config))?;
        let opened = self.resource.open(&context, config, diagnostics).await.map_err(Into::into)?;
        Ok(OpenResponse {
            result: result_of(&self.schema, &opened.model, "opening")?,
            private: written(&opened.private)?,
            renew_at: opened.renew_at,
            diagnostics: Diagnostics::new(),
        })
    }

    async fn try_renew(
        &self,
        context: MakeContext<'_, R::Clients>,
        private: &[u8],
        diagnostics: &mut Diagnostics,
    ) -> Result<RenewResponse, Diagnostics> {
        let (context, private) = (self.surroundings(context)?, read(private)?);
        let renewed = self.resource.renew(&context, private, diagnostics).await.map_err(Into::into)?;
        let private = written(&renewed.private)?;
        Ok(RenewResponse { private, renew_at: renewed.renew_at, diagnostics: Diagnostics::new() })
    }

    async fn try_close(
        &self,
        context: MakeContext<'_, R::Clients>,
        private: &[u8],
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let (context, private) = (self.surroundings(context)?, read(private)?);
        self.resource.close(&context, private, diagnostics).await.map_err(Into::into)
    }
}

#[async_trait]
impl<R: EphemeralResource> ErasedEphemeral<R::Clients> for Ephemeral<R> {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let rules = self.resource.config_rules();
        validate::whole(&self.schema, config, None, &rules, |config, found| {
            self.resource.validate(config, found);
        })
    }

    async fn open(&self, context: MakeContext<'_, R::Clients>, config: Value) -> OpenResponse {
        let mut diagnostics = Diagnostics::new();
        let outcome = self.try_open(context, config, &mut diagnostics).await;
        let mut response = outcome.unwrap_or_else(|errors| {
            diagnostics.append(errors);
            OpenResponse::default()
        });
        response.diagnostics = diagnostics;
        response
    }

    async fn renew(&self, context: MakeContext<'_, R::Clients>, private: &[u8]) -> RenewResponse {
        let mut diagnostics = Diagnostics::new();
        let outcome = self.try_renew(context, private, &mut diagnostics).await;
        let mut response = outcome.unwrap_or_else(|errors| {
            diagnostics.append(errors);
            RenewResponse { private: private.to_vec(), ..RenewResponse::default() }
        });
        response.diagnostics = diagnostics;
        response
    }

    async fn close(&self, context: MakeContext<'_, R::Clients>, private: &[u8]) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if let Err(errors) = self.try_close(context, private, &mut diagnostics).await {
            diagnostics.append(errors);
        }
        diagnostics
    }
}

fn written<P: Serialize>(private: &P) -> Result<Vec<u8>, Diagnostic> {
    serde_json::to_vec(private).map_err(|_| lost())
}

fn read<P: DeserializeOwned>(bytes: &[u8]) -> Result<P, Diagnostic> {
    serde_json::from_slice(bytes).map_err(|_| lost())
}

/// They may hold a secret, so that nothing of them is shown.
fn lost() -> Diagnostic {
    Diagnostic::error(
        "Facts about an ephemeral resource are lost",
        "What the provider keeps of it can't be read or written. This is a bug in the provider.",
    )
}
