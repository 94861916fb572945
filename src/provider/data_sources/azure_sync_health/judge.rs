//! What the facts of both sides mean.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use clients::essentials::{LastRun, days_between, read_time};
use grammar::counted;
use sync_report::{Finding, Gravity};

/// What a sync that nobody may sign in for is told with: unlike a lost key or consent, no apply mends it.
pub(crate) const APPLICATION_DISABLED: &str = "application_disabled";

/// What becomes of a client secret that is gone or ends.
const RENEWAL: &str =
    "The next apply makes a new one where it is managed (`managed_client_secret`); otherwise rotate it.";

/// Something that the caller may not be allowed to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known<T> {
    /// It was read.
    Yes(T),
    /// It could not be read, with the reason.
    No(String),
}

/// The sync as Proofpoint knows it.
#[derive(Debug, Clone)]
pub(super) struct Sync {
    pub(super) client_id: Option<String>,
    pub(super) frequency: Option<i64>,
    pub(super) last_run: LastRun,
    pub(super) secret_expiry: Option<String>,
}

/// The application as Entra knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Application {
    /// Whether it may sign in.
    pub(super) is_enabled: bool,
    /// Its client secrets.
    pub(super) secrets: Vec<Secret>,
    /// Declared permissions that are not granted.
    pub(super) missing_permissions: Known<BTreeSet<String>>,
}

/// The life of a client secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

/// What there is to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Verdict {
    pub(super) overdue: bool,
    pub(super) key_end: Option<Timestamp>,
    pub(super) days_left: Option<i64>,
    pub(super) findings: Vec<Finding>,
}

impl Verdict {
    /// Whether nothing needs attention.
    pub(super) fn healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Gravity::Info)
    }

    fn find(&mut self, severity: Gravity, code: &str, text: impl Into<String>) {
        self.findings.push(Finding { severity, code: code.to_owned(), text: text.into() });
    }
}

/// How long after its schedule a run may end before it counts as overdue.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// Judges a sync at a moment. `application` is `None` where the tenant has none with this client id.
pub(super) fn judge(
    sync: Option<&Sync>,
    application: &Known<Option<Application>>,
    warn_days: i64,
    now: Timestamp,
) -> Verdict {
    let mut verdict = Verdict::default();
    let Some(sync) = sync else {
        verdict.find(Gravity::Error, "not_configured", "The organization has no Entra ID sync.");
        return verdict;
    };
    let secrets = match application {
        Known::Yes(Some(application)) => Some(application.secrets.as_slice()),
        _ => None,
    };
    runs(&mut verdict, sync, secrets.unwrap_or_default(), now);
    match application {
        Known::No(reason) => {
            let text = format!(
                "The application could not be read in Entra, so that its secrets and consent are not checked: {reason}"
            );
            verdict.find(Gravity::Info, "application_not_readable", text);
        }
        Known::Yes(None) => {
            let text = format!(
                "The tenant has no application with the client id `{}` that Proofpoint signs in with. If it was \
                 deleted, apply: an application of this provider comes back. Otherwise check `tenant_id`, or give the sync the \
                 application's client id.",
                sync.client_id.as_deref().unwrap_or_default()
            );
            verdict.find(Gravity::Error, "application_not_found", text);
        }
        Known::Yes(Some(application)) => consent(&mut verdict, application),
    }
    secret(&mut verdict, sync, secrets, warn_days, now);
    verdict.findings.sort_by_key(|finding| finding.severity);
    verdict
}

