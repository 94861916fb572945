//! The floor: the least that any program could take to say that it is ready.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Prints a handshake line, then waits to be killed.
const SOURCE: &str = r#"
#include <stdio.h>
#include <unistd.h>
int main(void) {
    puts("1|6|unix|/nowhere|grpc|");
    fflush(stdout);
    for (;;) pause();
}
"#;

/// Compiles it, statically where the system can.
pub(crate) fn build(dir: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let source = dir.join("floor.c");
    let program = dir.join("floor");
    fs::write(&source, SOURCE)?;
    let compile = |flags: &[&str]| {
        let output = Command::new("cc").args(flags).arg("-o").arg(&program).arg(&source).output();
        output.is_ok_and(|output| output.status.success())
    };
    if compile(&["-O2", "-static"]) || compile(&["-O2"]) {
        return Ok(program);
    }
    Err("`cc` does not compile the floor program".into())
}
