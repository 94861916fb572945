//! What concerns both sides: the domains, what else synchronizes, policies, what Proofpoint holds, and what a run would do.

use clients::essentials::{LastRun, Shown};
use framework::diagnostic::{Diagnostic, Diagnostics};
use grammar::counted;
use sync_report::{Estimate, Gravity};

use super::entra::NO_ENTRA;
use super::essentials::NO_ORGANIZATION;
use super::examination::Examination;
use super::level::Level;
use super::reach::{Reach, Reached as _};
use super::step::{Step, names};
use crate::data_sources::{APPLICATION_DISABLED, HealthModel, examine};
use crate::preview::{self, Wanted, shown_switches};
use crate::provider_block::{Diagnose as _, Failure};
use crate::resources::azure_sync::{AzureSync, Check};

/// Rows of each section of the report that are shown.
const ROWS: usize = 20;

/// Runs one of the sync's own checks; `None` where there is no organization to check.
async fn check_up(examination: &Examination, check: Check) -> Option<Diagnostics> {
    let (organization, profile) = examination.organization.as_ref()?;
    let primary = examination.shown.as_ref().and_then(|shown| shown.primary_domain.as_deref());
    let primary = primary.unwrap_or(&profile.primary_domain).to_lowercase();
    let sides = (examination.graph.as_ref(), organization);
    let (session, call) = (&examination.session, &examination.call);
    Some(AzureSync::check_up(check, session, call, sides, &primary).await)
}

/// Domains on both sides.
pub(super) async fn domains(examination: &mut Examination, step: &mut Step) {
    let Some((organization, _)) = &examination.organization else {
        return of_tenant_alone(examination, step).await;
    };
    let known = match organization.domains(&examination.call).await {
        Ok(known) => known,
        Err(error) => return step.unreadable(&error),
    };
    let known: Vec<String> = known.into_iter().map(|domain| domain.name).collect();
    let here = format!("at Proofpoint {}", names(&known));
    step.fact("proofpoint", known.clone());
    let Some(graph) = &examination.graph else {
        step.told = format!("{here}; the tenant's are not known");
        return;
    };
    match graph.domains().list(&examination.call).await {
        Ok(all) => {
            let verified = all.into_iter().filter(|domain| domain.is_verified).map(|domain| domain.name);
            let verified: Vec<String> = verified.collect();
            step.told = format!("{here}; verified in the tenant {}", names(&verified));
            let is_shared = |name: &String| known.iter().any(|known| known.eq_ignore_ascii_case(name));
            examination.is_tenant_doubtful = !verified.iter().any(is_shared);
            step.fact("entra", verified);
        }
        Err(error) => {
            step.told = format!("{here}; the tenant's can't be read");
            if error.reach() == Reach::NotReached {
                return step.report([error.diagnose()], Level::Unreached);
            }
        }
    }
    if let Some(found) = check_up(examination, Check::Domains).await {
        step.report(found, Level::Blocked);
    }
}

/// The tenant's domains, where the organization's can't be read: one that is misspelt is in none of them.
async fn of_tenant_alone(examination: &Examination, step: &mut Step) {
    let Some(graph) = &examination.graph else { return step.skip(NO_ORGANIZATION) };
    let Ok(all) = graph.domains().list(&examination.call).await else { return step.skip(NO_ORGANIZATION) };
    let verified: Vec<String> =
        all.into_iter().filter(|domain| domain.is_verified).map(|domain| domain.name).collect();
    step.told = format!("Proofpoint's are not known; verified in the tenant {}", names(&verified));
    let domain = &examination.domain;
    if !verified.iter().any(|name| name.eq_ignore_ascii_case(domain)) {
        let detail = "It is misspelt, or the tenant is another one.";
        step.find(Level::Warning, format!("`{domain}` is not a verified domain of the tenant"), detail);
    }
    step.fact("entra", verified);
}

/// Whether an Active Directory is synchronized, into Entra or into Proofpoint.
pub(super) async fn directory(examination: &mut Examination, step: &mut Step) {
    let on_premises =
        examination.details.as_ref().map(|tenant| tenant.on_premises_sync_enabled.unwrap_or_default());
    let ldap = examination.organization.as_ref().map(|(_, profile)| !profile.ldap_url.is_empty());
    step.fact("entra_from_active_directory", on_premises);
    step.fact("proofpoint_from_active_directory", ldap);
    let mut told = Vec::new();
    told.extend(on_premises.map(|synced| {
        if synced { "Entra follows an Active Directory" } else { "Entra follows no Active Directory" }
    }));
    told.extend(ldap.map(|configured| {
        if configured { "Proofpoint has one on record" } else { "Proofpoint has none on record" }
    }));
    if told.is_empty() {
        return step.skip("not looked at: neither side can be read");
    }
    step.told = told.join("; ");
    if let Some(found) = check_up(examination, Check::DirectorySync).await {
        step.report(found, Level::Blocked);
    }
}

/// Policies of the tenant that bite.
pub(super) async fn policies(examination: &mut Examination, step: &mut Step) {
    let Some(graph) = &examination.graph else { return step.skip(NO_ENTRA) };
    let rules = graph.policies().password_rules_of_new_applications(&examination.call).await;
    let told = match rules {
        Ok(rules) => {
            let hours = rules.max_lifetime.map(|longest| longest.as_secs() / 3600);
            step.fact("client_secrets_forbidden", rules.forbidden);
            step.fact("client_secret_hours", hours);
            match (rules.forbidden, hours) {
                (true, _) => "client secrets are forbidden".to_owned(),
                (false, Some(hours)) => format!("client secrets live {} at most", counted(hours, "hour")),
                (false, None) => "client secrets are not limited".to_owned(),
            }
        }
        // It would be asked again.
        Err(error) if error.reach() == Reach::NotReached => return step.unreadable(&error),
        Err(_) => "not readable".to_owned(),
    };
    step.told = told;
    if let Some(found) = check_up(examination, Check::SecretPolicy).await {
        step.report(found, Level::Blocked);
    }
}

