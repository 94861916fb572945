//! `proofpoint_azure_sync`: how an organization synchronizes its people with Entra, and the secret it does so with.

mod adoption;
mod answers;
mod apply;
mod checkup;
mod departure;
mod due;
mod echo;
mod evidence;
mod exemptions;
mod foresight;
mod handover;
mod judging;
mod late_keys;
mod lifetime;
mod managed_secret;
mod model;
mod observation;
mod old_keys;
mod planning;
mod preflight;
mod proof;
mod race;
mod rotation;
mod settings;
mod sides;
mod steps;
#[cfg(test)]
mod testing;
pub(crate) mod waiting;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::preview::StackVersion;
use crate::provider_block::{At as _, Failure, ObjectPath, Session};
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, Planned, Planning, Resource, ResourceDescription, State};
use framework::timeouts::{DefaultTimeouts, parse_duration};
use sync_report::Limit;

pub(crate) use adoption::Adoption;
pub(crate) use checkup::Check;
use model::{LIFETIME, ROTATE_BEFORE};
pub(crate) use model::{ManagedClientSecret, SyncIdentity, SyncModel};
use observation::{is_late, look_until_sure, not_shown_yet, observe, read_settings};
pub(crate) use preflight::unable;
use sides::{optional_graph, organization_of, refuse_foreign, refuse_other_organization, settings_of};
use steps::Apply;

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureSync;

/// What is kept beside the state.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Facts {
    /// Base address of the stack that serves the organization, so that it need not be looked up every time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stack: Option<String>,
    /// What the resource marks its keys with, so that a destroy can tell them from those of a successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// Values that the stack shows for others that it was sent.
    #[serde(default, skip_serializing_if = "echo::Echoes::is_empty")]
    echoes: echo::Echoes,
    /// Until when what Proofpoint shows may be from before the last PUT, where it did not show all that it was sent. Counted
    /// by Proofpoint's clock, whichever process looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    late_until: Option<Timestamp>,
    /// Keys in applications that were left, which could not be removed yet.
    #[serde(default, skip_serializing_if = "old_keys::Left::is_empty")]
    left: old_keys::Left,
    /// How many readings have to follow until exemptions that an import found count as managed. A plan forgets its reading: so
    /// long, none of them is taken off that no apply has had in its configuration.
    #[serde(default, skip_serializing_if = "is_none")]
    exemptions_found: u8,
    /// What lists of keys may be late with.
    #[serde(default, skip_serializing_if = "late_keys::LateKeys::is_empty")]
    late_keys: late_keys::LateKeys,
    /// What is known about the managed key.
    #[serde(default, flatten)]
    rotation: rotation::Facts,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none(readings: &u8) -> bool {
    *readings == 0
}

/// What follows the organization in the id of a synchronization.
const PART: &str = "settings/azure";

