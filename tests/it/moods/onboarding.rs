//! A partner onboards a customer, changes it and takes it back, under each thing that nobody has published of organizations and
//! domains: an apply converges or says what to do, the next one changes nothing, and nothing is left in the end.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::cases::Case;
use crate::protocol::onboarding::{Hand, as_partner, with};
use crate::support::plugin::calls::{Messages, Stored};
use crate::support::simulator::Simulator;

const ORGANIZATION: &str = "proofpoint_organization";
const DOMAIN: &str = "proofpoint_domain";
const VERIFICATION: &str = "proofpoint_domain_verification";
const ORDER: [&str; 3] = [ORGANIZATION, DOMAIN, VERIFICATION];

/// Long enough for every lag that is tried; what never happens is waited for so long.
const PATIENCE: &str = "12s";

/// What can't succeed under a value, and the words with which it says so.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("domain_records=missing", VERIFICATION, "Proofpoint has not verified `second.example`"),
    ("organization_changes=forbidden", ORGANIZATION, "set the licences of `adatum.example`"),
    ("organization_changes=unprocessable", ORGANIZATION, "set the licences of `adatum.example`"),
];

/// Values under which a first apply need not be all: a domain is active only once it is verified.
const TWICE: [&str; 2] = ["unverified_domain=inactive", "unverified_domain=forgotten"];

struct Customer {
    simulator: Simulator,
    configs: BTreeMap<&'static str, Json>,
    objects: BTreeMap<&'static str, Stored>,
}

impl Customer {
    fn new(mood: &str) -> Self {
        let simulator = Simulator::within(&["--users", "1", "--mood", mood]);
        let timeouts =
            json!({ "create": PATIENCE, "read": PATIENCE, "update": PATIENCE, "delete": PATIENCE });
        let configs = BTreeMap::from([
            (
                ORGANIZATION,
                json!({
                    "primary_domain": "adatum.example", "name": "Adatum", "user_licenses": 5, "timeouts": timeouts,
                    "admin_user": { "email": "it@adatum.example", "first_name": null, "last_name": null },
                    "on_destroy": "delete", "deletion_protection": false,
                }),
            ),
            (
                DOMAIN,
                json!({
                    "organization": "adatum.example", "name": "second.example", "destination": "Mx.Example",
                    "failovers": ["a.example"], "on_destroy": "delete", "timeouts": timeouts,
                }),
            ),
            (
                VERIFICATION,
                json!({ "organization": "adatum.example", "domain": "second.example", "timeouts": timeouts }),
            ),
        ]);
        Self { simulator, configs, objects: BTreeMap::new() }
    }

    /// One command: reads, plans and applies everything, as far as it goes. How many objects were changed, or what failed.
    fn apply(&mut self) -> Result<usize, (&'static str, Messages)> {
        let hand = Hand::with(&as_partner(&self.simulator));
        let mut changed = 0;
        for kind in ORDER {
            let config = &self.configs[kind];
            let read = self.objects.get(kind).map(|stored| hand.read(kind, stored));
            let prior = read.filter(|read| !read.state.is_null());
            let planned = hand.plan(kind, prior.as_ref(), config.clone());
            if planned.messages.has_errors() {
                return Err((kind, planned.messages));
            }
            if prior.as_ref().is_some_and(|prior| prior.state == planned.state) {
                continue;
            }
            changed += 1;
            let applied = hand.apply_planned(kind, prior.as_ref(), planned);
            let said = applied.messages.clone();
            if !applied.state.is_null() {
                self.objects.insert(kind, Stored { messages: Messages::default(), ..applied });
            }
            if said.has_errors() {
                return Err((kind, said));
            }
        }
        Ok(changed)
    }

    /// Applies until nothing changes; false where that can't be, with the words that are written down for it.
    #[track_caller]
    fn settles(&mut self, mood: &str, context: &str) -> bool {
        let first = self.apply();
        let second =
            if TWICE.contains(&mood) { self.apply().and_then(|_| self.apply()) } else { self.apply() };
        match (first, second) {
            (_, Ok(changed)) => {
                assert_eq!(changed, 0, "{context}: a plan after the apply changes something");
                true
            }
            (_, Err((kind, said))) => {
                let text = said.to_string();
                let known = REFUSALS
                    .iter()
                    .any(|(of, about, words)| *of == mood && *about == kind && text.contains(words));
                assert!(known, "{context}: fails twice: {kind}: {text}");
                false
            }
        }
    }

    fn destroy(&mut self) {
        let hand = Hand::with(&as_partner(&self.simulator));
        for kind in ORDER.into_iter().rev() {
            let Some(stored) = self.objects.remove(kind) else { continue };
            let (said, gone) = hand.destroy(kind, &stored);
            assert!(!said.has_errors() && !gone.messages.has_errors(), "{kind}: {said}{}", gone.messages);
        }
    }
}

fn live(mood: &str) {
    let mut customer = Customer::new(mood);
    if customer.settles(mood, "made") {
        let state = customer.simulator.state();
        let domains =
            state["organizations"]["adatum.example"]["domains"].as_array().expect("domains").clone();
        let second = domains.iter().find(|one| one["name"] == "second.example").expect("the second domain");
        assert_eq!((&second["is_active"], &second["verified"]), (&json!(true), &json!(true)));
        let changes = [
            (ORGANIZATION, json!({ "user_licenses": 7 })),
            (DOMAIN, json!({ "destination": "mx2.example" })),
        ];
        for (kind, arguments) in changes {
            let config = with(&customer.configs[kind], arguments);
            customer.configs.insert(kind, config);
        }
        customer.settles(mood, "changed");
    }
    // A state that was lost: all is found again, but for what is verified already and can't be once more.
    if !REFUSALS.iter().any(|(of, ..)| *of == mood) && mood != "verify_again=conflict" {
        customer.objects.clear();
        assert!(customer.settles(mood, "found again"));
    }
    // What is made again right after it was deleted is not what is about to vanish.
    if !REFUSALS.iter().any(|(of, ..)| *of == mood) {
        customer.destroy();
        assert!(customer.settles(mood, "made again"));
        customer.simulator.advance_clock("10s");
        assert_eq!(customer.apply().expect("a plan"), 0, "it vanished");
    }
    customer.destroy();
    customer.simulator.as_partner(Method::GET, "me", None);
    let state = customer.simulator.state();
    assert!(state["organizations"]["adatum.example"].is_null(), "left over");
    customer.simulator.assert_every_route_was_known();
}

/// The moods that are about organizations and domains, and about everything that Proofpoint answers.
const ABOUT: [&str; 21] = [
    "repeated_create",
    "domains_lag",
    "organizations_lag",
    "destination_case",
    "missing_domain",
    "used_domain",
    "unverified_domain",
    "verification_code",
    "verify_again",
    "verifications_in_vain",
    "organization_changes",
    "licensing_answer",
    "active_organization",
    "deleted_organization",
    "essentials_limit",
    "domain_records",
    "booleans",
    "missing_organization",
    "path_domain",
    "error_body",
    "lists",
];

#[test]
fn a_customer_is_onboarded_under_each_value_of_each_mood_that_is_about_it() {
    let name = |case: &Case| {
        let words: Vec<String> = case.words().collect();
        format!("TEST_MOOD='{}' cargo test --test it moods::onboarding", words.join(","))
    };
    super::each_at_once(&super::cases::singles_of(&ABOUT), name, |case| {
        live(&case.words().collect::<Vec<_>>().join(","));
    });
}
