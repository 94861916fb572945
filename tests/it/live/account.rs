//! The accounts on both sides that a life is lived with.

use std::collections::BTreeMap;

use clients::auth::Credential;
use clients::env;
use proofpoint_provider::provider_block::{ProviderModel, configure};

use crate::support::simulator::Simulator;

/// What the names of everything begin with that a life makes, unless `TEST_LIVE_PREFIX` says otherwise.
const PREFIX: &str = "tf-live-";

/// A prefix that is shorter might be that of somebody else's names.
const SHORTEST: usize = 6;

/// Whom a life is lived with.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// The provider's environment.
    pub(super) environment: BTreeMap<String, String>,
    /// A domain of the organization, verified in the tenant.
    pub(super) domain: String,
    /// What all names begin with.
    pub(super) prefix: String,
    /// Whether people of the prefix may be given accounts.
    pub(super) with_people: bool,
}

impl Account {
    /// The real one that `TEST_LIVE_DOMAIN` and its companions name; none where they name none, nor without `TEST_LIVE=1`, which
    /// `make live` sets: the ordinary suite touches no account, whatever is in the environment.
    ///
    /// # Panics
    /// When it is named by halves.
    pub(super) fn of_environment() -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "a knob for developers")]
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::named(variable).map(|account| account.unwrap_or_else(|wrong| panic!("{wrong}")))
    }

    /// The one that variables name, or what is wrong with them.
    fn named(variable: impl Fn(&str) -> Option<String>) -> Option<Result<Self, String>> {
        if variable("TEST_LIVE").as_deref() != Some("1") {
            return None;
        }
        let Some(domain) = variable("TEST_LIVE_DOMAIN") else {
            // Whoever names a part of an account must not take a life with the simulator for one with it.
            let all = env::ALL.iter().map(|known| known.name).chain(["PREFIX", "USERS"]);
            let given = all.map(|name| format!("TEST_LIVE_{name}")).find(|name| variable(name).is_some())?;
            return Some(Err(format!("{given} is set and TEST_LIVE_DOMAIN not")));
        };
        let prefix = variable("TEST_LIVE_PREFIX").unwrap_or_else(|| PREFIX.to_owned());
        let is_permitted =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if prefix.len() < SHORTEST || !prefix.ends_with('-') || !prefix.chars().all(is_permitted) {
            return Some(Err(format!(
                "TEST_LIVE_PREFIX is `{prefix}`: at least {SHORTEST} small letters, digits or `-` are needed, the last of them \
                 `-`"
            )));
        }
        // Never the developer's own environment: what is meant for a customer must not end up here.
        let given = env::ALL.iter().filter_map(|known| {
            let value = variable(&format!("TEST_LIVE_{}", known.name))?;
            Some((known.name.to_owned(), value))
        });
        let environment: BTreeMap<String, String> = given.collect();
        let missing: Vec<&str> =
            ["ARM_TENANT_ID", "PROOFPOINT_ESSENTIALS_USERNAME", "PROOFPOINT_ESSENTIALS_PASSWORD"]
                .into_iter()
                .filter(|name| !environment.contains_key(*name))
                .collect();
        if !missing.is_empty() {
            let missing: Vec<String> = missing.iter().map(|name| format!("TEST_LIVE_{name}")).collect();
            return Some(Err(format!("TEST_LIVE_DOMAIN is set and {} not", missing.join(", "))));
        }
        if let Err(wrong) = can_sign_in(&environment) {
            return Some(Err(wrong));
        }
        let with_people = variable("TEST_LIVE_USERS").as_deref() == Some("1");
        Some(Ok(Self { environment, domain: domain.to_lowercase(), prefix, with_people }))
    }

    /// The first customer of a simulator.
    pub(super) fn of_simulator(simulator: &Simulator, with_people: bool) -> Self {
        Self {
            environment: simulator.environment(),
            domain: simulator.tenant().domain.clone(),
            prefix: PREFIX.to_owned(),
            with_people,
        }
    }
}

