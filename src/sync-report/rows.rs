//! One line a person: what happens to an address, and why.

use std::fmt::{self, Write};

use super::classes::{Block, Evidence, Target};
use super::desired::{Desired, Differences, desired};
use super::directory::{DirectoryObject, ObjectKind};
use super::estimate::Estimate;
use super::roster::Account;

/// A row of the report: the kind of account and what is said of it. Shown as `kind: text`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// `end_user`, `silent_user`, `functional_account`; `user` or `group` where there is no account.
    pub kind: String,
    /// What changes, and the reason.
    pub text: String,
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind, self.text)
    }
}

impl From<&str> for Row {
    /// Takes a shown row apart again.
    fn from(shown: &str) -> Self {
        let (kind, text) = shown.split_once(": ").unwrap_or(("", shown));
        Self { kind: kind.to_owned(), text: text.to_owned() }
    }
}

impl Row {
    fn new(kind: &str, text: String) -> Self {
        Self { kind: kind.to_owned(), text }
    }

    pub(super) fn marked(mut self, estimate: &Estimate<'_>, versions_differ: bool) -> Self {
        if versions_differ {
            // Writing to a string cannot fail.
            let _ = write!(self.text, " (version {} differs)", estimate.input.version.other().number());
        }
        self
    }

    pub(super) fn adding(
        estimate: &Estimate<'_>,
        index: u32,
        object: &DirectoryObject,
        target: Target,
    ) -> Self {
        let input = estimate.input;
        let kind = target.account_type(None, input.switches.default_role).name();
        let mut text = origin(object).to_owned();
        for (field, value) in [("firstname", &object.first_name), ("surname", &object.surname)] {
            if !value.is_empty() {
                let _ = write!(text, ", {field} {}", Quoted(value));
            }
        }
        let aliases: Vec<_> = estimate.aliases_of(index).map(|alias| Plain(alias).to_string()).collect();
        if !aliases.is_empty() {
            let _ = write!(text, ", alias_emails {}", aliases.join(" "));
        }
        if !target.active {
            text.push_str(", is_active false");
        }
        Self::new(kind, text)
    }

    pub(super) fn updating(
        estimate: &Estimate<'_>,
        index: u32,
        object: &DirectoryObject,
        target: Target,
        account: &Account,
    ) -> Self {
        let switches = &estimate.input.switches;
        let differing = estimate.differences(index, object, target, account);
        let mut fields = changed_fields(object, account, differing, &estimate.aliases_of(index));
        if differing.active {
            fields.push(format!("is_active {} -> {}", account.active, target.active));
        }
        if differing.account_type {
            let new = target.account_type(Some(account.account_type), switches.default_role);
            fields.push(format!("type {} -> {}", account.account_type.name(), new.name()));
        }
        let mut text = fields.join(", ");
        if (differing.active || differing.account_type)
            && let ObjectKind::User { enabled, .. } = object.kind
        {
            text.push_str(if enabled {
                "; sign-in is enabled in Entra"
            } else {
                "; sign-in is blocked in Entra"
            });
        }
        Self::new(account.account_type.name(), text)
    }

    pub(super) fn deleting(account: &Account, evidence: Evidence) -> Self {
        let text = match evidence {
            Evidence::DeletedUser => "its user was deleted in Entra".to_owned(),
            Evidence::DeletedGroup => "its group was deleted in Entra".to_owned(),
            Evidence::Excluded(because) => format!("its user is out of scope: {because}"),
        };
        Self::new(account.account_type.name(), text)
    }

    pub(super) fn unmatched(
        account: &Account,
        object: Option<&DirectoryObject>,
        alive: Option<&str>,
    ) -> Self {
        let why = match (alive, object) {
            (Some(address), _) => format!("another object in Entra has {}", Plain(address)),
            (None, Some(_)) => "its object is out of scope".to_owned(),
            (None, None) => "not in Entra".to_owned(),
        };
        Self::new(account.account_type.name(), format!("{why}; removed if an earlier run made it"))
    }

    pub(super) fn exempt(object: Option<&DirectoryObject>, account: Option<&Account>) -> Self {
        let kind = match (object, account) {
            (_, Some(account)) => account.account_type.name(),
            (Some(object), None) if object.is_group() => "group",
            _ => "user",
        };
        let text = match (object, account) {
            (Some(_), Some(_)) => "in Entra and at Proofpoint",
            (Some(_), None) => "in Entra only",
            _ => "at Proofpoint only",
        };
        Self::new(kind, text.to_owned())
    }

    pub(super) fn blocked(estimate: &Estimate<'_>, object: &DirectoryObject, block: Block<'_>) -> Self {
        let input = estimate.input;
        let domains = &input.roster.domains;
        let kind = match desired(object, input.switches.what, input.version, domains) {
            Desired::Account(target) => target.account_type(None, input.switches.default_role).name(),
            _ if object.is_group() => "group",
            _ => "user",
        };
        let text = match block {
            Block::ForeignDomain => "its mail address is on a domain that the organization lacks".to_owned(),
            Block::Clash => "another directory object has this address".to_owned(),
            Block::Taken { holder } => format!("this address is an alias of the account {}", Plain(holder)),
        };
        Self::new(kind, text)
    }
}

fn origin(object: &DirectoryObject) -> &'static str {
    match object.kind {
        ObjectKind::User { enabled: true, .. } => "new user in Entra",
        ObjectKind::User { enabled: false, .. } => "new user in Entra, sign-in blocked",
        ObjectKind::Group(_) => "new group in Entra",
    }
}

fn changed_fields<'a>(
    object: &DirectoryObject,
    account: &Account,
    differing: Differences,
    wanted: &(impl Iterator<Item = &'a str> + Clone),
) -> Vec<String> {
    let mut fields = Vec::new();
    if differing.first_name {
        fields.push(format!("firstname {} -> {}", Quoted(&account.first_name), Quoted(&object.first_name)));
    }
    if differing.surname {
        fields.push(format!("surname {} -> {}", Quoted(&account.surname), Quoted(&object.surname)));
    }
    if differing.aliases {
        let added = wanted
            .clone()
            .filter(|alias| !account.aliases.contains(alias))
            .map(|alias| format!("+{}", Plain(alias)));
        let removed = account
            .aliases
            .iter()
            .filter(|alias| !wanted.clone().any(|other| other == *alias))
            .map(|alias| format!("-{}", Plain(alias)));
        fields.push(format!("alias_emails {}", added.chain(removed).collect::<Vec<_>>().join(" ")));
    }
    fields
}

/// Text from a directory, in which characters that would break a line or turn its direction are replaced: rows are read in
/// terminals and in comments of pull requests, and names are not ours.
pub(super) struct Plain<'a>(pub(super) &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| {
            let unsafe_to_show = character.is_control()
                || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
            formatter.write_char(if unsafe_to_show { char::REPLACEMENT_CHARACTER } else { character })
        })
    }
}

/// A value in single quotes: these need no escape in a plan's text.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "'{}'", Plain(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_row_is_taken_apart_again() {
        let row = Row::new("end_user", "surname 'A: B' -> 'C'".to_owned());
        assert_eq!(Row::from(row.to_string().as_str()), row);
    }

    #[test]
    fn names_cannot_break_the_line_or_turn_its_direction() {
        assert_eq!(Quoted("Ann\n\u{202e}Example").to_string(), "'Ann\u{fffd}\u{fffd}Example'");
    }
}
