//! One application of a partner that every customer has consented to, as a partner's customers do once.

use reqwest::Method;
use serde_json::{Value, json};

use super::simulator::Simulator;

/// Makes the first tenant's automation identity one for many tenants, and has every other tenant consent to it.
#[track_caller]
pub(crate) fn consented_everywhere(simulator: &Simulator) {
    let (home, others) = simulator.ready().tenants.split_first().expect("tenants");
    let application = format!("applications(appId='{}')", home.client_id);
    let many = json!({ "signInAudience": "AzureADMultipleOrgs" });
    simulator.graph_done(Method::PATCH, &application, Some(&many));
    for tenant in others {
        let done = |method, path: &str, body: Option<&Value>| {
            let (status, answer) = simulator.graph_of(tenant, method, path, body);
            assert!((200..300).contains(&status), "{path}: {status} {answer}");
            answer
        };
        let own = format!("servicePrincipals(appId='{}')/appRoleAssignments", tenant.client_id);
        let roles = done(Method::GET, &own, None);
        let principal = done(Method::POST, "servicePrincipals", Some(&json!({ "appId": home.client_id })));
        let id = principal["id"].as_str().expect("an id");
        for role in roles["value"].as_array().expect("what the tenant's own identity may do") {
            let assignment = json!({
                "principalId": id, "resourceId": role["resourceId"], "appRoleId": role["appRoleId"],
            });
            done(Method::POST, &format!("servicePrincipals/{id}/appRoleAssignments"), Some(&assignment));
        }
    }
}
