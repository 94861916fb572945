//! `action "proofpoint_azure_sync_run"`: enacts a reviewed report, once.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::preview::{StackVersion, count_or_percent};
use crate::provider_block::{Failure, Session};
use crate::resources::azure_sync_run::{
    OnExcess, RunModel, enact_reviewed, foresee, left_behind, refuse_other_rows,
};
use framework::action::{Action, Progress};
use framework::attr::Attr;
use framework::context::Context;
use framework::description::Description;
use framework::diagnostic::Diagnostics;
use framework::model;
use framework::validators::{domain_name, uuid};
use grammar::counted;
use sync_report::Limit;

/// The action.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureSyncRunAction;

/// As long as the resource's: a run of a large organization is thousands of requests.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

model! {
    /// Enacts a reviewed report once: makes the changes to people that `changes` names, and only those. For organizations whose
    /// sync has `frequency = 0`.
    ///
    /// It goes by the rules of the resource [`proofpoint_azure_sync_run`](../resources/azure_sync_run.md), which keeps in a
    /// state what a run left; the action is for runs that somebody starts by hand. Its plan warns of everybody who loses mail.
    /// When it runs, the directory and the organization are read again: when a row no longer holds, word for word, nothing is
    /// written at all, but for additions, which are left with a warning. It says how far it has got, and fails when a row that
    /// holds was not enacted.
    pub struct RunActionModel {
        /// A domain of the Proofpoint Essentials organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),

        /// Tenant whose directory is read. Defaults to the provider's `tenant_id`.
        tenant_id: Attr<String> => optional().validate(uuid()),

        /// The rows to enact: `changes` of the data source
        /// [`proofpoint_azure_sync_preview`](../data-sources/azure_sync_preview.md), or those of them that you choose.
        changes: Attr<BTreeMap<String, String>> => required(),

        /// How many accounts the run may delete or deactivate; with `sync_version = 1`, accounts that become of another type count
        /// as well. A number, or a percentage of the active accounts that are not administrators, rounded up and at least 1.
        /// Defaults to `10%`; `100%` switches the limit off.
        max_deletions: Attr<String> => optional().default_value(Limit::default().to_string()).check(count_or_percent),

        /// What happens when there are more: `error` (the default) enacts nothing, `withhold` enacts everything but these.
        on_excess: Attr<OnExcess> => optional().default_value(OnExcess::default()),

        /// Version of the sync that the preview assumes, `1` or `2`. Defaults to 2, as there.
        sync_version: Attr<StackVersion> => optional().default_value(StackVersion::default()),

        /// Whether new users are greeted by mail, where the organization allows it. Defaults to false.
        send_welcome_email: Attr<bool> => optional().default_value(false),
    }
}

impl From<RunActionModel> for RunModel {
    fn from(model: RunActionModel) -> Self {
        let RunActionModel {
            domain,
            tenant_id,
            changes,
            max_deletions,
            on_excess,
            sync_version,
            send_welcome_email,
        } = model;
        Self {
            domain,
            tenant_id,
            changes,
            max_deletions,
            on_excess,
            sync_version,
            send_welcome_email,
            ..Self::default()
        }
    }
}

impl Action for AzureSyncRunAction {
    type Model = RunActionModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> Description {
        Description::new("azure_sync_run").timeout(PATIENCE)
    }

    fn validate(&self, config: &RunActionModel, diagnostics: &mut Diagnostics) {
        refuse_other_rows(&config.changes, diagnostics);
    }

    async fn check(&self, ctx: &Context<Session>, config: &RunActionModel, diagnostics: &mut Diagnostics) {
        if let Err(problems) = foresee(ctx, &config.clone().into(), diagnostics).await {
            diagnostics.append(problems);
        }
    }

    async fn invoke(
        &self,
        ctx: &Context<Session>,
        config: RunActionModel,
        progress: &Progress,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let model = RunModel::from(config);
        let domain = model.domain.text();
        if model.changes.known().is_none_or(BTreeMap::is_empty) {
            progress.say(format!("Nothing to enact at {domain}: `changes` is empty"));
            return Ok(());
        }
        progress.say(format!("Reading the directory and the people of {domain}"));
        let call = ctx.clients.call(ctx);
        let graph = ctx.clients.graph(&call, model.tenant_id.known().map(String::as_str)).await?;
        let settled = |settled: usize, all: usize| {
            progress.say(format!("{settled} of {} settled at {domain}", counted(all, "row")));
        };
        let reviewed = enact_reviewed(ctx, &call, &graph, &model, &settled, diagnostics).await?;
        progress.say(format!("{} enacted at {domain}", counted(reviewed.made, "row")));
        // No state keeps it, and no later plan would show that something is missing.
        if let Some(told) = reviewed.not_enacted {
            return Err(told.into());
        }
        diagnostics.append(left_behind(domain, &reviewed.left));
        Ok(())
    }
}
