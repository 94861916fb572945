//! What the page shows, as one document: all organizations in a line each, and one of them whole. It holds no secret.

use serde_json::{Map, Value, json};

use super::{application, people, places};
use crate::engine;
use crate::essentials::run::Run;
use crate::server::exchange::{Answer, Request};
use crate::server::shared::Shared;
use crate::state::World;

/// Requests that are shown, the newest.
const REQUESTS: usize = 24;

/// Runs that are shown, the newest.
const RUNS: usize = 12;

/// Addresses that are shown of a run, of each list.
const ADDRESSES: usize = 6;

/// The document about the organization that the request names, or the first; 304 where nothing has changed since.
pub(crate) fn shown(shared: &Shared, request: &Request) -> Answer {
    let parameters = request.parameters();
    let parameter = |name: &str| {
        parameters.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.as_str())
    };
    let mut world = shared.world();
    if engine::run_due(&mut world) {
        shared.note_change();
    }
    let tag = format!("\"{}\"", shared.version());
    if request.header("if-none-match") == Some(tag.as_str()) {
        return Answer::empty(304).header("etag", tag);
    }
    let places = places::all(&world);
    let chosen = parameter("organization");
    let chosen = places.iter().find(|place| place.domain.eq_ignore_ascii_case(chosen)).or(places.first());
    let mut document = json!({
        "version": shared.version(),
        "organizations": places,
        "requests": requests(&world),
        "faults": faults(&world),
        "moods": moods(&world),
        "chosen": chosen.map(|place| one(&world, &place.domain)),
    });
    if let Some(place) = chosen {
        // A run takes a while in a large directory; meanwhile others go on in the world.
        let (copy, domain) = (world.copied(), place.domain.clone());
        drop(world);
        document["chosen"]["people"] = people::shown(copy, &domain, parameter("find"));
    }
    Answer::json(200, &document).header("etag", tag).header("cache-control", "no-store")
}

/// Everything about one organization and its tenant but the people.
fn one(world: &World, domain: &str) -> Value {
    let organization = world.organizations.find(domain);
    let tenant = world.tenant(domain);
    json!({
        "domain": domain,
        "tenant": tenant.map(|tenant| places::tenant(tenant, organization)),
        "applications": tenant.map(|tenant| application::all(tenant, organization)),
        "organization": organization.map(places::organization),
        "settings": organization.and_then(|organization| places::settings(world, organization)),
        "runs": organization.map(|organization| runs(&organization.runs)),
    })
}

/// The newest first; those in a row that found nothing to do are one, with the time of the first.
fn runs(all: &[Run]) -> Vec<Value> {
    let mut shown: Vec<Value> = Vec::new();
    let mut quiet = 0;
    for run in all.iter().rev() {
        let is_quiet = run.error.is_none() && run.changed_nothing() && run.counts.blocked == 0;
        quiet = if is_quiet { quiet + 1 } else { 0 };
        if quiet > 1
            && let Some(last) = shown.last_mut()
        {
            last["since"] = json!(run.time);
            last["times"] = json!(quiet);
            continue;
        }
        if shown.len() == RUNS {
            break;
        }
        let few = |list: &[String]| list.iter().take(ADDRESSES).cloned().collect::<Vec<_>>();
        shown.push(json!({
            "time": run.time, "outcome": run.outcome, "error": run.error, "counts": run.counts, "times": 1,
            "added": few(&run.added), "updated": few(&run.updated), "deleted": few(&run.deleted),
        }));
    }
    shown
}

/// Method, path and status: queries may hold what nobody should see.
fn requests(world: &World) -> Vec<Value> {
    let entries = world.log.entries();
    let shown = entries.iter().rev().take(REQUESTS);
    shown
        .map(|entry| {
            json!({
                "seq": entry.seq, "time": entry.time, "method": entry.method, "path": entry.path,
                "status": entry.status, "batch": entry.batch,
            })
        })
        .collect()
}

fn faults(world: &World) -> Vec<Value> {
    let listed = world.faults.list().iter().map(|fault| {
        json!({
            "method": fault.method, "path": fault.path, "status": fault.status, "drop": fault.drop,
            "delay": fault.delay, "count": fault.count, "skip": fault.skip, "effect": fault.effect,
        })
    });
    listed.collect()
}

