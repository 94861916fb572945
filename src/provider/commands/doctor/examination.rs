//! What is known so far: what steps hand on to later ones.

use std::time::Duration;

use super::arguments::Arguments;
use super::step::StepName;
use crate::preview::Reading;
use crate::provider_block::{Configuration, ProviderModel, Session, argument, settle};
use clients::InputName;
use clients::clock::Clock;
use clients::env::EnvMap;
use clients::essentials::{Organization, Profile, Shown};
use clients::graph::{Application, Graph, TenantDetails};
use clients::http::{Call, Tap};
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::subcommand::Invocation;

/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(56);
/// How long a step may take: one side that hangs leaves time for the other.
const STEP: Duration = Duration::from_secs(12);

/// What is known so far.
pub(super) struct Examination {
    /// The program as it was started.
    pub(super) program: String,
    /// The domain that was asked for.
    pub(super) domain: String,
    /// The tenant that was asked for.
    pub(super) tenant: Option<String>,
    pub(super) env: EnvMap,
    pub(super) configuration: Configuration,
    /// What is wrong with the environment.
    pub(super) refused: Diagnostics,
    pub(super) session: Session,
    /// What keeps answers, where a report is wanted.
    pub(super) tap: Option<Tap>,
    whole: Call,
    /// The limits of the step that is under way.
    pub(super) call: Call,
    /// Microsoft's clock, by the answers of token endpoint and Graph.
    pub(super) clock: Option<Clock>,
    /// What of the environment is wrong: what it makes no sense of, and what a service refused.
    pub(super) doubtful: Vec<InputName>,
    /// Whether the tenant that was asked for is none, or another customer's.
    pub(super) is_tenant_doubtful: bool,
    /// The tenant that was found by the domain, where none is named.
    pub(super) tenant_of_domain: Option<String>,
    /// The account's own organization, where it is the only one that it may see.
    pub(super) home: Option<String>,
    /// The tenant, once somebody is signed in.
    pub(super) graph: Option<Graph>,
    /// The permissions in the token.
    pub(super) held: Vec<String>,
    pub(super) details: Option<TenantDetails>,
    /// Whether Proofpoint let the account in.
    pub(super) has_account: bool,
    pub(super) organization: Option<(Organization, Profile)>,
    /// What Proofpoint holds, where it holds anything.
    pub(super) shown: Option<Shown>,
    /// Applications that look like the sync's.
    pub(super) applications: Vec<Application>,
    /// The directory, which takes longest.
    pub(super) reading: Option<Reading>,
}

impl Examination {
    /// Takes the environment for what a provider would make of it. It writes nothing, whatever happens.
    pub(super) fn begin(invocation: &Invocation<'_>, arguments: &Arguments) -> Self {
        let pairs = invocation.environment.iter();
        let env: EnvMap = pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (configuration, refused) = settle(&ProviderModel::default(), &env);
        let mut session = Session::new(Configuration { read_only: true, ..configuration.clone() }, &env);
        let tap = arguments.report.is_some().then(Tap::default);
        if let Some(tap) = &tap {
            session = session.tapped_by(tap.clone());
        }
        let about = |one: &Diagnostic| {
            InputName::ALL.iter().copied().find(|input| one.attribute == Some(argument(*input)))
        };
        let doubtful = refused.iter().filter_map(about).collect();
        let whole = Call::new(WHOLE, invocation.cancel.clone(), session.run());
        Self {
            program: invocation.program.to_owned(),
            domain: arguments.domain.clone(),
            tenant: arguments.tenant.clone(),
            env,
            configuration,
            refused,
            session,
            tap,
            call: whole.clone(),
            whole,
            clock: None,
            doubtful,
            is_tenant_doubtful: false,
            tenant_of_domain: None,
            home: None,
            graph: None,
            held: Vec::new(),
            details: None,
            has_account: false,
            organization: None,
            shown: None,
            applications: Vec::new(),
            reading: None,
        }
    }

    /// The limits of all of it.
    pub(super) fn whole(&self) -> &Call {
        &self.whole
    }

    /// Notes that a certificate was not trusted.
    pub(super) fn distrust(&mut self) {
        if !self.doubtful.contains(&InputName::CaBundle) {
            self.doubtful.push(InputName::CaBundle);
        }
    }

    /// Begins a step: the last one has what time is left.
    pub(super) fn limit(&mut self, name: StepName) {
        self.call = if name == StepName::FirstRun { self.whole.clone() } else { self.whole.at_most(STEP) };
    }
}
