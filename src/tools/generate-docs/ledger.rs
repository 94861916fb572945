//! The ledger as a page: what the provider asks, sends and reads, and what each line rests on.

use std::fmt::Write as _;

use clients::ledger::{self, Confidence, Entry, Ground, Line, Way};

/// The services, by what the ids of their entries begin with.
const SERVICES: [(&str, &[&str]); 3] = [
    ("Microsoft Graph", &["graph."]),
    ("Proofpoint Essentials", &["essentials."]),
    ("Signing in", &["entra.", "machine.", "github.", "azure-devops."]),
];

/// All entries, service by service.
pub(crate) fn sections() -> String {
    let entries = ledger::whole();
    let mut text = String::new();
    for (service, prefixes) in SERVICES {
        let _ = writeln!(text, "## {service}\n");
        let of_service = |entry: &&Entry| prefixes.iter().any(|prefix| entry.id.starts_with(prefix));
        entries.iter().filter(of_service).for_each(|entry| text += &section(entry));
    }
    text.trim_end().to_owned()
}

fn section(entry: &Entry) -> String {
    let request = match (entry.method, entry.path) {
        ("-", _) => "What any request may be refused with".to_owned(),
        (method, "*") => format!("`{method}` of an address that the environment names"),
        (method, path) => format!("`{method} {path}`"),
    };
    let mut text = format!(
        "### {}\n\n{request}: {}. {}",
        entry.id,
        entry.statuses.replace(',', ", "),
        rests_on(&entry.ground)
    );
    if !entry.ground.guesses.is_empty() {
        let _ = write!(text, " Guesses: {}.", guesses(&entry.ground));
    }
    text += "\n\n";
    for (way, title) in [(Way::Sent, "Sent"), (Way::Read, "Read")] {
        let lines: Vec<&Line> = entry.lines.iter().filter(|line| line.way == way).collect();
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(text, "| {title} | Is | Known from | Guesses |\n|---|---|---|---|");
        let mut above = &entry.ground;
        for line in lines {
            let known = if same(&line.ground, above) { String::new() } else { rests_on(&line.ground) };
            above = &line.ground;
            let mark = if line.kind.is_required() { "**" } else { "" };
            let _ = writeln!(
                text,
                "| {mark}`{}`{mark} | {}{} | {known} | {} |",
                line.path,
                line.kind.in_words(),
                values(line),
                guesses(&line.ground)
            );
        }
        text.push('\n');
    }
    text
}

fn same(one: &Ground, other: &Ground) -> bool {
    (one.confidence, one.date, one.source) == (other.confidence, other.date, other.source)
}

fn rests_on(ground: &Ground) -> String {
    let confidence = match ground.confidence {
        Some(Confidence::Documented) => "documented",
        Some(Confidence::Observed) => "observed",
        Some(Confidence::Inferred) => "inferred",
        Some(Confidence::Unknown) | None => "unknown",
    };
    let source = ground.source.trim_end_matches('.').replace('|', "\\|");
    format!("*{confidence}*, {}: {source}.", ground.date)
}

fn values(line: &Line) -> String {
    let values: Vec<String> = line.kind.values().map(|value| format!("`{value}`")).collect();
    if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) }
}

fn guesses(ground: &Ground) -> String {
    ground.guesses.iter().map(|guess| format!("`{guess}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_its_section() {
        let text = sections();
        for entry in ledger::whole() {
            assert!(text.contains(&format!("### {}\n", entry.id)), "{}", entry.id);
        }
    }
}
