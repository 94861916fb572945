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
mod classes;
mod desired;
mod directory;
mod disagreement;
mod estimate;
mod findings;
mod input;
mod limit;
mod markdown;
mod pairs;
mod report;
mod roster;
mod rows;
mod rules;
mod switches;

#[cfg(test)]
mod disagreement_tests;
#[cfg(test)]
mod large;
#[cfg(test)]
mod order_scenarios;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod removal_scenarios;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod scenarios;

pub use address::normalize;
pub use approved::Approved;
pub use changes::{Change, Reach, Verb};
pub use classes::{AccountClass, Evidence, KeptBecause, ObjectClass};
pub use directory::{DeletedItem, Directory, DirectoryObject, GroupFacts, Licence, UserFacts};
pub use disagreement::{Disagreement, Explanation, explain};
pub use estimate::Estimate;
pub use findings::{Finding, Gravity};
pub use input::Input;
pub use limit::{Judgement, Limit, LimitError};
pub use report::{Counts, Report, Section};
pub use roster::{Account, AccountFacts, AccountType, Exemptions, Roster};
pub use rows::Row;
pub use rules::Rule;
pub use switches::{Actions, Mismatch, Role, Switches, SyncVersion, What};
