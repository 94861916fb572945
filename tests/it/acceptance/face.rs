//! The simulator's page in a real browser: what it shows, that it follows the world by itself, what its buttons do, who can
//! use it, and that it asks nobody else and tells no secret.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser::{Browser, Look};
use crate::support::simulator::Simulator;

const DESK: Look = Look { width: 1280, dark: false };

/// `Directory.Read.All` as an application permission, which a sync needs.
const DIRECTORY_READ_ALL: &str = "7ab1d382-f21e-4acd-a863-ba3e13f7da61";

/// A world with an application that asks for a permission nobody granted, and a sync that signs in as somebody else.
fn lived_in() -> Simulator {
    let simulator = Simulator::start(&[]);
    let access = json!([{
        "resourceAppId": "00000003-0000-0000-c000-000000000000",
        "resourceAccess": [{ "id": DIRECTORY_READ_ALL, "type": "Role" }],
    }]);
    let body = json!({ "displayName": "Made by hand", "requiredResourceAccess": access });
    let made = simulator.graph_done(Method::POST, "applications", Some(&body));
    let password = json!({ "passwordCredential": { "displayName": "first key" } });
    let path = format!("applications/{}/addPassword", made["id"].as_str().expect("an id"));
    simulator.graph_done(Method::POST, &path, Some(&password));
    let tenant = simulator.tenant();
    let settings = tenant.sync_settings(&json!({ "sync_frequency": 24 }));
    simulator.essentials_done(
        Method::PUT,
        &format!("orgs/{}/settings/azure", tenant.domain),
        Some(&settings),
    );
    simulator
}

/// The page of a simulator, drawn for the first time; none where there is no browser.
fn opened(simulator: &Simulator, look: Look) -> Option<Browser> {
    let mut browser = Browser::start(look)?;
    browser.open(&simulator.ready().face);
    browser.wait_for("document.querySelector('#people table') && document.querySelector('#routes dl')");
    Some(browser)
}

/// Fails if it complained, asked anybody but the simulator, or holds a secret.
#[track_caller]
fn assert_discreet(browser: &mut Browser, simulator: &Simulator) {
    let elsewhere: Vec<String> = browser
        .asked()
        .into_iter()
        .filter(|url| !url.starts_with(&simulator.ready().face) && !url.starts_with("data:"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:#?}");
    let whole = browser.value("document.documentElement.outerHTML");
    let whole = whole.as_str().expect("a document");
    for secret in simulator.secrets() {
        assert!(!whole.contains(&secret), "{secret}");
    }
}

/// Presses a button by its id.
fn click(browser: &mut Browser, id: &str) {
    browser.value(&format!("document.getElementById('{id}').click()"));
}

#[test]
fn the_page_shows_what_both_sides_hold_and_no_secret() {
    let simulator = lived_in();
    let Some(mut browser) = opened(&simulator, DESK) else { return };
    let text = browser.text();
    let tenant = simulator.tenant();
    for shown in [
        "contoso.com",
        "partner.example",
        &tenant.tenant_id,
        "Made by hand",
        "Directory.Read.All application, Microsoft Graph",
        "not granted",
        "first key",
        "every 24 hours",
        "simulator",
        "A sync now: 3 added 1 updated 1 deleted",
        "Jack King",
        "its user or group is gone",
        "surname Archer → Jones",
        "/api/v1/orgs/contoso.com/settings/azure",
        "No faults are in force.",
        "All moods are at their defaults.",
    ] {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&text).contains(&words(shown)), "{shown}\n{text}");
    }
    let held = browser.value("document.querySelectorAll('#directory .keys .good').length");
    assert_eq!(held, json!(1), "the key that Proofpoint holds is marked, and no other");
    let application = browser.value("location.hash = 'partner.example'; document.title");
    assert_eq!(application, json!("Proofpoint Azure simulator"));
    browser.wait_for_text("No tenant has this domain.");
    assert_discreet(&mut browser, &simulator);
    // A look is no request of a service, and none that nobody knows.
    simulator.assert_every_route_was_known();
    let seen = simulator.requests().iter().filter(|one| one.path == "/" || one.path.contains("face")).count();
    assert_eq!(seen, 0);
}

