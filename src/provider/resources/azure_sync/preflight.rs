//! What would make a synchronization fail, looked at beforehand: a warning while planning, since the same plan may hold the
//! cure, and an error in the apply before its first write. A check that the caller may not read is skipped and says so.

use std::collections::BTreeSet;

use crate::provider_block::{At as _, Diagnose as _, Failure, ObjectPath, Session};
use clients::essentials::Me;
use clients::graph::{self, Graph, PermissionKind};
use clients::http::Call;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::timeouts::parse_duration;

use super::lifetime::Longest;
use super::model::{ManagedClientSecret, SyncModel};
use super::sides::Side;

/// What is looked at.
pub(super) struct Preflight<'a> {
    pub(super) session: &'a Session,
    pub(super) call: &'a Call,
    pub(super) graph: Option<&'a Graph>,
    pub(super) side: Side<'a>,
    pub(super) model: &'a SyncModel,
}

/// What was found. Contradictions are errors as soon as they are planned, problems before the first write, since the same
/// plan may hold their cure; remarks stay warnings whenever they come up.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) contradictions: Diagnostics,
    pub(super) problems: Diagnostics,
    pub(super) remarks: Diagnostics,
    /// The sign-in to Entra that failed: told once, however many checks it keeps from being made.
    pub(super) sign_in: Option<Diagnostic>,
}

/// When it is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// What the same plan gives is as good as there.
    Plan,
    /// All that was to come before is done.
    Apply,
}

