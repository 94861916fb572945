//! The tests that users find beside the examples, and take for their own: with a mocked provider, and against the simulator.

use std::collections::BTreeMap;
use std::fs;

use super::msp::as_partner;
use super::on_every_cli_with;
use crate::support::cli::{Product, with_each};
use crate::support::workspace::{Install, Workspace, repository, workspace};

const MOCK: &str = "examples/mocks/proofpoint.tfmock.hcl";
const EXAMPLES: [(&str, u8); 3] = [("quickstart", 2), ("reviewed-sync", 2), ("msp", 3)];

fn text(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What `test` must come to: that many runs, and nothing left behind.
#[track_caller]
fn passes(workspace: &Workspace, arguments: &[&str], runs: u8) {
    let outcome = workspace.run(&[&["test", "-no-color"], arguments].concat()).succeeds();
    outcome
        .says(&format!("{runs} passed, 0 failed"))
        .does_not_say("left the following resources")
        .does_not_say("error destroying");
}

#[test]
fn the_examples_pass_their_tests_with_a_mocked_provider() {
    with_each(|cli| {
        for (example, runs) in EXAMPLES {
            let workspace = workspace(cli, Install::Mirror, &BTreeMap::new());
            workspace.remove("versions.tf");
            workspace.copy_from(&format!("examples/{example}"));
            workspace.init();
            passes(&workspace, &[], runs);
        }
    });
}

#[test]
fn the_mocks_of_the_examples_are_those_of_the_mock_file() {
    let mock = text(MOCK);
    let indent = |line: &str| if line.is_empty() { String::new() } else { format!("  {line}") };
    let inside = mock.trim_end().lines().map(indent).collect::<Vec<_>>().join("\n");
    for (example, _) in EXAMPLES {
        let test = text(&format!("examples/{example}/tests/mocked.tftest.hcl"));
        let block = format!("mock_provider \"proofpoint\" {{\n{inside}\n}}\n");
        assert!(test.contains(&block), "{example}: not the blocks of {MOCK}");
    }
}

#[test]
fn terraform_reads_the_mock_file() {
    with_each(|cli| {
        if cli.product != Product::Terraform {
            return;
        }
        let workspace = workspace(cli, Install::Mirror, &BTreeMap::new());
        workspace.remove("versions.tf");
        workspace.copy_from("examples/quickstart");
        workspace.write("tests/mocks/proofpoint.tfmock.hcl", &text(MOCK));
        let test = text("examples/quickstart/tests/mocked.tftest.hcl");
        let (head, rest) = test.split_once("mock_provider \"proofpoint\" {\n").expect("the mocked provider");
        let (_, rest) = rest.split_once("\n}\n").expect("its end");
        let source = "mock_provider \"proofpoint\" {\n  source = \"./tests/mocks\"\n}\n";
        workspace.write("tests/mocked.tftest.hcl", &format!("{head}{source}{rest}"));
        workspace.init();
        passes(&workspace, &[], 2);
    });
}

#[test]
fn the_examples_pass_their_tests_against_the_simulator() {
    for example in ["quickstart", "reviewed-sync"] {
        on_every_cli_with(&[], Install::Mirror, |stage| {
            stage.workspace.remove("versions.tf");
            stage.workspace.copy_from(&format!("examples/{example}"));
            stage
                .workspace
                .run(&["init", "-no-color", "-input=false", "-test-directory=simulated"])
                .succeeds();
            passes(&stage.workspace, &["-test-directory=simulated"], 2);
        });
    }
}

#[test]
fn the_partners_example_passes_its_test_against_the_simulator() {
    on_every_cli_with(&["--tenants", "2", "--users", "6"], Install::Mirror, |stage| {
        as_partner(stage);
        super::msp::lines(stage, &stage.simulator.ready().tenants.iter().collect::<Vec<_>>());
        stage.workspace.run(&["init", "-no-color", "-input=false", "-test-directory=simulated"]).succeeds();
        passes(&stage.workspace, &["-test-directory=simulated"], 1);
    });
}
