//! A partner's customers, as `examples/msp` has them: a line onboards one, and a line that is taken out takes back its sync and
//! what was made in its tenant.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::adoption::{ADOPT, import_blocks, label, on_every_cli_installed};
use super::{Stage, on_every_cli_with};
use crate::support::one_identity::consented_everywhere;
use crate::support::printed::blocks;
use crate::support::simulator::Tenant;
use crate::support::workspace::{Install, Outcome, repository};

const MANY: &str = "docs/guides/many-tenants.md";

/// The simulator's customers are not Proofpoint's yet, and the partner signs in to all of them as one.
pub(super) fn as_partner(stage: &mut Stage) {
    consented_everywhere(&stage.simulator);
    let line = stage.simulator.line()["tenants"][0].clone();
    for (name, member) in [("USERNAME", "partner_username"), ("PASSWORD", "partner_password")] {
        let value = line[member].as_str().expect("a login");
        stage.workspace.set(&format!("PROOFPOINT_ESSENTIALS_{name}"), value);
    }
    for tenant in stage.simulator.ready().tenants.clone() {
        stage.simulator.as_partner(reqwest::Method::DELETE, &format!("orgs/{}", tenant.domain), None);
    }
    stage.workspace.remove("versions.tf");
    stage.workspace.copy_from("examples/msp");
    // The module is installed by `init`.
    stage.workspace.init();
}

/// `tenants.yaml` as its own lines are.
pub(super) fn lines(stage: &Stage, tenants: &[&Tenant]) {
    let line = |Tenant { domain, tenant_id, .. }: &&Tenant| {
        format!("{domain}: {{ name: {domain}, tenant_id: {tenant_id}, licences: 50, admin: it@{domain} }}\n")
    };
    let lines: Vec<String> = tenants.iter().map(line).collect();
    stage.workspace.write("tenants.yaml", &lines.concat());
}

fn settings(stage: &Stage, domain: &str) -> Value {
    stage.simulator.state()["organizations"][domain]["settings"].clone()
}

/// Applies while the clock is put forward whenever everybody who waits for a run has settings.
fn apply_and_let_run(stage: &Stage, tenants: &[&Tenant]) -> Outcome {
    thread::scope(|scope| {
        let applying = scope.spawn(|| stage.workspace.apply(&[]));
        let begun = Instant::now();
        let all_on = || {
            let world = stage.simulator.state();
            tenants.iter().all(|tenant| {
                world["organizations"][&tenant.domain]["settings"]["sync_frequency"] == json!(1)
            })
        };
        // Each look is a request of its own, which is pause enough.
        while !applying.is_finished() && begun.elapsed() < Duration::from_secs(300) {
            if all_on() {
                stage.simulator.await_looks();
                stage.simulator.advance_clock("61m");
                break;
            }
        }
        applying.join().expect("the CLI runs")
    })
}

#[test]
fn a_line_onboards_a_customer_and_a_deleted_one_keeps_its_mail() {
    on_every_cli_with(&["--tenants", "4", "--users", "6"], Install::Mirror, |stage| {
        as_partner(stage);
        let tenants = stage.simulator.ready().tenants.clone();
        let [first, second, third, fourth] = [0, 1, 2, 3].map(|index| &tenants[index]);

        lines(stage, &[first, second, third]);
        apply_and_let_run(stage, &[first, second, third]).succeeds();
        stage.workspace.assert_nothing_to_do();
        stage.simulator.forget_requests();

        // A new line: the plan tells the whole of it, and touches nobody else.
        lines(stage, &[first, second, third, fourth]);
        let plan = stage.workspace.plan(&[]);
        assert_eq!(plan.code, Some(2), "{plan}");
        let someone = &stage.simulator.state()["tenants"][&fourth.tenant_id]["users"][0]["userPrincipalName"];
        plan.says("7 to add, 0 to change, 0 to destroy")
            .says(&format!("What the sync will do to people of {}", fourth.domain))
            .says(&format!("{} end_user: new user in Entra", someone.as_str().expect("a name")))
            .does_not_say("has not been given");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        apply_and_let_run(stage, &[fourth]).succeeds();
        stage.workspace.assert_nothing_to_do();
        for tenant in &tenants {
            let state = stage.simulator.state();
            let organization = &state["organizations"][&tenant.domain];
            assert_eq!(organization["domains"][0]["verified"], json!(true), "{organization:#}");
            assert_eq!(organization["runs"][0]["outcome"], json!("success"), "{organization:#}");
        }

        // A line that is taken out.
        let accounts =
            |stage: &Stage| stage.simulator.state()["organizations"][&second.domain]["users"].clone();
        let before = accounts(stage);
        lines(stage, &[first, third, fourth]);
        let taken_out = stage.workspace.apply(&[]).succeeds();
        taken_out.says(&format!("The organization `{}` stays at Proofpoint", second.domain));
        assert_eq!(settings(stage, &second.domain), json!(null));
        let state = stage.simulator.state();
        let organization = &state["organizations"][&second.domain];
        assert_eq!(organization["organization"]["is_active"], json!(true));
        assert_eq!(organization["domains"][0]["is_active"], json!(true));
        assert_eq!(accounts(stage), before, "nobody loses mail");
        let applications =
            state["tenants"][&second.tenant_id]["applications"].as_array().expect("applications");
        let names: Vec<_> = applications.iter().map(|one| one["displayName"].clone()).collect();
        assert!(!names.contains(&json!("Proofpoint Essentials Azure Sync")), "{names:?}");
        for other in [first, third, fourth] {
            assert_eq!(settings(stage, &other.domain)["sync_frequency"], json!(1));
        }
        stage.workspace.assert_nothing_to_do();

        // The line comes back: what was kept is taken over.
        lines(stage, &[first, second, third, fourth]);
        let back = apply_and_let_run(stage, &[second]).succeeds();
        back.says(&format!("`{}`", second.domain));
        stage.workspace.assert_nothing_to_do();
    });
}