#[test]
fn what_others_change_appears_by_itself() {
    let simulator = lived_in();
    let Some(mut browser) = opened(&simulator, DESK) else { return };
    browser.value("window.drawnOnce = true");
    let hire = json!({ "domain": "contoso.com", "name": "Nora <b>Quist</b>" });
    simulator.control(Method::POST, "hire", Some(&hire));
    browser.wait_for_text("Nora <b>Quist</b>");
    assert_eq!(browser.value("document.querySelectorAll('b:not(.tally b)').length"), json!(0));
    simulator.set_faults(&json!([{ "path": "/v1.0/groups", "status": 418 }]));
    browser.wait_for_text("/v1.0/groups");
    assert_eq!(simulator.graph(Method::GET, "groups", None).0, 418);
    browser.wait_for("document.querySelector('#requests').innerText.includes('418')");
    simulator.control(Method::POST, "moods", Some(&json!({ "error_body": "text" })));
    browser.wait_for_text("error_body");
    simulator.control(Method::POST, "clock", Some(&json!({ "advance": "2d" })));
    browser.wait_for("document.querySelector('#runs').innerText.includes('4 added')");
    assert_eq!(browser.value("window.drawnOnce"), json!(true), "it was loaded anew");
    assert_discreet(&mut browser, &simulator);
}

#[test]
fn every_button_changes_the_world_and_the_page_tells_it() {
    let simulator = lived_in();
    let Some(mut browser) = opened(&simulator, DESK) else { return };
    let users = |simulator: &Simulator| {
        let state = simulator.state();
        let users = state["tenants"][&simulator.tenant().tenant_id]["users"].as_array().map(Vec::len);
        users.expect("users")
    };
    let before = users(&simulator);
    click(&mut browser, "hire");
    browser.wait_for("document.getElementById('said').innerText.includes('was hired')");
    assert_eq!(users(&simulator), before + 1);
    browser.wait_for("document.querySelectorAll('#people td .fate.add').length === 4");

    let dismissed = "document.querySelector('[aria-label=\"Dismiss Anna Berg\"]')";
    browser.value(&format!("{dismissed}.click()"));
    browser.wait_for(&format!("!{dismissed}"));
    assert_eq!(users(&simulator), before);

    click(&mut browser, "sync");
    browser.wait_for_text("The sync ran: 4 added, 1 updated, 2 deleted.");
    browser.wait_for("document.querySelector('#runs').innerText.includes('4 added')");
    let runs = &simulator.state()["organizations"]["contoso.com"]["runs"];
    assert_eq!(runs[0]["counts"]["added"], json!(4), "{runs:#}");

    click(&mut browser, "advance");
    browser.wait_for("document.getElementById('said').innerText.startsWith('It is ')");
    let runs = &simulator.state()["organizations"]["contoso.com"]["runs"];
    assert_eq!(runs.as_array().map(Vec::len), Some(2), "the sync that fell due ran: {runs:#}");

    click(&mut browser, "fault");
    browser.value("document.getElementById('fault-path').value = '/api/v1/**'");
    browser.value("document.getElementById('fault-kind').value = '503'");
    browser.value("document.getElementById('fault-form').requestSubmit()");
    browser.wait_for_text("Ordered for every request to /api/v1/**.");
    let orgs = format!("orgs/{}", simulator.tenant().domain);
    assert_eq!(simulator.essentials(Method::GET, &orgs, None).0, 503);
    browser.wait_for_text("spent");
    let clear =
        "[...document.querySelectorAll('button')].find((one) => one.innerText === 'Take back all faults')";
    browser.value(&format!("{clear}.click()"));
    browser.wait_for_text("No faults are in force.");
    assert_eq!(simulator.control(Method::GET, "faults", None), json!([]));

    // A fault that could never strike is refused, with what is wrong.
    click(&mut browser, "fault");
    browser.value("document.getElementById('fault-path').value = ''");
    browser.value("document.getElementById('fault-own').value = 'v1.0/users'");
    browser.value("document.getElementById('fault-form').requestSubmit()");
    browser.wait_for_text("`v1.0/users` is not a path: begin it with / or *");

    // What can't be done is said as well.
    browser.value("location.hash = 'partner.example'");
    browser.wait_for_text("No tenant has this domain.");
    click(&mut browser, "sync");
    browser.wait_for_text("`partner.example` has no sync to run");
    assert_eq!(browser.value("document.getElementById('said').className"), json!("refused"));
    // A browser notes answers of 4xx itself.
    let others = browser
        .complaints()
        .iter()
        .filter(|one| !one.to_string().contains("404") && !one.to_string().contains("400"))
        .count();
    assert_eq!(others, 0);
}

