//! What a refresh looks at: the settings where they were last, and the managed key.

use std::collections::BTreeSet;
use std::time::Duration;

use super::evidence::{SignedInWith, ends_then, signed_in_with};
use super::managed_secret::Keys;
use super::model::SyncModel;
use super::sides::{organization_of, settings_of};
use super::{Facts, echo, rotation};
use crate::provider_block::{Diagnose as _, Failure, Session};
use clients::essentials::{Organization, Shown};
use clients::http::{Call, delays};
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::timeouts::parse_duration;
use jiff::Timestamp;

/// The settings from the stack that an earlier run found, else from the one that serves the organization now.
pub(super) async fn read_settings(
    session: &Session,
    call: &Call,
    model: &SyncModel,
    facts: &Facts,
) -> Result<Option<(Organization, Shown)>, Failure> {
    let domain = model.domain.text();
    let account = session.essentials()?;
    if let Some(organization) =
        facts.stack.as_deref().and_then(|stack| account.organization_on(domain, stack))
        && let Ok(Some(settings)) = organization.settings(call).await
    {
        return Ok(Some((organization, settings)));
    }
    let organization = organization_of(session, call, domain).await?;
    Ok(settings_of(&organization, call).await?.map(|settings| (organization, settings)))
}

/// Whether what Proofpoint shows may still be from before the last PUT.
pub(super) fn is_late(session: &Session, facts: &Facts) -> Result<bool, Failure> {
    let now = session.essentials()?.clock().now();
    Ok(facts.late_until.is_some_and(|until| now < until))
}

/// Looks again while a value that may be late would alarm.
pub(super) async fn look_until_sure(
    session: &Session,
    call: &Call,
    organization: &Organization,
    model: &SyncModel,
    facts: &Facts,
    mut shown: Shown,
) -> Result<Shown, Failure> {
    for pause in delays(FIRST_LOOK, LONGEST_LOOK) {
        if !is_late(session, facts)? || !echo::alarms(&facts.echoes, model, &shown) {
            break;
        }
        if call.wait(pause).await.is_err() {
            break;
        }
        // An answer that fails, or that shows nothing, says no more than the one before.
        if let Ok(Some(now)) = organization.settings(call).await {
            shown = now;
        }
    }
    Ok(shown)
}

/// What to tell where Proofpoint shows no settings that it has accepted a while ago.
pub(super) fn not_shown_yet(organization: &str, late_until: Option<Timestamp>) -> Diagnostic {
    let until = late_until.map(|until| format!(" before {until}")).unwrap_or_default();
    Diagnostic::warning(
        format!("Proofpoint does not show the settings of `{organization}` yet"),
        format!(
            "They were sent and accepted, and may be late: the state keeps them, and nothing is planned for them{until}. After \
             that they count as deleted."
        ),
    )
}

/// Looks at the managed key, where there is one.
pub(super) async fn observe(
    session: &Session,
    call: &Call,
    model: &mut SyncModel,
    facts: &mut Facts,
    shown: &Shown,
    organization: &Organization,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let (Some(managed), Some(key_id)) = (model.managed_client_secret.known(), model.key_id.known()) else {
        return Ok(());
    };
    let graph = session.graph(call, model.tenant_id.known().map(String::as_str)).await?;
    let keys = Keys::new(&graph, managed, model.organization.text(), facts.owner.as_deref())?;
    let keys = keys.knowing(&facts.late_keys);
    let mut superseded = model.superseded_key_ids.unwrap_or_default();
    // A rotation that is due already needs no further evidence.
    let listed = match facts.rotation.due {
        Some(_) => None,
        None => match keys.look(call, model.client_id.text(), key_id, &superseded).await {
            Ok(listed) => Some(listed),
            Err(error) if error.is_forbidden() => {
                diagnostics
                    .warning("Not checked: whether the managed key is still there", error.diagnose().detail);
                None
            }
            Err(error) => return Err(error.into()),
        },
    };
    facts.late_keys.seen(listed.as_deref().unwrap_or_default());
    facts.late_keys.forget_the_old(&graph);
    let elsewhere: BTreeSet<String> = facts.left.values().flatten().cloned().collect();
    let gone = rotation::gone(key_id, superseded.difference(&elsewhere), listed.as_deref());
    facts.late_keys.lack(&gone);
    superseded.retain(|key| !gone.contains(key));
    let is_shorter = !gone.is_empty();
    facts.rotation.gone.extend(gone);
    let late = is_late(session, facts)?;
    let rotate_before = parse_duration(managed.rotate_before.text()).unwrap_or_default();
    let tracked = rotation::Tracked {
        key_id,
        end: model.key_end_date.known().and_then(|end| end.parse().ok()),
        rotate_before: rotate_before.try_into().unwrap_or_default(),
        superseded: &superseded,
        client_id: model.client_id.text(),
    };
    let older: BTreeSet<String> = superseded.union(&facts.rotation.gone).cloned().collect();
    let handed_over =
        facts.rotation.handed_over.filter(|_| !older.is_empty() && facts.rotation.due.is_none());
    let signed_in = match handed_over {
        Some(then) => signed_in_with(call, &graph, key_id, &older, then).await?,
        None => SignedInWith::NotKnown,
    };
    // What is from before the last PUT tells nothing of the key that came with it.
    let shown = Some(shown).filter(|_| !late);
    let secret_expiry = shown.and_then(|shown| shown.secret_expiry.as_ref());
    let secret_expiry = match (secret_expiry, tracked.end) {
        (Some(text), Some(end)) if facts.rotation.shows_ends && ends_then(text, end) == Some(false) => {
            look_again(call, organization, end).await
        }
        (expiry, _) => expiry.cloned(),
    };
    let seen = rotation::Seen {
        now: graph.clock().now(),
        keys: listed.as_deref(),
        client_id: shown.and_then(|shown| shown.application_id.as_deref()),
        last_successful_sync: shown.and_then(|shown| shown.last_run.at()),
        secret_expiry: secret_expiry.as_deref(),
        signed_in,
    };
    facts.rotation = rotation::observe(&facts.rotation, &tracked, &seen);
    if is_shorter {
        model.superseded_key_ids = superseded.into();
    }
    Ok(())
}

/// The end of another key is a bad sign: it may be late, and is looked at again.
async fn look_again(call: &Call, organization: &Organization, end: Timestamp) -> Option<String> {
    let mut expiry = None;
    for pause in delays(FIRST_LOOK, LONGEST_LOOK).take(LOOKS) {
        if call.wait(pause).await.is_err() {
            break;
        }
        // An answer that fails is no sign.
        expiry = organization.settings(call).await.ok().flatten()?.secret_expiry;
        if expiry.as_deref().is_none_or(|text| ends_then(text, end) != Some(false)) {
            break;
        }
    }
    expiry
}

const FIRST_LOOK: Duration = Duration::from_millis(500);
const LONGEST_LOOK: Duration = Duration::from_secs(2);
const LOOKS: usize = 3;
