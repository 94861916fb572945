//! `proofpoint_azure_client_secret`: a client secret for use elsewhere, and its rotation.

mod foresight;
mod keys;
mod model;
mod rotation;

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::provider_block::{Failure, ObjectPath, Session};
use clients::graph::{Graph, MintedPassword};
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{
    ImportBy, MoveFrom, MoveSource, NoIdentity, Planned, Planning, Resource, ResourceDescription, State,
};
use framework::timeouts::DefaultTimeouts;

use keys::{Keys, Refusal, Seen};
pub(crate) use model::ClientSecretModel;
use model::instant;
pub(crate) use rotation::Facts;
use rotation::{has_overlap, span};

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureClientSecret;

/// What follows the application in the id of a secret, the form that `hashicorp/azuread` uses first.
const PARTS: [&str; 2] = ["password", "passwordCredentials"];

/// Life that Entra gives to a secret when none is asked for (Graph: application-addpassword).
const TWO_YEARS: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

impl Resource for AzureClientSecret {
    type Model = ClientSecretModel;
    type Identity = NoIdentity;
    type Private = Facts;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("azure_client_secret").timeouts(DefaultTimeouts::minutes(10).deleting(5))
    }

    fn validate(&self, config: &ClientSecretModel, diagnostics: &mut Diagnostics) {
        let life = match &config.end_date_relative {
            Attr::Null => Some(TWO_YEARS),
            given => span(given),
        };
        if life.zip(span(&config.rotate_before)).is_some_and(|(life, before)| before >= life) {
            diagnostics.error_at(
                ClientSecretModel::rotate_before(),
                "Every secret would be due at once",
                "`rotate_before` must be shorter than the life of a secret: `end_date_relative`, else two years.",
            );
        }
        let named = ObjectPath::parse(config.application_id.text(), "applications").ok();
        let named = named.and_then(|path| path.tenant);
        if named.zip(config.tenant_id.known()).is_some_and(|(path, given)| path.as_str() != given) {
            diagnostics.error_at(
                ClientSecretModel::tenant_id(),
                "Two tenants",
                "`application_id` names another tenant than `tenant_id`.",
            );
        }
    }

    fn plan(&self, plan: &mut Planning<Self>, _diagnostics: &mut Diagnostics) {
        rotation::plan(plan);
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
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
        let call = ctx.clients.call(ctx);
        let graph = graph_of(ctx, &planned.model).await?;
        let keys = Keys::new(&graph, &call, &planned.model)?;
        let mut model = planned.model;
        model.tenant_id = graph.tenant().as_str().into();
        match keys.mint(&model).await {
            Ok(minted) => {
                diagnostics.append(keys.twins(&minted, model.display_name.text()).await);
                show(&mut model, minted, &path(ctx, &graph, &keys), &graph);
                Ok(State::new(model))
            }
            // Error and state: the destruction that core plans next then removes what may have been made. Core drops the
            // private facts of a tainted object before that, so that its description has to be in the state.
            Err(Refusal { problem, lost: Some(lost) }) => {
                diagnostics.append(problem);
                model.display_name = lost.into();
                // For a while from now on lists may be late with it.
                model.start_date = graph.now().to_string().into();
                Ok(State::new(model))
            }
            Err(Refusal { problem, lost: None }) => Err(problem),
        }
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        let Some(key_id) = state.model.key_id.known() else {
            // A creation that was not answered: kept, so that its destruction looks for what was made.
            return Ok(Some(state));
        };
        let call = ctx.clients.call(ctx);
        let graph = graph_of(ctx, &state.model).await?;
        let keys = Keys::new(&graph, &call, &state.model)?;
        let _departure = graph.departing_from(keys.application());
        let made = state.model.start_date.known().and_then(|start| instant(start));
        let seen = keys.look(key_id, made).await?;
        let State { mut model, mut private } = state;
        let present = match seen {
            Seen::Key(key, there) => {
                if model.id.is_null() {
                    let path = path(ctx, &graph, &keys);
                    model.application_id = path.to_string().into();
                    model.id = path.part(&format!("{}/{}", PARTS[0], key.key_id)).to_string().into();
                    model.tenant_id = graph.tenant().as_str().into();
                    let name = key.display_name.as_deref().map(|name| keys::unmarked(name).to_owned());
                    model.display_name = name.into();
                    model.hint = key.hint.into();
                    model.start_date = key.start_date_time.map(|time| time.to_string()).into();
                    model.end_date = key.end_date_time.map(|time| time.to_string()).into();
                    model.previous_key_ids = Attr::Known(BTreeSet::new());
                }
                private.keep(&there, &mut model);
                true
            }
            // Earlier keys would be forgotten with the state; with them there, the missing one is made anew in place.
            Seen::NoKey if !private.superseded.is_empty() => false,
            // With its application restored it is there again, and has to be known to be removed.
            Seen::Deleted => {
                diagnostics.push(keys.deleted());
                return Ok(Some(State::new(model).with_private(private)));
            }
            Seen::NoKey | Seen::Nothing => return Ok(None),
        };
        let mut facts = rotation::observe(private, &model, present, graph.now());
        for (description, key) in keys.lost(&facts.lost, None).await? {
            let mut previous = model.previous_key_ids.unwrap_or_default();
            previous.insert(key.clone());
            model.previous_key_ids = previous.into();
            facts.found(&description, &key, graph.now());
        }
        if !graph.is_young(facts.lost_at) {
            facts.lost.clear();
        }
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
        let graph = graph_of(ctx, &planned.model).await?;
        let keys = Keys::new(&graph, &call, &planned.model)?;
        let State { model: before, private: mut facts } = prior;
        let mut model = planned.model;
        if model.key_id.is_unknown() {
            match keys.mint(&model).await {
                Ok(minted) => show(&mut model, minted, &path(ctx, &graph, &keys), &graph),
                // Nothing has changed as far as anybody knows; what may have been made is looked for later.
                Err(Refusal { problem, lost }) => {
                    diagnostics.append(problem);
                    facts.lose(lost, graph.now());
                    return Ok(State::new(before).with_private(facts));
                }
            }
            facts.due = false;
            if let Some(old) = before.key_id.known() {
                facts.superseded.insert(old.clone(), graph.now());
                if !has_overlap(&model.overlap) {
                    facts.over.insert(old.clone());
                }
            }
        }
        // From here on the new secret is in use: what cannot be removed now is removed by a later apply.
        let mut kept = before.previous_key_ids.unwrap_or_default();
        kept.extend(facts.superseded.keys().cloned());
        for key in facts.over.clone() {
            match keys.remove(&key).await {
                Ok(()) => {
                    kept.remove(&key);
                    facts.over.remove(&key);
                    facts.superseded.remove(&key);
                }
                Err(problems) => diagnostics.append(problems),
            }
        }
        // What lists do not show yet is found by a later refresh.
        if let Err(problems) = keys.remove_lost(&mut facts.lost, None).await {
            diagnostics.append(problems);
        }
        model.previous_key_ids = kept.into();
        Ok(State::new(model).with_private(facts))
    }

    async fn delete(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let call = ctx.clients.call(ctx);
        let graph = graph_of(ctx, &state.model).await?;
        let keys = Keys::new(&graph, &call, &state.model)?;
        let _departure = graph.departing_from(keys.application());
        let made = state.model.start_date.known().and_then(|start| instant(start));
        if let Some((key, made)) = state.model.key_id.known().zip(made) {
            keys.note_made(key, made);
        }
        let previous = state.model.previous_key_ids.unwrap_or_default();
        for key in previous.iter().chain(state.model.key_id.known()) {
            keys.remove(key).await?;
        }
        let (mut lost, mut since) = (state.private.lost, state.private.lost_at);
        if !state.model.key_id.is_known() {
            // A creation that was not answered.
            lost.extend(state.model.display_name.into_known());
            since = made;
        }
        keys.remove_lost(&mut lost, since).await
    }

    fn import(&self, by: ImportBy<NoIdentity>) -> Result<State<Self>, Failure> {
        let invalid = |text: String| Diagnostic::error("Invalid import id", text);
        let ImportBy::Id(id) = by else {
            return Err(invalid("A client secret is imported by its id.".to_owned()).into());
        };
        let (application, key_id) = ObjectPath::parse_member(&id, "applications", &PARTS)
            .map_err(|error| invalid(format!("{error}.")))?;
        Ok(State::new(ClientSecretModel {
            tenant_id: application.tenant.as_ref().map(ToString::to_string).into(),
            application_id: application.to_string().into(),
            key_id: key_id.into(),
            ..ClientSecretModel::default()
        }))
    }

    fn moves(&self) -> Vec<MoveFrom<Self>> {
        vec![MoveFrom {
            provider: "hashicorp/azuread",
            resource: "azuread_application_password",
            convert: |source| from_azuread(&source),
        }]
    }
}