fn runs(verdict: &mut Verdict, sync: &Sync, secrets: &[Secret], now: Timestamp) {
    let Some(frequency) = sync.frequency else {
        let text = "Proofpoint's API does not show how often the sync runs on this stack, so that it is not known whether a run is \
                    overdue.";
        return verdict.find(Gravity::Info, "frequency_not_shown", text);
    };
    if frequency == 0 {
        verdict.find(Gravity::Info, "no_schedule", "Nothing runs by itself: the frequency is 0.");
        return;
    }
    let last = match &sync.last_run {
        LastRun::NotShown => {
            let text = "Proofpoint's API does not show the last run on this stack, so that it is not known whether one is \
                        overdue.";
            return verdict.find(Gravity::Info, "last_run_not_shown", text);
        }
        LastRun::Never => None,
        LastRun::At(text) => {
            let last = read_time(text);
            if last.is_none() {
                let text = format!("The time of the last run, `{text}`, could not be read.");
                return verdict.find(Gravity::Info, "last_run_not_readable", text);
            }
            last
        }
    };
    // The API does not say since when the schedule holds. A managed secret is made anew with every change of settings, so that
    // before the newest one there was no run to wait for.
    let newest = secrets.iter().filter_map(|secret| secret.start).filter(|start| *start <= now).max();
    let due = SignedDuration::from_hours(frequency) + MARGIN;
    if let Some(since) = last.max(newest)
        && now.duration_since(since) > due
    {
        verdict.overdue = true;
        let last = match sync.last_run.at() {
            Some(last) => format!("The last good run ended {last}"),
            None => format!("No run has succeeded since the newest client secret was made, {since}"),
        };
        let text = format!(
            "{last}, and the sync runs every {}. Proofpoint's API does not say what is wrong: check the client secret, the \
             consent and the domains, or run the sync in the console, which shows the error.",
            counted(frequency, "hour")
        );
        verdict.find(Gravity::Warning, "overdue", text);
    } else if last.is_none() {
        verdict.find(Gravity::Info, "never_run", "No run has succeeded yet.");
    }
}

fn consent(verdict: &mut Verdict, application: &Application) {
    if !application.is_enabled {
        let text = "The enterprise application is disabled in Entra, so that Proofpoint cannot sign in. Turn on *Enabled for \
                    users to sign in* under its properties.";
        verdict.find(Gravity::Error, APPLICATION_DISABLED, text);
    }
    match &application.missing_permissions {
        Known::Yes(missing) if missing.is_empty() => {}
        Known::Yes(missing) => {
            let names: Vec<&str> = missing.iter().map(String::as_str).collect();
            let text = format!(
                "Permissions that the application declares and nobody has granted: {}.",
                names.join(", ")
            );
            verdict.find(Gravity::Error, "consent_incomplete", text);
        }
        Known::No(reason) => {
            let text = format!("Whether consent is complete could not be read: {reason}");
            verdict.find(Gravity::Info, "consent_not_readable", text);
        }
    }
}

