//! What is known so far: what steps hand on to later ones.

use std::time::Duration;

use super::arguments::Arguments;
use super::step::StepName;
use crate::preview::Reading;
use crate::provider_block::{Configuration, ProviderModel, Session, settle};
use clients::clock::Clock;
use clients::env::EnvMap;
use clients::essentials::{Organization, Profile, Shown};
use clients::graph::{Application, Graph, TenantDetails};
use clients::http::{Call, Tap};
use framework::diagnostic::Diagnostics;
use framework::subcommand::Invocation;

/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(56);
/// How long a step may take: one side that hangs leaves time for the other.
const STEP: Duration = Duration::from_secs(12);

/// What is known so far.
pub(super) struct Examination {
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
    /// Whether Entra refused what the identity proves itself with.
    pub(super) is_secret_refused: bool,
    /// Whether Proofpoint refused the password.
    pub(super) is_password_refused: bool,
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
        let whole = Call::new(WHOLE, invocation.cancel.clone(), session.run());
        Self {
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
            is_secret_refused: false,
            is_password_refused: false,
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

    /// Begins a step: the last one has what time is left.
    pub(super) fn limit(&mut self, name: StepName) {
        self.call = if name == StepName::FirstRun { self.whole.clone() } else { self.whole.at_most(STEP) };
    }
}