#[test]
fn lines_that_are_gone_doubled_or_written_otherwise_are_understood_or_refused() {
    on_every_cli_with(&["--tenants", "2", "--users", "2"], Install::Mirror, |stage| {
        as_partner(stage);
        stage.simulator.forget_requests();
        let tenants = stage.simulator.ready().tenants.clone();
        let line = |domain: &str, tenant: &Tenant| {
            format!(
                "{domain}: {{ name: A, tenant_id: {}, licences: 5, admin: it@{domain} }}\n",
                tenant.tenant_id
            )
        };
        let [first, second] = [0, 1].map(|index| line(&tenants[index].domain, &tenants[index]));
        let (domain, capitals) = (&tenants[0].domain, tenants[0].domain.to_uppercase());
        let plan = |text: &str| {
            stage.workspace.write("tenants.yaml", text);
            stage.workspace.plan(&[])
        };
        // The last customer is gone, and with it every line.
        for none in ["# nobody\n", ""] {
            let plan = plan(none);
            assert!(plan.code.is_some_and(|code| code != 1), "{plan}");
            plan.does_not_say("proofpoint_organization");
        }
        // As editors on Windows write it, and as people who like quotation marks do.
        let windows = format!("\u{feff}# ours\r\n\r\n\"{}\"{}", domain, first.replacen(domain, "", 1));
        plan(&(windows.replace('\n', "\r\n") + &second)).says("14 to add");
        // As many tools begin a document.
        plan(&format!("# ours\n---\n{first}{second}")).says("14 to add");
        // Without a word, YAML would take the last of them: another tenant's people.
        for doubled in [
            first.clone() + &second + &line(domain, &tenants[1]),
            first.clone() + &second + &line(&capitals, &tenants[1]),
        ] {
            plan(&doubled).fails().says(&format!("tenants.yaml has two lines for {domain}."));
        }
        // Nor is one written so that two of them could not be seen.
        let other = line(domain, &tenants[1]);
        let fields = other.replacen(&format!("{domain}: "), "", 1);
        for hidden in [
            format!("{first}? {domain}\n: {fields}"),
            format!("{first}&a {other}"),
            format!("{first}\"\\x{:x}{}\": {fields}", domain.as_bytes()[0], &domain[1..]),
            format!("{{ {} }}\n", first.trim_end()),
        ] {
            plan(&hidden).fails().says("does not begin with a domain and a colon");
        }
        for end in ["\r", "\u{85}", "\u{2028}"] {
            let refused = plan(&format!("{}{end}{other}", first.trim_end())).fails();
            refused.says("its lines end in another way");
        }
        plan(&line(&capitals, &tenants[0])).fails().says("lower case").says(domain);
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
    });
}

