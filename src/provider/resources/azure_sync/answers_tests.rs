use jiff::{SignedDuration, Timestamp};
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::super::model::SyncModel;
use super::super::settings::settings;
use super::super::testing::minted;
use super::*;

fn end() -> Timestamp {
    "2028-11-24T00:00:00Z".parse().unwrap()
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

#[test]
fn an_answer_is_from_after_the_put_where_it_shows_the_end_of_the_key_that_came_with_it() {
    let present = told("end_user", 24);
    let mut sent = Sent::over(Some(present.clone()), None);
    sent.minted = Some(minted("own", end()));
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
    for (after, late) in [(1, true), (24, true), (3, false)] {
        assert_eq!(may_be_late(&change, false, &frequency(6, after)), late, "{after}");
        assert!(!may_be_late(&change, true, &frequency(6, after)), "{after}");
    }
    let nothing = Sent::over(None, None);
    assert!(!may_be_late(&nothing.change(told("end_user", 6)), false, &frequency(6, 0)));
}

fn frequency(before: i64, after: i64) -> Difference {
    Difference { member: Member::SyncFrequency, before: before.into(), after: after.into() }
}

#[test]
fn the_frequency_of_the_first_put_is_late_after_the_last_one_and_no_other_value_is() {
    let first = told("end_user", 0);
    assert!(is_idle_still(&first, &frequency(24, 0)));
    assert!(!is_idle_still(&first, &frequency(24, 1)));
    let role = Difference { member: Member::DefaultUserRoleName, before: Value::Null, after: 0.into() };
    assert!(!is_idle_still(&first, &role));
}

#[test]
fn the_end_of_the_key_is_told_from_another_and_from_none() {
    let with_end = |text: &str| Shown { secret_expiry: Some(text.to_owned()), ..shows("end_user", 24) };
    let new = minted("own", end());
    let of = |text: &str| EndShown::of(Some(&new), &with_end(text));
    assert_eq!(of("2028-11-24 00:00:00"), EndShown::This);
    assert_eq!(of("2028-11-24 00:00:01"), EndShown::Another);
    assert_eq!(of("soon"), EndShown::Another);
    assert_eq!(EndShown::of(Some(&new), &shows("end_user", 24)), EndShown::Nothing);
    assert_eq!(EndShown::of(None, &with_end("2028-11-24 00:00:00")), EndShown::Nothing);
}

#[test]
fn everything_is_in_place_where_no_member_reads_otherwise_and_every_exemption_is_listed() {
    let mut place = InPlace::unseen();
    assert_eq!(place.missing, ["the settings, of which none are shown"]);
    place.saw(false, &[frequency(0, 24)], &BTreeSet::from(["scanner@contoso.com".to_owned()]));
    assert_eq!(place.missing, ["`frequency` is `24` instead of `0`", "`scanner@contoso.com` is not exempt"]);
    place.saw(false, &[], &BTreeSet::new());
    assert!(place.missing.is_empty(), "{:?}", place.missing);
}

/// How many such answers it takes until more would be in vain, if so many do.
fn answers_until_in_vain(fresh: bool, lacking: &BTreeSet<String>) -> Option<usize> {
    let mut place = InPlace::unseen();
    (1..100).find(|_| {
        place.saw(fresh, &[frequency(0, 24)], lacking);
        place.is_in_vain()
    })
}

#[test]
fn looking_is_in_vain_after_several_answers_from_after_the_put_that_lack_no_exemption() {
    let lacking = BTreeSet::from(["scanner@contoso.com".to_owned()]);
    assert_eq!(answers_until_in_vain(true, &BTreeSet::new()), Some(4));
    assert_eq!(answers_until_in_vain(true, &lacking), None);
    assert_eq!(answers_until_in_vain(false, &BTreeSet::new()), None);
    assert_eq!(answers_until_in_vain(false, &lacking), None);
}

/// How many such answers are looked at after the last PUT, at most six.
fn looks_at(answer: LastAnswer, shows_ends: bool) -> usize {
    (1..LOOKS).find(|looks| answer.is_enough(*looks, shows_ends)).unwrap_or(LOOKS)
}

#[test]
fn an_answer_is_looked_at_again_until_nothing_of_it_may_be_late_and_the_end_of_the_key_is_shown() {
    use EndShown::{Another, Nothing, This};
    for (agrees, sure, end, shows_ends, looks) in [
        (true, true, Nothing, false, 1),
        (true, true, Nothing, true, 1),
        (true, true, This, false, 1),
        (true, true, This, true, 1),
        // A stack that was never seen to show the right end may never do.
        (true, true, Another, false, 3),
        (true, true, Another, true, 6),
        // The stack's own idea of a member.
        (false, true, Nothing, false, 3),
        (false, true, This, true, 3),
        (false, true, Another, false, 3),
        (false, true, Another, true, 6),
        // Late, perhaps.
        (false, false, Nothing, false, 6),
        (false, false, This, true, 6),
        (false, false, Another, true, 6),
    ] {
        let answer = LastAnswer { agrees, sure, end };
        assert_eq!(looks_at(answer, shows_ends), looks, "{answer:?} {shows_ends}");
    }
    assert!(!LastAnswer::default().is_enough(LOOKS, false), "there was no answer");
}

#[test]
fn an_answer_may_be_late_where_a_member_may_be_or_the_end_of_the_key_is_known_to_come() {
    use EndShown::{Another, Nothing, This};
    for (sure, end, shows_ends, late) in [
        (true, Nothing, true, false),
        (true, This, true, false),
        (true, Another, false, false),
        (true, Another, true, true),
        (false, Nothing, false, true),
        (false, This, true, true),
        (false, Another, true, true),
    ] {
        let answer = LastAnswer { agrees: sure, sure, end };
        assert_eq!(answer.may_be_late(shows_ends), late, "{answer:?} {shows_ends}");
    }
    assert!(LastAnswer::default().may_be_late(false), "there was no answer");
}
