//! The Proofpoint Essentials Interface API v1: organizations, their accounts and the settings of their Entra sync.
//!
//! Knows nothing of Terraform. What is documented, what was only seen in public clients and what is inferred is said at
//! each call; no endpoint is used that is not in Proofpoint's own description of 2023 or 2026.

mod connection;
mod customers;
mod domains;
mod elements;
mod error;
mod exemptions;
mod exemptions_shape;
mod lateness;
mod lenient;
mod organization;
mod records;
mod settings;
mod times;
mod users;

pub use connection::Essentials;
pub use customers::{Customer, NewAdministrator, NewCustomer};
pub use domains::VerifyBy;
pub use error::{Error, ErrorKind, Refusal};
pub use organization::Organization;
pub use records::{Domain, LoginSettings, Me, Profile};
pub use settings::{BodyError, Difference, LastRun, Member, Settings, Shown, may_be_secret};
pub use times::{days_between, read_time};
pub use users::{BatchOutcome, User, UserChange};
