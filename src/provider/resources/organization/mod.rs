//! `proofpoint_organization`: a customer of a partner.

mod fixed;
mod listed;
mod model;
mod telling;

use super::last_write::Facts;
use super::on_destroy::OnDestroy;
use crate::provider_block::{At as _, Failure, ObjectPath, Session};
use clients::essentials::{self, Customer, Domain, Essentials, NewAdministrator, NewCustomer, Organization};
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, Planned, Planning, Resource, ResourceDescription, State};
use framework::timeouts::DefaultTimeouts;

pub(crate) use listed::listed;
use model::FirstDomain;
pub(crate) use model::{OrganizationIdentity, OrganizationModel};
use telling::{
    another_name, domain_of, ends, own_parent, protected, stays, still_shown, taken, taking_over,
    without_admin,
};

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OrganizationResource;

impl Resource for OrganizationResource {
    type Model = OrganizationModel;
    type Identity = OrganizationIdentity;
    type Private = Facts;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("organization").timeouts(DefaultTimeouts::minutes(10))
    }

    fn validate(&self, config: &OrganizationModel, diagnostics: &mut Diagnostics) {
        let is_chosen = config.licensing_package.is_known();
        if is_chosen && !config.eula_confirmed.is_unknown() && config.eula_confirmed != Attr::Known(true) {
            diagnostics.error_at(
                OrganizationModel::eula_confirmed(),
                "The licence agreement is not confirmed",
                "Proofpoint gives a package to whoever has accepted its end user licence agreement. Read it, then set \
                 `eula_confirmed = true`, or leave `licensing_package` out.",
            );
        }
        if is_without_state(config) {
            diagnostics.error_at(
                OrganizationModel::state(),
                "The state or province is missing",
                format!("Proofpoint wants it of organizations in `{}`.", config.country.text()),
            );
        }
        if let Some(FirstDomain { relay: Attr::Known(false), active: Attr::Known(true), .. }) =
            config.domain.known()
        {
            diagnostics.error_at(
                OrganizationModel::domain().join(FirstDomain::active()),
                "A domain that does not relay is never active",
                "Leave `active` out, or let the domain relay.",
            );
        }
        if config.parent.is_known() && config.parent == config.primary_domain {
            diagnostics.push(own_parent());
        }
    }

    fn plan(&self, plan: &mut Planning<Self>, diagnostics: &mut Diagnostics) {
        let Some(prior) = &plan.prior else { return };
        diagnostics.append(fixed::changes(prior, &plan.planned));
        // Refused above; the identity stays.
        if plan.planned.primary_domain.is_known() {
            plan.planned.primary_domain = prior.primary_domain.clone();
        }
        let was_active = prior.active == Attr::Known(true);
        if was_active && plan.planned.active == Attr::Known(false) {
            diagnostics.push(ends(prior.primary_domain.text(), "deactivated", OrganizationModel::active()));
        }
    }

    fn plan_destroy(&self, state: &State<Self>, diagnostics: &mut Diagnostics) {
        let model = &state.model;
        let what = match model.on_destroy.unwrap_or_default() {
            OnDestroy::Keep => return diagnostics.push(stays(model.primary_domain.text())),
            OnDestroy::Deactivate => "deactivated",
            OnDestroy::Delete => "deleted, with its domains, accounts and settings",
        };
        diagnostics.push(if is_protected(model) {
            protected(model.primary_domain.text())
        } else {
            ends(model.primary_domain.text(), what, OrganizationModel::on_destroy())
        });
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        let model = &planned.model;
        if planned.prior.is_some() || !model.primary_domain.is_known() || planned.config.parent.is_unknown() {
            return;
        }
        let call = ctx.clients.call(ctx);
        let primary = model.primary_domain.text();
        let look = async {
            let essentials = ctx.clients.essentials()?;
            let parent = essentials.partner(&call, named(&planned.config.parent)).await?;
            let present = child(&parent, &call, primary).await?;
            let owner = if present.is_none() { owner(essentials, &call, primary).await } else { None };
            Ok::<_, Failure>((present, owner))
        };
        match look.await {
            Ok((Some(present), _)) => diagnostics.append(taking_over(model, &present)),
            Ok((None, Some(owner))) => diagnostics.push(domain_of(primary, &owner)),
            Ok((None, None)) if model.admin_user.is_null() => diagnostics.push(without_admin()),
            Ok((None, None)) => {
                let licences = model.user_licenses.known().and_then(|licences| u64::try_from(*licences).ok());
                ctx.clients.intentions().keep_newcomer(primary, licences);
            }
            Err(failure) => diagnostics.append(failure.at(OrganizationModel::parent())),
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let (essentials, call) = (ctx.clients.essentials()?, ctx.clients.call(ctx));
        let mut model = planned.model;
        let primary = model.primary_domain.text().to_owned();
        let parent = essentials.partner(&call, named(&model.parent)).await.at(OrganizationModel::parent())?;
        if parent.domain() == primary {
            return Err(own_parent().into());
        }
        let present = child(&parent, &call, &primary).await.at(OrganizationModel::parent())?;
        let there = match present {
            Some(present) => There::Already(present),
            None => make(&parent, &call, &model).await?,
        };
        let shown = match there {
            There::Already(present) => {
                let said = taking_over(&model, &present);
                if said.has_errors() {
                    return Err(said.into());
                }
                diagnostics.append(said);
                let organization = essentials.organization(&call, &primary).await;
                let organization = organization.at(OrganizationModel::primary_domain())?;
                let shown = fixed::shown(&model, &present);
                bring(&organization, &call, &shown, &model).await?;
                shown
            }
            There::Made(made) => made.map(|made| fixed::shown(&model, &made)).unwrap_or_default(),
        };
        ctx.clients.intentions().forget_newcomer(&primary);
        fill(&mut model, &shown);
        model.parent = parent.domain().into();
        model.id = id(&primary).into();
        // Its stack need not be its partner's.
        Ok(State::new(model).with_private(Facts { stack: None, written: Some(essentials.clock().now()) }))
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        _: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        let (essentials, call) = (ctx.clients.essentials()?, ctx.clients.call(ctx));
        let State { model: known, private: mut facts } = state;
        let primary = known.primary_domain.text();
        let is_imported = known.name.is_null();
        let look = || async {
            let found = find(essentials, &call, &known, facts.stack.as_deref()).await?;
            let model = found.map(|customer| fixed::shown(&known, &customer));
            let is_all = model.as_ref().is_some_and(|seen| fixed::is_as_written(&known, seen));
            Ok((model, is_all))
        };
        let seen = essentials.look_since(&call, facts.written, look).await;
        let Some(mut model) = seen.at(OrganizationModel::primary_domain())? else { return Ok(None) };
        if model.primary_domain.text() != primary {
            return Err(another_name(primary, model.primary_domain.text()).into());
        }
        if is_imported {
            // Known only where it is the account's own.
            let own = essentials.partner(&call, None).await?;
            if own.domain() != primary && child(&own, &call, primary).await?.is_some() {
                model.parent = own.domain().into();
            }
        }
        listed::complete(&mut model, primary);
        if facts.stack.is_none()
            && let Ok(organization) = essentials.organization(&call, primary).await
        {
            facts.stack = Some(organization.stack().to_owned());
        }
        Ok(Some(State::new(model).with_private(facts)))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        prior: State<Self>,
        planned: Planned<Self>,
        _: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let call = ctx.clients.call(ctx);
        let mut model = planned.model;
        let refused = fixed::changes(&prior.model, &model);
        if refused.has_errors() {
            return Err(refused.into());
        }
        let stack = prior.private.stack.as_deref();
        let essentials = ctx.clients.essentials()?;
        let organization = essentials.organization_at(&call, model.primary_domain.text(), stack).await;
        let organization = organization.at(OrganizationModel::primary_domain())?;
        let written = bring(&organization, &call, &prior.model, &model).await?;
        fill(&mut model, &prior.model);
        let mut facts = prior.private;
        if written {
            facts.written = Some(essentials.clock().now());
        }
        Ok(State::new(model).with_private(facts))
    }

    async fn delete(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let State { model, private } = state;
        let (call, primary) = (ctx.clients.call(ctx), model.primary_domain.text());
        let how = model.on_destroy.unwrap_or_default();
        if how == OnDestroy::Keep {
            return Ok(());
        }
        if is_protected(&model) {
            return Err(protected(primary).into());
        }
        let (essentials, stack) = (ctx.clients.essentials()?, private.stack.as_deref());
        let leave = async {
            if find(essentials, &call, &model, stack).await?.is_none() {
                return Ok(());
            }
            let organization = essentials.organization_at(&call, primary, stack).await?;
            if how == OnDestroy::Deactivate {
                return organization.set_active(&call, false).await;
            }
            organization.delete_customer(&call).await?;
            // While it is shown, one that is made anew would be taken for it, and vanish.
            let look = || async {
                let found = find(essentials, &call, &model, stack).await;
                Ok(found.map_or((false, true), |found| (found.is_some(), found.is_none())))
            };
            let now = essentials.clock().now();
            if essentials.look_since(&call, Some(now), look).await.unwrap_or_default() {
                diagnostics.push(still_shown(primary));
            }
            Ok(())
        };
        leave.await.at(OrganizationModel::on_destroy())
    }

    fn import(&self, by: ImportBy<OrganizationIdentity>) -> Result<State<Self>, Failure> {
        let primary_domain = match by {
            ImportBy::Id(id) => {
                let domain = ObjectPath::parse_organization(&id, None)
                    .map_err(|error| Diagnostic::error("Invalid import id", format!("{error}.")))?;
                domain.into()
            }
            ImportBy::Identity(identity) => identity.primary_domain,
        };
        Ok(State::new(OrganizationModel { primary_domain, ..OrganizationModel::default() }))
    }

    fn identity(&self, model: &OrganizationModel) -> Option<OrganizationIdentity> {
        let primary_domain = model.primary_domain.clone();
        primary_domain.is_known().then_some(OrganizationIdentity { primary_domain })
    }

    fn generated(&self, config: &mut OrganizationModel) {
        // Choosing a package takes a person who has accepted its terms.
        config.licensing_package = Attr::Null;
        // What Proofpoint has, a configuration may not be able to say. Left out, it stays as it is.
        let country = config.country.text().to_owned();
        if model::two_letters(&country).is_err() || is_without_state(config) {
            config.country = Attr::Null;
        }
    }

    fn subject(&self, model: &OrganizationModel) -> Option<String> {
        model.primary_domain.known().cloned()
    }
}

