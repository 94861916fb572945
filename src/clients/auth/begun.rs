//! Which ways of an application to sign in are begun and lack something.

use super::inputs::{Origin, Resolved, ResolvedInputs};
use super::passed_over::{Lack, PassedOver};
use crate::InputName;
use crate::env::Variable;

/// The ways of an application to sign in that are begun. Asked where none of them is complete.
pub(super) fn begun(settings: &ResolvedInputs) -> Vec<PassedOver> {
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
    let mut is_begun = client_id.is_some_and(|_| proofs.iter().any(Option::is_some));
    if let Some(flag) = asks {
        is_begun = true;
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
        is_begun = true;
        note(unasked, Lack::Switch(InputName::UseOidc));
    }
    if settings.use_federated_msi.value {
        is_begun = true;
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
        is_begun = true;
        note(password, Lack::Input(InputName::ClientCertificate));
    }
    // With `use_msi` it names the identity.
    if let Some(client_id) = client_id.filter(|_| !is_begun && !settings.use_msi.value) {
        note(client_id, Lack::Proof);
    }
    all
}

/// An input, and the variable that gave it.
pub(super) type Given = (InputName, Option<&'static Variable>);

pub(super) fn given<T>(setting: Option<&Resolved<T>>) -> Option<Given> {
    setting.map(origin)
}

pub(super) fn origin<T>(setting: &Resolved<T>) -> Given {
    let from = match setting.origin {
        Origin::Environment(variable) => Some(variable),
        Origin::Configuration | Origin::Default => None,
    };
    (setting.input, from)
}
