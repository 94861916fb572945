//! `proofpoint_azure_sync`: how an organization synchronizes its people with Entra, and the secret it does so with.

mod apply;
mod exemptions;
mod fields;
mod judging;
mod managed_secret;
mod model;
mod planning;
mod preflight;
mod rotation;
mod waiting;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::essentials::{Organization, Settings};
use crate::framework::attr::Attr;
use crate::framework::context::Context;
use crate::framework::diagnostic::{Diagnostic, Diagnostics};
use crate::framework::resource::{ImportBy, Planned, Planning, Resource, ResourceDescription, State};
use crate::framework::timeouts::{DefaultTimeouts, parse_duration};
use crate::graph::Graph;
use crate::http::Call;
use crate::provider::{Diagnose as _, ObjectPath, Session};

use apply::Apply;
use managed_secret::Keys;
pub use model::{SyncIdentity, SyncModel};
use preflight::Preflight;

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub struct AzureSync;

/// What is kept beside the state.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Facts {
    /// Base address of the stack that serves the organization, so that it need not be looked up every time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stack: Option<String>,
    /// What is known about the managed key.
    #[serde(default, flatten)]
    rotation: rotation::Facts,
}

/// What follows the organization in the id of a synchronization.
const PART: &str = "settings/azure";

/// A wait for a run may take the longest frequency, 24 hours, and its grace.
const WITH_WAIT: Duration = Duration::from_secs(25 * 3600);

impl Resource for AzureSync {
    type Model = SyncModel;
    type Identity = SyncIdentity;
    type Private = Facts;
    type Clients = Session;

