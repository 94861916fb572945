//! The environment: lines of `N=value`, where N chooses a variable that the process reads.

use std::collections::BTreeMap;

use clients::auth::{Inputs, ResolvedInputs, choose};
use clients::env::{ALL, EnvMap};
use framework::plugin::{HostWishes, NoHost};

use super::cautious::{SECRET, check_error};

/// What a host sets, the cookie first.
const HOST: [&str; 7] = [
    "TF_PLUGIN_MAGIC_COOKIE",
    "PLUGIN_PROTOCOL_VERSIONS",
    "PLUGIN_MIN_PORT",
    "PLUGIN_MAX_PORT",
    "PLUGIN_CLIENT_CERT",
    "PLUGIN_UNIX_SOCKET_DIR",
    "PLUGIN_MULTIPLEX_GRPC",
];
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Reads an input as an environment.
pub fn run(input: &[u8]) {
    let mut variables = BTreeMap::from([(HOST[0].to_owned(), COOKIE.to_owned())]);
    let names: Vec<&str> = HOST.into_iter().chain(ALL.iter().map(|variable| variable.name)).collect();
    for line in String::from_utf8_lossy(input).split('\u{1}') {
        let Some((number, value)) = line.split_once('=') else { continue };
        let name = number.parse::<usize>().ok().and_then(|number| names.get(number));
        if let Some(name) = name {
            variables.insert((*name).to_owned(), value.to_owned());
        }
    }
    greets(&variables);
    signs_in(&variables.into_iter().collect());
}

fn greets(variables: &BTreeMap<String, String>) {
    let set = |name: &str| variables.get(name).filter(|value| !value.is_empty());
    match HostWishes::from_env(variables) {
        Ok(host) => {
            assert_eq!(variables[HOST[0]], COOKIE, "served without the cookie");
            assert!(!host.ports.is_empty(), "no port to listen on");
            assert_eq!(host.client_certificate.is_some(), set(HOST[4]).is_some(), "the certificate");
            let offered = set(HOST[1]).map_or("6", String::as_str);
            assert!(
                offered
                    .split(',')
                    .any(|one| one.trim().trim_start_matches('+').trim_start_matches('0') == "6"),
                "{offered:?}"
            );
            assert_eq!(host.asks_for_multiplexing, set(HOST[6]).is_some());
        }
        Err(refusal) => {
            let text = refusal.to_string();
            // The host shows one line of standard output.
            assert!(!text.contains('\n'), "{text:?}");
            assert_eq!(refusal == NoHost::ByHand, variables[HOST[0]] != COOKIE, "{text}");
        }
    }
}

/// The provider's own variables choose a credential, or are refused in words that hold no value of a secret.
fn signs_in(env: &EnvMap) {
    let secret = |name: &str| ["SECRET", "PASSWORD", "TOKEN"].iter().any(|part| name.ends_with(part));
    let secrets: Vec<&str> = ALL
        .iter()
        .filter(|variable| secret(variable.name))
        .filter_map(|variable| env.value(variable))
        .filter(|value| value.len() >= 12)
        // What is written into a client id as well is no secret any more.
        .filter(|value| {
            let mut others = ALL.iter().filter(|variable| !secret(variable.name));
            !others.any(|other| env.value(other).is_some_and(|other| other.contains(*value)))
        })
        .collect();
    // The same holds of the text that stands for a secret in the kept inputs.
    let mut others = ALL.iter().filter(|variable| !secret(variable.name));
    if others.any(|other| env.value(other).is_some_and(|other| other.contains(SECRET))) {
        return;
    }
    let chosen = ResolvedInputs::resolve(Inputs::default(), env).and_then(|settings| {
        check(&format!("{settings:?}"), &secrets);
        choose(&settings)
    });
    match chosen {
        Ok(choice) => check(&format!("{choice:?}"), &secrets),
        Err(error) => {
            check_error(&error);
            check(&format!("{error}{error:?}"), &secrets);
        }
    }
}

fn check(text: &str, secrets: &[&str]) {
    assert!(!secrets.iter().any(|secret| text.contains(secret)), "a secret in {} bytes", text.len());
}
