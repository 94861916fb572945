//! One line a person: what happens to an address, and why.

use std::fmt::{self, Write};

use super::classes::{AccountClass, Evidence, Loss, ObjectClass, Obstacle, Target};
use super::desired::{Desired, Differences, desired};
use super::directory::{DeletedItem, DirectoryObject, ObjectKind};
use super::estimate::Estimate;
use super::roster::Account;

/// What becomes of an unmatched account where Proofpoint runs by itself.
const IF_MADE: &str = "; removed if an earlier run made it";

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

    /// The same without what only a run of Proofpoint's own would do.
    #[must_use]
    pub fn without_runs(&self) -> Self {
        let text = self.text.strip_suffix(IF_MADE).unwrap_or(&self.text);
        Self::new(&self.kind, text.to_owned())
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
        let mut text = origin(object);
        for (field, value) in [("firstname", &object.first_name), ("surname", &object.surname)] {
            // The name of a group is told already.
            if !value.is_empty() && !object.is_group() {
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
        let mut fields = Vec::new();
        if differing.account_type {
            let new = target.account_type(Some(account.account_type), switches.default_role);
            fields.push(format!("becomes {}: {}", new.with_article(), because_of(object)));
        }
        fields.append(&mut changed_fields(object, account, differing, &estimate.aliases_of(index)));
        if differing.active {
            fields.push(format!("is_active {} -> {}", account.active, target.active));
        }
        let mut text = fields.join(", ");
        if differing.active && !differing.account_type && !object.is_group() {
            let _ = write!(text, "; {}", because_of(object));
        }
        // Who loses something is told by name, with all that is lost.
        match estimate.loss(account, target) {
            None => {}
            Some(Loss::Mail) => text = format!("{}{text}{}", Named(account), Aliases(account, "refused too")),
            Some(Loss::Lists) => text = format!("{}{text}", Named(account)),
        }
        if estimate.is_made_again(account, target) {
            text.push_str("; deleted and made again");
        }
        Self::new(account.account_type.name(), text)
    }

    pub(super) fn deleting(estimate: &Estimate<'_>, account: &Account, evidence: Evidence) -> Self {
        let text = evidence_of(estimate, account, evidence);
        let text = format!("{}{text}{}", Named(account), Aliases(account, "deleted with it"));
        Self::new(account.account_type.name(), text)
    }

    pub(super) fn unmatched(estimate: &Estimate<'_>, index: u32, account: &Account) -> Self {
        let text = unmatched_because(estimate, index, account);
        Self::new(account.account_type.name(), format!("{}{text}{IF_MADE}", Named(account)))
    }

    pub(super) fn exempt(estimate: &Estimate<'_>, object: Option<u32>, account: Option<u32>) -> Self {
        let input = estimate.input;
        let (in_entra, at_proofpoint) =
            (object.and_then(|index| input.object(index)), account.and_then(|index| input.account(index)));
        let kind = match (in_entra, at_proofpoint) {
            (_, Some(account)) => account.account_type.name(),
            (Some(object), None) if object.is_group() => "group",
            _ => "user",
        };
        let mut text = match (in_entra, at_proofpoint) {
            (Some(_), Some(_)) => "in Entra and at Proofpoint",
            (Some(_), None) => "in Entra only",
            _ => "at Proofpoint only",
        }
        .to_owned();
        if let Some(saved) = saved_from(estimate, object, account) {
            let _ = write!(text, "; {saved}");
        }
        Self::new(kind, text)
    }

    pub(super) fn blocked(estimate: &Estimate<'_>, object: &DirectoryObject, block: Obstacle<'_>) -> Self {
        let input = estimate.input;
        let domains = &input.roster.domains;
        let kind = match desired(object, input.switches.what, input.version, domains) {
            Desired::Account(target) => target.account_type(None, input.switches.default_role).name(),
            // A user on a foreign domain: groups there are out of scope.
            _ => "user",
        };
        let text = match block {
            Obstacle::ForeignDomain => {
                "its mail address is on a domain that the organization lacks".to_owned()
            }
            Obstacle::Clash => "another directory object has this address".to_owned(),
            Obstacle::Taken { holder } => {
                format!("this address is an alias of the account {}", Plain(holder))
            }
        };
        Self::new(kind, text)
    }
}

fn origin(object: &DirectoryObject) -> String {
    match object.kind {
        ObjectKind::User { enabled: true, .. } => "new user in Entra".to_owned(),
        ObjectKind::User { enabled: false, .. } => "new user in Entra, sign-in blocked".to_owned(),
        ObjectKind::Group(_) => because_of(object),
    }
}

/// What of an object decides about the kind of its account.
fn because_of(object: &DirectoryObject) -> String {
    match object.kind {
        ObjectKind::User { enabled: true, .. } => "sign-in is enabled in Entra".to_owned(),
        ObjectKind::User { enabled: false, .. } => "sign-in is blocked in Entra".to_owned(),
        ObjectKind::Group(_) => format!("for group {}", Quoted(&object.first_name)),
    }
}

fn evidence_of(estimate: &Estimate<'_>, account: &Account, evidence: Evidence) -> String {
    let directory = &estimate.input.directory;
    let (what, item) = match evidence {
        Evidence::DeletedUser => ("its user was deleted in Entra", directory.lost_user(account.address())),
        Evidence::DeletedGroup => ("its group was deleted in Entra", directory.lost_group(account.address())),
        Evidence::Excluded(because) => return format!("its user is out of scope: {because}"),
    };
    match item.and_then(DeletedItem::day) {
        Some(day) => format!("{what} on {day}"),
        None => what.to_owned(),
    }
}

/// Why nothing proves that an account should go, nor that it should stay.
fn unmatched_because(estimate: &Estimate<'_>, index: u32, account: &Account) -> String {
    let input = estimate.input;
    let object = estimate.object_of.get(index as usize).copied().flatten();
    let fate = object.and_then(|object| estimate.objects.get(object as usize));
    if let Some(alive) = estimate.alive.get(&index) {
        let own = alive.address == account.address();
        let address = if own { "its address".to_owned() } else { Plain(alive.address).to_string() };
        let holder = input.object(alive.object);
        return match holder {
            Some(holder) if holder.primary_address() == alive.address => {
                format!("{address} lives on as the address of another object in Entra")
            }
            Some(holder) => {
                let alias = holder.addresses.contains(alive.address);
                let how = if alias { "an alias" } else { "the user principal name" };
                format!("{address} lives on as {how} of {}", Plain(holder.primary_address()))
            }
            None => format!("{address} lives on in Entra"),
        };
    }
    match fate.map(|fate| fate.class) {
        Some(ObjectClass::OutOfScope(because)) => {
            let group = object.and_then(|index| input.object(index)).is_some_and(DirectoryObject::is_group);
            format!("its {} is out of scope: {because}", if group { "group" } else { "user" })
        }
        Some(_) => "its object is out of scope".to_owned(),
        None if input.directory.lost_user(account.address()).is_some() => {
            evidence_of(estimate, account, Evidence::DeletedUser)
        }
        None => "not in Entra".to_owned(),
    }
}

/// What would become of somebody who is exempt.
fn saved_from(estimate: &Estimate<'_>, object: Option<u32>, account: Option<u32>) -> Option<String> {
    let input = estimate.input;
    let class = object.and_then(|index| estimate.saved_objects.get(&index).copied());
    let at_proofpoint = account.and_then(|index| input.account(index));
    let of_account = account.and_then(|index| estimate.saved_accounts.get(&index).copied()).flatten();
    Some(match (of_account, class) {
        (Some(AccountClass::Deleting(evidence)), _) => {
            format!("saved from being deleted: {}", evidence_of(estimate, at_proofpoint?, evidence))
        }
        (Some(AccountClass::Unmatched), _) => {
            let why = unmatched_because(estimate, account?, at_proofpoint?);
            format!("saved from being removed if an earlier run made it: {why}")
        }
        (None, Some(ObjectClass::Updating(target))) => {
            let (object, account) = (object?, at_proofpoint?);
            let row = Row::updating(estimate, object, input.object(object)?, target, account);
            let what = match estimate.loss(account, target) {
                Some(Loss::Mail) => "turning inactive",
                Some(Loss::Lists) => "being deleted and made again",
                None => "being changed",
            };
            format!("saved from {what}: {}", row.text)
        }
        (None, Some(ObjectClass::Adding(target))) => {
            let row = Row::adding(estimate, object?, input.object(object?)?, target);
            format!("saved from being added: {}: {}", row.kind, row.text)
        }
        _ => return None,
    })
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
/// terminals and in comments of pull requests, and names are not ours. Joiners stay: names in some scripts need them.
pub(super) struct Plain<'a>(pub(super) &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| {
            let unsafe_to_show = character.is_control() || turns_or_hides(character);
            formatter.write_char(if unsafe_to_show { char::REPLACEMENT_CHARACTER } else { character })
        })
    }
}

