//! What Proofpoint shows of what it was sent. A PUT that was accepted is never an error afterwards: a member that reads
//! otherwise is looked at again, then warned of by name, and remembered when it is the stack that keeps another value.
//!
//! Such a value is told from drift by what was sent and what was shown for it: the same again plans nothing. A value that
//! may only be late is not learnt, and one that lets a run do more to people than was asked is drift whenever it is seen.

use std::collections::BTreeMap;

use framework::attr::Attr;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::path::Path;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{Handling, SyncModel, What};
use super::settings::settings;
use clients::essentials::{Difference, Member, Shown};

/// A value that a stack showed for another one that it was sent, when the looking ended.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Echo {
    sent: Value,
    shown: Value,
    /// Whether the answer was certainly one from after the PUT: else the value may have been late.
    sure: bool,
}

/// By member.
pub(super) type Echoes = BTreeMap<Member, Echo>;

/// What is to be learnt from an answer at the end of looking. `stale` says which members may still show what was there
/// before the PUT. What was learnt of the same values before has been seen twice now, which is no delay any more.
pub(super) fn learn(
    known: &Echoes,
    differences: &[Difference],
    stale: impl Fn(&Difference) -> bool,
) -> Echoes {
    let learnt = differences.iter().map(|difference| {
        let Difference { member, before: sent, after: shown } = difference;
        let seen = known.get(member).is_some_and(|known| known.sent == *sent && known.shown == *shown);
        let echo = Echo { sent: sent.clone(), shown: shown.clone(), sure: seen || !stale(difference) };
        (*member, echo)
    });
    learnt.collect()
}

/// Whether every value that was learnt is the stack's own, and none may be late.
pub(super) fn are_sure(echoes: &Echoes) -> bool {
    echoes.values().all(|echo| echo.sure)
}

/// Takes back what a refresh took over from an answer, where the stack is known to keep that value for the one in the
/// state, or where the answer may be `late`. What is shown no longer is forgotten.
pub(super) fn keep_sent(
    echoes: &mut Echoes,
    late: bool,
    prior: &SyncModel,
    shown: &Shown,
    model: &mut SyncModel,
) {
    let sent = settings(prior, None);
    let now = shown.over(&sent);
    echoes.retain(|member, echo| now.member(*member) == echo.shown);
    for difference in sent.differences(&now) {
        let known = echoes.get(&difference.member);
        if known.is_some_and(|echo| (echo.sure || late) && echo.sent == difference.before)
            && !reaches_further(&difference)
        {
            keep(difference.member, prior, model);
        }
    }
}

/// Whether an answer shows a value that may only be late and would let a run do more to people than was asked: as a change
/// it would alarm, and as nothing it could hurt.
pub(super) fn alarms(echoes: &Echoes, prior: &SyncModel, shown: &Shown) -> bool {
    let sent = settings(prior, None);
    sent.differences(&shown.over(&sent)).iter().any(|difference| {
        let known = echoes.get(&difference.member);
        reaches_further(difference) && known.is_some_and(|echo| !echo.sure && echo.shown == difference.after)
    })
}

/// Tells of every member that the stack shows otherwise than the plan has it, and until when that may only be late.
pub(super) fn tell(
    echoes: &Echoes,
    (late_until, model): (Option<Timestamp>, &SyncModel),
    organization: &str,
    diagnostics: &mut Diagnostics,
) {
    let planned = settings(model, None);
    for (member, echo) in echoes {
        if planned.member(*member) == echo.sent {
            let Echo { sent, shown, sure } = echo.clone();
            let difference = Difference { member: *member, before: sent, after: shown };
            diagnostics.push(told(organization, &difference, late_until.filter(|_| !sure)));
        }
    }
}

fn told(organization: &str, difference: &Difference, late_until: Option<Timestamp>) -> Diagnostic {
    let Difference { member, before, after } = difference;
    let path = argument(*member);
    let (sent, shown) = (in_words(*member, before), in_words(*member, after));
    if reaches_further(difference) {
        return Diagnostic::warning(
            format!("The sync of `{organization}` does more than was asked"),
            format!(
                "`{path}` was sent as {sent}, and Proofpoint accepted it, but shows {shown}: a run would do more to people \
                 than this configuration says. Every plan shows it as a change. Look at the sync's page in the Proofpoint \
                 console, or set `frequency` to 0 until it is clear what a run goes by."
            ),
        )
        .at(path);
    }
    let what_then = match late_until {
        Some(until) => format!(
            "It may be late: the state keeps what was sent, and nothing is planned for it before {until}. After that it \
             counts as a change."
        ),
        None => format!(
            "The state keeps what was sent, and nothing is planned for it. If the stack keeps it so, set `{path}` to {shown}."
        ),
    };
    Diagnostic::warning(
        format!("Proofpoint shows another value for `{organization}` than it accepted"),
        format!("`{path}` was sent as {sent}, and Proofpoint accepted it, but shows {shown}. {what_then}"),
    )
    .at(path)
}

