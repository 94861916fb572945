//! What a row says of an account, put together from what the account was and became: a row that says anything else is wrong.

use std::collections::BTreeSet;

use serde_json::Value;
use sync_report::Row;

const ORIGINS: [&str; 2] = ["new user in Entra, sign-in blocked", "new user in Entra"];

/// Fails unless the row says that this account is added, field by field.
pub(super) fn expect_added(row: &Row, now: &Value, place: &str) {
    let text = unmarked(&row.text);
    let group = format!("for group '{}'", shown(string(now, "firstname")));
    let of_group = text.strip_prefix(&group);
    let said = ORIGINS.iter().find_map(|origin| text.strip_prefix(origin)).or(of_group);
    let mut fields = Vec::new();
    for field in ["firstname", "surname"] {
        if of_group.is_none() && !string(now, field).is_empty() {
            fields.push(format!(", {field} '{}'", shown(string(now, field))));
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
    let text = unmarked(&row.text);
    let (lost_mail, of_another_type) =
        (before["is_active"] == true && now["is_active"] == false, before["type"] != now["type"]);
    let made_again = text.ends_with("; deleted and made again");
    let name = [string(before, "firstname"), string(before, "surname")].map(str::trim);
    let name = name.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let loses = lost_mail || made_again;
    let mut said = text.split("; ").next().unwrap_or_default();
    if loses && !name.is_empty() {
        let begin = format!("'{}', ", shown(&name));
        said = said.strip_prefix(&*begin).unwrap_or_else(|| panic!("{place}: {row} names nobody: {before}"));
    }
    let mut fields = Vec::new();
    if of_another_type {
        let article = match string(now, "type") {
            "end_user" => "an end user",
            "silent_user" => "a silent user",
            _ => "a functional account",
        };
        let reasons = ["sign-in is enabled in Entra", "sign-in is blocked in Entra"].map(str::to_owned);
        let group = said.split_once("for group '").and_then(|(_, rest)| rest.split_once('\''));
        let reasons = reasons.into_iter().chain(group.map(|(name, _)| format!("for group '{name}'")));
        let begins = reasons.map(|reason| format!("becomes {article}: {reason}"));
        let begin = begins.into_iter().find(|begin| said.starts_with(begin.as_str()));
        fields.push(begin.unwrap_or_else(|| panic!("{place}: {row} gives no reason: {before} and {now}")));
    }
    for field in ["firstname", "surname"] {
        if before[field] != now[field] {
            fields.push(format!(
                "{field} '{}' -> '{}'",
                shown(string(before, field)),
                shown(string(now, field))
            ));
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
    let told = (&*fields.join(", "), string(before, "type"));
    assert_eq!((said, &*row.kind), told, "{place}: {row} for {before} and {now}");
}

/// Without what would break a line or turn its direction.
fn shown(name: &str) -> String {
    name.replace(['\u{200e}', '\u{200f}', '\u{202e}'], "\u{fffd}")
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
