//! What a sync would do to a real organization: reads the directory and the organization, computes the report and puts
//! it into the form in which configurations use it.

mod directory;
mod object;
mod organization;
mod vocabulary;

use futures::FutureExt;
use tokio_util::task::AbortOnDropHandle;

use crate::provider_block::{CHANGED, Diagnose as _, Failure, Newcomer};
use clients::essentials;
use clients::graph::{self, Graph, needs};
use clients::http::Call;
use framework::diagnostic::Diagnostic;
use sync_report::{Directory, Exemptions, Input, Roster, Switches, SyncVersion};

pub(crate) use object::{FindingModel, ReportModel};
pub(crate) use organization::shown_switches;
pub(crate) use organization::switches;
pub(crate) use vocabulary::{NewUserRole, StackVersion};
pub(crate) use vocabulary::{count_or_percent, is_address, lower_case_addresses};

/// What the report is to be computed for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// What the run is told to do.
    pub switches: Switches,
    /// Addresses left alone; `None` for those that the organization has now.
    pub exemptions: Option<Exemptions>,
    /// The version of the sync that is assumed.
    pub version: SyncVersion,
}

const UNREADABLE: &str = "Unable to read the directory";

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory could not be read.
    #[error(transparent)]
    Directory(#[from] graph::Error),
    /// The organization could not be read.
    #[error(transparent)]
    Organization(#[from] essentials::Error),
    /// An object without a usable id, in the answer to a request of the ledger.
    #[error(
        "The directory names an object whose id is not a GUID, and nothing can be said without it. What is relied on, \
         `{0} < value[].id`: a GUID"
    )]
    ObjectId(&'static str),
    /// The caller sees nothing of users but names and addresses.
    #[error(
        "Microsoft Graph shows names and addresses of users and nothing else. Who may sign in and who has a mailbox cannot be \
         told from that, and everybody would look unlicensed. The identity that signs in needs {}",
        needs::READ_USERS
    )]
    BasicProperties,
    /// Reading was ended from outside.
    #[error("Reading was ended before everything was there. Run the command again")]
    Ended,
    /// The tenant's directory is not that of the organization.
    #[error(
        "The tenant has none of the domains of the organization `{organization}`: its verified domains are {domains}. A report \
         of another customer's directory would show everybody as gone. Set `tenant_id` to the organization's tenant, or check how \
         its domain is spelt"
    )]
    OtherTenant {
        /// The organization as it was addressed.
        organization: String,
        /// The tenant's domains.
        domains: String,
    },
}

impl Error {
    /// Whether signing in to Entra failed.
    pub(crate) fn is_sign_in(&self) -> bool {
        matches!(self, Self::Directory(error) if matches!(error.kind(), graph::ErrorKind::Auth(_)))
    }

    /// The error for the person who runs Terraform.
    pub fn diagnostic(&self) -> Diagnostic {
        let summary = match self {
            // Nothing was looked at yet: that is another matter than a directory that cannot be read.
            Self::Directory(error) if self.is_sign_in() => return error.diagnose(),
            Self::Directory(error) => {
                return Diagnostic { summary: UNREADABLE.to_owned(), ..error.diagnose() };
            }
            Self::ObjectId(_) | Self::BasicProperties | Self::Ended => UNREADABLE,
            Self::Organization(error) => {
                let summary = "Unable to read the organization".to_owned();
                return Diagnostic { summary, ..error.diagnose() };
            }
            Self::OtherTenant { .. } => "The tenant is not that of the organization",
        };
        let changed = matches!(self, Self::ObjectId(_) | Self::BasicProperties);
        let changed = if changed { format!(" {CHANGED}") } else { String::new() };
        Diagnostic::error(summary, format!("{self}.{changed}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        error.diagnostic().into()
    }
}

/// A directory that is being read; ended with this value.
#[derive(Debug)]
pub(crate) struct Reading(AbortOnDropHandle<Result<Directory, Error>>);

/// Begins to read the directory of a tenant, which takes longest: other things can be looked up meanwhile.
pub(crate) fn begin(call: &Call, graph: &Graph) -> Reading {
    let (call, graph) = (call.clone(), graph.clone());
    // Boxed: it holds several requests at once.
    let reading = async move { directory::read(&call, &graph).boxed().await };
    Reading(AbortOnDropHandle::new(tokio::spawn(reading)))
}

/// Reads the directory of a tenant and an organization side by side. What comes back is what
/// [`Estimate::of`](sync_report::Estimate::of) takes.
pub(crate) async fn read(
    call: &Call,
    graph: &Graph,
    organization: &essentials::Organization,
    wanted: Wanted,
) -> Result<Input, Error> {
    finish(begin(call, graph), call, organization, wanted).await
}

/// The same with a directory that is being read already.
pub(crate) async fn finish(
    directory: Reading,
    call: &Call,
    organization: &essentials::Organization,
    wanted: Wanted,
) -> Result<Input, Error> {
    let Wanted { switches, exemptions, version } = wanted;
    let exempt = async {
        match exemptions {
            Some(exemptions) => Ok(exemptions),
            None => organization::exemptions(call, organization).await.map_err(Error::from),
        }
    };
    let accounts = {
        let (call, organization) = (call.clone(), organization.clone());
        on_a_thread(async move { Ok(organization::read(&call, &organization).boxed().await?) })
    };
    let (directory, roster, exemptions) = futures::try_join!(ended(directory.0), accounts, exempt.boxed())?;
    let input = Input { directory, roster, exemptions, switches, version };
    of_one_customer(organization.domain(), input)
}

/// Reads the directory of a tenant whose organization is about to be made: it has its domains, and no accounts yet.
pub(crate) async fn read_for_newcomer(
    call: &Call,
    graph: &Graph,
    (domain, newcomer): (&str, &Newcomer),
    wanted: Wanted,
) -> Result<Input, Error> {
    let Wanted { switches, exemptions, version } = wanted;
    let directory = ended(begin(call, graph).0).await?;
    let roster = Roster::new(Vec::new(), newcomer.domains.iter().map(String::as_str), newcomer.licences);
    let exemptions = exemptions.unwrap_or_default();
    of_one_customer(domain, Input { directory, roster, exemptions, switches, version })
}

/// Both sides, if they are one customer's.
fn of_one_customer(domain: &str, input: Input) -> Result<Input, Error> {
    let Input { directory, roster, .. } = &input;
    if !roster.shares_a_domain_with(directory) {
        return Err(Error::OtherTenant {
            organization: domain.to_owned(),
            domains: directory.domains().collect::<Vec<_>>().join(", "),
        });
    }
    Ok(input)
}

/// Lets work that keeps a processor busy go on beside the rest, until its owner is gone.
async fn on_a_thread<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    ended(AbortOnDropHandle::new(tokio::spawn(work))).await
}

async fn ended<T>(task: AbortOnDropHandle<Result<T, Error>>) -> Result<T, Error> {
    match task.await {
        Ok(done) => done,
        // The call becomes a diagnostic, as if it had panicked itself.
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Ended),
        },
    }
}

/// Reads the organization alone.
pub(crate) async fn roster(call: &Call, organization: &essentials::Organization) -> Result<Roster, Error> {
    Ok(organization::read(call, organization).boxed().await?)
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_task_goes_on_in_the_call_that_waits_for_it() {
        let task = tokio::spawn(async { if true { panic!("the reader is wrong") } else { Ok(()) } });
        let waited = AssertUnwindSafe(ended(AbortOnDropHandle::new(task))).catch_unwind().await;
        let panic = waited.map(|_| ()).expect_err("a panic");
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"the reader is wrong"));
    }
}
