//! What is looked at, step by step, and what is found.

use framework::diagnostic::{Diagnostic, Severity};
use serde_json::{Map, Value};

use super::level::Level;
use super::reach::Reached;
use crate::provider_block::{Diagnose, SLOW};

/// What is looked at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepName {
    EntraCredential,
    EntraSignIn,
    EntraPermissions,
    ProofpointCredential,
    ProofpointSignIn,
    Clocks,
    Organization,
    Domains,
    DirectorySync,
    Policies,
    Applications,
    Sync,
    FirstRun,
}

impl StepName {
    /// All of them.
    pub(super) const ALL: [Self; 13] = [
        Self::EntraCredential,
        Self::EntraSignIn,
        Self::EntraPermissions,
        Self::ProofpointCredential,
        Self::ProofpointSignIn,
        Self::Clocks,
        Self::Organization,
        Self::Domains,
        Self::DirectorySync,
        Self::Policies,
        Self::Applications,
        Self::Sync,
        Self::FirstRun,
    ];

    /// Those that need Entra alone.
    pub(super) const OF_ENTRA: [Self; 5] = [
        Self::EntraCredential,
        Self::EntraSignIn,
        Self::EntraPermissions,
        Self::Policies,
        Self::Applications,
    ];

    /// Those that need Proofpoint alone, but for what the health of a sync is judged by.
    pub(super) const OF_PROOFPOINT: [Self; 4] =
        [Self::ProofpointCredential, Self::ProofpointSignIn, Self::Organization, Self::Sync];

    /// As people read it.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::EntraCredential => "Entra credential",
            Self::EntraSignIn => "Entra sign-in",
            Self::EntraPermissions => "Entra permissions",
            Self::ProofpointCredential => "Proofpoint credential",
            Self::ProofpointSignIn => "Proofpoint sign-in",
            Self::Clocks => "Clocks",
            Self::Organization => "Organization",
            Self::Domains => "Domains",
            Self::DirectorySync => "Directory sync",
            Self::Policies => "Policies",
            Self::Applications => "Applications",
            Self::Sync => "Sync",
            Self::FirstRun => "Next run",
        }
    }

    /// As programs read it: the title in small letters with `_` between words.
    pub(super) fn code(self) -> String {
        self.title().to_lowercase().replace([' ', '-'], "_")
    }
}

/// Something to know.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// One line, without a full stop.
    pub(super) summary: String,
    /// What it means and what to do.
    pub(super) detail: String,
}

/// Names in a line: the first of many.
pub(super) fn names(all: &[String]) -> String {
    const SHOWN: usize = 12;
    let told = all.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN { format!("{told} and {} more", all.len() - SHOWN) } else { told }
}

/// What came of a step.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: StepName,
    /// What was found, in a line; why nothing was where it is skipped.
    pub(super) told: String,
    /// Whether there was no way to look.
    pub(super) skipped: bool,
    /// The same for programs.
    pub(super) facts: Map<String, Value>,
    pub(super) findings: Vec<Finding>,
}

impl Step {
    pub(super) fn new(name: StepName) -> Self {
        Self { name, told: String::new(), skipped: false, facts: Map::new(), findings: Vec::new() }
    }

    /// The gravest of its findings.
    pub(super) fn level(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Fine)
    }

    /// Notes a fact.
    pub(super) fn fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.to_owned(), value.into());
    }

    /// Says why nothing was looked at.
    pub(super) fn skip(&mut self, why: &str) {
        self.skipped = true;
        why.clone_into(&mut self.told);
    }

    /// Notes that what was to be looked at can't be read.
    pub(super) fn unreadable<E: Diagnose + Reached>(&mut self, why: &E) {
        "not readable".clone_into(&mut self.told);
        self.report([why.diagnose()], why.reach().level());
    }

    /// Notes something that is worth knowing.
    pub(super) fn find(&mut self, level: Level, summary: impl Into<String>, detail: impl Into<String>) {
        self.findings.push(Finding { level, summary: summary.into(), detail: detail.into() });
    }

    /// Notes messages of the provider. Whatever is an error to it is as grave as `error`.
    pub(super) fn report(&mut self, messages: impl IntoIterator<Item = Diagnostic>, error: Level) {
        for Diagnostic { severity, summary, detail, .. } in messages {
            let level = if severity == Severity::Error { error } else { Level::Warning };
            // There is no such block here.
            let detail = detail.replace(SLOW, "The provider itself waits longer.");
            self.findings.push(Finding { level, summary, detail });
        }
    }
}