fn id(primary_domain: &str) -> String {
    ObjectPath::new(None, "orgs", primary_domain).to_string()
}

/// Whether the state or province is missing that Proofpoint wants in some countries.
fn is_without_state(config: &OrganizationModel) -> bool {
    ["US", "CA"].contains(&config.country.text()) && config.state.is_null()
}

fn is_protected(model: &OrganizationModel) -> bool {
    model.deletion_protection.unwrap_or(true)
}

fn named(parent: &Attr<String>) -> Option<&str> {
    parent.known().map(String::as_str)
}

/// The organization that has a domain among its others, as far as that can be read.
async fn owner(essentials: &Essentials, call: &Call, domain: &str) -> Option<String> {
    let organization = essentials.organization(call, domain).await.ok()?;
    let owner = organization.profile(call).await.ok()?.primary_domain.to_lowercase();
    (owner != domain).then_some(owner)
}

/// One of a partner's organizations, as its list shows it.
async fn child(
    parent: &Organization,
    call: &Call,
    primary_domain: &str,
) -> Result<Option<Customer>, essentials::Error> {
    let children = parent.children(call).await?;
    Ok(children.into_iter().find(|one| one.primary_domain == primary_domain))
}

/// The organization of a state; `None` only where it is certainly gone. That it can't be read proves nothing: only the list of
/// its partner, which lacks it, does.
async fn find(
    essentials: &Essentials,
    call: &Call,
    known: &OrganizationModel,
    stack: Option<&str>,
) -> Result<Option<Customer>, essentials::Error> {
    let primary = known.primary_domain.text();
    let read = async { essentials.organization_at(call, primary, stack).await?.details(call).await };
    let doubt = match read.await {
        Ok(found) if found.primary_domain == primary || known.parent.is_null() => return Ok(Some(found)),
        // The domain belongs to another organization by now.
        Ok(_) => None,
        Err(error) if error.is_not_found() || error.is_not_authorized() => Some(error),
        Err(error) => return Err(error),
    };
    let listed = async {
        let parent = known.parent.known().filter(|parent| *parent != primary)?;
        let parent = essentials.organization(call, parent).await.ok()?;
        child(&parent, call, primary).await.ok()
    };
    match (listed.await, doubt) {
        (Some(found), _) => Ok(found),
        (None, Some(error)) => Err(error),
        (None, None) => Ok(None),
    }
}

