//! Drift: one case for each attribute that the other side holds. It is changed by hand, the plan changes exactly that
//! back, and then nothing is left to do. The attributes come from the schema, so that a new one fails until it has a case.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::messages::schema::{Attribute, Block};
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::simulator::Simulator;

/// An edit by hand of the attribute it is named after.
struct Case {
    attribute: &'static str,
    edit: Box<dyn Fn(&World)>,
}

impl Case {
    fn new(attribute: &'static str, edit: impl Fn(&World) + 'static) -> Self {
        Self { attribute, edit: Box::new(edit) }
    }
}

/// The quick start, and what a person does beside it.
struct World {
    quickstart: Quickstart,
    /// The secret that the sync is configured with, where it is not a managed one.
    key: String,
}

impl World {
    /// With every argument of the application that Entra holds. Nothing runs by itself.
    fn new() -> Self {
        let mut quickstart = Quickstart::start(Simulator::start(&["--users", "4", "--groups", "1"]));
        let owner = principal_of(&quickstart.simulator, &quickstart.simulator.tenant().client_id);
        quickstart.write(
            APPLICATION,
            &json!({
                "redirect_uris": ["https://us1.proofpointessentials.com"],
                "sign_in_audience": "AzureADMyOrg",
                "owners": [owner],
                "notes": "Made by Terraform",
                "tags": ["mail"],
            }),
        );
        quickstart.write(SYNC, &json!({ "frequency": 0 }));
        Self { quickstart, key: String::new() }
    }

    /// A Graph request by hand, which must succeed.
    #[track_caller]
    fn graph(&self, method: Method, path: &str, body: Json) -> Json {
        graph(&self.quickstart.simulator, method, path, body)
    }

    fn application(&self) -> String {
        let id = self.quickstart.state(APPLICATION)["object_id"].clone();
        format!("applications/{}", id.as_str().expect("an object id"))
    }

    fn change_application(&self, changes: Json) {
        self.graph(Method::PATCH, &self.application(), changes);
    }

    /// Takes the permissions of all kinds but one (`Scope` or `Role`) off the registration.
    fn declare_only(&self, kind: &str) {
        let application = self.graph(Method::GET, &self.application(), Json::Null);
        let mut access = application["requiredResourceAccess"].clone();
        let permissions = access[0]["resourceAccess"].as_array_mut().expect("permissions");
        permissions.retain(|permission| permission["type"] == kind);
        self.change_application(json!({ "requiredResourceAccess": access }));
    }

    fn principal(&self) -> String {
        let client_id = self.quickstart.state(APPLICATION)["client_id"].clone();
        principal_of(&self.quickstart.simulator, client_id.as_str().expect("a client id"))
    }

