//! `PlanResourceChange`: a pure function of its request, and checks that only add diagnostics.

use super::{MakeContext, Managed};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model;
use crate::plan;
use crate::private::Private;
use crate::resource::{Planned, Planning, Resource};
use crate::service::{PlanRequest, PlanResponse};
use crate::timeouts::Operation;
use crate::value::Value;

impl<R: Resource> Managed<R> {
    pub(super) async fn planned(
        &self,
        context: MakeContext<'_, R::Clients>,
        request: &PlanRequest,
    ) -> PlanResponse {
        let mut diagnostics = Diagnostics::new();
        let outcome = if request.proposed.is_null() {
            self.plan_destroy(request, &mut diagnostics)
        } else {
            match self.plan_change(request, &mut diagnostics) {
                Ok((response, planned)) => {
                    if !diagnostics.has_errors() {
                        self.check(context, &response.planned, &planned, &mut diagnostics).await;
                    }
                    Ok(response)
                }
                Err(error) => Err(error),
            }
        };
        let mut response = outcome.unwrap_or_else(|error| {
            diagnostics.push(error);
            PlanResponse::default()
        });
        if cfg!(debug_assertions) && !diagnostics.has_errors() {
            let PlanRequest { prior, config, .. } = request;
            let violations = plan::verify::plan(
                &self.schema,
                prior,
                config,
                &response.planned,
                &response.requires_replace,
            );
            diagnostics.append(violations);
        }
        response.diagnostics = diagnostics;
        response
    }

    fn plan_destroy(
        &self,
        request: &PlanRequest,
        diagnostics: &mut Diagnostics,
    ) -> Result<PlanResponse, Diagnostic> {
        let private = Private::<R::Private>::read(&request.prior_private)?;
        // A state that nobody can read, as OpenTofu's mocked providers make them up, has nothing to say here. If it is no
        // mock's, the destruction reads it as well, and refuses.
        if let Ok(state) = Self::state(&request.prior, private.facts) {
            self.resource.plan_destroy(&state, diagnostics);
        }
        Ok(PlanResponse {
            planned: Value::Null,
            planned_private: request.prior_private.clone(),
            planned_identity: request.prior_identity.clone(),
            ..PlanResponse::default()
        })
    }

    fn plan_change(
        &self,
        request: &PlanRequest,
        diagnostics: &mut Diagnostics,
    ) -> Result<(PlanResponse, Planned<R>), Diagnostic> {
        let creating = request.prior.is_null();
        let draft = plan::draft(&self.schema, &request.prior, &request.config, request.proposed.clone());
        // The second plan of a replacement brings the private facts of the object that goes away.
        let private = if creating { &[] } else { request.prior_private.as_slice() };
        let private = Private::<R::Private>::read(private)?;
        let drafted: R::Model = model::read(&draft.planned)?;
        let mut planning = Planning::<R> {
            prior: if creating { None } else { Some(model::read(&request.prior)?) },
            config: model::read(&request.config)?,
            planned: drafted.clone(),
            private: private.facts.clone(),
            replace: draft.replace,
        };
        self.resource.plan(&mut planning, diagnostics);

        let planned = plan::carry(draft.planned, &drafted, &planning.planned);
        let planned = plan::without_write_only(&self.schema, self.schema.complete(planned));
        let mut requires_replace = planning.replace;
        if creating {
            requires_replace.clear();
        }
        // Core ignores them as well. What follows from a replacement must not happen without one.
        requires_replace.retain(|path| request.prior.at(path) != planned.at(path));
        requires_replace.sort();
        requires_replace.dedup();

        let planned_identity = self.planned_identity(request, &planning.planned, &requires_replace)?;
        let planned_private = private.write_planned(&planning.private)?;
        let finished = Planned {
            prior: planning.prior,
            config: planning.config,
            model: planning.planned,
            private: planning.private,
        };
        let response = PlanResponse {
            planned,
            requires_replace,
            planned_private,
            planned_identity,
            diagnostics: Diagnostics::new(),
        };
        Ok((response, finished))
    }

    /// The identity of the planned object: only if wholly known, and unchanged unless the object is replaced.
    fn planned_identity(
        &self,
        request: &PlanRequest,
        planned: &R::Model,
        requires_replace: &[crate::path::Path],
    ) -> Result<Option<Value>, Diagnostic> {
        let identity = self.identity_of(planned);
        if request.prior.is_null() || !requires_replace.is_empty() {
            return Ok(identity);
        }
        match (&request.prior_identity, identity) {
            (Some(prior), Some(planned)) if *prior != planned => Err(Diagnostic::error(
                "Unexpected identity change",
                "The plan changes the identity of an object that is updated in place. This is a bug in the provider.",
            )),
            (Some(prior), _) => Ok(Some(prior.clone())),
            (None, identity) => Ok(identity),
        }
    }

    async fn check(
        &self,
        context: MakeContext<'_, R::Clients>,
        value: &Value,
        planned: &Planned<R>,
        diagnostics: &mut Diagnostics,
    ) {
        // A plan needs no configured provider; its checks do. What they would find is found at apply.
        if planned.prior.as_ref() == Some(&planned.model) {
            return;
        }
        if let Ok(context) = context(&self.timeouts, Operation::Read, value) {
            self.resource.check(&context, planned, diagnostics).await;
        }
    }
}
