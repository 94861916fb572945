//! The guide's commands, as a person types them where a configuration is.

use std::fs;

use serde_json::Value as Json;

use super::on_every_cli_with;
use crate::support::workspace::{Install, repository};

#[test]
fn the_guides_commands_find_the_program_and_look_at_both_sides() {
    let guide = fs::read_to_string(repository().join("docs/guides/doctor.md")).expect("the guide");
    let blocks =
        guide.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block);
    let mut steps: Vec<String> =
        blocks.flat_map(str::lines).map(|line| line.replacen("terraform ", "tofu ", 1)).collect();
    assert_eq!(steps.len(), 5, "{steps:?}");
    // Nobody can be asked here.
    let last = steps.last_mut().expect("the report");
    assert!(last.ends_with("--report report.md"), "{last}");
    last.push_str(" --yes");
    on_every_cli_with(&[], Install::Mirror, |stage| {
        let outcome = stage.workspace.run_steps(&steps).succeeds();
        assert!(outcome.stdout.contains("looks at contoso.com. It changes nothing."), "{outcome}");
        let document: Json = serde_json::from_str(&stage.workspace.read("doctor.json")).expect("JSON");
        assert!(matches!(document["exit_code"].as_i64(), Some(0 | 2)), "{document:#}");
        assert!(stage.workspace.read("report.md").starts_with("# Conformance report\n"), "{outcome}");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
    });
}
