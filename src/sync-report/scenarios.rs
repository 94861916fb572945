//! The rules one by one, each as a small story.

use pretty_assertions::assert_eq;

use super::samples::*;
use super::*;

fn finding(input: &Input, code: &str) -> Option<Finding> {
    Estimate::of(input).report(0).findings.into_iter().find(|finding| finding.code == code)
}

#[test]
fn a_new_user_is_added_with_names_and_aliases() {
    let ann = DirectoryObject::user(
        id(1),
        &facts("Ann@Contoso.com"),
        [
            "SMTP:Ann@Contoso.com",
            "smtp:A.Example@contoso.com",
            "smtp:ann@contoso.onmicrosoft.com",
            "SIP:ann@contoso.com",
        ],
    );
    let input = input(vec![ann], vec![]);
    let row =
        "end_user: new user in Entra, firstname 'Ann', surname 'Example', alias_emails a.example@contoso.com";
    assert_eq!(rows(&input), [format!("Adding {ANN} {row}")]);
    assert_eq!(lines(&input), [format!("{ANN} add {row}")]);
    let change = Estimate::of(&input).changes(Reach::Everything).next().unwrap();
    assert_eq!(change.account_type, AccountType::EndUser);
    assert_eq!(change.fields.alias_emails, Some(vec!["a.example@contoso.com".to_owned()]));
    assert_eq!(change.fields.is_active, Some(true));
}

#[test]
fn nothing_is_shown_when_both_sides_agree() {
    let input = input(vec![user(1, facts(ANN))], vec![account("Ann@contoso.com", AccountType::SilentUser)]);
    assert_eq!(rows(&input), [""; 0]);
    let report = Estimate::of(&input).report(100);
    assert_eq!((report.counts.unchanged, report.counts.removals), (1, 0));
}

#[test]
fn an_update_names_the_fields_that_change() {
    let ann = DirectoryObject::user(
        id(1),
        &UserFacts { given_name: Some("Anna"), surname: None, ..facts(ANN) },
        ["smtp:new@contoso.com"],
    );
    let old = Account::new(&account_facts("ANN@contoso.com", AccountType::EndUser), ["old@contoso.com"]);
    let input = input(vec![ann], vec![old]);
    let row = "end_user: firstname 'Ann' -> 'Anna', alias_emails +new@contoso.com -old@contoso.com";
    assert_eq!(lines(&input), [format!("{ANN} update {row}")]);
    let change = Estimate::of(&input).changes(Reach::Everything).next().unwrap();
    assert_eq!(change.written_address, "ANN@contoso.com");
    assert_eq!(change.fields.is_active, None);
}

#[test]
fn a_name_that_entra_lacks_is_not_compared_and_empties_nothing() {
    let nameless = UserFacts { given_name: None, surname: None, ..facts(ANN) };
    let half = UserFacts { given_name: None, surname: Some("Other"), ..facts(BOB) };
    let input = input(
        vec![user(1, nameless), user(2, half)],
        vec![account(ANN, AccountType::EndUser), account(BOB, AccountType::EndUser)],
    );
    assert_eq!(lines(&input), [format!("{BOB} update end_user: surname 'Example' -> 'Other'")]);
    let change = Estimate::of(&input).changes(Reach::Everything).next().unwrap();
    assert_eq!(change.fields.first_name, None);
}

#[test]
fn the_versions_make_different_things_of_blocked_and_unlicensed_users() {
    let blocked = UserFacts { enabled: false, ..facts(ANN) };
    let unlicensed = UserFacts { licence: Licence::None, ..facts(BOB) };
    let v2 = input(vec![user(1, blocked), user(2, unlicensed)], vec![]);
    assert_eq!(
        rows(&v2),
        [format!(
            "Adding {ANN} functional_account: new user in Entra, sign-in blocked, firstname 'Ann', surname 'Example' \
             (version 1 differs)"
        )]
    );
    assert!(finding(&v2, "versions_differ").unwrap().text.contains("ann@contoso.com, bob@contoso.com"));
    assert_eq!(
        lines(&v2),
        [format!(
            "{ANN} add functional_account: new user in Entra, sign-in blocked, firstname 'Ann', surname 'Example'"
        )]
    );

    let v1 = Input { version: SyncVersion::V1, ..v2 };
    assert_eq!(
        rows(&v1),
        [
            format!(
                "Adding {ANN} end_user: new user in Entra, sign-in blocked, firstname 'Ann', surname 'Example', is_active \
                 false (version 2 differs)"
            ),
            format!(
                "Adding {BOB} end_user: new user in Entra, firstname 'Ann', surname 'Example' (version 2 differs)"
            ),
        ]
    );
}

