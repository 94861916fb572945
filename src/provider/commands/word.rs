//! A word of a command line: an option with its value, `--name value` or `--name=value`, or something else.

use std::slice::Iter;

/// One word.
pub(super) struct Word<'a> {
    /// All of it.
    pub(super) whole: &'a str,
    /// What stands before a value that is attached.
    pub(super) name: &'a str,
    attached: Option<&'a str>,
}

impl<'a> Word<'a> {
    pub(super) fn read(whole: &'a str) -> Self {
        match whole.split_once('=') {
            Some((name, value)) => Self { whole, name, attached: Some(value) },
            None => Self { whole, name: whole, attached: None },
        }
    }

    /// Whether no value is attached.
    pub(super) fn is_bare(&self) -> bool {
        self.attached.is_none()
    }

    /// Its value: what is attached, else the next word. The error says what is missing.
    pub(super) fn value(&self, rest: &mut Iter<'a, String>) -> Result<String, String> {
        let value = self.attached.or_else(|| rest.next().map(String::as_str));
        value.map(str::to_owned).ok_or_else(|| format!("`{}` needs a value.", self.name))
    }
}
