//! `proofpoint_azure_fleet_health`: whether the syncs of many organizations work.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::azure_sync_health::{HealthModel, examine};
use crate::preview::FindingModel;
use crate::provider_block::{Failure, Session};
use clients::http::{Call, Places};
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::Diagnostics;
use framework::model;
use framework::timeouts::{DefaultTimeouts, ReadTimeouts};
use framework::validators::{range, size};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use grammar::counted;
use sync_report::Gravity;

/// The data source.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureFleetHealthSource;

/// Organizations that are looked at side by side.
const AT_ONCE: usize = 16;

/// How long one of them holds up others that wait for their turn.
const PATIENCE: Duration = Duration::from_secs(15);

model! {
    /// Tells of many organizations at once whether their syncs work, the worst first: for one `check` block, one JSON output or
    /// one page a night. Each is looked at as [`proofpoint_azure_sync_health`](azure_sync_health.md) does; one that can't be
    /// read is told of, and fails none of the others.
    ///
    /// Times of runs change by themselves: no value of it goes into an output of a configuration that is planned with
    /// `-detailed-exitcode`.
    pub struct FleetHealthModel {
        /// Tenant of each organization: a domain of the organization, in lower case, and the tenant of its application, by id or
        /// by one of its domains. May be empty, once the last customer has gone.
        tenants: Attr<BTreeMap<String, String>> => required().validate(size(0, 10_000)),

        /// A secret with less life than this many days is a finding. Defaults to 30.
        warn_days: Attr<i64> => optional().validate(range(0, 3650)),

        /// Whether every organization was read and is healthy.
        healthy: Attr<bool> => computed(),

        /// Domains of those that were not read or are not healthy.
        unhealthy: Attr<BTreeSet<String>> => computed(),

        /// One line for people: how many need attention, and what is the matter with the worst.
        summary: Attr<String> => computed(),

        /// The organizations, the worst first, then by domain.
        organizations: Attr<Vec<OrganizationHealth>> => computed(),

        /// How long reading all of them may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

model! {
    /// The health of one sync.
    pub struct OrganizationHealth {
        /// The domain, as it was asked for.
        domain: Attr<String> => computed(),
        /// The tenant, as it was asked for.
        tenant_id: Attr<String> => computed(),
        /// Why it could not be read; null where it was.
        problem: Attr<String> => computed(),
        /// Whether it was read and no finding is an error or a warning.
        healthy: Attr<bool> => computed(),
        /// Whether a sync is configured; null where it was not read, as what follows up to `findings`.
        configured: Attr<bool> => computed(),
        /// End of the last good run as Proofpoint spells it.
        last_successful_sync: Attr<String> => computed(),
        /// Whether a run should have succeeded by now.
        overdue: Attr<bool> => computed(),
        /// Application (client) id that Proofpoint signs in with.
        client_id: Attr<String> => computed(),
        /// Whole days until its secret ends, negative when it has ended.
        days_left: Attr<i64> => computed(),
        /// What was found, the gravest first; none where it was not read, which `problem` tells.
        findings: Attr<Vec<FindingModel>> => computed(),
    }
}

impl DataSource for AzureFleetHealthSource {
    type Model = FleetHealthModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("azure_fleet_health").timeouts(DefaultTimeouts::minutes(20))
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: FleetHealthModel,
        _: &mut Diagnostics,
    ) -> Result<FleetHealthModel, Failure> {
        let (session, call) = (&*ctx.clients, &ctx.clients.call(ctx));
        // Without a login no organization can be read, which is a matter of the configuration.
        session.essentials()?;
        session.credentials()?;
        let (places, warn_days) = (&Places::new(AT_ONCE, PATIENCE), &config.warn_days);
        let looks = config.tenants.unwrap_or_default().into_iter().map(|(domain, tenant)| {
            places.take(move || Box::pin(look(session, call, domain, tenant, warn_days.clone())))
        });
        let mut rows: Vec<OrganizationHealth> = looks.collect::<FuturesUnordered<_>>().collect().await;
        rows.sort_by_cached_key(|row| (rank(row), row.domain.text().to_owned()));
        let unhealthy: BTreeSet<String> = rows
            .iter()
            .filter(|row| row.healthy != Attr::Known(true))
            .map(|row| row.domain.text().to_owned())
            .collect();
        Ok(FleetHealthModel {
            healthy: unhealthy.is_empty().into(),
            summary: summary(&rows, unhealthy.len()).into(),
            unhealthy: unhealthy.into(),
            organizations: rows.into(),
            ..config
        })
    }
}

/// One organization. What fails is told in its row.
async fn look(
    session: &Session,
    call: &Call,
    domain: String,
    tenant: String,
    warn_days: Attr<i64>,
) -> OrganizationHealth {
    let question = HealthModel {
        domain: domain.clone().into(),
        tenant_id: tenant.clone().into(),
        warn_days,
        ..HealthModel::default()
    };
    let row = OrganizationHealth {
        domain: domain.into(),
        tenant_id: tenant.into(),
        ..OrganizationHealth::default()
    };
    match examine(session, call, question).await {
        Ok(health) => OrganizationHealth {
            healthy: health.healthy,
            configured: health.configured,
            last_successful_sync: health.last_successful_sync,
            overdue: health.overdue,
            client_id: health.client_id,
            days_left: health.days_left,
            findings: health.findings,
            ..row
        },
        Err(failure) => {
            let told: Vec<String> =
                failure.into_iter().map(|one| format!("{}: {}", one.summary, one.detail)).collect();
            OrganizationHealth {
                problem: told.join("\n").into(),
                healthy: false.into(),
                // Whoever lists findings is not to fail just when somebody's sync is broken.
                findings: Vec::new().into(),
                ..row
            }
        }
    }
}

/// Smaller is worse: not read, an error, a warning, nothing.
fn rank(row: &OrganizationHealth) -> u8 {
    if row.problem.is_known() {
        return 0;
    }
    let gravest = row.findings.known().and_then(|findings| findings.first());
    match gravest.and_then(|finding| finding.severity.known()).map(|severity| severity.0) {
        Some(Gravity::Error) => 1,
        Some(Gravity::Warning) => 2,
        Some(Gravity::Info) | None => 3,
    }
}

fn summary(rows: &[OrganizationHealth], unhealthy: usize) -> String {
    if rows.is_empty() {
        return "There is no organization to look at.".to_owned();
    }
    let all = counted(rows.len(), "organization");
    let Some(worst) = rows.first().filter(|_| unhealthy > 0) else {
        return format!("The syncs of {all} work.");
    };
    let finding = worst.findings.known().and_then(|findings| findings.first());
    let why = match (worst.problem.known(), finding) {
        (Some(problem), _) => problem.lines().next().unwrap_or_default(),
        (None, Some(finding)) => finding.text.text(),
        (None, None) => "",
    };
    format!("Of {all}, {unhealthy} need attention. {}: {why}", worst.domain.text())
}
