//! Against a token endpoint on this machine that answers what each test tells it to.

use std::collections::VecDeque;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::auth::error::Answered;
use crate::auth::inputs::{Inputs, ResolvedInputs};
use crate::auth::{choose, refuse_two_credentials};

const TENANT: &str = "11111111-1111-1111-1111-111111111111";
const SCOPE: &str = "https://graph.microsoft.com/.default";
const SECRET: &str = "never-to-be-seen";

/// What the endpoint was asked.
#[derive(Debug, Clone)]
struct Seen {
    target: String,
    headers: axum::http::HeaderMap,
    form: HashMap<String, String>,
}

#[derive(Clone, Default)]
struct Endpoint {
    answers: Arc<Mutex<VecDeque<Response>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Endpoint {
    /// Serves `answers` in turn; returns the address.
    async fn serving(answers: impl IntoIterator<Item = Response>) -> (Self, String) {
        let endpoint =
            Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let service = axum::Router::new().fallback(answer).with_state(endpoint.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        (endpoint, address)
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("seen").clone()
    }
}

async fn answer(State(endpoint): State<Endpoint>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    let target = format!("{} {}", parts.method, parts.uri);
    endpoint.seen.lock().expect("seen").push(Seen { target, headers: parts.headers, form });
    endpoint
        .answers
        .lock()
        .expect("answers")
        .pop_front()
        .unwrap_or_else(|| (418, "out of answers").into_response_with())
}

/// `(418, "text")` as an answer.
trait WithStatus {
    fn into_response_with(self) -> Response;
}

impl WithStatus for (u16, &str) {
    fn into_response_with(self) -> Response {
        let status = axum::http::StatusCode::from_u16(self.0).expect("a status");
        (status, self.1.to_owned()).into_response()
    }
}

fn jwt(tid: &str) -> String {
    let claims =
        format!(r#"{{"tid":"{tid}","oid":"o","appid":"c","idtyp":"app","roles":["Directory.Read.All"]}}"#);
    format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(claims))
}

fn token(tid: &str) -> Response {
    (200, format!(r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"{}"}}"#, jwt(tid)).as_str())
        .into_response_with()
}

fn refusal(code: u32) -> Response {
    let body = format!(
        r#"{{"error":"invalid_client","error_description":"AADSTS{code}: No. Trace ID: x","error_codes":[{code}],
            "trace_id":"the-trace"}}"#
    );
    (401, body.as_str()).into_response_with()
}

/// Credentials for arguments, with `address` as authority.
fn credentials(address: &str, arguments: Inputs) -> Credentials {
    credentials_in(address, arguments, &[])
}

/// The same, completed from an environment.
fn credentials_in(address: &str, arguments: Inputs, env: &[(&str, &str)]) -> Credentials {
    let arguments =
        Inputs { tenant_id: Some(TENANT.to_owned()), authority_host: Some(address.to_owned()), ..arguments };
    refuse_two_credentials(&arguments).expect("one credential");
    let settings = ResolvedInputs::resolve(arguments, &env.iter().copied().collect()).expect("settings");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    Credentials::new(choose(&settings).expect("a choice"), client, Uuid::nil()).expect("credentials")
}

fn with_secret(address: &str) -> Credentials {
    let arguments =
        Inputs { client_id: Some("c".to_owned()), client_secret: Some(SECRET.into()), ..Inputs::default() };
    credentials(address, arguments)
}

fn call() -> Call {
    Call::new(Duration::from_secs(20), CancellationToken::new(), Uuid::nil())
}

fn tenant() -> TenantId {
    TenantId::parse(TENANT).expect("a tenant")
}

