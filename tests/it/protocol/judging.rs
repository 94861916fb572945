//! What would start or widen syncing is judged by what it does to people: shown in the plan, refused above the limit, and
//! looked at once more before the apply writes anything.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::{Message, Messages};
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, Quickstart, SYNC};
use crate::support::simulator::Simulator;

const TOLD: &str = "What the sync will do to people of contoso.com";
const NOT_JUDGED: &str = "Not judged yet: what the sync will do to people";
const REFUSED: &str = "The sync would remove too many accounts of contoso.com";

/// The default story: three people were hired, one married, one was deleted, one is blocked. At most `limit` accounts may go.
fn world(limit: &str) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&[]));
    quickstart.write(SYNC, &json!({ "exemptions": ["scanner@contoso.com"], "max_removals": limit }));
    quickstart
}

fn delete_person(quickstart: &Quickstart, name: &str) {
    quickstart.graph(Method::DELETE, &format!("users/{name}@contoso.com"), None);
}

/// What a plan with these arguments says.
fn plan(quickstart: &mut Quickstart, arguments: &Json) -> Messages {
    quickstart.write(SYNC, arguments);
    quickstart.plan(SYNC).messages
}

/// The warning of a plan that is within the limit.
#[track_caller]
fn told(said: &Messages) -> &Message {
    assert!(!said.has_errors(), "{said}");
    said.0.iter().find(|message| message.summary == TOLD).unwrap_or_else(|| panic!("not told: {said}"))
}

/// A refusal of this summary that names all of these.
#[track_caller]
fn refused(said: &Messages, summary: &str, named: &[&str]) {
    let error = said.expect_error();
    assert_eq!((error.summary.as_str(), error.path.as_str()), (summary, "max_removals"), "{said}");
    for name in named {
        assert!(error.detail.contains(name), "{name} is not named: {said}");
    }
}

#[test]
fn a_plan_shows_the_rows_and_the_grave_findings_and_the_apply_does_not_repeat_them() {
    let quickstart = world("1");
    let path = "orgs/contoso.com";
    let (_, mut organization) = quickstart.simulator.essentials(Method::GET, path, None);
    organization["user_licenses"] = json!(1);
    let shown = json!({ "method": "GET", "path": format!("**/{path}"), "status": 200, "body": organization });
    quickstart.simulator.set_faults(&json!([shown]));

    let mut planned = quickstart.plan(SYNC);
    let said = std::mem::take(&mut planned.messages);
    let text = &told(&said).detail;
    for shown in [
        "1 to delete, 0 unmatched; 3 to add, 1 to update",
        "Deleting (1):\n  jack.king@contoso.com  end_user: 'Jack King', its user was deleted in Entra on ",
        "to keep somebody, add the address to `exemptions`",
        "Updating (1):\n  irene.jones@contoso.com",
        "frank.gomez@contoso.com",
        "\n\nwarning: Licences: ",
    ] {
        assert!(text.contains(shown), "{shown:?} is not shown: {text}");
    }
    assert!(!text.contains("info: "), "{text}");

    let said = quickstart.apply(SYNC, planned);
    assert!(!said.has_errors() && !said.warns(TOLD), "{said}");
}

#[test]
fn a_saved_plan_is_judged_again_when_people_have_gone_meanwhile() {
    let quickstart = world("1");
    let planned = quickstart.plan(SYNC);
    told(&planned.messages);
    delete_person(&quickstart, "ben.cole");
    quickstart.simulator.forget_requests();
    let said = quickstart.apply(SYNC, planned);
    refused(
        &said,
        REFUSED,
        &["ben.cole@contoso.com", "jack.king@contoso.com", "`max_removals`, which is 1 now"],
    );
    assert_eq!(quickstart.simulator.writes(), []);
    assert!(quickstart.state(SYNC).is_null(), "a failed create left a state");
}

