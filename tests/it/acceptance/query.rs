//! `terraform query`, where a CLI has it: what it finds can be imported with the configuration that comes with it, and then
//! nothing is left to do.

use serde_json::Value as Json;

use super::{Stage, on_every_cli, on_every_cli_with};
use crate::support::simulator::Tenant;
use crate::support::workspace::{Install, Outcome, Workspace, repository, requirement};

const EVERYTHING: &str = r#"
list "proofpoint_azure_application" "all" {
  provider         = proofpoint
  include_resource = true
}

list "proofpoint_azure_sync" "all" {
  provider         = proofpoint
  include_resource = true
}
"#;

/// Applies the quick start, then forgets all about it: what is there might as well have been made by hand.
fn made_and_forgotten(stage: &mut Stage) {
    let domain = stage.simulator.tenant().domain.clone();
    stage.workspace.set("TF_VAR_domain", &domain);
    stage.workspace.remove("versions.tf");
    stage.workspace.copy_from("examples/quickstart");
    stage.workspace.apply(&[]).succeeds();
    stage.workspace.forget_state();
    stage.workspace.remove("main.tf");
    stage.workspace.write("versions.tf", &requirement());
    stage.workspace.write("provider.tf", "provider \"proofpoint\" {}\n");
}

/// The finds of a query, and what was said about it.
fn query(workspace: &Workspace) -> (Vec<Json>, Outcome) {
    let outcome = workspace.run(&["query", "-json", "-no-color"]);
    let lines = outcome.stdout.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let finds = lines.filter(|line| line["type"] == "list_resource_found");
    (finds.map(|line| line["list_resource_found"].clone()).collect(), outcome)
}

#[test]
fn what_a_query_finds_is_imported_with_its_configuration_and_nothing_is_left_to_do() {
    on_every_cli(|stage| {
        if !stage.cli.queries() {
            return;
        }
        made_and_forgotten(stage);
        let tenant = stage.simulator.tenant().clone();
        stage.workspace.write("search.tfquery.hcl", EVERYTHING);
        let (finds, outcome) = query(&stage.workspace);
        let found = |kind: &str| {
            let mut of_kind = finds.iter().filter(|find| find["resource_type"] == kind);
            let find = of_kind.next().unwrap_or_else(|| panic!("{kind}: {outcome}"));
            assert!(of_kind.next().is_none(), "{kind}: {outcome}");
            find.clone()
        };
        let application = found("proofpoint_azure_application");
        assert_eq!(application["display_name"], "Proofpoint Essentials Azure Sync", "{outcome}");
        assert_eq!(application["identity"]["tenant_id"], tenant.tenant_id.as_str(), "{outcome}");
        let sync = found("proofpoint_azure_sync");
        assert_eq!(sync["display_name"], tenant.domain.as_str(), "{outcome}");
        assert_eq!(sync["identity"], serde_json::json!({ "organization": tenant.domain }), "{outcome}");

        stage.workspace.run(&["query", "-no-color", "-generate-config-out=found.tf"]).succeeds();
        stage.workspace.remove("search.tfquery.hcl");
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        for change in changes["resource_changes"].as_array().expect("changes") {
            assert_eq!(change["change"]["actions"], serde_json::json!(["no-op"]), "{plan}");
            assert!(!change["change"]["importing"].is_null(), "{plan}");
        }
        stage.simulator.forget_requests();
        stage.workspace.apply(&["plan.bin"]).succeeds();
        stage.workspace.assert_nothing_to_do();
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
    });
}

#[test]
fn a_partner_finds_its_customers_and_one_that_refuses_is_left_out_with_a_warning() {
    on_every_cli_with(&["--tenants", "3", "--users", "1"], Install::Override, |stage| {
        if !stage.cli.queries() {
            return;
        }
        let tenants = stage.simulator.ready().tenants.clone();
        // The second customer has no synchronization.
        for tenant in [&tenants[0], &tenants[2]] {
            let Tenant { tenant_id, domain, client_id, client_secret, .. } = tenant;
            for (name, value) in [
                ("ARM_TENANT_ID", tenant_id),
                ("ARM_CLIENT_ID", client_id),
                ("ARM_CLIENT_SECRET", client_secret),
                ("PROOFPOINT_ESSENTIALS_USERNAME", &tenant.essentials_username),
                ("PROOFPOINT_ESSENTIALS_PASSWORD", &tenant.essentials_password),
            ] {
                stage.workspace.set(name, value);
            }
            let sync = format!(
                r#"
resource "proofpoint_azure_sync" "this" {{
  domain        = "{domain}"
  client_id     = "{client_id}"
  client_secret = "{client_secret}"
  default_role  = "end_user"
  frequency     = 0
}}
"#
            );
            stage.workspace.write("main.tf", &sync);
            stage.workspace.apply(&[]).succeeds();
            stage.workspace.forget_state();
        }
        stage.workspace.remove("main.tf");
        let login = stage.simulator.line()["tenants"][0].clone();
        for (name, member) in [("USERNAME", "partner_username"), ("PASSWORD", "partner_password")] {
            let value = login[member].as_str().expect("a partner's login");
            stage.workspace.set(&format!("PROOFPOINT_ESSENTIALS_{name}"), value);
        }

        stage.workspace.write(
            "search.tfquery.hcl",
            "list \"proofpoint_azure_sync\" \"all\" {\n  provider = proofpoint\n}\n",
        );
        let domains = |finds: &[Json]| {
            finds.iter().map(|find| find["identity"]["organization"].clone()).collect::<Vec<_>>()
        };
        let mut both = [tenants[0].domain.clone(), tenants[2].domain.clone()];
        both.sort();
        let (finds, outcome) = query(&stage.workspace);
        assert_eq!(serde_json::json!(domains(&finds)), serde_json::json!(both), "{outcome}");

        let path = format!("/api/v1/orgs/{}/settings/azure", tenants[0].domain);
        stage.simulator.set_faults(&serde_json::json!([{ "method": "GET", "path": path, "status": 403 }]));
        let (finds, outcome) = query(&stage.workspace);
        assert_eq!(serde_json::json!(domains(&finds)), serde_json::json!([tenants[2].domain]), "{outcome}");
        let warning = format!("{} can't be looked at", tenants[0].domain);
        assert!(outcome.stdout.contains(&warning), "{outcome}");
        stage.simulator.set_faults(&serde_json::json!([]));

        let one = format!(
            "list \"proofpoint_azure_sync\" \"one\" {{\n  provider = proofpoint\n  config {{\n    domains = [\"{}\"]\n  }}\n}}\n",
            tenants[2].domain
        );
        stage.workspace.write("search.tfquery.hcl", &one);
        let (finds, outcome) = query(&stage.workspace);
        assert_eq!(serde_json::json!(domains(&finds)), serde_json::json!([tenants[2].domain]), "{outcome}");
    });
}

