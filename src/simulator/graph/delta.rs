//! Delta queries of users and groups: everything once, then what changed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::errors::{Failure, Outcome};
use crate::directory::entity::Entity;
use crate::directory::group::Group;
use crate::server::exchange::Answer;
use crate::state::table::Table;

/// Objects on one page.
const PAGE: usize = 200;
/// A token's life, in seconds.
const LIFETIME: i64 = 7 * 24 * 3600;

/// What both kinds of token carry: the parameters of the first call travel inside them.
#[derive(Clone, Debug, Default)]
struct Token {
    /// Changes after this number are wanted; `None` in the first round.
    since: Option<u64>,
    /// The number of the last change when the round began.
    mark: u64,
    after: Option<String>,
    select: Option<Vec<String>>,
    given: i64,
}

impl Token {
    fn encode(&self) -> String {
        let text = json!([self.since, self.mark, self.after, self.select, self.given]).to_string();
        URL_SAFE_NO_PAD.encode(text)
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (since, mark, after, select, given) = serde_json::from_slice(&bytes).ok()?;
        Some(Self { since, mark, after, select, given })
    }
}

pub(crate) fn users(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/users/delta")?;
    let tenant = call.tenant();
    round(call, "users", &tenant.users, &tenant.deleted_users, &|_, _, _| {})
}

pub(crate) fn groups(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/groups/delta")?;
    let tenant = call.tenant();
    round(call, "groups", &tenant.groups, &tenant.deleted_groups, &|group, token, shown| {
        let asked = token.select.as_ref().is_none_or(|select| select.iter().any(|name| name == "members"));
        if asked {
            members(group, token, shown);
        }
    })
}

/// All members there are, and those that left since.
fn members(group: &Group, token: &Token, shown: &mut Map<String, Value>) {
    let present = group.members.iter().map(|member| json!({ "@odata.type": member.kind, "id": member.id }));
    let since = token.since.unwrap_or(u64::MAX);
    let left = group.left.iter().filter(|(member, change)| *change > since && !group.members.contains(member)).map(
        |(member, _)| {
            json!({ "@odata.type": member.kind, "id": member.id, "@removed": { "reason": "deleted" } })
        },
    );
    let all: Vec<Value> = present.chain(left).collect();
    if !all.is_empty() {
        shown.insert("members@delta".to_owned(), Value::Array(all));
    }
}

/// Adds what only one kind of object has.
type Addition<'a, T> = &'a dyn Fn(&T, &Token, &mut Map<String, Value>);

fn round<T: Entity>(
    call: &Call<'_>,
    set: &str,
    table: &Table<T>,
    deleted: &Table<T>,
    add: Addition<'_, T>,
) -> Outcome {
    let now = call.now.as_second();
    let mark = table.last_change();
    let read = |text: &str| Token::decode(text).filter(|token| now.saturating_sub(token.given) <= LIFETIME);
    let token = match (call.options.skip_token.as_deref(), call.options.delta_token.as_deref()) {
        (Some(page), _) => match read(page) {
            Some(token) => token,
            None => return Ok(expired(call)),
        },
        (None, Some(round)) if !["", "latest"].contains(&round) => match read(round) {
            Some(token) => Token { mark, ..token },
            None => return Ok(expired(call)),
        },
        (None, begin) => {
            if call.options.top.is_some() || call.options.order_by.is_some() || call.options.expand.is_some()
            {
                return Err(Failure::query(
                    "The query parameters $top, $orderby and $expand are not supported by delta.",
                ));
            }
            let token =
                Token { since: None, mark, after: None, select: call.options.select.clone(), given: now };
            if begin == Some("latest") {
                return Ok(finished(call, set, &[], token));
            }
            token
        }
    };
    let properties = properties::<T>(token.select.as_deref())?;
    let after = token.after.as_deref();
    let beyond = |id: &str| after.is_none_or(|after| id > after);
    let mut values = Vec::new();
    let mut last = None;
    let mut more = false;
    for (id, change, object) in table.changes(token.since.unwrap_or(0)).filter(|(id, ..)| beyond(id)) {
        // What was already gone before the first round began is nobody's business.
        if object.is_none() && token.since.is_none() && change <= token.mark {
            continue;
        }
        if values.len() == PAGE {
            more = true;
            break;
        }
        last = Some(id.to_owned());
        values.push(if let Some(object) = object {
            shown(object.as_ref(), &properties, &token, add)
        } else {
            let reason = if deleted.get(id).is_some() { "changed" } else { "deleted" };
            json!({ "id": id, "@removed": { "reason": reason } })
        });
    }
    if more {
        let next = Token { after: last, given: now, ..token };
        let link = link(call, "$skiptoken", &next.encode());
        let body = json!({ "@odata.context": call.context(set), "@odata.nextLink": link, "value": values });
        return Ok(Answer::json(200, &body));
    }
    Ok(finished(call, set, &values, token))
}

/// Selected properties; those never set are absent.
fn shown<T: Entity>(object: &T, properties: &[&'static str], token: &Token, add: Addition<'_, T>) -> Value {
    let mut document = Map::new();
    for property in properties {
        let value = object.value(property);
        if !value.is_null() {
            document.insert((*property).to_owned(), value);
        }
    }
    document.insert("id".to_owned(), Value::from(object.id()));
    add(object, token, &mut document);
    Value::Object(document)
}

fn properties<T: Entity>(select: Option<&[String]>) -> Outcome<Vec<&'static str>> {
    let Some(select) = select else { return Ok(T::DEFAULT.to_vec()) };
    select
        .iter()
        .filter(|name| !["members", "manager"].contains(&name.as_str()))
        .map(|name| {
            T::PROPERTIES.iter().find(|known| *known == name).copied().ok_or_else(|| {
                Failure::bad(format!(
                    "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
                    T::TYPE
                ))
            })
        })
        .collect()
}

/// The last page of a round. What changed while the round ran is told again in the next: replays are part of
/// the contract.
fn finished(call: &Call<'_>, set: &str, values: &[Value], token: Token) -> Answer {
    let next = Token { since: Some(token.mark), after: None, given: call.now.as_second(), ..token };
    let link = link(call, "$deltatoken", &next.encode());
    Answer::json(
        200,
        &json!({ "@odata.context": call.context(set), "@odata.deltaLink": link, "value": values }),
    )
}

fn link(call: &Call<'_>, parameter: &str, token: &str) -> String {
    format!("{}{}?{parameter}={token}", call.request.base, call.request.path)
}

/// The client has to start over, at an address that is told.
fn expired(call: &Call<'_>) -> Answer {
    let failure =
        Failure::new(410, "syncStateNotFound", "The sync state generation is not found; start over.");
    let body = failure.body(&call.timestamp(), "", "");
    Answer::json(410, &body).header("location", link(call, "$deltatoken", ""))
}
