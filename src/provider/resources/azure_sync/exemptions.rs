//! The list of addresses that the sync leaves alone.

use std::collections::BTreeSet;

use super::model::SyncModel;
use crate::provider_block::{At as _, Failure};
use clients::essentials::Organization;
use clients::http::Call;
use framework::diagnostic::Diagnostic;

/// Refuses to take over exemptions that somebody made by hand: they would be gone before anybody noticed.
pub(super) async fn refuse_unlisted(
    organization: &Organization,
    call: &Call,
    wanted: &BTreeSet<String>,
) -> Result<(), Failure> {
    let present = organization.exemptions(call).await?;
    let unlisted: Vec<String> =
        present.difference(wanted).map(|address| format!("  \"{address}\",")).collect();
    if unlisted.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "The organization has exemptions that are not listed",
        format!(
            "`exemptions` is authoritative, so these addresses would lose their exemption. Add them to the set, remove them \
             in the Proofpoint console, or leave `exemptions` out:\n\n{}",
            unlisted.join("\n")
        ),
    )
    .at(SyncModel::exemptions())
    .into())
}

/// Addresses that the list should show and does not.
pub(super) async fn lacking(
    organization: &Organization,
    call: &Call,
    wanted: Option<&BTreeSet<String>>,
) -> Result<BTreeSet<String>, Failure> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { return Ok(BTreeSet::new()) };
    let listed = organization.exemptions(call).await;
    let listed = listed.at(SyncModel::exemptions())?;
    Ok(wanted.difference(&listed).cloned().collect())
}

/// Makes the list what it should be. Additions come first, so that nobody is without protection in between. Only what the
/// state listed before is taken off: what somebody added since is for the next plan to show.
pub(super) async fn apply(
    organization: &Organization,
    call: &Call,
    before: Option<&BTreeSet<String>>,
    wanted: &BTreeSet<String>,
) -> Result<(), Failure> {
    let present = organization.exemptions(call).await.at(SyncModel::exemptions())?;
    let missing: BTreeSet<String> = wanted.difference(&present).cloned().collect();
    if !missing.is_empty() {
        let lacking = organization.add_exemptions(call, &missing).await.at(SyncModel::exemptions())?;
        if let Some(absent) = lacking.first() {
            return Err(Diagnostic::error(
                "Proofpoint did not take the exemption",
                format!(
                    "`{absent}` was sent and accepted in every shape that the API might want, but is not on the list. Check in \
                     the console that it is an address Proofpoint knows."
                ),
            )
            .at(SyncModel::exemptions())
            .into());
        }
    }
    let dropped = before.into_iter().flatten().filter(|address| !wanted.contains(*address));
    for address in dropped.filter(|address| present.contains(*address)) {
        organization.remove_exemption(call, address).await.at(SyncModel::exemptions())?;
    }
    Ok(())
}