fn secret(verdict: &mut Verdict, sync: &Sync, secrets: Option<&[Secret]>, warn_days: i64, now: Timestamp) {
    let ends: Vec<Timestamp> = secrets.unwrap_or_default().iter().filter_map(|secret| secret.end).collect();
    verdict.key_end = ends.iter().max().copied();
    if secrets.is_some_and(<[Secret]>::is_empty) {
        let text = format!(
            "The application has no client secret in Entra, so that Proofpoint cannot sign in. {RENEWAL}"
        );
        verdict.find(Gravity::Error, "no_secret", text);
    }
    let shown = sync.secret_expiry.as_deref().and_then(read_time);
    let agreed = shown.filter(|shown| ends.iter().any(|end| days_between(*shown, *end).abs() <= 1));
    if let (Some(_), None, Some(key_end)) = (shown, agreed, verdict.key_end) {
        let text = format!(
            "Proofpoint shows {} as the end of its secret, and no client secret of the application in Entra ends then. The \
             latest of them ends {key_end}, by which it is judged here.",
            sync.secret_expiry.as_deref().unwrap_or_default()
        );
        verdict.find(Gravity::Info, "secret_expiry_differs", text);
    }
    // Nobody knows whether a new secret moves Proofpoint's date. Where no secret of Entra bears it out, it may be of one that
    // is gone.
    let end = if secrets.is_some() { agreed.or(verdict.key_end) } else { shown };
    let Some(end) = end else { return };
    let days = days_between(now, end);
    verdict.days_left = Some(days);
    if end <= now {
        let text = format!(
            "The client secret has ended: nobody is added, changed or removed any more, while mail goes on. {RENEWAL}"
        );
        verdict.find(Gravity::Error, "secret_ended", text);
    } else if days < warn_days {
        verdict.find(
            Gravity::Warning,
            "secret_ends_soon",
            format!("The client secret ends in {}. {RENEWAL}", counted(days, "day")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    fn sync() -> Sync {
        Sync {
            client_id: Some("11111111-2222-3333-4444-555555555555".to_owned()),
            frequency: Some(6),
            last_run: LastRun::At("2026-03-02 09:00:12".to_owned()),
            secret_expiry: Some("2027-05-01 00:00:00".to_owned()),
        }
    }

    fn secret(start: &str, end: &str) -> Secret {
        Secret { start: start.parse().ok(), end: end.parse().ok() }
    }

    fn application(end: &str) -> Application {
        Application {
            is_enabled: true,
            secrets: vec![secret("2025-05-01T00:00:00Z", end)],
            missing_permissions: Known::Yes(BTreeSet::new()),
        }
    }

    fn codes(verdict: &Verdict) -> Vec<&str> {
        verdict.findings.iter().map(|finding| finding.code.as_str()).collect()
    }

    #[test]
    fn a_sync_that_works_has_no_finding() {
        let found = Known::Yes(Some(application("2027-05-01T00:00:00Z")));
        let verdict = judge(Some(&sync()), &found, 30, now());
        assert_eq!(codes(&verdict), [""; 0]);
        assert!(verdict.healthy() && !verdict.overdue);
        assert_eq!(verdict.days_left, Some(424));
    }

    #[test]
    fn a_run_is_overdue_after_its_schedule_and_an_hour() {
        let found = Known::Yes(Some(application("2027-05-01T00:00:00Z")));
        let at = |time: &str| Sync { last_run: LastRun::At(time.to_owned()), ..sync() };
        assert!(!judge(Some(&at("2026-03-02 05:00:00")), &found, 30, now()).overdue);
        let verdict = judge(Some(&at("2026-03-02 04:59:59")), &found, 30, now());
        assert!(verdict.overdue && !verdict.healthy());
        assert_eq!(codes(&verdict), ["overdue"]);
        // Without a schedule nothing is overdue.
        let reviewed = Sync { frequency: Some(0), ..at("2020-01-01") };
        assert_eq!(codes(&judge(Some(&reviewed), &found, 30, now())), ["no_schedule"]);
    }

    #[test]
    fn a_sync_that_never_ran_is_overdue_by_the_age_of_its_secret() {
        let never = Sync { last_run: LastRun::Never, ..sync() };
        let since = |start: &str| {
            let secrets = vec![secret(start, "2027-05-01T00:00:00Z")];
            let found = Application { secrets, ..application("2027-05-01T00:00:00Z") };
            judge(Some(&never), &Known::Yes(Some(found)), 30, now())
        };
        let fresh = since("2026-03-02T05:00:00Z");
        assert_eq!(codes(&fresh), ["never_run"]);
        assert!(fresh.healthy() && !fresh.overdue);
        let stale = since("2026-03-02T04:59:59Z");
        assert_eq!(codes(&stale), ["overdue"]);
        assert!(stale.overdue && !stale.healthy());
        assert!(stale.findings[0].text.starts_with("No run has succeeded since"), "{stale:?}");
        // A secret that is still to come says nothing, and neither does one that may not be read.
        assert_eq!(codes(&since("2026-04-01T00:00:00Z")), ["never_run"]);
        let unreadable = judge(Some(&never), &Known::No("no".to_owned()), 30, now());
        assert_eq!(codes(&unreadable), ["never_run", "application_not_readable"]);
    }

    #[test]
    fn settings_that_were_just_handed_over_have_their_time_before_a_run_is_overdue() {
        // Nothing ran for weeks, and with the new frequency came a new secret.
        let resumed = Sync { last_run: LastRun::At("2026-01-02 09:00:12".to_owned()), ..sync() };
        let mut found = application("2027-05-01T00:00:00Z");
        found.secrets.push(secret("2026-03-02T11:00:00Z", "2028-03-02T11:00:00Z"));
        let verdict = |now: &str| {
            judge(Some(&resumed), &Known::Yes(Some(found.clone())), 30, now.parse().unwrap()).overdue
        };
        assert!(!verdict("2026-03-02T12:00:00Z") && !verdict("2026-03-02T18:00:00Z"));
        assert!(verdict("2026-03-02T18:00:01Z"));
    }

    #[test]
    fn a_date_that_no_secret_in_entra_bears_out_is_told_and_not_judged_by() {
        let stale = Sync { secret_expiry: Some("2026-02-01 00:00:00".to_owned()), ..sync() };
        let rotated = Known::Yes(Some(application("2027-05-01T00:00:00Z")));
        let verdict = judge(Some(&stale), &rotated, 30, now());
        assert_eq!(codes(&verdict), ["secret_expiry_differs"]);
        assert!(verdict.healthy());
        assert_eq!(verdict.days_left, Some(424));
        // Where Entra cannot be read, it is all there is.
        let verdict = judge(Some(&stale), &Known::No("no".to_owned()), 30, now());
        assert_eq!(codes(&verdict), ["secret_ended", "application_not_readable"]);
        // Of two secrets, Proofpoint's date says which one it has.
        let mut both = application("2027-05-01T00:00:00Z");
        both.secrets.push(secret("2024-02-01T00:00:00Z", "2026-02-01T09:30:00Z"));
        assert_eq!(codes(&judge(Some(&stale), &Known::Yes(Some(both)), 30, now())), ["secret_ended"]);
    }

    #[test]
    fn an_application_without_a_secret_has_no_days_left() {
        let bare = Application { secrets: vec![], ..application("2027-05-01T00:00:00Z") };
        let verdict = judge(Some(&sync()), &Known::Yes(Some(bare)), 30, now());
        assert_eq!((codes(&verdict), verdict.days_left), (vec!["no_secret"], None));
    }

    #[test]
    fn what_the_stack_does_not_show_is_taken_from_entra() {
        let silent = Sync { last_run: LastRun::NotShown, secret_expiry: None, ..sync() };
        let found = Known::Yes(Some(application("2026-03-20T12:00:00Z")));
        let verdict = judge(Some(&silent), &found, 30, now());
        assert_eq!(verdict.days_left, Some(18));
        assert_eq!(codes(&verdict), ["secret_ends_soon", "last_run_not_shown"]);
        assert!(!verdict.overdue);
    }

    #[test]
    fn an_ended_secret_and_missing_consent_are_errors() {
        let application = Application {
            missing_permissions: Known::Yes(BTreeSet::from(["Directory.Read.All".to_owned()])),
            ..application("2026-03-02T11:59:00Z")
        };
        let silent = Sync { secret_expiry: None, ..sync() };
        let verdict = judge(Some(&silent), &Known::Yes(Some(application)), 30, now());
        assert_eq!(codes(&verdict), ["consent_incomplete", "secret_ended"]);
        assert_eq!(verdict.days_left, Some(-1));
    }

    #[test]
    fn both_sides_have_to_speak_of_the_same_secret_and_application() {
        let other = Known::Yes(Some(application("2027-11-01T00:00:00Z")));
        assert_eq!(codes(&judge(Some(&sync()), &other, 30, now())), ["secret_expiry_differs"]);
        assert_eq!(codes(&judge(Some(&sync()), &Known::Yes(None), 30, now())), ["application_not_found"]);
        let unreadable = Known::No("Application.Read.All is missing.".to_owned());
        let verdict = judge(Some(&sync()), &unreadable, 30, now());
        assert_eq!(codes(&verdict), ["application_not_readable"]);
        assert!(verdict.healthy());
    }

    #[test]
    fn no_sync_at_all_is_an_error() {
        assert_eq!(codes(&judge(None, &Known::No(String::new()), 30, now())), ["not_configured"]);
    }
}