#[test]
fn an_address_that_names_nothing_is_told_and_the_page_goes_on() {
    let simulator = lived_in();
    let Some(mut browser) = Browser::start(DESK) else { return };
    // A part behind the hash that is no text, as of an address that was cut in a chat.
    browser.open(&format!("{}#100%", simulator.ready().face));
    browser.wait_for("document.querySelector('#people table') && document.querySelector('#routes dl')");
    browser.value("location.hash = '%E0%A4%A'");
    simulator.control(Method::POST, "hire", Some(&json!({ "domain": "contoso.com", "name": "Nora Quist" })));
    browser.wait_for_text("Nora Quist");
    browser.value("location.hash = 'contosso.com'");
    browser.wait_for_text("There is no organization contosso.com: contoso.com is shown.");
    // Said once, and not over what comes after it.
    click(&mut browser, "hire");
    browser.wait_for("document.getElementById('said').innerText.includes('was hired')");
    browser.value("document.getElementById('find').value = 'nora'");
    browser.value("document.getElementById('find').dispatchEvent(new Event('input'))");
    browser.wait_for("document.querySelectorAll('#people tbody tr').length === 1");
    let said = browser.value("document.getElementById('said').innerText");
    assert!(said.as_str().is_some_and(|said| said.contains("was hired")), "{said}");
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
}

#[test]
fn everything_is_reached_by_keyboard_and_seen_to_be() {
    let simulator = lived_in();
    let Some(mut browser) = opened(&simulator, DESK) else { return };
    let focused = "(() => { const one = document.activeElement, style = getComputedStyle(one); return [
        one.id || one.getAttribute('aria-label') || one.innerText,
        one.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    ]; })()";
    let mut order = Vec::new();
    loop {
        browser.press("Tab");
        let at = browser.value(focused);
        assert_eq!(at[1], json!(true), "nobody sees that it has the focus: {at}");
        order.push(at[0].as_str().expect("a name").to_owned());
        if order.last().is_some_and(|name| name.contains("routes below")) || order.len() > 60 {
            break;
        }
    }
    let begin = ["Skip to people", "advance", "sync", "hire", "fault", "contoso.com", "partner.example"];
    assert_eq!(order[..begin.len()], begin, "{order:?}");
    let place =
        |name: &str| order.iter().position(|one| one == name).unwrap_or_else(|| panic!("{name}: {order:?}"));
    assert!(place("find") < place("Dismiss Anna Berg"), "{order:?}");
    assert!(order.last().is_some_and(|name| name.contains("routes below")), "{order:?}");

    browser.value("document.getElementById('hire').focus()");
    browser.press("Enter");
    browser.wait_for("document.querySelectorAll('#people td .fate.add').length === 4");
    assert_eq!(browser.value(focused)[0], json!("hire"), "the focus has stayed");

    // Who dismisses somebody is not thrown back to the top of the page.
    browser.value("document.querySelector('[aria-label=\"Dismiss Ben Cole\"]').focus()");
    browser.press(" ");
    browser.wait_for("!document.querySelector('[aria-label=\"Dismiss Ben Cole\"]')");
    assert_eq!(browser.value(focused)[0], json!("people"));

    browser.value("document.getElementById('fault').focus()");
    browser.press("Enter");
    browser.wait_for("document.getElementById('fault-dialog').open");
    assert_eq!(browser.value(focused)[0], json!("fault-path"));
    browser.press("Escape");
    browser.wait_for("!document.getElementById('fault-dialog').open");
    assert_eq!(browser.value(focused)[0], json!("fault"));

    let live =
        browser.value("[document.getElementById('said').role, document.getElementById('said').ariaLive]");
    assert_eq!(live, json!(["status", "polite"]));
}

