//! What people do beside the configuration, on either side. What a service refuses them has not happened.

use std::panic::{AssertUnwindSafe, catch_unwind};

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::life::DOMAIN;
use crate::differential::random::Random;
use crate::support::by_hand::{self, Edit};
use crate::support::simulator::Simulator;

/// Something that is done by hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Hand {
    /// An attribute of the application, by its place in the list.
    Application(usize),
    /// One of the consent.
    Consent(usize),
    /// One of the settings at Proofpoint, which the console writes with the secret that it has.
    Settings(usize),
    /// The enterprise application is deleted.
    Principal,
    /// The registration goes to the recycle bin.
    DeletesApplication,
    /// The key that Proofpoint uses is removed.
    RemovesKey,
    /// The registration goes to the recycle bin by mistake, and is restored at once.
    RestoresApplication,
    /// A key of ours that Proofpoint does not use any more is removed.
    RemovesOldKey,
    /// A key is added for something else, which stays.
    AddsKey,
    /// Another secret of the application is pasted into the console.
    PastesSecret,
    /// The sync is removed in the console.
    RemovesSync,
    /// Somebody with a mailbox is hired.
    Hires,
    /// Somebody is dismissed: deleted in Entra.
    Dismisses,
    /// Somebody's sign-in is blocked.
    Blocks,
}

impl Hand {
    pub(super) fn draw(random: &mut Random) -> Self {
        match random.below(15) {
            0 | 1 => Self::Application(random.below(by_hand::edits_of_application().len())),
            2 => Self::Consent(random.below(by_hand::edits_of_consent().len())),
            3..=5 => Self::Settings(random.below(by_hand::edits_of_sync().len())),
            6 => Self::Principal,
            7 => Self::DeletesApplication,
            8 => Self::RemovesKey,
            9 => Self::AddsKey,
            10 => Self::PastesSecret,
            11 => Self::RemovesSync,
            12 => Self::Dismisses,
            13 => Self::Hires,
            _ => Self::Blocks,
        }
    }

    /// Whether the key that Proofpoint holds may be none afterwards, or none of the application that it names.
    pub(super) fn may_end_the_key(self) -> bool {
        matches!(
            self,
            Self::DeletesApplication
                | Self::RestoresApplication
                | Self::RemovesKey
                | Self::Principal
                | Self::Settings(_)
        )
    }

    /// Does it, where there is something to do it to. The ids of keys that are nobody's but that person's.
    pub(super) fn act(
        self,
        simulator: &Simulator,
        application: &Json,
        random: &mut Random,
    ) -> Option<String> {
        if !application["object_id"].is_string()
            && !matches!(self, Self::Hires | Self::Dismisses | Self::Blocks | Self::RemovesSync)
        {
            return None;
        }
        let tenant = simulator.tenant();
        let held = simulator.state()["organizations"][&tenant.domain]["settings"]["ad_key"].clone();
        let key = held.as_str().unwrap_or_default().to_owned();
        let hand = by_hand::Hand { simulator, application: application.clone(), key };
        let settings = format!("orgs/{}/settings/azure", tenant.domain);
        // Those that lives learned of later draw nothing here.
        let is_new = matches!(self, Self::RestoresApplication | Self::RemovesOldKey);
        let person = if is_new { 0 } else { random.next() };
        let done = catch_unwind(AssertUnwindSafe(|| match self {
            Self::Application(index) => edit(&by_hand::edits_of_application()[index], &hand),
            Self::Consent(index) => edit(&by_hand::edits_of_consent()[index], &hand),
            Self::Settings(_) | Self::PastesSecret if held.is_null() => None,
            Self::Settings(index) => edit(&by_hand::edits_of_sync()[index], &hand),
            Self::Principal => edit(&by_hand::edit_of_principal(), &hand),
            Self::DeletesApplication => {
                hand.graph(Method::DELETE, &hand.application(), &Json::Null);
                None
            }
            Self::RestoresApplication => {
                hand.graph(Method::DELETE, &hand.application(), &Json::Null);
                let id = application["object_id"].as_str().expect("an id");
                hand.graph(Method::POST, &format!("directory/deletedItems/{id}/restore"), &Json::Null);
                None
            }
            Self::RemovesKey | Self::RemovesOldKey => {
                let shown = hand.graph(Method::GET, &hand.application(), &Json::Null);
                let credentials = shown["passwordCredentials"].as_array().cloned().unwrap_or_default();
                let is_used = |one: &Json| hint_of(one).is_some_and(|hint| hand.key.starts_with(hint));
                let is_old = |one: &Json| {
                    let name = one["displayName"].as_str().unwrap_or_default();
                    name.contains("proofpoint-sync:") && hint_of(one).is_some() && !is_used(one)
                };
                let is_meant =
                    |one: &&Json| if self == Self::RemovesKey { is_used(one) } else { is_old(one) };
                if let Some(id) = credentials.iter().find(is_meant).map(|one| one["keyId"].clone()) {
                    let path = format!("{}/removePassword", hand.application());
                    hand.graph(Method::POST, &path, &json!({ "keyId": id }));
                }
                None
            }
            Self::AddsKey => {
                let path = format!("{}/addPassword", hand.application());
                let made = hand.graph(
                    Method::POST,
                    &path,
                    &json!({ "passwordCredential": { "displayName": "By hand" } }),
                );
                made["keyId"].as_str().map(str::to_owned)
            }
            Self::PastesSecret => {
                let path = format!("{}/addPassword", hand.application());
                let made = hand.graph(
                    Method::POST,
                    &path,
                    &json!({ "passwordCredential": { "displayName": "By hand" } }),
                );
                let (_, mut shown) = simulator.essentials(Method::GET, &settings, None);
                shown["ad_key"] = made["secretText"].clone();
                // Refused or not, the secret is there.
                simulator.essentials(Method::PUT, &settings, Some(&shown));
                made["keyId"].as_str().map(str::to_owned)
            }
            Self::RemovesSync => {
                simulator.essentials(Method::DELETE, &settings, None);
                None
            }
            Self::Hires => {
                simulator.graph_done(
                    Method::POST,
                    "users",
                    Some(&by_hand::newcomer(&format!("nora{}", person % 1000), DOMAIN)),
                );
                None
            }
            Self::Dismisses | Self::Blocks => {
                let people = simulator.graph_done(Method::GET, "users?$top=50", None);
                let people = people["value"].as_array().cloned().unwrap_or_default();
                let chosen = usize::try_from(person % 50).unwrap_or(0) % people.len().max(1);
                if let Some(id) = people.get(chosen).and_then(|one| one["id"].as_str()) {
                    let path = format!("users/{id}");
                    if self == Self::Dismisses {
                        simulator.graph_done(Method::DELETE, &path, None);
                    } else {
                        simulator.graph_done(Method::PATCH, &path, Some(&json!({ "accountEnabled": false })));
                    }
                }
                None
            }
        }));
        done.unwrap_or_default()
    }
}

fn edit(edit: &Edit, hand: &by_hand::Hand<'_>) -> Option<String> {
    edit.make(hand);
    None
}

fn hint_of(credential: &Json) -> Option<&str> {
    credential["hint"].as_str().filter(|hint| !hint.is_empty())
}
