//! `ReadResource`.

use super::apply::missing_identity;
use super::{MakeContext, Managed};
use crate::diagnostic::Diagnostics;
use crate::model;
use crate::private::Private;
use crate::resource::{Resource, State};
use crate::service::{ReadRequest, StateResponse};
use crate::timeouts::Operation;

impl<R: Resource> Managed<R> {
    pub(super) async fn refreshed(
        &self,
        context: MakeContext<'_, R::Clients>,
        request: &ReadRequest,
    ) -> StateResponse {
        let mut diagnostics = Diagnostics::new();
        let outcome = self.read_state(context, request, &mut diagnostics).await;
        let mut response = outcome.unwrap_or_else(|errors| {
            diagnostics.append(errors);
            // What could not be read stays as it was.
            StateResponse {
                state: request.current.clone(),
                private: request.private.clone(),
                identity: request.identity.clone(),
                diagnostics: Diagnostics::new(),
            }
        });
        response.diagnostics = diagnostics;
        response
    }

    async fn read_state(
        &self,
        context: MakeContext<'_, R::Clients>,
        request: &ReadRequest,
        diagnostics: &mut Diagnostics,
    ) -> Result<StateResponse, Diagnostics> {
        let context = context(&self.timeouts, Operation::Read, &request.current)?;
        let private = Private::<R::Private>::read(&request.private)?;
        let given: R::Model = model::read(&request.current)?;
        let state = State { model: given.clone(), private: private.facts.clone() };
        let read = self.resource.read(&context, state, diagnostics).await.map_err(Into::into)?;
        let Some(state) = read else { return Ok(StateResponse::default()) };
        let value = self.settle(&request.current, &given, &state.model);
        let value = Self::known(value, "read", diagnostics);
        let identity = self.identity_of(&state.model).or_else(|| request.identity.clone());
        if self.identity.is_some() && identity.is_none() && !diagnostics.has_errors() {
            diagnostics.push(missing_identity("read"));
        }
        let private = private.write(&state.private)?;
        Ok(StateResponse { state: value, private, identity, diagnostics: Diagnostics::new() })
    }
}
