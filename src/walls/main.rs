//! `walls`: checks of the whole workspace that the compiler leaves out.
//!
//! ```text
//! walls circles     modules of one crate that name each other round about
//! walls words       a public type whose name means something else in another crate
//! walls dead        items that nothing uses, `pub` ones too
//! walls decided     places that need not decide what a new argument, member or switch means there
//! walls ran LOG     crates whose tests are missing from what `cargo test` printed
//! ```
//!
//! Without arguments: circles, words, dead, decided. It prints what it found, one a line, and fails when there is any.

mod circles;
mod dead;
mod decided;
mod merged;
mod modules;
mod ran;
mod rewrite;
mod words;
mod workspace;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use workspace::Workspace;

/// What a check found, or why it could not look.
type Findings = Result<Vec<String>, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = Workspace::read(Path::new(".")).and_then(|workspace| match arguments.as_slice() {
        [] => Ok([
            circles::check(&workspace)?,
            words::check(&workspace)?,
            dead::check(&workspace)?,
            decided::check(&workspace)?,
        ]
        .concat()),
        ["circles"] => circles::check(&workspace),
        ["words"] => words::check(&workspace),
        ["dead"] => dead::check(&workspace),
        ["decided"] => decided::check(&workspace),
        ["ran", log] => ran::check(&workspace, Path::new(log)),
        _ => Err("usage: walls [circles|words|dead|decided|ran LOG]".to_owned()),
    });
    let findings = match result {
        Ok(findings) if findings.is_empty() => return ExitCode::SUCCESS,
        Ok(findings) => findings,
        Err(problem) => vec![problem],
    };
    let mut stderr = std::io::stderr().lock();
    for finding in findings {
        // Nobody is left to tell when the terminal is gone.
        let _ = writeln!(stderr, "walls: {finding}");
    }
    ExitCode::FAILURE
}
