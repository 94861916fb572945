//! The sender against a small server in this process.

use super::super::stream::Streamed;
use super::*;
use crate::env::EnvMap;
use axum::Router;
use axum::body::Body as AxumBody;
use axum::http::{HeaderMap as Headers, StatusCode};
use axum::routing::any;
use reqwest::Url;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A server that gives the n-th request the n-th answer, and the last one to all that follow.
struct Server {
    url: Url,
    seen: Arc<AtomicU32>,
}

type Answer = (u16, &'static [(&'static str, &'static str)], &'static str);

async fn server(answers: &'static [Answer]) -> Server {
    let seen = Arc::new(AtomicU32::new(0));
    let count = seen.clone();
    let handler = move || {
        let index = count.fetch_add(1, Ordering::SeqCst) as usize;
        let (status, headers, body) = answers[index.min(answers.len() - 1)];
        let mut map = Headers::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("header"));
        }
        let status = StatusCode::from_u16(status).expect("status");
        async move { (status, map, AxumBody::from(body)) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = Url::parse(&format!("http://{}/x", listener.local_addr().expect("address"))).expect("url");
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(handler))).await });
    Server { url, seen }
}

fn client() -> HttpClient {
    HttpClient::new(Options { ca_bundle: None, env: EnvMap::default(), user_agent: "test".to_owned() })
}

fn call() -> Call {
    Call::new(Duration::from_secs(20), CancellationToken::new(), Uuid::nil())
}

impl Server {
    async fn send(&self, method: Method) -> Result<Response, Error> {
        client().send(&call(), Request::new(method, self.url.clone())).await
    }

