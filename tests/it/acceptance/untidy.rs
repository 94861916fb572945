//! What `import-blocks` writes where customers are called as they please, are partners themselves, or let nobody in.

use std::fs;

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::Stage;
use super::adoption::{ORGANIZATION, SYNC, import_blocks, label, on_every_cli_with_customers};
use crate::support::hand_built::Customer;

/// Names that end a line, begin a template, close a quotation, hide what follows or are none.
const NAMES: [(&str, &str); 8] = [
    ("quotes.example", "a \"b\" and \\ c"),
    ("lines.example", "a\nb\r\n# resource \"x\" \"y\" {}\n}"),
    ("templates.example", "${file(\"/etc/passwd\")} %{ if true }x%{ endif } $${a} %%{b} $$${c} $"),
    ("controls.example", "a\tb\u{1}c\u{1b}[31m\u{202e}d"),
    ("7eleven.example", "Mu\u{308}ller & So\u{308}hne"),
    ("for.example", "*/ /* // <<EOT\nEOT"),
    ("null.example", "null"),
    ("xn--mnchen-3ya.example", "M\u{fc}nchen \u{1f600}"),
];

#[test]
fn whatever_a_customer_is_called_is_written_as_it_is() {
    on_every_cli_with_customers(1, |stage, customers| {
        let organization = |parent: &str, domain: &str, name: &str, kind: &str| {
            let document = json!({
                "name": name, "primary_domain": domain, "user_licenses": 5, "type": kind,
                "admin_user": { "primary_email": format!("it@{domain}") },
                "domains": [{ "name": domain, "destination": "mx.example" }],
            });
            stage.simulator.as_partner(Method::POST, &format!("orgs/{parent}/orgs"), Some(&document));
        };
        for (domain, name) in NAMES {
            organization("partner.example", domain, name, "organization");
        }
        organization("partner.example", "reseller.example", "A partner itself", "channel");
        organization("reseller.example", "grandchild.example", "Its customer", "organization");
        // Without the customer of a customer, and with all else.
        import_blocks(stage, "--output found.tf").succeeds();
        stage.workspace.run(&["fmt", "-check", "-diff"]).succeeds();
        let text = fs::read_to_string(stage.workspace.path().join("found.tf")).expect("what was written");
        let words = text.replace("\n#", "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("It is a partner itself: the organizations below it were not looked at"),
            "{text}"
        );
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text:?}");
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        let changes = changes["resource_changes"].as_array().expect("changes");
        assert_eq!(changes.len(), NAMES.len() + 1 + 4, "{plan}");
        for change in changes {
            let address = change["address"].as_str().expect("an address");
            let keeps = change["change"]["actions"] == json!(["no-op"]);
            assert!(
                keeps || *address == format!("{SYNC}.{}", label(&customers[0].domain)),
                "{address}: {plan}"
            );
        }
        stage.workspace.apply(&["plan.bin"]).succeeds();
        stage.workspace.assert_nothing_to_do();
    });
}

#[test]
fn where_half_of_the_tenants_are_closed_the_other_half_is_taken_over() {
    on_every_cli_with_customers(6, |stage, customers| {
        let closed: Vec<&str> =
            customers.iter().step_by(2).map(|customer| customer.domain.as_str()).collect();
        let faults: Vec<Json> = closed
            .iter()
            .map(|domain| json!({ "method": "POST", "path": format!("/{domain}/oauth2/v2.0/token"), "status": 401 }))
            .collect();
        stage.simulator.set_faults(&json!(faults));
        let outcome = import_blocks(stage, "--output found.tf");
        assert_eq!(outcome.code, Some(2), "{outcome}");
        let text = fs::read_to_string(stage.workspace.path().join("found.tf")).expect("what was written");
        for Customer { domain, .. } in customers {
            let has = |kind: &str| text.contains(&format!("\nresource \"{kind}\" \"{}\" {{", label(domain)));
            let open = !closed.contains(&domain.as_str());
            assert_eq!((has(ORGANIZATION), has(SYNC)), (true, open), "{domain}: {text}");
        }
        // Nobody who could not be looked at is in the plan.
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        let changes = changes["resource_changes"].as_array().expect("changes");
        assert!(changes.iter().all(|change| !change["change"]["importing"].is_null()), "{plan}");
    });
}

/// Exempts addresses by hand.
fn exempt_by_hand(stage: &Stage, domain: &str, addresses: &[&str]) {
    let path = format!("orgs/{domain}/settings/azure/exemptions");
    stage.simulator.as_partner(Method::PUT, &path, Some(&json!(addresses)));
}

/// Who is exempt.
fn exempt(stage: &Stage, domain: &str) -> Json {
    let listed = stage.simulator.state()["organizations"][domain]["exemptions"].clone();
    listed.as_array().expect("a list").iter().map(|one| one["email"].clone()).collect()
}

