//! Entra's side: who signs in, to which tenant, what they may do there, and what is there already.

use clients::auth::{self, Credential, PassedOver};
use clients::graph::{Graph, needs};
use clients::http::Call;
use clients::{InputName, env};
use grammar::counted;

use super::essentials;
use super::examination::Examination;
use super::level::Level;
use super::reach::{self, Reach, Reached as _};
use super::step::{Step, names};
use crate::lists::is_candidate;
use crate::preview;
use crate::provider_block::{Diagnose as _, Failure, permissions};
use crate::resources::azure_application::is_ours;

/// Why a step is skipped that needs Entra.
pub(super) const NO_ENTRA: &str = "not looked at: nobody is signed in to Entra";

/// Which credential the environment makes, and what it passes over.
pub(super) fn credential(examination: &mut Examination, step: &mut Step) {
    let choice = match &examination.configuration.entra {
        Ok(choice) => choice,
        Err(missing) => {
            "none".clone_into(&mut step.told);
            // What is wrong about Proofpoint is told there.
            let refused = examination.refused.iter().filter(|one| !essentials::concerns(one)).cloned();
            step.report(refused, Level::Unconfigured);
            if step.findings.is_empty() {
                let summary = "The environment does not say how to sign in to Entra";
                step.find(Level::Unconfigured, summary, missing.detail.as_str());
            }
            return;
        }
    };
    let name = choice.credential.name();
    step.fact("credential", name);
    name.clone_into(&mut step.told);
    if matches!(choice.credential, Credential::AzureCli) && choice.passed_over.is_empty() {
        // Nobody chose it.
        step.skip("nothing is set: the Azure CLI is tried");
    }
    let mut over = choice.passed_over.clone();
    // A way that was begun is looked for elsewhere when something else signs in.
    let level = if over.is_empty() { Level::Fine } else { Level::Warning };
    if let Ok(settings) = auth::ResolvedInputs::resolve(auth::Inputs::default(), &examination.env) {
        over.extend(auth::also_given(&settings, &choice.credential));
    }
    if let Some(told) = PassedOver::all_told(&over, variable) {
        step.fact("passed_over", told.trim_start_matches("Passed over: "));
        step.find(level, told, "");
    }
}

/// An input as the environment calls it.
fn variable(input: InputName) -> String {
    let name = env::variables_of(input).next().map_or("", |variable| variable.name);
    format!("`{name}`")
}

/// Signs in, and asks the tenant for its name.
pub(super) async fn sign_in(examination: &mut Examination, step: &mut Step) {
    let Ok(choice) = &examination.configuration.entra else {
        return step.skip("not tried: nothing to sign in with");
    };
    // Without a tenant an application has none of its own; that of the domain will do for a look.
    let by_domain = examination.tenant.is_none()
        && choice.tenant.is_none()
        && matches!(choice.credential, Credential::Application { .. });
    let is_cli = matches!(choice.credential, Credential::AzureCli);
    let named = if by_domain { Some(examination.domain.as_str()) } else { examination.tenant.as_deref() };
    let signed_in = async {
        let graph = examination.session.graph(&examination.call, named).await?;
        examination.clock = Some(graph.clock().clone());
        let token = graph.token(&examination.call).await?;
        Ok::<_, Failure>((graph, token))
    };
    let (graph, token) = match signed_in.await {
        Ok(signed_in) => signed_in,
        Err(failure) => {
            let reach = failure.reach();
            // Nobody chose the Azure CLI: it is asked where nothing is set.
            let (told, level) = if is_cli {
                ("no login", Level::Unconfigured)
            } else {
                (reach.of_sign_in(), reach.level_of_sign_in())
            };
            told.clone_into(&mut step.told);
            doubt(examination, &failure);
            return step.report(failure, level);
        }
    };
    let claims = token.claims();
    let mut name = String::new();
    match graph.tenant_details(&examination.call).await {
        Ok(details) => {
            name = format!("`{}` ", details.display_name);
            step.fact("tenant_name", details.display_name.as_str());
            examination.details = Some(details);
        }
        // A tenant's name is no matter, and a service that does not answer is.
        Err(error) if error.reach() == Reach::NotReached => step.report([error.diagnose()], Level::Unreached),
        Err(error) => step.report([error.diagnose().into_warning()], Level::Warning),
    }
    let (kind, id) = match (&claims.scp, &claims.appid, &claims.oid) {
        (None, Some(appid), _) => ("application", appid.as_str()),
        (_, _, oid) => ("person", oid.as_deref().unwrap_or_default()),
    };
    step.told = format!("tenant {name}({}) as the {kind} {id}", graph.tenant());
    if kind == "person" {
        let roles = claims.directory_roles();
        let told =
            if roles.is_empty() { "no directory role that helps here".to_owned() } else { roles.join(", ") };
        step.told = format!("{}, {told}", step.told);
        step.fact("directory_roles", roles);
    }
    step.fact("tenant", graph.tenant().as_str());
    step.fact("identity", kind);
    step.fact("identity_id", id);
    if by_domain {
        examination.tenant_of_domain = Some(graph.tenant().to_string());
        step.find(
            Level::Warning,
            "No tenant is named",
            format!(
                "The one of `{}` was looked at. Set `ARM_TENANT_ID` to `{}`, or `tenant_id` in each resource.",
                examination.domain,
                graph.tenant()
            ),
        );
    }
    examination.held = claims.permissions();
    examination.reading = Some(preview::begin(examination.whole(), &graph));
    examination.graph = Some(graph);
}

