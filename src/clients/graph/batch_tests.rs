//! Batches: the limit, throttled items, missing items.

use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Method;
use serde_json::json;

use super::super::ask::Ask;
use super::super::testing::{Fake, Reply, batch, call};
use crate::graph::needs;

fn ask(number: usize) -> Ask {
    Ask::new(Method::GET, format!("/x/{number}"), &needs::READ_APPLICATIONS, format!("read {number}"))
}

#[tokio::test]
async fn more_than_twenty_reads_take_several_batches_and_keep_their_order() {
    let (fake, graph) = Fake::serving(|seen, _| {
        assert!(seen.body["requests"].as_array().is_some_and(|requests| requests.len() <= 20));
        batch(seen, |url| (200, json!({"url": url})))
    })
    .await;
    let asks: [Ask; 45] = std::array::from_fn(ask);
    let outcomes = graph.batch(&call(), &asks).await.expect("outcomes");
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let body: serde_json::Value = outcome.decode().expect("a body");
        assert_eq!(body["url"], json!(format!("/x/{number}")));
    }
    assert_eq!(fake.count("POST /$batch"), 3);
}

#[tokio::test]
async fn only_the_throttled_items_are_sent_again() {
    let refusals = AtomicU32::new(2);
    let (fake, graph) = Fake::serving(move |seen, _| {
        batch(seen, |url| match url {
            "/x/1" if refusals.fetch_sub(1, Ordering::SeqCst) > 0 => {
                (429, json!({"error": {"code": "TooManyRequests"}}))
            }
            _ => (200, json!({})),
        })
    })
    .await;
    let [first, second] = graph.batch(&call(), &[ask(0), ask(1)]).await.expect("outcomes");
    assert!(first.decode::<serde_json::Value>().is_ok() && second.decode::<serde_json::Value>().is_ok());
    let sizes: Vec<_> =
        fake.seen().iter().map(|seen| seen.body["requests"].as_array().map(Vec::len)).collect();
    assert_eq!(sizes, [Some(2), Some(1), Some(1)]);
}

#[tokio::test]
async fn items_fail_one_by_one_and_a_missing_one_is_an_error() {
    let (_, graph) = Fake::serving(|_, _| {
        Reply::ok(json!({"responses": [
            {"id": "0", "status": 404, "body": {"error": {"code": "Request_ResourceNotFound", "message": "gone"}}},
            {"id": "1", "status": 403, "body": {"error": {"code": "Authorization_RequestDenied", "message": "no"}}},
        ]}))
    })
    .await;
    let [gone, denied, missing] = graph.batch(&call(), &[ask(0), ask(1), ask(2)]).await.expect("outcomes");
    assert_eq!(gone.decode_optional::<serde_json::Value>().expect("absent"), None);
    assert!(denied.decode::<serde_json::Value>().expect_err("denied").is_forbidden());
    assert!(missing.decode::<serde_json::Value>().expect_err("missing").to_string().contains("left it out"));
}

#[tokio::test]
async fn a_batch_is_a_write_when_one_of_its_items_is() {
    let (fake, graph) = Fake::serving_a(true, |seen, _| batch(seen, |_| (200, json!({})))).await;
    let [read] = graph.batch(&call(), &[ask(1)]).await.expect("a read passes");
    read.decode::<serde_json::Value>().expect("an answer");
    let write = Ask::new(Method::DELETE, "/x/2".to_owned(), &needs::WRITE_APPLICATIONS, "delete 2");
    let error = graph.batch(&call(), &[ask(1), write]).await.err().expect("refused");
    assert!(error.to_string().contains("only reading is allowed"), "{error}");
    assert_eq!(fake.count("POST /$batch"), 1);
}

#[tokio::test]
async fn a_batch_that_failed_as_a_whole_since_an_item_was_throttled_is_sent_again() {
    let (fake, graph) = Fake::serving(|seen, before| match before {
        0 => Reply::new(424, json!({"responses": [{"id": "0", "status": 429}]})),
        _ => batch(seen, |_| (200, json!({}))),
    })
    .await;
    let [first] = graph.batch(&call(), &[ask(0)]).await.expect("outcomes");
    assert!(first.decode::<serde_json::Value>().is_ok());
    assert_eq!(fake.count("POST /$batch"), 2);
}

#[tokio::test]
async fn throttled_items_have_as_many_rounds_as_their_time_allows_and_the_tenant_waits_with_them() {
    let refusals = AtomicU32::new(12);
    let (fake, graph) = Fake::serving(move |seen, _| {
        batch(seen, |_| {
            match refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
                Ok(_) => (429, json!({"error": {"code": "TooManyRequests"}})),
                Err(_) => (200, json!({})),
            }
        })
    })
    .await;
    let [first] = graph.batch(&call(), &[ask(0)]).await.expect("outcomes");
    first.decode::<serde_json::Value>().expect("an answer in the end");
    assert_eq!(fake.count("POST /$batch"), 13);

    // Beyond its time the refusal itself is handed on.
    let (fake, graph) = Fake::serving(|seen, _| match seen.target.as_str() {
        "POST /$batch" => {
            let answer = json!({"id": "0", "status": 429, "headers": {"Retry-After": "2"}});
            Reply::ok(json!({"responses": [answer]}))
        }
        _ => Reply::ok(json!({})),
    })
    .await;
    let short = call().at_most(std::time::Duration::from_secs(3));
    let asks = [ask(0)];
    let (outcomes, other) = tokio::join!(graph.batch(&short, &asks), async {
        while fake.count("POST /$batch") == 0 {
            tokio::task::yield_now().await;
        }
        // Its answer has been read when the tenant has answered another time.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let asked = std::time::Instant::now();
        graph.read::<serde_json::Value>(&call(), ask(9)).await.map(|_| asked.elapsed())
    });
    let [refused] = outcomes.expect("outcomes");
    let error = refused.decode::<serde_json::Value>().expect_err("refused");
    assert!(error.to_string().contains("429"), "{error}");
    let waited = other.expect("an answer");
    assert!(waited.as_millis() >= 1000, "{waited:?}");
    assert_eq!(fake.count("POST /$batch"), 2);
}
