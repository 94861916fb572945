//! Errors of the layers below as diagnostics. What happened is in their own texts; which argument of the provider block
//! would help is said here.

use std::borrow::Cow;

use super::arguments::quoted;
use clients::auth::{self, Answered, PassedOver};
use clients::essentials;
use clients::graph;
use clients::http;
use framework::diagnostic::Diagnostic;

/// An error that can be shown to a user: what happened, what to do and which request it was.
pub(crate) trait Diagnose {
    /// The diagnostic, about the whole block; `.at(path)` puts it on an attribute.
    fn diagnose(&self) -> Diagnostic;
}

impl Diagnose for auth::Error {
    fn diagnose(&self) -> Diagnostic {
        let summary = match self {
            Self::Configuration(_) | Self::NoTenant { .. } | Self::Unusable { .. } => {
                "The provider is not configured for Entra"
            }
            Self::Rejected(_) | Self::OtherTenant { .. } => "Entra refused the sign-in",
            Self::Timeout { .. } | Self::Cancelled { .. } => "The sign-in to Entra was not finished",
            _ => "Unable to sign in to Entra",
        };
        Diagnostic::error(summary, of_sign_in(self, self))
    }
}

impl Diagnose for http::Error {
    fn diagnose(&self) -> Diagnostic {
        let summary = summary_of_http(self).unwrap_or("No usable answer");
        Diagnostic::error(summary, advised(self, of_http(self)))
    }
}

impl Diagnose for graph::Error {
    fn diagnose(&self) -> Diagnostic {
        let (summary, advice) = match self.kind() {
            graph::ErrorKind::Auth(error) => {
                return Diagnostic { detail: of_sign_in(self, error), ..error.diagnose() };
            }
            graph::ErrorKind::Forbidden { .. } => ("Not allowed by Microsoft Graph", None),
            graph::ErrorKind::NotFound(_) => ("Not found in Microsoft Graph", None),
            graph::ErrorKind::Conflict(_) => ("Conflict in Microsoft Graph", None),
            graph::ErrorKind::Refused(answer) if answer.beyond.is_some() => (GRAPH, Some(CHANGED)),
            graph::ErrorKind::Http(error) => (summary_of_http(error).unwrap_or(GRAPH), of_http(error)),
            _ => (GRAPH, None),
        };
        Diagnostic::error(summary, advised(self, advice))
    }
}

impl Diagnose for essentials::Error {
    fn diagnose(&self) -> Diagnostic {
        let (summary, advice) = match &self.kind {
            essentials::ErrorKind::InvalidCredentials(_) => {
                ("Proofpoint Essentials refused the sign-in", Some(ESSENTIALS_LOGIN))
            }
            essentials::ErrorKind::NotAuthorized { .. } => ("Not allowed by Proofpoint Essentials", None),
            essentials::ErrorKind::NotFound(_) => ("Not found in Proofpoint Essentials", None),
            essentials::ErrorKind::UnknownHost { .. } => {
                (ESSENTIALS, Some("Set `endpoint` if that host is right."))
            }
            essentials::ErrorKind::Header => (ESSENTIALS, Some(ESSENTIALS_LOGIN)),
            essentials::ErrorKind::Refused(answer) if answer.beyond.is_some() => (ESSENTIALS, Some(CHANGED)),
            essentials::ErrorKind::Http(error) => {
                (summary_of_http(error).unwrap_or(ESSENTIALS), of_http(error))
            }
            _ => (ESSENTIALS, None),
        };
        Diagnostic::error(summary, advised(self, advice))
    }
}

const GRAPH: &str = "Unable to complete a request to Microsoft Graph";
const ESSENTIALS: &str = "Unable to complete a request to Proofpoint Essentials";
const ESSENTIALS_LOGIN: &str = "Check `username` and `password` (or `PROOFPOINT_ESSENTIALS_USERNAME` and \
                                `PROOFPOINT_ESSENTIALS_PASSWORD`).";

const AUTHORITY: &str =
    "If you trust that authority, name its PEM file in `ca_bundle` (or `PROOFPOINT_CA_BUNDLE`).";

/// What to set where nothing is.
const SIGN_INS: &str = "To sign in, set in the provider block or the environment: for Entra `tenant_id`, `client_id` and \
                        `client_secret` (`ARM_TENANT_ID`, `ARM_CLIENT_ID`, `ARM_CLIENT_SECRET`); for Proofpoint Essentials \
                        `region`, `username` and `password` (`PROOFPOINT_ESSENTIALS_REGION`, \
                        `PROOFPOINT_ESSENTIALS_USERNAME`, `PROOFPOINT_ESSENTIALS_PASSWORD`).";

/// What to do when an answer is not as it is relied on.
pub(crate) const CHANGED: &str = "The service may have changed: `terraform-provider-proofpoint doctor DOMAIN --report FILE` writes what \
                       differs, without values, to attach to an issue.";

/// What to do where the time was too short.
pub(crate) const SLOW: &str = "Raise it in the `timeouts` block if the service was only slow.";