#[test]
fn an_account_that_turns_inactive_counts_as_a_removal() {
    let mut input = input(
        vec![user(1, UserFacts { enabled: false, ..facts(ANN) })],
        vec![account(ANN, AccountType::EndUser), account("root@contoso.com", AccountType::Administrator)],
    );
    input.version = SyncVersion::V1;
    let report = Estimate::of(&input).report(100);
    assert_eq!(
        (report.counts.deactivating, report.counts.removals, report.counts.active_accounts),
        (1, 1, 1)
    );
    assert!(report.judge(Limit::Count(0)).exceeded());
    assert!(!report.judge(Limit::Percent { hundredths: 1000 }).exceeded());
    assert_eq!(
        rows(&input),
        [format!(
            "Deactivating {ANN} end_user: 'Ann Example', is_active true -> false; sign-in is blocked in Entra (version 2 differs)"
        )]
    );
    assert!(finding(&input, "accounts_turn_inactive").is_some());
}

#[test]
fn in_version_1_an_account_that_turns_inactive_and_changes_its_type_loses_its_lists_as_well() {
    let mut input = input(
        vec![user(1, UserFacts { enabled: false, ..facts(ANN) })],
        vec![account(ANN, AccountType::FunctionalAccount)],
    );
    input.version = SyncVersion::V1;
    let rows = rows(&input);
    assert!(rows.len() == 1 && rows[0].starts_with("Deactivating "), "{rows:?}");
    assert!(rows[0].contains("; deleted and made again"), "{rows:?}");
    assert!(finding(&input, "accounts_recreated").is_some());
    assert_eq!(Estimate::of(&input).report(0).counts.removals, 1);
}

#[test]
fn a_change_of_type_is_a_row_of_its_own_and_in_version_1_somebody_loses_lists() {
    let mut input = input(
        vec![user(1, UserFacts { enabled: false, ..facts(ANN) }), user(2, facts(BOB))],
        vec![account(ANN, AccountType::EndUser), account(BOB, AccountType::FunctionalAccount)],
    );
    assert_eq!(
        rows(&input),
        [
            format!(
                "Updating {ANN} end_user: becomes a functional account: sign-in is blocked in Entra (version 1 differs)"
            ),
            format!("Updating {BOB} functional_account: becomes an end user: sign-in is enabled in Entra"),
        ]
    );
    assert_eq!(
        lines(&input),
        [
            format!("{ANN} convert end_user: becomes a functional account: sign-in is blocked in Entra"),
            format!("{BOB} convert functional_account: becomes an end user: sign-in is enabled in Entra"),
        ]
    );
    let types: Vec<_> =
        Estimate::of(&input).changes(Reach::Everything).map(|change| change.fields.account_type).collect();
    assert_eq!(types, [Some(AccountType::FunctionalAccount), Some(AccountType::EndUser)]);
    let estimate = Estimate::of(&input);
    assert_eq!(estimate.changes(Reach::UsersOnly).count(), 0);
    let left = estimate.left(Reach::UsersOnly);
    assert_eq!(left.get(ANN).map(String::as_str), Some("convert: functional accounts are left out"));
    assert_eq!(estimate.report(0).counts.removals, 0);
    assert_eq!(finding(&input, "accounts_recreated"), None);

    input.version = SyncVersion::V1;
    assert!(finding(&input, "accounts_recreated").unwrap().text.starts_with("1 account would become"));
    assert_eq!(
        rows(&input),
        [
            format!(
                "Deactivating {ANN} end_user: 'Ann Example', is_active true -> false; sign-in is blocked in Entra \
                 (version 2 differs)"
            ),
            format!(
                "Recreating {BOB} functional_account: 'Ann Example', becomes an end user: sign-in is enabled in Entra; \
                 deleted and made again"
            ),
        ]
    );
    let verbs: Vec<_> = Estimate::of(&input).changes(Reach::Everything).map(|change| change.verb).collect();
    assert_eq!(verbs, [Verb::Deactivate, Verb::Convert]);
    assert_eq!(Estimate::of(&input).report(0).counts.removals, 2);
}

