//! What to type next.

use clients::auth::{Lack, PassedOver};
use clients::env::variables_of;
use clients::{InputName, auth};

use super::essentials;
use super::examination::Examination;
use super::level::Level;
use super::step::{Step, StepName};
use crate::resources::azure_application::is_ours;

/// A command, or several lines of them.
pub(super) fn command(examination: &Examination, steps: &[Step], verdict: Level) -> String {
    let (domain, program) = (&examination.domain, typed(&examination.program));
    let is_at =
        |name: StepName, level: Level| steps.iter().any(|step| step.name == name && step.level() == level);
    let mut tenant = examination.tenant.as_deref();
    let mut lines = Vec::new();
    match verdict {
        Level::Unconfigured | Level::Unreached => {
            let mut wanted = examination.doubtful.clone();
            if is_at(StepName::EntraCredential, Level::Unconfigured)
                || is_at(StepName::EntraSignIn, Level::Unconfigured)
            {
                wanted.extend(lacking_of_entra(examination));
            }
            if is_at(StepName::ProofpointCredential, Level::Unconfigured) {
                wanted.extend(lacking_of_essentials(examination));
            }
            lines.extend(wanted.into_iter().map(|input| export(examination, input)));
            if examination.is_tenant_doubtful && tenant.is_some() {
                tenant = Some("...");
            }
        }
        Level::Blocked => match &examination.home {
            Some(home) if is_at(StepName::Organization, Level::Blocked) && home != domain => {
                return format!("{program} doctor {home}");
            }
            // Each customer has a tenant of its own, which its domain tells.
            _ if examination.is_tenant_doubtful && tenant.is_none() => tenant = Some(domain),
            _ => {}
        },
        Level::Fine | Level::Warning => {
            if let Some(found) = &examination.tenant_of_domain {
                lines.push(format!("export ARM_TENANT_ID={found}"));
            }
            let is_configured = examination.shown.is_some();
            let adopted = examination.applications.iter().any(is_ours);
            lines.push(if is_configured && !adopted {
                format!("echo {domain} | {program} import-blocks --domains - --output found.tf")
            } else {
                format!("{} plan", cli_of(&examination.program))
            });
            return lines.join("\n");
        }
    }
    let tenant = tenant.map(|tenant| format!(" --tenant {tenant}")).unwrap_or_default();
    lines.push(format!("{program} doctor {domain}{tenant}"));
    lines.join("\n")
}

/// The CLI that fetched the program, by the registry in whose directory it lies.
fn cli_of(program: &str) -> &'static str {
    if program.contains("registry.opentofu.org") { "tofu" } else { "terraform" }
}

/// What is missing to sign in to Entra: of a way that was begun, or else of the most usual one.
fn lacking_of_entra(examination: &Examination) -> Vec<InputName> {
    if examination.refused.iter().any(|one| !essentials::concerns(one)) {
        return Vec::new();
    }
    let begun: &[PassedOver] = match &examination.configuration.entra {
        Ok(auth::Choice { passed_over, .. }) => passed_over,
        Err(_) => &[],
    };
    let lacks = begun.iter().filter_map(|one| match one.lack {
        Lack::Input(input) => Some(input),
        _ => None,
    });
    let lacks: Vec<InputName> = lacks.collect();
    if lacks.is_empty() {
        let usual = [InputName::Tenant, InputName::ClientId, InputName::ClientSecret];
        return unset(examination, &usual);
    }
    lacks
}

fn lacking_of_essentials(examination: &Examination) -> Vec<InputName> {
    let address = [InputName::Region, InputName::Endpoint];
    let has_address = !examination.configuration.console.is_null()
        || address.iter().any(|input| examination.doubtful.contains(input));
    let all = [InputName::Region, InputName::Username, InputName::Password];
    unset(examination, if has_address { &all[1..] } else { &all })
}

fn unset(examination: &Examination, inputs: &[InputName]) -> Vec<InputName> {
    inputs.iter().copied().filter(|input| examination.env.for_input(*input).is_none()).collect()
}

/// A line that sets the variable of an input: the one that is set already, else the first.
fn export(examination: &Examination, input: InputName) -> String {
    let set = examination.env.for_input(input).map(|(variable, _)| variable.name);
    let name = set.or_else(|| variables_of(input).next().map(|variable| variable.name)).unwrap_or_default();
    let domain = &examination.domain;
    match input {
        InputName::Tenant => format!("export {name}={domain}"),
        InputName::Region => format!("export {name}=us1"),
        InputName::Username => format!("export {name}=admin@{domain}"),
        _ => format!("export {name}=..."),
    }
}

/// A word as it is typed into a shell.
fn typed(word: &str) -> String {
    let is_plain = |letter: char| {
        letter.is_alphanumeric() || "-_./+:@%".contains(letter) || cfg!(windows) && letter == '\\'
    };
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_typed_so_that_a_shell_takes_it_for_one_word() {
        assert_eq!(typed(".terraform/providers/x_v0.1.0"), ".terraform/providers/x_v0.1.0");
        assert_eq!(typed("/my files/it's"), r"'/my files/it'\''s'");
        assert_eq!(typed("$(reboot)"), "'$(reboot)'");
    }
}