#[test]
fn applications_are_found_by_looks_by_name_and_by_client_id() {
    on_every_cli(|stage| {
        if !stage.cli.queries() {
            return;
        }
        made_and_forgotten(stage);
        let by_hand = |body: Json| {
            let (status, made) = stage.simulator.graph(reqwest::Method::POST, "applications", Some(&body));
            assert_eq!(status, 201, "{made}");
            made["appId"].as_str().expect("a client id").to_owned()
        };
        let mail = by_hand(serde_json::json!({ "displayName": "Mail filter" }));
        by_hand(serde_json::json!({
            "displayName": "Filter", "web": { "redirectUris": ["https://eu1.proofpointessentials.com/index01.php"] },
        }));
        let names = |config: &str| {
            let text = format!(
                "list \"proofpoint_azure_application\" \"some\" {{\n  provider = proofpoint\n  config {{\n{config}\n  }}\n}}\n"
            );
            stage.workspace.write("search.tfquery.hcl", &text);
            let (finds, outcome) = query(&stage.workspace);
            outcome.succeeds();
            let mut names: Vec<String> =
                finds.iter().map(|find| find["display_name"].as_str().expect("a name").to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names(""), ["Filter", "Proofpoint Essentials Azure Sync"]);
        assert_eq!(names("display_name_prefix = \"mAIL\""), ["Mail filter"]);
        assert_eq!(names(&format!("client_id = \"{mail}\"")), ["Mail filter"]);
        assert_eq!(names(&format!("tenant_id = \"{}\"", stage.simulator.tenant().tenant_id)).len(), 2);
        stage.workspace.write(
            "search.tfquery.hcl",
            "list \"proofpoint_azure_application\" \"some\" {\n  provider = proofpoint\n  config {\n    tenant_id = \"contoso\"\n  }\n}\n",
        );
        query(&stage.workspace).1.fails().says("tenant_id");
    });
}

#[test]
fn every_example_of_a_search_is_valid() {
    on_every_cli(|stage| {
        if !stage.cli.queries() {
            return;
        }
        let examples = repository().join("examples/list-resources");
        let mut seen = 0;
        for example in examples.read_dir().expect("examples").flatten() {
            for file in example.path().read_dir().expect("an example").flatten() {
                let text = std::fs::read_to_string(file.path()).expect("an example");
                stage.workspace.write("search.tfquery.hcl", &text);
                stage.workspace.run(&["validate", "-no-color", "-query"]).succeeds();
                seen += 1;
            }
        }
        assert!(seen >= 2, "{seen}");
    });
}

#[test]
fn a_partners_customers_are_imported_with_their_configuration_and_nothing_is_left_to_do() {
    on_every_cli_with(&["--tenants", "3", "--users", "1"], Install::Override, |stage| {
        if !stage.cli.queries() {
            return;
        }
        let login = stage.simulator.line()["tenants"][0].clone();
        for (name, member) in [("USERNAME", "partner_username"), ("PASSWORD", "partner_password")] {
            let value = login[member].as_str().expect("a partner's login");
            stage.workspace.set(&format!("PROOFPOINT_ESSENTIALS_{name}"), value);
        }
        stage.workspace.write("provider.tf", "provider \"proofpoint\" {}\n");
        let search = |config: &str| {
            let text = format!(
                "list \"proofpoint_organization\" \"all\" {{\n  provider = proofpoint\n  include_resource = true\n{config}}}\n"
            );
            stage.workspace.write("search.tfquery.hcl", &text);
            query(&stage.workspace)
        };
        let mut domains: Vec<String> =
            stage.simulator.ready().tenants.iter().map(|tenant| tenant.domain.clone()).collect();
        domains.sort();
        for config in ["", "  config {\n    parent = \"partner.example\"\n  }\n"] {
            let (finds, outcome) = search(config);
            let found: Vec<&str> =
                finds.iter().filter_map(|find| find["identity"]["primary_domain"].as_str()).collect();
            assert_eq!(found, domains, "{outcome}");
        }
        // A customer has none.
        let (finds, outcome) = search(&format!("  config {{\n    parent = \"{}\"\n  }}\n", domains[0]));
        assert!(finds.is_empty(), "{outcome}");

        search("");
        stage.workspace.run(&["query", "-no-color", "-generate-config-out=found.tf"]).succeeds();
        stage.workspace.remove("search.tfquery.hcl");
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        let changes = changes["resource_changes"].as_array().expect("changes").clone();
        assert_eq!(changes.len(), 3, "{plan}");
        for change in changes {
            assert_eq!(change["change"]["actions"], serde_json::json!(["no-op"]), "{plan}");
        }
    });
}
