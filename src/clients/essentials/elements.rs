//! Takes a JSON array apart while it arrives, one element at a time.
//!
//! The list of users is not paged: a large organization's answer has tens of megabytes, of which only a few fields are
//! kept. Holding one element at a time keeps memory in proportion to what is kept.

/// Splits a bare array, or the array under a given name in an envelope, into the bytes of its elements.
pub(super) struct Elements {
    envelope: &'static str,
    place: Place,
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// The text being read at the top level of the envelope.
    name: Vec<u8>,
    /// The last complete text there: a member's name when its value begins.
    member: Vec<u8>,
    element: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// Nothing but blanks so far.
    Start,
    /// In the envelope, outside the array.
    Envelope,
    /// In the array.
    Array,
    /// Behind the array.
    Done,
    /// Behind an envelope that had no such array.
    Without,
}

impl Elements {
    /// Expects a bare array or an object with the array under `envelope`.
    pub(super) fn new(envelope: &'static str) -> Self {
        Self {
            envelope,
            place: Place::Start,
            depth: 0,
            in_text: false,
            escaped: false,
            name: Vec::new(),
            member: Vec::new(),
            element: Vec::new(),
        }
    }

    /// Reads on and hands every completed element to `each`, which ends the reading with an error of its own. An element
    /// is copied only where its bytes come in several pieces.
    pub(super) fn feed<E>(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some((&byte, behind)) = bytes.split_first() {
            match self.place {
                Place::Start => self.start(byte),
                Place::Envelope => self.in_envelope(byte),
                Place::Array => {
                    bytes = self.in_array(bytes, &mut each)?;
                    continue;
                }
                Place::Done | Place::Without => break,
            }
            bytes = behind;
        }
        Ok(())
    }

    /// Whether the array was there and is complete.
    pub(super) fn is_complete(&self) -> bool {
        self.place == Place::Done
    }

    /// Whether everything was there but the array.
    pub(super) fn is_without(&self) -> bool {
        self.place == Place::Without
    }

    fn start(&mut self, byte: u8) {
        match byte {
            b'[' => self.place = Place::Array,
            b'{' => self.place = Place::Envelope,
            _ => {}
        }
    }

    fn in_envelope(&mut self, byte: u8) {
        if self.text(byte) {
            if self.depth == 0 && self.in_text && byte != b'"' {
                self.name.push(byte);
            }
            return;
        }
        match byte {
            b'"' if self.depth == 0 => self.member = std::mem::take(&mut self.name),
            b'[' if self.depth == 0 && self.member == self.envelope.as_bytes() => self.place = Place::Array,
            b',' if self.depth == 0 => self.member.clear(),
            b'}' if self.depth == 0 => self.place = Place::Without,
            _ => self.bracket(byte),
        }
    }

    /// Reads up to the end of one element; gives what follows it.
    fn in_array<'b, E>(
        &mut self,
        bytes: &'b [u8],
        each: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<&'b [u8], E> {
        let end = self.end_of_element(bytes);
        let Some((element, [end, behind @ ..])) = end.and_then(|at| bytes.split_at_checked(at)) else {
            self.element.extend_from_slice(bytes);
            return Ok(&[]);
        };
        if *end == b']' {
            self.place = Place::Done;
        }
        if self.element.is_empty() {
            complete(element, each)?;
        } else {
            self.element.extend_from_slice(element);
            complete(&self.element, each)?;
            self.element.clear();
        }
        Ok(behind)
    }

    fn end_of_element(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            if self.in_text && !self.escaped {
                // Half of an answer is text, where only these two bytes mean anything.
                at += bytes.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            }
            if self.ends_element(*bytes.get(at)?) {
                return Some(at);
            }
            at += 1;
        }
    }

    #[inline]
    fn ends_element(&mut self, byte: u8) -> bool {
        if self.text(byte) {
            return false;
        }
        if self.depth == 0 && matches!(byte, b']' | b',') {
            return true;
        }
        self.bracket(byte);
        false
    }

    /// Brackets that do not match stay within an element, and whoever reads that finds that it is no JSON.
    #[inline]
    fn bracket(&mut self, byte: u8) {
        match byte {
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Follows texts, in which brackets mean nothing. False for bytes outside of them and for the closing quote.
    fn text(&mut self, byte: u8) -> bool {
        if !self.in_text {
            self.in_text = byte == b'"';
            return self.in_text;
        }
        if self.escaped {
            self.escaped = false;
        } else if byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.in_text = false;
            return false;
        }
        true
    }
}

