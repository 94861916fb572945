//! The plan of a synchronization: what a change means for the secret, and which computed values it leaves alone. Pure.

use std::collections::BTreeSet;

use super::model::SyncModel;
use super::rotation::{self, Change, Reason};
use super::settings::carried;
use super::{AzureSync, Facts, echo};
use framework::attr::Attr;
use framework::diagnostic::Diagnostics;
use framework::resource::{Planned, Planning};
use framework::value::Value;

/// Where the secret that a PUT needs comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Credential {
    /// The provider mints it.
    Managed,
    /// It is configured and stored.
    Plain,
    /// It is configured and not stored.
    WriteOnly,
    /// Proofpoint's own is left alone.
    None,
}

impl Credential {
    pub(super) fn of(config: &SyncModel) -> Self {
        if !config.managed_client_secret.is_null() {
            Self::Managed
        } else if !config.client_secret.is_null() {
            Self::Plain
        } else if !config.client_secret_wo.is_null() || !config.client_secret_wo_version.is_null() {
            Self::WriteOnly
        } else {
            Self::None
        }
    }
}

/// Whether the plan ends the managed secret for one of the configuration's own.
pub(super) fn ends_managed(prior: Option<&SyncModel>, credential: Credential) -> bool {
    prior.is_some_and(|prior| prior.managed_client_secret.is_known())
        && matches!(credential, Credential::Plain | Credential::WriteOnly)
}

/// Whether an attribute changes between prior state and plan.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Difference {
    /// It does.
    certain: bool,
    /// It may: its value is not known yet.
    possible: bool,
}

impl Difference {
    fn of<T: PartialEq>(prior: &Attr<T>, planned: &Attr<T>) -> Self {
        Self { certain: !planned.is_unknown() && prior != planned, possible: planned.is_unknown() }
    }

    fn of_values(prior: &Value, planned: &Value) -> Self {
        Self { certain: !planned.is_unknown() && prior != planned, possible: planned.is_unknown() }
    }

    fn any(differences: impl IntoIterator<Item = Self>) -> Self {
        differences.into_iter().fold(Self::default(), |all, one| Self {
            certain: all.certain || one.certain,
            possible: all.possible || one.possible,
        })
    }

    fn at_all(self) -> bool {
        self.certain || self.possible
    }
}

/// The values that are part of the PUT, each by itself: a block may be known in part.
fn settings(prior: &SyncModel, planned: &SyncModel) -> Difference {
    Difference::any(carried(prior, planned).map(|(prior, planned)| Difference::of_values(&prior, &planned)))
}

/// Whether applying the plan sends a PUT, and with it a secret.
pub(super) fn needs_put(prior: Option<&SyncModel>, planned: &SyncModel) -> bool {
    prior.is_none_or(|prior| {
        settings(prior, planned).at_all() || planned.key_id.is_unknown() || secret(prior, planned).at_all()
    })
}

/// Whether the plan takes addresses off the list of exemptions, so that the next run may touch them.
pub(super) fn drops_an_exemption(planned: &Planned<AzureSync>) -> bool {
    let before = planned.prior.as_ref().and_then(|prior| prior.exemptions.known());
    before.is_some_and(|before| match &planned.model.exemptions {
        Attr::Known(after) => !before.is_subset(after),
        // Exemptions that are no longer managed stay as they are.
        Attr::Null => false,
        Attr::Unknown => true,
    })
}

/// The exemptions that come under management with this plan: what is on the list today was made by others, whether nobody was
/// shown it or an import has read it.
pub(super) fn exemptions_taken_over(planned: &Planned<AzureSync>) -> Option<&BTreeSet<String>> {
    let managed = planned.prior.as_ref().is_some_and(|prior| prior.exemptions.is_known());
    planned.model.exemptions.known().filter(|_| !managed || planned.private.exemptions_found > 0)
}

/// The exemptions that are in the state and will not be managed any more.
pub(super) fn exemptions_let_go(planned: &Planned<AzureSync>) -> Option<&BTreeSet<String>> {
    let before = planned.prior.as_ref().and_then(|prior| prior.exemptions.known());
    before.filter(|_| planned.model.exemptions.is_null())
}

/// A configured secret that is to be sent again.
fn secret(prior: &SyncModel, planned: &SyncModel) -> Difference {
    // Taking a configured secret out of the configuration leaves Proofpoint with the one it has.
    let configured = |prior_is_null: bool, planned_is_null: bool, difference: Difference| {
        if planned_is_null && !prior_is_null { Difference::default() } else { difference }
    };
    Difference::any([
        configured(
            prior.client_secret.is_null(),
            planned.client_secret.is_null(),
            Difference::of(&prior.client_secret, &planned.client_secret),
        ),
        configured(
            prior.client_secret_wo_version.is_null(),
            planned.client_secret_wo_version.is_null(),
            Difference::of(&prior.client_secret_wo_version, &planned.client_secret_wo_version),
        ),
    ])
}

