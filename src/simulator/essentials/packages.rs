//! Packages and the features that each contains.

use serde_json::{Map, Value, json};

use super::errors::{Failure, Outcome};

/// The packages, from the smallest on, and the features each adds to the one before.
pub(super) const PACKAGES: [(&str, &[&str]); 7] = [
    (
        "beginner",
        &["attachment_defense", "anti_spoofing", "smtp_discovery", "outbound_relaying", "disclaimers"],
    ),
    ("business", &["url_defense", "dlp", "email_warning_tags", "one_click_remediation"]),
    ("business_plus", &["attachment_defense_sandboxing"]),
    ("advanced", &["email_encryption", "social_media_account_protection"]),
    ("advanced_plus", &["automatic_remediation"]),
    ("professional", &["email_archive"]),
    ("professional_plus", &[]),
];

/// The features that a package has, switched off, and the days of instant replay.
pub(crate) fn of_package(package: &str) -> Map<String, Value> {
    let size = PACKAGES.iter().position(|(name, _)| *name == package).map_or(1, |index| index + 1);
    let names = PACKAGES.iter().take(size).flat_map(|(_, names)| names.iter());
    let mut features: Map<String, Value> = names.map(|name| ((*name).to_owned(), json!(false))).collect();
    features.insert("instant_replay".to_owned(), json!(0));
    features
}

pub(crate) fn known_package(name: &str) -> Outcome<String> {
    let known = PACKAGES.iter().any(|(known, _)| *known == name);
    if known { Ok(name.to_owned()) } else { Err(Failure::invalid("the package is unknown", name)) }
}