impl Preflight<'_> {
    /// Looks at everything.
    pub(super) async fn look(&self, moment: Moment) -> Findings {
        let mut findings = Findings::default();
        self.administrator(moment, &mut findings).await;
        self.sides(moment, &mut findings).await;
        findings
    }

    /// Looks at everything but the account that signs in to Proofpoint.
    pub(super) async fn sides(&self, moment: Moment, findings: &mut Findings) {
        self.directory_sync(findings).await;
        if let Some(graph) = self.graph {
            self.tenant(graph, findings).await;
            self.one_application(graph, findings).await;
            self.consent(graph, moment, findings).await;
            self.secret_policy(graph, moment, findings).await;
        } else if self.model.managed_client_secret.is_null() {
            let remark = Diagnostic::warning(
                "Not checked: whether the tenant is the right one",
                "The provider is not configured for Entra or cannot sign in there, so nobody checked that `primary_domain` \
                 belongs to the tenant of `client_id`.",
            );
            findings.sign_in = Some(remark.at(SyncModel::primary_domain()));
        }
    }

    /// Looks once more before the first write: now every problem counts. Gives what to tell of a sign-in that failed where that
    /// alone is no reason to stop.
    pub(super) async fn refuse_problems(
        &self,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Diagnostic>, Failure> {
        let Findings { contradictions: mut errors, problems, remarks, sign_in } =
            self.look(Moment::Apply).await;
        diagnostics.append(remarks);
        errors.append(problems);
        let (remark, problem) =
            if self.model.managed_client_secret.is_null() { (sign_in, None) } else { (None, sign_in) };
        errors.append(problem);
        if errors.has_errors() { Err(errors.into()) } else { Ok(remark) }
    }

    /// The Proofpoint account must be able to write when something is written: plans are made by accounts that only read.
    async fn administrator(&self, moment: Moment, findings: &mut Findings) {
        let me = match self.session.essentials() {
            Ok(account) => account.me(self.call).await.map_err(Failure::from),
            Err(problem) => return findings.problems.append(problem),
        };
        match me {
            Ok(me) if me.read_only_user && moment == Moment::Plan => {}
            Ok(me) => findings.problems.append(unable(&me)),
            Err(problem) => findings.problems.append(problem),
        }
    }

    /// The older sync with Active Directory should be off. That its address is on record does not say that it runs.
    pub(super) async fn directory_sync(&self, findings: &mut Findings) {
        let Side::There(organization) = self.side else { return };
        match organization.profile(self.call).await {
            Ok(profile) if !profile.ldap_url.is_empty() => findings.remarks.warning(
                format!("Active Directory sync may be configured for `{}` as well", organization.domain()),
                format!(
                    "The organization has `{}` on record for it, and Proofpoint does not support both. If that sync still \
                     runs, remove it in the console first.",
                    profile.ldap_url
                ),
            ),
            Ok(_) => {}
            Err(error) => findings.problems.push(error.diagnose().at(SyncModel::domain())),
        }
    }

    /// Both sides must be the same customer, and Proofpoint must know every domain of the tenant.
    pub(super) async fn tenant(&self, graph: &Graph, findings: &mut Findings) {
        let Some(primary) = self.model.primary_domain.known() else { return };
        let verified: Vec<graph::Domain> = match graph.domains().list(self.call).await {
            Ok(domains) => domains.into_iter().filter(|domain| domain.is_verified).collect(),
            // The provider is about to join both sides itself: it must know that they belong together.
            Err(error)
                if self.model.managed_client_secret.is_known()
                    && !matches!(error.kind(), graph::ErrorKind::Auth(_)) =>
            {
                return findings.problems.push(error.diagnose().at(SyncModel::primary_domain()));
            }
            Err(error) => return self.unreadable(&error, "whether the tenant is the right one", findings),
        };
        if !verified.iter().any(|domain| domain.name.eq_ignore_ascii_case(primary)) {
            return findings.problems.error_at(
                SyncModel::primary_domain(),
                format!("`{primary}` is not a domain of the tenant"),
                format!(
                    "It is not among the verified domains of the tenant `{}`, which are {}. Check its spelling; or set `tenant_id` \
                     to the tenant of this organization.",
                    graph.tenant(),
                    quoted(&verified.iter().map(|domain| domain.name.to_lowercase()).collect::<Vec<_>>())
                ),
            );
        }
        match self.side.domains(self.call).await {
            Ok(known) => {
                let missing = |mail: bool| -> Vec<String> {
                    let missing = verified.iter().filter(|domain| {
                        let name = domain.name.to_lowercase();
                        let receives = domain.supported_services.iter().any(|service| service == "Email");
                        receives == mail && !name.ends_with(".onmicrosoft.com") && !known.contains(&name)
                    });
                    missing.map(|domain| domain.name.to_lowercase()).collect()
                };
                self.exemptions(&known, findings);
                let with_mail = missing(true);
                if !with_mail.is_empty() {
                    findings.problems.error_at(
                        SyncModel::domain(),
                        format!("The organization of `{}` lacks domains of the tenant", self.side.domain()),
                        format!(
                            "Proofpoint stops every run while a verified domain of the tenant is not among the \
                             organization's. Add {} to the organization, or remove it from the tenant.",
                            quoted(&with_mail)
                        ),
                    );
                }
                let without_mail = missing(false);
                if !without_mail.is_empty() {
                    findings.remarks.warning_at(
                        SyncModel::domain(),
                        format!("The organization of `{}` may lack domains of the tenant", self.side.domain()),
                        format!(
                            "Proofpoint stops every run while a verified domain of the tenant is not among the \
                             organization's. Whether that goes for domains without mail in Microsoft 365 as well is not \
                             known: {}. If runs fail, add them to the organization.",
                            quoted(&without_mail)
                        ),
                    );
                }
            }
            Err(error) => findings.problems.push(error.diagnose().at(SyncModel::domain())),
        }
    }

    /// An exempt address that is misspelled saves nobody; its domain can be told.
    fn exemptions(&self, known: &BTreeSet<String>, findings: &mut Findings) {
        let exempt = self.model.exemptions.known().into_iter().flatten();
        let elsewhere: Vec<String> = exempt
            .filter(|address| address.split_once('@').is_some_and(|(_, domain)| !known.contains(domain)))
            .cloned()
            .collect();
        if !elsewhere.is_empty() {
            findings.remarks.warning_at(
                SyncModel::exemptions(),
                format!("Exempt addresses that `{}` cannot have", self.side.domain()),
                format!(
                    "The organization has no such domain: {}. Nobody is exempt by that. Check the spelling, or add the domain to \
                     the organization.",
                    quoted(&elsewhere)
                ),
            );
        }
    }

    /// The key must be one of the application that Proofpoint signs in as.
    async fn one_application(&self, graph: &Graph, findings: &mut Findings) {
        let (Some(client_id), Some(managed)) =
            (self.model.client_id.known(), self.model.managed_client_secret.known())
        else {
            return;
        };
        let Some(path) =
            managed.application_id.known().and_then(|id| ObjectPath::parse(id, "applications").ok())
        else {
            return;
        };
        let attribute =
            SyncModel::managed_client_secret().join(super::model::ManagedClientSecret::application_id());
        // What cannot be read is told by the other checks, and by the mint itself.
        let Ok(Some(application)) = graph.applications().get(self.call, &path.id).await else { return };
        if !application.client_id.eq_ignore_ascii_case(client_id) {
            findings.contradictions.error_at(
                attribute,
                "The secret would be one of another application",
                format!(
                    "`client_id` is `{client_id}`, and `managed_client_secret.application_id` is the application `{}` with the \
                     client id `{}`. Proofpoint signs in as the one with a secret of the other, which Entra refuses. Take both \
                     from one `proofpoint_azure_application`.",
                    application.display_name, application.client_id
                ),
            );
        }
    }

    /// The application must be there and have been given what it declares.
    async fn consent(&self, graph: &Graph, moment: Moment, findings: &mut Findings) {
        let Some(client_id) = self.model.client_id.known() else { return };
        let mut missing = match missing_roles(graph, self.call, client_id).await {
            Ok(Some(missing)) => missing,
            Ok(None) => {
                return findings.problems.error_at(
                    SyncModel::client_id(),
                    "The tenant does not have the application",
                    format!(
                        "There is no service principal of `{client_id}` in the tenant `{}`. Create it with \
                         `proofpoint_azure_application`, or set `tenant_id` to the tenant that has it.",
                        graph.tenant()
                    ),
                );
            }
            Err(error) => {
                return self.unreadable(
                    &error,
                    "whether the application has been given its permissions",
                    findings,
                );
            }
        };
        if moment == Moment::Plan {
            let given = self.session.intentions().consent(client_id);
            missing.retain(|name| !given.contains(name));
        }
        if !missing.is_empty() {
            findings.problems.error_at(
                SyncModel::client_id(),
                "Admin consent is missing",
                format!(
                    "The application has not been given {}, so that Proofpoint cannot read the directory. Grant it with \
                     `proofpoint_azure_admin_consent` and a `depends_on` on it.",
                    quoted(&missing)
                ),
            );
        }
    }

    /// The tenant must permit a secret of the wanted life.
    pub(super) async fn secret_policy(&self, graph: &Graph, moment: Moment, findings: &mut Findings) {
        let Some(managed) = self.model.managed_client_secret.known() else { return };
        let block = SyncModel::managed_client_secret();
        let rules = match managed.application_id.known() {
            Some(id) => {
                let Ok(application) = ObjectPath::parse(id, "applications") else { return };
                graph.policies().password_rules(self.call, &application.id).await
            }
            // The same plan makes it.
            None => graph.policies().password_rules_of_new_applications(self.call).await,
        };
        let is_minted = moment == Moment::Plan && self.model.key_id.is_unknown();
        if managed.lives_as_long_as_it_may() && (is_minted || rules.is_ok()) {
            let longest = Longest::by(rules.as_ref());
            self.longest_life(managed, longest, is_minted, findings);
        }
        let rules = match rules {
            Ok(rules) => rules,
            Err(error) => {
                return self.unreadable(&error, "whether a policy forbids client secrets", findings);
            }
        };
        if rules.forbidden {
            findings.problems.error_at(
                block,
                "A policy of the tenant forbids client secrets",
                "The app management policy does not let this application have client secrets. Ask for an exemption of the \
                 application from the policy.",
            );
            return;
        }
        let lifetime = parse_duration(managed.lifetime.text());
        if let (Some(lifetime), Some(longest)) = (lifetime, rules.max_lifetime)
            && lifetime > longest
        {
            findings.problems.error_at(
                block.join(ManagedClientSecret::lifetime()),
                "A policy of the tenant requires client secrets to end earlier",
                format!(
                    "The app management policy allows a life of at most `{}h`. Set `lifetime` to that or less.",
                    longest.as_secs() / 3600
                ),
            );
        }
    }

    /// What `max` comes to: told where a key is about to be minted, and a problem where it is due as soon as it is made.
    fn longest_life(
        &self,
        managed: &ManagedClientSecret,
        longest: Longest,
        is_minted: bool,
        findings: &mut Findings,
    ) {
        let (block, life) = (SyncModel::managed_client_secret(), longest.life());
        let hours = life.as_secs() / 3600;
        if parse_duration(managed.rotate_before.text()).is_some_and(|before| before >= life) {
            return findings.problems.error_at(
                block.join(ManagedClientSecret::rotate_before()),
                "Every key would be due at once",
                format!("Policies allow a life of `{hours}h`. Set `rotate_before` to less."),
            );
        }
        if is_minted {
            let why = match longest {
                Longest::Allowed(_) => "the app management policies allow no more",
                Longest::Unlimited => "two years, since no app management policy sets a limit",
                Longest::Unreadable => "two years, since the app management policies can't be read",
            };
            findings.remarks.warning_at(
                block.join(ManagedClientSecret::lifetime()),
                format!("How long the new key of {} lives", self.side.domain()),
                format!("`{hours}h`: {why}. They are looked at again when the key is minted."),
            );
        }
    }

    /// What may not be read is not checked, and says so. Without a managed secret that goes for a sign-in that fails, too:
    /// who brings a secret of their own may have no access to Entra at all.
    fn unreadable(&self, error: &graph::Error, question: &str, findings: &mut Findings) {
        let diagnostic = error.diagnose();
        let no_sign_in = matches!(error.kind(), graph::ErrorKind::Auth(_));
        if no_sign_in {
            findings.sign_in.get_or_insert(if self.model.managed_client_secret.is_null() {
                Diagnostic::warning(format!("Not checked: {question}"), diagnostic.detail)
            } else {
                diagnostic
            });
        } else if error.is_forbidden() {
            findings.remarks.warning(format!("Not checked: {question}"), diagnostic.detail);
        } else {
            findings.problems.push(diagnostic);
        }
    }
}

