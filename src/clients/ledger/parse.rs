//! Reading the lines. What is packed into the program is the same without what lines rest on.

use std::collections::BTreeMap;

use super::kind::Kind;
use super::{Confidence, Entry, Ground, Line, Way};

/// A member of a shape, or one that is not put in its place yet.
#[derive(Clone)]
struct Member {
    path: &'static str,
    /// A type, or `@` and the name of a shape.
    kind: &'static str,
    ground: Ground,
}

/// Where a member that is being read belongs.
enum Owner {
    Shape(&'static str),
    Entry,
}

/// The entries that these lines say.
pub(super) fn entries(text: &'static str) -> Vec<Entry> {
    let mut shapes: BTreeMap<&'static str, Vec<Member>> = BTreeMap::new();
    let mut read: Vec<(Entry, Vec<(Way, Member)>)> = Vec::new();
    let (mut owner, mut around) = (Owner::Entry, Ground::default());
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let (first, rest) = word(line);
        if line.starts_with(' ') {
            let (path, rest) = word(rest);
            let (kind, rest) = word(rest);
            let member = Member { path, kind, ground: ground(rest, &around) };
            let way = if first == ">" { Way::Sent } else { Way::Read };
            match (&owner, read.last_mut()) {
                (Owner::Shape(name), _) => shapes.entry(*name).or_default().push(member),
                (Owner::Entry, Some((_, members))) => members.push((way, member)),
                (Owner::Entry, None) => {}
            }
        } else if first == "shape" {
            let (name, rest) = word(rest);
            around = ground(rest, &Ground::default());
            owner = Owner::Shape(name);
        } else {
            let (method, rest) = word(rest);
            let (path, rest) = word(rest);
            let (statuses, rest) = word(rest);
            around = ground(rest, &Ground::default());
            owner = Owner::Entry;
            let ground = around.clone();
            read.push((Entry { id: first, method, path, statuses, ground, lines: Vec::new() }, Vec::new()));
        }
    }
    let whole = |(mut entry, members): (Entry, Vec<(Way, Member)>)| {
        for (way, member) in &members {
            put(&mut entry.lines, *way, ".", member, &shapes);
        }
        entry
    };
    read.into_iter().map(whole).collect()
}

/// Puts a member in its place, and those of its shape.
fn put(
    lines: &mut Vec<Line>,
    way: Way,
    around: &str,
    member: &Member,
    shapes: &BTreeMap<&'static str, Vec<Member>>,
) {
    let path = match (around, member.path) {
        (".", path) => path.to_owned(),
        (around, ".") => around.to_owned(),
        (around, path) => format!("{around}.{path}"),
    };
    match member.kind.strip_prefix('@') {
        Some(shape) => {
            for inner in shapes.get(shape).into_iter().flatten() {
                put(lines, way, &path, inner, shapes);
            }
        }
        None => lines.push(Line { way, path, kind: Kind(member.kind), ground: member.ground.clone() }),
    }
}

/// What a line rests on; what it does not say is as `around` says it. A guess is its own.
fn ground(mut rest: &'static str, around: &Ground) -> Ground {
    let mut ground = Ground { guesses: Vec::new(), ..around.clone() };
    loop {
        let (first, behind) = word(rest);
        match first {
            "documented" => ground.confidence = Some(Confidence::Documented),
            "observed" => ground.confidence = Some(Confidence::Observed),
            "inferred" => ground.confidence = Some(Confidence::Inferred),
            "unknown" => ground.confidence = Some(Confidence::Unknown),
            date if is_month(date) => ground.date = date,
            guess => match guess.strip_prefix('~') {
                Some(guess) => ground.guesses.push(guess),
                None => break,
            },
        }
        rest = behind;
    }
    if !rest.is_empty() {
        ground.source = rest;
    }
    ground
}

fn is_month(word: &str) -> bool {
    word.len() == 7 && word.as_bytes().get(4) == Some(&b'-') && word.starts_with("20")
}

/// The first word of a line, and what follows it.
fn word(line: &'static str) -> (&'static str, &'static str) {
    let line = line.trim();
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    (first, rest.trim_start())
}
