//! Which ways to sign in are given besides the chosen one.

use super::begun::{given, origin};
use super::choose::{Credential, Proof};
use super::inputs::{Resolved, ResolvedInputs};
use super::passed_over::{Lack, PassedOver};

/// The ways to sign in that are given besides the chosen one, which goes before them.
pub fn also_given(settings: &ResolvedInputs, chosen: &Credential) -> Vec<PassedOver> {
    let proof = match chosen {
        Credential::Application { proof, .. } => proof,
        Credential::ManagedIdentity(_) | Credential::AzureCli => return Vec::new(),
    };
    let rank = match proof {
        Proof::Certificate { .. } => 1,
        Proof::Secret(_) => 2,
        Proof::OidcToken(_) | Proof::AzureDevOps { .. } | Proof::GitHub(_) => 3,
        Proof::ManagedIdentity(_) => 4,
    };
    let asked = |flag: &Resolved<bool>| flag.value.then(|| origin(flag));
    let ways = [
        given(settings.client_secret.as_ref()).or_else(|| given(settings.client_secret_file_path.as_ref())),
        asked(&settings.use_oidc).or_else(|| asked(&settings.use_aks_workload_identity)),
        asked(&settings.use_federated_msi),
        asked(&settings.use_msi),
    ];
    let behind = (1..).zip(ways).filter(|(place, _)| *place >= rank).filter_map(|(_, way)| way);
    behind.map(|(given, from)| PassedOver { given, from, lack: Lack::Precedence }).collect()
}
