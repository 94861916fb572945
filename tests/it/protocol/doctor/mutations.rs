//! The world is otherwise than the provider takes it to be: `--report` names the member, and no value.

use std::fs;
use std::sync::Mutex;
use std::thread;

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::*;
use crate::support::relay::{Answered, Relay};

/// One thing that is otherwise.
struct Mutation {
    /// What answers to requests whose path ends so become.
    path: &'static str,
    make: fn(&mut u16, &mut Answered),
    /// What the report has to say.
    told: &'static str,
}

/// Changes the JSON of an answer.
fn json(answered: &mut Answered) -> &mut Json {
    match answered {
        Answered::Json(value) => value,
        Answered::Text(text) => panic!("not JSON: {text}"),
    }
}

/// Gives a member another name.
fn rename(value: &mut Json, name: &str, new: &str) {
    let members = value.as_object_mut().expect("an object");
    let member = members.remove(name).unwrap_or_else(|| panic!("no {name}: {members:?}"));
    members.insert(new.to_owned(), member);
}

/// Takes a member away.
fn remove(value: &mut Json, name: &str) {
    value.as_object_mut().expect("an object").remove(name).unwrap_or_else(|| panic!("no {name}"));
}

/// The item of a batch whose body has this member.
fn item<'a>(answered: &'a mut Answered, member: &str) -> &'a mut Json {
    let items = json(answered)["responses"].as_array_mut().expect("responses");
    items.iter_mut().find(|item| !item["body"][member].is_null()).expect("an item with this member")
}

const ME: &str = "/api/v1/me";
const STACK: &str = "/endpoints/contoso.com";
const ORGANIZATION: &str = "/orgs/contoso.com";
const DOMAINS: &str = "/orgs/contoso.com/domains";
const ACCOUNTS: &str = "/orgs/contoso.com/users";
const SETTINGS: &str = "/settings/azure";
const EXEMPTIONS: &str = "/settings/azure/exemptions";
const BATCH: &str = "/v1.0/$batch";

macro_rules! mutations {
    ($($path:expr, |$status:ident, $answer:ident| $make:expr => $told:literal;)*) => {
        &[$(Mutation { path: $path, make: |$status, $answer| { let _ = (&$status, &$answer); $make; }, told: $told }),*]
    };
}