/// Why an account can't write, if it can't.
pub(crate) fn unable(me: &Me) -> Option<Diagnostic> {
    if me.read_only_user {
        Some(Diagnostic::error(
            "The Proofpoint account is read-only",
            format!(
                "`{}` may look at everything and change nothing. Use an administrator that is not read-only.",
                me.primary_email
            ),
        ))
    } else if !me.is_admin && !me.is_partner_admin {
        Some(Diagnostic::error(
            "The Proofpoint account is not an administrator",
            format!(
                "`{}` is of type `{}`. Use an organization or partner administrator.",
                me.primary_email, me.kind
            ),
        ))
    } else {
        None
    }
}

/// The application permissions that the application declares, by name.
pub(super) async fn declared_roles(
    graph: &Graph,
    call: &Call,
    client_id: &str,
) -> Result<BTreeSet<String>, Failure> {
    let declared = async {
        let snapshot = graph.snapshot(call, client_id).await?;
        let mut names = BTreeSet::new();
        for id in snapshot
            .application
            .iter()
            .flat_map(|found| found.graph_permission_ids(PermissionKind::Application))
        {
            names.insert(graph.permissions().name(call, PermissionKind::Application, id).await?);
        }
        Ok::<_, graph::Error>(names)
    };
    declared.await.at(SyncModel::client_id())
}