#[test]
fn groups_become_functional_accounts_in_rows_of_their_own() {
    let mut input = input(vec![list(1, "team@contoso.com")], vec![]);
    assert_eq!(rows(&input), ["Adding team@contoso.com functional_account: for group 'List'"]);
    assert_eq!(lines(&input), ["team@contoso.com add functional_account: for group 'List'"]);
    assert_eq!(
        Estimate::of(&input).left(Reach::UsersOnly).get("team@contoso.com").map(String::as_str),
        Some("add: functional accounts are left out")
    );
    input.switches.what.distribution_groups = false;
    assert_eq!(rows(&input), [""; 0]);
    input.switches.what.distribution_groups = true;
    let deleted = DeletedItem::group(Some("team@contoso.com"), None);
    input.directory = Directory::new(vec![], vec![deleted], []);
    input.roster =
        Roster::new(vec![account("team@contoso.com", AccountType::FunctionalAccount)], ["contoso.com"], None);
    assert_eq!(
        rows(&input),
        ["Deleting team@contoso.com functional_account: 'Ann Example', its group was deleted in Entra"]
    );
    assert_eq!(
        lines(&input),
        ["team@contoso.com delete functional_account: 'Ann Example', its group was deleted in Entra"]
    );
    assert_eq!(Estimate::of(&input).changes(Reach::UsersOnly).count(), 0);
}

#[test]
fn administrators_are_kept_whatever_the_directory_says() {
    let mut input = input(
        vec![user(1, UserFacts { enabled: false, ..facts(ANN) })],
        vec![account(ANN, AccountType::Administrator), account(BOB, AccountType::Administrator)],
    );
    let deleted = DeletedItem::user(Some(BOB), "", None);
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], []);
    assert_eq!(rows(&input), [""; 0]);
    assert_eq!(Estimate::of(&input).report(0).counts.kept, 2);
}

#[test]
fn exempt_addresses_are_listed_and_left_alone() {
    let carl = "carl@contoso.com";
    let mut input = input(
        vec![user(1, facts(ANN)), user(2, UserFacts { surname: Some("Other"), ..facts(BOB) })],
        vec![account(BOB, AccountType::EndUser), account(carl, AccountType::FunctionalAccount)],
    );
    input.exemptions = Exemptions::new(["Ann@Contoso.com", BOB, carl, "nobody@contoso.com"]);
    assert_eq!(
        rows(&input),
        [
            format!(
                "Exempt {ANN} user: in Entra only; saved from being added: end_user: new user in Entra, firstname 'Ann', \
                 surname 'Example'"
            ),
            format!(
                "Exempt {BOB} end_user: in Entra and at Proofpoint; saved from being changed: surname 'Example' -> 'Other'"
            ),
            format!("Exempt {carl} functional_account: at Proofpoint only"),
        ]
    );
    assert!(finding(&input, "exemption_idle").unwrap().text.contains("nobody@contoso.com"));
}

#[test]
fn an_exempt_row_says_what_the_address_is_saved_from() {
    let mut input = input(vec![list(1, "list@contoso.com")], vec![account(BOB, AccountType::EndUser)]);
    input.exemptions = Exemptions::new(["list@contoso.com", BOB]);
    let saved = "saved from being removed if an earlier run made it: not in Entra";
    let added = "saved from being added: functional_account: for group 'List'";
    assert_eq!(
        rows(&input),
        [
            format!("Exempt {BOB} end_user: at Proofpoint only; {saved}"),
            format!("Exempt list@contoso.com group: in Entra only; {added}"),
        ]
    );
}

#[test]
fn the_first_of_two_objects_gets_the_address() {
    let second = UserFacts { mail: None, user_principal_name: ANN, ..facts(ANN) };
    let third = DirectoryObject::user(id(3), &facts(BOB), ["smtp:ann@contoso.com", "smtp:b@contoso.com"]);
    let input =
        input(vec![third, user(2, second), user(1, facts(ANN))], vec![account(BOB, AccountType::EndUser)]);
    assert_eq!(
        rows(&input),
        [
            format!("Updating {BOB} end_user: alias_emails +b@contoso.com"),
            format!("Adding {ANN} end_user: new user in Entra, firstname 'Ann', surname 'Example'"),
            format!("Blocked {ANN} end_user: another directory object has this address"),
        ]
    );
    assert!(finding(&input, "address_clash").unwrap().text.contains(&format!("wants: {ANN}.")));
}

