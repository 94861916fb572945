//! What the provider relies on of the services: each request that it makes, and each member that it sends or reads there, with
//! where that is known from. The one list of it, in three files that are meant to be edited by hand.
//!
//! ```text
//! graph.grants.get  GET /v1.0/oauth2PermissionGrants/{id}  200,404  documented 2026-08 ~lag_of_grants  Graph: ...
//!   < scope text  observed 2026-03 ~empty_scope  where it was seen
//! ```
//!
//! A line at the margin is an entry: its id, the request, the statuses that are understood, and what is known of it. The
//! indented lines below it are members, `<` read and `>` sent: a path (`[]` the elements of a list, `.` the whole, `*` any other
//! member), what JSON it is, and what is known of it where that differs from its entry. `text`, `digits` (a number as text),
//! `guid`, `time`, `number`, `flag`, `list`, `object`, `any`; `|` between several; `bare`: the list may come without this name around it. With `!` it must be there. In
//! brackets, the values that are known.
//!
//! What is known: how sure (`documented`, `observed`, `inferred`, `unknown`), since when, after `~` the mood of the simulator or
//! the rule of the report that stands for the guess, and the source in words. `shape NAME` begins members that several entries
//! have, indented with `-`; `@NAME` in place of a type puts them there. `- -` for a request stands for all of that service, `*`
//! for a path that the environment names.
//!
//! The tests hold both ends: what is asked, sent or read and has no line fails, as does a line that nothing uses
//! (`tests/it/ledger`). The program holds no more of it than ids, requests, paths and types.

mod form;
mod kind;
mod looked;
mod parse;
mod reading;
#[cfg(debug_assertions)]
pub(crate) mod recording;
mod whole;

use std::io::Read as _;
use std::sync::OnceLock;

use flate2::read::DeflateDecoder;

pub(crate) use form::form;
pub use form::is_name;
pub use kind::Kind;
pub(crate) use looked::Looked;
pub use reading::Reading;
pub use whole::whole;

/// A request, and all that is sent and read there.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name, such as `graph.users`.
    pub id: &'static str,
    /// `GET` and so on; `-` for what any request of a service may be answered with.
    pub method: &'static str,
    /// With a name in braces where something varies; `*` for one that the environment gives.
    pub path: &'static str,
    /// The statuses that are understood, separated by commas; `4xx` for a class.
    pub statuses: &'static str,
    /// What is known of it.
    pub ground: Ground,
    /// Its members.
    pub lines: Vec<Line>,
}

/// A member that is sent or read.
#[derive(Debug, Clone)]
pub struct Line {
    /// Which of both.
    pub way: Way,
    /// Where it stands, such as `value[].id`.
    pub path: String,
    /// What JSON it is.
    pub kind: Kind,
    /// What is known of it.
    pub ground: Ground,
}

/// Whether a member is sent or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It stands in a request.
    Sent,
    /// It stands in an answer.
    Read,
}

impl Way {
    /// As the files write it.
    pub fn sign(self) -> char {
        match self {
            Self::Sent => '>',
            Self::Read => '<',
        }
    }
}

/// What a line rests on. The program itself does not hold it: see [`whole`].
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Month of the source, `YYYY-MM`.
    pub date: &'static str,
    /// Moods of the simulator and rules of the report that stand for what is guessed.
    pub guesses: Vec<&'static str>,
    /// Where it is known from.
    pub source: &'static str,
}

/// How sure something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// The vendor says so.
    Documented,
    /// Somebody published what a real service did.
    Observed,
    /// Concluded from something else.
    Inferred,
    /// Nobody has said anything.
    Unknown,
}

impl Entry {
    /// How a line of it is named, such as `graph.users < value[].id`.
    pub fn name_of(&self, way: Way, path: &str) -> String {
        format!("{} {} {path}", self.id, way.sign())
    }

    /// The line of a member. A path of an answer may name elements by number.
    pub fn line(&self, way: Way, path: &str) -> Option<&Line> {
        let path = unnumbered(path);
        let lines = || self.lines.iter().filter(|line| line.way == way);
        lines().find(|line| line.path == path).or_else(|| lines().find(|line| line.is_any_of(&path)))
    }

    /// Whether it is made with this method on this path.
    pub fn is_at(&self, method: &str, path: &str) -> bool {
        self.method == method && fits(self.path, path)
    }

    /// Whether an answer with this status is understood.
    pub fn understands(&self, status: u16) -> bool {
        let status = status.to_string();
        self.statuses.split(',').any(|known| {
            known == status || known.strip_suffix("xx").is_some_and(|class| status.starts_with(class))
        })
    }
}

impl Line {
    /// Whether it stands for any other member, this one among them.
    fn is_any_of(&self, path: &str) -> bool {
        let Some(around) = self.path.strip_suffix('*') else { return false };
        path.strip_prefix(around).is_some_and(|name| !name.is_empty() && !name.contains(['.', '[']))
    }
}

/// All entries, as far as the program holds them: without what they rest on.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let mut text = String::new();
        let packed: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/ledger"));
        // Packed by the build script; a test unpacks it.
        let _ = DeflateDecoder::new(packed).read_to_string(&mut text);
        parse::entries(text.leak())
    })
}

