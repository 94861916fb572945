//! What Microsoft Graph answers to a `$batch`: a body with the answers of the items.

use super::answering::{Answer, ID, call, with};
use super::graph::told;

/// Reads an input as the answer to everything that is asked about an application at once.
pub fn run(input: &[u8]) {
    let Some(answer) = Answer::read(input) else { return };
    with(answer, async |service| {
        let graph = service.graph();
        let snapshot = graph.snapshot(&call(), ID).await;
        told(&snapshot);
        if let Ok(snapshot) = snapshot {
            told(&snapshot.grants());
            told(&snapshot.app_role_assignments());
            // Nothing was made by us, so what the batch says first is what is true.
            let again = graph.snapshot(&call(), ID).await.expect("it is known");
            assert_eq!(format!("{again:?}"), format!("{snapshot:?}"));
            let body: serde_json::Value = serde_json::from_slice(&service.body()).expect("it was read");
            assert!(body["responses"].is_array(), "{body}");
        }
    });
}