#[test]
fn what_a_line_says_can_change_as_far_as_proofpoint_lets_it() {
    on_every_cli_with(&["--tenants", "2", "--users", "3"], Install::Mirror, |stage| {
        as_partner(stage);
        let customer = stage.simulator.ready().tenants[0].clone();
        let Tenant { domain, tenant_id, .. } = &customer;
        lines(stage, &[&customer]);
        apply_and_let_run(stage, &[&customer]).succeeds();
        let line = |rest: &str| {
            stage
                .workspace
                .write("tenants.yaml", &format!("{domain}: {{ tenant_id: {tenant_id}, {rest} }}\n"));
        };
        line(&format!("name: {domain}, licences: 60, admin: else@{domain}, destination: mx2.example"));
        stage.workspace.plan(&[]).says("0 to add, 2 to change, 0 to destroy");
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.assert_nothing_to_do();
        let state = stage.simulator.state();
        let organization = &state["organizations"][domain];
        assert_eq!(organization["licences"]["user_licenses"], json!(60), "{organization:#}");
        assert_eq!(organization["domains"][0]["destination"], json!("mx2.example"), "{organization:#}");
        line(&format!("name: Else, licences: 60, admin: else@{domain}, destination: mx2.example"));
        stage.workspace.plan(&[]).fails().says("`name` of the organization").says("can't be changed");

        // One who leaves, mail and all: said by an apply, and done when the line goes.
        line(&format!(
            "name: {domain}, licences: 60, admin: else@{domain}, destination: mx2.example, on_destroy: deactivate"
        ));
        stage.workspace.apply(&[]).succeeds();
        let active = || stage.simulator.state()["organizations"][domain]["organization"]["is_active"].clone();
        assert_eq!(active(), json!(true));
        stage.workspace.write("tenants.yaml", "# nobody\n");
        stage.workspace.apply(&[]).succeeds();
        assert_eq!(active(), json!(false));
    });
}

#[test]
fn a_line_that_gets_another_name_ends_no_sync_by_mistake() {
    on_every_cli_with(&["--tenants", "2", "--users", "3"], Install::Mirror, |stage| {
        as_partner(stage);
        let customer = stage.simulator.ready().tenants[0].clone();
        let domain = &customer.domain;
        lines(stage, &[&customer]);
        apply_and_let_run(stage, &[&customer]).succeeds();
        let other = format!("mail.{domain}");
        let more = json!({ "name": other, "destination": "mx.example" });
        let path = format!("orgs/{domain}/domains");
        stage.simulator.as_partner(reqwest::Method::POST, &path, Some(&more));
        stage.simulator.forget_requests();

        // Another domain of the organization, with and without a word about where the customer went.
        let renamed = Tenant { domain: other.clone(), ..customer.clone() };
        lines(stage, &[&renamed]);
        let refused = stage.workspace.plan(&[]).fails();
        refused.says(&format!("`{other}` is a domain of the organization `{domain}`"));
        let moved = format!(
            "moved {{\n  from = module.customer[\"{domain}\"]\n  to   = module.customer[\"{other}\"]\n}}\n"
        );
        stage.workspace.write("moved.tf", &moved);
        let refused = stage.workspace.plan(&[]).fails();
        refused.says(&format!("`primary_domain` of the organization `{domain}` can't be changed"));
        stage.workspace.remove("moved.tf");

        // One that nobody has.
        lines(stage, &[&Tenant { domain: "mistyped.example".to_owned(), ..customer.clone() }]);
        let refused = stage.workspace.plan(&[]).fails();
        refused.says("mistyped.example");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        assert_eq!(settings(stage, domain)["sync_frequency"], json!(1));

        // One of the tenant that Proofpoint does not know: a customer of its own, and the plan counts what it costs.
        stage.simulator.graph_done(reqwest::Method::POST, "domains", Some(&json!({ "id": "other.example" })));
        stage.simulator.graph_done(reqwest::Method::POST, "domains/other.example/verify", None);
        lines(stage, &[&Tenant { domain: "other.example".to_owned(), ..customer.clone() }]);
        let plan = stage.workspace.plan(&[]);
        plan.says("7 to add, 0 to change, 7 to destroy");
        lines(stage, &[&customer]);
        stage.simulator.graph_done(reqwest::Method::DELETE, "domains/other.example", None);
        stage.simulator.forget_requests();
        stage.workspace.assert_nothing_to_do();

        // One that goes to another state, as the guide says: nothing of it is touched.
        stage.workspace.run(&["state", "rm", &format!("module.customer[\"{domain}\"]")]).succeeds();
        stage.workspace.write("tenants.yaml", "# nobody\n");
        stage.workspace.apply(&[]).succeeds();
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        assert_eq!(settings(stage, domain)["sync_frequency"], json!(1));
    });
}

