//! What to type next.

use super::examination::Examination;
use super::step::{Level, Step, StepName};
use crate::resources::azure_application::is_ours;

/// A command, or several lines of them.
pub(super) fn command(examination: &Examination, steps: &[Step], verdict: Level) -> String {
    let domain = &examination.domain;
    let tenant = examination.tenant.as_ref().map(|tenant| format!(" --tenant {tenant}")).unwrap_or_default();
    let again = format!("terraform-provider-proofpoint doctor {domain}{tenant}");
    let is_at =
        |name: StepName, level: Level| steps.iter().any(|step| step.name == name && step.level() == level);
    let mut lines = Vec::new();
    match verdict {
        Level::Unconfigured => {
            let variable = |name: &str| examination.env.get(name).is_some_and(|value| !value.is_empty());
            let mut export = |name: &str, example: &str| {
                if !variable(name) {
                    lines.push(format!("export {name}={example}"));
                }
            };
            if is_at(StepName::EntraCredential, Level::Unconfigured)
                || is_at(StepName::EntraSignIn, Level::Unconfigured)
            {
                export("ARM_TENANT_ID", domain);
                export("ARM_CLIENT_ID", "...");
                export("ARM_CLIENT_SECRET", "...");
            }
            if is_at(StepName::ProofpointCredential, Level::Unconfigured) {
                if examination.configuration.console.is_null() {
                    export("PROOFPOINT_ESSENTIALS_REGION", "us1");
                }
                export("PROOFPOINT_ESSENTIALS_USERNAME", &format!("admin@{domain}"));
                export("PROOFPOINT_ESSENTIALS_PASSWORD", "...");
            }
            lines.push(again);
        }
        Level::Unreached => {
            if examination.is_secret_refused && examination.env.get("ARM_CLIENT_SECRET").is_some() {
                lines.push("export ARM_CLIENT_SECRET=...".to_owned());
            }
            if examination.is_password_refused {
                lines.push("export PROOFPOINT_ESSENTIALS_PASSWORD=...".to_owned());
            }
            lines.push(again);
        }
        Level::Blocked => lines.push(again),
        Level::Fine | Level::Warning => {
            let is_configured = examination.shown.is_some();
            let adopted = examination.applications.iter().any(is_ours);
            lines.push(if is_configured && !adopted {
                format!("echo {domain} | terraform-provider-proofpoint import-blocks --domains - --output found.tf")
            } else {
                "terraform plan".to_owned()
            });
        }
    }
    lines.join("\n")
}
