//! What a reader of the report has to know beside its rows.

use std::fmt;

use super::address::{domain_of, is_onmicrosoft};
use super::classes::{AccountClass, Loss, ObjectClass, Obstacle, Target};
use super::estimate::Estimate;
use super::roster::{Account, AccountType};
use super::rows::Plain;
use grammar::counted;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// The run will stop, or has stopped.
    Error,
    /// Something is likely to go otherwise than wanted.
    Warning,
    /// Worth knowing.
    Info,
}

impl Gravity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// `error`, `warning` or `info`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Gravity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Something to know beside the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Gravity,
    /// A stable name for use in checks.
    pub code: String,
    /// What was found, and what to do.
    pub text: String,
}

impl Finding {
    fn new(severity: Gravity, code: &str, text: String) -> Self {
        Self { severity, code: code.to_owned(), text }
    }
}

/// How many examples a finding names.
const EXAMPLES: usize = 3;

/// A number of addresses, the first few of them by name.
#[derive(Default)]
struct Addresses<'a> {
    all: Vec<&'a str>,
}

impl<'a> Addresses<'a> {
    fn of(addresses: impl Iterator<Item = &'a str>) -> Self {
        let mut all: Vec<_> = addresses.collect();
        all.sort_unstable();
        all.dedup();
        Self { all }
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl fmt::Display for Addresses<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<_> =
            self.all.iter().take(EXAMPLES).map(|address| Plain(address).to_string()).collect();
        formatter.write_str(&named.join(", "))?;
        match self.all.len().saturating_sub(EXAMPLES) {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}

/// The findings, the gravest first.
pub(super) fn findings(estimate: &Estimate<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = [
        missing_domains(estimate),
        licences(estimate),
        turning_inactive(estimate),
        recreated(estimate),
        clashes(estimate),
        foreign_aliases(estimate),
        differing_principal_names(estimate),
        versions_differ(estimate),
        idle_exemptions(estimate),
    ]
    .into_iter()
    .flatten()
    .collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

fn missing_domains(estimate: &Estimate<'_>) -> Option<Finding> {
    let input = estimate.input;
    let missing = Addresses::of(
        input
            .directory
            .domains()
            .filter(|domain| !is_onmicrosoft(domain) && !input.roster.domains.contains(domain)),
    );
    (!missing.is_empty()).then(|| {
        let text = format!(
            "Domains of the directory that the organization lacks: {missing}. Proofpoint stops a sync until every domain of \
             the directory is added to the organization."
        );
        Finding::new(Gravity::Error, "domains_missing", text)
    })
}

/// Whether an account takes a licence ([`Rule::Licences`](super::Rule::Licences)).
fn takes_licence(active: bool, billable: bool, account_type: AccountType) -> bool {
    active && billable && account_type != AccountType::FunctionalAccount
}

fn licences(estimate: &Estimate<'_>) -> Option<Finding> {
    let input = estimate.input;
    let licences = input.roster.licences?;
    let role = input.switches.default_role;
    let taken_after = |target: Target, account: Option<&Account>| {
        let account_type = target.account_type(account.map(|account| account.account_type), role);
        takes_licence(target.active, account.is_none_or(|account| account.billable), account_type)
    };
    let added = estimate
        .objects
        .iter()
        .filter(|fate| matches!(fate.class, ObjectClass::Adding(target) if taken_after(target, None)));
    let accounts = input.roster.accounts();
    let today = |account: &Account| takes_licence(account.active, account.billable, account.account_type);
    let remaining = accounts.iter().zip(&estimate.accounts).zip(&estimate.object_of).filter(
        |((account, class), object)| {
            let fate = object.and_then(|object| estimate.objects.get(object as usize));
            match (class, fate.map(|fate| fate.class)) {
                (AccountClass::Deleting(_), _) => false,
                (AccountClass::Updating, Some(ObjectClass::Updating(target))) => {
                    taken_after(target, Some(account))
                }
                _ => today(account),
            }
        },
    );
    let after = u64::try_from(added.count() + remaining.count()).unwrap_or(u64::MAX);
    let before = u64::try_from(accounts.iter().filter(|account| today(account)).count()).unwrap_or(u64::MAX);
    let text = format!("Licences: {before} of {licences} in use now, {after} after the run.");
    Some(if after > licences {
        let over = after - licences;
        let text = format!(
            "{text} That is {over} too many: with user capping the last ones are refused, otherwise they are billed."
        );
        Finding::new(Gravity::Warning, "licences_exceeded", text)
    } else {
        Finding::new(Gravity::Info, "licences", text)
    })
}

fn updating<'e, 'a>(estimate: &'e Estimate<'a>) -> impl Iterator<Item = (&'a Account, Target)> + use<'e, 'a> {
    let accounts = estimate.input.roster.accounts();
    estimate.objects.iter().filter_map(move |fate| match fate.class {
        ObjectClass::Updating(target) => Some((accounts.get(fate.account? as usize)?, target)),
        _ => None,
    })
}

fn losing(estimate: &Estimate<'_>, loss: Loss) -> u64 {
    let losing = updating(estimate).filter(|(account, target)| estimate.loss(account, *target) == Some(loss));
    u64::try_from(losing.count()).unwrap_or(u64::MAX)
}

fn turning_inactive(estimate: &Estimate<'_>) -> Option<Finding> {
    let inactive = losing(estimate, Loss::Mail);
    (inactive > 0).then(|| {
        let text = format!(
            "{} would turn inactive, so that mail is refused. Exempt those that must go on receiving.",
            counted(inactive, "account")
        );
        Finding::new(Gravity::Warning, "accounts_turn_inactive", text)
    })
}

fn recreated(estimate: &Estimate<'_>) -> Option<Finding> {
    let changed = updating(estimate).filter(|(account, target)| estimate.is_made_again(account, *target));
    let changed = u64::try_from(changed.count()).unwrap_or(u64::MAX);
    (changed > 0).then(|| {
        let text = format!(
            "{} would become of another type. Version 1 deletes such an account and creates it again; its sender lists, logs \
             and filters are lost.",
            counted(changed, "account")
        );
        Finding::new(Gravity::Warning, "accounts_recreated", text)
    })
}

fn clashes(estimate: &Estimate<'_>) -> Option<Finding> {
    let objects = estimate.objects.iter().zip(estimate.input.directory.objects());
    let blocked = objects.filter_map(|(fate, object)| match fate.class {
        ObjectClass::Blocked(Obstacle::Clash | Obstacle::Taken { .. }) => Some(object.primary_address()),
        _ => None,
    });
    let clashing = Addresses::of(blocked.chain(estimate.left_out.values().flatten().copied()));
    (!clashing.is_empty()).then(|| {
        let text = format!(
            "Addresses that more than one object or account wants: {clashing}. Each stays where it is, or goes to the first \
             object; an object that does not get its primary address is blocked, one that does not get an alias goes without."
        );
        Finding::new(Gravity::Warning, "address_clash", text)
    })
}

/// Primary addresses of the objects that have an account after the run.
fn synced<'e, 'a>(
    estimate: &'e Estimate<'a>,
) -> impl Iterator<Item = &'a super::DirectoryObject> + use<'e, 'a> {
    estimate.objects.iter().zip(estimate.input.directory.objects()).filter_map(|(fate, object)| {
        match fate.class {
            ObjectClass::Adding(_) | ObjectClass::Updating(_) | ObjectClass::Unchanged => Some(object),
            _ => None,
        }
    })
}

fn foreign_aliases(estimate: &Estimate<'_>) -> Option<Finding> {
    let domains = &estimate.input.roster.domains;
    let foreign = Addresses::of(synced(estimate).flat_map(|object| {
        object.addresses.iter().filter(|alias| !domains.hold(alias) && !is_onmicrosoft(domain_of(alias)))
    }));
    (!foreign.is_empty()).then(|| {
        let text = format!(
            "Aliases on domains that the organization lacks, which are left out: {foreign}. Mail to them is not filtered."
        );
        Finding::new(Gravity::Info, "alias_on_foreign_domain", text)
    })
}

fn differing_principal_names(estimate: &Estimate<'_>) -> Option<Finding> {
    let differing = Addresses::of(
        synced(estimate)
            .filter(|object| !object.mail.is_empty() && object.other_principal_name.is_some())
            .map(super::DirectoryObject::primary_address),
    );
    (!differing.is_empty()).then(|| {
        let text = format!(
            "Users whose user principal name differs from their mail address: {differing}. The mail address is used."
        );
        Finding::new(Gravity::Info, "principal_name_differs", text)
    })
}

fn versions_differ(estimate: &Estimate<'_>) -> Option<Finding> {
    let differing = Addresses::of(
        estimate
            .objects
            .iter()
            .zip(estimate.input.directory.objects())
            .filter(|(fate, _)| fate.versions_differ)
            .map(|(_, object)| object.primary_address()),
    );
    (!differing.is_empty()).then(|| {
        let text = format!(
            "Users that version {} of the sync treats otherwise: {differing}. The title of the Azure page in Proofpoint's \
             console shows which version the stack runs.",
            estimate.input.version.other().number()
        );
        Finding::new(Gravity::Info, "versions_differ", text)
    })
}

fn idle_exemptions(estimate: &Estimate<'_>) -> Option<Finding> {
    let input = estimate.input;
    let mut used: std::collections::BTreeSet<&str> = std::collections::BTreeSet::new();
    let objects = input.directory.objects().iter().map(super::DirectoryObject::primary_address);
    let accounts = input.roster.accounts().iter().map(Account::address);
    used.extend(objects.chain(accounts).filter(|address| input.exemptions.contains(address)));
    let idle = Addresses::of(input.exemptions.iter().filter(|address| !used.contains(address)));
    (!idle.is_empty()).then(|| {
        let text =
            format!("Exempt addresses that are neither in the directory nor in the organization: {idle}.");
        Finding::new(Gravity::Info, "exemption_idle", text)
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::samples::*;
    use super::super::*;
    use super::*;

    /// What is found about licences, of which there are so many.
    fn licences_of(mut input: Input, licences: u64) -> String {
        input.roster = Roster::new(input.roster.accounts().to_vec(), ["contoso.com"], Some(licences));
        super::licences(&Estimate::of(&input)).unwrap().text
    }

    fn with(address: &str, change: impl Fn(&mut AccountFacts<'_>)) -> Account {
        let mut facts = account_facts(address, AccountType::EndUser);
        change(&mut facts);
        Account::new(&facts, [])
    }

    #[test]
    fn active_billable_accounts_of_people_take_licences_and_no_others() {
        let world = input(
            vec![user(1, facts(ANN))],
            vec![
                account(ANN, AccountType::EndUser),
                account("silent@contoso.com", AccountType::SilentUser),
                account("root@contoso.com", AccountType::Administrator),
                account("printer@contoso.com", AccountType::FunctionalAccount),
                with("inactive@contoso.com", |facts| facts.active = false),
                with("free@contoso.com", |facts| facts.billable = false),
            ],
        );
        assert_eq!(licences_of(world, 9), "Licences: 3 of 9 in use now, 3 after the run.");
    }

    #[test]
    fn a_run_gives_licences_back_and_takes_others() {
        // Ann is new, Bob and Fred wake up; Carl was deleted, and Dora's sign-in is blocked.
        let mut world = input(
            vec![
                user(1, facts(ANN)),
                user(2, facts(BOB)),
                user(3, UserFacts { enabled: false, ..facts("dora@contoso.com") }),
                user(4, facts("fred@contoso.com")),
            ],
            vec![
                with(BOB, |facts| facts.active = false),
                account("carl@contoso.com", AccountType::EndUser),
                account("dora@contoso.com", AccountType::EndUser),
                account("eve@contoso.com", AccountType::EndUser),
                with("fred@contoso.com", |facts| facts.active = false),
            ],
        );
        let deleted = DeletedItem::user(Some("carl@contoso.com"), "", None);
        world.directory = Directory::new(world.directory.objects().to_vec(), vec![deleted], []);
        assert_eq!(licences_of(world.clone(), 4), "Licences: 3 of 4 in use now, 4 after the run.");
        let told = licences_of(world, 1);
        assert!(
            told.starts_with("Licences: 3 of 1 in use now, 4 after the run. That is 3 too many: "),
            "{told}"
        );
    }

    #[test]
    fn objects_that_want_one_address_are_named_even_without_aliases() {
        let world = input(vec![user(1, facts(ANN)), user(2, facts(ANN))], vec![]);
        let told = clashes(&Estimate::of(&world)).unwrap().text;
        assert!(
            told.starts_with(&format!("Addresses that more than one object or account wants: {ANN}. ")),
            "{told}"
        );
    }
}
