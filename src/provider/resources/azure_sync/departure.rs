//! The end of a synchronization, unless another resource has taken it over: then this one lets go.

use std::collections::BTreeSet;

use super::AzureSync;
use super::evidence::ends_then;
use super::managed_secret::Keys;
use super::observation::is_late;
use super::old_keys::remove_left;
use super::sides::{optional_graph, organization_of, settings_of};
use crate::provider_block::{Failure, Session};
use clients::essentials::Shown;
use clients::http::Call;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::State;

/// Removes settings and keys.
pub(super) async fn leave(
    session: &Session,
    call: &Call,
    state: &State<AzureSync>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let (model, facts) = (&state.model, &state.private);
    let name = model.organization.text();
    // The application may be next, and somebody may wait for it.
    let entra = optional_graph(session, call, model).await?;
    let _departure = entra.as_ref().map(|graph| graph.departing_from(model.client_id.text()));
    let organization = organization_of(session, call, model.domain.text()).await?;
    // What another resource of this very run does for the same organization comes before or after, not in between.
    let _turn = session.turn(call, name).await?;
    let keys = match entra.as_ref().zip(model.managed_client_secret.known()) {
        Some((graph, managed)) => {
            let keys = Keys::new(graph, managed, name, facts.owner.as_deref())?;
            Some(keys.knowing(&facts.late_keys))
        }
        None => None,
    };
    let mut known: BTreeSet<String> = model.superseded_key_ids.unwrap_or_default();
    known.extend(model.key_id.known().cloned());
    // What an apply that failed has left.
    known.extend(facts.late_keys.unseen.iter().cloned());
    if session.is_claimed_by_another(name, facts.owner.as_deref()) {
        diagnostics.push(handed_on(name));
        return Ok(());
    }
    let present = settings_of(&organization, call).await?;
    let another = match &present {
        Some(shown) if !is_late(session, facts)? => end_of_another_key(state, shown),
        _ => None,
    };
    if let (Some(keys), Some(graph)) = (&keys, &entra)
        && keys.have_a_successor(call, &known, another).await?
    {
        // What that one relies on is not for this state to delete either.
        graph.note_relied_on(model.client_id.text());
        diagnostics.push(let_go(name, "another resource, or another state, has set it up anew since"));
        return Ok(());
    }
    let other = present.and_then(|shown| shown.application_id);
    if let Some(other) = other.filter(|other| !other.eq_ignore_ascii_case(model.client_id.text())) {
        diagnostics.push(let_go(name, &format!("it goes through another application now, `{other}`")));
    } else {
        if let Ok(login) = organization.login_settings(call).await
            && login.force_azure_login
        {
            diagnostics.warning(
                format!("People of `{name}` may be unable to sign in to the console"),
                "The organization forces sign-in with Microsoft accounts, which needs a working connection to Entra. Allow \
                 other sign-ins in the console.",
            );
        }
        organization.delete_settings(call).await?;
    }
    if let Some(keys) = &keys {
        let elsewhere: BTreeSet<String> = facts.left.values().flatten().cloned().collect();
        // Nobody else had made one when it was asked; who has since takes its own way.
        keys.remove_own(call, &known.difference(&elsewhere).cloned().collect()).await?;
    }
    if facts.left.is_empty() {
        return Ok(());
    }
    let graph = session.graph(call, model.tenant_id.known().map(String::as_str)).await?;
    remove_left(call, &graph, name, &mut facts.left.clone()).await
}

/// The end that Proofpoint shows, where it counts and is not that of the key which it was given last.
fn end_of_another_key<'s>(state: &State<AzureSync>, shown: &'s Shown) -> Option<&'s str> {
    let (model, facts) = (&state.model, &state.private);
    let is_ours =
        shown.application_id.as_deref().is_none_or(|id| id.eq_ignore_ascii_case(model.client_id.text()));
    let end = model.key_end_date.known().and_then(|end| end.parse().ok())?;
    let text = shown.secret_expiry.as_deref().filter(|_| facts.rotation.shows_ends && is_ours)?;
    (ends_then(text, end) == Some(false)).then_some(text)
}

/// Another resource of this process has it now.
fn handed_on(name: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("The sync of `{name}` goes on"),
        "Another resource of this run has set it up anew, as a replacement with `create_before_destroy` or a rename does. It is \
         that one's now; here the earlier one is only forgotten.",
    )
}

fn let_go(name: &str, why: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("The sync of `{name}` goes on"),
        format!(
            "It was not deleted, since {why}. This resource no longer manages it. If nobody should, delete it in the Proofpoint \
             console."
        ),
    )
}
