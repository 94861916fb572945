//! Ways to sign in that were begun and lack something. They are passed over, as `hashicorp/azuread` does, and told of when what
//! signs in instead fails: a variable that is missing in a pipeline would otherwise be looked for elsewhere.

use super::inputs::{Origin, Resolved, ResolvedInputs};
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
}

impl PassedOver {
    /// What was given and what was not, in terms of what the program calls its inputs. No full stop at its end.
    pub fn told(&self, name: impl Fn(InputName) -> String) -> String {
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
            Lack::Proof => format!(
                "{given} is set, and nothing that proves it: {}, {} or {}",
                name(InputName::ClientSecret),
                name(InputName::ClientCertificate),
                name(InputName::UseOidc)
            ),
        }
    }
}

/// The ways of an application to sign in that are begun. Asked where none of them is complete.
pub(super) fn passed_over(settings: &ResolvedInputs) -> Vec<PassedOver> {
    let mut all = Vec::new();
    let mut note = |(given, from): Given, lack| all.push(PassedOver { given, from, lack });
    let proofs = [
        given(settings.client_certificate.as_ref()),
        given(settings.client_certificate_path.as_ref()),
        given(settings.client_secret.as_ref()),
        given(settings.client_secret_file_path.as_ref()),
    ];
    let client_id = given(settings.client_id.as_ref())
        .or_else(|| given(settings.client_id_file_path.as_ref()))
        .or_else(|| given(settings.aks.as_ref().and_then(|aks| aks.client_id.as_ref())));
    let without_client = client_id.is_none();
    for proof in proofs.into_iter().flatten() {
        if without_client {
            note(proof, Lack::Input(InputName::ClientId));
        }
    }
    let asks = [&settings.use_oidc, &settings.use_aks_workload_identity].into_iter().find(|flag| flag.value);
    let token = given(settings.oidc_token.as_ref())
        .or_else(|| given(settings.oidc_token_file_path.as_ref()))
        .or_else(|| given(settings.aks.as_ref().and_then(|aks| aks.token_file.as_ref())));
    let request = (given(settings.oidc_request_url.as_ref()), given(settings.oidc_request_token.as_ref()));
    let mut begun = client_id.is_some_and(|_| proofs.iter().any(Option::is_some));
    if let Some(flag) = asks {
        begun = true;
        let flag = origin(flag);
        if without_client {
            note(flag, Lack::Input(InputName::ClientId));
        }
        match (token, request) {
            (Some(_), _) | (None, (Some(_), Some(_))) => {}
            (None, (Some(url), None)) => note(url, Lack::Input(InputName::OidcRequestToken)),
            (None, (None, Some(bearer))) => note(bearer, Lack::Input(InputName::OidcRequestUrl)),
            (None, (None, None)) => note(flag, Lack::Token),
        }
    } else if let Some(unasked) = token.or_else(|| request.0.filter(|_| request.1.is_some())) {
        begun = true;
        note(unasked, Lack::Switch(InputName::UseOidc));
    }
    if settings.use_federated_msi.value {
        begun = true;
        if without_client {
            note(origin(&settings.use_federated_msi), Lack::Input(InputName::ClientId));
        }
    } else if let Some(machine) = given(settings.msi_client_id.as_ref()) {
        note(machine, Lack::Switch(InputName::UseFederatedManagedIdentity));
    }
    if let Some(password) = given(settings.client_certificate_password.as_ref())
        && settings.client_certificate.is_none()
        && settings.client_certificate_path.is_none()
    {
        begun = true;
        note(password, Lack::Input(InputName::ClientCertificate));
    }
    // With `use_msi` it names the identity.
    if let Some(client_id) = client_id.filter(|_| !begun && !settings.use_msi.value) {
        note(client_id, Lack::Proof);
    }
    all
}

/// An input, and the variable that gave it.
type Given = (InputName, Option<&'static Variable>);

fn given<T>(setting: Option<&Resolved<T>>) -> Option<Given> {
    setting.map(origin)
}

fn origin<T>(setting: &Resolved<T>) -> Given {
    let from = match setting.origin {
        Origin::Environment(variable) => Some(variable),
        Origin::Configuration | Origin::Default => None,
    };
    (setting.input, from)
}