    fn seen(&self) -> u32 {
        self.seen.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_throttled_write_is_repeated_after_the_asked_delay() {
    let server =
        server(&[(429, &[("retry-after", "0.02")], "{}"), (201, &[("request-id", "r")], r#"{"a":1}"#)]).await;
    let answer = server.send(Method::POST).await.expect("an answer");
    assert_eq!((answer.status, server.seen(), answer.request_id.as_deref()), (201, 2, Some("r")));
}

#[tokio::test]
async fn a_failed_write_is_handed_on_and_a_failed_read_repeated() {
    let failing = server(&[(500, &[], "{}")]).await;
    assert_eq!(failing.send(Method::POST).await.expect("an answer").status, 500);
    assert_eq!(failing.seen(), 1);
    let recovering = server(&[(500, &[("retry-after", "0")], "{}"), (200, &[], "{}")]).await;
    assert_eq!(recovering.send(Method::GET).await.expect("an answer").status, 200);
    assert_eq!(recovering.seen(), 2);
}

#[tokio::test]
async fn an_overloaded_service_is_asked_again_on_new_connections() {
    let server = server(&[(503, &[("retry-after", "0")], "{}"), (200, &[], "{}")]).await;
    let http = client();
    let answer = http.send(&call(), Request::new(Method::POST, server.url.clone())).await.expect("an answer");
    assert_eq!((answer.status, server.seen()), (200, 2));
    assert_eq!(http.client().expect("a client").1, 1);
}

#[tokio::test]
async fn patience_beyond_the_deadline_hands_the_refusal_on() {
    let server = server(&[(429, &[("retry-after", "3600")], "{}")]).await;
    let answer = server.send(Method::GET).await.expect("an answer");
    assert_eq!(
        (answer.status, response::retry_after_of(&answer.headers, answer.date)),
        (429, Some(Duration::from_secs(3600)))
    );
}

#[tokio::test]
async fn a_read_only_client_sends_reads_alone() {
    let server = server(&[(200, &[], "{}")]).await;
    let client = client().read_only(true).limited_by(Limiter::default());
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let error =
            client.send(&call(), Request::new(method, server.url.clone())).await.expect_err("refused");
        assert_eq!(*error.kind(), ErrorKind::ReadOnly);
    }
    assert_eq!(server.seen(), 0);
    client.send(&call(), Request::get(server.url.clone())).await.expect("a read");
    client
        .send(&call(), Request::new(Method::POST, server.url.clone()).reading())
        .await
        .expect("a batch of reads");
    assert_eq!(server.seen(), 2);
}

#[tokio::test]
async fn redirects_are_refused_with_where_they_point() {
    let server = server(&[(302, &[("location", "https://portal.test/login?token=hush")], "")]).await;
    let error = server.send(Method::GET).await.expect_err("refused");
    let text = error.to_string();
    assert!(text.contains("https://portal.test/login") && !text.contains("hush"), "{text}");
    assert_eq!(server.seen(), 1);
}

#[tokio::test]
async fn a_body_beyond_its_limit_is_refused() {
    let server = server(&[(200, &[], "0123456789")]).await;
    let error = client().send(&call(), Request::get(server.url.clone()).limit(9)).await.expect_err("refused");
    assert_eq!(*error.kind(), ErrorKind::TooLarge { limit: 9 });
    let answer = client().send(&call(), Request::get(server.url.clone()).limit(10).wipe_answer()).await;
    assert_eq!(&answer.expect("an answer").body[..], b"0123456789");
}

/// Takes an answer piece by piece into a buffer of its own.
async fn streamed(url: &Url, limit: usize) -> Result<Streamed<Vec<u8>>, Error> {
    let request = Request::get(url.clone()).limit(limit);
    let take = |taken: &mut Vec<u8>, piece: &[u8]| {
        taken.extend_from_slice(piece);
        Ok(())
    };
    client().send_streaming(&call(), request, Vec::new, take).await
}

#[tokio::test]
async fn a_streamed_body_comes_in_whole_and_is_bounded() {
    let server = server(&[(200, &[], "0123456789")]).await;
    let whole = streamed(&server.url, 10).await.expect("an answer");
    assert!(matches!(&whole, Streamed::Taken(taken, _) if taken == b"0123456789"), "{whole:?}");
    let error = streamed(&server.url, 9).await.expect_err("too large");
    assert_eq!(*error.kind(), ErrorKind::TooLarge { limit: 9 });
}

#[tokio::test]
async fn a_refusal_or_a_page_is_not_taken_for_the_stream() {
    const OTHERS: [&[Answer]; 2] =
        [&[(404, &[], "{}")], &[(200, &[("content-type", "text/html")], "<html>")]];
    for answer in OTHERS {
        let server = server(answer).await;
        let other = streamed(&server.url, 10).await.expect("an answer");
        assert!(matches!(&other, Streamed::Other(response) if response.status == answer[0].0), "{other:?}");
    }
}

// The clock is paused, so that the delay before the repeat costs nothing.
#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_is_asked_for_again_from_its_start() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("address"))).expect("url");
    let serving = tokio::spawn(async move {
        for body in ["01234", "56789abcde"].into_iter().cycle().take(4) {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await.expect("a request");
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\n{body}");
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await.expect("sent");
        }
    });
    let taken = streamed(&url, 100).await.expect("an answer");
    assert!(matches!(&taken, Streamed::Taken(taken, _) if taken == b"56789abcde"), "{taken:?}");
    let answer = client().send(&call(), Request::get(url)).await.expect("an answer");
    assert_eq!(&answer.body[..], b"56789abcde");
    serving.await.expect("four requests");
}

#[tokio::test]
async fn nothing_is_sent_unencrypted_to_another_machine() {
    let url = Url::parse("http://192.0.2.1/").expect("url");
    let error = client().send(&call(), Request::get(url)).await.expect_err("refused");
    assert_eq!(*error.kind(), ErrorKind::Unencrypted);
}

#[tokio::test]
async fn a_closed_port_is_reported_as_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("address"))).expect("url");
    drop(listener);
    let short = call().at_most(Duration::from_millis(500));
    let error = client().send(&short, Request::get(url)).await.expect_err("unreachable");
    assert!(matches!(error.kind(), ErrorKind::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn an_untrusted_certificate_names_the_remedy_and_its_authority_makes_it_trusted() {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("certificate");
    let key = rustls_pki_types::PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key.into())
        .expect("server");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut tls) = acceptor.accept(stream).await else { continue };
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            let _ = tokio::io::AsyncWriteExt::write_all(&mut tls, answer).await;
            let _ = tokio::io::AsyncWriteExt::shutdown(&mut tls).await;
        }
    });
    let url = Url::parse(&format!("https://localhost:{port}/")).expect("url");
    let error = client().send(&call(), Request::get(url.clone())).await.expect_err("untrusted");
    assert!(matches!(error.kind(), ErrorKind::Untrusted { .. }), "{error:?}");
    assert!(error.to_string().contains("not trusted"), "{error}");

    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("ca.pem");
    std::fs::write(&path, issued.cert.pem()).expect("written");
    let options = Options { ca_bundle: Some(path), env: EnvMap::default(), user_agent: "test".to_owned() };
    let answer = HttpClient::new(options).send(&call(), Request::get(url)).await.expect("trusted");
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_interruption_ends_the_waiting_for_a_repeat() {
    let server = server(&[(429, &[("retry-after", "10")], "{}")]).await;
    let call = call();
    let cancel = call.cancel.clone();
    let seen = server.seen.clone();
    tokio::spawn(async move {
        while seen.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    });
    let error = client().send(&call, Request::get(server.url.clone())).await.expect_err("interrupted");
    assert!(error.is_cancelled(), "{error:?}");
}

