//! The report: what a run of Proofpoint's Entra ID sync would do to an organization.
//!
//! A pure function of the directory, the organization, its exemptions and settings. Nothing here reads a clock, a
//! network or an environment, and nothing here knows Terraform. The result is an estimate: where Proofpoint does not
//! say what its sync does, a named [`Rule`] says what is assumed.
//!
//! ```text
//! Input -> Estimate::of -> what becomes of each directory object and each account
//!                           |-> report(detail_limit)  counts, rows, findings
//!                           `-> changes()             the rows that a reviewed run may enact
//! ```

mod accounts;
mod address;
mod alive;
mod approved;
mod changes;
mod claims;
mod desired;
mod directory;
mod estimate;
mod findings;
mod limit;
mod markdown;
mod organization;
mod report;
mod rows;
mod rules;
mod settings;

#[cfg(test)]
mod large;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod removal_scenarios;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod scenarios;

pub use address::{AddressList, Domains, is_onmicrosoft, normalize};
pub use approved::Approved;
pub use changes::{Action, Change, Fields};
pub use directory::{DeletedItem, Directory, DirectoryObject, GroupFacts, GroupKind, UserFacts};
pub use estimate::{
    AccountClass, Block, Estimate, Evidence, Input, KeptBecause, ObjectClass, OutOfScopeBecause,
};
pub use findings::{Finding, Severity};
pub use limit::{Judgement, Limit, LimitError};
pub use organization::{Account, AccountFacts, AccountType, Exemptions, Organization};
pub use report::{Counts, Report, Section};
pub use rows::Row;
pub use rules::Rule;
pub use settings::{Actions, Role, Settings, SyncVersion, What};
