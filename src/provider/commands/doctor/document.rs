//! What a program reads. The guide `doctor` tells of each member; none of them is renamed or removed while
//! `format_version` begins with the same number.

use serde_json::{Map, Value};

use super::level::Level;
use super::step::{Finding, Step};

/// The whole document in a line.
pub(super) fn write(domain: &str, steps: &[Step], verdict: Level, next: &str) -> String {
    let document = object([
        ("format_version", "1.0".into()),
        ("provider_version", env!("CARGO_PKG_VERSION").into()),
        ("domain", domain.into()),
        ("verdict", verdict.code().into()),
        ("exit_code", verdict.exit_code().into()),
        ("steps", steps.iter().map(step).collect()),
        ("next", next.into()),
    ]);
    format!("{document}\n")
}

fn step(step: &Step) -> Value {
    let status = if step.skipped && step.findings.is_empty() { "skipped" } else { step.level().code() };
    object([
        ("name", step.name.code().into()),
        ("status", status.into()),
        ("told", step.told.as_str().into()),
        ("facts", Value::Object(step.facts.clone())),
        ("findings", step.findings.iter().map(finding).collect()),
    ])
}

fn finding(finding: &Finding) -> Value {
    object([
        ("level", finding.level.code().into()),
        ("summary", finding.summary.as_str().into()),
        ("detail", finding.detail.as_str().into()),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}
