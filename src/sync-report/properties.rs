//! What holds for every directory, organization and settings.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::address::AddressList;
use super::samples::id;
use super::*;

const ADDRESSES: [&str; 9] = [
    "a@contoso.com",
    "b@contoso.com",
    "c@contoso.com",
    "D@Contoso.com",
    "e@contoso.com",
    "f@contoso.com",
    "a@fabrikam.com",
    "b@fabrikam.com",
    "c@contoso.onmicrosoft.com",
];

fn address() -> impl Strategy<Value = &'static str> {
    select(&ADDRESSES[..])
}

fn aliases() -> impl Strategy<Value = Vec<String>> {
    subsequence(&ADDRESSES[..], 0..3)
        .prop_map(|addresses| addresses.into_iter().map(|address| format!("smtp:{address}")).collect())
}

fn a_user() -> impl Strategy<Value = DirectoryObject> {
    let licence =
        select(&[Licence::Active, Licence::Active, Licence::Active, Licence::None, Licence::Unclear][..]);
    let flags = (prop::bool::weighted(0.7), prop::bool::weighted(0.1), licence);
    (
        1u128..12,
        prop::option::weighted(0.8, address()),
        address(),
        select(&["", "Ann", "Bea"][..]),
        flags,
        aliases(),
    )
        .prop_map(|(number, mail, user_principal_name, name, (enabled, guest, licence), proxies)| {
            let facts = UserFacts {
                mail,
                user_principal_name,
                given_name: Some(name),
                surname: None,
                enabled,
                guest,
                licence,
            };
            DirectoryObject::user(id(number), &facts, proxies.iter().map(String::as_str))
        })
}

fn a_group() -> impl Strategy<Value = DirectoryObject> {
    (12u128..15, prop::option::weighted(0.8, address()), any::<[bool; 3]>(), aliases()).prop_map(
        |(number, mail, [mail_enabled, security_enabled, unified], proxies)| {
            let facts = GroupFacts { mail, display_name: "Group", mail_enabled, security_enabled, unified };
            DirectoryObject::group(id(number), &facts, proxies.iter().map(String::as_str))
        },
    )
}

fn an_account() -> impl Strategy<Value = Account> {
    let kind = select(
        &[
            AccountType::EndUser,
            AccountType::EndUser,
            AccountType::SilentUser,
            AccountType::FunctionalAccount,
            AccountType::Administrator,
        ][..],
    );
    (address(), kind, any::<bool>(), select(&["", "Ann", "Bea"][..]), subsequence(&ADDRESSES[..], 0..3))
        .prop_map(|(primary_email, account_type, active, first_name, aliases)| {
            let facts =
                AccountFacts { primary_email, account_type, active, billable: true, first_name, surname: "" };
            Account::new(&facts, aliases)
        })
}

/// Accounts as Proofpoint would let them exist: an address belongs to one of them.
fn accounts() -> impl Strategy<Value = Vec<Account>> {
    prop::collection::vec(an_account(), 0..8).prop_map(|candidates| {
        let mut taken: Vec<String> = Vec::new();
        let mut accounts = Vec::new();
        for account in candidates {
            let addresses: Vec<String> = addresses_of(&account);
            if addresses.iter().all(|address| !taken.contains(address)) {
                taken.extend(addresses);
                accounts.push(account);
            }
        }
        accounts
    })
}

fn addresses_of(account: &Account) -> Vec<String> {
    let aliases = account.aliases.iter().filter(|alias| *alias != account.address());
    std::iter::once(account.address()).chain(aliases).map(str::to_owned).collect()
}

fn some_actions() -> impl Strategy<Value = Actions> {
    let usually = || prop::bool::weighted(0.8);
    (usually(), usually(), usually()).prop_map(|(add, update, remove_deleted)| Actions {
        add,
        update,
        remove_deleted,
    })
}

