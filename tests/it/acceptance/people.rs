//! People who come and go in the directory of the default story, through Graph as an administrator would.

use reqwest::Method;
use serde_json::{Value, json};

use super::Stage;
use crate::support::by_hand::newcomer;

impl Stage {
    /// Hires somebody with a mailbox.
    #[track_caller]
    pub(crate) fn hire(&self, name: &str) {
        let person = newcomer(name, "contoso.com");
        let (status, answer) = self.simulator.graph(Method::POST, "users", Some(&person));
        assert_eq!(status, 201, "{answer}");
    }

    /// Deletes somebody; gives the id under which [`Self::bring_back`] finds them.
    #[track_caller]
    pub(crate) fn delete_person(&self, name: &str) -> String {
        let path = format!("users/{name}@contoso.com");
        let (status, person) = self.simulator.graph(Method::GET, &path, None);
        assert_eq!(status, 200, "{person}");
        let (status, answer) = self.simulator.graph(Method::DELETE, &path, None);
        assert_eq!(status, 204, "{answer}");
        person["id"].as_str().expect("an id").to_owned()
    }

    /// Restores a deleted user.
    #[track_caller]
    pub(crate) fn bring_back(&self, id: &str) {
        let path = format!("directory/deletedItems/{id}/restore");
        let (status, answer) = self.simulator.graph(Method::POST, &path, Some(&json!({})));
        assert_eq!(status, 200, "{answer}");
    }

    /// An account of the organization; null where there is none.
    pub(crate) fn account(&self, name: &str) -> Value {
        let state = self.simulator.state();
        let users = state["organizations"]["contoso.com"]["users"].as_array().cloned().unwrap_or_default();
        let address = format!("{name}@contoso.com");
        users.into_iter().find(|user| user["primary_email"] == address.as_str()).unwrap_or_default()
    }

    /// The requests that changed accounts, each as method and last segment of the path; then forgets all requests.
    pub(crate) fn account_writes(&self) -> Vec<String> {
        let writes = self.simulator.writes().into_iter().filter_map(|request| {
            let (_, rest) = request.path.split_once("/orgs/contoso.com/")?;
            rest.starts_with("users").then(|| format!("{} {}", request.method, rest.replace("%40", "@")))
        });
        let mut writes: Vec<String> = writes.collect();
        writes.sort();
        self.simulator.forget_requests();
        writes
    }
}

/// What a plan in JSON shows as the rows of the run: by address.
pub(crate) fn planned_rows(plan: &Value) -> Vec<String> {
    let changes = plan["resource_changes"].as_array().expect("changes");
    let run = changes.iter().find(|change| change["type"] == "proofpoint_azure_sync_run").expect("the run");
    let rows = run["change"]["after"]["changes"].as_object().cloned().unwrap_or_default();
    rows.iter().map(|(address, line)| format!("{address} {}", line.as_str().expect("a row"))).collect()
}
