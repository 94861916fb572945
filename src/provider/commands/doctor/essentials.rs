//! Proofpoint's side: who signs in, what they may do, and the organization.

use clients::InputName;
use clients::essentials::{ErrorKind, Essentials};
use framework::diagnostic::Diagnostic;
use grammar::counted;

use super::examination::Examination;
use super::level::Level;
use super::reach::{self, Reached as _};
use super::step::Step;
use crate::commands::domain::domain_of;
use crate::provider_block::{Failure, argument};
use crate::resources::azure_sync::unable;

/// Why a step is skipped that needs Proofpoint.
pub(super) const NO_PROOFPOINT: &str = "not looked at: nobody is signed in to Proofpoint";
/// The same for the organization.
pub(super) const NO_ORGANIZATION: &str = "not looked at: the organization can't be read";

/// A clock that is off by more is told of.
const SECONDS: i64 = 300;

/// Which login the environment makes.
pub(super) fn credential(examination: &mut Examination, step: &mut Step) {
    step.report(examination.refused.iter().filter(|one| concerns(one)).cloned(), Level::Unconfigured);
    match &examination.configuration.essentials {
        Ok(login) => {
            step.told = format!("`{}` at {}", login.username, address(login.endpoint.as_str()));
            step.fact("account", login.username.as_str());
            step.fact("address", address(login.endpoint.as_str()));
        }
        Err(missing) => {
            "none".clone_into(&mut step.told);
            if step.findings.is_empty() {
                let summary = "The environment does not say how to sign in to Proofpoint Essentials";
                step.find(Level::Unconfigured, summary, missing.detail.as_str());
            }
        }
    }
    if examination.configuration.read_only && step.findings.is_empty() {
        let detail =
            "What it takes to plan is looked at. An apply would be refused: unset it where you apply.";
        step.find(Level::Fine, "`PROOFPOINT_READ_ONLY` is set", detail);
    }
}

/// Whether what is wrong with the environment is about this side.
pub(super) fn concerns(refused: &Diagnostic) -> bool {
    let ours = [InputName::Region, InputName::Endpoint, InputName::ReadOnly];
    ours.into_iter().any(|input| refused.attribute == Some(argument(input)))
}

fn address(url: &str) -> &str {
    url.trim_end_matches('/')
}

/// The account, if the environment makes one.
fn account(examination: &Examination) -> Option<&Essentials> {
    examination.configuration.essentials.is_ok().then(|| examination.session.essentials().ok()).flatten()
}

/// Asks who is signed in.
pub(super) async fn sign_in(examination: &mut Examination, step: &mut Step) {
    let me = match account(examination) {
        Some(account) => account.me(&examination.call).await,
        None => return step.skip("not tried: nothing to sign in with"),
    };
    let me = match me {
        Ok(me) => me,
        Err(error) => {
            if matches!(error.kind, ErrorKind::InvalidCredentials(_)) {
                examination.doubtful.push(InputName::Password);
            }
            let reach = error.reach();
            reach.of_sign_in().clone_into(&mut step.told);
            let failure = Failure::from(error);
            if reach::is_untrusted(&failure) {
                examination.distrust();
            }
            return step.report(failure, reach.level_of_sign_in());
        }
    };
    examination.has_account = true;
    step.told = format!("`{}`, {} of `{}`", me.primary_email, me.kind, me.entity_primary_domain);
    step.fact("account", me.primary_email.as_str());
    step.fact("role", me.kind.as_str());
    step.fact("home", me.entity_primary_domain.as_str());
    // Partners see their customers; everybody else one organization.
    examination.home = domain_of(&me.entity_primary_domain).filter(|_| !me.is_partner_admin);
    // Whoever only reads needs no more.
    let is_enough = examination.configuration.read_only && me.read_only_user;
    if is_enough {
        step.told = format!("{}, read-only", step.told);
    } else {
        step.report(unable(&me), Level::Blocked);
    }
}

/// This machine's clock against those of both services.
pub(super) fn clocks(examination: &mut Examination, step: &mut Step) {
    let proofpoint = account(examination).and_then(|account| account.clock().ahead());
    let microsoft = examination.clock.as_ref().and_then(clients::clock::Clock::ahead);
    let mut told = Vec::new();
    let mut off: Vec<(&str, i64)> = Vec::new();
    for (whose, code, ahead) in
        [("Microsoft", "microsoft", microsoft), ("Proofpoint", "proofpoint", proofpoint)]
    {
        let Some(seconds) = ahead.map(|ahead| ahead.as_secs()) else { continue };
        step.fact(&format!("{code}_ahead_seconds"), seconds);
        // An answer's date has whole seconds and is some of them old.
        let differs = seconds.abs() > SECONDS;
        told.push(format!("{whose} {}", if differs { "differs" } else { "agrees" }));
        if differs {
            off.push((whose, seconds));
        }
    }
    if let [(_, one), (_, other)] = off[..]
        && (one - other).abs() <= SECONDS
    {
        off = vec![("Microsoft's and Proofpoint", one)];
    }
    for (whose, seconds) in off {
        let direction = if seconds > 0 { "behind" } else { "ahead of" };
        step.find(
            Level::Warning,
            format!("This machine's clock is {} {direction} {whose}'s", span(seconds.abs())),
            "The provider goes by the services' clocks. Certificates and signed assertions do not: set the clock.",
        );
    }
    if told.is_empty() {
        return step.skip("not compared: nobody has answered");
    }
    step.told = told.join(", ");
}

/// A time in the largest unit of which it has several.
fn span(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (length, unit) = units.into_iter().find(|(length, _)| seconds >= 2 * length).unwrap_or((1, "second"));
    counted((seconds + length / 2) / length, unit)
}

/// The organization of the domain, and the stack that serves it.
pub(super) async fn organization(examination: &mut Examination, step: &mut Step) {
    if !examination.has_account {
        return step.skip(NO_PROOFPOINT);
    }
    let Some(account) = account(examination) else { return step.skip(NO_PROOFPOINT) };
    let found = async {
        let organization = account.organization(&examination.call, &examination.domain).await?;
        let profile = organization.profile(&examination.call).await?;
        Ok((organization, profile))
    };
    let (organization, profile) = match found.await {
        Ok(found) => found,
        Err(error) => {
            let error: clients::essentials::Error = error;
            return step.unreadable(&error);
        }
    };
    let licences = profile.user_licenses.map(|number| format!(", {}", counted(number, "licence")));
    step.told = format!(
        "`{}` on {}{}",
        profile.primary_domain,
        address(organization.stack()),
        licences.unwrap_or_default()
    );
    step.fact("known_as", profile.primary_domain.as_str());
    step.fact("stack", address(organization.stack()));
    step.fact("licences", profile.user_licenses);
    examination.organization = Some((organization, profile));
}
