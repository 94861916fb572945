//! Signing in to Entra: which credential, how it proves itself, and the tokens it gets.
//!
//! [`Settings`] are the provider's arguments after precedence, [`choose`] picks the credential without the network,
//! and [`Credentials`] hands out one cached token per tenant.

mod assertion;
mod certificate;
mod choose;
mod cli;
mod cloud;
mod credentials;
mod error;
mod failure;
mod pkcs12;
mod rejection;
mod settings;
mod tenant;
mod token;
mod transport;

pub use choose::{Bundle, Choice, Credential, Proof, Text, TokenRequest, choose, refuse_two_credentials};
pub use cloud::{Cloud, origin};
pub use credentials::{Credentials, check, check_certificate};
pub use error::{ConfigError, Error, Fault};
pub use rejection::{Attempt, Rejection};
pub use settings::{AksIdentity, Arguments, Origin, Setting, Settings, flag, text};
pub use tenant::{NotATenant, TenantId};
pub use token::{Claims, Token};