    /// An Essentials request by hand below the settings, which must succeed.
    #[track_caller]
    fn essentials(&self, method: Method, part: &str, body: Option<&Json>) -> Json {
        let simulator = &self.quickstart.simulator;
        let path = format!("orgs/{}/settings/azure{part}", simulator.tenant().domain);
        let (status, answer) = simulator.essentials(method, &path, body);
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// Changes a field of the settings as the console does.
    fn change_settings(&self, field: &str, value: &Json) {
        let mut settings = self.essentials(Method::GET, "", None);
        settings["ad_key"] = self.key.as_str().into();
        settings[field] = value.clone();
        self.essentials(Method::PUT, "", Some(&settings));
    }
}

#[track_caller]
fn graph(simulator: &Simulator, method: Method, path: &str, body: Json) -> Json {
    let body = Some(body).filter(|body| !body.is_null());
    let (status, answer) = simulator.graph(method, path, body.as_ref());
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    answer
}

/// Object id of the service principal of an application.
fn principal_of(simulator: &Simulator, client_id: &str) -> String {
    let path = format!("servicePrincipals(appId='{client_id}')?$select=id");
    graph(simulator, Method::GET, &path, Json::Null)["id"].as_str().expect("an id").to_owned()
}

/// Plays the cases of a resource. `local` are its other attributes: those that only this provider knows, that the other
/// side never changes, or that follow from others. `follow` may become unknown beside any change.
fn play(world: &World, kind: &'static str, cases: &[Case], local: &[&str], follow: &[&str]) {
    let quickstart = &world.quickstart;
    let covered: BTreeSet<String> =
        cases.iter().map(|case| case.attribute).chain(local.iter().copied()).map(str::to_owned).collect();
    assert_eq!(attributes(&quickstart.schema(kind)), covered, "every attribute of {kind} is a case or local");

    quickstart.converge();
    for case in cases {
        let name = case.attribute;
        // What the process has read before is forgotten, as at the next command of a CLI.
        quickstart.configure();
        assert!(quickstart.converge().is_empty(), "before {name}");
        // What was written a moment ago would be looked for again.
        quickstart.simulator.advance_clock("6m");
        quickstart.configure();
        (case.edit)(world);
        let plan = quickstart.plan(kind);
        let refreshed = quickstart.stored(kind).unwrap_or_else(|| panic!("{name}: the object is gone")).state;
        assert!(plan.replace.is_empty(), "{name}: replaced because of {:?}", plan.replace);
        let mut changes = differences(&refreshed, &plan.state);
        changes.retain(|changed| changed == name || !is_unknown(&plan.state, changed, follow));
        assert_eq!(changes, [name], "{refreshed:#}\n{:#}\n{}", plan.state, plan.messages);
        assert!(quickstart.converge().contains(&kind), "{name} is not repaired");
    }
    quickstart.configure();
    assert!(quickstart.converge().is_empty(), "at the end");
    quickstart.simulator.assert_every_route_was_known();
}

/// The attributes in which two objects differ, such as `what.active_users`; a set or a list counts as one.
fn differences(before: &Json, after: &Json) -> Vec<String> {
    let (Json::Object(before), Json::Object(after)) = (before, after) else {
        return if before == after { Vec::new() } else { vec![String::new()] };
    };
    let within = |(name, value): (&String, &Json)| {
        differences(value, &after[name]).into_iter().map(|rest| format!("{name}.{rest}")).collect::<Vec<_>>()
    };
    before.iter().flat_map(within).map(|path| path.trim_end_matches('.').to_owned()).collect()
}

fn is_unknown(planned: &Json, attribute: &str, follow: &[&str]) -> bool {
    follow.contains(&attribute) && planned[attribute] == UNKNOWN
}

/// The attributes of a schema, nested ones as `what.active_users`.
fn attributes(schema: &Block) -> BTreeSet<String> {
    fn walk(prefix: &str, attributes: &[Attribute], found: &mut BTreeSet<String>) {
        for attribute in attributes {
            let name = format!("{prefix}{}", attribute.name);
            match &attribute.nested_type {
                Some(nested) => walk(&format!("{name}."), &nested.attributes, found),
                None => {
                    found.insert(name);
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    walk("", &schema.attributes, &mut found);
    found
}

#[test]
fn every_hand_edit_of_an_application_is_one_change_that_is_repaired() {
    let world = World::new();
    let cases = [
        Case::new("display_name", |world| world.change_application(json!({ "displayName": "Renamed" }))),
        Case::new("redirect_uris", |world| {
            world.change_application(json!({ "web": { "redirectUris": ["https://elsewhere.example/"] } }));
        }),
        Case::new("sign_in_audience", |world| {
            world.change_application(json!({ "signInAudience": "AzureADMultipleOrgs" }));
        }),
        Case::new("delegated_permissions", |world| world.declare_only("Role")),
        Case::new("application_permissions", |world| world.declare_only("Scope")),
        Case::new("owners", |world| {
            let owner =
                principal_of(&world.quickstart.simulator, &world.quickstart.simulator.tenant().client_id);
            let path = format!("{}/owners/{owner}/$ref", world.application());
            world.graph(Method::DELETE, &path, Json::Null);
        }),
        Case::new("notes", |world| world.change_application(json!({ "notes": "Changed by hand" }))),
        Case::new("tags", |world| {
            world.change_application(json!({ "tags": ["terraform-provider-proofpoint", "other"] }));
        }),
        Case::new("service_principal_object_id", |world| {
            let path = format!("servicePrincipals/{}", world.principal());
            world.graph(Method::DELETE, &path, Json::Null);
        }),
    ];
    // Entra fixes the ids and the unique name for ever and derives the publisher's domain.
    let local = [
        "id",
        "tenant_id",
        "object_id",
        "client_id",
        "unique_name",
        "publisher_domain",
        "deletion_protection",
    ];
    play(&world, APPLICATION, &cases, &local, &[]);
}

#[test]
fn every_hand_edit_of_a_consent_is_one_change_that_is_repaired() {
    let world = World::new();
    let cases = [
        Case::new("delegated_permissions", |world| {
            let filter = format!("oauth2PermissionGrants?$filter=clientId eq '{}'", world.principal());
            let grants = world.graph(Method::GET, &filter, Json::Null);
            let id = grants["value"][0]["id"].as_str().expect("a grant");
            let less = json!({ "scope": "Directory.Read.All" });
            world.graph(Method::PATCH, &format!("oauth2PermissionGrants/{id}"), less);
        }),
        Case::new("application_permissions", |world| {
            let path = format!("servicePrincipals/{}/appRoleAssignments", world.principal());
            let assigned = world.graph(Method::GET, &path, Json::Null);
            let id = assigned["value"][0]["id"].as_str().expect("an assignment");
            world.graph(Method::DELETE, &format!("{path}/{id}"), Json::Null);
        }),
    ];
    let local = ["id", "tenant_id", "client_id", "service_principal_object_id", "remove_extra", "mode"];
    play(&world, CONSENT, &cases, &local, &[]);
}

#[test]
fn every_hand_edit_of_a_sync_is_one_change_that_is_repaired() {
    let mut world = World::new();
    world.quickstart.converge();
    // A configured secret: with a managed one, every repair of the settings mints another.
    let password = world.graph(Method::POST, &format!("{}/addPassword", world.application()), json!({}));
    password["secretText"].as_str().expect("a secret").clone_into(&mut world.key);
    let exemptions = [format!("scanner@{}", world.quickstart.simulator.tenant().domain)];
    let arguments = json!({
        "managed_client_secret": null, "client_secret": world.key, "frequency": 1, "exemptions": exemptions,
        "users": { "remove_deleted": false },
    });
    world.quickstart.write(SYNC, &arguments);

    let field = |attribute: &'static str, field: &'static str, value: Json| {
        Case::new(attribute, move |world| world.change_settings(field, &value))
    };
    let cases = [
        field("primary_domain", "primary_domain", json!("elsewhere.example")),
        field("client_id", "application_id", json!("99999999-9999-4999-8999-999999999999")),
        field("default_role", "default_user_role_name", json!("silent_user")),
        field("frequency", "sync_frequency", json!(24)),
        field("what.active_users", "sync_active_users", json!(false)),
        field("what.distribution_groups", "sync_distribution_groups", json!(false)),
        field("what.security_groups", "sync_security_groups", json!(true)),
        field("users.add", "add_users", json!(false)),
        field("users.update", "update_users", json!(false)),
        field("users.remove_deleted", "remove_deleted_users", json!(true)),
        field("groups.add", "add_groups", json!(false)),
        field("groups.update", "update_groups", json!(false)),
        field("groups.remove_deleted", "remove_deleted_groups", json!(true)),
        field("allow_microsoft_login", "disable_login", json!(true)),
        Case::new("exemptions", |world| {
            let added = json!([format!("by-hand@{}", world.quickstart.simulator.tenant().domain)]);
            world.essentials(Method::PUT, "/exemptions", Some(&added));
        }),
    ];
    let local = [
        // The key of the resource.
        "id",
        "organization",
        "tenant_id",
        "domain",
        // Known to this provider alone.
        "max_removals",
        "client_secret",
        "client_secret_wo",
        "client_secret_wo_version",
        "wait_for_sync",
        "wait_for_routing",
        "managed_client_secret.application_id",
        "managed_client_secret.lifetime",
        "managed_client_secret.rotate_before",
        "managed_client_secret.rotate_when_changed",
        "managed_client_secret.description",
        "routing_ready_at",
        // They tell of the managed secret, whose loss is a rotation with tests of its own.
        "key_id",
        "key_hint",
        "key_end_date",
        "superseded_key_ids",
        "rotation_reason",
        "secret_expiry",
    ];
    play(&world, SYNC, &cases, &local, &["secret_expiry"]);
}

#[test]
fn a_managed_key_that_is_gone_from_entra_is_replaced() {
    let world = World::new();
    let quickstart = &world.quickstart;
    quickstart.converge();
    let key = quickstart.state(SYNC)["key_id"].clone();
    world.graph(Method::POST, &format!("{}/removePassword", world.application()), json!({ "keyId": key }));
    quickstart.configure();
    let plan = quickstart.plan(SYNC);
    assert_eq!(plan.state["key_id"], UNKNOWN, "{:#}", plan.state);
    assert_eq!(plan.state["rotation_reason"], "key gone from Entra", "{:#}", plan.state);
    assert_eq!(quickstart.converge(), [SYNC]);
    quickstart.assert_sound("after the repair");
}
