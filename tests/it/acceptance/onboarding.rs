//! A partner onboards a customer: organization, domains and verification, in one configuration.

use serde_json::{Value, json};

use super::{Stage, on_every_cli};

const CONFIGURATION: &str = r#"
variable "licences" {
  type = number
}

resource "proofpoint_organization" "adatum" {
  primary_domain      = "adatum.example"
  name                = "Adatum"
  user_licenses       = var.licences
  on_destroy          = "delete"
  deletion_protection = false

  admin_user = {
    email = "it@adatum.example"
  }

  domain = {
    destination = "adatum-example.mail.protection.outlook.com"
  }
}

resource "proofpoint_domain" "second" {
  organization = proofpoint_organization.adatum.primary_domain
  name         = "second.example"
  destination  = "adatum-example.mail.protection.outlook.com"
  on_destroy   = "delete"
  depends_on   = [proofpoint_organization.adatum]
}

# Stands for the record, which any DNS provider publishes.
resource "terraform_data" "record" {
  input = { name = proofpoint_domain.second.txt_name, value = proofpoint_domain.second.txt_value }
}

resource "proofpoint_domain_verification" "second" {
  organization = proofpoint_domain.second.organization
  domain       = proofpoint_domain.second.name
  txt_value    = terraform_data.record.output.value
}

data "proofpoint_domains" "adatum" {
  domain     = proofpoint_organization.adatum.primary_domain
  depends_on = [proofpoint_domain_verification.second]
}

output "domains" {
  value = data.proofpoint_domains.adatum.names
}
"#;

/// What Proofpoint holds of the customer.
fn customer(stage: &Stage) -> Value {
    stage.simulator.state()["organizations"]["adatum.example"].clone()
}

#[test]
fn a_customer_is_onboarded_changed_and_offboarded() {
    on_every_cli(|stage| {
        let login = stage.simulator.line()["tenants"][0].clone();
        for (name, member) in [("USERNAME", "partner_username"), ("PASSWORD", "partner_password")] {
            let value = login[member].as_str().expect("a login");
            stage.workspace.set(&format!("PROOFPOINT_ESSENTIALS_{name}"), value);
        }
        stage.workspace.set("TF_VAR_licences", "10");
        stage.workspace.write("main.tf", CONFIGURATION);
        stage.workspace.apply(&[]).succeeds();
        let made = customer(stage);
        assert_eq!(made["licences"]["user_licenses"], 10);
        let second =
            made["domains"].as_array().expect("domains").iter().find(|one| one["name"] == "second.example");
        assert_eq!(second.expect("the second domain")["verified"], true);
        stage.workspace.assert_nothing_to_do();

        stage.workspace.set("TF_VAR_licences", "12");
        stage.workspace.apply(&[]).succeeds();
        assert_eq!(customer(stage)["licences"]["user_licenses"], 12);
        stage.workspace.assert_nothing_to_do();

        // Another name is refused by the plan and replaces nothing.
        let renamed = "resource \"proofpoint_organization\" \"adatum\" {\n  name = \"Other\"\n}\n";
        stage.workspace.write("renamed_override.tf", renamed);
        let refused = stage.workspace.plan(&[]).fails();
        refused.says("can't be changed").says("adatum.example").does_not_say("must be replaced");
        stage.workspace.remove("renamed_override.tf");

        // Lost, and found again.
        stage.workspace.forget_state();
        for (address, id) in [
            ("proofpoint_organization.adatum", "/orgs/adatum.example"),
            ("proofpoint_domain.second", "/orgs/adatum.example/domains/second.example"),
            (
                "proofpoint_domain_verification.second",
                "/orgs/adatum.example/domains/second.example/verification",
            ),
        ] {
            stage.workspace.import(address, id).succeeds();
        }
        let writes = stage.simulator.writes().len();
        stage.workspace.apply(&[]).succeeds();
        assert_eq!(stage.simulator.writes().len(), writes, "what was imported is as it was written");
        stage.workspace.assert_nothing_to_do();

        let destroyed = stage.workspace.destroy().succeeds();
        destroyed.says("The mail of `adatum.example` will not be filtered any more");
        assert_eq!(customer(stage), json!(null));
    });
}