/// Marks that turn the direction, break a line or are not seen.
fn turns_or_hides(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// A value in single quotes: these need no escape in a plan's text.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "'{}'", Plain(self.0))
    }
}

/// Whose account it is, at the beginning of a row; nothing where Proofpoint knows no name.
struct Named<'a>(&'a Account);

impl fmt::Display for Named<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.name();
        if name.is_empty() { Ok(()) } else { write!(formatter, "{}, ", Quoted(&name)) }
    }
}

/// The aliases of an account at the end of a row, and what becomes of them with it.
struct Aliases<'a>(&'a Account, &'static str);

impl fmt::Display for Aliases<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut aliases = self.0.aliases.iter().peekable();
        if aliases.peek().is_none() {
            return Ok(());
        }
        formatter.write_str("; alias_emails")?;
        aliases.try_for_each(|alias| write!(formatter, " {}", Plain(alias)))?;
        write!(formatter, " {}", self.1)
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
    fn a_row_is_compared_without_what_only_a_run_would_do() {
        let row = Row::new("end_user", format!("not in Entra{IF_MADE}"));
        assert_eq!(row.without_runs(), Row::new("end_user", "not in Entra".to_owned()));
        assert_eq!(row.without_runs().without_runs(), row.without_runs());
    }

    #[test]
    fn joiners_of_names_are_shown() {
        assert_eq!(Quoted("\u{646}\u{200c}\u{627}").to_string(), "'\u{646}\u{200c}\u{627}'");
    }

    #[test]
    fn names_cannot_break_the_line_or_turn_its_direction() {
        assert_eq!(Quoted("Ann\n\u{202e}Example").to_string(), "'Ann\u{fffd}\u{fffd}Example'");
        for hidden in
            ['\u{61c}', '\u{ad}', '\u{180e}', '\u{2060}', '\u{2064}', '\u{fff9}', '\u{e0001}', '\u{e0041}']
        {
            assert_eq!(Quoted(&format!("a{hidden}")).to_string(), "'a\u{fffd}'", "{hidden:?}");
        }
    }
}