/// Each with what the report has to say of it.
#[rustfmt::skip]
const MUTATIONS: &[Mutation] = mutations! {
    ME, |_s, a| rename(json(a), "primary_email", "mail_address") => "`essentials.me < primary_email`: missing";
    ME, |_s, a| json(a)["type"] = json!("Organization_Admin") => "`essentials.me < type`: in other letters than `organization_admin`";
    ME, |_s, a| json(a)["type"] = json!("emperor") => "`essentials.me < type`: none of the values that are known (word of up to 8)";
    ME, |_s, a| json(a)["is_admin"] = json!(["yes"]) => "`essentials.me < is_admin`: list, where true or false or text or a number is known";
    ME, |_s, a| json(a)["is_admin"] = json!("true") => "`essentials.me < is_admin`: text of up to 8, true or false, of true or false or text or a number";
    ME, |s, _a| *s = 202 => "`essentials.me`: status 202, where 200 is known";
    ME, |_s, a| json(a)["demanded_of_late"] = json!("hush") => "`essentials.me < demanded_of_late`: word of up to 8";
    STACK, |_s, a| rename(json(a), "endpoints", "stacks") => "`essentials.stack < endpoints`: missing";
    STACK, |_s, a| json(a)["endpoints"] = json!("https://contoso.com") => "`essentials.stack < endpoints`: text of up to 32, an address of the web, where a list is known";
    ORGANIZATION, |_s, a| json(a)["primary_domain"] = Json::Null => "`essentials.organization.get < primary_domain`: null, where text is known";
    ORGANIZATION, |_s, a| json(a)["user_licenses"] = json!(true) => "`essentials.organization.get < user_licenses`: true or false, where a number or a number as text is known";
    ORGANIZATION, |_s, a| json(a)["user_licenses"] = json!("25") => "`essentials.organization.get < user_licenses`: text of up to 8, a number, of a number or a number as text";
    DOMAINS, |s, _a| *s = 404 => "`essentials.domains.list`: status 404, where 200,403 is known";
    DOMAINS, |_s, a| rename(json(a), "domains", "data") => "`essentials.domains.list < domains`: missing";
    DOMAINS, |_s, a| rename(&mut json(a)["domains"][0], "name", "Name") => "`essentials.domains.list < domains[].Name`: in other letters than `name`";
    DOMAINS, |_s, a| json(a)["domains"] = json!(["contoso.com"]) => "`essentials.domains.list < domains[]`: text of up to 16, a name with dots, where an object is known";
    ACCOUNTS, |_s, a| remove(&mut json(a)["users"][0], "primary_email") => "`essentials.accounts.list < users[].primary_email`: missing";
    ACCOUNTS, |_s, a| json(a)["users"][0]["type"] = json!("End_User") => "`essentials.accounts.list < users[].type`: in other letters than `end_user`";
    ACCOUNTS, |_s, a| json(a)["users"][0]["alias_emails"] = json!("a@contoso.com") => "`essentials.accounts.list < users[].alias_emails`: text of up to 16, an address, where a list is known";
    SETTINGS, |_s, a| json(a)["sync_frequency"] = json!(true) => "`essentials.settings.get < sync_frequency`: true or false, where a number or a number as text is known";
    SETTINGS, |_s, a| json(a)["default_user_role_name"] = json!("End_User") => "`essentials.settings.get < default_user_role_name`: in other letters than `end_user`";
    SETTINGS, |_s, a| json(a)["sync_shared_mailboxes"] = json!(true) => "`essentials.settings.get < sync_shared_mailboxes`: one of any others (true or false)";
    SETTINGS, |_s, a| rename(json(a), "application_id", "client") => "`essentials.settings.get < application_id` ×";
    EXEMPTIONS, |_s, a| *json(a) = json!([1, 2]) => "`essentials.exemptions.list < exemptions[]`: number, where";
    "/v1.0/users", |_s, a| json(a)["value"][0]["id"] = json!(7) => "`graph.users < value[].id`: number, where a GUID is known";
    "/v1.0/users", |_s, a| rename(json(a), "value", "Value") => "`graph.users < Value`: in other letters than `value`";
    "/v1.0/users", |_s, a| json(a)["value"][0]["accountEnabled"] = json!("true") => "`graph.users < value[].accountEnabled`: text of up to 8, true or false, where true or false is known";
    "/v1.0/users", |_s, a| json(a)["value"][0]["userType"] = json!("member") => "`graph.users < value[].userType`: in other letters than `Member`";
    "/v1.0/applications", |_s, a| json(a)["value"][0]["createdDateTime"] = json!("02.03.2026 09:00:00") => "`graph.application.list < value[].createdDateTime`: another form of a time (time 99.99.9999 99:99:99)";
    "/v1.0/organization", |_s, a| remove(&mut json(a)["value"][0]["verifiedDomains"][0], "name") => "`graph.organization < value[].verifiedDomains[].name`: missing";
    "/v1.0/domains", |_s, a| json(a)["value"][0]["isVerified"] = json!(1) => "`graph.domains < value[].isVerified`: number, where true or false is known";
    "/v1.0/groups", |s, a| { *s = 404; *a = Answered::Json(json!({ "error": { "code": "x", "message": "hush" } })) } => "`graph.groups`: status 404, where 200 is known";
    "/v1.0/groups", |_s, a| *a = Answered::Text("OK") => "`graph.groups`: the answer is not JSON";
    "/v1.0/groups", |_s, a| *a = Answered::Json(Json::Null) => "`graph.groups`: an empty answer";
    "/v1.0/groups", |_s, a| *json(a) = json(a)["value"].clone() => "`graph.groups`: the answer is list, where an object is known";
    "/policies/defaultAppManagementPolicy", |_s, a| json(a)["applicationRestrictions"] = json!([]) => "`graph.policy.tenant < applicationRestrictions`: empty list, where an object is known";
    BATCH, |_s, a| remove(&mut item(a, "passwordCredentials")["body"]["passwordCredentials"][0], "keyId") => "`graph.application.of-client < passwordCredentials[].keyId`: missing";
    BATCH, |_s, a| item(a, "passwordCredentials")["status"] = json!(206) => "`graph.application.of-client`: status 206, where 200,404 is known";
    BATCH, |_s, a| item(a, "passwordCredentials")["status"] = json!("200") => "`graph.batch < responses[].status`: text of up to 8, a number, where a number is known";
    "/oauth2/v2.0/token", |_s, a| json(a)["expires_in"] = json!({ "seconds": 3599 }) => "`entra.token < expires_in`: object, where a number or text is known";
    ME, |_s, a| *json(a) = json!([json(a)]) => "`essentials.me`: the answer is list, where an object is known";
    ME, |_s, a| json(a)["read_only_user"] = json!("Y") => "`essentials.me < read_only_user`: word of up to 8, with capitals or digits, of which nothing is made";
    ME, |_s, a| json(a)["is_partner_admin"] = json!(2) => "`essentials.me < is_partner_admin`: number, of which nothing is made";
    ME, |_s, a| rename(json(a), "entity_primary_domain", "Entity_Primary_Domain") => "`essentials.me < Entity_Primary_Domain`: in other letters than `entity_primary_domain`";
    STACK, |_s, a| json(a)["endpoints"] = json!([{ "host": "hush" }]) => "`essentials.stack < endpoints[]`: object, where text is known";
    STACK, |s, _a| *s = 203 => "`essentials.stack`: status 203, where 200,403,404 is known";
    ORGANIZATION, |_s, a| json(a)["user_licenses"] = json!("unlimited") => "`essentials.organization.get < user_licenses`: word of up to 16, where a number or a number as text is known";
    ORGANIZATION, |_s, a| json(a)["user_licenses"] = json!(2.5) => "`essentials.organization.get < user_licenses`: number with a fraction, of which nothing is made";
    ORGANIZATION, |_s, a| json(a)["type"] = json!("Organization") => "`essentials.organization.get < type`: in other letters than `organization`";
    DOMAINS, |_s, a| { let list = json(a)["domains"].clone(); json(a)["domains"] = json!({ "hush.example": list[0] }) } => "`essentials.domains.list < domains`: object, where a list is known";
    DOMAINS, |_s, a| json(a)["domains"] = json!([null]) => "`essentials.domains.list < domains[]`: null, where an object is known";
    ACCOUNTS, |_s, a| json(a)["users"][0]["is_active"] = json!("Yes") => "`essentials.accounts.list < users[].is_active`: word of up to 8, with capitals or digits, of which nothing is made";
    ACCOUNTS, |_s, a| json(a)["users"][0]["alias_emails"] = json!([{ "address": "hush@hush.example" }]) => "`essentials.accounts.list < users[].alias_emails[]`: object, where text is known";
    ACCOUNTS, |_s, a| *json(a) = json!({ "users": json(a)["users"], "hush@hush.example": {}, "paging": {} }) => "`essentials.accounts.list < paging`: object";
    SETTINGS, |_s, a| json(a)["last_successful_sync"] = json!("02.03.2026 09:00:12") => "`essentials.settings.get < last_successful_sync`: another form of a time (time 99.99.9999 99:99:99)";
    SETTINGS, |_s, a| json(a)["secret_expiry"] = json!(1_772_442_012) => "`essentials.settings.get < secret_expiry`: number, where a time as text is known";
    SETTINGS, |_s, a| json(a)["add_users"] = json!("on") => "`essentials.settings.get < add_users`: word of up to 8, of which nothing is made";
    SETTINGS, |_s, a| *json(a) = json!({ "settings": json(a) }) => "`essentials.settings.get < application_id` ×";
    EXEMPTIONS, |_s, a| *json(a) = json!({ "exemptions": { "hush@hush.example": true } }) => "`essentials.exemptions.list < exemptions`: object, where a list is known";
    "/v1.0/users", |_s, a| json(a)["value"][0]["id"] = json!("hush") => "`graph.users < value[].id`: word of up to 8, where a GUID is known";
    "/v1.0/users", |_s, a| json(a)["value"][0]["proxyAddresses"] = json!("smtp:hush@hush.example") => "`graph.users < value[].proxyAddresses`: text of up to 32, an address, where a list is known";
    "/v1.0/groups", |_s, a| json(a)["value"][0]["groupTypes"] = json!([1]) => "`graph.groups < value[].groupTypes[]`: number, where text is known";
    "/v1.0/directory/deletedItems/microsoft.graph.user", |_s, a| json(a)["value"] = Json::Null => "`graph.deleted.users < value`: null, where a list is known";
    "/policies/defaultAppManagementPolicy", |_s, a| json(a)["isEnabled"] = json!("true") => "`graph.policy.tenant < isEnabled`: text of up to 8, true or false, where true or false is known";
    BATCH, |_s, a| rename(json(a), "responses", "answers") => "`graph.batch < responses`: missing";
    "/oauth2/v2.0/token", |_s, a| *a = Answered::Text("<html>hush</html>") => "`entra.token`: the answer is not JSON";
    "/oauth2/v2.0/token", |_s, a| rename(json(a), "access_token", "Access_Token") => "`entra.token < Access_Token`: in other letters than `access_token`";
};