#[test]
fn an_account_whose_object_lost_its_address_is_kept() {
    let other = DirectoryObject::user(id(1), &facts(ANN), ["smtp:bob@contoso.com"]);
    let input = input(vec![other, user(2, facts(BOB))], vec![account(BOB, AccountType::EndUser)]);
    let report = Estimate::of(&input).report(10);
    assert_eq!(report.blocked.rows.keys().collect::<Vec<_>>(), [BOB]);
    assert_eq!(report.counts.kept_because.get("directory object is blocked"), Some(&1));
    // And Ann goes without the alias, since Bob's account keeps it.
    assert!(!report.adding.rows[ANN].text.contains("alias_emails"));
}

#[test]
fn an_address_that_another_account_keeps_stays_there() {
    let renamed = DirectoryObject::user(id(1), &facts("ann.new@contoso.com"), ["smtp:ann@contoso.com"]);
    let accounts = vec![
        account(ANN, AccountType::EndUser),
        Account::new(&account_facts("root@contoso.com", AccountType::Administrator), [BOB]),
    ];
    let input = input(vec![renamed, user(2, facts(BOB))], accounts);
    assert_eq!(
        rows(&input),
        [
            format!(
                "Unmatched {ANN} end_user: 'Ann Example', its address lives on as an alias of ann.new@contoso.com; removed if \
                 an earlier run made it"
            ),
            "Adding ann.new@contoso.com end_user: new user in Entra, firstname 'Ann', surname 'Example'"
                .to_owned(),
            format!("Blocked {BOB} end_user: this address is an alias of the account root@contoso.com"),
        ]
    );
}

#[test]
fn an_address_that_changes_hands_in_the_run_blocks_nobody() {
    // Carl was deleted and his address goes to Ann; Bob gives an alias to Ann, too.
    let carl = "carl@contoso.com";
    let ann = DirectoryObject::user(id(1), &facts(ANN), ["smtp:carl@contoso.com", "smtp:shared@contoso.com"]);
    let mut input = input(
        vec![ann, user(2, facts(BOB))],
        vec![
            account(ANN, AccountType::EndUser),
            Account::new(&account_facts(BOB, AccountType::EndUser), ["shared@contoso.com"]),
            account(carl, AccountType::EndUser),
        ],
    );
    let deleted = DeletedItem::user(Some(carl), "", None);
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], []);
    // Deletions first, then the one who gives, then the one who takes.
    assert_eq!(
        lines(&input),
        [
            format!("{carl} delete end_user: 'Ann Example', its user was deleted in Entra"),
            format!("{BOB} update end_user: alias_emails -shared@contoso.com"),
            format!("{ANN} update end_user: alias_emails +carl@contoso.com +shared@contoso.com"),
        ]
    );
    // Without removal Carl's account keeps the address, and Ann goes without.
    input.switches.users.remove_deleted = false;
    assert_eq!(
        lines(&input),
        [
            format!("{BOB} update end_user: alias_emails -shared@contoso.com"),
            format!("{ANN} update end_user: alias_emails +shared@contoso.com"),
        ]
    );
}

#[test]
fn users_on_other_domains_are_out_of_scope_or_blocked() {
    let elsewhere = UserFacts { user_principal_name: "x@fabrikam.com", ..facts("x@fabrikam.com") };
    let half = UserFacts { user_principal_name: "half@contoso.com", ..facts("half@fabrikam.com") };
    let initial = UserFacts { user_principal_name: "i@contoso.com", ..facts("i@contoso.onmicrosoft.com") };
    let guest = UserFacts { guest: true, ..facts("guest@contoso.com") };
    let input = input(vec![user(1, elsewhere), user(2, half), user(3, initial), user(4, guest)], vec![]);
    assert_eq!(
        rows(&input),
        ["Blocked half@fabrikam.com user: its mail address is on a domain that the organization lacks"]
    );
    let because = Estimate::of(&input).report(0).counts.out_of_scope_because;
    assert_eq!(
        because.keys().collect::<Vec<_>>(),
        ["address on onmicrosoft.com", "guest", "no address on a domain of the organization"]
    );
}