/// Texts whose contrast with what is behind them is below 4.5, with it.
const FAINT: &str = "(() => {
    const channel = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const parts = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = (color) => { const [r, g, b] = parts(color).map((one) => channel(one / 255)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const behind = (one) => { for (; one; one = one.parentElement) {
        const color = getComputedStyle(one).backgroundColor; if ((parts(color)[3] ?? 1) > 0) return color; } };
    const faint = [];
    document.getElementById('fault-dialog').show();
    for (const one of document.body.querySelectorAll('*')) {
        if (![...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) || !one.checkVisibility()) continue;
        const [high, low] = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < 4.5) faint.push(`${one.innerText}: ${ratio}`);
    }
    document.getElementById('fault-dialog').close();
    return [faint, getComputedStyle(document.documentElement).backgroundColor];
})()";

#[test]
fn it_is_legible_on_a_phone_and_at_a_desk_in_both_themes() {
    let simulator = lived_in();
    simulator.set_faults(
        &json!([{ "path": "/v1.0/a-path-that-is-longer-than-a-phone-is-wide/**", "status": 503 }]),
    );
    let Some(mut browser) = opened(&simulator, DESK) else { return };
    browser.value("for (const one of document.querySelectorAll('details')) one.open = true");
    let mut grounds = Vec::new();
    for width in [360, 1280] {
        for dark in [false, true] {
            browser.set(Look { width, dark });
            browser.wait_for(&format!("innerWidth === {width}"));
            let wide = browser.value("document.documentElement.scrollWidth");
            assert!(wide.as_u64().is_some_and(|wide| wide <= u64::from(width)), "{wide} at {width}");
            let cut = "[...document.querySelectorAll('main *, header *')].filter((one) => one.checkVisibility()
                && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 200))";
            assert_eq!(browser.value(cut), json!([]), "beyond the edge at {width}");
            let faint = browser.value(FAINT);
            assert_eq!(faint[0], json!([]), "at {width}, dark: {dark}");
            grounds.push(faint[1].clone());
        }
    }
    assert!(grounds[0] != grounds[1] && grounds[0] == grounds[2], "the themes differ: {grounds:?}");
    assert_discreet(&mut browser, &simulator);
}

#[test]
fn every_control_route_is_told_by_the_page_and_by_the_help_and_is_there() {
    let simulator = Simulator::start(&[]);
    let routes = simulator.control(Method::GET, "routes", None);
    let routes: Vec<(String, String)> = routes
        .as_array()
        .expect("routes")
        .iter()
        .map(|one| {
            (one["method"].as_str().expect("a method").into(), one["path"].as_str().expect("a path").into())
        })
        .collect();
    assert!(routes.len() > 15, "{routes:?}");
    let program = env!("CARGO_BIN_EXE_proofpoint-azure-simulator");
    let help = std::process::Command::new(program).arg("--help").output().expect("the help").stdout;
    let help = String::from_utf8(help).expect("text");
    for (method, path) in &routes {
        assert!(help.contains(&format!("  {method} {path}")), "{method} {path}\n{help}");
        if method == "GET" {
            simulator.control(Method::GET, path, None);
        }
    }
    let Some(mut browser) = opened(&simulator, DESK) else { return };
    browser.value("document.querySelector('#routes details').open = true");
    let shown = browser.value("[...document.querySelectorAll('#routes dt')].map((one) => one.innerText)");
    let shown: Vec<&str> = shown.as_array().expect("routes").iter().filter_map(Value::as_str).collect();
    assert_eq!(shown.len(), routes.len());
    for ((method, path), line) in routes.iter().zip(shown) {
        assert!(line.starts_with(&format!("{method} {path}")), "{method} {path}: {line}");
    }
}

