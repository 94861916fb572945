//! `proofpoint_azure_sync_run`: enacts a reviewed report.

mod enact;
mod foresight;
mod model;
mod telling;

use std::collections::BTreeMap;

use jiff::Unit;

use crate::preview::{self, Wanted};
use crate::provider_block::{At as _, Failure, ObjectPath, Session};
use clients::essentials::Organization;
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, NoIdentity, Planned, Planning, Resource, ResourceDescription, State};
use sync_report::{
    Approved, Change, Estimate, Explanation, Input, Judgement, Limit, Reach, SyncVersion, Verb,
};

use model::RunModel;

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureSyncRun;

impl Resource for AzureSyncRun {
    type Model = RunModel;
    type Identity = NoIdentity;
    type Private = ();
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("azure_sync_run")
    }

    fn validate(&self, config: &RunModel, diagnostics: &mut Diagnostics) {
        for (address, line) in config.changes.known().into_iter().flatten() {
            let spelling = sync_report::normalize(address);
            if !preview::is_address(&spelling) {
                diagnostics.error_at(
                    RunModel::changes().key(address.as_str()),
                    "Not the address of a row",
                    format!("`{address}` is not an e-mail address, so that no row of a report is about it."),
                );
            } else if *spelling != **address {
                diagnostics.error_at(
                    RunModel::changes().key(address.as_str()),
                    "Not the address of a row",
                    format!("`{address}` stands for no account: rows are named by addresses in lower case. Write `{spelling}`."),
                );
            }
            if Verb::of_line(line).is_none() {
                diagnostics.error_at(
                    RunModel::changes().key(address.as_str()),
                    "Not a row of a report",
                    format!(
                        "`{line}` begins with none of `add`, `update`, `convert`, `deactivate` and `delete`. Take rows from `changes` of the data source \
                         `proofpoint_azure_sync_preview`."
                    ),
                );
            }
        }
    }

    fn plan(&self, plan: &mut Planning<Self>, _diagnostics: &mut Diagnostics) {
        let (prior, planned) = (plan.prior.as_ref(), &mut plan.planned);
        let has_rows = planned.changes.known().is_none_or(|changes| !changes.is_empty());
        let results = match prior {
            // What was withheld is shown again, and nothing says that it would be enacted now.
            Some(prior) if asks_the_same(prior, planned) => Results::of(prior),
            _ if has_rows => Results { run_at: Attr::Unknown, left: Attr::Unknown, withheld: Attr::Unknown },
            Some(prior) => Results::of(prior).without_withheld(),
            None => Results::default().without_withheld(),
        };
        if results.withheld.is_unknown() && planned.tenant_id.is_null() {
            // Imported: which tenant it is turns out when it is asked.
            planned.tenant_id = Attr::Unknown;
        }
        Results { run_at: planned.run_at, left: planned.left, withheld: planned.withheld } = results;
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        if let Err(problems) = foresight::foresee(ctx, &planned.model, diagnostics).await {
            diagnostics.append(problems);
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        run(ctx, planned.model, None, diagnostics).await
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        mut state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        if state.model.tenant_id.is_null() {
            // It was imported.
            let session = &ctx.clients;
            let graph = session.graph(&session.call(ctx), None).await?;
            state.model.tenant_id = graph.tenant().as_str().into();
        }
        let withheld = state.model.withheld.unwrap_or_default();
        if withheld.is_empty() {
            return Ok(Some(state));
        }
        if foresight::judge(ctx, &state.model, &withheld).await?.exceeded() {
            diagnostics.push(telling::withheld(state.model.domain.text(), &withheld));
        } else {
            // There are more accounts than there were: the same rows are a change again.
            state.model.changes = Attr::Known(BTreeMap::new());
        }
        Ok(Some(state))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        prior: State<Self>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        run(ctx, planned.model, Some(prior.model), diagnostics).await
    }

    async fn delete(
        &self,
        _ctx: &Context<Session>,
        _state: State<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn import(&self, by: ImportBy<NoIdentity>) -> Result<State<Self>, Failure> {
        match by {
            ImportBy::Id(id) => Ok(State::new(RunModel {
                domain: ObjectPath::parse_organization(&id, None)
                    .map_err(|error| Diagnostic::error("Invalid import id", format!("{error}.")))?
                    .into(),
                changes: Attr::Known(BTreeMap::new()),
                left: Attr::Known(BTreeMap::new()),
                withheld: Attr::Known(BTreeMap::new()),
                ..RunModel::default()
            })),
            ImportBy::Identity(_) => Err(Diagnostic::error(
                "A run has no identity",
                "Import it by the domain of its organization: `id = \"contoso.com\"`.",
            )
            .into()),
        }
    }

    fn identity(&self, _model: &RunModel) -> Option<NoIdentity> {
        None
    }

    fn subject(&self, model: &RunModel) -> Option<String> {
        model.domain.known().cloned()
    }

    /// What was enacted is done: a later plan shows only what is new, as additions of lines. What was withheld is not new.
    fn loaded(&self, model: &mut RunModel) {
        model.changes = Attr::Known(model.withheld.unwrap_or_default());
    }
}

/// What a run leaves in the state.
#[derive(Debug, Clone, Default)]
struct Results {
    run_at: Attr<String>,
    left: Attr<BTreeMap<String, String>>,
    withheld: Attr<BTreeMap<String, String>>,
}

impl Results {
    fn of(model: &RunModel) -> Self {
        Self { run_at: model.run_at.clone(), left: model.left.clone(), withheld: model.withheld.clone() }
    }

    /// After a plan without rows: what was withheld is nobody's wish any more.
    fn without_withheld(self) -> Self {
        let mut left = self.left.unwrap_or_default();
        for address in self.withheld.unwrap_or_default().keys() {
            left.remove(address);
        }
        Self { run_at: self.run_at, left: Attr::Known(left), withheld: Attr::Known(BTreeMap::new()) }
    }
}

/// Whether a plan asks for what the state already has, as far as it decides what a run does.
fn asks_the_same(prior: &RunModel, planned: &RunModel) -> bool {
    let RunModel {
        domain,
        tenant_id,
        changes,
        max_deletions,
        on_excess,
        sync_version,
        send_welcome_email,
        run_at: _,
        left: _,
        withheld: _,
        timeouts: _,
    } = planned;
    *domain == prior.domain
        && *tenant_id == prior.tenant_id
        && *changes == prior.changes
        && *max_deletions == prior.max_deletions
        && *on_excess == prior.on_excess
        && *sync_version == prior.sync_version
        && *send_welcome_email == prior.send_welcome_email
}

/// Enacts the planned rows.
async fn run(
    ctx: &Context<Session>,
    mut model: RunModel,
    prior: Option<RunModel>,
    diagnostics: &mut Diagnostics,
) -> Result<State<AzureSyncRun>, Failure> {
    let session = &ctx.clients;
    let call = session.call(ctx);
    let graph = session.graph(&call, model.tenant_id.known().map(String::as_str)).await?;
    if model.tenant_id.is_unknown() {
        model.tenant_id = graph.tenant().as_str().into();
    }
    if !model.withheld.is_unknown() {
        return Ok(State::new(model));
    }
    let approved = model.changes.unwrap_or_default();
    let before = prior.as_ref().map(Results::of).unwrap_or_default();
    if approved.is_empty() {
        let Results { run_at, left, withheld } = before.without_withheld();
        return Ok(State::new(RunModel { run_at, left, withheld, ..model }));
    }
    let organization = organization(ctx, &call, &model).await?;
    let wanted = wanted(&call, &organization, &model).await?;
    let mut input = preview::read(&call, &graph, &organization, wanted).await?;
    let domain = organization.domain().to_owned();
    let held = held(&mut input, &approved, &domain, diagnostics)?;
    let mut enact = held.enact;
    let mut left = held.left;
    let limited = |change: &Change| change.verb.is_limited(input.version);
    let losses: BTreeMap<String, String> = enact
        .iter()
        .filter(|change| limited(change))
        .map(|change| (change.address.clone(), change.line()))
        .collect();
    let judgement = Judgement::of(count(&losses), input.roster.active_accounts(), limit(&model));
    let mut withheld = BTreeMap::new();
    if judgement.exceeded() {
        diagnostics.push(telling::excess(&model, limit(&model), judgement, &losses));
        if diagnostics.has_errors() {
            return Err(std::mem::take(diagnostics).into());
        }
        for change in enact.extract_if(.., |change| limited(change)) {
            left.insert(
                change.address,
                format!("{}: withheld, as there are more than `max_deletions` allows", change.verb),
            );
        }
        withheld = losses;
    }
    tracing::info!(rows = approved.len(), enacting = enact.len(), "run of a reviewed report");
    drop(input);

    let outcome = enact::enact(&call, &organization, &enact, model.send_welcome_email.unwrap_or(false)).await;
    telling::enacted(&domain, &enact, &outcome, diagnostics)?;
    left.extend(outcome.left);
    model.left = Attr::Known(left);
    model.withheld = Attr::Known(withheld);
    model.run_at = before.run_at;
    if outcome.made > 0 {
        let now = graph.clock().now();
        model.run_at = now.round(Unit::Second).unwrap_or(now).to_string().into();
    }
    Ok(State::new(model))
}

/// Approved rows that hold, and what is left besides.
struct Held {
    enact: Vec<Change>,
    left: BTreeMap<String, String>,
}

/// Holds the approved rows against what is true now. Fails where a change of a person is not what was approved.
fn held(
    input: &mut Input,
    approved: &BTreeMap<String, String>,
    domain: &str,
    diagnostics: &mut Diagnostics,
) -> Result<Held, Failure> {
    let estimate = Estimate::of(input);
    let Approved { enact, broken, left: outdated, unapproved, done: _ } = estimate.hold(approved);
    let mut left = estimate.left(Reach::Everything);
    left.extend(unapproved);
    if !(broken.is_empty() && outdated.is_empty()) {
        match sync_report::explain(input, approved) {
            Explanation::Settings(settings) => {
                let rows = broken.into_iter().chain(outdated).collect();
                return Err(telling::disagree(domain, &settings, &rows).into());
            }
            Explanation::Either(settings) if !broken.is_empty() => {
                let rows = broken.into_iter().chain(outdated).collect();
                return Err(telling::either(domain, &settings, &rows).into());
            }
            Explanation::Either(_) | Explanation::Changed => {}
        }
    }
    if !broken.is_empty() {
        return Err(telling::broken(domain, &broken).into());
    }
    diagnostics.append(telling::outdated(domain, &outdated));
    left.extend(outdated);
    Ok(Held { enact, left })
}

fn limit(model: &RunModel) -> Limit {
    // The configuration was checked; without a value the default holds.
    model.max_deletions.text().parse().unwrap_or_default()
}

fn version(model: &RunModel) -> SyncVersion {
    model.sync_version.unwrap_or_default().into()
}

/// The planned rows that the limit counts.
fn losses(model: &RunModel) -> BTreeMap<String, String> {
    let limited = |line: &str| Verb::of_line(line).is_some_and(|verb| verb.is_limited(version(model)));
    let rows = model.changes.known().into_iter().flatten();
    rows.filter(|(_, line)| limited(line)).map(|(address, line)| (address.clone(), line.clone())).collect()
}

fn count(rows: &BTreeMap<String, String>) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

async fn organization(
    ctx: &Context<Session>,
    call: &Call,
    model: &RunModel,
) -> Result<Organization, Failure> {
    let account = ctx.clients.essentials()?;
    account.organization(call, model.domain.text()).await.at(RunModel::domain())
}

async fn active_accounts(ctx: &Context<Session>, model: &RunModel) -> Result<u64, Failure> {
    let call = ctx.clients.call(ctx);
    let organization = organization(ctx, &call, model).await?;
    let roster = preview::roster(&call, &organization).await?;
    Ok(roster.active_accounts())
}

/// The settings that the run goes by: those that the organization has.
async fn wanted(call: &Call, organization: &Organization, model: &RunModel) -> Result<Wanted, Failure> {
    let settings = organization.settings(call).await?;
    let Some(settings) = settings else {
        return Err(Diagnostic::error(
            "No sync is configured",
            format!(
                "The organization `{}` has no Entra ID sync, whose settings and exemptions say what a run may do. Configure it \
                 with `proofpoint_azure_sync` and `frequency = 0`, and let the run depend on it.",
                organization.domain()
            ),
        )
        .at(RunModel::domain())
        .into());
    };
    Ok(Wanted { switches: preview::shown_switches(&settings), exemptions: None, version: version(model) })
}
