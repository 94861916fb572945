use pretty_assertions::assert_eq;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::testing::minted;
use super::*;
use clients::essentials::Member;

#[tokio::test(start_paused = true)]
async fn a_key_that_was_made_for_it_is_tried_to_the_deadline() {
    let hour = Duration::from_secs(3600);
    let call = Call::new(hour, CancellationToken::new(), Uuid::nil());
    assert_eq!(patience(&call, Some(&minted("own", Timestamp::UNIX_EPOCH))).remaining(), hour);
    assert_eq!(patience(&call, None).remaining(), CONFIGURED_PATIENCE);
}

#[test]
fn options_that_are_not_known_are_named() {
    let told = unknown_members("contoso.com", &["a", "b"].map(str::to_owned).into());
    assert!(told.summary.contains("`contoso.com`"), "{}", told.summary);
    assert!(told.detail.contains("without `a`, `b`, so"), "{}", told.detail);
}

/// What is known after an answer that shows another value, and another one.
fn after(answers: &[(bool, bool)]) -> HandedOver {
    let mut done = HandedOver::after(None, &Echoes::new());
    for (fresh, stale) in answers {
        let role = Difference {
            member: Member::DefaultUserRoleName,
            before: Value::Null,
            after: Value::String("end_user".to_owned()),
        };
        done.learn(&Echoes::new(), *fresh, &[role], |_| *stale);
    }
    done
}

#[test]
fn an_answer_from_after_the_put_is_seen_for_good() {
    for (answers, seen) in [
        (&[][..], false),
        (&[false], false),
        (&[true], true),
        (&[true, false], true),
        (&[true, true], true),
        (&[false, true], true),
    ] {
        let answers: Vec<_> = answers.iter().map(|fresh| (*fresh, false)).collect();
        assert_eq!(after(&answers).seen, seen, "{answers:?}");
    }
}

#[test]
fn what_was_shown_last_may_be_late_unless_an_answer_from_after_the_put_was_seen_and_nothing_of_it_may_be() {
    assert!(after(&[]).may_be_late());
    assert!(after(&[(false, false)]).may_be_late());
    assert!(after(&[(true, true)]).may_be_late());
    assert!(!after(&[(true, false)]).may_be_late());
}

#[test]
fn before_the_put_the_last_run_and_the_end_are_those_that_were_shown() {
    let shown = Shown {
        secret_expiry: Some("2027-05-01".to_owned()),
        last_run: LastRun::At("1".to_owned()),
        ..Shown::default()
    };
    let done = HandedOver::after(Some(shown), &Echoes::new());
    assert_eq!((done.end_before.as_deref(), done.run_before.at()), (Some("2027-05-01"), Some("1")));
}
