//! What is said of domains.

use super::model::DomainModel;
use super::{same_servers, wanted};
use clients::essentials::{self, Domain, Organization};
use framework::diagnostic::{Diagnostic, Diagnostics};

/// What taking over a domain means; nothing where an organization's first one, which comes into being with it, is as it should be.
/// What becomes of its mail is told beside it.
pub(super) fn taken_over(model: &DomainModel, present: &Domain) -> Diagnostics {
    let wanted = wanted(model, present.clone());
    let changes: Vec<&str> = [
        (wanted.is_relay != present.is_relay, "`relay`"),
        (wanted.is_active != present.is_active, "`active`"),
        (!wanted.destination.eq_ignore_ascii_case(&present.destination), "`destination`"),
        (!same_servers(&wanted.failovers, &present.failovers), "`failovers`"),
    ]
    .into_iter()
    .filter_map(|(changes, name)| changes.then_some(name))
    .collect();
    if changes.is_empty() && wanted.name.eq_ignore_ascii_case(model.organization.text()) {
        return Diagnostics::new();
    }
    let changes = match changes.as_slice() {
        [] => "Nothing of it changes.".to_owned(),
        names => format!("What changes: {}.", names.join(", ")),
    };
    let name = &wanted.name;
    let managed = Diagnostic::warning(
        format!("The organization has `{name}` already"),
        format!(
            "The domain was made elsewhere, or by an apply that was interrupted, and is managed here from now on. {changes} \
             `on_destroy` says what becomes of it in the end."
        ),
    );
    let mut told = Diagnostics::from(managed.at(DomainModel::name()));
    told.append(mail_changes(present, &wanted));
    told
}

pub(super) fn taken(organization: &Organization, name: &str, refusal: &essentials::Error) -> Diagnostic {
    Diagnostic::error(
        format!("The domain `{name}` is taken"),
        format!(
            "{refusal}\n\nThe list of the domains of `{}` does not have it, so it most likely belongs to another customer of \
             Proofpoint: have it removed there, or ask Proofpoint's support. If it was added here a moment ago, apply again.",
            organization.domain()
        ),
    )
    .at(DomainModel::name())
}

pub(super) fn primary(name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The primary domain `{name}` can't be deleted"),
        "The organization is known by it: it goes with the organization. Set `on_destroy` to `keep` or `deactivate` and apply, \
         then destroy.",
    )
    .at(DomainModel::on_destroy())
}

/// What a plan does to the mail of a domain that takes it now; nothing where no mail is lost or goes elsewhere.
pub(super) fn mail_changes(now: &Domain, then: &Domain) -> Diagnostics {
    let takes_mail = |domain: &Domain| domain.is_relay && domain.is_active;
    let mut told = Diagnostics::new();
    if !takes_mail(now) {
        return told;
    }
    if !takes_mail(then) {
        told.push(is_switched_off(then));
        return told;
    }
    // A server where none was is no other one.
    if !now.destination.is_empty() && !now.destination.eq_ignore_ascii_case(&then.destination) {
        told.push(goes_elsewhere(now, then));
    }
    if !same_servers(&now.failovers, &then.failovers) {
        told.push(fails_over_elsewhere(now, then));
    }
    told
}

/// What a plan can't tell of the mail of a domain that takes it now; nothing where it knows all that decides about it.
pub(super) fn unforeseen(config: &DomainModel, now: &Domain) -> Option<Diagnostic> {
    if !now.is_relay || !now.is_active {
        return None;
    }
    let open = [
        (config.relay.is_unknown(), DomainModel::relay()),
        (config.active.is_unknown(), DomainModel::active()),
        (config.destination.is_unknown(), DomainModel::destination()),
        (config.failovers.is_unknown(), DomainModel::failovers()),
    ];
    let (names, mut places): (Vec<String>, Vec<_>) =
        open.into_iter().filter_map(|(is_open, at)| is_open.then(|| (format!("`{at}`"), at))).unzip();
    let place = if places.is_empty() { return None } else { places.swap_remove(0) };
    let name = &now.name;
    let warning = Diagnostic::warning(
        format!("What becomes of the mail of `{name}` is not known yet"),
        format!(
            "Known only during the apply: {}. Today mail goes to {}. To see in a plan whether it goes elsewhere or is refused, \
             apply first what the value comes from (`-target`), or write the value itself.",
            names.join(", "),
            server_or_none(&now.destination),
        ),
    );
    Some(warning.at(place))
}

fn server_or_none(server: &str) -> String {
    if server.is_empty() { "no server".to_owned() } else { format!("`{server}`") }
}

fn is_switched_off(then: &Domain) -> Diagnostic {
    let at = if then.is_relay { DomainModel::active() } else { DomainModel::relay() };
    let (why, way_out) =
        (format!("`{at}` becomes false."), format!(", or let mail go on: leave `{at}` out, or write `true`"));
    takes_no_more(&then.name, &why, &way_out).at(at)
}

fn goes_elsewhere(now: &Domain, then: &Domain) -> Diagnostic {
    let (name, server) = (&then.name, &now.destination);
    Diagnostic::warning(
        format!("The mail of `{name}` will go to another server"),
        format!(
            "It goes to `{server}` today, and to `{}` after the apply. What that server does not take for `{name}` does not \
             arrive: set it up first. To leave mail where it goes, write `destination = \"{server}\"`.",
            then.destination
        ),
    )
    .at(DomainModel::destination())
}

fn fails_over_elsewhere(now: &Domain, then: &Domain) -> Diagnostic {
    let name = &then.name;
    Diagnostic::warning(
        format!("The mail of `{name}` will have other failovers"),
        format!(
            "Where `destination` is not reached, it goes to {} today, and to {} after the apply. What a server does not take \
             for `{name}` does not arrive: set it up first. To leave all as it is, leave `failovers` out.",
            listed(&now.failovers),
            listed(&then.failovers)
        ),
    )
    .at(DomainModel::failovers())
}

fn listed(servers: &[String]) -> String {
    if servers.is_empty() {
        return "no other server".to_owned();
    }
    servers.iter().map(|server| format!("`{server}`")).collect::<Vec<_>>().join(", then ")
}

pub(super) fn ends_mail(name: &str, what: &str) -> Diagnostic {
    takes_no_more(name, &format!("With this destruction the domain {what}."), "")
        .at(DomainModel::on_destroy())
}

fn takes_no_more(name: &str, why: &str, way_out: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Proofpoint will take no more mail for `{name}`"),
        format!(
            "{why} As long as its MX records point at Proofpoint, mail to it is refused: change them first{way_out}."
        ),
    )
}
