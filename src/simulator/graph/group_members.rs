//! Members of groups: direct, and through nested groups.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::call::{Call, Kind};
use super::directory_objects;
use super::errors::{Failure, Outcome};
use super::groups::{self, Group, Member};
use super::listing::next_link;
use super::options::PageToken;
use crate::server::exchange::Answer;

/// `members` or `transitiveMembers`, all kinds or one, objects or their number.
pub(crate) fn list(
    call: &Call<'_>,
    id: &str,
    segment: &str,
    cast: Option<&str>,
    only_count: bool,
) -> Outcome {
    let rest = match cast {
        Some(cast) => format!("/{cast}"),
        None if only_count => "/$count".to_owned(),
        None => String::new(),
    };
    call.allow("GET", &format!("/groups/{{id}}/{segment}{rest}"))?;
    let group = call.tenant().groups.seen(id, call.view).cloned().ok_or_else(|| Failure::not_found(id))?;
    if cast.is_some() && segment == "transitiveMembers" && !(call.options.eventual && call.options.count) {
        return Err(Failure::query(
            "The specified cast is only supported with the $count=true query parameter and the ConsistencyLevel:eventual header.",
        ));
    }
    let mut members = Vec::new();
    gather(call, &group, segment == "transitiveMembers", &mut BTreeSet::new(), &mut members);
    let wanted = cast.map(|cast| format!("#{cast}"));
    members.retain(|member| wanted.as_ref().is_none_or(|wanted| member.kind == *wanted));
    members.sort_by(|left, right| left.id.cmp(&right.id));
    if only_count {
        if !call.options.eventual {
            return Err(Failure::bad("$count is not currently supported."));
        }
        return Ok(Answer::empty(200).with_body("text/plain", members.len().to_string()));
    }
    page(call, &members, cast.is_none())
}

fn gather(
    call: &Call<'_>,
    group: &Group,
    nested: bool,
    known: &mut BTreeSet<String>,
    members: &mut Vec<Member>,
) {
    for member in &group.members {
        if !known.insert(member.id.clone()) {
            continue;
        }
        members.push(member.clone());
        if nested && let Some(inner) = call.tenant().groups.seen(&member.id, call.view) {
            gather(call, inner, nested, known, members);
        }
    }
}

fn page(call: &Call<'_>, members: &[Member], typed: bool) -> Outcome {
    let top = match &call.options.top {
        None => 100,
        Some(text) => text.parse().ok().filter(|top| (1..=999).contains(top)).ok_or_else(|| {
            Failure::query(format!(
                "Invalid page size specified: '{text}'. Must be between 1 and 999 inclusive."
            ))
        })?,
    };
    let token = match &call.options.skip_token {
        None => PageToken::default(),
        Some(text) => PageToken::decode(text).ok_or_else(|| {
            Failure::new(400, "Directory_ExpiredPageToken", "The specified page token value has expired.")
        })?,
    };
    let shown: Vec<Value> = members
        .iter()
        .skip(token.passed)
        .take(top)
        .filter_map(|member| directory_objects::shown(call.tenant(), &member.id, call.view))
        .map(|object| directory_objects::selected(call, object, typed))
        .collect();
    let mut body = json!({ "@odata.context": call.context("directoryObjects"), "value": shown });
    if call.options.eventual && call.options.count && token.passed == 0 {
        body["@odata.count"] = Value::from(members.len());
    }
    let passed = token.passed + top;
    if passed < members.len() {
        let next = PageToken { passed, given: call.now.as_second(), ..PageToken::default() };
        body["@odata.nextLink"] = Value::from(next_link(call, "$skiptoken", &next.encode()));
    }
    Ok(Answer::json(200, &body))
}

pub(crate) fn add(call: &mut Call<'_>, id: &str) -> Outcome {
    call.allow("POST", "/groups/{id}/members/$ref")?;
    let current = groups::target(call, id)?;
    let body = call.body()?;
    let reference =
        body.get("@odata.id").and_then(Value::as_str).ok_or_else(|| Failure::invalid_value("@odata.id"))?;
    let member = groups::member(call, reference)?;
    if current.members.contains(&member) {
        return Err(Failure::bad(
            "One or more added object references already exist for the following modified properties: 'members'.",
        ));
    }
    let mut group = Group::clone(&current);
    group.members.push(member);
    store(call, group);
    Ok(Answer::empty(204))
}

pub(crate) fn remove(call: &mut Call<'_>, id: &str, member: &str) -> Outcome {
    call.allow("DELETE", "/groups/{id}/members/{id}/$ref")?;
    let current = groups::target(call, id)?;
    let mut group = Group::clone(&current);
    let index = group
        .members
        .iter()
        .position(|other| other.id == member)
        .ok_or_else(|| Failure::not_found(member))?;
    let gone = group.members.remove(index);
    let change = call.tenant().groups.last_change() + 1;
    group.left.push((gone, change));
    store(call, group);
    Ok(Answer::empty(204))
}

fn store(call: &mut Call<'_>, group: Group) {
    let (now, settles, id) = (call.now, call.settles(Kind::Person), group.id.clone());
    call.tenant_mut().groups.put(&id, group, now, settles);
}
