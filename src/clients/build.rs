//! Packs the ledger: of each line what the program needs to know, deflated.

use std::error::Error;
use std::fs::{File, read_to_string};
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// In the order of `ledger/whole.rs`.
const FILES: [&str; 3] = ["graph", "essentials", "sign-in"];

#[expect(clippy::disallowed_methods, reason = "cargo talks to a build script through the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let mut packed = String::new();
    for name in FILES {
        let file = format!("ledger/{name}.ledger");
        println!("cargo:rerun-if-changed={file}");
        for line in read_to_string(file)?.lines() {
            packed.push_str(&needed(line));
        }
    }
    let place = std::env::var("OUT_DIR")?;
    let mut file = DeflateEncoder::new(File::create(Path::new(&place).join("ledger"))?, Compression::best());
    file.write_all(packed.as_bytes())?;
    file.finish()?;
    Ok(())
}

/// A line without what it rests on; nothing of a remark.
fn needed(line: &str) -> String {
    let words = match line.split_whitespace().next() {
        None => return String::new(),
        Some(first) if first.starts_with('#') => return String::new(),
        Some("shape") => 2,
        Some("<" | ">" | "-") => 3,
        Some(_) => 4,
    };
    let margin = if line.starts_with(' ') { " " } else { "" };
    let kept: Vec<&str> = line.split_whitespace().take(words).collect();
    format!("{margin}{}\n", kept.join(" "))
}
