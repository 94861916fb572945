use jiff::SignedDuration;
use pretty_assertions::assert_eq;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::model::SyncModel;
use super::super::settings::settings;
use super::*;

fn end() -> Timestamp {
    "2028-11-24T00:00:00Z".parse().unwrap()
}

fn minted() -> Minted {
    Minted {
        key_id: String::new(),
        hint: String::new(),
        start: None,
        end: end(),
        earlier: BTreeSet::new(),
        secret: SecretString::default(),
    }
}

/// Settings with this role and frequency.
fn told(role: &str, frequency: i64) -> Settings {
    let model = SyncModel {
        primary_domain: "contoso.com".into(),
        client_id: "app".into(),
        default_role: role.into(),
        frequency: frequency.into(),
        ..SyncModel::default()
    };
    settings(&model, None)
}

/// An answer that shows this role and frequency and nothing else.
fn shows(role: &str, frequency: i64) -> Shown {
    Shown {
        default_user_role_name: Some(role.to_owned()),
        sync_frequency: Some(frequency),
        ..Shown::default()
    }
}

struct Sent {
    secret: SecretString,
    echoes: Echoes,
    minted: Option<Minted>,
    present: Option<Settings>,
    before: Option<Settings>,
}

impl Sent {
    fn over(present: Option<Settings>, before: Option<Settings>) -> Self {
        Self { secret: SecretString::default(), echoes: Echoes::new(), minted: None, present, before }
    }

    fn change(&self, wanted: Settings) -> Change<'_> {
        Change {
            wanted,
            present: self.present.clone(),
            sent_before: self.before.clone(),
            widens: false,
            secret: &self.secret,
            minted: self.minted.as_ref(),
            echoes: &self.echoes,
            shows_ends: false,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_made_for_it_is_tried_to_the_deadline() {
    let hour = Duration::from_secs(3600);
    let call = Call::new(hour, CancellationToken::new(), Uuid::nil());
    assert_eq!(patience(&call, Some(&minted())).remaining(), hour);
    assert_eq!(patience(&call, None).remaining(), CONFIGURED_PATIENCE);
}

#[test]
fn an_answer_is_from_after_the_put_where_it_shows_the_end_of_the_key_that_came_with_it() {
    let present = told("end_user", 24);
    let mut sent = Sent::over(Some(present.clone()), None);
    sent.minted = Some(minted());
    let change = sent.change(present.clone());
    let with_end = |end: Timestamp| Shown { secret_expiry: Some(end.to_string()), ..shows("end_user", 24) };
    assert!(is_fresh(&change, &present, &with_end(end())));
    // The end of the key before.
    assert!(!is_fresh(&change, &present, &with_end(end() - SignedDuration::from_hours(1))));
    assert!(!is_fresh(&change, &present, &shows("end_user", 24)));
}

#[test]
fn an_answer_is_from_after_the_put_where_it_shows_what_was_sent_and_was_not_there_before() {
    let sent = Sent::over(Some(told("end_user", 24)), None);
    let first = told("silent_user", 24);
    let change = sent.change(first.clone());
    assert!(is_fresh(&change, &first, &shows("silent_user", 24)));
    assert!(!is_fresh(&change, &first, &shows("end_user", 24)));
    // Where nothing was there, whatever is shown came after.
    let sent = Sent::over(None, None);
    assert!(is_fresh(&sent.change(first.clone()), &first, &shows("end_user", 24)));
}

#[test]
fn what_was_sent_before_and_may_have_been_late_tells_nothing_of_the_last_put() {
    // Daily is sent again: the stack may show it only now of the time before.
    let sent = Sent::over(Some(told("end_user", 1)), Some(told("end_user", 24)));
    let first = told("end_user", 24);
    assert!(!is_fresh(&sent.change(first.clone()), &first, &shows("end_user", 24)));
    let other = told("silent_user", 24);
    assert!(is_fresh(&sent.change(other.clone()), &other, &shows("silent_user", 1)));
}

#[test]
fn a_member_may_be_late_where_it_shows_what_was_there_or_was_sent_before() {
    let sent = Sent::over(Some(told("end_user", 1)), Some(told("end_user", 24)));
    let change = sent.change(told("end_user", 6));
    let frequency =
        |after: i64| Difference { member: Member::SyncFrequency, before: 6.into(), after: after.into() };
    for (after, late) in [(1, true), (24, true), (3, false)] {
        assert_eq!(may_be_late(&change, false, &frequency(after)), late, "{after}");
        assert!(!may_be_late(&change, true, &frequency(after)), "{after}");
    }
    let nothing = Sent::over(None, None);
    assert!(!may_be_late(&nothing.change(told("end_user", 6)), false, &frequency(0)));
}

#[test]
fn options_that_are_not_known_are_named() {
    let told = unknown_members("contoso.com", &["a", "b"].map(str::to_owned).into());
    assert!(told.summary.contains("`contoso.com`"), "{}", told.summary);
    assert!(told.detail.contains("without `a`, `b`, so"), "{}", told.detail);
}
