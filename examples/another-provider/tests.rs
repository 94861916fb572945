//! The built provider, over its socket and in every CLI on this machine.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this crate is tests through and through")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use another_provider::{PROGRAM, provider};
use plugin_client::calls::Stored;
use plugin_client::workspace::{Install, Subject, Workspace};
use plugin_client::{Plugin, Start, cli};
use provider_docs::Site;
use serde_json::json;

const EXECUTABLE: &str = env!("CARGO_BIN_EXE_terraform-provider-another");

async fn start() -> Plugin {
    let plugin = Start::new(Path::new(EXECUTABLE), &BTreeMap::new()).run().await;
    plugin.configure(json!({})).await.expect_none();
    plugin
}

#[test]
fn the_schema_is_one_that_core_takes() {
    assert_eq!(provider().check(), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_is_made_read_changed_imported_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a");
    let plugin = start().await;
    let file = plugin.resource("another_file").await;
    let config = |content: &str, mode: &str| json!({ "path": path, "content": content, "mode": mode });

    let plan = file.plan(None, json!({ "path": path, "content": "one" })).await;
    assert_eq!(plan.state, config("one", "0644"));
    let made = file.apply(None, plan).await;
    made.messages.expect_none();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one");

    fs::write(&path, "by hand").unwrap();
    let drifted = file.read(&made).await;
    assert_eq!(drifted.state, config("by hand", "0644"));
    let plan = file.plan(Some(&drifted), config("two", "0600")).await;
    assert_eq!(plan.replace, Vec::<String>::new());
    let changed = file.apply(Some(&drifted), plan).await;
    changed.messages.expect_none();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);

    let imported = file.import(path.to_str().unwrap()).await;
    assert_eq!(file.read(&imported).await.state, config("two", "0600"));

    let plan = file.plan(Some(&changed), json!(null)).await;
    file.apply(Some(&changed), plan).await.messages.expect_none();
    assert!(!path.exists());
    assert_eq!(file.read(&changed).await.state, json!(null));
}

#[tokio::test]
async fn what_somebody_else_has_made_stays_and_the_error_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("theirs");
    fs::write(&path, "theirs").unwrap();
    let plugin = start().await;
    let file = plugin.resource("another_file").await;
    let plan = file.plan(None, json!({ "path": path, "content": "ours" })).await;
    let Stored { state, messages, .. } = file.apply(None, plan).await;
    assert_eq!(state, json!(null));
    let error = messages.expect_error();
    assert_eq!(error.path, "path");
    assert_eq!(error.summary, format!("Can't create the file `{}`", path.display()));
    assert!(error.detail.contains("Import it"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
}

#[tokio::test]
async fn a_mode_that_is_none_is_refused_before_anything_happens() {
    let plugin = start().await;
    let file = plugin.resource("another_file").await;
    let messages = file.validate(json!({ "path": "/tmp/a", "content": "", "mode": "rw" })).await;
    assert_eq!(messages.expect_error().path, "mode");
}

#[test]
fn every_cli_plans_applies_imports_and_destroys() {
    cli::with_each(|cli| {
        let subject =
            Subject { program: Path::new(EXECUTABLE), source: PROGRAM.source, version: PROGRAM.version };
        let workspace = Workspace::new(subject, cli, Install::Mirror, &BTreeMap::new());
        let path = workspace.root().join("greeting.txt");
        let configure = |content: &str| {
            workspace.write(
                "main.tf",
                &format!(
                    "resource \"another_file\" \"a\" {{\n  path = {path:?}\n  content = {content:?}\n}}\n"
                ),
            );
        };
        configure("one");
        workspace.init();
        workspace.apply(&[]).succeeds();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        workspace.assert_nothing_to_do();

        fs::write(&path, "by hand").unwrap();
        assert_eq!(workspace.plan(&[]).code, Some(2));
        workspace.apply(&[]).succeeds();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");

        workspace.forget_state();
        workspace.apply(&[]).fails().says("Import it to manage it");
        workspace.import("another_file.a", path.to_str().unwrap()).succeeds();
        workspace.assert_nothing_to_do();
        workspace.destroy().succeeds();
        assert!(!path.exists());
    });
}

#[test]
fn the_pages_are_up_to_date() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = Site::new(&provider()).examples(&home.join("examples")).pages().unwrap();
    let changes = provider_docs::check(&home.join("docs"), &pages).unwrap();
    assert!(changes.is_empty(), "run `make docs`:\n{}", changes.join("\n"));
}

/// The guide shows this provider; it would be worth little if it did not compile.
#[test]
fn the_frameworks_readme_shows_this_provider() {
    let readme = include_str!("../../src/framework/README.md");
    assert!(
        readme.contains(&format!("```rust\n{}```", include_str!("lib.rs"))),
        "copy lib.rs into the README"
    );
    assert!(
        readme.contains(&format!("```rust\n{}```", include_str!("main.rs"))),
        "copy main.rs into the README"
    );
}