/// Adjusts a plan after defaults and unknowns.
pub(super) fn plan(plan: &mut Planning<AzureSync>, diagnostics: &mut Diagnostics) {
    if plan.config.primary_domain.is_null() {
        plan.planned.primary_domain = plan.planned.domain.clone();
    }
    // Another spelling is no other application.
    if let Some(prior) = &plan.prior
        && prior.client_id.text().eq_ignore_ascii_case(plan.planned.client_id.text())
        && plan.planned.client_id.is_known()
    {
        plan.planned.client_id = prior.client_id.clone();
    }
    let credential = Credential::of(&plan.config);
    match credential {
        // Whether there will be a block at all turns out in the apply.
        Credential::Managed if plan.config.managed_client_secret.is_unknown() => {
            forget_managed(&mut plan.planned);
        }
        Credential::Managed => plan_managed(plan),
        Credential::Plain | Credential::WriteOnly => drop_managed(&mut plan.planned),
        Credential::None => {
            refuse_put_without_secret(plan, diagnostics);
            drop_managed(&mut plan.planned);
        }
    }
    // Keys that this apply cannot remove either stay listed.
    if credential != Credential::Managed
        && (!plan.private.left.is_empty() || ends_managed(plan.prior.as_ref(), credential))
    {
        plan.planned.superseded_key_ids = Attr::Unknown;
    }
    let told = (plan.private.late_until, &plan.planned);
    echo::tell(&plan.private.echoes, told, plan.planned.organization.text(), diagnostics);
    let put = needs_put(plan.prior.as_ref(), &plan.planned);
    let (planned, prior) = (&mut plan.planned, plan.prior.as_ref());
    planned.secret_expiry = match prior {
        Some(prior) if !put => prior.secret_expiry.clone(),
        _ => Attr::Unknown,
    };
    planned.routing_ready_at = match prior {
        Some(prior) if !put || prior.routing_ready_at.is_known() => prior.routing_ready_at.clone(),
        // Only a wait that this apply makes can tell when the first run was.
        _ if planned.wait_for_sync == Attr::Known(false) => Attr::Null,
        _ => Attr::Unknown,
    };
}

fn plan_managed(plan: &mut Planning<AzureSync>) {
    let reasons = reasons(plan.prior.as_ref(), &plan.planned, &plan.private);
    let (planned, prior) = (&mut plan.planned, plan.prior.as_ref());
    if let (Some(prior), (None, None)) = (prior, reasons) {
        planned.key_id = prior.key_id.clone();
        planned.key_hint = prior.key_hint.clone();
        planned.key_end_date = prior.key_end_date.clone();
        planned.rotation_reason = prior.rotation_reason.clone();
        planned.superseded_key_ids = if plan.private.rotation.proven {
            BTreeSet::new().into()
        } else {
            prior.superseded_key_ids.clone()
        };
        return;
    }
    forget_managed(planned);
    // Known only where it stays the same whatever the values turn out to be that are unknown yet.
    planned.rotation_reason = match reasons {
        (Some(certain), Some(possible)) if certain == possible => certain.into(),
        _ => Attr::Unknown,
    };
}

/// Why a key is minted: as far as it is certain, and if all that is unknown turns out to differ.
fn reasons(
    prior: Option<&SyncModel>,
    planned: &SyncModel,
    facts: &Facts,
) -> (Option<Reason>, Option<Reason>) {
    let Some(prior) = prior else {
        let created = Some(Reason::Created);
        return (created, created);
    };
    let settings = settings(prior, planned);
    let triggers = match (prior.managed_client_secret.known(), planned.managed_client_secret.known()) {
        (Some(prior), Some(planned)) => Difference::any([
            Difference::of(&prior.rotate_when_changed, &planned.rotate_when_changed),
            Difference::of(&prior.application_id, &planned.application_id),
        ]),
        (_, None) => Difference { certain: false, possible: true },
        (None, Some(_)) => Difference::default(),
    };
    let change = |settings, rotate_when_changed| Change {
        create: false,
        unmanaged: !prior.key_id.is_known(),
        settings,
        rotate_when_changed,
    };
    (
        rotation::due(&facts.rotation, change(settings.certain, triggers.certain)),
        rotation::due(&facts.rotation, change(settings.at_all(), triggers.at_all())),
    )
}

/// Nothing of the key is known before the apply.
fn forget_managed(planned: &mut SyncModel) {
    planned.key_id = Attr::Unknown;
    planned.key_hint = Attr::Unknown;
    planned.key_end_date = Attr::Unknown;
    planned.superseded_key_ids = Attr::Unknown;
    planned.rotation_reason = Attr::Unknown;
}

/// Without a managed secret there is no key to tell of.
fn drop_managed(planned: &mut SyncModel) {
    planned.key_id = Attr::Null;
    planned.key_hint = Attr::Null;
    planned.key_end_date = Attr::Null;
    planned.superseded_key_ids = Attr::Null;
    planned.rotation_reason = Attr::Null;
}

fn refuse_put_without_secret(plan: &Planning<AzureSync>, diagnostics: &mut Diagnostics) {
    let Some(prior) = &plan.prior else {
        diagnostics.error(
            "A client secret is needed",
            "Proofpoint is given a client secret together with the settings. Add a `managed_client_secret` block to have \
             one made and renewed, or set `client_secret_wo` or `client_secret`.",
        );
        return;
    };
    if settings(prior, &plan.planned).certain {
        diagnostics.error(
            "A change of the settings needs the client secret",
            "Proofpoint wants the client secret with every change of its settings and never shows the one it has, so that \
             it cannot be sent back. Add a `managed_client_secret` block, or set `client_secret_wo` or `client_secret`, \
             or take the change back. Exemptions and the arguments that only concern this provider can change without \
             one.",
        );
    } else if prior.key_id.is_known() {
        diagnostics.warning_at(
            SyncModel::managed_client_secret(),
            "Nobody will watch the client secret",
            "Proofpoint goes on with the managed key it has, which ends at its `key_end_date`. The key stays in Entra; the \
             provider no longer renews or removes it.",
        );
    }
}

#[cfg(test)]
#[path = "planning_tests.rs"]
mod tests;