/// What a request without TLS is answered, its headers included.
fn in_clear(simulator: &Simulator, request_line: &str, headers: &[&str], body: &str) -> String {
    let place = simulator.ready().face.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(&place).expect("the simulator listens");
    let own_host = format!("host: {place}");
    let host =
        headers.iter().find(|header| header.starts_with("host:")).map_or(own_host.as_str(), |header| header);
    let mut others: Vec<&str> =
        headers.iter().copied().filter(|header| !header.starts_with("host:")).collect();
    others.push("connection: close");
    let others = others.join("\r\n");
    let length = body.len();
    let request =
        format!("{request_line} HTTP/1.1\r\n{host}\r\n{others}\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).expect("it takes the request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("its answer");
    answer
}

#[test]
fn pages_of_other_sites_change_and_read_nothing() {
    let simulator = Simulator::start(&[]);
    let hire = r#"{"domain": "contoso.com"}"#;
    let status = |headers: &[&str], line: &str| {
        let answer = in_clear(&simulator, line, headers, hire);
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    let post = "POST /_control/hire";
    let before = simulator.state();
    for headers in [
        &["origin: https://evil.example", "content-type: text/plain"][..],
        &["origin: null"],
        &["origin: http://127.0.0.1:1"],
        &["sec-fetch-site: cross-site"],
        &["host: rebound.evil.example"],
        &["host: rebound.evil.example", "origin: http://rebound.evil.example"],
    ] {
        assert_eq!(status(headers, post), "403", "{headers:?}");
        assert_eq!(status(headers, "GET /_control/secrets"), "403", "{headers:?}");
    }
    assert_eq!(status(&["host: rebound.evil.example"], "GET /"), "403");
    assert_eq!(simulator.state(), before);
    let own = format!("origin: {}", simulator.ready().face.trim_end_matches('/'));
    assert_eq!(status(&[&own, "sec-fetch-site: same-origin"], post), "200");
    assert_ne!(simulator.state(), before);
}

#[test]
fn a_name_that_it_was_started_with_is_in_its_certificate_and_reaches_everything() {
    let simulator = Simulator::start(&["--name", "sim.test.example"]);
    let place = simulator.ready().face.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let address: std::net::SocketAddr = place.parse().expect("an address");
    let ca = simulator.ready().ca_certificate.as_ref().expect("an authority");
    let ca = std::fs::read(ca).expect("its certificate");
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&ca).expect("a certificate")])
        .resolve("sim.test.example", address)
        .no_proxy()
        .build()
        .expect("a client");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for path in ["_control/clock", "", "common/v2.0/.well-known/openid-configuration"] {
        let url = format!("https://sim.test.example:{}/{path}", address.port());
        let answer =
            runtime.block_on(client.get(&url).send()).unwrap_or_else(|error| panic!("{url}: {error:?}"));
        assert_eq!(answer.status(), 200, "{url}");
    }
}

#[test]
fn without_tls_there_are_the_page_and_the_control_plane_alone() {
    let simulator = Simulator::start(&[]);
    let page = in_clear(&simulator, "GET /", &[], "");
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("<title>"), "{page}");
    let policy = page.lines().find(|line| line.starts_with("content-security-policy:")).expect("a policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for path in ["/v1.0/users", "/api/v1/me", "/common/v2.0/.well-known/openid-configuration"] {
        let refused = in_clear(&simulator, &format!("GET {path}"), &[], "");
        assert!(refused.starts_with("HTTP/1.1 400 ") && refused.contains("https://"), "{path}: {refused}");
    }
    assert!(simulator.requests().is_empty(), "they are no requests of a service");
}
