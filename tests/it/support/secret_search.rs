//! Looks for secrets in everything that commands have printed and left behind.

use super::archive;
use super::workspace::Workspace;

/// Each place with what is in it: files, what is packed into them, and what was printed.
pub(crate) struct Places(Vec<(String, Vec<u8>)>);

impl Places {
    /// The files of a workspace, but for the programs in it, and texts.
    pub(crate) fn of(workspace: &Workspace, printed: &[String]) -> Self {
        let mut places = Vec::new();
        for (path, content) in workspace.files() {
            let name = path.display().to_string();
            if name.contains("terraform-provider-proofpoint") {
                continue;
            }
            let inside = archive::entries(&content).into_iter();
            places.extend(inside.map(|(entry, content)| (format!("{name}: {entry}"), content)));
            places.push((name, content));
        }
        let first_line = |text: &String| text.lines().next().unwrap_or_default().to_owned();
        places.extend(printed.iter().map(|text| (first_line(text), text.clone().into_bytes())));
        Self(places)
    }

    /// Whether a place is among them whose name ends so.
    pub(crate) fn have(&self, end: &str) -> bool {
        self.0.iter().any(|(name, _)| name.ends_with(end))
    }

    /// Fails, without saying it, when one of them holds a secret.
    #[track_caller]
    pub(crate) fn hold_none_of(&self, secrets: &[String]) {
        for (place, content) in &self.0 {
            let text = String::from_utf8_lossy(content);
            let found = secrets.iter().filter(|secret| text.contains(secret.as_str())).count();
            assert_eq!(found, 0, "a secret in {place}");
        }
    }
}

#[test]
#[should_panic(expected = "a secret in state")]
fn a_secret_among_other_bytes_is_found_and_not_said() {
    let places =
        Places(vec![("empty".to_owned(), Vec::new()), ("state".to_owned(), b"\xff\"hush\"".to_vec())]);
    places.hold_none_of(&["other".to_owned(), "hush".to_owned()]);
}
