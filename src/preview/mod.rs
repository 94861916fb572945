//! What a sync would do to a real organization: reads the directory and the organization, computes the report and puts
//! it into the form in which configurations use it.

mod directory;
mod object;
mod organization;

use futures::{FutureExt, TryFutureExt};

use crate::essentials;
use crate::framework::diagnostic::Diagnostic;
use crate::graph::{self, Graph};
use crate::http::Call;
use crate::sync_report::{Exemptions, Input, Organization, Settings, SyncVersion};

pub use object::{CountsModel, FindingModel, ReportModel};

/// What the report is to be computed for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What the run is told to do.
    pub settings: Settings,
    /// Addresses left alone; `None` for those that the organization has now.
    pub exemptions: Option<Exemptions>,
    /// The version of the sync that is assumed.
    pub version: SyncVersion,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory could not be read.
    #[error(transparent)]
    Directory(#[from] graph::Error),
    /// The organization could not be read.
    #[error(transparent)]
    Organization(#[from] essentials::Error),
    /// An object without a usable id.
    #[error("The directory names an object `{0}`, which is no object id. Nothing can be said without it")]
    ObjectId(String),
    /// The tenant's directory is not that of the organization.
    #[error(
        "The tenant has none of the domains of the organization `{organization}`: its verified domains are {domains}. A report \
         of another customer's directory would show everybody as gone. Set `tenant_id` to the organization's tenant"
    )]
    OtherTenant {
        /// The organization as it was addressed.
        organization: String,
        /// The tenant's domains.
        domains: String,
    },
}

impl Error {
    /// The error for the person who runs Terraform.
    pub fn diagnostic(&self) -> Diagnostic {
        let summary = match self {
            Self::Directory(_) | Self::ObjectId(_) => "Unable to read the directory",
            Self::Organization(_) => "Unable to read the organization",
            Self::OtherTenant { .. } => "The tenant is not that of the organization",
        };
        let text = self.to_string();
        Diagnostic::error(summary, if text.ends_with('.') { text } else { format!("{text}.") })
    }
}

/// Reads the directory of a tenant and an organization side by side. What comes back is what
/// [`Estimate::of`](crate::sync_report::Estimate::of) takes.
pub async fn read(
    call: &Call,
    graph: &Graph,
    organization: &essentials::Organization,
    wanted: Wanted,
) -> Result<Input, Error> {
    let Wanted { settings, exemptions, version } = wanted;
    let exempt = async {
        match exemptions {
            Some(exemptions) => Ok(exemptions),
            None => organization::exemptions(call, organization).await.map_err(Error::from),
        }
    };
    // Boxed: each of these holds several requests at once, too much for a caller's own future.
    let (directory, accounts, exemptions) = futures::try_join!(
        directory::read(call, graph).boxed(),
        organization::read(call, organization).map_err(Error::from).boxed(),
        exempt.boxed(),
    )?;
    if !accounts.shares_a_domain_with(&directory) {
        return Err(Error::OtherTenant {
            organization: organization.domain().to_owned(),
            domains: directory.domains().collect::<Vec<_>>().join(", "),
        });
    }
    Ok(Input { directory, organization: accounts, exemptions, settings, version })
}

/// Reads the organization alone.
pub async fn accounts(call: &Call, organization: &essentials::Organization) -> Result<Organization, Error> {
    Ok(organization::read(call, organization).boxed().await?)
}
