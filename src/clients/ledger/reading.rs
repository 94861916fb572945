//! Which answer a document is: by it the ledger says what is expected where.

use super::{Entry, Way, entry, entry_at};

/// A document that is read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// None for an entry that is named by its id.
    method: Option<String>,
    /// Path of the address, or the id.
    path: String,
    /// Where in the answer it stands; empty for the whole.
    within: String,
}

impl Reading {
    /// The answer to a request, by its method and the path of its address.
    pub fn of(method: &str, path: &str) -> Self {
        Self { method: Some(method.to_owned()), path: path.to_owned(), within: String::new() }
    }

    /// What an entry says that is asked at no path of its own, such as `graph.refusal`.
    pub fn named(id: &str) -> Self {
        Self { method: None, path: id.to_owned(), within: String::new() }
    }

    /// A part of it, such as `users[]`.
    #[must_use]
    pub fn within(mut self, part: &str) -> Self {
        part.clone_into(&mut self.within);
        self
    }

    /// The whole path of what stands at `path` in the document.
    pub fn path(&self, path: &str) -> String {
        match (self.within.as_str(), path) {
            ("", path) => path.to_owned(),
            (within, ".") => within.to_owned(),
            (within, path) if path.starts_with('[') => format!("{within}{path}"),
            (within, path) => format!("{within}.{path}"),
        }
    }

    /// Its entry, if there is one.
    pub fn entry(&self) -> Option<&'static Entry> {
        match &self.method {
            Some(method) => entry_at(method, &self.path),
            None => entry(&self.path),
        }
    }

    /// What is relied on where a status comes of which nothing is known: `graph.users`, and its statuses.
    pub(crate) fn beyond(&self, status: u16) -> Option<String> {
        let is_common = matches!(status, 200..300 | 400 | 401 | 403 | 404 | 408 | 409 | 429 | 500..);
        let entry = self.entry().filter(|entry| !is_common && !entry.understands(status))?;
        Some(format!("`{}`: {}", entry.id, entry.statuses.replace(',', ", ")))
    }

    /// Who expects what at a path of the whole answer, such as `by the line … of the guide: text`.
    pub fn expected(&self, path: &str) -> Option<String> {
        let entry = self.entry()?;
        let mut around = path;
        loop {
            if let Some(line) = entry.line(Way::Read, around) {
                let name = entry.name_of(Way::Read, &line.path);
                let values: Vec<&str> = line.kind.values().collect();
                let values =
                    if values.is_empty() { String::new() } else { format!(" (`{}`)", values.join("`, `")) };
                return Some(format!("`{name}`: {}{values}", line.kind.in_words()));
            }
            match around.rfind(['.', '[']) {
                Some(at) if at > 0 => around = &around[..at],
                _ => return Some(format!("`{}`", entry.id)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_told_by_the_line_or_by_the_nearest_one_around() {
        let users = Reading::of("GET", "/v1.0/users");
        let expected = |path: &str| users.expected(path).expect("an entry");
        assert_eq!(expected("value[3].id"), "`graph.users < value[].id`: a GUID");
        assert_eq!(
            expected("value[0].userType"),
            "`graph.users < value[].userType`: text (`Member`, `Guest`)"
        );
        assert_eq!(expected("value[3]"), "`graph.users < value`: a list");
        assert_eq!(expected("."), "`graph.users`");
        assert_eq!(Reading::of("GET", "/x").expected("."), None);
    }

    #[test]
    fn a_status_of_which_nothing_is_known_is_told_with_those_that_are_relied_on() {
        let settings = Reading::of("PUT", "/api/v1/orgs/contoso.com/settings/azure");
        assert_eq!(settings.beyond(410).as_deref(), Some("`essentials.settings.put`: 204, 400, 422"));
        for known in [204, 401, 404, 422, 429, 503] {
            assert_eq!(settings.beyond(known), None, "{known}");
        }
        assert_eq!(Reading::of("GET", "/x").beyond(410), None);
    }

    #[test]
    fn a_part_is_told_from_the_whole() {
        let accounts = Reading::of("GET", "/api/v1/orgs/contoso.com/users").within("users[]");
        assert_eq!(
            (accounts.path("type").as_str(), accounts.path(".").as_str()),
            ("users[].type", "users[]")
        );
        assert_eq!(Reading::named("graph.refusal").path("error.code"), "error.code");
        assert!(Reading::named("graph.refusal").entry().is_some());
    }
}
