//! The list of addresses that the sync leaves alone.

use std::collections::BTreeSet;

use super::Facts;
use super::model::SyncModel;
use crate::preview::lower_case_addresses;
use crate::provider_block::{At as _, Diagnose as _, Failure};
use clients::essentials::Organization;
use clients::http::Call;
use framework::diagnostic::{Diagnostic, Diagnostics};
use grammar::counted;

/// Refuses to take over exemptions that somebody made by hand: they would be gone before anybody noticed.
pub(super) async fn refuse_unlisted(
    organization: &Organization,
    call: &Call,
    wanted: &BTreeSet<String>,
) -> Result<(), Failure> {
    let present = organization.exemptions(call).await?;
    let unlisted: BTreeSet<String> = present.difference(wanted).cloned().collect();
    if unlisted.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "The organization has exemptions that are not listed",
        format!(
            "`exemptions` is authoritative, so these addresses would lose their exemption, though somebody has exempted them: by \
             hand, or with an earlier resource, which leaves exemptions behind when it is destroyed. Add them to the set and apply; \
             the next apply takes off what you then leave out. Or remove them in the Proofpoint console, or leave `exemptions` \
             out:\n\n{}",
            lines(&unlisted)
        ),
    )
    .at(SyncModel::exemptions())
    .into())
}

/// The reading of the plan that first has them in its configuration, whose apply may have nothing to do and then keeps it, and
/// that of the next plan.
const READINGS: u8 = 2;

/// Addresses as a configuration lists them.
fn lines(addresses: &BTreeSet<String>) -> String {
    addresses.iter().map(|address| format!("  \"{address}\",")).collect::<Vec<_>>().join("\n")
}

/// Reads what is exempt into the state of an import, so that a configuration which is made of it protects the same people. What
/// can't be read, or can't be written as an argument, is told and left unmanaged.
pub(super) async fn take_over(
    organization: &Organization,
    call: &Call,
    model: &mut SyncModel,
    facts: &mut Facts,
    diagnostics: &mut Diagnostics,
) {
    let why = match organization.exemptions(call).await {
        Ok(found) if found.is_empty() => return,
        Ok(found) => match lower_case_addresses(&found) {
            Ok(()) => {
                model.exemptions = found.into();
                facts.exemptions_found = READINGS;
                return;
            }
            Err(wrong) => format!("{wrong} These are exempt:\n\n{}", lines(&found)),
        },
        Err(error) => error.diagnose().detail,
    };
    diagnostics.warning(
        "The exemptions were not imported",
        format!("They stay as they are, and are not managed. {why}"),
    );
}

/// What to tell of exemptions that the configuration no longer has.
pub(super) fn let_go(exempt: &BTreeSet<String>) -> Diagnostic {
    Diagnostic::warning(
        "Exemptions will not be managed",
        format!(
            "`exemptions` is left out, so that the plan shows the set as gone. At Proofpoint nobody loses an exemption: the list of \
             {} stays as it is. To manage it, write:\n\nexemptions = [\n{}\n]",
            counted(exempt.len(), "exemption"),
            lines(exempt)
        ),
    )
    .at(SyncModel::exemptions())
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