/// Whether a provider of this environment has something to sign in with on both sides, without asking anybody.
fn can_sign_in(environment: &BTreeMap<String, String>) -> Result<(), String> {
    let env = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let configuration = configure(&ProviderModel::default(), &env).map_err(|refused| {
        refused.iter().map(|one| format!("TEST_LIVE_...: {}", one.detail)).collect::<Vec<_>>().join("; ")
    })?;
    let entra = configuration.entra.map_err(|incomplete| incomplete.detail)?;
    if matches!(entra.credential, Credential::AzureCli) {
        return Err(
            "TEST_LIVE_ARM_... names nothing to sign in to Entra with: an Azure CLI login is not seen"
                .to_owned(),
        );
    }
    configuration
        .essentials
        .map_err(|incomplete| format!("each with TEST_LIVE_ before it: {}", incomplete.detail))?;
    Ok(())
}

#[test]
fn a_real_account_is_named_whole_or_not_at_all() {
    let named = |given: &[(&str, &str)]| {
        let given: BTreeMap<&str, &str> = given.iter().copied().collect();
        Account::named(|name| given.get(name).map(|value| (*value).to_owned()))
    };
    let whole = [
        ("TEST_LIVE", "1"),
        ("TEST_LIVE_DOMAIN", "Contoso.com"),
        ("TEST_LIVE_ARM_TENANT_ID", "contoso.com"),
        ("TEST_LIVE_PROOFPOINT_ESSENTIALS_USERNAME", "u"),
        ("TEST_LIVE_PROOFPOINT_ESSENTIALS_PASSWORD", "p"),
        ("TEST_LIVE_PROOFPOINT_ESSENTIALS_REGION", "us1"),
        ("TEST_LIVE_ARM_CLIENT_ID", "c"),
        ("TEST_LIVE_ARM_CLIENT_SECRET", "s"),
        ("ARM_CLIENT_ID", "of somebody else"),
    ];
    let account = named(&whole).expect("named").expect("whole");
    assert_eq!(
        (account.domain.as_str(), account.prefix.as_str(), account.with_people),
        ("contoso.com", PREFIX, false)
    );
    assert_eq!(account.environment.len(), 6, "{:?}", account.environment.keys());
    assert!(
        named(&[&whole[..], &[("TEST_LIVE_USERS", "1")]].concat())
            .expect("named")
            .expect("whole")
            .with_people
    );

    assert!(named(&whole[1..]).is_none(), "the ordinary suite asks for none");
    assert!(named(&whole[..1]).is_none(), "without a domain there is none");
    let refused = |given: &[(&str, &str)]| named(given).expect("named").expect_err("by halves");
    let without = |name: &str| {
        let rest = whole.iter().copied().filter(|(own, _)| *own != name);
        refused(&rest.collect::<Vec<_>>())
    };
    assert!(without("TEST_LIVE_DOMAIN").ends_with("is set and TEST_LIVE_DOMAIN not"));
    assert!(refused(&[("TEST_LIVE", "1"), ("TEST_LIVE_USERS", "1")]).contains("TEST_LIVE_DOMAIN not"));
    assert!(without("TEST_LIVE_ARM_CLIENT_ID").contains("an Azure CLI login is not seen"));
    assert!(without("TEST_LIVE_ARM_CLIENT_SECRET").contains("an Azure CLI login is not seen"));
    assert!(without("TEST_LIVE_PROOFPOINT_ESSENTIALS_REGION").contains("PROOFPOINT_ESSENTIALS_REGION"));
    let halved = named(&whole[..4]).expect("named").expect_err("by halves");
    assert!(halved.contains("TEST_LIVE_PROOFPOINT_ESSENTIALS_PASSWORD"), "{halved}");
    for prefix in ["-", "tf-", "tf-live", "Tf-Live-", "tf\"live-", "tf-${x}-"] {
        let refused = named(&[&whole[..], &[("TEST_LIVE_PREFIX", prefix)]].concat()).expect("named");
        assert!(refused.expect_err(prefix).contains("TEST_LIVE_PREFIX"));
    }
}