/// How a new organization came to be there.
enum There {
    /// It was; it is taken over.
    Already(Customer),
    /// It was made, and this is what the answer showed of it, if it did.
    Made(Option<Customer>),
}

/// Makes the organization, unless it turns out to be there: the list may have been late, or an earlier apply lost the answer.
async fn make(parent: &Organization, call: &Call, model: &OrganizationModel) -> Result<There, Failure> {
    let Some(new) = new_customer(model) else { return Err(without_admin().into()) };
    let refusal = match parent.create_customer(call, &new).await {
        Ok(made) => return Ok(There::Made(made)),
        Err(error) if error.is_conflict() || error.is_malformed() => error,
        Err(error) => return Err(Failure::from(error).at(OrganizationModel::primary_domain())),
    };
    match child(parent, call, &new.primary_domain).await.at(OrganizationModel::parent())? {
        Some(present) => Ok(There::Already(present)),
        None if refusal.is_conflict() => Err(taken(parent, &new.primary_domain, &refusal).into()),
        None => Err(Failure::from(refusal).at(OrganizationModel::primary_domain())),
    }
}

/// What is sent of a new organization; `None` without an administrator.
fn new_customer(model: &OrganizationModel) -> Option<NewCustomer> {
    let text = |attribute: &Attr<String>| attribute.known().cloned();
    let admin = model.admin_user.known()?;
    let primary_domain = model.primary_domain.text().to_owned();
    let first = model.domain.unwrap_or_default();
    let relay = first.relay.unwrap_or(true);
    Some(NewCustomer {
        name: model.name.text().to_owned(),
        is_active: model.active.unwrap_or(true),
        user_licenses: model.user_licenses.unwrap_or_default(),
        licensing_package: model.licensing_package.known().map(|package| package.as_ref().to_owned()),
        is_on_trial: model.trial.unwrap_or_default(),
        www: text(&model.www),
        address: text(&model.address),
        postcode: text(&model.postcode),
        stateprov: text(&model.state),
        country: text(&model.country),
        phone: text(&model.phone),
        external_id: text(&model.external_id),
        admin_user: NewAdministrator {
            primary_email: admin.email.text().to_owned(),
            firstname: admin.first_name.text().to_owned(),
            surname: admin.last_name.text().to_owned(),
        },
        domains: vec![Domain {
            name: primary_domain.clone(),
            is_relay: relay,
            is_active: first.active.unwrap_or(relay),
            destination: first.destination.text().to_owned(),
            failovers: first.failovers.unwrap_or_default(),
        }],
        primary_domain,
    })
}