/// A server whose answer comes in pieces of which nobody knows how many there are.
async fn in_pieces(pieces: &'static [&'static str]) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("address"))).expect("url");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await.expect("a request");
            let mut answer =
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n".to_owned();
            for piece in pieces {
                answer += &[&*format!("{:x}", piece.len()), piece, ""].join("\r\n");
            }
            answer.push_str("0\r\n\r\n");
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await.expect("sent");
        }
    });
    url
}

#[tokio::test]
async fn a_body_in_pieces_comes_in_whole_up_to_its_limit() {
    let url = in_pieces(&["0123", "4567", "89"]).await;
    for wiped in [false, true] {
        let ask = |limit| {
            let request = Request::get(url.clone()).limit(limit);
            if wiped { request.wipe_answer() } else { request }
        };
        let answer = client().send(&call(), ask(10)).await.expect("an answer");
        assert_eq!(&answer.body[..], b"0123456789", "{wiped}");
        for limit in [3, 7, 9] {
            let error = client().send(&call(), ask(limit)).await.expect_err("too large");
            assert_eq!(*error.kind(), ErrorKind::TooLarge { limit }, "{wiped}");
        }
    }
}

#[tokio::test]
async fn a_write_without_a_body_says_so_and_one_client_keeps_its_connection() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let handler = move |info: axum::extract::ConnectInfo<std::net::SocketAddr>, headers: Headers| {
        let length = headers.get("content-length").map(|length| length.to_str().expect("text").to_owned());
        noted.lock().expect("nobody panics").push((info.0.port(), length));
        async { "{}" }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("address"))).expect("url");
    let service =
        Router::new().fallback(any(handler)).into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let http = client();
    for method in [Method::POST, Method::PATCH, Method::DELETE, Method::GET] {
        http.send(&call(), Request::new(method, url.clone())).await.expect("an answer");
    }
    let seen = seen.lock().expect("nobody panics");
    let lengths: Vec<Option<&str>> = seen.iter().map(|(_, length)| length.as_deref()).collect();
    assert_eq!(lengths, [Some("0"), Some("0"), None, None]);
    assert!(seen.iter().all(|(port, _)| *port == seen[0].0), "{seen:?}");
}

#[tokio::test]
async fn libraries_are_handed_the_client_with_its_name_and_an_answer_shows_no_body() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("address"))).expect("url");
    let handler = |headers: Headers| async move { headers["user-agent"].to_str().expect("text").to_owned() };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(handler))).await });
    let http = client();
    let client = http.reqwest().expect("a client");
    assert_eq!(client.get(url.clone()).send().await.expect("sent").text().await.expect("a text"), "test");
    let answer = http.send(&call(), Request::get(url)).await.expect("an answer");
    assert_eq!(&answer.body[..], b"test");
    assert_eq!(format!("{answer:?}"), "Response { status: 200, bytes: 4, request_id: None, .. }");
}

#[tokio::test]
async fn an_answer_may_have_megabytes_and_must_not_have_more_than_it_may() {
    static LARGE: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| " ".repeat(2 << 20));
    static ANSWERS: std::sync::LazyLock<[Answer; 1]> = std::sync::LazyLock::new(|| [(200, &[], &LARGE)]);
    let answer = server(&*ANSWERS).await.send(Method::GET).await.expect("an answer");
    assert_eq!(answer.body.len(), 2 << 20);
}

#[test]
fn times_are_logged_in_milliseconds() {
    assert_eq!(milliseconds(Duration::from_micros(1_500_900)), 1500);
}