#[tokio::test]
async fn a_token_is_fetched_once_and_tells_who_signed_in() {
    let (endpoint, address) = Endpoint::serving([token(TENANT)]).await;
    let (credentials, call, tenant) = (with_secret(&address), call(), tenant());
    let (first, second) =
        tokio::join!(credentials.token(&call, &tenant, SCOPE), credentials.token(&call, &tenant, SCOPE));
    let (first, second) = (first.expect("a token"), second.expect("a token"));
    assert_eq!(first.secret().expose_secret(), second.secret().expose_secret());
    assert_eq!(first.claims().permissions(), ["Directory.Read.All"]);
    let seen = endpoint.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].target, format!("POST /{TENANT}/oauth2/v2.0/token"));
    assert_eq!(seen[0].form["client_secret"], SECRET);
    assert_eq!(seen[0].form["scope"], SCOPE);
    assert_eq!(seen[0].headers["client-request-id"], Uuid::nil().to_string());
}

#[tokio::test]
async fn an_invalidated_token_is_fetched_anew() {
    let (endpoint, address) = Endpoint::serving([token(TENANT), token(TENANT)]).await;
    let credentials = with_secret(&address);
    for _ in 0..2 {
        credentials.token(&call(), &tenant(), SCOPE).await.expect("a token");
        credentials.invalidate(&tenant());
    }
    assert_eq!(endpoint.seen().len(), 2);
}

#[tokio::test]
async fn a_token_about_to_end_is_not_handed_out_again() {
    let ending = format!(r#"{{"token_type":"Bearer","expires_in":299,"access_token":"{}"}}"#, jwt(TENANT));
    let (endpoint, address) =
        Endpoint::serving([(200, ending.as_str()).into_response_with(), token(TENANT)]).await;
    let credentials = with_secret(&address);
    for _ in 0..2 {
        credentials.token(&call(), &tenant(), SCOPE).await.expect("a token");
    }
    assert_eq!(endpoint.seen().len(), 2);
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_shows_no_secret() {
    let (endpoint, address) = Endpoint::serving([refusal(7_000_222)]).await;
    let error = with_secret(&address).token(&call(), &tenant(), SCOPE).await.expect_err("refused");
    assert_eq!(error.codes(), [7_000_222]);
    assert!(error.to_string().contains("the-trace"), "{error}");
    assert!(error.to_string().contains("has expired"), "{error}");
    assert!(!format!("{error} {error:?}").contains(SECRET));
    assert_eq!(endpoint.seen().len(), 1, "a refusal is not repeated");
}

/// Not every refusal can be read, and what can't be is told in the words of others, who repeat what came.
#[tokio::test]
async fn no_refusal_shows_what_was_presented_whatever_its_shape() {
    let shapes = [
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: PROOF is wrong.","error_codes":[7000215]}"#,
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: PROOF is wrong.","error_codes":["7000215"]}"#,
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: PROOF is wrong.","error_codes":[-1]}"#,
        r#"{"error":"invalid_client","error_description":"No.","error_codes":"PROOF"}"#,
        r#"{"error":"PROOF is wrong"}"#,
        r#"{"error":{"code":"x","message":"PROOF is wrong"}}"#,
        r#"{"message":"PROOF is wrong"}"#,
        "PROOF is wrong",
    ];
    for shape in shapes {
        let refusal = || (401, shape.replace("PROOF", SECRET).as_str()).into_response_with();
        let (_, address) = Endpoint::serving([refusal(), refusal()]).await;
        let federated = Inputs {
            client_id: Some("c".to_owned()),
            use_oidc: Some(true),
            oidc_token: Some(SECRET.into()),
            ..Inputs::default()
        };
        for credentials in [with_secret(&address), credentials(&address, federated)] {
            let error = credentials.token(&call(), &tenant(), SCOPE).await.expect_err("refused");
            assert!(!format!("{error} {error:?}").contains(SECRET), "{shape}: {error}");
        }
    }
}

#[tokio::test]
async fn a_page_instead_of_json_is_called_by_its_name() {
    let (_, address) = Endpoint::serving([(200, "<!doctype html><p>Log in").into_response_with()]).await;
    let error = with_secret(&address).token(&call(), &tenant(), SCOPE).await.expect_err("refused");
    assert!(matches!(error, Error::NotJson { status: 200, html: true, .. }), "{error}");
}

// The clock is paused, so that the delays between the repeats cost nothing.
#[tokio::test(start_paused = true)]
async fn an_unreachable_authority_gives_the_cause_from_the_bottom_of_the_chain() {
    let free =
        tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let error =
        with_secret(&format!("http://{free}")).token(&call(), &tenant(), SCOPE).await.expect_err("refused");
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.to_string().to_lowercase().contains("connection refused"), "{error}");
}

#[tokio::test]
async fn a_hiccup_of_the_token_endpoint_is_overcome() {
    let (endpoint, address) = Endpoint::serving([(503, "").into_response_with(), token(TENANT)]).await;
    with_secret(&address).token(&call(), &tenant(), SCOPE).await.expect("a token");
    assert_eq!(endpoint.seen().len(), 2);
}

#[tokio::test]
async fn cancellation_and_deadline_end_the_wait() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let credentials = with_secret(&format!("http://{}", listener.local_addr().expect("an address")));
    let cancelled = call();
    cancelled.cancel.cancel();
    let error = credentials.token(&cancelled, &tenant(), SCOPE).await.expect_err("cancelled");
    assert!(matches!(error, Error::Cancelled { .. }));
    let short = Call::new(Duration::from_millis(20), CancellationToken::new(), Uuid::nil());
    let error = credentials.token(&short, &tenant(), SCOPE).await.expect_err("late");
    assert!(matches!(error, Error::Timeout { .. }));
}

