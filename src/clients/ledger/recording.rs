//! What the deserializers touch while the tests run: the other side of the ledger. In builds for tests only.
//!
//! A document is read through [`Recorder`], which lets everything pass and takes note of each member whose value is taken, and of
//! each that a struct declares. What is noted is written to the file that the tests name, each line once: the name of a line of the
//! ledger, or a question mark and what has none.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::de::value::StringDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::Value;

use super::{Reading, Way, entry_at};

/// The variable that names the file.
pub(crate) const VARIABLE: &str = "TEST_LEDGER";

struct Notebook {
    file: PathBuf,
    lines: Mutex<BTreeSet<String>>,
}

static NOTEBOOK: OnceLock<Notebook> = OnceLock::new();

/// Begins to take note, for as long as the process lives.
pub(crate) fn begin(file: &Path) {
    NOTEBOOK.get_or_init(|| Notebook { file: file.to_owned(), lines: Mutex::default() });
}

impl Notebook {
    fn note(&self, line: String) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.contains(&line) {
            return;
        }
        let file = OpenOptions::new().create(true).append(true).open(&self.file);
        // A test that finds its file empty says so.
        let _ = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
        lines.insert(line);
    }
}

/// Takes note of a request, and of the members that it sends.
pub(crate) fn asked(method: &str, path: &str, body: &Value) {
    let Some(notebook) = NOTEBOOK.get() else { return };
    let Some(entry) = entry_at(method, path) else { return notebook.note(format!("? {method} {path}")) };
    notebook.note(entry.id.to_owned());
    let mut paths = BTreeSet::new();
    members(body, ".", &mut paths);
    for path in paths {
        notebook.note(match entry.line(Way::Sent, &path) {
            Some(line) => entry.name_of(Way::Sent, &line.path),
            None => format!("? {}", entry.name_of(Way::Sent, &path)),
        });
    }
}

/// The paths of all members of a document that have a value of their own.
fn members(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(inner) => {
            if path != "." && !path.ends_with("[]") {
                found.insert(path.to_owned());
            }
            inner.iter().for_each(|(name, value)| members(value, &below(path, name), found));
        }
        Value::Array(items) => {
            found.insert(path.to_owned());
            let objects = items.iter().filter(|item| item.is_object() || item.is_array());
            objects.for_each(|item| members(item, &element(path), found));
        }
        Value::Null if path == "." => {}
        _ => drop(found.insert(path.to_owned())),
    }
}

/// Takes note of a member that is read by hand.
pub(crate) fn read(reading: &Reading, path: &str) {
    let Some(notebook) = NOTEBOOK.get() else { return };
    if path == "." || path.ends_with("[]") {
        return;
    }
    let Some(entry) = reading.entry() else { return notebook.note(format!("? {reading:?}")) };
    notebook.note(match entry.line(Way::Read, path) {
        Some(line) => entry.name_of(Way::Read, &line.path),
        None => format!("? {}", entry.name_of(Way::Read, path)),
    });
}

/// Reads a document, and takes note of what is read of it.
pub(crate) fn reading<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    reading: &Reading,
    deserializer: D,
) -> Result<T, D::Error> {
    if NOTEBOOK.get().is_none() {
        return T::deserialize(deserializer);
    }
    let seen = RefCell::new(BTreeSet::new());
    let value = T::deserialize(Recorder { inner: deserializer, path: reading.path("."), seen: &seen });
    seen.into_inner().iter().for_each(|path| read(reading, path));
    value
}

/// Passes everything on to what is around, and takes note of the paths that pass.
struct Recorder<'s, T> {
    inner: T,
    path: String,
    seen: &'s RefCell<BTreeSet<String>>,
}

impl<'s, T> Recorder<'s, T> {
    fn around<U>(&self, inner: U, path: String) -> Recorder<'s, U> {
        Recorder { inner, path, seen: self.seen }
    }

    fn note(&self) {
        self.seen.borrow_mut().insert(self.path.clone());
    }
}

