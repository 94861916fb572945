//! What `import-blocks` writes where customers are called as they please, are partners themselves, or let nobody in.

use std::fs;

use reqwest::Method;
use serde_json::{Value as Json, json};

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