/// The simulator behind a relay, with a sync that was set up by hand; what a report of it says.
struct World {
    simulator: Simulator,
    relay: Relay,
    environment: BTreeMap<String, String>,
    dir: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self::under(&[])
    }

    /// The same of a simulator with these arguments.
    fn under(arguments: &[&str]) -> Self {
        let simulator = Simulator::within(&[&["--users", "5"], arguments].concat());
        let settings = simulator.tenant().sync_settings(&json!({}));
        // Some stacks take it late, or not like this.
        simulator.essentials(Method::PUT, "orgs/contoso.com/settings/azure", Some(&settings));
        let relay = Relay::before(&simulator.ready().essentials_endpoint);
        let mut environment = simulator.environment();
        for name in ["AZURE_AUTHORITY_HOST", "PROOFPOINT_GRAPH_ENDPOINT", "PROOFPOINT_ESSENTIALS_ENDPOINT"] {
            environment.insert(name.to_owned(), relay.address().to_owned());
        }
        let dir = tempfile::tempdir().expect("a temporary directory");
        Self { simulator, relay, environment, dir }
    }

    /// Writes a report, which has no value of anybody in it.
    #[track_caller]
    fn report(&self) -> String {
        let file = self.dir.path().join("report.md");
        let name = file.to_str().expect("UTF-8");
        let seen = look(&self.simulator, &self.environment, &["contoso.com", "--report", name, "--yes"]);
        let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("nothing was written: {seen:?}"));
        fs::remove_file(&file).expect("gone again");
        assert!(seen.stdout.contains(&format!("\n{text}\n")), "it was not shown: {}", seen.stdout);
        let lower = text.to_lowercase();
        for value in ["contoso", "hush", "emperor", "@example", &self.simulator.tenant().tenant_id] {
            assert!(!lower.contains(value), "`{value}` is in it:\n{text}");
        }
        let ids = text.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-');
        assert!(!ids.into_iter().any(|word| uuid::Uuid::try_parse(word).is_ok()), "{text}");
        text
    }
}

