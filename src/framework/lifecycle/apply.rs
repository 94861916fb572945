//! `ApplyResourceChange`: create, update, delete.

use super::{MakeContext, Managed};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model;
use crate::plan;
use crate::private::{Private, before_plan};
use crate::resource::{Planned, Resource, State};
use crate::service::{ApplyRequest, StateResponse};
use crate::timeouts::Operation;
use crate::value::Value;

impl<R: Resource> Managed<R> {
    pub(super) async fn applied(
        &self,
        context: MakeContext<'_, R::Clients>,
        request: &ApplyRequest,
    ) -> StateResponse {
        let mut diagnostics = Diagnostics::new();
        let outcome = if request.planned.is_null() {
            self.destroy(context, request, &mut diagnostics).await
        } else {
            self.create_or_update(context, request, &mut diagnostics).await
        };
        let mut response = match outcome {
            Ok(response) => response,
            Err(errors) => {
                diagnostics.append(errors);
                // A failed create leaves no state; a failed update or delete leaves what was there.
                let private = if request.planned.is_null() {
                    request.planned_private.clone()
                } else {
                    before_plan(&request.planned_private)
                };
                let identity = self.prior_identity(request);
                let private = if request.prior.is_null() { Vec::new() } else { private };
                StateResponse { state: request.prior.clone(), private, identity, ..StateResponse::default() }
            }
        };
        if cfg!(debug_assertions) && !diagnostics.has_errors() {
            diagnostics.append(plan::verify::apply(&self.schema, &request.planned, &response.state));
        }
        response.diagnostics = diagnostics;
        response
    }

    async fn destroy(
        &self,
        context: MakeContext<'_, R::Clients>,
        request: &ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> Result<StateResponse, Diagnostics> {
        let context = context(&self.timeouts, Operation::Delete, &request.prior)?;
        let private = Private::<R::Private>::read(&request.planned_private)?;
        let state = Self::state(&request.prior, private.facts)?;
        self.resource.delete(&context, state, diagnostics).await.map_err(Into::into)?;
        if diagnostics.has_errors() {
            return Err(Diagnostics::new());
        }
        Ok(StateResponse::default())
    }

    async fn create_or_update(
        &self,
        context: MakeContext<'_, R::Clients>,
        request: &ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> Result<StateResponse, Diagnostics> {
        let creating = request.prior.is_null();
        let operation = if creating { Operation::Create } else { Operation::Update };
        let context = context(&self.timeouts, operation, &request.planned)?;
        let private = Private::<R::Private>::read(&request.planned_private)?;
        let given: R::Model = model::read(&request.planned)?;
        let planned = Planned::<R> {
            prior: if creating { None } else { Some(model::read(&request.prior)?) },
            config: model::read(&request.config)?,
            model: given.clone(),
            private: private.facts.clone(),
        };
        let state = if creating {
            self.resource.create(&context, planned, diagnostics).await.map_err(Into::into)?
        } else {
            let before = Private::<R::Private>::read(&before_plan(&request.planned_private))?;
            let prior = Self::state(&request.prior, before.facts)?;
            self.resource.update(&context, prior, planned, diagnostics).await.map_err(Into::into)?
        };
        Ok(self.result(request, &given, &private, &state, operation.name(), diagnostics))
    }

    fn result(
        &self,
        request: &ApplyRequest,
        given: &R::Model,
        private: &Private<R::Private>,
        state: &State<R>,
        operation: &str,
        diagnostics: &mut Diagnostics,
    ) -> StateResponse {
        let value = self.settle(&request.planned, given, &state.model);
        let value = if diagnostics.has_errors() {
            value.unknowns_to_null()
        } else {
            Self::known(value, operation, diagnostics)
        };
        let private = private.write(&state.private).unwrap_or_else(|error| {
            diagnostics.push(error);
            Vec::new()
        });
        let identity = self.identity_of(&state.model).or_else(|| request.planned_identity.clone());
        if self.identity.is_some() && identity.is_none() && !diagnostics.has_errors() {
            diagnostics.push(missing_identity(operation));
        }
        StateResponse { state: value, private, identity, diagnostics: Diagnostics::new() }
    }

    /// The identity of the object as it was before a change that failed.
    fn prior_identity(&self, request: &ApplyRequest) -> Option<Value> {
        if request.prior.is_null() {
            return None;
        }
        let prior: Option<R::Model> = model::read(&request.prior).ok();
        prior.and_then(|prior| self.identity_of(&prior)).or_else(|| request.planned_identity.clone())
    }
}

/// Nothing identifies the object.
pub(super) fn missing_identity(operation: &str) -> Diagnostic {
    Diagnostic::error(
        "Missing resource identity",
        format!(
            "After {operation} the identity of the object is not wholly known. This is a bug in the provider."
        ),
    )
}