/// What is missing before a sync may run: each member that reads otherwise, as users name it.
pub(super) fn missing(differences: &[Difference]) -> Vec<String> {
    let named = differences.iter().filter(|difference| decides_a_run(difference.member)).map(|difference| {
        let Difference { member, before, after } = difference;
        format!(
            "`{}` is {} instead of {}",
            argument(*member),
            in_words(*member, after),
            in_words(*member, before)
        )
    });
    named.collect()
}

/// Whether a member decides whom a run reaches and what it does to them.
fn decides_a_run(member: Member) -> bool {
    match member {
        Member::DisableLogin | Member::DefaultUserRoleName => false,
        Member::PrimaryDomain
        | Member::ApplicationId
        | Member::SyncFrequency
        | Member::SyncActiveUsers
        | Member::SyncDistributionGroups
        | Member::SyncSecurityGroups
        | Member::AddUsers
        | Member::UpdateUsers
        | Member::RemoveDeletedUsers
        | Member::AddGroups
        | Member::UpdateGroups
        | Member::RemoveDeletedGroups => true,
    }
}

/// A value in the words of configurations, where one flag has the opposite meaning.
fn in_words(member: Member, value: &Value) -> String {
    match (member, value) {
        (Member::DisableLogin, Value::Bool(disabled)) => format!("`{}`", !disabled),
        (_, value) => format!("`{value}`"),
    }
}

/// Whether a run does more to people with the later value than with the earlier one.
fn reaches_further(difference: &Difference) -> bool {
    let Difference { member, before, after } = difference;
    match member {
        // Another directory is another set of people.
        Member::PrimaryDomain | Member::ApplicationId => true,
        Member::SyncFrequency => *before == 0,
        Member::SyncActiveUsers
        | Member::SyncDistributionGroups
        | Member::SyncSecurityGroups
        | Member::AddUsers
        | Member::UpdateUsers
        | Member::RemoveDeletedUsers
        | Member::AddGroups
        | Member::UpdateGroups
        | Member::RemoveDeletedGroups => *after == true,
        // Who may sign in to the console, and as what new users are made, is not whom a run touches.
        Member::DisableLogin | Member::DefaultUserRoleName => false,
    }
}

/// The argument that a member comes from.
fn argument(member: Member) -> Path {
    let (what, users, groups) = (SyncModel::what(), SyncModel::users(), SyncModel::groups());
    match member {
        Member::PrimaryDomain => SyncModel::primary_domain(),
        Member::ApplicationId => SyncModel::client_id(),
        Member::DisableLogin => SyncModel::allow_microsoft_login(),
        Member::DefaultUserRoleName => SyncModel::default_role(),
        Member::SyncFrequency => SyncModel::frequency(),
        Member::SyncActiveUsers => what.join(What::active_users()),
        Member::SyncDistributionGroups => what.join(What::distribution_groups()),
        Member::SyncSecurityGroups => what.join(What::security_groups()),
        Member::AddUsers => users.join(Handling::add()),
        Member::UpdateUsers => users.join(Handling::update()),
        Member::RemoveDeletedUsers => users.join(Handling::remove_deleted()),
        Member::AddGroups => groups.join(Handling::add()),
        Member::UpdateGroups => groups.join(Handling::update()),
        Member::RemoveDeletedGroups => groups.join(Handling::remove_deleted()),
    }
}

/// Gives a member's argument the value that it has in another model.
fn keep(member: Member, from: &SyncModel, model: &mut SyncModel) {
    let (what, users, groups) =
        (from.what.unwrap_or_default(), from.users.unwrap_or_default(), from.groups.unwrap_or_default());
    match member {
        Member::PrimaryDomain => model.primary_domain = from.primary_domain.clone(),
        Member::ApplicationId => model.client_id = from.client_id.clone(),
        Member::DisableLogin => model.allow_microsoft_login = from.allow_microsoft_login.clone(),
        Member::DefaultUserRoleName => model.default_role = from.default_role.clone(),
        Member::SyncFrequency => model.frequency = from.frequency.clone(),
        Member::SyncActiveUsers => {
            change(&mut model.what, |to: &mut What| to.active_users = what.active_users);
        }
        Member::SyncDistributionGroups => {
            change(&mut model.what, |to: &mut What| to.distribution_groups = what.distribution_groups);
        }
        Member::SyncSecurityGroups => {
            change(&mut model.what, |to: &mut What| to.security_groups = what.security_groups);
        }
        Member::AddUsers => change(&mut model.users, |to: &mut Handling| to.add = users.add),
        Member::UpdateUsers => change(&mut model.users, |to: &mut Handling| to.update = users.update),
        Member::RemoveDeletedUsers => {
            change(&mut model.users, |to: &mut Handling| to.remove_deleted = users.remove_deleted);
        }
        Member::AddGroups => change(&mut model.groups, |to: &mut Handling| to.add = groups.add),
        Member::UpdateGroups => change(&mut model.groups, |to: &mut Handling| to.update = groups.update),
        Member::RemoveDeletedGroups => {
            change(&mut model.groups, |to: &mut Handling| to.remove_deleted = groups.remove_deleted);
        }
    }
}

fn change<T>(block: &mut Attr<T>, set: impl FnOnce(&mut T)) {
    if let Attr::Known(block) = block {
        set(block);
    }
}

#[cfg(test)]
#[path = "echo_tests.rs"]
mod tests;
