//! Where in a document its reader stopped. The reader itself tells line and column; following every step of every type that
//! is read would double what each costs in the program.

use std::fmt::{self, Write as _};

use serde_json::Value;

/// The place at which `error` was found in `json`.
///
/// `of_member` says that a member's value was refused after it had been read: by then the reader may have passed the end
/// of the object or list that it is the last one of.
pub(super) fn place(json: &[u8], error: &serde_json::Error, of_member: bool) -> Place {
    let Some(line) = error.line().checked_sub(1) else { return Place(Vec::new()) };
    let line_start: usize = json.split_inclusive(|byte| *byte == b'\n').take(line).map(<[u8]>::len).sum();
    let read = json.get(..line_start.saturating_add(error.column())).unwrap_or(json);
    let mut steps = Steps::default();
    steps.follow(read);
    if of_member {
        steps.open.extend(steps.closed);
    }
    Place(steps.open)
}

/// A place in a document; no steps lead to the whole.
pub(super) struct Place(Vec<Step>);

impl Place {
    /// What stands there, as far as there is something.
    pub(super) fn find<'v>(&self, whole: &'v Value) -> &'v Value {
        self.0.iter().fold(whole, |value, step| {
            let inner = match step {
                Step::Member(key) => key.as_ref().and_then(|key| value.get(key)),
                Step::Element(index) => value.get(index),
            };
            inner.unwrap_or(value)
        })
    }

    /// The place of a member of what stands there.
    pub(super) fn member(mut self, name: &str) -> Self {
        self.0.retain(|step| !matches!(step, Step::Member(None)));
        self.0.push(Step::Member(Some(name.to_owned())));
        self
    }
}

/// Such as `value[3].id`; `.` for the whole.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

/// The way into a document.
#[derive(Default)]
struct Steps {
    open: Vec<Step>,
    /// What was left with the last byte.
    closed: Option<Step>,
}

enum Step {
    /// A member of an object; none before its key.
    Member(Option<String>),
    /// An element of a list.
    Element(usize),
}

impl Steps {
    fn follow(&mut self, read: &[u8]) {
        let mut at = 0;
        while let Some(byte) = read.get(at) {
            let mut next = at + 1;
            if !byte.is_ascii_whitespace() {
                self.closed = None;
            }
            match byte {
                b'{' => self.open.push(Step::Member(None)),
                b'[' => self.open.push(Step::Element(0)),
                b'}' | b']' => self.closed = self.open.pop(),
                b',' => match self.open.last_mut() {
                    Some(Step::Element(index)) => *index += 1,
                    Some(Step::Member(key)) => *key = None,
                    None => {}
                },
                b'"' => {
                    next = end_of_text(read, next);
                    if let Some(Step::Member(key @ None)) = self.open.last_mut() {
                        *key = read.get(at..next).and_then(|key| serde_json::from_slice(key).ok());
                    }
                }
                _ => {}
            }
            at = next;
        }
    }
}

/// Behind the quotation mark that ends the text which begins at `at`.
fn end_of_text(read: &[u8], mut at: usize) -> usize {
    while let Some(byte) = read.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    at
}

fn shown(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Member(None) => {}
            Step::Member(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Step::Element(index) => {
                let _ = write!(path, "[{index}]");
            }
        }
    }
    if path.is_empty() { ".".to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer};

    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Shelf {
        name: String,
        #[serde(default)]
        boards: Vec<Board>,
    }

    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Board {
        id: u8,
        #[serde(default, deserialize_with = "even")]
        width: u32,
    }

    fn even<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let number = u32::deserialize(deserializer)?;
        if number % 2 == 0 { Ok(number) } else { Err(D::Error::custom("it is odd")) }
    }

    fn found(json: &str, of_member: bool) -> String {
        place(json.as_bytes(), &serde_json::from_str::<Shelf>(json).expect_err(json), of_member).to_string()
    }

    #[test]
    fn a_value_is_found_by_keys_and_indexes() {
        for (json, expected) in [
            (r#"{"name": 1}"#, "name"),
            (r#"{"name": "a, \"{[", "boards": 7}"#, "boards"),
            (r#"{"name": "\\", "boards": [{"id": 1}, {"id": "x"}]}"#, "boards[1].id"),
            (r#"{"boards": [{"id": 300, "width": 2}], "name": ""}"#, "boards[0].id"),
            (r#"{"boards": [{"id": {}}]}"#, "boards[0].id"),
            (r#"{"boards": [1]}"#, "boards[0]"),
            ("[7]", "[0]"),
            ("7", "."),
            ("{\n  \"name\": \"a\",\n  \"boards\": [\n    {\"id\": null}\n  ]\n}", "boards[0].id"),
            (r#"{"n\u0061me": 1}"#, "name"),
        ] {
            assert_eq!(found(json, false), expected, "{json}");
        }
    }

    #[test]
    fn what_stands_at_a_place_is_found() {
        let json = r#"{"name": "a", "boards": [{"id": 1}, {"id": {"x": 2}}]}"#;
        let found = place(json.as_bytes(), &serde_json::from_str::<Shelf>(json).expect_err(json), false);
        let whole: Value = serde_json::from_str(json).expect("JSON");
        assert_eq!(found.to_string(), "boards[1].id");
        assert_eq!(*found.find(&whole), serde_json::json!({"x": 2}));
        assert_eq!(found.member("y").to_string(), "boards[1].id.y");
    }

    #[test]
    fn what_is_missing_is_missing_in_the_object_around_it() {
        assert_eq!(found(r#"{"boards": []}"#, false), ".");
        assert_eq!(found(r#"{"boards": [{"id": 1}, {"width": 2}]}"#, false), "boards[1]");
    }

    #[test]
    fn a_member_that_was_refused_after_it_was_read_is_found_wherever_it_stands() {
        assert_eq!(found(r#"{"boards": [{"width": 3, "id": 1}]}"#, true), "boards[0].width");
        assert_eq!(found(r#"{"boards": [{"id": 1, "width": 3 } ]}"#, true), "boards[0].width");
        assert_eq!(
            found(r#"{"boards": [{"id": 1, "width": 2}, {"width": 3, "id": 1}]}"#, true),
            "boards[1].width"
        );
    }

    #[test]
    fn a_document_that_ends_early_ends_where_it_does() {
        assert_eq!(found(r#"{"name": "a"#, false), "name");
        assert_eq!(found(r#"{"boards": [{"id": 1}, "#, false), "boards[1]");
        assert_eq!(found("", false), ".");
    }
}