/// Whether what comes is kept as it is, whatever it is: then nothing is known of what is in it.
fn keeps_all<V>() -> bool {
    let name = std::any::type_name::<V>();
    ["ValueVisitor", "ContentVisitor", "serde_json::map"].iter().any(|part| name.contains(part))
}

/// Whether the members of what is read are called whatever they are.
fn is_map<V>() -> bool {
    std::any::type_name::<V>().contains("MapVisitor")
}

fn below(path: &str, name: &str) -> String {
    if path == "." { name.to_owned() } else { format!("{path}.{name}") }
}

fn element(path: &str) -> String {
    if path == "." { "[]".to_owned() } else { format!("{path}[]") }
}

macro_rules! pass {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.note();
            if keeps_all::<V>() {
                return self.inner.$name(visitor);
            }
            let (path, seen) = (self.path, self.seen);
            self.inner.$name(Recorder { inner: visitor, path, seen })
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Recorder<'_, D> {
    type Error = D::Error;

    pass! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option
        deserialize_unit deserialize_seq deserialize_map deserialize_identifier
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.note();
        self.inner.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.note();
        if keeps_all::<V>() || name.starts_with("$serde_json") {
            return self.inner.deserialize_newtype_struct(name, visitor);
        }
        let (path, seen) = (self.path, self.seen);
        self.inner.deserialize_newtype_struct(name, Recorder { inner: visitor, path, seen })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.note();
        let (path, seen) = (self.path, self.seen);
        self.inner.deserialize_tuple(len, Recorder { inner: visitor, path, seen })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.note();
        let (path, seen) = (self.path, self.seen);
        self.inner.deserialize_tuple_struct(name, len, Recorder { inner: visitor, path, seen })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.note();
        let declared = fields.iter().map(|field| below(&self.path, field));
        self.seen.borrow_mut().extend(declared);
        let (path, seen) = (self.path, self.seen);
        self.inner.deserialize_struct(name, fields, Recorder { inner: visitor, path, seen })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.note();
        self.inner.deserialize_enum(name, variants, visitor)
    }

    /// What is passed over is not read.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visit {
    ($($name:ident: $of:ty),*) => {
        $(fn $name<E: serde::de::Error>(self, value: $of) -> Result<V::Value, E> {
            self.inner.$name(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Recorder<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit! {
        visit_bool: bool, visit_i8: i8, visit_i16: i16, visit_i32: i32, visit_i64: i64, visit_i128: i128, visit_u8: u8,
        visit_u16: u16, visit_u32: u32, visit_u64: u64, visit_u128: u128, visit_f32: f32, visit_f64: f64, visit_char: char,
        visit_str: &str, visit_borrowed_str: &'de str, visit_string: String, visit_bytes: &[u8],
        visit_borrowed_bytes: &'de [u8], visit_byte_buf: Vec<u8>
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let around = Recorder { inner: deserializer, path: self.path, seen: self.seen };
        self.inner.visit_some(around)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let around = Recorder { inner: deserializer, path: self.path, seen: self.seen };
        self.inner.visit_newtype_struct(around)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        let around = Recorder { inner: elements, path: element(&self.path), seen: self.seen };
        self.inner.visit_seq(around)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        let name = is_map::<V>().then(|| "*".to_owned());
        let around = Recorder { inner: members, path: self.path, seen: self.seen };
        self.inner.visit_map(Members { around, fixed: name, name: String::new() })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(data)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Recorder<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let seed = self.around(seed, self.path.clone());
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Recorder<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Recorder { inner: deserializer, path: self.path, seen: self.seen })
    }
}

/// The members of an object, each by its name.
struct Members<'s, A> {
    around: Recorder<'s, A>,
    /// The name that all go by.
    fixed: Option<String>,
    name: String,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some(name) = self.around.inner.next_key::<String>()? else { return Ok(None) };
        self.name.clone_from(self.fixed.as_ref().unwrap_or(&name));
        let key: StringDeserializer<A::Error> = name.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let path = below(&self.around.path, &self.name);
        let seed = self.around.around(seed, path);
        self.around.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.around.inner.size_hint()
    }
}