#[test]
fn whom_somebody_has_exempted_stays_exempt_whichever_way_a_sync_is_taken_over() {
    on_every_cli_with_customers(1, |stage, customers| {
        let domain = customers[0].domain.as_str();
        let all: Vec<String> = (10..15).map(|number| format!("somebody-{number}@mail.{domain}")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        exempt_by_hand(stage, domain, &all);
        let is_taken_over = |stage: &Stage, key: &str| {
            let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
            let changes = changes["resource_changes"].as_array().expect("changes").clone();
            let sync = changes.iter().find(|change| change["type"] == SYNC).expect("a sync");
            assert_eq!(sync["change"]["actions"], json!([key]), "{plan}");
            for moment in ["before", "after"] {
                assert_eq!(sync["change"][moment]["exemptions"], json!(all), "{moment}: {plan}");
            }
        };
        if stage.cli.queries() {
            let list = format!(
                "list \"{SYNC}\" \"all\" {{\n  provider         = proofpoint\n  include_resource = true\n}}\n"
            );
            stage.workspace.write("search.tfquery.hcl", &list);
            stage.workspace.run(&["query", "-no-color", "-generate-config-out=queried.tf"]).succeeds();
            stage.workspace.remove("search.tfquery.hcl");
            stage.workspace.run(&["fmt", "-check", "-diff"]).succeeds();
            is_taken_over(stage, "no-op");
            stage.workspace.remove("queried.tf");
        }
        import_blocks(stage, "--output found.tf").succeeds();
        stage.workspace.run(&["fmt", "-check", "-diff"]).succeeds();
        is_taken_over(stage, "update");

        // One who was exempted since the file was written is not lost by its first apply: it says what to add.
        exempt_by_hand(stage, domain, &["late@mail.example"]);
        stage
            .workspace
            .plan(&[])
            .fails()
            .says("exemptions that are not listed")
            .says("\"late@mail.example\",");
        let path = format!("orgs/{domain}/settings/azure/exemptions/late@mail.example");
        stage.simulator.as_partner(Method::DELETE, &path, None);
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.assert_nothing_to_do();
        assert_eq!(exempt(stage, domain), json!(all));
    });
}

/// An import that changes nothing, and applies that have nothing to do.
#[test]
fn exemptions_of_a_sync_that_keeps_its_key_are_refused_once_and_then_taken_off_as_the_advice_says() {
    on_every_cli_with_customers(1, |stage, customers| {
        let domain = customers[0].domain.as_str();
        let both = ["boss", "scanner"].map(|name| format!("{name}@{domain}"));
        exempt_by_hand(stage, domain, &both.each_ref().map(String::as_str));
        let found = import_blocks(stage, "").succeeds().stdout;
        let (before, rest) = found.split_once("  managed_client_secret = {").expect("a key");
        let (_, after) = rest.split_once("\n  }\n").expect("its end");
        let all = format!("{before}{after}");
        let fewer = all.replace(&format!(", \"{}\"", both[1]), "");
        assert_ne!(all, fewer);
        stage.workspace.write("found.tf", &all);
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.assert_nothing_to_do();

        stage.workspace.write("found.tf", &fewer);
        let refused = stage.workspace.plan(&[]).fails();
        refused.says("Add them to the set and apply; the next apply takes off what you then leave out");
        stage.workspace.write("found.tf", &all);
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.write("found.tf", &fewer);
        stage.workspace.apply(&[]).succeeds();
        assert_eq!(exempt(stage, domain), json!([both[0]]));
        stage.workspace.assert_nothing_to_do();
    });
}

#[test]
fn a_query_writes_whatever_things_are_called_as_it_is() {
    on_every_cli_with_customers(1, |stage, _| {
        if !stage.cli.queries() {
            return;
        }
        for (domain, name) in NAMES {
            let document = json!({
                "name": name, "primary_domain": domain, "user_licenses": 5, "type": "organization",
                "admin_user": { "primary_email": format!("it@{domain}") },
                "domains": [{ "name": domain, "destination": "mx.example" }],
            });
            stage.simulator.as_partner(Method::POST, "orgs/partner.example/orgs", Some(&document));
        }
        // Two of one name, and those that would make the same label.
        let names = NAMES.iter().map(|(_, name)| *name).chain(["a b", "a_b", "a-b", "a b", ""]);
        for name in names {
            let body = json!({ "displayName": format!("Proofpoint {name}") });
            let made = stage.simulator.graph_done(Method::POST, "applications", Some(&body));
            let principal = json!({ "appId": made["appId"] });
            stage.simulator.graph_done(Method::POST, "servicePrincipals", Some(&principal));
        }
        let list = |kind: &str| {
            format!(
                "list \"{kind}\" \"all\" {{\n  provider         = proofpoint\n  include_resource = true\n}}\n"
            )
        };
        let lists = [ORGANIZATION, "proofpoint_azure_application", SYNC].map(list).concat();
        stage.workspace.write("search.tfquery.hcl", &lists);
        let outcome =
            stage.workspace.run(&["query", "-no-color", "-generate-config-out=found.tf"]).succeeds();
        for letter in ['\u{202e}', '\u{1b}', '\u{1}'] {
            assert!(!outcome.stdout.contains(letter), "{letter:?}: {:?}", outcome.stdout);
        }
        stage.workspace.remove("search.tfquery.hcl");
        stage.workspace.run(&["fmt", "-check", "-diff"]).succeeds();
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        let changes = changes["resource_changes"].as_array().expect("changes");
        assert_eq!(changes.len(), 1 + NAMES.len() + 1 + NAMES.len() + 5 + 1, "{plan}");
        for change in changes {
            assert_eq!(change["change"]["actions"], json!(["no-op"]), "{plan}");
        }
    });
}