fn summary_of_http(error: &http::Error) -> Option<&'static str> {
    match error.kind() {
        http::ErrorKind::ReadOnly => Some("The provider is read-only"),
        http::ErrorKind::CaBundle { .. } => Some("Unable to read the certificate authorities"),
        _ => None,
    }
}

/// What to do when no usable answer came, where that is a matter of the configuration.
fn of_http(error: &http::Error) -> Option<&'static str> {
    match error.kind() {
        http::ErrorKind::ReadOnly => Some(
            "The provider block (or `PROOFPOINT_READ_ONLY`) forbids every change: to apply, set `read_only` to false \
             there and apply again, or where a saved plan was applied, plan again. Plans and data sources work as they are.",
        ),
        http::ErrorKind::CaBundle { .. } => {
            Some("The file is the one that `ca_bundle` (or `PROOFPOINT_CA_BUNDLE`) names.")
        }
        http::ErrorKind::Untrusted { .. } => Some(AUTHORITY),
        http::ErrorKind::Decode(_) | http::ErrorKind::NotJson { html: false, .. } => Some(CHANGED),
        http::ErrorKind::Timeout => Some(SLOW),
        _ => None,
    }
}

/// What to do when a sign-in failed, where that is a matter of the configuration.
fn of_auth(error: &auth::Error) -> Option<Cow<'static, str>> {
    let input = match error {
        auth::Error::Configuration(error) => Some(error.input),
        auth::Error::Assertion { input, .. } => *input,
        _ => None,
    };
    if let Some(input) = input {
        return Some(format!("Check {}.", quoted(input)).into());
    }
    let advice = match error {
        auth::Error::NoTenant { .. } => {
            Some("Set `tenant_id` in the provider block, in the resource, or as `ARM_TENANT_ID`.")
        }
        auth::Error::Unfitting { .. } | auth::Error::UnreadableToken { .. } => Some(CHANGED),
        auth::Error::Unusable { .. } => Some("Check `client_id` and `tenant_id`."),
        auth::Error::Rejected(rejection) if names_a_cloud(&rejection.codes) => {
            Some("Check `tenant_id`, `environment`, `authority_host` and `graph_endpoint`.")
        }
        auth::Error::NotJson { .. } | auth::Error::Unreachable { untrusted: false, .. } => {
            Some("Check `authority_host` and the proxy variables (`HTTPS_PROXY`, `NO_PROXY`).")
        }
        auth::Error::ManagedIdentity { by, passed_over, .. } => {
            return Some(Cow::Owned(machine_advice(*by).to_owned() + &told_over(passed_over)));
        }
        auth::Error::AzureCli { passed_over, .. } if !passed_over.is_empty() => {
            let over = told_over(passed_over);
            return Some(Cow::Owned(format!(
                "It is asked because nothing else to sign in with is complete.{over} Or run `az login`."
            )));
        }
        auth::Error::AzureCli { .. } => Some(
            "It is asked because nothing else to sign in with is complete: a client certificate or `use_oidc` would do as \
             well. Run `az login`, or set one of these.",
        ),
        auth::Error::Unreachable { untrusted: true, .. } => Some(AUTHORITY),
        _ => None,
    };
    advice.map(Cow::Borrowed)
}

/// A failed sign-in, which `error` tells of, with what to do; both sign-ins come first where nothing is set.
fn of_sign_in(error: &dyn std::error::Error, sign_in: &auth::Error) -> String {
    let told = advised(error, of_auth(sign_in).as_deref());
    match sign_in {
        // Whoever has signed in with the Azure CLI, which Entra's own number shows, knows how.
        auth::Error::AzureCli { passed_over, cause, .. }
            if passed_over.is_empty() && !cause.contains("AADSTS") =>
        {
            format!("{SIGN_INS} {told}")
        }
        _ => told,
    }
}

/// What to do where the machine gave no token.
fn machine_advice(by: Answered) -> &'static str {
    match by {
        Answered::Page => {
            "A proxy may stand in between: name the endpoint's host in `NO_PROXY`, or check `msi_endpoint`."
        }
        Answered::Endpoint => {
            "Check that this machine has the identity, and that `client_id` names it if it is a user-assigned one (with \
             `use_federated_msi` it is `msi_client_id`)."
        }
        Answered::Nobody => {
            "Only a machine that has a managed identity reaches its endpoint: check `msi_endpoint`, or configure \
             another way to sign in and leave `use_msi` and `use_federated_msi` out."
        }
    }
}

/// The ways to sign in that lack something, each with what it lacks.
fn told_over(passed_over: &[PassedOver]) -> String {
    PassedOver::all_told(passed_over, quoted).map(|told| format!(" {told}.")).unwrap_or_default()
}

/// Refusals that say that the tenant, or Microsoft Graph, is not in the cloud that was asked.
fn names_a_cloud(codes: &[u32]) -> bool {
    codes.iter().any(|code| matches!(code, 90_002 | 900_023 | 500_011))
}

