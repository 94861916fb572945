//! A partner's customers, as `examples/msp` has them: a line onboards one, and a line that is taken out takes back its sync and
//! what was made in its tenant.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Stage, on_every_cli_with};
use crate::support::one_identity::consented_everywhere;
use crate::support::simulator::Tenant;
use crate::support::workspace::{Install, Outcome, repository};

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
        stage.workspace.apply(&[]).succeeds();
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
        // Without a word, YAML would take the last of them: another tenant's people.
        for doubled in [
            first.clone() + &second + &line(domain, &tenants[1]),
            first.clone() + &second + &line(&capitals, &tenants[1]),
        ] {
            plan(&doubled).fails().says(&format!("tenants.yaml has two lines for {domain}."));
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
fn the_lines_of_the_example_are_those_of_the_test() {
    let text = fs::read_to_string(repository().join("examples/msp/tenants.yaml")).expect("the customers");
    let customers: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    for line in customers {
        for member in ["name: ", "tenant_id: ", "licences: ", "admin: "] {
            assert!(line.contains(member), "{line}");
        }
    }
}
