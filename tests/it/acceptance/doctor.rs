//! The guide's commands, as a person types them where a configuration is.

use serde_json::Value as Json;

use super::on_every_cli_with;
use crate::support::cli::Product;
use crate::support::printed::blocks;
use crate::support::workspace::Install;

#[test]
fn the_guides_commands_find_the_program_and_look_at_both_sides() {
    let blocks = |language| blocks("docs/guides/doctor.md", "", language);
    let requirement = blocks("hcl").swap_remove(0);
    let mut steps: Vec<String> = blocks("shell")
        .iter()
        .flat_map(|block| block.lines())
        .map(|line| line.replacen("terraform ", "tofu ", 1))
        .collect();
    assert_eq!(steps.len(), 5, "{steps:?}");
    // Nobody can be asked here.
    let last = steps.last_mut().expect("the report");
    assert!(last.ends_with("--report report.md"), "{last}");
    last.push_str(" --yes");
    // Both CLIs were initialized here: each has a directory for its registry.
    assert_eq!(steps[0], "tofu init");
    steps.insert(
        1,
        "cp -R .terraform/providers .terraform/other && mv .terraform/other .terraform/providers".to_owned(),
    );
    on_every_cli_with(&[], Install::Mirror, |stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.write("main.tf", &requirement);
        let outcome = stage.workspace.run_steps(&steps).succeeds();
        assert!(outcome.stdout.contains("looks at contoso.com. It changes nothing."), "{outcome}");
        let document: Json = serde_json::from_str(&stage.workspace.read("doctor.json")).expect("JSON");
        assert!(matches!(document["exit_code"].as_i64(), Some(0 | 2)), "{document:#}");
        // Whoever has only one of the CLIs is not told to type the other one.
        let name = if stage.cli.product == Product::OpenTofu { "tofu" } else { "terraform" };
        let next = document["next"].as_str().expect("a command");
        assert!(next.ends_with(&format!("{name} plan")), "{next}");
        assert!(stage.workspace.read("report.md").starts_with("# Conformance report\n"), "{outcome}");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
    });
}