/// Notes what of the environment a refused sign-in is about, by the numbers that Entra gives.
fn doubt(examination: &mut Examination, failure: &Failure) {
    if reach::is_untrusted(failure) {
        examination.distrust();
    }
    let Some(error) = reach::sign_in(failure) else { return };
    for code in error.codes() {
        let input = match code {
            90_002 | 900_023 if examination.tenant.is_some() => {
                examination.is_tenant_doubtful = true;
                continue;
            }
            90_002 | 900_023 => InputName::Tenant,
            700_016 | 7_000_229 => InputName::ClientId,
            7_000_215 | 7_000_222 => InputName::ClientSecret,
            _ => continue,
        };
        // What comes out of a file or another place is nothing to type.
        if examination.env.for_input(input).is_some() && !examination.doubtful.contains(&input) {
            examination.doubtful.push(input);
        }
    }
}

/// Which permissions the token carries, and which resources need others.
pub(super) fn permissions(examination: &mut Examination, step: &mut Step) {
    if examination.graph.is_none() {
        return step.skip(NO_ENTRA);
    }
    let held = &examination.held;
    step.fact("held", held.clone());
    step.told = format!("{} held", counted(held.len(), "permission"));
    if !held.is_empty() {
        step.told = format!("{}: {}", step.told, names(held));
    }
    if held.is_empty() {
        return step.find(
            Level::Blocked,
            "The token carries no permission of Microsoft Graph",
            "None was granted, or nobody has consented to it. The guide `first-identity` has the commands.",
        );
    }
    // Whoever only reads lacks what it takes to write, as it should be.
    let only_reads = examination.configuration.read_only;
    for (kind, occasions) in permissions::BY_TYPE.iter().filter(|(name, _)| !name.contains('.')) {
        let mut lacks = Vec::new();
        for (occasion, need) in *occasions {
            // Additional evidence, that nobody has to give.
            let is_wanted = *need != &needs::READ_SIGN_IN_ACTIVITY && (!only_reads || need.is_to_read());
            if let Some(missing) = need.missing(held).filter(|_| is_wanted) {
                lacks.push(format!("- {occasion}: {missing}"));
            }
        }
        if !lacks.is_empty() {
            step.fact(kind, lacks.clone());
            step.find(Level::Warning, format!("`{kind}` lacks permissions"), lacks.join("\n"));
        }
    }
}

/// Of how many applications the consent is looked at.
const LOOKED_INTO: usize = 5;

/// Whether anything is granted to an application, in words that go behind what it is called.
async fn consent(graph: &Graph, call: &Call, client_id: &str) -> &'static str {
    let Ok(snapshot) = graph.snapshot(call, client_id).await else { return "" };
    match (snapshot.grants(), snapshot.app_role_assignments()) {
        (Ok([]), Ok([])) => "; nobody has consented to it yet",
        (Ok(_), Ok(_)) => "; it has consent",
        _ => "",
    }
}

/// Applications that are ours, or look like it.
pub(super) async fn applications(examination: &mut Examination, step: &mut Step) {
    let Some(graph) = &examination.graph else { return step.skip(NO_ENTRA) };
    let mut all = match graph.applications().all(&examination.call).await {
        Ok(all) => all,
        Err(error) => return step.unreadable(&error),
    };
    all.retain(is_candidate);
    let ours = all.iter().filter(|one| is_ours(one)).count();
    step.told = match all.len() {
        0 => "none that looks like the sync's".to_owned(),
        number => format!("{} for the sync, {ours} managed by this provider", counted(number, "application")),
    };
    for (number, one) in all.iter().enumerate() {
        let whose = if is_ours(one) { "managed by this provider" } else { "not managed by this provider" };
        // Of a sync that is configured the consent is judged with it.
        let consent =
            if number < LOOKED_INTO { consent(graph, &examination.call, &one.client_id).await } else { "" };
        step.find(
            Level::Fine,
            format!("`{}` (client id {}) is {whose}{consent}", one.display_name, one.client_id),
            "",
        );
    }
    step.fact("client_ids", all.iter().map(|one| one.client_id.clone()).collect::<Vec<_>>());
    step.fact("of_this_provider", ours);
    examination.applications = all;
}
