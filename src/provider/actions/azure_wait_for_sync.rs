//! `action "proofpoint_azure_wait_for_sync"`: waits for Proofpoint's own next run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::provider_block::{At as _, Failure, Session};
use crate::resources::azure_sync::waiting::{self, Run};
use clients::essentials::{LastRun, Organization};
use clients::http::Call;
use framework::action::{Action, Progress};
use framework::attr::Attr;
use framework::context::Context;
use framework::description::Description;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::model;
use framework::timeouts::parse_duration;
use framework::validators::{domain_name, duration_from};
use grammar::counted;

/// The action.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureWaitForSync;

/// How often it says that it still waits.
const WORD: Duration = Duration::from_secs(60);

model! {
    /// Waits until Proofpoint has synchronized an organization: for what must follow a run, and to see that a change of the sync
    /// works. It changes nothing.
    ///
    /// It fails when no run succeeds in time, when the organization has no sync or one that does not run by itself
    /// (`frequency = 0`), and where the stack does not tell when a run has ended. The API shows only runs that succeeded: one
    /// that fails at Proofpoint looks like one that has not come yet.
    pub struct WaitModel {
        /// A domain of the Proofpoint Essentials organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),

        /// The run that was the last one before what is waited for, as `last_successful_sync` of the data source
        /// [`proofpoint_azure_sync_health`](../data-sources/azure_sync_health.md) shows it. Defaults to the one that is shown when
        /// the action begins.
        last_seen: Attr<String> => optional(),

        /// How long to wait, such as `90m`. Defaults to one `frequency` and 30 minutes.
        timeout: Attr<String> => optional().validate(duration_from(1)),
    }
}

impl Action for AzureWaitForSync {
    type Model = WaitModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> Description {
        Description::new("azure_wait_for_sync")
    }

    async fn invoke(
        &self,
        ctx: &Context<Session>,
        config: WaitModel,
        progress: &Progress,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let domain = config.domain.text();
        let call = ctx.clients.call(ctx);
        let account = ctx.clients.essentials()?;
        let organization = account.organization(&call, domain).await.at(WaitModel::domain())?;
        let Some(shown) = organization.settings(&call).await? else {
            return Err(Diagnostic::error(
                format!("{domain} has no sync to wait for"),
                "The organization has no Entra ID sync. Configure it with `proofpoint_azure_sync`, and let the action follow it.",
            )
            .at(WaitModel::domain())
            .into());
        };
        let frequency = shown.sync_frequency.unwrap_or_default();
        if frequency == 0 {
            return Err(never_runs(domain).into());
        }
        if !waiting::shows_runs(&shown.last_run, &shown) {
            return Err(blind(domain).into());
        }
        let before = match config.last_seen.known() {
            Some(time) => LastRun::At(time.clone()),
            None => shown.last_run,
        };
        let limit = config.timeout.known().and_then(|text| parse_duration(text));
        let limit = limit.unwrap_or_else(|| waiting::usual(frequency));
        let patient = Call::new(limit, call.cancel.clone(), call.correlation_id);
        progress.say(format!(
            "Waiting for the next run at {domain}, which runs every {}",
            counted(frequency, "hour")
        ));
        match wait(&patient, &organization, &before, progress, || account.clock().now()).await? {
            Run::Succeeded(_) => {
                progress.say(format!("A run has succeeded at {domain}"));
                Ok(())
            }
            Run::Missed => Err(missed(domain, limit).into()),
        }
    }
}

async fn wait(
    call: &Call,
    organization: &Organization,
    before: &LastRun,
    progress: &Progress,
    now: impl Fn() -> Timestamp,
) -> Result<Run, Diagnostic> {
    let started = Instant::now();
    let said = AtomicU64::new(0);
    let look = || {
        let words = started.elapsed().as_secs() / WORD.as_secs();
        if said.swap(words, Ordering::Relaxed) != words {
            let waited = counted(words, "minute");
            progress.say(format!("No new run at {} after {waited}", organization.domain()));
        }
        // A look that begins at the deadline needs time of its own.
        let call = waiting::afterwards(call);
        async move { organization.settings(&call).await }
    };
    waiting::run(organization.domain(), call, before, look, now).await
}

fn never_runs(domain: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The sync of {domain} does not run by itself"),
        "Its `frequency` is 0, so that no run would come. Give `proofpoint_azure_sync` a frequency, or enact reviewed reports with \
         `proofpoint_azure_sync_run`.",
    )
    .at(WaitModel::domain())
}

fn blind(domain: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The stack of {domain} does not tell when a sync has run"),
        "The settings show no `last_successful_sync`, so that there is nothing to wait for. Look at the sync's page in the \
         Proofpoint console.",
    )
    .at(WaitModel::domain())
}

fn missed(domain: &str, limit: Duration) -> Diagnostic {
    Diagnostic::error(
        format!("No run of the sync of {domain} was seen in time"),
        format!(
            "Proofpoint has not shown a new successful run within {}. Look at the sync's page in the Proofpoint console for an \
             error, and at `proofpoint_azure_sync_health` for the secret and the consent; a longer `timeout` waits longer.",
            counted(limit.as_secs().div_ceil(60), "minute")
        ),
    )
    .at(WaitModel::timeout())
}