#[tokio::test]
async fn a_token_of_another_tenant_is_refused() {
    let other = "22222222-2222-2222-2222-222222222222";
    let (_, address) = Endpoint::serving([token(other)]).await;
    let error = with_secret(&address).token(&call(), &tenant(), SCOPE).await.expect_err("refused");
    assert!(matches!(&error, Error::OtherTenant { got, .. } if got == other), "{error}");
}

#[tokio::test]
async fn the_tenant_that_a_token_names_is_cleaned_and_cut() {
    let dirty = format!("other\\u001b[2J\\u202e{}", "x".repeat(5000));
    let (_, address) = Endpoint::serving([token(&dirty)]).await;
    let text = with_secret(&address).token(&call(), &tenant(), SCOPE).await.expect_err("refused").to_string();
    assert!(text.contains("got one of tenant `other [2Jxxx") && text.len() < 1000, "{}", text.escape_debug());
}

#[tokio::test]
async fn github_is_asked_for_a_token_which_is_presented_as_an_assertion() {
    let answers = [(200, r#"{"count":1,"value":"the-id-token"}"#).into_response_with(), token(TENANT)];
    let (endpoint, address) = Endpoint::serving(answers).await;
    let arguments = Inputs {
        client_id: Some("c".to_owned()),
        use_oidc: Some(true),
        oidc_request_url: Some(format!("{address}/job?run=1")),
        oidc_request_token: Some(SECRET.into()),
        ..Inputs::default()
    };
    credentials(&address, arguments).token(&call(), &tenant(), SCOPE).await.expect("a token");
    let [job, entra] = &endpoint.seen()[..] else { panic!("two requests") };
    assert_eq!(job.target, "GET /job?run=1&audience=api%3A%2F%2FAzureADTokenExchange");
    assert_eq!(job.headers["authorization"], format!("Bearer {SECRET}"));
    assert_eq!(entra.form["client_assertion"], "the-id-token");
}

#[tokio::test]
async fn azure_devops_is_asked_by_post_for_the_service_connection() {
    let answers = [(200, r#"{"oidcToken":"the-id-token"}"#).into_response_with(), token(TENANT)];
    let (endpoint, address) = Endpoint::serving(answers).await;
    let arguments = Inputs {
        client_id: Some("c".to_owned()),
        use_oidc: Some(true),
        oidc_request_url: Some(format!("{address}/job")),
        oidc_request_token: Some(SECRET.into()),
        ado_pipeline_service_connection_id: Some("connection".to_owned()),
        ..Inputs::default()
    };
    credentials(&address, arguments).token(&call(), &tenant(), SCOPE).await.expect("a token");
    let [job, entra] = &endpoint.seen()[..] else { panic!("two requests") };
    assert_eq!(job.target, "POST /job?api-version=7.1&serviceConnectionId=connection");
    assert_eq!(entra.form["client_assertion"], "the-id-token");
}

#[tokio::test]
async fn a_job_that_may_not_have_a_token_is_told_so() {
    let (_, address) = Endpoint::serving([(403, "no").into_response_with()]).await;
    let arguments = Inputs {
        client_id: Some("c".to_owned()),
        use_oidc: Some(true),
        oidc_request_url: Some(format!("{address}/job")),
        oidc_request_token: Some(SECRET.into()),
        ..Inputs::default()
    };
    let error = credentials(&address, arguments).token(&call(), &tenant(), SCOPE).await.expect_err("refused");
    assert!(matches!(error, Error::Assertion { .. }), "{error}");
    assert!(error.to_string().contains("id-token: write") && !error.to_string().contains(SECRET), "{error}");
}

#[tokio::test]
async fn a_certificate_signs_again_when_the_answer_corrects_the_clock() {
    let answers = [refusal(700_024), token(TENANT)].map(|mut answer| {
        answer.headers_mut().insert("date", "Sat, 24 Nov 2040 02:10:30 GMT".parse().expect("a header"));
        answer
    });
    let (endpoint, address) = Endpoint::serving(answers).await;
    let bundle = include_bytes!("pkcs12/fixtures/aes256-sha256.p12");
    let arguments = Inputs {
        client_id: Some("c".to_owned()),
        client_certificate: Some(base64::engine::general_purpose::STANDARD.encode(bundle).into()),
        client_certificate_password: Some("hush".into()),
        ..Inputs::default()
    };
    let credentials = credentials(&address, arguments);
    credentials.token(&call(), &tenant(), SCOPE).await.expect("a token");
    let [_, second] = &endpoint.seen()[..] else { panic!("two requests") };
    let claims = second.form["client_assertion"].split('.').nth(1).expect("claims");
    let claims: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("JSON");
    assert_eq!(claims["aud"], format!("{address}/{TENANT}/oauth2/v2.0/token"));
    assert!(claims["nbf"].as_i64().expect("seconds") > 2_236_000_000, "{claims}");
    assert!(credentials.clock(&tenant()).now().as_second() > 2_236_000_000);
}

#[tokio::test]
async fn a_managed_identity_is_asked_at_its_endpoint() {
    let body = format!(
        r#"{{"token_type":"Bearer","expires_on":"4102444800","resource":"r","access_token":"{}"}}"#,
        jwt(TENANT)
    );
    let (endpoint, address) = Endpoint::serving([(200, body.as_str()).into_response_with()]).await;
    let arguments = Inputs {
        client_id: Some("user-assigned".to_owned()),
        use_msi: Some(true),
        msi_endpoint: Some(format!("{address}/msi/token")),
        ..Inputs::default()
    };
    let credentials = credentials(&address, arguments);
    credentials.token(&call(), &tenant(), SCOPE).await.expect("a token");
    let seen = endpoint.seen();
    assert!(seen[0].target.starts_with("GET /msi/token?api-version="), "{}", seen[0].target);
    assert!(seen[0].target.contains("client_id=user-assigned"), "{}", seen[0].target);
    assert_eq!(seen[0].headers["metadata"], "true");
}

/// Credentials of a managed identity with its endpoint at `address`.
fn of_machine(address: &str) -> Credentials {
    let arguments = Inputs {
        use_msi: Some(true),
        msi_endpoint: Some(format!("{address}/msi/token")),
        ..Inputs::default()
    };
    credentials(address, arguments)
}

// The clock is paused, so that the delays between the repeats cost nothing.
#[tokio::test(start_paused = true)]
async fn a_managed_identity_out_of_reach_is_called_by_its_name() {
    let free =
        tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let credentials = of_machine(&format!("http://{free}"));
    let error = credentials.token(&call(), &tenant(), SCOPE).await.expect_err("refused");
    assert!(matches!(error, Error::ManagedIdentity { by: Answered::Nobody, .. }), "{error}");
    let text = error.to_string();
    assert!(text.to_lowercase().contains("connection refused"), "{text}");
    assert!(!text.contains("az login"), "{text}");
}

#[tokio::test]
async fn a_managed_identity_that_is_refused_says_why_and_a_proxys_page_is_not_shown() {
    for (status, body, who, words) in [
        (400, r#"{"error":"invalid_request"}"#, Answered::Endpoint, "has not been assigned"),
        (403, "<html>hush</html>", Answered::Page, "an HTML page"),
    ] {
        let (_, address) = Endpoint::serving([(status, body).into_response_with()]).await;
        let error = of_machine(&address).token(&call(), &tenant(), SCOPE).await.expect_err("refused");
        assert!(matches!(error, Error::ManagedIdentity { by, .. } if by == who), "{error}");
        let text = error.to_string();
        assert!(text.contains(words) && !text.contains("hush"), "{text}");
    }
}

#[tokio::test]
async fn a_pods_workload_identity_presents_the_token_in_its_file() {
    let (endpoint, address) = Endpoint::serving([token(TENANT)]).await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "the-pods-token\n").expect("written");
    let arguments = Inputs { use_aks_workload_identity: Some(true), ..Inputs::default() };
    let env = [
        ("AZURE_TENANT_ID", TENANT),
        ("AZURE_CLIENT_ID", "the-pods-client"),
        ("AZURE_FEDERATED_TOKEN_FILE", file.path().to_str().expect("a path")),
    ];
    let credentials = credentials_in(&address, arguments, &env);
    credentials.token(&call(), &tenant(), SCOPE).await.expect("a token");
    let [seen] = &endpoint.seen()[..] else { panic!("one request") };
    assert_eq!(seen.target, format!("POST /{TENANT}/oauth2/v2.0/token"));
    assert_eq!(seen.form["client_id"], "the-pods-client");
    assert_eq!(seen.form["client_assertion"], "the-pods-token");
}

#[tokio::test]
async fn a_fresh_secret_is_tried_exactly_once_and_not_kept() {
    let (endpoint, address) =
        Endpoint::serving([(503, "").into_response_with(), refusal(7_000_215), token(TENANT)]).await;
    let credentials = with_secret(&address);
    let fresh = SecretString::from("fresh");
    let (call, tenant) = (call(), tenant());
    let attempt = || credentials.client_secret_token(&call, &tenant, "new-app", &fresh, SCOPE);
    assert!(attempt().await.is_err(), "a failure is not repeated");
    assert!(attempt().await.expect_err("not yet known").may_be_replication());
    assert_eq!(attempt().await.expect("a token").claims().permissions(), ["Directory.Read.All"]);
    let seen = endpoint.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(
        (seen[2].form["client_id"].as_str(), seen[2].form["client_secret"].as_str()),
        ("new-app", "fresh")
    );
}

#[tokio::test]
async fn without_a_tenant_an_application_is_told_to_name_one() {
    let arguments =
        Inputs { client_id: Some("c".to_owned()), client_secret: Some(SECRET.into()), ..Inputs::default() };
    let settings = ResolvedInputs::resolve(arguments, &crate::env::EnvMap::default()).expect("settings");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let credentials =
        Credentials::new(choose(&settings).expect("a choice"), client, Uuid::nil()).expect("credentials");
    let error = credentials.home(&call(), SCOPE).await.expect_err("refused");
    assert!(matches!(&error, Error::NoTenant { credential: "client secret" }), "{error}");
}