    fn describe(&self) -> ResourceDescription {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let timeouts =
            DefaultTimeouts { create: WITH_WAIT, read: minutes(5), update: WITH_WAIT, delete: minutes(10) };
        ResourceDescription { timeouts, ..ResourceDescription::new("azure_sync") }
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
                (duration(&managed.lifetime, "17520h"), duration(&managed.rotate_before, "720h"));
            if lifetime.zip(before).is_some_and(|(lifetime, before)| before >= lifetime) {
                diagnostics.error_at(
                    SyncModel::managed_client_secret().join(model::ManagedClientSecret::rotate_before()),
                    "Every key would be due at once",
                    "`rotate_before` must be shorter than `lifetime`.",
                );
            }
        }
    }

    fn plan(&self, plan: &mut Planning<Self>, diagnostics: &mut Diagnostics) {
        planning::plan(plan, diagnostics);
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        if planned.prior.as_ref() == Some(&planned.model) {
            return;
        }
        if let Err(problems) = self.foresee(ctx, planned, diagnostics).await {
            diagnostics.append(problems);
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Diagnostics> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let organization = organization_of(session, &call, planned.model.domain.text()).await?;
        let profile =
            organization.profile(&call).await.map_err(|error| error.diagnose().at(SyncModel::domain()))?;
        let name = profile.primary_domain.to_lowercase();
        let present = settings_of(&organization, &call).await?;
        refuse_foreign(present.as_ref(), &planned.model, &name)?;
        if let Some(exempt) = planned.model.exemptions.known() {
            exemptions::refuse_unlisted(&organization, &call, exempt).await?;
        }
        let graph = optional_graph(session, &call, &planned.model).await?;
        let tenant = graph.as_ref().map(|graph| graph.tenant().to_string());
        let apply = Apply { session, call: &call, graph, organization, planned: &planned };
        let mut done = apply.run(&name, present.as_ref(), diagnostics).await?;
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
    ) -> Result<Option<State<Self>>, Diagnostics> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let State { mut model, private: mut facts } = state;
        let imported = model.domain.is_null();
        if imported {
            model.domain = model.organization.clone();
        }
        let Some((organization, settings)) = read_settings(session, &call, &model, &facts).await? else {
            return Ok(None);
        };
        facts.stack = Some(organization.stack().to_owned());
        if imported {
            let profile = organization.profile(&call).await.map_err(|error| error.diagnose())?;
            model.organization = profile.primary_domain.to_lowercase().into();
            model.id = id(model.organization.text()).into();
            model.max_removals = planning::MAX_REMOVALS.into();
            model.wait_for_sync = false.into();
            model.wait_for_routing = false.into();
        }
        if model.exemptions.is_known() {
            let exempt = organization.exemptions(&call).await;
            model.exemptions = exempt.map_err(|error| error.diagnose().at(SyncModel::exemptions()))?.into();
        }
        facts.rotation = observe(session, &call, &model, &facts, &settings, diagnostics).await?;
        let shown_expiry = model.secret_expiry.clone();
        fields::show(&settings, &mut model);
        // What Proofpoint says of the secret's end is a finding of the health data source, not a reason for a plan.
        if !imported {
            model.secret_expiry = shown_expiry;
        }
        if model.tenant_id.is_null() && imported {
            model.tenant_id = session.default_tenant().map(ToString::to_string).into();
        }
        Ok(Some(State::new(model).with_private(facts)))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        prior: State<Self>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Diagnostics> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let name = prior.model.organization.text();
        let organization = organization_of(session, &call, planned.model.domain.text()).await?;
        if prior.model.domain != planned.model.domain {
            refuse_other_organization(&organization, &call, name).await?;
        }
        let present = settings_of(&organization, &call).await?;
        let graph = optional_graph(session, &call, &planned.model).await?;
        let apply = Apply { session, call: &call, graph, organization, planned: &planned };
        let mut done = apply.run(name, present.as_ref(), diagnostics).await?;
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
    ) -> Result<(), Diagnostics> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let model = &state.model;
        let organization = organization_of(session, &call, model.domain.text()).await?;
        if let Ok(login) = organization.login_settings(&call).await
            && login.force_azure_login
        {
            diagnostics.warning(
                "People may be unable to sign in to the console",
                "The organization forces sign-in with Microsoft accounts, which needs a working connection to Entra. Allow \
                 other sign-ins in the console.",
            );
        }
        organization.delete_settings(&call).await.map_err(|error| error.diagnose())?;
        let Some(managed) = model.managed_client_secret.known() else { return Ok(()) };
        let graph = session.graph(&call, model.tenant_id.known().map(String::as_str)).await?;
        let keys = Keys::new(&graph, managed, model.organization.text())?;
        keys.remove_all(&call, model.key_id.known().map(String::as_str)).await
    }

    fn import(&self, by: ImportBy<SyncIdentity>) -> Result<State<Self>, Diagnostics> {
        let organization = match by {
            ImportBy::Id(id) => {
                let path = ObjectPath::parse_part(&id, "orgs", PART)
                    .map_err(|error| Diagnostic::error("Invalid import id", format!("{error}.")))?;
                path.id.into()
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

impl AzureSync {
    /// What a plan can know of its effects: warnings, and errors that no other part of the same plan can cure.
    async fn foresee(
        &self,
        ctx: &Context<Session>,
        planned: &Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let model = &planned.model;
        let Some(domain) = model.domain.known() else { return Ok(()) };
        let organization = organization_of(session, &call, domain).await?;
        let present = settings_of(&organization, &call).await?;
        match &planned.prior {
            None => {
                if let (Some(client_id), Some(present)) = (model.client_id.known(), &present)
                    && *client_id != present.application_id
                {
                    let profile = organization.profile(&call).await.map_err(|error| error.diagnose())?;
                    refuse_foreign(Some(present), model, &profile.primary_domain.to_lowercase())?;
                }
                if let Some(exempt) = model.exemptions.known() {
                    exemptions::refuse_unlisted(&organization, &call, exempt).await?;
                }
            }
            Some(prior) if prior.domain != model.domain => {
                refuse_other_organization(&organization, &call, prior.organization.text()).await?;
            }
            Some(_) => {}
        }
        if !planning::needs_put(planned.prior.as_ref(), model) && !planning::drops_an_exemption(planned) {
            return Ok(());
        }
        let graph = optional_graph(session, &call, model).await?;
        let preflight =
            Preflight { session, call: &call, graph: graph.as_ref(), organization: &organization, model };
        let findings = preflight.look().await;
        diagnostics.append(findings.problems.into_iter().map(Diagnostic::into_warning));
        diagnostics.append(findings.remarks);
        let wanted = fields::settings(model, present.as_ref());
        let widens = fields::widens(present.as_ref(), &wanted) || planning::drops_an_exemption(planned);
        if wanted.sync_frequency > 0 && widens {
            let Some(graph) = graph else { return judging::without_graph(model) };
            match judging::judge(&call, &graph, &organization, model, &wanted).await {
                Ok(told) => diagnostics.append(told),
                Err(refusal) => diagnostics.push(refusal),
            }
        }
        Ok(())
    }
}

fn id(organization: &str) -> String {
    ObjectPath::new(None, "orgs", organization).part(PART).to_string()
}

async fn organization_of(session: &Session, call: &Call, domain: &str) -> Result<Organization, Diagnostics> {
    let found = session.essentials()?.organization(call, domain).await;
    found.map_err(|error| error.diagnose().at(SyncModel::domain()).into())
}

async fn settings_of(organization: &Organization, call: &Call) -> Result<Option<Settings>, Diagnostics> {
    organization.settings(call).await.map_err(|error| error.diagnose().at(SyncModel::domain()).into())
}

/// The settings from the stack that an earlier run found, else from the one that serves the organization now.
async fn read_settings(
    session: &Session,
    call: &Call,
    model: &SyncModel,
    facts: &Facts,
) -> Result<Option<(Organization, Settings)>, Diagnostics> {
    let domain = model.domain.text();
    let account = session.essentials()?;
    if let Some(organization) =
        facts.stack.as_deref().and_then(|stack| account.organization_on(domain, stack))
        && let Ok(Some(settings)) = organization.settings(call).await
    {
        return Ok(Some((organization, settings)));
    }
    let organization = organization_of(session, call, domain).await?;
    Ok(settings_of(&organization, call).await?.map(|settings| (organization, settings)))
}

/// Graph, where it is configured. A managed secret cannot do without it.
async fn optional_graph(
    session: &Session,
    call: &Call,
    model: &SyncModel,
) -> Result<Option<Graph>, Diagnostics> {
    if !session.is_configured_for_entra() && model.managed_client_secret.is_null() {
        return Ok(None);
    }
    let graph = session.graph(call, model.tenant_id.known().map(String::as_str)).await;
    graph.map(Some)
}

/// Looks at the managed key, where there is one.
async fn observe(
    session: &Session,
    call: &Call,
    model: &SyncModel,
    facts: &Facts,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) -> Result<rotation::Facts, Diagnostics> {
    let (Some(managed), Some(key_id)) = (model.managed_client_secret.known(), model.key_id.known()) else {
        return Ok(facts.rotation.clone());
    };
    let graph = session.graph(call, model.tenant_id.known().map(String::as_str)).await?;
    let keys = Keys::new(&graph, managed, model.organization.text())?;
    let superseded = model.superseded_key_ids.unwrap_or_default();
    // A rotation that is due already needs no further evidence.
    let listed = match facts.rotation.due {
        Some(_) => None,
        None => match keys.look(call, model.client_id.text(), key_id, &superseded).await {
            Ok(listed) => Some(listed),
            Err(error) if error.is_forbidden() => {
                diagnostics
                    .warning("Not checked: whether the managed key is still there", error.diagnose().detail);
                None
            }
            Err(error) => return Err(error.diagnose().into()),
        },
    };
    let rotate_before = parse_duration(managed.rotate_before.text()).unwrap_or_default();
    let tracked = rotation::Tracked {
        key_id,
        end: model.key_end_date.known().and_then(|end| end.parse().ok()),
        rotate_before: rotate_before.try_into().unwrap_or_default(),
        superseded: &superseded,
        client_id: model.client_id.text(),
    };
    let seen = rotation::Seen {
        now: graph.clock().now(),
        keys: listed.as_deref(),
        client_id: &settings.application_id,
        last_successful_sync: settings.last_run.at(),
    };
    Ok(rotation::observe(&facts.rotation, &tracked, &seen))
}

/// Settings that name another application are somebody else's work.
fn refuse_foreign(present: Option<&Settings>, model: &SyncModel, name: &str) -> Result<(), Diagnostics> {
    let Some(present) = present.filter(|present| present.application_id != model.client_id.text()) else {
        return Ok(());
    };
    Err(Diagnostic::error(
        "The organization has a synchronization already",
        format!(
            "`{name}` synchronizes through the application `{}`. Manage that configuration with this resource:\n\n  import \
             {{\n    to = proofpoint_azure_sync.NAME\n    id = \"{}\"\n  }}\n\nor delete it in the Proofpoint console first.",
            present.application_id,
            id(name)
        ),
    )
    .at(SyncModel::domain())
    .into())
}

/// A domain of another organization is another synchronization.
async fn refuse_other_organization(
    organization: &Organization,
    call: &Call,
    name: &str,
) -> Result<(), Diagnostics> {
    let profile =
        organization.profile(call).await.map_err(|error| error.diagnose().at(SyncModel::domain()))?;
    if profile.primary_domain.eq_ignore_ascii_case(name) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "The domain belongs to another organization",
        format!(
            "This synchronization is that of `{name}`, and `{}` belongs to `{}`. Use a resource of its own for that \
             organization.",
            organization.domain(),
            profile.primary_domain
        ),
    )
    .at(SyncModel::domain())
    .into())
}