#[test]
fn whatever_starts_or_widens_syncing_is_judged_and_nothing_else() {
    let mut quickstart = world("0");
    let said = plan(&mut quickstart, &json!({ "frequency": 0 }));
    assert!(!said.has_errors() && !said.warns(TOLD), "nothing runs by itself: {said}");
    refused(&plan(&mut quickstart, &json!({ "frequency": 1 })), REFUSED, &["jack.king@contoso.com"]);

    quickstart.write(SYNC, &json!({ "frequency": 0 }));
    assert!(!quickstart.change(SYNC).has_errors());
    refused(&plan(&mut quickstart, &json!({ "frequency": 1 })), REFUSED, &["jack.king@contoso.com"]);

    quickstart.write(SYNC, &json!({ "users": { "remove_deleted": false } }));
    told(&quickstart.change(SYNC));
    let said = plan(&mut quickstart, &json!({ "frequency": 24 }));
    assert!(!said.has_errors() && !said.warns(TOLD), "less often is not more: {said}");
    told(&plan(&mut quickstart, &json!({ "frequency": 1, "what": { "security_groups": true } })));
    let removing = json!({ "what": { "security_groups": false }, "users": { "remove_deleted": true } });
    refused(&plan(&mut quickstart, &removing), REFUSED, &["jack.king@contoso.com"]);
}

#[test]
fn dropping_an_exemption_is_judged_when_it_is_planned_and_before_it_is_done() {
    let mut quickstart = world("1");
    assert!(!quickstart.change(SYNC).has_errors());
    quickstart.write(SYNC, &json!({ "exemptions": [] }));
    refused(&quickstart.plan(SYNC).messages, REFUSED, &["scanner@contoso.com"]);

    quickstart.write(SYNC, &json!({ "max_removals": "2" }));
    let planned = quickstart.plan(SYNC);
    told(&planned.messages);
    delete_person(&quickstart, "ben.cole");
    quickstart.simulator.forget_requests();
    refused(&quickstart.apply(SYNC, planned), REFUSED, &["ben.cole@contoso.com", "scanner@contoso.com"]);
    assert_eq!(quickstart.simulator.writes(), []);
}

