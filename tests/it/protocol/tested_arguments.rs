//! Arguments and promises of the documentation of the sync, its data sources and its reviewed runs: each has a test that fails
//! when it is ignored, and the list says which.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const SYNC_PAGE: &str = "resources/azure_sync";
const RUN_PAGE: &str = "resources/azure_sync_run";
const SOURCE_PAGE: &str = "data-sources/azure_sync";
const PREVIEW_PAGE: &str = "data-sources/azure_sync_preview";
const HEALTH_PAGE: &str = "data-sources/azure_sync_health";

/// Pages whose arguments other files of tests are about: `graph_arguments.rs`, and below `onboarding`.
const ELSEWHERE: &str = "azure_admin_consent azure_application azure_client_secret account azure_tenant domain azure_fleet_health \
                         domain_verification domains organization organizations users";

/// What each page lets people write, and the test that fails when it is ignored: file and name below `tests/it`.
const TESTED: &[(&str, &str, &str)] = &[
    (
        SYNC_PAGE,
        "client_id",
        "protocol/preflight.rs a_key_of_another_application_is_refused_in_the_plan_and_before_it_is_minted",
    ),
    (SYNC_PAGE, "default_role", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (
        SYNC_PAGE,
        "domain",
        "protocol/azure_sync_source.rs an_organization_of_somebody_else_is_refused_on_its_domain",
    ),
    (SYNC_PAGE, "allow_microsoft_login", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (
        SYNC_PAGE,
        "client_secret",
        "protocol/credentials.rs our_keys_go_once_proofpoint_has_another_credential",
    ),
    (
        SYNC_PAGE,
        "client_secret_wo",
        "protocol/credentials.rs our_keys_go_once_proofpoint_has_another_credential",
    ),
    (
        SYNC_PAGE,
        "client_secret_wo_version",
        "protocol/sync_arguments.rs a_write_only_secret_is_sent_again_with_another_version_only",
    ),
    (SYNC_PAGE, "exemptions", "protocol/exemptions.rs exemptions_are_in_place_before_anything_runs"),
    (SYNC_PAGE, "frequency", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (SYNC_PAGE, "groups", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (SYNC_PAGE, "managed_client_secret", "protocol/handover.rs every_key_has_an_end_of_its_own"),
    (
        SYNC_PAGE,
        "max_removals",
        "protocol/judging.rs whatever_starts_or_widens_syncing_is_judged_and_nothing_else",
    ),
    (
        SYNC_PAGE,
        "primary_domain",
        "protocol/preflight.rs whatever_would_make_the_sync_fail_is_refused_before_the_first_write",
    ),
    (
        SYNC_PAGE,
        "sync_version",
        "protocol/judging.rs accounts_that_version_1_turns_inactive_are_removals_and_version_2_tells_of_them",
    ),
    (SYNC_PAGE, "tenant_id", "protocol/two_tenants.rs"),
    (SYNC_PAGE, "timeouts", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (SYNC_PAGE, "users", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (
        SYNC_PAGE,
        "wait_for_routing",
        "protocol/waiting.rs a_run_that_did_what_was_foreseen_is_told_in_the_log_only_and_routing_is_waited_for",
    ),
    (
        SYNC_PAGE,
        "wait_for_sync",
        "protocol/waiting.rs a_missed_deadline_is_a_warning_and_leaves_time_to_look_at_the_keys",
    ),
    (SYNC_PAGE, "what", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (SYNC_PAGE, "active_users", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (SYNC_PAGE, "distribution_groups", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (SYNC_PAGE, "security_groups", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (SYNC_PAGE, "add", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (SYNC_PAGE, "remove_deleted", "protocol/sync_arguments.rs every_setting_arrives_as_it_is_written"),
    (
        SYNC_PAGE,
        "application_id",
        "protocol/handover.rs keys_of_an_application_that_was_left_go_once_the_new_one_is_proven",
    ),
    (SYNC_PAGE, "description", "protocol/sync_arguments.rs a_managed_key_is_as_its_block_says"),
    (SYNC_PAGE, "lifetime", "protocol/sync_arguments.rs a_managed_key_is_as_its_block_says"),
    (SYNC_PAGE, "rotate_before", "protocol/sync_arguments.rs a_managed_key_is_as_its_block_says"),
    (SYNC_PAGE, "rotate_when_changed", "protocol/handover.rs every_key_has_an_end_of_its_own"),
    (SYNC_PAGE, "create", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (SYNC_PAGE, "delete", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (SYNC_PAGE, "read", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    // Of users and groups as well.
    (SYNC_PAGE, "update", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (
        RUN_PAGE,
        "changes",
        "protocol/sync_run.rs an_update_that_is_another_one_by_now_keeps_everything_from_being_written",
    ),
    (RUN_PAGE, "domain", "protocol/sync_arguments.rs every_source_and_run_is_about_the_domain_that_it_names"),
    (
        RUN_PAGE,
        "max_deletions",
        "protocol/sync_run.rs a_limit_binds_when_rows_are_applied_that_were_not_known_while_planning",
    ),
    (
        RUN_PAGE,
        "on_excess",
        "protocol/sync_run.rs a_limit_is_judged_while_planning_where_it_is_known_and_says_what_it_counts",
    ),
    (
        RUN_PAGE,
        "send_welcome_email",
        "protocol/sync_arguments.rs new_users_are_greeted_only_where_that_is_asked",
    ),
    (
        RUN_PAGE,
        "sync_version",
        "protocol/sync_run_reach.rs with_version_1_a_blocked_leaver_turns_inactive_which_counts_as_a_deletion",
    ),
    (RUN_PAGE, "tenant_id", "protocol/sync_arguments.rs another_tenant_is_another_directory"),
    (RUN_PAGE, "timeouts", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (RUN_PAGE, "create", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (RUN_PAGE, "update", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    // Reading and destroying a run asks nobody, so that nothing can take long.
    (
        RUN_PAGE,
        "read",
        "protocol/sync_run.rs what_was_enacted_is_forgotten_before_the_next_plan_and_what_was_left_is_not",
    ),
    (RUN_PAGE, "delete", "moods/life.rs destroy"),
    (
        SOURCE_PAGE,
        "domain",
        "protocol/sync_arguments.rs every_source_and_run_is_about_the_domain_that_it_names",
    ),
    (SOURCE_PAGE, "timeouts", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (SOURCE_PAGE, "read", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (
        PREVIEW_PAGE,
        "domain",
        "protocol/sync_arguments.rs every_source_and_run_is_about_the_domain_that_it_names",
    ),
    (PREVIEW_PAGE, "default_role", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "detail_limit", "protocol/sync_arguments.rs rows_are_cut_as_asked_and_the_digest_is_not"),
    (PREVIEW_PAGE, "exemptions", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (
        PREVIEW_PAGE,
        "functional_accounts",
        "protocol/sync_run_reach.rs version_1_asks_for_no_change_of_type_and_without_functional_accounts_nobody_does",
    ),
    (PREVIEW_PAGE, "groups", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "sync_version", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "tenant_id", "protocol/sync_arguments.rs another_tenant_is_another_directory"),
    (PREVIEW_PAGE, "timeouts", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (PREVIEW_PAGE, "users", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "what", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "active_users", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "distribution_groups", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "security_groups", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "add", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "update", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "remove_deleted", "protocol/preview/mod.rs the_preview_says_what_the_engine_does"),
    (PREVIEW_PAGE, "read", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (
        HEALTH_PAGE,
        "domain",
        "protocol/sync_arguments.rs every_source_and_run_is_about_the_domain_that_it_names",
    ),
    (HEALTH_PAGE, "tenant_id", "protocol/sync_arguments.rs another_tenant_is_another_directory"),
    (HEALTH_PAGE, "timeouts", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (HEALTH_PAGE, "read", "protocol/sync_arguments.rs every_operation_ends_at_its_own_timeout"),
    (
        HEALTH_PAGE,
        "warn_days",
        "protocol/sync_arguments.rs a_secret_is_a_finding_as_many_days_before_its_end_as_asked",
    ),
];

#[test]
fn every_argument_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut problems = Vec::new();
    let listed = [SYNC_PAGE, RUN_PAGE, SOURCE_PAGE, PREVIEW_PAGE, HEALTH_PAGE];
    for folder in ["resources", "data-sources"] {
        for page in fs::read_dir(root.join("docs").join(folder)).expect("the pages") {
            let file = page.expect("a page").file_name();
            let name = file.to_string_lossy().trim_end_matches(".md").to_owned();
            if !listed.contains(&format!("{folder}/{name}").as_str())
                && !ELSEWHERE.split(' ').any(|one| one == name)
            {
                problems.push(format!(
                    "{folder}/{name}: add `{name}` to `ELSEWHERE`, with tests of its arguments in one of those files"
                ));
            }
        }
    }
    for page in listed {
        let text = fs::read_to_string(root.join("docs").join(page).with_extension("md")).expect("the page");
        let (mut writable, mut over, mut arguments) = (false, false, BTreeSet::new());
        for line in text.lines() {
            match line.trim_start_matches('#').trim().trim_end_matches(':') {
                "Required" | "Optional" if !over => writable = true,
                "Read-Only" => writable = false,
                // What follows the schema.
                "API Permissions" => (writable, over) = (false, true),
                _ => {}
            }
            if let (true, Some(rest)) = (writable, line.strip_prefix("- `")) {
                arguments.insert(rest.split('`').next().unwrap_or_default().to_owned());
            }
        }
        let listed: BTreeSet<String> = TESTED
            .iter()
            .filter(|(of, ..)| *of == page)
            .map(|(_, argument, _)| (*argument).to_owned())
            .collect();
        let odd = arguments.symmetric_difference(&listed);
        problems.extend(
            odd.map(|name| {
                format!("{page}: {name}: in `TESTED` and not on the page, or the other way about")
            }),
        );
    }
    for (page, argument, test) in TESTED {
        let (file, name) = test.split_once(' ').unwrap_or((test, "fn "));
        let text = fs::read_to_string(root.join("tests/it").join(file)).unwrap_or_default();
        if !text.contains(&format!("fn {name}(")) && name != "fn " || text.is_empty() {
            problems.push(format!("{page}: {argument}: no {test}"));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