#[test]
fn the_world_as_it_is_taken_to_be_differs_in_nothing() {
    let world = World::new();
    let report = world.report();
    assert!(report.contains(" 0 differences.\n") && report.contains("## Differences\n\nNone.\n"), "{report}");
    for told in [
        "`graph.batch`: status 200 ×",
        "`graph.application.of-client`: status 200 ×",
        "`graph.users < value[].id`: GUID ×5",
    ] {
        assert!(report.contains(told), "{told}:\n{report}");
    }
}

/// Whatever nobody has published is in the ledger, with all that it may be: the report of a world that is otherwise only in that
/// names no difference, and doctor has an answer.
#[test]
fn no_guess_of_the_simulator_is_a_difference() {
    let wrong = Mutex::new(Vec::new());
    let values = crate::moods::values();
    let left = Mutex::new(values.iter());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(value) = left.lock().unwrap().next() else { return };
                    let world = World::under(&["--mood", value]);
                    let report = world.report();
                    let (_, differences) = report.split_once("## Differences\n\n").expect("differences");
                    if !differences.starts_with("None.") {
                        let (differences, _) = differences.split_once("\n\n").expect("their end");
                        wrong.lock().unwrap().push(format!("{value}: {differences}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whatever_is_otherwise_is_named_by_its_member_and_without_a_value() {
    assert!(MUTATIONS.len() >= 60);
    let world = World::new();
    let as_it_is = world.report();
    let mut wrong = Vec::new();
    for Mutation { path, make, told } in MUTATIONS {
        assert!(!as_it_is.contains(told), "`{told}` is always said:\n{as_it_is}");
        world.relay.alter(Box::new(move |asked, status, answered| {
            if asked.ends_with(path) && *status < 300 {
                make(status, answered);
            }
        }));
        let report = world.report();
        if !report.contains(told) {
            let (_, differences) = report.split_once("## Differences").expect("differences");
            let (differences, _) = differences.split_once("## Requests").expect("requests");
            wrong.push(format!("{path}: `{told}` is not in it:{differences}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_report_is_written_only_where_somebody_agrees_and_never_over_another() {
    let world = World::new();
    let file = world.dir.path().join("report.md");
    let name = file.to_str().expect("UTF-8");
    // Nobody can be asked.
    let seen = look(&world.simulator, &world.environment, &["contoso.com", "--report", name]);
    assert!(!file.exists() && seen.code == Some(1), "{seen:?}");
    assert!(seen.stdout.contains("# Conformance report") && seen.stderr.contains("Add `--yes`"), "{seen:?}");
    // A pipeline reads the document; the report is shown beside it.
    let arguments = ["contoso.com", "--json", "--report", name, "--yes"];
    let seen = look(&world.simulator, &world.environment, &arguments);
    let document: Json = serde_json::from_str(&seen.stdout).expect("JSON and nothing else");
    assert_eq!(seen.code.map(i64::from), document["exit_code"].as_i64());
    assert!(seen.stderr.contains("# Conformance report") && file.exists(), "{}", seen.stderr);
    fs::write(&file, "mine").expect("written");
    world.simulator.forget_requests();
    let seen = doctor(&world.environment, &["contoso.com", "--report", name, "--yes"]);
    assert!(seen.code == Some(1) && seen.stderr.contains("is there already"), "{seen:?}");
    assert_eq!(fs::read_to_string(&file).expect("readable"), "mine");
    assert!(world.simulator.requests().is_empty());
}
