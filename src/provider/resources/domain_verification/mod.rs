//! `proofpoint_domain_verification`: lets Proofpoint find the code that a domain's owner has published.

mod model;

use crate::provider_block::{At as _, Failure, ObjectPath, Session};
use clients::essentials::{self, VerifyBy};
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, Planned, Resource, ResourceDescription, State};
use framework::timeouts::DefaultTimeouts;

use model::{Method, VerificationIdentity, VerificationModel};

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DomainVerification;

impl Resource for DomainVerification {
    type Model = VerificationModel;
    type Identity = VerificationIdentity;
    type Private = ();
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("domain_verification").timeouts(DefaultTimeouts::minutes(30))
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        _: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let (call, mut model) = (ctx.clients.call(ctx), planned.model);
        let (essentials, domain) = (ctx.clients.essentials()?, model.domain.text());
        let found = essentials.organization(&call, model.organization.text()).await;
        let organization = found.at(VerificationModel::organization())?;
        let by = match model.method.unwrap_or_default() {
            Method::Txt => VerifyBy::Txt,
            Method::Meta => VerifyBy::Meta,
        };
        match organization.verify_domain(&call, domain, by).await {
            Err(error) if error.is_conflict() => return Err(not_found(&model, &error).into()),
            verified => verified.at(VerificationModel::domain())?,
        }
        model.id = id(&model).into();
        Ok(State::new(model))
    }

    /// Nothing shows whether a domain is verified.
    async fn read(
        &self,
        _: &Context<Session>,
        state: State<Self>,
        _: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        let mut model = state.model;
        model.id = id(&model).into();
        model.method = model.method.unwrap_or_default().into();
        Ok(Some(State::new(model)))
    }

    /// What can change without being another verification matters to the next one only.
    async fn update(
        &self,
        _: &Context<Session>,
        _: State<Self>,
        planned: Planned<Self>,
        _: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        Ok(State::new(planned.model))
    }

    /// A verified domain stays one.
    async fn delete(&self, _: &Context<Session>, _: State<Self>, _: &mut Diagnostics) -> Result<(), Failure> {
        Ok(())
    }

    fn import(&self, by: ImportBy<VerificationIdentity>) -> Result<State<Self>, Failure> {
        let (organization, domain) = match by {
            ImportBy::Id(id) => {
                let (organization, domain) = ObjectPath::parse_domain(&id, VERIFICATION)
                    .map_err(|error| Diagnostic::error("Invalid import id", format!("{error}.")))?;
                (organization.into(), domain.into())
            }
            ImportBy::Identity(identity) => (identity.organization, identity.domain),
        };
        Ok(State::new(VerificationModel { organization, domain, ..VerificationModel::default() }))
    }

    fn identity(&self, model: &VerificationModel) -> Option<VerificationIdentity> {
        let (organization, domain) = (model.organization.clone(), model.domain.clone());
        (organization.is_known() && domain.is_known())
            .then_some(VerificationIdentity { organization, domain })
    }

    fn subject(&self, model: &VerificationModel) -> Option<String> {
        model.domain.known().cloned()
    }
}

/// What follows the path of the domain.
const VERIFICATION: &str = "/verification";

fn id(model: &VerificationModel) -> String {
    let organization = ObjectPath::new(None, "orgs", model.organization.text());
    organization.part(&format!("domains/{}{VERIFICATION}", model.domain.text())).to_string()
}

fn not_found(model: &VerificationModel, refusal: &essentials::Error) -> Diagnostic {
    let (domain, place) = match model.method.unwrap_or_default() {
        Method::Txt => (model.domain.text(), "a TXT record in its DNS"),
        Method::Meta => (model.domain.text(), "a META tag on its start page"),
    };
    Diagnostic::error(
        format!("Proofpoint has not verified `{domain}`"),
        format!(
            "{refusal}\n\nUp to the timeout Proofpoint did not find the code, which it looks for in {place}. See whether \
             `txt_value` of `proofpoint_domain` is published there, for all the world, and apply again; `timeouts` says how long \
             a create waits. If the console shows the domain as verified, import it:\n\n  import {{\n    to = \
             proofpoint_domain_verification.NAME\n    id = \"{}\"\n  }}",
            id(model)
        ),
    )
    .at(VerificationModel::domain())
}
