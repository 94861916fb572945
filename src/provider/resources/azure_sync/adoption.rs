//! A sync that was set up by hand, and whether it can be given a managed key.

use super::AzureSync;
use super::model::{LIFETIME, MAX, ManagedClientSecret, ROTATE_BEFORE, SyncModel};
use super::preflight::{Findings, Moment, Preflight};
use super::sides::{Side, optional_graph, organization_of};
use crate::provider_block::{Failure, Session};
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::Diagnostics;

/// What an apply would meet that took over the key of a sync.
pub(crate) struct Adoption {
    /// What to write for it; `None` where it would fail.
    pub(crate) managed: Option<ManagedClientSecret>,
    /// Why it would fail.
    pub(crate) problems: Diagnostics,
    /// What else there is to say.
    pub(crate) remarks: Diagnostics,
}

impl AzureSync {
    /// Looks at both sides for what stands against a key of this application, whoever signs in to Proofpoint: it may be somebody
    /// who only looks. Where policies want keys to end early, it lives as long as it may.
    pub(crate) async fn adoption(
        ctx: &Context<Session>,
        found: &SyncModel,
        application_id: &Attr<String>,
    ) -> Result<Adoption, Failure> {
        let managed = |lifetime: Attr<String>| ManagedClientSecret {
            application_id: application_id.clone(),
            lifetime,
            ..ManagedClientSecret::default()
        };
        let usual = look(ctx, found, managed(LIFETIME.into())).await?;
        if usual.contradictions.is_empty() && usual.problems.is_empty() && usual.sign_in.is_none() {
            let (managed, remarks) = (Some(managed(Attr::Null)), usual.remarks);
            return Ok(Adoption { managed, problems: Diagnostics::new(), remarks });
        }
        let longest = managed(MAX.into());
        let Findings { contradictions, mut problems, remarks, sign_in } =
            look(ctx, found, longest.clone()).await?;
        problems.append(contradictions);
        problems.append(sign_in);
        Ok(Adoption { managed: problems.is_empty().then_some(longest), problems, remarks })
    }
}

async fn look(
    ctx: &Context<Session>,
    found: &SyncModel,
    managed: ManagedClientSecret,
) -> Result<Findings, Failure> {
    let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
    let managed = ManagedClientSecret { rotate_before: ROTATE_BEFORE.into(), ..managed };
    let model = SyncModel { managed_client_secret: managed.into(), ..found.clone() };
    let organization = organization_of(session, &call, model.domain.text()).await?;
    let graph = optional_graph(session, &call, &model).await?;
    let side = Side::There(&organization);
    let preflight = Preflight { session, call: &call, graph: graph.as_ref(), side, model: &model };
    let mut findings = Findings::default();
    preflight.sides(Moment::Apply, &mut findings).await;
    Ok(findings)
}