/// Brings what can be changed to the plan; whether something was written.
async fn bring(
    organization: &Organization,
    call: &Call,
    now: &OrganizationModel,
    wanted: &OrganizationModel,
) -> Result<bool, Failure> {
    let mut written = false;
    if let Some(package) =
        wanted.licensing_package.known().filter(|_| now.licensing_package != wanted.licensing_package)
    {
        let chosen = organization.choose_package(call, package.as_ref()).await;
        chosen.at(OrganizationModel::licensing_package())?;
        written = true;
    }
    if let Some(licences) = wanted.user_licenses.known().filter(|_| now.user_licenses != wanted.user_licenses)
    {
        organization.set_licences(call, *licences).await.at(OrganizationModel::user_licenses())?;
        written = true;
    }
    if let Some(active) = wanted.active.known().filter(|_| now.active != wanted.active) {
        organization.set_active(call, *active).await.at(OrganizationModel::active())?;
        written = true;
    }
    Ok(written)
}

/// What the configuration leaves to Proofpoint, as it is; what nobody knows yet is null until the next read.
fn fill(model: &mut OrganizationModel, known: &OrganizationModel) {
    fn one<T: Clone>(attribute: &mut Attr<T>, known: &Attr<T>) {
        if attribute.is_unknown() {
            *attribute = known.known().cloned().into();
        }
    }
    one(&mut model.licensing_package, &known.licensing_package);
    one(&mut model.eid, &known.eid);
    for (attribute, known) in [
        (&mut model.www, &known.www),
        (&mut model.address, &known.address),
        (&mut model.postcode, &known.postcode),
        (&mut model.state, &known.state),
        (&mut model.country, &known.country),
        (&mut model.phone, &known.phone),
        (&mut model.external_id, &known.external_id),
    ] {
        one(attribute, known);
    }
}
