//! An application that an earlier run left unfinished, or that was destroyed a while ago, is finished by the next creation:
//! in everything that its configuration says.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, Quickstart, strings};
use crate::support::simulator::Simulator;

/// Another API that somebody lets the application use.
const OTHER_API: &str = "00000002-0000-0ff1-ce00-000000000000";

#[test]
fn an_application_that_is_adopted_or_restored_is_in_every_property_what_its_configuration_says() {
    for restored in [false, true] {
        let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
        quickstart.write(
            APPLICATION,
            &json!({
                "display_name": "Before", "unique_name": "the-same", "sign_in_audience": "AzureADMyOrg",
                "notes": "Before", "tags": ["before"], "redirect_uris": ["https://before.example"],
                "delegated_permissions": ["User.Read.All"], "application_permissions": ["Group.Read.All"],
            }),
        );
        succeeds(&quickstart.change(APPLICATION));
        let path = format!("applications/{}", quickstart.state(APPLICATION)["object_id"].as_str().unwrap());
        let before = quickstart.graph(Method::GET, &path, None);
        let mut access = before["requiredResourceAccess"].clone();
        let role = json!({ "id": "dc890d15-9560-4a4c-9b7f-a736ec74ec40", "type": "Role" });
        access.as_array_mut().unwrap().push(json!({ "resourceAppId": OTHER_API, "resourceAccess": [role] }));
        quickstart.graph(Method::PATCH, &path, Some(&json!({ "requiredResourceAccess": access })));
        if restored {
            quickstart.destroy_one(APPLICATION);
        } else {
            quickstart.take(APPLICATION);
        }
        quickstart.restart();
        quickstart.write_anew(
            APPLICATION,
            json!({
                "display_name": "After", "unique_name": "the-same", "sign_in_audience": "AzureADMultipleOrgs",
                "notes": "After", "tags": ["after"], "redirect_uris": ["https://after.example"],
                "delegated_permissions": ["Group.Read.All"], "application_permissions": ["Directory.Read.All"],
            }),
        );
        succeeds(&quickstart.change(APPLICATION));

        let after = quickstart.graph(Method::GET, &path, None);
        assert_eq!(after["id"], before["id"], "restored: {restored}");
        for (property, value) in [
            ("displayName", json!("After")),
            ("uniqueName", json!("the-same")),
            ("signInAudience", json!("AzureADMultipleOrgs")),
            ("notes", json!("After")),
        ] {
            assert_eq!(after[property], value, "restored: {restored}, {property}");
        }
        let tags = strings(&after["tags"]);
        assert!(tags.contains("after") && !tags.contains("before"), "restored: {restored}, {tags:?}");
        assert_eq!(after["web"]["redirectUris"], json!(["https://after.example"]), "restored: {restored}");
        let access = after["requiredResourceAccess"].as_array().unwrap();
        let others: Vec<&Json> = access.iter().filter(|one| one["resourceAppId"] == OTHER_API).collect();
        assert_eq!(others.len(), 1, "restored: {restored}, what it needs of other APIs stays: {access:#?}");
        // The permissions by name, and all the rest once more.
        quickstart.restart();
        assert_eq!(quickstart.plan(APPLICATION).state, quickstart.state(APPLICATION), "restored: {restored}");
    }
}
