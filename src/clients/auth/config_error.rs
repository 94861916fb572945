//! What is wrong with the inputs for signing in, before anybody is asked.

use std::fmt;

use super::passed_over::PassedOver;
use crate::InputName;
use crate::env::Variable;

/// An input that cannot be used as it is. Found without the network; holds no secret.
///
/// Its text names inputs, and only the program that was configured knows what it calls them: [`ConfigError::told`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The input to change.
    pub input: InputName,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Its value can never work.
    Value {
        /// The variable that it came from, if it did.
        from: Option<&'static Variable>,
        /// What is wrong with it.
        complaint: String,
    },
    /// Its value should be base64 and is not.
    NotBase64,
    /// Both sign in, and only one can.
    TwoWays {
        /// The other one.
        other: InputName,
    },
    /// Both name the application.
    TwoNames {
        /// The other one.
        other: InputName,
    },
    /// It is used together with a client id, which is missing.
    NoClientId {
        /// The variable that could tell it.
        variable: &'static Variable,
    },
    /// It is only used together with a switch, which is off.
    NotAsked {
        /// The switch.
        switch: InputName,
    },
    /// There is nothing to sign in with.
    Nothing {
        /// Ways to sign in that lack something.
        passed_over: Vec<PassedOver>,
    },
    /// A variable names the metadata host of another cloud than the one to sign in to.
    AnotherCloud {
        /// The variable.
        variable: &'static Variable,
        /// Its host.
        host: String,
        /// The cloud to sign in to.
        cloud: &'static str,
    },
}

/// How bad a [`ConfigError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigErrorKind {
    /// A value that can never work: an error as soon as it is seen.
    Invalid,
    /// Something is missing: an error only when something needs to sign in.
    Incomplete,
}

impl ConfigError {
    /// A value that can never work, whoever gave it.
    pub(super) fn invalid(input: InputName, complaint: impl Into<String>) -> Self {
        Self { input, problem: Problem::Value { from: None, complaint: complaint.into() } }
    }

    /// Whether something is wrong or merely missing.
    pub fn kind(&self) -> ConfigErrorKind {
        match self.problem {
            Problem::Value { .. }
            | Problem::NotBase64
            | Problem::TwoWays { .. }
            | Problem::TwoNames { .. } => ConfigErrorKind::Invalid,
            Problem::NoClientId { .. }
            | Problem::NotAsked { .. }
            | Problem::Nothing { .. }
            | Problem::AnotherCloud { .. } => ConfigErrorKind::Incomplete,
        }
    }

    /// What is wrong and what to do, in terms of what the program calls its inputs. No full stop at its end.
    pub fn told(&self, name: impl Fn(InputName) -> String) -> String {
        let input = name(self.input);
        match &self.problem {
            Problem::Value { from: None, complaint } => format!("{input}: {complaint}"),
            Problem::Value { from: Some(variable), complaint } => {
                format!("{input} (from `{}`): {complaint}", variable.name)
            }
            Problem::NotBase64 => format!("{input} is not base64; it takes a PKCS#12 bundle in that form"),
            Problem::TwoWays { other } => {
                format!("{} and {input} are two ways to sign in: keep one of them", name(*other))
            }
            Problem::TwoNames { other } => {
                format!("{} and {input} both name the application: keep one of them", name(*other))
            }
            Problem::NoClientId { variable } => format!(
                "{input} is used together with {}, which is missing: set it (or `{}`)",
                name(InputName::ClientId),
                variable.name
            ),
            Problem::NotAsked { switch } => {
                format!("{input} is only used with {}: switch that on", name(*switch))
            }
            Problem::Nothing { passed_over } => {
                let [id, secret, certificate, oidc, machine, cli] = [
                    InputName::ClientId,
                    InputName::ClientSecret,
                    InputName::ClientCertificate,
                    InputName::UseOidc,
                    InputName::UseManagedIdentity,
                    InputName::UseAzureCli,
                ]
                .map(&name);
                let begun = PassedOver::all_told(passed_over, &name);
                let begun = begun.map(|begun| format!(". {begun}")).unwrap_or_default();
                format!(
                    "there is nothing to sign in to Entra with: set {id} with {secret}, {certificate} or {oidc}, or set \
                     {machine} or {cli} (each has its environment variable){begun}"
                )
            }
            Problem::AnotherCloud { variable, host, cloud } => format!(
                "`{}` is `{host}`, which stands for another cloud than `{cloud}`, and the addresses of a cloud are not \
                 looked up: set {} and {} for a private cloud, or {input} in the configuration itself",
                variable.name,
                name(InputName::Authority),
                name(InputName::GraphEndpoint),
            ),
        }
    }
}

/// For programs that have no names for their inputs.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(|input| input.to_string()))
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_called_by_the_names_of_who_tells() {
        let two = ConfigError {
            input: InputName::UseOidc,
            problem: Problem::TwoWays { other: InputName::ClientSecret },
        };
        let flag = |input| format!("--{}", if input == InputName::UseOidc { "oidc" } else { "secret" });
        assert_eq!(two.told(flag), "--secret and --oidc are two ways to sign in: keep one of them");
        assert_eq!(
            two.to_string(),
            "the client secret and signing in with OpenID Connect are two ways to sign in: keep one of them"
        );
    }
}