#[test]
fn a_report_that_cannot_be_read_is_a_refusal_unless_the_check_is_switched_off() {
    let mut quickstart = world("10%");
    let forbidden = json!({ "method": "GET", "path": "/v1.0/users*", "status": 403 });
    quickstart.simulator.set_faults(&json!([forbidden]));
    let unforeseen = "What the sync would do to people of contoso.com cannot be foreseen";
    refused(&quickstart.plan(SYNC).messages, unforeseen, &["User.Read.All", "`max_removals = \"100%\"`"]);

    quickstart.write(SYNC, &json!({ "max_removals": "100%" }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors() && !said.warns(TOLD), "{said}");
    quickstart.assert_sound("unjudged");
}

#[test]
fn where_nothing_happens_to_anybody_nothing_is_said() {
    let simulator = Simulator::start(&["--users", "3", "--groups", "0", "--seed", "3"]);
    let mut quickstart = Quickstart::prepared(simulator);
    let (preview, said) =
        quickstart.data("proofpoint_azure_sync_preview", json!({ "domain": "contoso.com" }));
    said.expect_none();
    assert_eq!(preview["changes"], json!({}), "there is something to do: {preview:#}");
    quickstart.write(SYNC, &json!({ "max_removals": "0" }));
    let said = quickstart.change(SYNC);
    said.expect_none();
}

/// What a sign-in that Entra refuses is told as: once, by its own title, with what to do about the sign-in.
#[track_caller]
fn told_as_a_sign_in(said: &Messages, kind: &str) {
    assert!(said.has_errors(), "{kind}: {said}");
    let about: Vec<_> = said.0.iter().filter(|message| message.detail.contains("AADSTS7000215")).collect();
    assert_eq!(about.len(), 1, "{kind}: one cause is told once: {said}");
    assert!(about[0].error && about[0].summary.contains("sign"), "{kind}: {said}");
    for message in &said.0 {
        let text = message.to_string();
        assert!(
            !text.contains("foresee") && !text.contains("foreseen"),
            "{kind}: nothing was looked at: {said}"
        );
        assert!(
            !text.contains("max_removals") && !text.contains("switch"),
            "{kind}: no matter of the check: {said}"
        );
    }
}

#[test]
fn a_sign_in_that_fails_is_told_once_as_one_and_not_as_a_foresight_to_be_switched_off() {
    let own_secret = json!({ "managed_client_secret": null, "client_secret": "from elsewhere" });
    for (kind, arguments) in [("managed", json!({})), ("own secret", own_secret)] {
        let mut quickstart = world("10%");
        quickstart.write(SYNC, &arguments);
        let planned = quickstart.plan(SYNC);
        told(&planned.messages);
        quickstart.set("ARM_CLIENT_SECRET", "no longer valid");
        told_as_a_sign_in(&quickstart.plan(SYNC).messages, &format!("{kind}, plan"));
        told_as_a_sign_in(&quickstart.apply(SYNC, planned), &format!("{kind}, apply"));
        assert!(quickstart.state(SYNC).is_null(), "{kind}: something was made");

        // Where the check is off, it is a warning for who brings a secret, and an error where one is to be made.
        quickstart.write(SYNC, &json!({ "max_removals": "100%" }));
        quickstart.configure();
        let said = quickstart.plan(SYNC).messages;
        let about = said.0.iter().filter(|message| message.detail.contains("AADSTS7000215"));
        assert_eq!(about.count(), 1, "{kind}, unjudged: {said}");
        assert!(!said.0.iter().any(|message| message.to_string().contains("foreseen")), "{kind}: {said}");
    }
    // A tenant that is named by its domain is not even known then.
    let mut quickstart = world("10%");
    quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": "from elsewhere" }));
    quickstart.set("ARM_TENANT_ID", "contoso.com");
    let planned = quickstart.plan(SYNC);
    told(&planned.messages);
    quickstart.set("ARM_CLIENT_SECRET", "no longer valid");
    told_as_a_sign_in(&quickstart.plan(SYNC).messages, "by domain, plan");
    told_as_a_sign_in(&quickstart.apply(SYNC, planned), "by domain, apply");
    let (_, said) = quickstart.data("proofpoint_azure_sync_preview", json!({ "domain": "contoso.com" }));
    told_as_a_sign_in(&said, "preview");
}

#[test]
fn accounts_that_version_1_turns_inactive_are_removals_and_version_2_tells_of_them() {
    let mut quickstart = world("0");
    quickstart.write(SYNC, &json!({ "users": { "remove_deleted": false } }));
    let said = quickstart.plan(SYNC).messages;
    let text = &told(&said).detail;
    assert!(text.contains("This assumes version 2 of the sync."), "{text}");
    assert!(text.contains("If the stack runs version 1: 1 account would be removed"), "{text}");
    assert!(text.contains("which would be too many"), "{text}");
    assert!(text.contains("`sync_version`"), "{text}");

    quickstart.write(SYNC, &json!({ "sync_version": 1 }));
    let said = quickstart.plan(SYNC).messages;
    refused(&said, REFUSED, &["karen.lopez@contoso.com", "Deactivating (1):\n  karen.lopez@contoso.com"]);
}

#[test]
fn a_plan_that_does_not_know_what_a_run_may_do_says_that_the_apply_judges_it() {
    let mut quickstart = world("0");
    let cases = [
        ("max_removals", json!({ "max_removals": UNKNOWN })),
        ("exemptions", json!({ "exemptions": UNKNOWN })),
        ("users", json!({ "users": { "remove_deleted": UNKNOWN } })),
        ("what", json!({ "what": UNKNOWN })),
        ("frequency", json!({ "frequency": UNKNOWN })),
        ("tenant_id", json!({ "tenant_id": UNKNOWN })),
    ];
    for (name, unknown) in cases {
        quickstart.write(SYNC, &unknown);
        let said = quickstart.plan(SYNC).messages;
        let remark = said.0.iter().find(|message| message.summary.starts_with(NOT_JUDGED));
        let remark = remark.unwrap_or_else(|| panic!("{name}: {said}"));
        assert!(!said.has_errors() && !said.warns(TOLD), "{name}: {said}");
        assert!(remark.detail.contains(&format!("`{name}`")), "{name}: {said}");
        quickstart.write(SYNC, &known(&unknown));
    }
    refused(&quickstart.plan(SYNC).messages, REFUSED, &["jack.king@contoso.com"]);
}

/// The quick start's own arguments in place of unknown ones.
fn known(unknown: &Json) -> Json {
    let own = json!({
        "max_removals": "0", "exemptions": ["scanner@contoso.com"], "users": { "remove_deleted": true }, "what": null,
        "frequency": 1, "tenant_id": null,
    });
    unknown.as_object().expect("arguments").keys().map(|name| (name.clone(), own[name].clone())).collect()
}

#[test]
fn another_application_or_primary_domain_alone_is_another_directory_and_judged() {
    let mut quickstart = world("100%");
    assert!(!quickstart.change(SYNC).has_errors());
    quickstart.write(SYNC, &json!({ "max_removals": "0" }));
    let unchanged = quickstart.plan(SYNC).messages;
    assert!(!unchanged.has_errors(), "what stays as it is was judged before: {unchanged}");

    let tenant = quickstart.simulator.tenant().clone();
    let domains = quickstart.graph(Method::GET, "domains", None)["value"].take();
    let initial = domains.as_array().unwrap().iter().find(|domain| domain["isInitial"] == true).unwrap();
    assert_ne!(initial["id"], json!(tenant.domain));
    for change in [json!({ "primary_domain": initial["id"] }), json!({ "client_id": tenant.client_id })] {
        // A secret of one's own: the key of the application would be one of another one.
        quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": "from elsewhere" }));
        quickstart.write(SYNC, &change);
        refused(&quickstart.plan(SYNC).messages, REFUSED, &["jack.king@contoso.com"]);
        quickstart.write(SYNC, &json!({ "primary_domain": null }));
    }
}

#[test]
fn where_nobody_can_look_into_the_directory_a_limit_refuses_and_only_its_absence_lets_pass() {
    let mut quickstart = world("10%");
    let client_id = quickstart.state(APPLICATION)["client_id"].clone();
    let own =
        json!({ "managed_client_secret": null, "client_secret": "from elsewhere", "client_id": client_id });
    quickstart.write(SYNC, &own);
    for variable in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
        quickstart.set(variable, "");
    }
    quickstart.set("ARM_USE_CLI", "false");
    let unforeseen = "What the sync would do to people of contoso.com cannot be foreseen";
    let mut planned = quickstart.plan(SYNC);
    let said = std::mem::take(&mut planned.messages);
    refused(&said, unforeseen, &["not configured for Entra", "`max_removals = \"100%\"`"]);
    quickstart.simulator.forget_requests();
    refused(&quickstart.apply(SYNC, planned), unforeseen, &["not configured for Entra"]);
    assert_eq!(quickstart.simulator.writes(), []);

    quickstart.write(SYNC, &json!({ "max_removals": "100%" }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(quickstart.settings()["sync_frequency"], json!(1));
}

#[test]
fn an_exemption_more_is_no_matter_of_the_limit_and_neither_is_one_less_where_nothing_runs() {
    let mut quickstart = world("1");
    assert!(!quickstart.change(SYNC).has_errors());
    // More people have gone since than may be removed.
    delete_person(&quickstart, "ben.cole");
    quickstart.write(SYNC, &json!({ "exemptions": ["scanner@contoso.com", "fax@contoso.com"] }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors() && !said.warns(TOLD), "{said}");

    let mut idle = world("0");
    idle.write(SYNC, &json!({ "frequency": 0 }));
    assert!(!idle.change(SYNC).has_errors());
    idle.write(SYNC, &json!({ "exemptions": [] }));
    let said = idle.change(SYNC);
    assert!(!said.has_errors() && !said.warns(TOLD), "{said}");
}

#[test]
fn a_sync_that_is_paused_by_hand_meanwhile_is_judged_as_what_it_is_told_to_be() {
    let mut quickstart = world("2");
    assert!(!quickstart.change(SYNC).has_errors());
    quickstart.write(SYNC, &json!({ "exemptions": [] }));
    let planned = quickstart.plan(SYNC);
    told(&planned.messages);
    let mut paused = quickstart.essentials(Method::GET, "settings/azure", None);
    paused["ad_key"] = quickstart.settings()["ad_key"].take();
    paused["sync_frequency"] = 0.into();
    quickstart.essentials(Method::PUT, "settings/azure", Some(&paused));
    delete_person(&quickstart, "ben.cole");
    quickstart.simulator.forget_requests();
    refused(&quickstart.apply(SYNC, planned), REFUSED, &["ben.cole@contoso.com", "scanner@contoso.com"]);
    assert_eq!(quickstart.simulator.writes(), []);
}
