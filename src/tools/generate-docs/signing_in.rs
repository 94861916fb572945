//! The provider block's arguments by what they are for: each guide about signing in has the table of its group.

use std::fmt::Write as _;

use clients::env;
use proofpoint_provider::provider_block::argument;

/// Each argument is in one group; the guides name them in `{{arguments GROUP}}`.
const GROUPS: [(&str, &[&str]); 6] = [
    (
        "secret-or-certificate",
        &[
            "tenant_id",
            "client_id",
            "client_id_file_path",
            "client_secret",
            "client_secret_file_path",
            "client_certificate",
            "client_certificate_path",
            "client_certificate_password",
        ],
    ),
    (
        "openid-connect",
        &[
            "use_oidc",
            "oidc_token",
            "oidc_token_file_path",
            "oidc_request_url",
            "oidc_request_token",
            "ado_pipeline_service_connection_id",
            "use_aks_workload_identity",
        ],
    ),
    ("managed-identity", &["use_msi", "msi_endpoint", "use_federated_msi", "msi_client_id"]),
    ("azure-cli", &["use_cli"]),
    ("proofpoint", &["region", "endpoint", "username", "password"]),
    ("clouds-and-networks", &["environment", "authority_host", "graph_endpoint", "ca_bundle", "read_only"]),
];

/// What the provider's page says of them.
pub(crate) const GUIDES: &str = "\
## Signing In

A guide for each way, with its arguments and variables:

- Entra: [a secret or a certificate](guides/sign-in-secret-or-certificate.md), [OpenID Connect](guides/sign-in-openid-connect.md),
  [a managed identity](guides/sign-in-managed-identity.md), [the Azure CLI](guides/sign-in-azure-cli.md)
- [Proofpoint Essentials](guides/sign-in-proofpoint.md)
- [Private clouds, proxies, authorities, and read-only use](guides/clouds-and-networks.md)

What the words mean is in [Terms](guides/terms.md); what to do when something goes wrong in
[Logging and bug reports](guides/logging-and-bug-reports.md).

";

/// The text with the table of each group that it names.
pub(crate) fn filled(mut text: String) -> String {
    for (group, arguments) in GROUPS {
        text = text.replace(&format!("{{{{arguments {group}}}}}"), table(arguments).trim_end());
    }
    text
}

fn table(arguments: &[&str]) -> String {
    let mut text = "| Argument | Variables, first choice first | Meaning |\n|---|---|---|\n".to_owned();
    for name in arguments {
        let variables: Vec<&env::Variable> = variables(name).collect();
        let names: Vec<String> = variables.iter().map(|variable| format!("`{}`", variable.name)).collect();
        let meaning = variables.first().map_or("", |variable| variable.meaning);
        let _ = writeln!(text, "| `{name}` | {} | {meaning} |", names.join(", "));
    }
    text
}

fn variables(name: &str) -> impl Iterator<Item = &'static env::Variable> {
    env::ALL
        .iter()
        .copied()
        .filter(move |variable| variable.input.is_some_and(|input| argument(input).to_string() == name))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use framework::service::Service as _;

    use super::*;

    #[test]
    fn every_argument_is_in_one_group_and_every_group_on_a_page() {
        let provider = proofpoint_provider::provider(&BTreeMap::new());
        let schema = provider.provider_schema();
        let known: BTreeSet<&str> =
            schema.attributes.iter().map(|attribute| attribute.name.as_ref()).collect();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        assert_eq!(grouped.iter().copied().collect::<BTreeSet<_>>(), known);
        assert_eq!(grouped.len(), known.len(), "one is in two groups");
        for name in grouped {
            assert!(variables(name).next().is_some(), "{name} has no variable");
        }
        let guides = crate::repository().join("src/tools/generate-docs/guides");
        let texts: Vec<String> = guides
            .read_dir()
            .unwrap()
            .map(|guide| std::fs::read_to_string(guide.unwrap().path()).unwrap())
            .collect();
        for (group, _) in GROUPS {
            let marker = format!("{{{{arguments {group}}}}}");
            assert_eq!(texts.iter().filter(|text| text.contains(&marker)).count(), 1, "{group}");
        }
    }
}