/// Those that are not at their defaults.
fn moods(world: &World) -> Map<String, Value> {
    let mut moods = world.moods.to_json();
    for mood in crate::moods::moods() {
        if moods.get(mood.name()) == Some(mood.default()) {
            moods.remove(mood.name());
        }
    }
    moods
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::HeaderMap;

    use super::*;
    use crate::arguments::Arguments;
    use crate::control;
    use crate::entra::jwt::Signer;
    use crate::server::shared::Place;

    fn shared(words: &[&str]) -> Shared {
        let arguments = Arguments::read(words).unwrap();
        let world = crate::beginning::world(&arguments, Arc::new(Signer::generate().unwrap())).unwrap();
        Shared::new(arguments, Place { base: "http://127.0.0.1:1".to_owned(), ca_certificate: None }, world)
    }

    fn ask(shared: &Shared, method: &str, path: &str, body: &str, tag: Option<&str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(tag) = tag {
            headers.insert("if-none-match", tag.parse().unwrap());
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method: method.to_owned(),
            path: format!("/_control/{path}"),
            query: query.to_owned(),
            headers,
            body: body.to_owned().into(),
            base: shared.place.base.clone(),
        };
        control::answer(shared, &request)
    }

    #[test]
    fn it_is_sent_once_and_again_when_something_has_changed() {
        let shared = shared(&[]);
        let first = ask(&shared, "GET", "face", "", None);
        let tag = first.header_text("etag").unwrap().to_owned();
        assert_eq!(first.value()["chosen"]["domain"], "contoso.com");
        let again = ask(&shared, "GET", "face", "", Some(&tag));
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(ask(&shared, "POST", "hire", r#"{"domain": "contoso.com"}"#, None).status, 200);
        let changed = ask(&shared, "GET", "face", "", Some(&tag));
        assert_eq!(changed.status, 200);
        let users = |answer: &Answer| answer.value()["organizations"][0]["users"].as_u64().unwrap();
        assert_eq!(users(&changed), users(&first) + 1);
    }

    #[test]
    fn no_secret_is_in_it() {
        let shared = shared(&["--mood", "error_body=text"]);
        {
            let mut world = shared.world();
            let automation = world.tenants[0].automation.clone();
            let organization = world.organizations.find_mut("contoso.com").unwrap();
            organization.settings = Some(crate::essentials::settings::Settings {
                primary_domain: "contoso.com".to_owned(),
                application_id: automation.client_id,
                ad_key: automation.client_secret,
                sync_frequency: 24,
                ..Default::default()
            });
        }
        let answer = ask(&shared, "GET", "face", "", None);
        let text = answer.value().to_string();
        assert_eq!(answer.value()["chosen"]["settings"]["key"]["name"], "simulator");
        assert_eq!(answer.value()["moods"], json!({ "error_body": "text" }));
        let secrets = shared.world().secrets.clone();
        assert!(secrets.len() > 3);
        for secret in secrets {
            assert!(!text.contains(&secret), "{secret}");
        }
    }

    #[test]
    fn runs_that_did_nothing_are_one() {
        let run = |second: i64, added: usize| Run {
            time: jiff::Timestamp::from_second(second).unwrap(),
            counts: crate::essentials::run::Counts { added, ..Default::default() },
            ..Run::default()
        };
        let told = runs(&[run(1, 0), run(2, 3), run(3, 0), run(4, 0), run(5, 0)]);
        let times: Vec<(&Value, &Value)> = told.iter().map(|one| (&one["times"], &one["time"])).collect();
        let at = |second: i64| json!(jiff::Timestamp::from_second(second).unwrap());
        assert_eq!(times, [(&json!(3), &at(5)), (&json!(1), &at(2)), (&json!(1), &at(1))]);
        assert_eq!(told[0]["since"], at(3));
    }

    #[test]
    fn any_of_many_organizations_can_be_chosen() {
        let shared = shared(&["--tenants", "3", "--users", "2", "--groups", "0"]);
        let listed = ask(&shared, "GET", "face", "", None).value()["organizations"].clone();
        let domains: Vec<&str> =
            listed.as_array().unwrap().iter().map(|one| one["domain"].as_str().unwrap()).collect();
        assert_eq!(domains, ["contoso.com", "fabrikam.com", "adatum.com", "partner.example"]);
        for domain in domains {
            let chosen = ask(&shared, "GET", &format!("face?organization={domain}"), "", None).value();
            assert_eq!(chosen["chosen"]["domain"], domain);
        }
    }
}