/// The state of an `azuread_application_password`, its value included. The read that follows fills in the rest.
fn from_azuread(source: &MoveSource) -> Result<State<AzureClientSecret>, Diagnostic> {
    let text = |name: &str| source.state.member(name).as_str().filter(|text| !text.is_empty());
    // Before version 3 the application was named by its bare object id.
    let application = text("application_id").map(str::to_owned);
    let application =
        application.or_else(|| Some(format!("/applications/{}", text("application_object_id")?)));
    let (Some(application), Some(key_id)) = (application, text("key_id")) else {
        return Err(Diagnostic::error(
            "The state to move is incomplete",
            "It names no `application_id` or no `key_id`. Refresh it with `hashicorp/azuread` first.",
        ));
    };
    let triggers = source.state.member("rotate_when_changed").as_members().map(|members| {
        members
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.as_str()?.to_owned())))
            .collect()
    });
    Ok(State::new(ClientSecretModel {
        application_id: application.into(),
        key_id: key_id.into(),
        end_date_relative: text("end_date_relative").map(str::to_owned).into(),
        rotate_when_changed: triggers.into(),
        value: text("value").map(|value| secrecy::SecretString::from(value).into()).into(),
        ..ClientSecretModel::default()
    }))
}

async fn graph_of(ctx: &Context<Session>, model: &ClientSecretModel) -> Result<Graph, Failure> {
    let named = ObjectPath::parse(model.application_id.text(), "applications").ok();
    let named = named.and_then(|path| path.tenant).map(|tenant| tenant.to_string());
    let tenant = model.tenant_id.known().cloned().or(named);
    ctx.clients.graph(&ctx.clients.call(ctx), tenant.as_deref()).await
}

fn path(ctx: &Context<Session>, graph: &Graph, keys: &Keys<'_>) -> ObjectPath {
    ctx.clients.path(graph.tenant(), "applications", keys.application())
}

/// Takes a new secret over into a model.
fn show(model: &mut ClientSecretModel, minted: MintedPassword, application: &ObjectPath, graph: &Graph) {
    model.id = application.clone().part(&format!("{}/{}", PARTS[0], minted.key_id)).to_string().into();
    model.key_id = minted.key_id.into();
    model.hint = minted.hint.into();
    model.start_date = minted.start_date_time.unwrap_or_else(|| graph.now()).to_string().into();
    if !model.end_date.is_known() {
        model.end_date = minted.end_date_time.map(|end| end.to_string()).into();
    }
    model.value = Attr::Known(minted.secret.into());
}