/// The application permissions that an application declares and has not been given, by name; `None` when the tenant does
/// not have it.
async fn missing_roles(
    graph: &Graph,
    call: &Call,
    client_id: &str,
) -> Result<Option<Vec<String>>, graph::Error> {
    let snapshot = graph.snapshot(call, client_id).await?;
    let Some(principal) = &snapshot.service_principal else { return Ok(None) };
    let held: BTreeSet<&str> =
        snapshot.app_role_assignments()?.iter().map(|held| held.app_role_id.as_str()).collect();
    let declared =
        snapshot.application.iter().flat_map(|found| found.graph_permission_ids(PermissionKind::Application));
    let mut missing = Vec::new();
    // What this run gave may not be listed yet; the proof of the new secret looks at the roles themselves.
    let given = |role: &str| graph.app_role_assignments().is_fresh(&principal.object_id, role);
    for id in declared.filter(|id| !held.contains(id) && !given(id)) {
        missing.push(graph.permissions().name(call, PermissionKind::Application, id).await?);
    }
    Ok(Some(missing))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_administers_and_may_write_is_able() {
        let summary = |admin: bool, partner: bool, read_only: bool| {
            let me = serde_json::json!({
                "primary_email": "admin@contoso.com", "type": "x", "is_admin": admin, "is_partner_admin": partner,
                "read_only_user": read_only,
            });
            unable(&serde_json::from_value(me).unwrap()).map(|told| told.summary)
        };
        for (admin, partner) in [(true, false), (false, true), (true, true)] {
            assert_eq!(summary(admin, partner, false), None, "{admin} {partner}");
            let read_only = summary(admin, partner, true);
            assert_eq!(read_only.as_deref(), Some("The Proofpoint account is read-only"));
        }
        let nobody = summary(false, false, false);
        assert_eq!(nobody.as_deref(), Some("The Proofpoint account is not an administrator"));
    }
}
