//! Listings: pages ahead of parsing, restarts, foreign addresses.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::ask::Ask;
use super::super::testing::{Fake, Reply, call};
use super::super::{User, needs};
use super::{BYTES, Extent, PAGES};
use crate::http::Response;

fn of(body: &'static str) -> Response {
    Response::of_test("application/json", body.into())
}

fn page(numbers: std::ops::Range<u32>, next: Option<&str>) -> Value {
    let users: Vec<Value> =
        numbers.map(|n| json!({"id": n.to_string(), "userPrincipalName": format!("{n}@x")})).collect();
    match next {
        Some(next) => {
            json!({"value": users, "@odata.nextLink": format!("{{address}}/v1.0/users?$skiptoken={next}")})
        }
        None => json!({"value": users}),
    }
}

/// The first user of each page holds its page up until the request for the next one has arrived.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_is_read_and_the_next_one_is_under_way_before_one_is_handed_on() {
    let (arrived, arrivals) = mpsc::channel();
    let arrived = Mutex::new(arrived);
    let (fake, graph) = Fake::serving(move |seen, _| {
        let answer = match seen.target.as_str() {
            "GET /users?$skiptoken=2" => page(2..4, Some("3")),
            "GET /users?$skiptoken=3" => page(4..5, None),
            _ => page(0..2, Some("2")),
        };
        arrived.lock().expect("arrivals").send(seen.target.clone()).expect("somebody listens");
        Reply::ok(answer)
    })
    .await;
    // In a task, as the provider does it: what a busy thread has to do next does not get done by another one.
    let reading = tokio::spawn(async move {
        let next =
            move || arrivals.recv_timeout(Duration::from_secs(10)).expect("no request for the next page");
        let mut ids = Vec::new();
        let kept = &mut ids;
        let each = move |user: User<'_>| {
            match &*user.id {
                "0" => assert!(next().contains("$top=999") && next().ends_with("$skiptoken=2")),
                "2" => assert!(next().ends_with("$skiptoken=3")),
                _ => {}
            }
            kept.push(user.id.into_owned());
        };
        graph.users().for_each(&call(), each).await.expect("users");
        ids
    });
    assert_eq!(reading.await.expect("users"), ["0", "1", "2", "3", "4"]);
    assert_eq!(fake.seen().len(), 3);
}

#[tokio::test]
async fn an_expired_page_token_starts_the_listing_again() {
    let expiries = Arc::new(AtomicU32::new(1));
    let left = expiries.clone();
    let (fake, graph) = Fake::serving(move |seen, _| match seen.target.as_str() {
        "GET /users?$skiptoken=2" if left.swap(0, Ordering::SeqCst) > 0 => {
            Reply::error(400, "Directory_ExpiredPageToken", "The token has expired.")
        }
        "GET /users?$skiptoken=2" => Reply::ok(page(2..3, None)),
        _ => Reply::ok(page(0..2, Some("2"))),
    })
    .await;
    let mut ids = Vec::new();
    graph.users().for_each(&call(), |user| ids.push(user.id.into_owned())).await.expect("users");
    assert_eq!((ids.len(), fake.seen().len()), (5, 4));
    assert_eq!(ids.last().map(String::as_str), Some("2"));
}

#[tokio::test]
async fn a_token_that_expires_for_ever_ends_in_an_error() {
    let (_, graph) = Fake::serving(move |seen, _| match seen.target.as_str() {
        "GET /users?$skiptoken=2" => {
            Reply::error(400, "Directory_ExpiredPageToken", "The token has expired.")
        }
        _ => Reply::ok(page(0..2, Some("2"))),
    })
    .await;
    assert!(graph.users().for_each(&call(), |_| {}).await.is_err());
}

#[tokio::test]
async fn the_token_is_not_taken_to_another_host() {
    let (_, graph) = Fake::serving(|_, _| {
        Reply::ok(json!({"value": [], "@odata.nextLink": "http://127.0.0.1:1/v1.0/users?$skiptoken=x"}))
    })
    .await;
    let error = graph.users().for_each(&call(), |_| {}).await.expect_err("another host");
    assert!(error.to_string().contains("another host"), "{error}");
}

#[tokio::test]
async fn a_page_of_another_shape_quotes_nobodys_data() {
    let (_, graph) =
        Fake::serving(|_, _| Reply::ok(json!({"value": [{"id": {"private": "ann@contoso.com"}}]}))).await;
    let text = graph.users().for_each(&call(), |_| {}).await.expect_err("shape").to_string();
    assert!(!text.contains("ann@contoso.com"), "{text}");
    assert!(text.contains("`graph.users < value[].id`: a GUID. What came: { …: text }"), "{text}");
}

#[test]
fn the_next_page_is_found_wherever_it_stands_and_if_it_can_be_without_reading_the_items() {
    for body in [
        r#"{"@odata.context":"c","@odata.nextLink":"n","value":[1,2]}"#,
        r#"{"value":[1,2],"@odata.count":2,"@odata.nextLink":"n"}"#,
    ] {
        assert_eq!(super::page::<u32>(&of(body)).expect("a page"), [1, 2]);
        assert_eq!(super::next_page(&of(body)).as_deref(), Some("n"), "{body}");
    }
    assert_eq!(super::next_page(&of(r#"{"@odata.nextLink":"n","value":["#)).as_deref(), Some("n"));
    for body in [r#"{"@odata.nextLink":null}"#, "[]", r#"{"value":[]"#, "<html>"] {
        assert_eq!(super::next_page(&of(body)), None, "{body}");
        assert!(super::page::<u32>(&of(body)).is_err(), "{body}");
    }
}

#[tokio::test]
async fn a_listing_that_leads_back_to_itself_is_not_followed_for_ever() {
    let (fake, graph) = Fake::serving(|seen, _| {
        let next = if seen.target.ends_with("=2") { "3" } else { "2" };
        Reply::ok(page(0..1, Some(next)))
    })
    .await;
    let error = graph.users().for_each(&call(), |_| ()).await.expect_err("endless").to_string();
    assert!(error.contains("has no end"), "{error}");
    assert!(fake.count("GET /users") <= 4, "{:?}", fake.seen());
}

/// The first page may come in a batch, or be looked at before the others are asked for.
#[tokio::test]
async fn a_listing_that_goes_on_from_a_first_page_is_not_followed_for_ever_either() {
    let (fake, graph) = Fake::serving(|_, _| {
        let next = "{address}/v1.0/applications/o/owners?$skiptoken=2";
        Reply::ok(json!({"value": [{"id": "a"}], "@odata.nextLink": next}))
    })
    .await;
    let error = graph.applications().owners(&call(), "o").await.expect_err("endless").to_string();
    assert!(error.contains("has no end"), "{error}");
    assert!(fake.count("GET /applications") <= 3, "{:?}", fake.seen());
}

#[test]
fn a_listing_is_no_larger_than_a_directory_can_be() {
    let ask = Ask::get("/users".to_owned(), &needs::READ_USERS, "read the users");
    let mut many = Extent { pages: PAGES - 1, ..Extent::default() };
    many.add(&ask, 1, Some("a")).expect("the last one");
    many.add(&ask, 1, Some("b")).expect_err("too many");
    let mut large = Extent::default();
    large.add(&ask, BYTES, None).expect("as much as there may be");
    large.add(&ask, 1, None).expect_err("too much");
}
