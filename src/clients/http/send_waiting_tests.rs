//! What the sender waits for: by the clock of these tests, which is paused, so that an hour costs nothing.

use std::future::IntoFuture as _;

use axum::Router;
use axum::body::Body as AxumBody;
use axum::http::HeaderMap as Headers;
use axum::routing::any;
use reqwest::Url;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::*;
use crate::env::EnvMap;

const HOUR: Duration = Duration::from_secs(3600);

/// A server that gives the n-th request the n-th answer, the last one to all that follow, and notes when each came.
struct Server {
    url: Url,
    arrivals: Arc<Mutex<Vec<Instant>>>,
}

type Answer = (u16, &'static [(&'static str, &'static str)]);

async fn server(answers: &'static [Answer]) -> Server {
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let noted = arrivals.clone();
    let handler = move || {
        let mut noted = noted.lock().expect("nobody panics");
        noted.push(Instant::now());
        let (status, headers) = answers[(noted.len() - 1).min(answers.len() - 1)];
        let mut map = Headers::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header"));
        }
        let status = axum::http::StatusCode::from_u16(status).expect("a status");
        async move { (status, map, AxumBody::from("{}")) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = Url::parse(&format!("http://{}/x", listener.local_addr().expect("an address"))).expect("a url");
    tokio::spawn(axum::serve(listener, Router::new().fallback(any(handler))).into_future());
    Server { url, arrivals }
}

impl Server {
    /// How long after the one before each request came, the first one left out.
    fn pauses(&self) -> Vec<Duration> {
        let arrivals = self.arrivals.lock().expect("nobody panics");
        arrivals.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    fn request(&self, method: Method) -> Request {
        Request::new(method, self.url.clone())
    }
}

fn client() -> HttpClient {
    HttpClient::new(Options { ca_bundle: None, env: EnvMap::default(), user_agent: "test".to_owned() })
}

fn call(limit: Duration) -> Call {
    Call::new(limit, CancellationToken::new(), Uuid::nil())
}

fn seconds(durations: &[Duration]) -> Vec<u64> {
    durations.iter().map(Duration::as_secs).collect()
}

#[tokio::test(start_paused = true)]
async fn what_a_service_asks_for_in_seconds_or_by_a_date_is_waited_for() {
    let server = server(&[
        (429, &[("retry-after", "7")]),
        (503, &[("retry-after", "11.5")]),
        (429, &[("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:50:17 GMT")]),
        (201, &[]),
    ])
    .await;
    let answer = client().send(&call(HOUR), server.request(Method::POST)).await.expect("an answer");
    assert_eq!((answer.status, seconds(&server.pauses())), (201, vec![7, 11, 40]));
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_is_repeated_five_times_at_growing_distances_and_no_oftener() {
    for status in [500, 502, 503, 504] {
        let answers: &'static [Answer] = Box::leak(Box::new([(status, &[][..])]));
        let server = server(answers).await;
        let answer = client().send(&call(HOUR), server.request(Method::GET)).await.expect("an answer");
        assert_eq!(answer.status, status);
        let pauses = server.pauses();
        assert_eq!(pauses.len(), 5, "{pauses:?}");
        // 1, 2, 4, 8 and 16 seconds, each and up to as much again.
        for (pause, least) in pauses.iter().zip([1, 2, 4, 8, 16].map(Duration::from_secs)) {
            assert!(*pause >= least && *pause <= 2 * least + Duration::from_millis(50), "{pauses:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_that_names_no_time_is_waited_out_at_growing_distances_to_the_deadline() {
    let server = server(&[(429, &[])]).await;
    let began = Instant::now();
    let answer = client().send(&call(HOUR), server.request(Method::POST)).await.expect("an answer");
    assert_eq!(answer.status, 429);
    let pauses = server.pauses();
    assert!(pauses.len() > 20, "more than a failure is repeated: {pauses:?}");
    let longest = 2 * LONGEST_DELAY + Duration::from_millis(50);
    assert!(pauses.iter().all(|pause| *pause >= FIRST_DELAY && *pause <= longest), "{pauses:?}");
    assert!(pauses[6] >= LONGEST_DELAY, "{pauses:?}");
    assert!(began.elapsed() + longest > HOUR && began.elapsed() <= HOUR, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn patience_that_ends_before_the_deadline_is_had_and_one_that_does_not_costs_no_time() {
    let server = server(&[(429, &[("retry-after", "59")]), (200, &[])]).await;
    let minute = Duration::from_secs(60);
    assert_eq!(
        client().send(&call(minute), server.request(Method::GET)).await.expect("an answer").status,
        200
    );
    let beyond = self::server(&[(429, &[("retry-after", "61")])]).await;
    let began = Instant::now();
    assert_eq!(
        client().send(&call(minute), beyond.request(Method::GET)).await.expect("an answer").status,
        429
    );
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(beyond.pauses().is_empty());
}

#[tokio::test(start_paused = true)]
async fn when_one_request_is_told_to_wait_all_of_the_same_service_do_and_no_others() {
    let throttled = server(&[(429, &[("retry-after", "30")]), (200, &[])]).await;
    let http = client().limited_by(Limiter::default());
    let first = {
        let (http, request) = (http.clone(), throttled.request(Method::POST));
        tokio::spawn(async move { http.send(&call(HOUR), request).await })
    };
    while throttled.arrivals.lock().expect("nobody panics").is_empty() {
        tokio::task::yield_now().await;
    }
    // Its answer is read by the time that a whole second is over.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let began = Instant::now();
    let other = self::server(&[(200, &[])]).await;
    let apart = http.limited_by(Limiter::default());
    apart.send(&call(HOUR), other.request(Method::GET)).await.expect("an answer");
    assert!(began.elapsed() < Duration::from_secs(1), "another service: {:?}", began.elapsed());

    let second = server(&[(200, &[])]).await;
    http.send(&call(HOUR), second.request(Method::GET)).await.expect("an answer");
    assert!(began.elapsed() >= Duration::from_secs(28), "{:?}", began.elapsed());
    assert_eq!(first.await.expect("it ends").expect("an answer").status, 200);
    assert_eq!(seconds(&throttled.pauses()), [30]);
}

#[tokio::test(start_paused = true)]
async fn an_overload_is_that_of_one_request() {
    let overloaded = server(&[(503, &[("retry-after", "30")]), (200, &[])]).await;
    let http = client().limited_by(Limiter::default());
    let first = {
        let (http, request) = (http.clone(), overloaded.request(Method::GET));
        tokio::spawn(async move { http.send(&call(HOUR), request).await })
    };
    while overloaded.arrivals.lock().expect("nobody panics").is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (began, calm) = (Instant::now(), server(&[(200, &[])]).await);
    http.send(&call(HOUR), calm.request(Method::GET)).await.expect("an answer");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(first.await.expect("it ends").expect("an answer").status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_is_closed_is_knocked_at_three_times() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("an address"))).expect("a url");
    drop(listener);
    let began = Instant::now();
    let error = client().send(&call(HOUR), Request::new(Method::POST, url)).await.expect_err("unreachable");
    assert!(matches!(error.kind(), ErrorKind::Unreachable { .. }), "{error:?}");
    // After one second and two, each and up to as much again.
    let waited = began.elapsed();
    assert!(waited >= Duration::from_secs(3) && waited < Duration::from_secs(7), "{waited:?}");
}
