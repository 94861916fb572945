//! What Entra would refuse, said while it is planned.

use jiff::Timestamp;

use super::keys::Keys;
use super::model::{ClientSecretModel, instant};
use super::rotation::span;
use super::{AzureClientSecret, TWO_YEARS, graph_of};
use crate::provider_block::{Failure, Session};
use clients::graph::PasswordRules;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::Diagnostics;
use framework::resource::Planned;

/// Looks at a secret that is about to be made.
pub(super) async fn foresee(
    ctx: &Context<Session>,
    planned: &Planned<AzureClientSecret>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let model = &planned.model;
    if !model.key_id.is_unknown() {
        return Ok(());
    }
    let call = ctx.clients.call(ctx);
    let graph = graph_of(ctx, model).await?;
    let (now, rules) = if model.application_id.is_known() {
        let keys = Keys::new(&graph, &call, model)?;
        (keys.time().await?, keys.rules().await)
    } else {
        let rules = graph.policies().password_rules_of_new_applications(&call).await;
        (graph.now(), rules)
    };
    refuse_past_end(model, now, diagnostics);
    // Who may not read policies learns of them from the apply.
    if let Ok(rules) = rules {
        warn_of_policy(model, &rules, now, diagnostics);
    }
    Ok(())
}

fn refuse_past_end(model: &ClientSecretModel, now: Timestamp, diagnostics: &mut Diagnostics) {
    let Some(end) = model.end_date.known().filter(|end| instant(end).is_some_and(|end| end <= now)) else {
        return;
    };
    diagnostics.error_at(
        ClientSecretModel::end_date(),
        "The secret would have ended already",
        format!("`{end}` is past: it is {now} by Entra's clock. Set `end_date` to a time to come."),
    );
}

/// A warning, since the same plan may hold the cure.
fn warn_of_policy(
    model: &ClientSecretModel,
    rules: &PasswordRules,
    now: Timestamp,
    diagnostics: &mut Diagnostics,
) {
    if rules.forbidden {
        diagnostics.warning(
            "A policy of the tenant forbids client secrets",
            "The app management policy does not let this application have client secrets: the apply will be refused. Ask for \
             an exemption of the application from the policy.",
        );
        return;
    }
    let (path, life) = match (&model.end_date, &model.end_date_relative) {
        (Attr::Known(end), _) => {
            (ClientSecretModel::end_date(), instant(end).map(|end| end.duration_since(now)))
        }
        (_, Attr::Null) => (ClientSecretModel::end_date_relative(), Some(TWO_YEARS)),
        (_, life) => (ClientSecretModel::end_date_relative(), span(life)),
    };
    if let (Some(life), Some(longest)) = (life, rules.max_lifetime)
        && life.unsigned_abs() > longest
    {
        diagnostics.warning_at(
            path,
            "A policy of the tenant requires client secrets to end earlier",
            format!(
                "The app management policy allows a life of at most `{}h`: the apply will be refused. Set \
                 `end_date_relative` to that or less.",
                longest.as_secs() / 3600
            ),
        );
    }
}
