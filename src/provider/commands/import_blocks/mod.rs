//! `import-blocks`: reads both sides and writes the configuration that takes over what is there. It changes nothing.

mod arguments;
mod customers;
mod document;
mod held;
mod labels;
mod survey;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clients::http::Places;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use grammar::counted;
use tokio_util::sync::CancellationToken;

use crate::commands::new_file;
use crate::provider_block::{ProviderModel, Session};
use crate::registry;
use arguments::Arguments;
use customers::Customers;
use framework::attr::AttributeType as _;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::model::Model as _;
use framework::provider::Provider;
use framework::service::{ConfigureRequest, Service as _};
use framework::subcommand::{Completion, Invocation, Subcommand};
use held::Held;

/// The subcommand.
pub(super) const SUBCOMMAND: Subcommand = Subcommand {
    name: "import-blocks",
    summary: "Write import blocks and configuration for what was set up by hand",
    help: "\
[--domains FILE] [--output FILE]

Reads the organizations at Proofpoint Essentials and the tenants at Microsoft Entra ID, and writes Terraform
configuration that takes over what is there: `import` blocks and resources for organization, application, admin
consent and sync. It changes nothing on either side. What is in doubt is left out, with the reason as a comment.

Both sides sign in from the environment, as the provider does: ARM_CLIENT_ID and its companions, and
PROOFPOINT_ESSENTIALS_USERNAME, _PASSWORD and _REGION.

Options:
  --domains FILE  Look at the organizations of these domains, one a line; `-` reads standard input.
                  Default: the organization of the Proofpoint account and all directly below it
  --output FILE   Write to this file, which must not exist yet. Default: standard output

Exit codes:
  0    everything that was found is written
  1    nothing was written
  2    something was left out: look for `Left out` in what was written
  130  interrupted: nothing was written",
    run: |invocation| run(invocation).boxed(),
};

/// Organizations that are looked at side by side.
const AT_A_TIME: usize = 8;

/// How long one of them holds up others that wait for their turn.
const LONGEST_TURN: Duration = Duration::from_secs(15);

/// How long one organization may take.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

async fn run(invocation: Invocation<'_>) -> Result<Completion, Diagnostics> {
    let cancel = invocation.cancel.clone();
    tokio::select! {
        biased;
        () = cancel.cancelled() => {
            invocation.terminal.tell("Interrupted. Nothing was written.");
            Ok(Completion::Interrupted)
        }
        done = find(&invocation) => done,
    }
}

/// Looks at everything, and writes what was found without a pause in which it could be interrupted.
async fn find(invocation: &Invocation<'_>) -> Result<Completion, Diagnostics> {
    let words = invocation.arguments.to_vec();
    // On a thread of its own, so that an interruption ends the reading of standard input.
    let arguments = tokio::task::spawn_blocking(move || Arguments::read(&words)).await;
    let arguments = arguments.unwrap_or_else(|error| {
        Err(Diagnostic::error("The command line can't be read", format!("{error}.")).into())
    })?;
    let desk = Desk::open(invocation.environment, invocation.cancel.clone())?;
    // Without a login no organization can be read, which is a matter of the environment.
    let session = &desk.context()?.clients;
    session.essentials()?;
    session.credentials()?;
    let customers = Customers::find(&desk, arguments.domains).await;
    invocation.unless_interrupted().await;
    let customers = customers?;
    let (all, terminal) = (customers.domains.len(), invocation.terminal);
    let (desk, customers) = (&desk, &customers);
    let places = &Places::new(AT_A_TIME, LONGEST_TURN);
    let surveys = customers.domains.iter().map(|domain| {
        places.take(move || Box::pin(async move { survey::look(desk, customers, domain).await }))
    });
    let mut surveys: FuturesUnordered<_> = surveys.collect();
    let mut found: Vec<Held> = Vec::with_capacity(all);
    while let Some(held) = surveys.next().await {
        invocation.unless_interrupted().await;
        terminal.progress(found.len() + 1, all, &format!("{}: {}", held.domain, held.told()));
        found.push(held);
    }
    // Two domains may name one organization.
    found.sort_by(|a, b| a.domain.cmp(&b.domain));
    found.dedup_by(|a, b| a.domain == b.domain);
    // An organization that holds nothing to take over is no news.
    found.retain(|held| !held.resources.is_empty() || !held.left_out.is_empty());
    let text = document::write(&found);
    match &arguments.output {
        Some(file) => new_file::create(file, &text)?,
        None => terminal
            .print(&text)
            .map_err(|error| Diagnostic::error("Standard output can't be written", format!("{error}.")))?,
    }
    let (written, left): (usize, usize) = found
        .iter()
        .fold((0, 0), |(written, left), held| (written + held.resources.len(), left + held.left_out.len()));
    let left_out = if left == 0 { String::new() } else { format!(", {left} left out") };
    terminal.tell(&format!(
        "{} of {}{left_out}",
        counted(written, "resource"),
        counted(found.len(), "organization")
    ));
    Ok(if left == 0 { Completion::Whole } else { Completion::Partial })
}

/// A provider that nobody but this process talks to, and that writes nothing.
struct Desk {
    provider: Arc<Provider<Session>>,
    cancel: CancellationToken,
}

impl Desk {
    fn open(environment: &BTreeMap<String, String>, cancel: CancellationToken) -> Result<Self, Diagnostics> {
        let provider = Arc::new(registry::provider(environment));
        let block = ProviderModel { read_only: true.into(), ..ProviderModel::default() };
        let config = ProviderModel::schema().complete(block.write());
        let refused = provider.configure(ConfigureRequest { config, terraform_version: String::new() });
        if refused.has_errors() { Err(refused) } else { Ok(Self { provider, cancel }) }
    }

    /// The surroundings of the work on one organization.
    fn context(&self) -> Result<Context<Session>, Diagnostics> {
        self.provider.surroundings(PATIENCE, &self.cancel)
    }
}