/// What Proofpoint holds now.
pub(super) async fn held(examination: &mut Examination, step: &mut Step) {
    let Some((organization, _)) = &examination.organization else { return step.skip(NO_ORGANIZATION) };
    let shown = match organization.settings(&examination.call).await {
        Ok(shown) => shown,
        Err(error) => return step.unreadable(&error),
    };
    step.fact("configured", shown.is_some());
    match &shown {
        Some(shown) => settings(shown, step),
        None => "none is configured yet".clone_into(&mut step.told),
    }
    let is_configured = shown.is_some();
    examination.shown = shown;
    if !is_configured || examination.graph.is_none() {
        return;
    }
    let asked = HealthModel {
        domain: organization.domain().into(),
        tenant_id: examination.graph.as_ref().map(|graph| graph.tenant().as_str().to_owned()).into(),
        ..HealthModel::default()
    };
    let health = match examine(&examination.session, &examination.call, asked).await {
        Ok(health) => health,
        Err(failure) => {
            let level = failure.reach().level();
            return step.report(failure, level);
        }
    };
    step.fact("days_left", health.days_left.known().copied());
    for finding in health.findings.known().into_iter().flatten() {
        let level = match finding.severity.known().map(|severity| severity.0) {
            // What else keeps a sync from working, the apply of its configuration mends: it makes keys, consents, restores.
            Some(Gravity::Error) if finding.code.text() == APPLICATION_DISABLED => Level::Blocked,
            Some(Gravity::Error | Gravity::Warning) => Level::Warning,
            _ => Level::Fine,
        };
        step.find(level, finding.text.text(), "");
    }
}

/// The settings, but for the key, which an answer never holds.
fn settings(shown: &Shown, step: &mut Step) {
    let or_not_shown = |text: Option<String>| text.unwrap_or_else(|| "not shown".to_owned());
    let runs = match shown.sync_frequency {
        Some(0) => "runs by hand".to_owned(),
        Some(hours) => format!("runs every {}", counted(hours, "hour")),
        None => "its schedule is not shown".to_owned(),
    };
    let last = match &shown.last_run {
        LastRun::At(time) => format!("last good run {time}"),
        LastRun::Never => "no good run yet".to_owned(),
        LastRun::NotShown => "its last run is not shown".to_owned(),
    };
    let application = or_not_shown(shown.application_id.clone());
    let key = shown
        .secret_expiry
        .as_ref()
        .map_or_else(|| "whether it has a key is not shown".to_owned(), |end| format!("its key ends {end}"));
    step.told = format!("{runs}, {last}; signs in as {application}, {key}");
    step.fact("client", shown.application_id.clone());
    step.fact("hours_between_runs", shown.sync_frequency);
    step.fact("last_run", shown.last_run.at());
    step.fact("key_end", shown.secret_expiry.clone());
    let mut on = Vec::new();
    for (name, what, switch) in [
        ("users", "users", shown.sync_active_users),
        ("distribution_groups", "distribution groups", shown.sync_distribution_groups),
        ("security_groups", "security groups", shown.sync_security_groups),
        ("removes_users", "removes users", shown.remove_deleted_users),
        ("removes_groups", "removes groups", shown.remove_deleted_groups),
    ] {
        step.fact(name, switch);
        if switch == Some(true) {
            on.push(what);
        }
    }
    step.told = format!(
        "{}; {}",
        step.told,
        if on.is_empty() { "nothing is switched on".to_owned() } else { on.join(", ") }
    );
}

/// What the next run would do to people: with the settings that are there, else with those that a configuration begins with.
pub(super) async fn next_run(examination: &mut Examination, step: &mut Step) {
    let Some(directory) = examination.reading.take() else { return step.skip(NO_ENTRA) };
    let Some((organization, _)) = &examination.organization else { return step.skip(NO_ORGANIZATION) };
    let shown = examination.shown.as_ref();
    let wanted = Wanted { switches: shown.map(shown_switches).unwrap_or_default(), ..Wanted::default() };
    let call = &examination.call;
    let input = match preview::finish(directory, call, organization, wanted).await {
        Ok(input) => input,
        Err(error) => {
            "not known".clone_into(&mut step.told);
            // A large directory takes longer than there is time.
            let refused: Diagnostics = Failure::from(error).into();
            return step.report(refused.into_iter().map(Diagnostic::into_warning), Level::Warning);
        }
    };
    let report = Estimate::of(&input).report(ROWS);
    let counts = &report.counts;
    for (name, number) in [
        ("adding", counts.adding),
        ("updating", counts.updating),
        ("deleting", counts.deleting),
        ("deactivating", counts.deactivating),
        ("recreating", counts.recreating),
        ("unmatched", counts.unmatched),
        ("blocked", counts.blocked),
        ("unchanged", counts.unchanged),
    ] {
        step.fact(name, number);
    }
    step.told = format!(
        "{} to add, {} to update, {} to delete, {} unmatched",
        counts.adding, counts.updating, counts.deleting, counts.unmatched
    );
    if counts.removals > 0 {
        step.find(
            Level::Warning,
            format!("A run would take something from {}", counted(counts.removals, "account")),
            report.text(ROWS, ROWS),
        );
    }
    for finding in &report.findings {
        let level = if finding.severity == Gravity::Info { Level::Fine } else { Level::Warning };
        step.find(level, finding.text.as_str(), "");
    }
}
