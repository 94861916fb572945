//! `proofpoint_domain`: a domain of an organization.

mod model;
mod telling;

use super::last_write::Facts;
use super::on_destroy::OnDestroy;
use crate::provider_block::{At as _, Failure, ObjectPath, Session};
use clients::essentials::{self, Domain, Organization};
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, Planned, Planning, Resource, ResourceDescription, State};
use framework::timeouts::DefaultTimeouts;
use framework::validators::is_server;

use model::{DomainIdentity, DomainModel};
use telling::{ends_mail, mail_changes, primary, taken, taken_over, unforeseen};

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DomainResource;

impl Resource for DomainResource {
    type Model = DomainModel;
    type Identity = DomainIdentity;
    type Private = Facts;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("domain").timeouts(DefaultTimeouts::minutes(10))
    }

    fn validate(&self, config: &DomainModel, diagnostics: &mut Diagnostics) {
        if config.relay == Attr::Known(false) && config.active == Attr::Known(true) {
            diagnostics.error_at(
                DomainModel::active(),
                "A domain that does not relay is never active",
                "Proofpoint shows `active` as false wherever `relay` is false. Leave `active` out, or let the domain relay.",
            );
        }
    }

    fn plan(&self, plan: &mut Planning<Self>, diagnostics: &mut Diagnostics) {
        if plan.config.active.is_null() && !plan.planned.relay.is_null() {
            plan.planned.active = plan.planned.relay.clone();
        }
        // Another name or organization is another domain, which takes no mail yet.
        if let Some(prior) = &plan.prior
            && prior.name == plan.planned.name
            && prior.organization == plan.planned.organization
        {
            let now = wanted(prior, Domain::default());
            diagnostics.append(mail_changes(&now, &wanted(&plan.planned, now.clone())));
            diagnostics.append(unforeseen(&plan.config, &now));
        }
    }

    fn plan_destroy(&self, state: &State<Self>, diagnostics: &mut Diagnostics) {
        let (model, name) = (&state.model, state.model.name.text());
        match model.on_destroy.unwrap_or_default() {
            OnDestroy::Keep => {}
            OnDestroy::Deactivate => diagnostics.push(ends_mail(name, "is deactivated")),
            OnDestroy::Delete if model.organization == model.name => diagnostics.push(primary(name)),
            OnDestroy::Delete => diagnostics.push(ends_mail(name, "is deleted from Proofpoint")),
        }
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        let model = &planned.model;
        if planned.prior.is_some() || !model.organization.is_known() || !model.name.is_known() {
            return;
        }
        ctx.clients.intentions().keep_domain(model.organization.text(), model.name.text());
        let call = ctx.clients.call(ctx);
        let look = async {
            let organization = organization_of(&ctx.clients, &call, model, None).await?;
            Ok::<_, Failure>(organization.find_domain(&call, model.name.text()).await?)
        };
        // An organization that can't be read may be one that this very run makes.
        if let Ok(Some(present)) = look.await {
            ctx.clients.intentions().keep_taken_over(&id(model));
            diagnostics.append(taken_over(model, &present));
            diagnostics.append(unforeseen(&planned.config, &present));
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let call = ctx.clients.call(ctx);
        let mut model = planned.model;
        let name = model.name.text().to_owned();
        let organization = organization_of(&ctx.clients, &call, &model, None).await?;
        let present = organization.find_domain(&call, &name).await.at(DomainModel::organization())?;
        let domain = match present {
            Some(present) => {
                if !ctx.clients.intentions().is_taken_over(&id(&model)) {
                    diagnostics.append(taken_over(&model, &present));
                }
                take_over(&organization, &call, &model, present).await?
            }
            None => add(&organization, &call, &model).await?,
        };
        tell_of_inactive(&organization, &call, &domain, diagnostics).await;
        let code = organization.verification_code(&call, &name).await.at(DomainModel::name())?;
        show_code(&mut model, code);
        model.id = id(&model).into();
        model.destination = some(domain.destination).into();
        model.failovers = domain.failovers.into();
        Ok(State::new(model).with_private(facts(&ctx.clients, &organization)?))
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        _: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        let call = ctx.clients.call(ctx);
        let State { model: known, private: mut facts } = state;
        let organization = organization_of(&ctx.clients, &call, &known, facts.stack.as_deref()).await?;
        let look = || async {
            let found = organization.find_domain(&call, known.name.text()).await?;
            let model = found.map(|domain| shown(&known, domain));
            let is_all = model.as_ref() == Some(&known);
            Ok((model, is_all))
        };
        let seen = ctx.clients.essentials()?.look_since(&call, facts.written, look).await;
        let Some(mut model) = seen.at(DomainModel::organization())? else { return Ok(None) };
        if model.txt_value.is_null() {
            // Imported.
            let code = organization.verification_code(&call, known.name.text()).await;
            show_code(&mut model, code.at(DomainModel::name())?);
        }
        facts.stack = Some(organization.stack().to_owned());
        Ok(Some(State::new(model).with_private(facts)))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        prior: State<Self>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let call = ctx.clients.call(ctx);
        let model = planned.model;
        let wanted = wanted(&model, Domain::default());
        if wanted == self::wanted(&prior.model, Domain::default()) {
            return Ok(State::new(model).with_private(prior.private));
        }
        let organization =
            organization_of(&ctx.clients, &call, &model, prior.private.stack.as_deref()).await?;
        organization.update_domain(&call, &wanted).await.at(DomainModel::name())?;
        tell_of_inactive(&organization, &call, &wanted, diagnostics).await;
        Ok(State::new(model).with_private(facts(&ctx.clients, &organization)?))
    }

    async fn delete(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        _: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let State { model, private } = state;
        let (call, name) = (ctx.clients.call(ctx), model.name.text());
        let how = model.on_destroy.unwrap_or_default();
        if how == OnDestroy::Keep {
            return Ok(());
        }
        let organization = organization_of(&ctx.clients, &call, &model, private.stack.as_deref()).await?;
        let leave = async {
            let Some(present) = organization.find_domain(&call, name).await? else { return Ok(None) };
            if how == OnDestroy::Deactivate {
                organization.update_domain(&call, &Domain { is_active: false, ..present }).await?;
            } else if organization.profile(&call).await?.primary_domain.eq_ignore_ascii_case(name) {
                return Ok(Some(primary(name)));
            } else {
                organization.delete_domain(&call, name).await?;
            }
            Ok::<_, essentials::Error>(None)
        };
        match leave.await.at(DomainModel::name())? {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }

    fn import(&self, by: ImportBy<DomainIdentity>) -> Result<State<Self>, Failure> {
        let (organization, name) = match by {
            ImportBy::Id(id) => {
                let (organization, name) = ObjectPath::parse_domain(&id, "")
                    .map_err(|error| Diagnostic::error("Invalid import id", format!("{error}.")))?;
                (organization.into(), name.into())
            }
            ImportBy::Identity(identity) => (identity.organization, identity.name),
        };
        Ok(State::new(DomainModel { organization, name, ..DomainModel::default() }))
    }

    fn identity(&self, model: &DomainModel) -> Option<DomainIdentity> {
        let (organization, name) = (model.organization.clone(), model.name.clone());
        (organization.is_known() && name.is_known()).then_some(DomainIdentity { organization, name })
    }

    fn generated(&self, config: &mut DomainModel) {
        // What Proofpoint has, a configuration may not be able to say. Left out, it stays as it is.
        if !is_server(config.destination.text()) {
            config.destination = Attr::Null;
        }
        if config.failovers.known().is_some_and(|all| !all.iter().all(|one| is_server(one))) {
            config.failovers = Attr::Null;
        }
    }

    fn subject(&self, model: &DomainModel) -> Option<String> {
        model.name.known().cloned()
    }
}

fn id(model: &DomainModel) -> String {
    let organization = ObjectPath::new(None, "orgs", model.organization.text());
    organization.part(&format!("domains/{}", model.name.text())).to_string()
}

async fn organization_of(
    session: &Session,
    call: &Call,
    model: &DomainModel,
    stack: Option<&str>,
) -> Result<Organization, Failure> {
    let found = session.essentials()?.organization_at(call, model.organization.text(), stack).await;
    found.at(DomainModel::organization())
}

fn facts(session: &Session, organization: &Organization) -> Result<Facts, Failure> {
    let written = Some(session.essentials()?.clock().now());
    Ok(Facts { stack: Some(organization.stack().to_owned()), written })
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The domain as planned; what the configuration leaves open, or nobody knows yet, is as in `present`.
fn wanted(model: &DomainModel, present: Domain) -> Domain {
    // Every argument is here: one that is added does not compile until somebody has decided what it is at Proofpoint.
    let DomainModel {
        id: _,
        organization: _,
        name,
        relay,
        active,
        destination,
        failovers,
        on_destroy: _,
        txt_value: _,
        txt_name: _,
        meta_tag: _,
        timeouts: _,
    } = model;
    Domain {
        name: name.text().to_owned(),
        is_active: active.unwrap_or(present.is_active),
        is_relay: relay.unwrap_or(present.is_relay),
        destination: destination.unwrap_or(present.destination),
        failovers: failovers.unwrap_or(present.failovers),
    }
}

/// The state as Proofpoint shows the domain.
fn shown(known: &DomainModel, domain: Domain) -> DomainModel {
    let Domain { name: _, is_active, is_relay, destination, failovers } = domain;
    let mut model = DomainModel {
        id: id(known).into(),
        relay: is_relay.into(),
        active: is_active.into(),
        on_destroy: known.on_destroy.unwrap_or_default().into(),
        ..known.clone()
    };
    // Another spelling of the same servers is no change.
    if !destination.eq_ignore_ascii_case(known.destination.text()) || destination.is_empty() {
        model.destination = some(destination).into();
    }
    if !known.failovers.known().is_some_and(|own| same_servers(own, &failovers)) {
        model.failovers = failovers.into();
    }
    model
}

/// Whether they are the same servers, however spelt.
fn same_servers(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn show_code(model: &mut DomainModel, code: String) {
    model.txt_name = model.name.clone();
    model.meta_tag = code.clone().into();
    model.txt_value = code.into();
}

/// Adds the domain. One that turns out to be there is brought to the plan: the list may have been late, or an earlier apply
/// lost the answer.
async fn add(organization: &Organization, call: &Call, model: &DomainModel) -> Result<Domain, Failure> {
    let wanted = wanted(model, Domain::default());
    let refusal = match organization.create_domain(call, &wanted).await {
        Ok(()) => return Ok(wanted),
        Err(error) if error.is_conflict() || error.is_malformed() => error,
        Err(error) => return Err(Failure::from(error).at(DomainModel::name())),
    };
    let present = organization.find_domain(call, &wanted.name).await.at(DomainModel::organization())?;
    match present {
        Some(present) => take_over(organization, call, model, present).await,
        None if refusal.is_conflict() => Err(taken(organization, &wanted.name, &refusal).into()),
        None => Err(Failure::from(refusal).at(DomainModel::name())),
    }
}

async fn take_over(
    organization: &Organization,
    call: &Call,
    model: &DomainModel,
    present: Domain,
) -> Result<Domain, Failure> {
    let wanted = wanted(model, present.clone());
    if wanted != present {
        organization.update_domain(call, &wanted).await.at(DomainModel::name())?;
    }
    Ok(wanted)
}

/// Mail that people wait for does not come where a stack keeps a domain inactive; it is told at once. What can't be read is
/// told by the next plan.
async fn tell_of_inactive(
    organization: &Organization,
    call: &Call,
    wanted: &Domain,
    diagnostics: &mut Diagnostics,
) {
    let name = &wanted.name;
    if wanted.is_active
        && let Ok(Some(found)) = organization.find_domain(call, name).await
        && !found.is_active
    {
        diagnostics.push(
            Diagnostic::warning(
                format!("Proofpoint does not show `{name}` as active yet"),
                "Either the answer is late, or the domain has to be verified first: publish `txt_value` in its DNS and use \
                 `proofpoint_domain_verification`, or verify it in the console. The next plan tells whether it is active.",
            )
            .at(DomainModel::active()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_configuration_leaves_out_what_could_not_be_written() {
        let odd = || DomainModel {
            destination: "mx_1.example".into(),
            failovers: vec!["mx.example".to_owned(), String::new()].into(),
            ..DomainModel::default()
        };
        let mut config = odd();
        DomainResource.generated(&mut config);
        assert_eq!((config.destination, config.failovers), (Attr::Null, Attr::Null));
        let mut config = DomainModel { destination: "MX.example".into(), ..odd() };
        DomainResource.generated(&mut config);
        assert_eq!(config.destination, "MX.example".into());
    }
}
