//! How long a new key lives: as long as it is told to, or as long as policies allow.

use std::time::Duration;

use super::model::{LIFETIME, ManagedClientSecret};
use clients::graph::{self, Graph, PasswordRules};
use clients::http::Call;
use framework::timeouts::parse_duration;

/// How much earlier a key ends than a policy demands.
const MARGIN: Duration = Duration::from_secs(60);

/// As long as the policies of tenant and application allow.
pub(super) const MAX: &str = "max";

/// Whether a key may be given this life.
pub(super) fn is_a_life(text: &str) -> Result<(), String> {
    match parse_duration(text) {
        _ if text == MAX => Ok(()),
        Some(life) if life >= Duration::from_secs(1) => Ok(()),
        Some(_) => Err(format!("`{text}` is too short: at least `1s` is required")),
        None => Err(format!(
            "`max`, or a duration such as `17520h`, is required (units `ns us ms s m h`), not `{text}`"
        )),
    }
}

/// What `max` comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Longest {
    /// A policy allows this and no more.
    Allowed(Duration),
    /// No policy says.
    Unlimited,
    /// The policies can't be read.
    Unreadable,
}

impl Longest {
    /// By what the policies say, if they may be read.
    pub(super) fn by(rules: Result<&PasswordRules, &graph::Error>) -> Self {
        match rules {
            Ok(PasswordRules { sure_lifetime: Some(longest), .. }) => Self::Allowed(*longest),
            Ok(_) => Self::Unlimited,
            Err(_) => Self::Unreadable,
        }
    }

    /// The life that a key gets.
    pub(super) fn life(self) -> Duration {
        match self {
            // It is counted from Entra's own clock.
            Self::Allowed(longest) => longest.saturating_sub((longest / 1000).min(MARGIN)),
            Self::Unlimited | Self::Unreadable => parse_duration(LIFETIME).unwrap_or_default(),
        }
    }
}

impl ManagedClientSecret {
    /// Whether keys are to live as long as they may.
    pub(super) fn lives_as_long_as_it_may(&self) -> bool {
        self.lifetime.text() == MAX
    }
}

/// The life of a key that is about to be minted. Policies are looked at anew: they may have changed since the plan.
pub(super) async fn life(
    call: &Call,
    graph: &Graph,
    application: &str,
    managed: &ManagedClientSecret,
) -> Result<Duration, graph::Error> {
    if !managed.lives_as_long_as_it_may() {
        return Ok(parse_duration(managed.lifetime.text()).unwrap_or_default());
    }
    match graph.policies().password_rules(call, application).await {
        Err(error) if !error.is_forbidden() => Err(error),
        rules => Ok(Longest::by(rules.as_ref()).life()),
    }
}