impl Resource for AzureSync {
    type Model = SyncModel;
    type Identity = SyncIdentity;
    type Private = Facts;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        // Waiting for a run comes on top, see `waiting`.
        ResourceDescription::new("azure_sync").timeouts(DefaultTimeouts::minutes(20).deleting(10))
    }

    fn validate(&self, config: &SyncModel, diagnostics: &mut Diagnostics) {
        if config.wait_for_routing == Attr::Known(true)
            && matches!(config.wait_for_sync, Attr::Null | Attr::Known(false))
        {
            diagnostics.error_at(
                SyncModel::wait_for_routing(),
                "Nothing tells when routing is ready",
                "`wait_for_routing` counts from the first run that `wait_for_sync` sees. Set `wait_for_sync` to true as well.",
            );
        }
        if config.wait_for_sync == Attr::Known(true) && config.frequency == Attr::Known(0) {
            diagnostics.error_at(
                SyncModel::wait_for_sync(),
                "Nothing will run",
                "With `frequency = 0` Proofpoint runs nothing by itself, so that there is no run to wait for.",
            );
        }
        if let Some(managed) = config.managed_client_secret.known() {
            let duration = |text: &Attr<String>, default| match text {
                Attr::Null => parse_duration(default),
                text => text.known().and_then(|text| parse_duration(text)),
            };
            let (lifetime, before) =
                (duration(&managed.lifetime, LIFETIME), duration(&managed.rotate_before, ROTATE_BEFORE));
            if lifetime.zip(before).is_some_and(|(lifetime, before)| before >= lifetime) {
                diagnostics.error_at(
                    SyncModel::managed_client_secret().join(model::ManagedClientSecret::rotate_before()),
                    "Every key would be due at once",
                    "`rotate_before` must be shorter than `lifetime`.",
                );
            }
        }
    }

    fn subject(&self, model: &SyncModel) -> Option<String> {
        model.domain.known().cloned()
    }

    fn plan(&self, plan: &mut Planning<Self>, diagnostics: &mut Diagnostics) {
        planning::plan(plan, diagnostics);
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        foresight::keep_intention(&ctx.clients, &planned.model);
        if let Some(prior) = &planned.prior {
            ctx.clients.intentions().keep_held(prior.id.text());
        }
        if let Err(problems) = foresight::foresee(ctx, planned, diagnostics).await {
            diagnostics.append(problems);
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let organization = organization_of(session, &call, planned.model.domain.text()).await?;
        let profile = organization.profile(&call).await.at(SyncModel::domain())?;
        let name = profile.primary_domain.to_lowercase();
        let present = settings_of(&organization, &call).await?;
        refuse_foreign(present.as_ref(), &planned.model, &name)?;
        let graph = optional_graph(session, &call, &planned.model).await?;
        let tenant = graph.as_ref().map(|graph| graph.tenant().to_string());
        let apply = Apply::new(session, &call, graph, organization, &planned, &name);
        let mut done = Box::pin(apply.run(present.as_ref(), diagnostics)).await?;
        if let Some(failure) = done.failure {
            // The next create finds what there is and goes on from there.
            return Err(failure);
        }
        done.model.id = id(&name).into();
        done.model.organization = name.into();
        if done.model.tenant_id.is_unknown() {
            done.model.tenant_id = tenant.into();
        }
        Ok(State::new(done.model).with_private(done.facts))
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let State { mut model, private: mut facts } = state;
        let imported = model.domain.is_null();
        if imported {
            model.domain = model.organization.clone();
        }
        let Some((organization, shown)) = read_settings(session, &call, &model, &facts).await? else {
            if is_late(session, &facts)? {
                diagnostics.push(not_shown_yet(model.organization.text(), facts.late_until));
                return Ok(Some(State::new(model).with_private(facts)));
            }
            return Ok(None);
        };
        let shown = look_until_sure(session, &call, &organization, &model, &facts, shown).await?;
        facts.stack = Some(organization.stack().to_owned());
        if imported {
            let profile = organization.profile(&call).await?;
            model.organization = profile.primary_domain.to_lowercase().into();
            model.id = id(model.organization.text()).into();
            model.max_removals = Limit::default().to_string().into();
            model.sync_version = StackVersion::default().into();
            model.wait_for_sync = false.into();
            model.wait_for_routing = false.into();
        }
        if imported {
            exemptions::take_over(&organization, &call, &mut model, &mut facts, diagnostics).await;
        } else if model.exemptions.is_known() {
            facts.exemptions_found = facts.exemptions_found.saturating_sub(1);
            let exempt = organization.exemptions(&call).await;
            model.exemptions = exempt.at(SyncModel::exemptions())?.into();
        }
        observe(session, &call, &mut model, &mut facts, &shown, &organization, diagnostics).await?;
        let before = model.clone();
        settings::show(&shown, &mut model);
        if !imported {
            let late = is_late(session, &facts)?;
            echo::keep_sent(&mut facts.echoes, late, &before, &shown, &mut model);
        }
        // What Proofpoint says of the secret's end is a finding of the health data source, not a reason for a plan.
        if imported {
            model.secret_expiry = shown.secret_expiry.clone().into();
        }
        if model.tenant_id.is_null() && imported {
            // The people are those of the tenant that the settings name, which need not be the provider's.
            let tenant = match &shown.primary_domain {
                Some(domain) => session.tenant_of(&call, domain).await,
                None => None,
            };
            let tenant = match tenant {
                Some(tenant) => Some(tenant),
                None => session.default_tenant(&call).await?,
            };
            model.tenant_id = tenant.map(|tenant| tenant.to_string()).into();
        }
        // A plan that changes nothing in it does not ask again.
        foresight::keep_intention(session, &model);
        session.intentions().keep_held(model.id.text());
        Ok(Some(State::new(model).with_private(facts)))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        prior: State<Self>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let name = prior.model.organization.text();
        let organization = organization_of(session, &call, planned.model.domain.text()).await?;
        if prior.model.domain != planned.model.domain {
            refuse_other_organization(&organization, &call, name).await?;
        }
        let present = settings_of(&organization, &call).await?;
        let graph = optional_graph(session, &call, &planned.model).await?;
        let apply = Apply::new(session, &call, graph, organization, &planned, name);
        let mut done = match Box::pin(apply.run(present.as_ref(), diagnostics)).await {
            Ok(done) => done,
            Err(failure) => {
                let (Some(key), Ok(graph)) = (apply.left_over.get(), apply.graph()) else {
                    return Err(failure);
                };
                // Lists may not show it for a while: whatever comes next has to know of it.
                let mut facts = prior.private;
                facts.late_keys.left_over(key, graph.now());
                diagnostics.append(failure);
                return Ok(State::new(prior.model).with_private(facts));
            }
        };
        if let Some(failure) = done.failure {
            done.model.exemptions = prior.model.exemptions.clone();
            diagnostics.append(failure);
        }
        if done.model.tenant_id.is_unknown() {
            done.model.tenant_id = prior.model.tenant_id.clone();
        }
        Ok(State::new(done.model).with_private(done.facts))
    }

    async fn delete(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        departure::leave(session, &call, &state, diagnostics).await
    }

    fn import(&self, by: ImportBy<SyncIdentity>) -> Result<State<Self>, Failure> {
        let organization = match by {
            ImportBy::Id(id) => {
                let organization = ObjectPath::parse_organization(&id, Some(PART))
                    .map_err(|error| Diagnostic::error("Invalid import id", format!("{error}.")))?;
                organization.into()
            }
            ImportBy::Identity(identity) => identity.organization,
        };
        Ok(State::new(SyncModel { organization, ..SyncModel::default() }))
    }

    fn identity(&self, model: &SyncModel) -> Option<SyncIdentity> {
        let organization = model.organization.clone();
        organization.is_known().then_some(SyncIdentity { organization })
    }
}

fn id(organization: &str) -> String {
    ObjectPath::new(None, "orgs", organization).part(PART).to_string()
}
