//! Stands for the Azure CLI, which the guides use: takes note of what it is asked, and says what comes of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use clients::env::EnvMap;

/// An application that commands have made.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) permissions: Vec<String>,
    /// The names of the jobs that it trusts.
    pub(crate) subjects: Vec<String>,
    pub(crate) has_secret: bool,
    /// How often consent was asked for.
    pub(crate) consents: usize,
}

/// A call is a line, with its words apart by a character that none has. Ids tell whose they are. Consent is refused at first,
/// as it is in a tenant.
const AZ: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
{ for word in "$@"; do printf '%s\037' "$(printf %s "$word" | tr '\n' ' ')"; done; echo; } >> calls
case "$*" in
  "ad app create "*) grep -c '^ad.app.create' calls ;;
  "ad sp show "*) printf %s "$*" | sed "s/.*value=='\([^']*\)'.*/\1/" ;;
  "ad app permission admin-consent "*) [ "$(tail -n 2 calls | uniq | wc -l)" = 1 ] ;;
  "account show "*) echo the-tenant ;;
  "ad app credential reset "*) echo the-secret ;;
esac
"#;

/// What the commands of a page make, typed one block after the other into one shell: an application each time one is created.
#[track_caller]
pub(crate) fn made_by(blocks: &[String]) -> Vec<Made> {
    let place = tempfile::tempdir().expect("a temporary directory");
    let program = |name: &str, script: &str| {
        fs::write(place.path().join(name), script).expect("a program");
        let marked = Command::new("chmod").arg("+x").arg(place.path().join(name)).status();
        assert!(marked.is_ok_and(|status| status.success()), "{name}");
    };
    program("az", AZ);
    // Nobody waits here.
    program("sleep", "#!/bin/sh\n");
    let path = EnvMap::of_process().get("PATH").unwrap_or_default().to_owned();
    let output = Command::new("sh")
        .args(["-e", "-u", "-c", &blocks.concat()])
        .env("PATH", format!("{}:{path}", place.path().display()))
        .current_dir(place.path())
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    calls(place.path())
}

fn calls(place: &Path) -> Vec<Made> {
    let text = fs::read_to_string(place.join("calls")).expect("what was asked");
    let mut made: Vec<Made> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.trim_end_matches('\u{1f}').split('\u{1f}').collect();
        let option = |name: &str| {
            words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1)).copied()
        };
        if words.starts_with(&["ad", "app", "create"]) {
            made.push(Made::default());
            continue;
        }
        let number = made.len().to_string();
        let Some(made) = made.last_mut() else { continue };
        if words.starts_with(&["ad", "app"]) {
            assert_eq!(option("--id"), Some(number.as_str()), "of another application: {words:?}");
        }
        match words.as_slice() {
            ["ad", "app", "permission", "add", ..] => {
                let given = option("--api-permissions").and_then(|given| given.strip_suffix("=Role"));
                made.permissions.push(given.expect("an application permission").to_owned());
            }
            ["ad", "app", "federated-credential", "create", ..] => {
                let parameters: Value =
                    serde_json::from_str(option("--parameters").expect("parameters")).expect("JSON");
                made.subjects.push(parameters["subject"].as_str().expect("a subject").to_owned());
            }
            ["ad", "app", "credential", "reset", ..] => made.has_secret = true,
            ["ad", "app", "permission", "admin-consent", ..] => made.consents += 1,
            _ => {}
        }
    }
    made
}