fn some_settings() -> impl Strategy<Value = Switches> {
    let usually = || prop::bool::weighted(0.8);
    let what =
        (usually(), usually(), usually()).prop_map(|(active_users, distribution_groups, security_groups)| {
            What { active_users, distribution_groups, security_groups }
        });
    (select(&[Role::EndUser, Role::SilentUser][..]), what, some_actions(), some_actions())
        .prop_map(|(default_role, what, users, groups)| Switches { default_role, what, users, groups })
}

/// The parts of an input, still in some order.
#[derive(Debug, Clone)]
struct Parts {
    objects: Vec<DirectoryObject>,
    deleted: Vec<DeletedItem>,
    accounts: Vec<Account>,
    exemptions: Vec<&'static str>,
    switches: Switches,
    version: SyncVersion,
}

impl Parts {
    fn input(self) -> Input {
        Input {
            directory: Directory::new(self.objects, self.deleted, ["contoso.com", "fabrikam.com"]),
            roster: Roster::new(self.accounts, ["contoso.com"], Some(3)),
            exemptions: Exemptions::new(self.exemptions),
            switches: self.switches,
            version: self.version,
        }
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let objects = (prop::collection::vec(a_user(), 0..8), prop::collection::vec(a_group(), 0..3)).prop_map(
        |(mut users, groups)| {
            users.extend(groups);
            // Ids are unique in a directory.
            let by_id: BTreeMap<_, _> = users.into_iter().map(|object| (object.id(), object)).collect();
            by_id.into_values().collect::<Vec<_>>()
        },
    );
    let deleted = prop::collection::vec(
        (address(), any::<bool>()).prop_map(|(address, group)| {
            if group {
                DeletedItem::group(Some(address), None)
            } else {
                DeletedItem::user(Some(address), "", None)
            }
        }),
        0..3,
    );
    let version = select(&[SyncVersion::V1, SyncVersion::V2][..]);
    (objects, deleted, accounts(), subsequence(&ADDRESSES[..], 0..3), some_settings(), version).prop_map(
        |(objects, deleted, accounts, exemptions, switches, version)| Parts {
            objects,
            deleted,
            accounts,
            exemptions,
            switches,
            version,
        },
    )
}

/// Does to the accounts what Proofpoint's users API does, and refuses what it would refuse.
fn enact(accounts: &mut Vec<Account>, change: &Change) -> Result<(), String> {
    let wanted = change.fields.alias_emails.iter().flatten().chain(std::iter::once(&change.address));
    for address in wanted {
        let other = accounts
            .iter()
            .find(|account| account.address() != change.address && addresses_of(account).contains(address));
        if let Some(other) = other {
            return Err(format!("{}: {address} belongs to {}", change.line(), other.address()));
        }
    }
    let at = accounts.iter().position(|account| account.address() == change.address);
    match (change.verb, at) {
        (Verb::Add, None) => {}
        (Verb::Update | Verb::Convert | Verb::Deactivate, Some(at)) => {
            let account = accounts.get(at).cloned().ok_or("gone")?;
            let fields = &change.fields;
            let changed = Account {
                first_name: fields.first_name.as_deref().unwrap_or(&account.first_name).into(),
                surname: fields.surname.as_deref().unwrap_or(&account.surname).into(),
                aliases: match &fields.alias_emails {
                    Some(aliases) => AddressList::new(aliases.iter().map(String::as_str)),
                    None => account.aliases.clone(),
                },
                active: fields.is_active.unwrap_or(account.active),
                account_type: fields.account_type.unwrap_or(account.account_type),
                ..account
            };
            accounts.splice(at..=at, [changed]);
            return Ok(());
        }
        (Verb::Delete, Some(at)) => {
            accounts.remove(at);
            return Ok(());
        }
        (_, found) => return Err(format!("{}: found {found:?}", change.line())),
    }
    let facts = AccountFacts {
        primary_email: &change.address,
        account_type: change.account_type,
        active: change.fields.is_active.unwrap_or(true),
        billable: true,
        first_name: change.fields.first_name.as_deref().unwrap_or_default(),
        surname: change.fields.surname.as_deref().unwrap_or_default(),
    };
    accounts.push(Account::new(&facts, change.fields.alias_emails.iter().flatten().map(String::as_str)));
    Ok(())
}

fn lines_of(input: &Input) -> BTreeMap<String, String> {
    let estimate = Estimate::of(input);
    estimate.changes(Reach::Everything).map(|change| (change.address.clone(), change.line())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_row_that_a_run_may_touch_remains_after_it(parts in parts()) {
        let mut accounts = parts.accounts.clone();
        let input = parts.clone().input();
        let changes: Vec<Change> = Estimate::of(&input).changes(Reach::Everything).collect();
        for change in &changes {
            prop_assert_eq!(enact(&mut accounts, change), Ok(()));
        }
        let after = Parts { accounts, ..parts }.input();
        let remaining: Vec<String> = Estimate::of(&after).changes(Reach::Everything).map(|change| change.line()).collect();
        prop_assert!(remaining.is_empty(), "{:?} after {:#?}", remaining, changes);
    }

    #[test]
    fn a_run_does_what_was_approved_once_and_leaves_protected_accounts_as_they_are(
        parts in parts(), reach in select(&[Reach::Everything, Reach::UsersOnly][..])
    ) {
        let input = parts.clone().input();
        let estimate = Estimate::of(&input);
        let approved: BTreeMap<String, String> =
            estimate.changes(reach).map(|change| (change.address.clone(), change.line())).collect();
        let mut accounts = parts.accounts.clone();
        for change in estimate.hold(&approved).enact {
            prop_assert_eq!(enact(&mut accounts, &change), Ok(()));
        }
        for account in &parts.accounts {
            let out_of_reach = match account.account_type {
                AccountType::EndUser | AccountType::SilentUser => false,
                AccountType::FunctionalAccount => reach == Reach::UsersOnly,
                AccountType::Administrator => true,
            };
            let protected = out_of_reach || input.exemptions.contains(account.address());
            prop_assert!(!protected || accounts.contains(account), "{account:?}");
        }
        let after = Parts { accounts, ..parts }.input();
        let again = Estimate::of(&after).hold(&approved);
        let done: Vec<String> = approved.into_keys().collect();
        let unapproved = again.unapproved.clone();
        prop_assert!(reach == Reach::UsersOnly || unapproved.is_empty(), "{:?}", unapproved);
        prop_assert_eq!(again, Approved { done, unapproved, ..Approved::default() });
    }

    #[test]
    fn other_settings_alone_are_never_called_a_change_of_the_directory(
        parts in parts(), flags in subsequence((0..9).collect::<Vec<_>>(), 1..3)
    ) {
        let mut input = parts.input();
        let approved = lines_of(&input);
        for (at, (_, flag)) in input.switches.flags_mut().into_iter().enumerate() {
            *flag ^= flags.contains(&at);
        }
        let held = Estimate::of(&input).hold(&approved);
        let holds = held.broken.is_empty() && held.left.is_empty();
        prop_assert!(holds || explain(&mut input, &approved) != Explanation::Changed, "{:?}", held);
    }

    #[test]
    fn a_change_of_the_directory_alone_is_never_certainly_called_a_disagreement(
        before in parts(), after in parts()
    ) {
        let approved = lines_of(&before.clone().input());
        let after = Parts { switches: before.switches, version: before.version, exemptions: before.exemptions, ..after };
        let explained = explain(&mut after.input(), &approved);
        prop_assert!(!matches!(explained, Explanation::Settings(_)), "{:?}", explained);
    }

    #[test]
    fn the_order_of_the_input_changes_nothing(
        (parts, shuffled) in parts().prop_flat_map(|parts| {
            let shuffled = (
                Just(parts.objects.clone()).prop_shuffle(),
                Just(parts.deleted.clone()).prop_shuffle(),
                Just(parts.accounts.clone()).prop_shuffle(),
            );
            (Just(parts), shuffled)
        })
    ) {
        let (objects, deleted, accounts) = shuffled;
        let permuted = Parts { objects, deleted, accounts, ..parts.clone() }.input();
        let input = parts.input();
        let (one, other) = (Estimate::of(&input), Estimate::of(&permuted));
        prop_assert_eq!(one.report(100), other.report(100));
        prop_assert_eq!(one.changes(Reach::Everything).collect::<Vec<_>>(), other.changes(Reach::Everything).collect::<Vec<_>>());
        prop_assert_eq!(one.left(Reach::Everything), other.left(Reach::Everything));
    }

    #[test]
    fn exempt_addresses_and_administrators_are_never_touched(parts in parts()) {
        let input = parts.input();
        let estimate = Estimate::of(&input);
        let administrator = |address: &str| {
            input.roster.accounts().iter().any(|account| {
                account.address() == address && account.account_type == AccountType::Administrator
            })
        };
        let report = estimate.report(100);
        for section in [&report.adding, &report.updating, &report.deleting, &report.unmatched, &report.blocked] {
            for address in section.rows.keys() {
                prop_assert!(!input.exemptions.contains(address), "{address}");
            }
        }
        for section in [&report.adding, &report.updating, &report.deleting, &report.unmatched] {
            for address in section.rows.keys() {
                prop_assert!(!administrator(address), "{address}");
            }
        }
    }

    #[test]
    fn nobody_is_deleted_without_the_flag_and_evidence_about_a_user_or_a_functional_account_about_its_group(
        parts in parts()
    ) {
        let input = parts.input();
        let directory = &input.directory;
        let excluded = |address: &str| directory.objects().iter().any(|object| {
            object.primary_address() == address && !object.is_group() && !object.may_receive_mail()
        });
        let changes = Estimate::of(&input).changes(Reach::Everything).collect::<Vec<_>>();
        for change in changes.into_iter().filter(|change| change.verb == Verb::Delete) {
            let (address, line) = (change.address.as_str(), change.line());
            if change.account_type.is_user() {
                prop_assert!(input.switches.users.remove_deleted, "{}", line);
                prop_assert!(directory.lost_user(address).is_some() || excluded(address), "{}", line);
            } else {
                prop_assert!(change.account_type == AccountType::FunctionalAccount, "{}", line);
                prop_assert!(input.switches.groups.remove_deleted, "{}", line);
                prop_assert!(directory.lost_group(address).is_some(), "{}", line);
            }
        }
    }

    #[test]
    fn no_name_is_ever_emptied(parts in parts()) {
        let input = parts.input();
        for change in Estimate::of(&input).changes(Reach::Everything).filter(|change| change.verb != Verb::Add) {
            for name in [&change.fields.first_name, &change.fields.surname] {
                prop_assert!(name.as_deref() != Some(""), "{}", change.line());
            }
        }
    }

    #[test]
    fn an_address_that_somebody_in_the_directory_has_survives_the_deletion_of_its_account(parts in parts()) {
        let before = parts.accounts.clone();
        let mut after = before.clone();
        let input = parts.input();
        let changes: Vec<Change> = Estimate::of(&input).changes(Reach::Everything).collect();
        for change in &changes {
            prop_assert_eq!(enact(&mut after, change), Ok(()));
        }
        for change in changes.iter().filter(|change| change.verb == Verb::Delete) {
            let account = before.iter().find(|account| account.address() == change.address);
            for address in account.into_iter().flat_map(addresses_of) {
                let others = input.directory.objects().iter().filter(|object| {
                    object.primary_address() != change.address && object.all_addresses().any(|one| one == address)
                });
                let has_it = after.iter().any(|account| addresses_of(account).contains(&address));
                prop_assert!(has_it || others.count() == 0, "{}: {address}", change.line());
            }
        }
    }

    #[test]
    fn a_run_touches_only_rows_of_the_report_and_users_only_where_that_is_asked(
        parts in parts(), reach in select(&[Reach::Everything, Reach::UsersOnly][..])
    ) {
        let input = parts.input();
        let estimate = Estimate::of(&input);
        let report = estimate.report(100);
        let left = estimate.left(reach);
        let mut changes = 0;
        for change in estimate.changes(reach) {
            changes += 1;
            let new_type = change.fields.account_type.unwrap_or(change.account_type);
            prop_assert!(change.account_type != AccountType::Administrator);
            prop_assert!(reach == Reach::Everything || change.account_type.is_user() && new_type.is_user());
            let sections = match change.verb {
                Verb::Add => vec![&report.adding],
                Verb::Update => vec![&report.updating],
                Verb::Convert => vec![&report.updating, &report.recreating],
                Verb::Deactivate => vec![&report.deactivating],
                Verb::Delete => vec![&report.deleting],
            };
            prop_assert!(sections.iter().any(|section| section.rows.contains_key(&change.address)));
            prop_assert!(!left.contains_key(&change.address));
            let limited = matches!(change.verb, Verb::Delete | Verb::Deactivate)
                || report.recreating.rows.contains_key(&change.address);
            prop_assert_eq!(change.verb.is_limited(input.version), limited);
        }
        // Every row to add, update or delete is either enacted or left with a reason.
        let sections = [&report.adding, &report.updating, &report.deactivating, &report.recreating, &report.deleting];
        let rows: u64 = sections.iter().map(|section| section.total).sum();
        prop_assert_eq!(changes + left.len() as u64, rows);
    }

    #[test]
    fn classes_of_objects_and_accounts_agree_and_counts_add_up(parts in parts()) {
        let input = parts.input();
        let estimate = Estimate::of(&input);
        let counts = estimate.report(100).counts;
        let objects: Vec<_> = estimate.object_classes().collect();
        let accounts: Vec<_> = estimate.account_classes().collect();
        prop_assert_eq!(objects.len(), input.directory.objects().len());
        prop_assert_eq!(accounts.len(), input.roster.accounts().len());
        let count = |of: &dyn Fn(&ObjectClass<'_>) -> bool| objects.iter().filter(|class| of(class)).count() as u64;
        let count_accounts = |of: &dyn Fn(&AccountClass) -> bool| accounts.iter().filter(|class| of(class)).count() as u64;
        prop_assert_eq!(counts.adding, count(&|class| matches!(class, ObjectClass::Adding(_))));
        let updating = counts.updating + counts.deactivating + counts.recreating;
        prop_assert_eq!(updating, count(&|class| matches!(class, ObjectClass::Updating(_))));
        prop_assert_eq!(updating, count_accounts(&|class| matches!(class, AccountClass::Updating)));
        prop_assert_eq!(counts.blocked, count(&|class| matches!(class, ObjectClass::Blocked(_))));
        prop_assert_eq!(counts.out_of_scope, count(&|class| matches!(class, ObjectClass::OutOfScope(_))));
        prop_assert_eq!(counts.unchanged, count_accounts(&|class| matches!(class, AccountClass::Unchanged)));
        prop_assert!(counts.unchanged <= count(&|class| matches!(class, ObjectClass::Unchanged)));
        let all = counts.unchanged + updating + counts.deleting + counts.unmatched + counts.kept
            + count_accounts(&|class| matches!(class, AccountClass::Exempt));
        prop_assert_eq!(all, accounts.len() as u64);
        let exempt_objects = count(&|class| matches!(class, ObjectClass::Exempt));
        let all = counts.adding + updating + count(&|class| matches!(class, ObjectClass::Unchanged))
            + exempt_objects + counts.blocked + counts.out_of_scope;
        prop_assert_eq!(all, objects.len() as u64);
        let losses = counts.deleting + counts.deactivating + counts.recreating;
        prop_assert_eq!(counts.removals, losses + counts.unmatched);
        prop_assert_eq!(counts.kept_because.values().sum::<u64>(), counts.kept);
    }
}
