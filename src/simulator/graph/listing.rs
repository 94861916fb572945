//! Collections: filtered, sorted, cut into pages.

use std::sync::Arc;

use serde_json::Value;

use super::call::Call;
use super::entity::Entity;
use super::errors::{Failure, Outcome};
use super::options::{PageToken, Selection};
use crate::server::exchange::Answer;
use crate::state::table::{Table, View};

/// Where the objects of a list come from: all after the one with this id, in order of id.
pub(crate) type Source<'a, T> = dyn Fn(Option<&str>) -> Box<dyn Iterator<Item = &'a Arc<T>> + 'a> + 'a;

/// A whole table.
pub(crate) fn table<T: Entity>(call: &Call<'_>, set: &str, rows: &Table<T>) -> Outcome {
    let view = call.view;
    list(call, set, &move |after| Box::new(rows.seen_after(after, view)), false)
}

/// A list gathered by other means; it is put in order of id.
pub(crate) fn gathered<T: Entity>(call: &Call<'_>, set: &str, rows: Vec<Arc<T>>) -> Outcome {
    let rows = &ordered(rows);
    list(call, set, &|after| after_in(rows, after), false)
}

/// The same, each object with its type, as mixed collections show them.
pub(crate) fn gathered_typed<T: Entity>(call: &Call<'_>, set: &str, rows: Vec<Arc<T>>) -> Outcome {
    let rows = &ordered(rows);
    list(call, set, &|after| after_in(rows, after), true)
}

fn ordered<T: Entity>(mut rows: Vec<Arc<T>>) -> Vec<Arc<T>> {
    rows.sort_by(|left, right| left.id().cmp(right.id()));
    rows.dedup_by(|left, right| left.id() == right.id());
    rows
}

/// `/$count` of a table; a plain number.
pub(crate) fn count<T: Entity>(call: &Call<'_>, rows: &Table<T>) -> Outcome {
    if !call.options.eventual {
        return Err(Failure::bad("$count is not currently supported."));
    }
    let selection = { super::options::Options { count: true, ..call.options.clone() } }.selection::<T>()?;
    let count = rows.seen_after(None, call.view).filter(|object| selection.passes(object.as_ref())).count();
    Ok(Answer::empty(200).with_body("text/plain", count.to_string()))
}

fn after_in<'a, T: Entity>(
    rows: &'a [Arc<T>],
    after: Option<&str>,
) -> Box<dyn Iterator<Item = &'a Arc<T>> + 'a> {
    let from = after.map_or(0, |after| rows.partition_point(|object| object.id() <= after));
    Box::new(rows[from..].iter())
}

/// A page of a list. With `typed`, every object tells its type, as in mixed collections.
pub(crate) fn list<'a, T: Entity + 'a>(
    call: &Call<'_>,
    set: &str,
    source: &Source<'a, T>,
    typed: bool,
) -> Outcome {
    let selection = call.options.selection::<T>()?;
    let properties = call.options.shown::<T>(T::DEFAULT)?;
    let token = page_token(call)?;
    let page = page(&selection, &token, source);

    let selected =
        call.options.select.as_ref().map(|select| format!("({})", select.join(","))).unwrap_or_default();
    let context = Value::from(call.context(&format!("{set}{selected}")));
    let mut body = Vec::with_capacity(page.objects.len() * 256 + 256);
    body.extend_from_slice(format!("{{\"@odata.context\":{context}").as_bytes());
    if selection.count && call.options.skip_token.is_none() {
        let count = source(None).filter(|object| selection.passes(object.as_ref())).count();
        body.extend_from_slice(format!(",\"@odata.count\":{count}").as_bytes());
    }
    if let Some(next) = page.next {
        let next = PageToken { given: call.now.as_second(), ..next };
        let link = Value::from(next_link(call, "$skiptoken", &next.encode()));
        body.extend_from_slice(format!(",\"@odata.nextLink\":{link}").as_bytes());
    }
    body.extend_from_slice(b",\"value\":[");
    let annotation =
        if typed { format!("\"@odata.type\":\"#microsoft.graph.{}\"", T::TYPE) } else { String::new() };
    for (index, object) in page.objects.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        object.write_object(&properties, &annotation, &mut body);
    }
    body.extend_from_slice(b"]}");
    Ok(Answer::empty(200).with_body("application/json", body))
}

struct Page<'a, T> {
    objects: Vec<&'a Arc<T>>,
    next: Option<PageToken>,
}

fn page<'a, T: Entity>(selection: &Selection, token: &PageToken, source: &Source<'a, T>) -> Page<'a, T> {
    let passing = |object: &&Arc<T>| selection.passes(object.as_ref());
    let Some((property, descending)) = &selection.order_by else {
        let mut rows = source(token.after.as_deref()).filter(passing);
        let objects: Vec<&Arc<T>> = rows.by_ref().take(selection.top).collect();
        let more = rows.next().is_some();
        let last = objects.last().map(|object| object.id().to_owned());
        let next = more.then(|| PageToken { after: last, ..PageToken::default() });
        return Page { objects, next };
    };
    let key = |object: &Arc<T>| object.value(property).as_str().unwrap_or_default().to_lowercase();
    let mut rows: Vec<(String, &Arc<T>)> =
        source(None).filter(passing).map(|object| (key(object), object)).collect();
    rows.sort_by(|left, right| left.0.cmp(&right.0));
    if *descending {
        rows.reverse();
    }
    let total = rows.len();
    let objects: Vec<&Arc<T>> =
        rows.into_iter().skip(token.passed).take(selection.top).map(|(_, object)| object).collect();
    let passed = token.passed + objects.len();
    let next = (passed < total).then(|| PageToken { passed, ..PageToken::default() });
    Page { objects, next }
}

/// The page asked for; a token that is too old, or that we never gave out, is refused.
fn page_token(call: &Call<'_>) -> Outcome<PageToken> {
    let Some(text) = &call.options.skip_token else { return Ok(PageToken::default()) };
    let expired = || {
        Failure::new(
            400,
            "Directory_ExpiredPageToken",
            "The specified page token value has expired and can no longer be included in your request.",
        )
    };
    let token = PageToken::decode(text).ok_or_else(expired)?;
    let lifetime = i64::try_from(call.world.moods.page_token_lifetime.0 / 1000).unwrap_or(i64::MAX);
    if call.now.as_second().saturating_sub(token.given) > lifetime {
        return Err(expired());
    }
    Ok(token)
}

/// The address of this request with one parameter set.
pub(crate) fn next_link(call: &Call<'_>, parameter: &str, value: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, old) in call.request.parameters() {
        if !name.trim_start_matches('$').eq_ignore_ascii_case(parameter.trim_start_matches('$')) {
            query.append_pair(&name, &old);
        }
    }
    query.append_pair(parameter, value);
    let query = query.finish().replace("%24", "$");
    format!("{}{}?{query}", call.request.base, call.request.path)
}

/// All objects of a table that a read sees and that satisfy a condition.
pub(crate) fn matching<T>(rows: &Table<T>, view: View, condition: impl Fn(&T) -> bool) -> Vec<Arc<T>> {
    rows.seen_after(None, view).filter(|object| condition(object)).cloned().collect()
}
