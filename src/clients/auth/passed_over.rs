//! Ways to sign in that were begun and lack something. They are passed over, as `hashicorp/azuread` does, and told of when what
//! signs in instead fails: a variable that is missing in a pipeline would otherwise be looked for elsewhere.

use crate::InputName;
use crate::env::Variable;

/// A way to sign in that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// What was given of it.
    pub given: InputName,
    /// The variable that gave it, if one did.
    pub from: Option<&'static Variable>,
    /// What it lacks.
    pub lack: Lack,
}

/// What a way to sign in lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Another input.
    Input(InputName),
    /// A switch is off.
    Switch(InputName),
    /// An OpenID Connect token, from anywhere.
    Token,
    /// Anything that proves the application.
    Proof,
    /// Nothing: what signs in goes before it.
    Precedence,
}

impl PassedOver {
    /// All of them, each as what was given and what was not; none where there is none. No full stop at its end.
    pub fn all_told(all: &[Self], name: impl Fn(InputName) -> String) -> Option<String> {
        let told: Vec<String> = all.iter().map(|one| one.told(&name)).collect();
        (!told.is_empty()).then(|| format!("Passed over: {}", told.join("; ")))
    }

    /// What was given and what was not, in terms of what the program calls its inputs. No full stop at its end.
    pub(super) fn told(&self, name: impl Fn(InputName) -> String) -> String {
        let given = self.from.map_or_else(|| name(self.given), |variable| format!("`{}`", variable.name));
        let is_switch = matches!(self.given, InputName::UseOidc | InputName::UseFederatedManagedIdentity);
        match self.lack {
            Lack::Input(other) if is_switch => format!("{given} is true, {} is not set", name(other)),
            Lack::Input(other) => format!("{given} is set, {} is not", name(other)),
            Lack::Switch(switch) => format!("{given} is set, {} is not true", name(switch)),
            Lack::Token => format!(
                "{given} is true but there is no token: GitHub needs `id-token: write`, other pipelines {} or {}",
                name(InputName::OidcToken),
                name(InputName::OidcTokenFile)
            ),
            Lack::Precedence => format!("{given} is set, and what signs in goes before it"),
            Lack::Proof => format!(
                "{given} is set, and nothing that proves it: {}, {} or {}",
                name(InputName::ClientSecret),
                name(InputName::ClientCertificate),
                name(InputName::UseOidc)
            ),
        }
    }
}