/// The text as a sentence of its own, with what to do behind it and before what else is told of the request.
fn advised(error: &dyn std::error::Error, advice: Option<&str>) -> String {
    let text = sentence(error);
    let Some(advice) = advice else { return text };
    let (what, more) =
        text.split_once("\n\n").map_or((text.as_str(), None), |(what, more)| (what, Some(more)));
    let what = what.trim_end_matches('.');
    let more = more.map(|more| format!("\n\n{more}")).unwrap_or_default();
    format!("{what}. {advice}{more}")
}

/// The text as a sentence of its own.
fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let mut sentence: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    let end = sentence.find("\n\n").unwrap_or(sentence.len());
    if !sentence[..end].ends_with(['.', '!', '?', ':']) {
        sentence.insert(end, '.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;
    use clients::InputName;
    use clients::auth::Lack;
    use clients::essentials::Refusal;

    #[test]
    fn which_argument_would_help_stands_behind_what_happened_and_before_what_else_is_told() {
        let error = essentials::Error {
            operation: "read the sync settings of `example.com`".to_owned(),
            kind: essentials::ErrorKind::InvalidCredentials(Refusal {
                status: 401,
                text: "denied".to_owned(),
                request_id: Some("r-1".into()),
                beyond: None,
                request: None,
            }),
        };
        let said = error.diagnose();
        assert_eq!(said.summary, "Proofpoint Essentials refused the sign-in");
        assert!(said.detail.starts_with("Unable to read the sync settings of `example.com`: "), "{said:?}");
        for name in ["`username`", "`PROOFPOINT_ESSENTIALS_PASSWORD`", "r-1"] {
            assert!(said.detail.contains(name), "{said:?}");
        }
    }

    #[test]
    fn a_sign_in_that_failed_says_which_argument_to_look_at() {
        let machine = |by| auth::Error::ManagedIdentity {
            tenant: None,
            by,
            cause: "no".to_owned(),
            passed_over: Vec::new(),
        };
        let cli = |passed_over| auth::Error::AzureCli { tenant: None, cause: "no".to_owned(), passed_over };
        let lack = Lack::Input(InputName::ClientId);
        let half = PassedOver { given: InputName::ClientSecret, from: None, lack };
        for (error, words) in [
            (auth::Error::NoTenant { credential: "client secret" }, "`tenant_id`"),
            (machine(Answered::Page), "`NO_PROXY`"),
            (machine(Answered::Endpoint), "`client_id`"),
            (machine(Answered::Nobody), "`msi_endpoint`"),
            (cli(Vec::new()), "Run `az login`"),
            (cli(Vec::new()), "`ARM_CLIENT_SECRET`"),
            (cli(Vec::new()), "`PROOFPOINT_ESSENTIALS_USERNAME`"),
            (
                auth::Error::Unreachable {
                    tenant: auth::TenantId::parse("contoso.com").expect("a tenant"),
                    host: "login.example".to_owned(),
                    cause: "UnknownIssuer".to_owned(),
                    untrusted: true,
                },
                "`ca_bundle`",
            ),
            (cli(vec![half]), "Passed over: `client_secret` is set, `client_id` is not. Or run `az login`."),
            (
                auth::Error::Assertion {
                    what: "the client secret",
                    input: Some(InputName::ClientSecretFile),
                    cause: "no".to_owned(),
                },
                "Check `client_secret_file_path`.",
            ),
        ] {
            let said = error.diagnose();
            assert!(said.detail.contains(words), "{said:?}");
            assert!(!said.detail.contains("..") && said.detail.ends_with('.'), "{said:?}");
        }
    }

    #[test]
    fn of_an_answer_that_is_not_as_it_is_relied_on_a_report_can_be_made() {
        let misfit = || http::Misfit {
            path: "value[0].id".to_owned(),
            kind: http::MisfitKind::Missing,
            why: None,
            expected: Some("`graph.users < value[].id`: text".to_owned()),
            came: Some("{ mail: text }".to_owned()),
        };
        let token = auth::Error::Unfitting { tenant: None, misfit: Box::new(misfit()) };
        let unreadable = auth::Error::UnreadableToken { tenant: None, cause: "it is none" };
        let listing = essentials::Error {
            operation: "read the users".to_owned(),
            kind: essentials::ErrorKind::Http(misfit().into()),
        };
        for said in [
            http::Error::from(misfit()).diagnose(),
            token.diagnose(),
            unreadable.diagnose(),
            listing.diagnose(),
        ] {
            assert!(
                said.detail.contains("`terraform-provider-proofpoint doctor DOMAIN --report FILE`"),
                "{said:?}"
            );
            let of_token = said.detail.contains("it is none");
            assert!(
                of_token || said.detail.contains("What came: { mail: text }. The service may"),
                "{said:?}"
            );
        }
    }

    #[test]
    fn only_a_cloud_that_is_not_the_right_one_is_a_matter_of_the_configuration() {
        assert!(names_a_cloud(&[90_002]) && names_a_cloud(&[1, 500_011]));
        assert!(!names_a_cloud(&[7_000_215]));
    }
}