#[test]
fn a_line_may_differ_and_one_that_says_too_little_or_something_else_is_named() {
    on_every_cli_with(&["--tenants", "2", "--users", "3"], Install::Mirror, |stage| {
        as_partner(stage);
        let Tenant { domain, tenant_id, .. } = stage.simulator.ready().tenants[0].clone();
        let line = |rest: &str| {
            let line = format!("{domain}: {{ name: {domain}, tenant_id: {tenant_id}, {rest} }}\n");
            stage.workspace.write("tenants.yaml", &line);
        };
        line(&format!(
            "licences: 5, admin: it@{domain}, default_role: silent_user, exemptions: [scanner@{domain}], \
             frequency: 24, max_removals: 3, remove_deleted: true"
        ));
        let (_, changes) = stage.workspace.plan_into("plan.bin", &[]);
        let sync = format!("module.customer[\"{domain}\"].proofpoint_azure_sync.this");
        let changes = changes["resource_changes"].as_array().expect("changes").clone();
        let sync = changes.iter().find(|change| change["address"] == sync).expect("the sync");
        for (argument, value) in [
            ("default_role", json!("silent_user")),
            ("exemptions", json!([format!("scanner@{domain}")])),
            ("frequency", json!(24)),
            ("max_removals", json!("3")),
            ("users", json!({ "add": true, "update": true, "remove_deleted": true })),
        ] {
            assert_eq!(sync["change"]["after"][argument], value, "{argument}: {sync:#}");
        }
        line(&format!("user_licences: 5, admin: it@{domain}"));
        let refused = stage.workspace.plan(&[]).fails();
        refused
            .says(&format!("{domain} has no `licences`"))
            .says(&format!("{domain} has `user_licences`, which is not a field of a line"));
        line(&format!("licences: 5, admin: it@{domain}, max_removal: 3"));
        let refused = stage.workspace.plan(&[]).fails();
        refused.says(&format!("{domain} has `max_removal`, which is not a field of a line"));
        // That is all that is said of a line which is none.
        for none in ["", " soon", " [soon]"] {
            stage.workspace.write("tenants.yaml", &format!("{domain}:{none}\n"));
            let refused = stage.workspace.plan(&[]).fails();
            refused.says(&format!("{domain} has no `name`")).does_not_say("module.customer");
        }
        stage.workspace.write("tenants.yaml", &format!("- {domain}\n"));
        stage.workspace.plan(&[]).fails().says("no line that begins with a domain");

        let with = |domain: &str, id: &str| {
            format!("{domain}: {{ name: Some, tenant_id: {id}, licences: 5, admin: it@{domain} }}\n")
        };
        stage.workspace.write("tenants.yaml", &with(&domain, "contoso.onmicrosoft.com"));
        let refused = stage.workspace.plan(&[]).fails();
        refused.says(&format!("the `tenant_id` of {domain} is not the id of a tenant"));
        let other = stage.simulator.ready().tenants[1].domain.clone();
        let copied = with(&domain, &tenant_id) + &with(&other, &tenant_id.to_uppercase());
        stage.workspace.write("tenants.yaml", &copied);
        let mut both = [domain, other];
        both.sort();
        stage.workspace.plan(&[]).fails().says(&format!("{} have one `tenant_id`", both.join(" and ")));
    });
}

