//! What a row says of an account, put together from what the account was and became: a row that says anything else is wrong.

use std::collections::BTreeSet;

use serde_json::Value;
use sync_report::Row;

const ORIGINS: [&str; 3] = ["new user in Entra, sign-in blocked", "new user in Entra", "new group in Entra"];

/// Fails unless the row says that this account is added, field by field.
pub(super) fn expect_added(row: &Row, now: &Value, place: &str) {
    let text = unmarked(&row.text);
    let said = ORIGINS.iter().find_map(|origin| text.strip_prefix(origin));
    let mut fields = Vec::new();
    for field in ["firstname", "surname"] {
        if !string(now, field).is_empty() {
            fields.push(format!(", {field} '{}'", string(now, field)));
        }
    }
    let aliases = aliases(now);
    if !aliases.is_empty() {
        fields.push(format!(", alias_emails {}", joined(aliases.iter(), "")));
    }
    if now["is_active"] == false {
        fields.push(", is_active false".to_owned());
    }
    assert_eq!(
        (said, &*row.kind),
        (Some(&*fields.concat()), string(now, "type")),
        "{place}: {row} for {now}"
    );
}

/// Fails unless the row says how this account is changed, field by field.
pub(super) fn expect_updated(row: &Row, before: &Value, now: &Value, place: &str) {
    let said = unmarked(&row.text).split("; sign-in").next().unwrap_or_default();
    let mut fields = Vec::new();
    for field in ["firstname", "surname"] {
        if before[field] != now[field] {
            fields.push(format!("{field} '{}' -> '{}'", string(before, field), string(now, field)));
        }
    }
    let (old, new) = (aliases(before), aliases(now));
    if old != new {
        let added = joined(new.difference(&old), "+");
        let removed = joined(old.difference(&new), "-");
        fields.push(format!("alias_emails {}", format!("{added} {removed}").trim()));
    }
    if before["is_active"] != now["is_active"] {
        fields.push(format!("is_active {} -> {}", before["is_active"], now["is_active"]));
    }
    if before["type"] != now["type"] {
        fields.push(format!("type {} -> {}", string(before, "type"), string(now, "type")));
    }
    let told = (&*fields.join(", "), string(before, "type"));
    assert_eq!((said, &*row.kind), told, "{place}: {row} for {before} and {now}");
}

/// Without the remark that the other version of the sync would do otherwise.
fn unmarked(text: &str) -> &str {
    text.split(" (version ").next().unwrap_or(text)
}

fn string<'a>(account: &'a Value, field: &str) -> &'a str {
    account[field].as_str().unwrap_or_default()
}

fn aliases(account: &Value) -> BTreeSet<String> {
    let list = account["alias_emails"].as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_lowercase).collect()
}

fn joined<'a>(addresses: impl Iterator<Item = &'a String>, sign: &str) -> String {
    addresses.map(|address| format!("{sign}{address}")).collect::<Vec<_>>().join(" ")
}
