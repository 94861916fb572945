//! The environment variables, for the provider's own page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clients::env;
use framework::plugin::log;
use proofpoint_provider::provider_block::argument;

/// The variables that arguments fall back to, from the one table that the provider itself reads.
pub(crate) fn section(name: &str) -> String {
    let mut by_argument: BTreeMap<String, Vec<&env::Variable>> = BTreeMap::new();
    let mut process: Vec<&env::Variable> = Vec::new();
    for variable in env::ALL {
        match variable.input {
            Some(input) => by_argument.entry(argument(input).to_string()).or_default().push(variable),
            None => process.push(variable),
        }
    }
    let mut text = "## Environment Variables\n\n\
        An argument that is not set in the configuration is taken from the first of its variables that is set.\n\n\
        | Argument | Variables, first choice first | Meaning |\n|---|---|---|\n"
        .to_owned();
    for (argument, variables) in by_argument {
        let names: Vec<String> = variables.iter().map(|variable| format!("`{}`", variable.name)).collect();
        let meaning = variables.first().map(|variable| variable.meaning).unwrap_or_default();
        let _ = writeln!(text, "| `{argument}` | {} | {meaning} |", names.join(", "));
    }
    text += "\nThe process itself reads these:\n\n| Variable | Meaning |\n|---|---|\n";
    for variable in process {
        let _ = writeln!(text, "| `{}` | {} |", variable.name, variable.meaning);
    }
    for (variable, meaning) in log::variables(name).into_iter().rev() {
        let _ = writeln!(text, "| `{variable}` | {meaning} |");
    }
    text
}