#[test]
fn customers_that_people_set_up_become_lines_as_the_guide_says() {
    let import = blocks(ADOPT, "Customers as lines of `tenants.yaml`", "hcl").swap_remove(0);
    on_every_cli_installed(Install::Mirror, 3, |stage, customers| {
        stage.workspace.remove("versions.tf");
        stage.workspace.remove("provider.tf");
        stage.workspace.copy_from("examples/msp");
        let world = stage.simulator.state();
        let tenants: Vec<Tenant> = stage.simulator.ready().tenants.clone();
        // The third is no line yet.
        let adopted: Vec<Tenant> = tenants
            .into_iter()
            .filter(|tenant| customers[..2].iter().any(|one| one.domain == tenant.domain))
            .collect();
        let mut lines = Vec::new();
        for Tenant { domain, tenant_id, .. } in &adopted {
            let organization = &world["organizations"][domain];
            lines.push(format!(
                "{domain}: {{ name: {}, tenant_id: {tenant_id}, licences: {}, admin: it@{domain}, destination: {} }}\n",
                organization["organization"]["name"],
                organization["licences"]["user_licenses"],
                organization["domains"][0]["destination"],
            ));
        }
        stage.workspace.write("tenants.yaml", &lines.concat());
        let domains: Vec<&str> = adopted.iter().map(|tenant| tenant.domain.as_str()).collect();
        let written = import.replace("[\"contoso.com\", \"adatum.com\"]", &json!(domains).to_string());
        assert_ne!(written, import);
        stage.workspace.write("adopt.tf", &written);
        stage.workspace.init();
        stage.simulator.forget_requests();
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        let plan = plan.says("12 to import, 2 to add, 6 to change, 0 to destroy");
        for change in changes["resource_changes"].as_array().expect("changes") {
            let kind = change["type"].as_str().expect("a type");
            let actions = match kind {
                "proofpoint_azure_sync"
                | "proofpoint_azure_application"
                | "proofpoint_domain_verification" => {
                    json!(["update"])
                }
                "terraform_data" => json!(["create"]),
                "proofpoint_azure_fleet_health" => json!(["read"]),
                _ => json!(["no-op"]),
            };
            assert_eq!(change["change"]["actions"], actions, "{plan}");
            let imported = !change["change"]["importing"].is_null();
            let there = kind.starts_with("proofpoint_") && kind != "proofpoint_azure_fleet_health";
            assert_eq!(imported, there, "{plan}");
        }
        let adopted: Vec<&Tenant> = adopted.iter().collect();
        apply_and_let_run(stage, &adopted).succeeds();
        stage.workspace.remove("adopt.tf");
        stage.workspace.assert_nothing_to_do();
        for Tenant { domain, .. } in &adopted {
            let key = settings(stage, domain)["ad_key"].clone();
            assert!(key.as_str().is_some_and(|key| !key.starts_with("made-by-hand")), "{domain}");
        }
        assert_eq!(
            settings(stage, &customers[2].domain),
            world["organizations"][&customers[2].domain]["settings"]
        );

        // At night: a configuration of its own, whose last command fails when somebody needs attention.
        let file = &blocks(MANY, "At night", "hcl")[0];
        let commands = blocks(MANY, "At night", "shell").swap_remove(0);
        stage.workspace.write("nightly/main.tf", file);
        stage.workspace.provide("terraform", &format!("exec '{}' \"$@\"", stage.cli.path.display()));
        let check =
            || stage.workspace.run_script(&format!("set -e\ncd nightly\n{commands}"), &BTreeMap::new());
        check().succeeds();
        let first = stage.simulator.tenant().domain.clone();
        let client = settings(stage, &first)["application_id"].as_str().expect("a client id").to_owned();
        let path = format!("applications(appId='{client}')");
        stage.simulator.graph_done(reqwest::Method::DELETE, &path, None);
        let found = check();
        assert_eq!(found.code, Some(1), "{found}");
        let found = found.says(&first);
        assert!(stage.workspace.read("nightly/health.json").contains(&first), "{found}");
    });
}

#[test]
fn a_customer_that_was_adopted_by_itself_moves_into_its_line() {
    let import = blocks(ADOPT, "Customers as lines of `tenants.yaml`", "hcl").swap_remove(0);
    on_every_cli_installed(Install::Mirror, 1, |stage, customers| {
        let domain = &customers[0].domain;
        import_blocks(stage, "--output found.tf").succeeds();
        stage.workspace.init();
        stage.workspace.apply(&[]).succeeds();
        for file in ["found.tf", "provider.tf", "versions.tf"] {
            stage.workspace.remove(file);
        }
        stage.workspace.copy_from("examples/msp");
        let tenant_id = &stage.simulator.tenant().tenant_id;
        let organization = &stage.simulator.state()["organizations"][domain];
        let line = format!(
            "{domain}: {{ name: {}, tenant_id: {tenant_id}, licences: {}, admin: it@{domain} }}\n",
            organization["organization"]["name"], organization["licences"]["user_licenses"],
        );
        stage.workspace.write("tenants.yaml", &line);
        let of_domains = import.split("\n\n").filter(|block| block.contains("proofpoint_domain"));
        let mut adopt = vec![format!("locals {{\n  adopted = toset([\"{domain}\"])\n}}\n")];
        adopt.extend(of_domains.map(|block| format!("{block}\n")));
        for (kind, name) in [
            ("organization", "this"),
            ("azure_application", "sync"),
            ("azure_admin_consent", "sync"),
            ("azure_sync", "this"),
        ] {
            adopt.push(format!(
                "moved {{\n  from = proofpoint_{kind}.{}\n  to = module.customer[\"{domain}\"].proofpoint_{kind}.{name}\n}}\n",
                label(domain)
            ));
        }
        stage.workspace.write("adopt.tf", &adopt.concat());
        stage.workspace.init();
        stage.workspace.plan(&[]).says("2 to import, 1 to add, 3 to change, 0 to destroy");
    });
}

#[test]
fn the_lines_of_the_example_are_those_of_the_test() {
    let text = fs::read_to_string(repository().join("examples/msp/tenants.yaml")).expect("the customers");
    let customers: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    for line in customers {
        for member in ["name: ", "tenant_id: ", "licences: ", "admin: "] {
            assert!(line.contains(member), "{line}");
        }
    }
}