#[test]
fn findings_name_domains_licences_and_addresses() {
    let ann = DirectoryObject::user(
        id(1),
        &UserFacts { user_principal_name: "a1@contoso.com", ..facts(ANN) },
        ["smtp:ann@fabrikam.com", "smtp:ann@contoso.onmicrosoft.com"],
    );
    let mut input =
        input(vec![ann, user(2, facts(BOB))], vec![account("root@contoso.com", AccountType::Administrator)]);
    input.directory = Directory::new(
        input.directory.objects().to_vec(),
        vec![],
        ["contoso.com", "fabrikam.com", "c.onmicrosoft.com"],
    );
    input.roster = Roster::new(input.roster.accounts().to_vec(), ["contoso.com"], Some(2));
    let report = Estimate::of(&input).report(0);
    let found: Vec<_> =
        report.findings.iter().map(|finding| (finding.severity, finding.code.as_str())).collect();
    assert_eq!(
        found,
        [
            (Gravity::Error, "domains_missing"),
            (Gravity::Warning, "licences_exceeded"),
            (Gravity::Info, "alias_on_foreign_domain"),
            (Gravity::Info, "principal_name_differs"),
        ]
    );
    assert!(report.findings[0].text.contains("lacks: fabrikam.com."));
    assert!(report.findings[1].text.contains("1 of 2 in use now, 3 after the run. That is 1 too many"));
    assert!(report.findings[2].text.contains(": ann@fabrikam.com."));
}

#[test]
fn long_sections_are_cut_except_deletions_and_the_digest_covers_them_whole() {
    let addresses: Vec<String> = (0..50).map(|number| format!("user{number:02}@contoso.com")).collect();
    let objects = |surname: &'static str| {
        (1u128..)
            .zip(&addresses)
            .map(|(number, address)| user(number, UserFacts { surname: Some(surname), ..facts(address) }))
    };
    let gone: Vec<String> = (0..50).map(|number| format!("gone{number:02}@contoso.com")).collect();
    let mut input = input(
        objects("A").collect(),
        gone.iter().map(|address| account(address, AccountType::EndUser)).collect(),
    );
    let deleted: Vec<_> = gone.iter().map(|address| DeletedItem::user(Some(address), "", None)).collect();
    input.directory = Directory::new(input.directory.objects().to_vec(), deleted.clone(), []);
    let report = Estimate::of(&input).report(3);
    assert_eq!(
        report.adding.rows.keys().collect::<Vec<_>>(),
        ["user00@contoso.com", "user01@contoso.com", "user02@contoso.com"]
    );
    assert_eq!((report.adding.total, report.deleting.total, report.deleting.rows.len()), (50, 50, 50));
    assert_eq!(report.digest, Estimate::of(&input).report(40).digest);
    assert!(report.text(2, 2).contains("Adding (50):\n  user00@contoso.com  end_user: new user in Entra"));
    assert!(report.text(2, 2).contains("\n  and 48 more"));

    let mut changed: Vec<_> = objects("A").take(49).collect();
    changed.push(user(50, UserFacts { surname: Some("B"), ..facts("user49@contoso.com") }));
    input.directory = Directory::new(changed, deleted, []);
    assert_ne!(report.digest, Estimate::of(&input).report(3).digest);
}

#[test]
fn flags_that_are_off_leave_everything_as_it_is() {
    let mut input = input(
        vec![user(1, facts(ANN)), user(2, UserFacts { surname: Some("Other"), ..facts(BOB) })],
        vec![account(BOB, AccountType::EndUser)],
    );
    input.switches.users = Actions { add: false, update: false, remove_deleted: false };
    assert_eq!(rows(&input), [""; 0]);
    let counts = Estimate::of(&input).report(0).counts;
    assert_eq!(counts.kept_because.get("updating is switched off"), Some(&1));
    assert_eq!(counts.out_of_scope_because.get("adding is switched off"), Some(&1));
}

#[test]
fn a_switch_that_is_off_is_the_reason_only_where_it_changes_something() {
    // Ann's account agrees with her, and nobody would add Bob, whether or not somebody else has his address.
    let mut input = input(
        vec![user(1, facts(ANN)), user(2, facts(BOB))],
        vec![
            account(ANN, AccountType::EndUser),
            Account::new(&account_facts("root@contoso.com", AccountType::Administrator), [BOB]),
        ],
    );
    input.switches.users = Actions { add: false, update: false, remove_deleted: false };
    assert_eq!(rows(&input), [""; 0]);
    let counts = Estimate::of(&input).report(0).counts;
    assert_eq!((counts.unchanged, counts.blocked), (1, 0));
    assert_eq!(counts.kept_because.keys().collect::<Vec<_>>(), ["administrator"]);
    assert_eq!(counts.out_of_scope_because.get("adding is switched off"), Some(&1));
}