/// The entry of a request, by its method and the path of its address.
pub fn entry_at(method: &str, path: &str) -> Option<&'static Entry> {
    let starts = path.match_indices('/').map(|(at, _)| &path[at..]);
    // A gateway in front of a service may put something before its paths.
    starts
        .filter(|path| path.len() > 1)
        .find_map(|path| entries().iter().find(|entry| entry.is_at(method, path)))
}

/// The entry of this name.
pub fn entry(id: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.id == id)
}

/// Takes note, where tests ask for it, that a member is read by hand.
#[cfg_attr(not(debug_assertions), expect(unused_variables, reason = "for notes alone"))]
pub(crate) fn note(reading: &Reading, path: &str) {
    #[cfg(debug_assertions)]
    recording::read(reading, path);
}

/// Whether a member of this name is read or sent anywhere.
pub(crate) fn knows(name: &str) -> bool {
    let mut lines = entries().iter().flat_map(|entry| &entry.lines);
    lines.any(|line| line.path == name || line.path.split(['.', '[', ']']).any(|step| step == name))
}

/// A path of an answer with its elements by no number: `value[3].id` becomes `value[].id`.
pub(crate) fn unnumbered(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        inside &= letter != ']';
        if !inside {
            plain.push(letter);
        }
        inside |= letter == '[';
    }
    plain
}

fn fits(template: &str, path: &str) -> bool {
    let (mut open, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (open.next(), given.next()) {
            (None, None) => return true,
            (Some(open), Some(given)) if segment_fits(open, given) => {}
            _ => return false,
        }
    }
}

/// `applications(appId='{client_id}')` and the like have their place between texts.
fn segment_fits(open: &str, given: &str) -> bool {
    let place = open.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)));
    let Some((before, after)) = place else { return open == given };
    let given = given.replace("%27", "'");
    let key = given.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    key.is_some_and(|key| !(key.is_empty() || before.is_empty() && key.contains('(')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_ledger_says_of_requests_and_members_what_the_files_say() {
        let (packed, whole) = (entries(), whole());
        let told = |entries: &[Entry]| -> Vec<String> {
            let lines = |entry: &Entry| -> Vec<String> {
                let lines = entry.lines.iter();
                lines.map(|line| format!("{} {}", entry.name_of(line.way, &line.path), line.kind)).collect()
            };
            let of = |entry: &Entry| {
                let head = format!("{} {} {} {}", entry.id, entry.method, entry.path, entry.statuses);
                [vec![head], lines(entry)].concat()
            };
            entries.iter().flat_map(of).collect()
        };
        assert!(packed.len() > 60);
        pretty_assertions::assert_eq!(told(packed), told(&whole));
    }

    #[test]
    fn every_request_is_found_at_its_own_entry() {
        for entry in entries().iter().filter(|entry| entry.path.starts_with('/')) {
            let path = entry.path.replace(['{', '}'], "");
            assert_eq!(entry_at(entry.method, &path).map(|found| found.id), Some(entry.id), "{path}");
        }
        let behind = entry_at("GET", "/gateway/v1.0/applications(appId=%27x%27)/owners");
        assert_eq!(behind.map(|entry| entry.id), Some("graph.owners.of-client"));
        assert!(entry_at("GET", "/v1.0/me").is_none() && entry_at("PUT", "/v1.0/users").is_none());
    }

    #[test]
    fn every_id_and_every_line_stands_once_and_every_line_rests_on_something() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in whole() {
            assert!(seen.insert(entry.id.to_owned()), "{} twice", entry.id);
            let grounds = entry.lines.iter().map(|line| (entry.name_of(line.way, &line.path), &line.ground));
            for (name, ground) in grounds.chain([(entry.id.to_owned(), &entry.ground)]) {
                let dated = ground.date.len() == 7 && ground.date.starts_with("20");
                assert!(
                    ground.confidence.is_some() && dated && !ground.source.is_empty(),
                    "{name}: {ground:?}"
                );
            }
            for line in &entry.lines {
                let name = entry.name_of(line.way, &line.path);
                assert!(line.kind.is_known(), "{name}: `{}`", line.kind);
                assert!(seen.insert(name.clone()), "{name} twice");
            }
        }
    }

    #[test]
    fn a_member_is_found_by_its_path_with_numbers_and_among_any_others() {
        let users = entry("graph.users").expect("users");
        let found = users.line(Way::Read, "value[12].assignedPlans[0].service").expect("a line");
        assert_eq!(users.name_of(Way::Read, &found.path), "graph.users < value[].assignedPlans[].service");
        assert!(
            users.line(Way::Sent, "value[].id").is_none() && users.line(Way::Read, "value[].x").is_none()
        );
        let settings = entry("essentials.settings.get").expect("settings");
        assert_eq!(
            settings.line(Way::Read, "sync_shared_mailboxes").map(|line| line.path.as_str()),
            Some("*")
        );
        assert!(settings.line(Way::Read, "a.b").is_none());
        assert!(settings.understands(404) && !settings.understands(403));
        assert!(entry("graph.refusal").is_some_and(|entry| entry.understands(418)));
    }
}
