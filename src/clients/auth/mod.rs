//! Signing in to Entra: which credential, how it proves itself, and the tokens it gets.
//!
//! [`ResolvedInputs`] are what was configured after precedence, [`choose`] picks the credential without the network,
//! and [`Credentials`] hands out one cached token per tenant.

mod assertion;
mod begun;
mod certificate;
mod choose;
mod cli;
mod cloud;
mod cloud_name;
mod config_error;
mod credentials;
mod error;
mod failure;
mod inputs;
mod machine_identity;
mod outranked;
mod passed_over;
mod pkcs12;
mod rejection;
mod tenant;
mod text;
mod token;
mod token_answer;
mod transport;

pub use choose::{
    Bundle, Choice, Credential, Machine, Proof, Text, TokenRequest, choose, refuse_two_credentials,
};
pub use cloud::{Cloud, origin};
pub use cloud_name::{CloudName, NotACloud};
pub use config_error::{ConfigError, ConfigErrorKind, Problem};
pub use credentials::{Credentials, check, check_certificate};
pub(crate) use error::NO_TENANT;
pub use error::{Answered, Error};
pub use inputs::{AksIdentity, Inputs, Origin, Resolved, ResolvedInputs, flag, spelt, text};
pub use outranked::also_given;
pub use passed_over::{Lack, PassedOver};
pub use rejection::{Attempt, Rejection};
pub use tenant::{NotATenant, TenantId};
pub use token::{Claims, Token};