fn complete<E>(element: &[u8], each: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    if element.iter().all(u8::is_ascii_whitespace) { Ok(()) } else { each(element) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(json: impl AsRef<[u8]>, step: usize) -> (Vec<String>, bool) {
        let mut elements = Elements::new("users");
        let mut found = Vec::new();
        for chunk in json.as_ref().chunks(step) {
            let _: Result<(), std::convert::Infallible> = elements.feed(chunk, |element| {
                found.push(String::from_utf8_lossy(element).trim().to_owned());
                Ok(())
            });
        }
        (found, elements.is_complete())
    }

    #[track_caller]
    fn check(json: &str, want: &[&str]) {
        for step in 1..=json.len() {
            let (found, complete) = split(json, step);
            assert_eq!(found, want, "in steps of {step}");
            assert!(complete, "in steps of {step}");
        }
    }

    #[test]
    fn a_bare_array_is_split() {
        check(r#" [ {"a": [1, 2]}, {"b": "]},\""} ] "#, &[r#"{"a": [1, 2]}"#, r#"{"b": "]},\""}"#]);
        check("[]", &[]);
    }

    #[test]
    fn an_envelope_is_opened_wherever_the_array_stands_in_it() {
        check(r#"{"users": [1, 2], "errors": [3]}"#, &["1", "2"]);
        check(r#"{"errors": [{"users": [9]}], "note": "users", "users": ["x"]}"#, &[r#""x""#]);
    }

    #[test]
    fn an_answer_that_breaks_off_is_not_complete() {
        assert_eq!(split(r#"{"users": [{"a": 1}, {"b"#, 5), (vec![r#"{"a": 1}"#.to_owned()], false));
        assert!(!split(r#"{"message": "no"}"#, 5).1);
        assert!(!split("<html>", 3).1);
        assert!(!split("[}", 1).1);
    }

    #[test]
    fn an_envelope_that_ends_without_the_array_is_told_from_one_that_breaks_off() {
        for (json, without) in
            [(r#"{"a": {"users": []}, "b": "}"} "#, true), (r#"{"a": {"b": 1}"#, false), ("[", false)]
        {
            let mut elements = Elements::new("users");
            let _: Result<(), std::convert::Infallible> = elements.feed(json.as_bytes(), |_| Ok(()));
            assert_eq!((elements.is_without(), elements.is_complete()), (without, false), "{json}");
        }
    }

    #[test]
    fn brackets_that_do_not_match_make_an_element_that_is_no_json() {
        for json in ["[}]", "[{]]", r#"{"users": [1}, }]"#] {
            let (found, _) = split(json, 1);
            let is_json = |text: &String| serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert!(found.iter().any(|element| !is_json(element)), "{json}: {found:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_split_alike_in_steps_of_any_size(
            bytes in proptest::collection::vec(
                prop_oneof![any::<u8>(), proptest::sample::select(br#"[]{},:"\users "#.to_vec())], 0..80,
            ),
            step in 1usize..9,
        ) {
            for start in ["", "[", "{\"users\":["] {
                let json = [start.as_bytes(), &bytes].concat();
                prop_assert_eq!(split(&json, step), split(&json, json.len().max(1)));
            }
        }

        #[test]
        fn every_element_comes_out_as_it_went_in(
            texts in proptest::collection::vec(".{0,12}", 0..8), step in 1usize..9,
        ) {
            let want: Vec<String> =
                texts.iter().map(|text| serde_json::json!({ "t": text, "n": [text, {}] }).to_string()).collect();
            let json = format!("{{\"users\":[{}]}}", want.join(","));
            let (found, complete) = split(&json, step);
            prop_assert!(complete);
            prop_assert_eq!(found, want);
        }
    }
}
