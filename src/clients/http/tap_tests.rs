//! What a tap keeps, and that nothing else changes by it.

use std::time::Duration;

use axum::Router;
use axum::body::{Body as AxumBody, Bytes};
use axum::http::StatusCode;
use axum::routing::any;
use futures::StreamExt as _;
use reqwest::Method;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::json::{Misfit, MisfitKind};
use super::super::stream::Streamed;
use super::super::{Body, Call, Error, HttpClient, Options, Request};
use super::*;
use crate::env::EnvMap;
use crate::ledger::Reading;

fn call() -> Call {
    Call::new(Duration::from_secs(20), CancellationToken::new(), Uuid::nil())
}

fn client() -> HttpClient {
    HttpClient::new(Options { ca_bundle: None, env: EnvMap::default(), user_agent: "test".to_owned() })
}

/// A server that answers with this status and these pieces, after which nothing comes where it `hangs`.
async fn server(status: u16, pieces: &'static [&'static str], hangs: bool) -> Url {
    let handler = move || async move {
        let pieces =
            futures::stream::iter(pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))));
        let end = futures::stream::pending::<Result<Bytes, std::io::Error>>().take(usize::from(hangs));
        (StatusCode::from_u16(status).expect("a status"), AxumBody::from_stream(pieces.chain(end)))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = format!("http://{}/things?page=2", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(handler))).await });
    url.parse().expect("an address")
}

/// Takes an answer piece by piece, up to one that does not fit.
async fn streamed(client: &HttpClient, url: &Url) -> Result<Streamed<Vec<u8>>, Error> {
    let take = |taken: &mut Vec<u8>, piece: &[u8]| {
        if piece.starts_with(b"odd") {
            return Err(Misfit::at(&Reading::of("GET", "/things"), "odd", MisfitKind::Value, None));
        }
        taken.extend_from_slice(piece);
        Ok(())
    };
    client.send_streaming(&call(), Request::get(url.clone()), Vec::new, take).await
}

#[tokio::test]
async fn what_was_asked_and_answered_is_kept_and_handed_over_once() {
    let url = server(201, &["{\"id\":", " 7}"], false).await;
    let tap = Tap::default();
    let body = Body::json(&serde_json::json!({"name": "a"})).expect("JSON");
    let request = Request::new(Method::POST, url.clone()).body(body);
    let answer = client().tapped_by(tap.clone()).send(&call(), request).await.expect("an answer");
    assert_eq!(&answer.body[..], b"{\"id\": 7}");
    let kept = tap.take();
    assert_eq!(kept.len(), 1);
    let one = &kept[0];
    let asked = (one.method.as_str(), one.path.as_str(), one.query.as_str(), &one.sent[..]);
    assert_eq!(asked, ("POST", "/things", "page=2", &b"{\"name\":\"a\"}"[..]));
    assert_eq!((one.status, one.body.as_deref().map(Vec::as_slice)), (201, Some(&b"{\"id\": 7}"[..])));
    assert!(tap.take().is_empty());
}

#[tokio::test]
async fn an_answer_in_pieces_is_kept_whole_even_where_it_is_not_taken() {
    for pieces in [&["one ", "two"][..], &["one ", "odd ", "two"]] {
        let (url, tap) = (server(200, pieces, false).await, Tap::default());
        let taken = streamed(&client().tapped_by(tap.clone()), &url).await;
        assert_eq!(taken.is_err(), pieces.contains(&"odd "), "{taken:?}");
        let kept = tap.take();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].body.as_deref().map(Vec::as_slice), Some(pieces.concat().as_bytes()));
    }
}

#[tokio::test]
async fn without_a_tap_what_does_not_fit_is_told_at_once() {
    let url = server(200, &["odd "], true).await;
    let error = tokio::time::timeout(Duration::from_secs(10), streamed(&client(), &url)).await;
    assert!(error.expect("the rest is not waited for").is_err());
}

#[tokio::test]
async fn a_refusal_of_a_stream_may_be_long() {
    static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "no ".repeat(100_000));
    static PIECES: std::sync::LazyLock<[&'static str; 1]> = std::sync::LazyLock::new(|| [LONG.as_str()]);
    let answer = streamed(&client(), &server(403, &*PIECES, false).await).await.expect("an answer");
    let Streamed::Other(refusal) = answer else { panic!("{answer:?}") };
    assert_eq!((refusal.status, refusal.body.len()), (403, 300_000));
}

#[test]
fn pages_of_a_large_directory_leave_room_for_what_comes_after_them() {
    let (tap, url) = (Tap::default(), Url::parse("https://graph.test/v1.0/users").expect("an address"));
    let page = vec![b' '; 1024 * 1024];
    for _ in 0..100 {
        tap.keep("GET", &url, &[], 200, &page);
    }
    tap.keep("GET", &url, &[], 200, b"{}");
    let kept = tap.take();
    let bytes = |answer: &Answer| answer.body.as_ref().map_or(0, |body| body.len());
    assert_eq!((kept.len(), kept.last().map(bytes)), (101, Some(2)));
    assert!(kept.iter().map(bytes).sum::<usize>() <= WHOLE);
    assert!(kept.iter().filter(|answer| answer.body.is_some()).count() > 20);
}

#[test]
fn a_tap_shows_nothing_of_what_is_in_it() {
    let tap = Tap::default();
    tap.keep("GET", &"https://service.test/x".parse().expect("an address"), b"hush", 200, b"hush");
    assert_eq!(format!("{tap:?}"), "Tap");
}
