//! Values in msgpack. The bytes say little about types, so both directions are led by the type that the schema gives.

use std::collections::BTreeMap;

use rmp::encode::{self, ByteBuf};
use rmpv::{Utf8StringRef, ValueRef};

use crate::ordered;
use crate::path::{Path, Step};
use crate::value::{ByName, DEEPEST, Name, Number, Type, Value, is_same};

/// A value that does not fit its type, on either way. Never contains the value itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{}{message}", if .path.is_root() { "" } else { ": " })]
pub struct MsgpackError {
    /// Where, from the root of the value.
    pub path: Path,
    /// What is wrong.
    pub message: String,
}

fn wrong<T>(path: &Path, message: impl Into<String>) -> Result<T, MsgpackError> {
    Err(MsgpackError { path: path.clone(), message: message.into() })
}

/// Reads a value of a type. Every extension means unknown, whatever it says beyond that (refinements).
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, MsgpackError> {
    let mut rest = bytes;
    let packed = match rmpv::decode::read_value_ref_with_max_depth(&mut rest, DEEPEST) {
        Ok(packed) => packed,
        Err(error) => return wrong(&Path::root(), format!("not msgpack: {error}")),
    };
    if !rest.is_empty() {
        return wrong(&Path::root(), "bytes after the end of the value");
    }
    read(&packed, ty, &mut Path::root())
}

/// Writes a value of a type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, MsgpackError> {
    let mut bytes = ByteBuf::new();
    write(&mut bytes, value, ty, &mut Path::root())?;
    Ok(bytes.into_vec())
}

fn read(packed: &ValueRef<'_>, ty: &Type, path: &mut Path) -> Result<Value, MsgpackError> {
    match (ty, packed) {
        (_, ValueRef::Nil) => Ok(Value::Null),
        (_, ValueRef::Ext(..)) => Ok(Value::Unknown),
        (Type::Dynamic, ValueRef::Array(parts)) => {
            let [ValueRef::Binary(own), inner] = parts.as_slice() else {
                return wrong(path, "a dynamic value is a type and a value");
            };
            let own = std::str::from_utf8(own).ok().and_then(|text| Type::from_json(text).ok());
            let Some(own) = own else { return wrong(path, "a dynamic value of no readable type") };
            let inner = read(inner, &own, path)?;
            Ok(Value::Dynamic(own, Box::new(inner)))
        }
        (Type::String, ValueRef::String(text)) => Ok(Value::string(utf8(text, path)?)),
        (Type::Bool, ValueRef::Boolean(flag)) => Ok(Value::Bool(*flag)),
        (Type::Number, packed) => read_number(packed, path).map(Value::Number),
        (Type::List(element), ValueRef::Array(parts)) => {
            let parts = parts.iter().map(|part| (part, &**element));
            read_elements(parts, path).map(Value::List)
        }
        (Type::Set(element), ValueRef::Array(parts)) => {
            let elements = parts.iter().map(|part| read(part, element, path));
            Ok(Value::set(elements.collect::<Result<Vec<_>, _>>()?))
        }
        (Type::Tuple(types), ValueRef::Array(parts)) => {
            if types.len() != parts.len() {
                let (required, given) = (types.len(), parts.len());
                return wrong(path, format!("a tuple of {required} is required ({given} given)"));
            }
            read_elements(parts.iter().zip(types), path).map(Value::List)
        }
        (Type::Map(element), ValueRef::Map(entries)) => {
            let mut members = Vec::with_capacity(entries.len());
            for (key, part) in entries {
                let key = key_of(key, path)?;
                let value = path.within(Step::Key(key.to_owned()), |path| read(part, element, path))?;
                members.push((Name::from(key.to_owned()), value));
            }
            Ok(Value::of_members(members))
        }
        (Type::Object { attributes, .. }, ValueRef::Map(entries)) => {
            let mut members = Vec::with_capacity(attributes.len());
            let mut read_member = |name: &Name, ty, part: Option<&ValueRef<'_>>, path: &mut Path| {
                let value = path.within(Step::Attribute(name.clone()), |path| match part {
                    Some(part) => read(part, ty, path),
                    None => wrong(path, "the attribute is missing"),
                })?;
                members.push((name.clone(), value));
                Ok(())
            };
            if in_order(attributes, entries) {
                for ((name, ty), (_, part)) in attributes.iter().zip(entries) {
                    read_member(name, ty, Some(part), path)?;
                }
            } else {
                let parts = by_name(entries, attributes, path)?;
                for (name, ty) in attributes {
                    read_member(name, ty, parts.get(name.as_ref()).copied(), path)?;
                }
            }
            Ok(Value::of_members(members))
        }
        (ty, _) => wrong(path, format!("{} is required", name(ty))),
    }
}

fn read_elements<'a, 'b: 'a>(
    parts: impl Iterator<Item = (&'a ValueRef<'b>, &'a Type)>,
    path: &mut Path,
) -> Result<Vec<Value>, MsgpackError> {
    let elements = parts.enumerate();
    elements.map(|(index, (part, ty))| path.within(Step::Index(index), |path| read(part, ty, path))).collect()
}

fn utf8<'a>(text: &Utf8StringRef<'a>, path: &Path) -> Result<&'a str, MsgpackError> {
    text.into_str().map_or_else(|| wrong(path, "the text is not UTF-8"), Ok)
}

fn key_of<'a>(key: &ValueRef<'a>, path: &Path) -> Result<&'a str, MsgpackError> {
    match key {
        ValueRef::String(key) => utf8(key, path),
        _ => wrong(path, "a key is not a string"),
    }
}

/// Whether the members of an object come as cores write them: all of them, in order of their names.
fn in_order(attributes: &ByName<Type>, entries: &[(ValueRef<'_>, ValueRef<'_>)]) -> bool {
    let named = |(name, (key, _)): (&Name, &(ValueRef<'_>, _))| match key {
        ValueRef::String(key) => key.as_str() == Some(name),
        _ => false,
    };
    attributes.len() == entries.len() && attributes.keys().zip(entries).all(named)
}

/// The members of an object that may come in any order.
fn by_name<'a, 'b>(
    entries: &'b [(ValueRef<'a>, ValueRef<'a>)],
    attributes: &ByName<Type>,
    path: &Path,
) -> Result<BTreeMap<&'a str, &'b ValueRef<'a>>, MsgpackError> {
    let entries = entries.iter().map(|(key, value)| match key_of(key, path)? {
        key if attributes.contains_key(key) => Ok((key, value)),
        key => wrong(path, format!("unsupported attribute `{key}`")),
    });
    ordered::try_map(entries)
}

/// Every integer width, floats and decimal text: core writes whichever holds the number exactly.
fn read_number(packed: &ValueRef<'_>, path: &Path) -> Result<Number, MsgpackError> {
    let number = match packed {
        ValueRef::Integer(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Some(Number::from(number)),
            (None, number) => number.map(Number::from),
        },
        ValueRef::F32(number) => Number::from_f64(f64::from(*number)).ok(),
        ValueRef::F64(number) => Number::from_f64(*number).ok(),
        ValueRef::String(text) => utf8(text, path)?.parse().ok(),
        _ => None,
    };
    number.map_or_else(|| wrong(path, "a finite number is required"), Ok)
}

fn write(into: &mut ByteBuf, value: &Value, ty: &Type, path: &mut Path) -> Result<(), MsgpackError> {
    match (ty, value) {
        (_, Value::Null) => never(encode::write_nil(into)),
        // The one form that every core reads: extension 0 with one byte.
        (_, Value::Unknown) => into.as_mut_vec().extend([0xd4, 0, 0]),
        (Type::Dynamic, Value::Dynamic(own, inner)) => {
            never(encode::write_array_len(into, 2));
            never(encode::write_bin(into, own.to_json().as_bytes()));
            write(into, inner, own, path)?;
        }
        (Type::String, Value::String(text)) => never(encode::write_str(into, text)),
        (Type::Bool, Value::Bool(flag)) => never(encode::write_bool(into, *flag)),
        (Type::Number, Value::Number(number)) => write_number(into, number),
        (Type::List(element), Value::List(elements)) => {
            write_elements(into, elements, std::iter::repeat(&**element), path)?;
        }
        (Type::Set(element), Value::Set(elements)) => {
            never(encode::write_array_len(into, length(elements.len(), path)?));
            for value in elements {
                write(into, value, element, path)?;
            }
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            write_elements(into, elements, types, path)?;
        }
        (Type::Map(element), Value::Map(members)) => {
            never(encode::write_map_len(into, length(members.len(), path)?));
            for (key, value) in members {
                never(encode::write_str(into, key));
                path.within(Step::Key(key.to_string()), |path| write(into, value, element, path))?;
            }
        }
        (Type::Object { attributes, .. }, Value::Map(members)) => {
            if !members.has_names_of(attributes)
                && let Some(name) = members.keys().find(|name| !attributes.contains_key(name))
            {
                return wrong(path, format!("unsupported attribute `{name}`"));
            }
            never(encode::write_map_len(into, length(attributes.len(), path)?));
            // Both are in order of their names, and nothing is in the one that is not in the other, but for what is missing.
            let mut members = members.iter().peekable();
            for (name, ty) in attributes {
                never(encode::write_str(into, name));
                let member = members.next_if(|(own, _)| is_same(own, name));
                path.within(Step::Attribute(name.clone()), |path| match member {
                    Some((_, value)) => write(into, value, ty, path),
                    None => wrong(path, "the attribute is missing"),
                })?;
            }
        }
        (ty, _) => return wrong(path, format!("{} is required", name(ty))),
    }
    Ok(())
}

fn write_elements<'a>(
    into: &mut ByteBuf,
    elements: &[Value],
    types: impl IntoIterator<Item = &'a Type>,
    path: &mut Path,
) -> Result<(), MsgpackError> {
    never(encode::write_array_len(into, length(elements.len(), path)?));
    for (index, (value, ty)) in elements.iter().zip(types).enumerate() {
        path.within(Step::Index(index), |path| write(into, value, ty, path))?;
    }
    Ok(())
}

fn length(length: usize, path: &Path) -> Result<u32, MsgpackError> {
    u32::try_from(length).or_else(|_| wrong(path, "more elements than msgpack can hold"))
}

/// As core writes numbers: an integer of 64 bits, else a float that is exact and no integer, else decimal text.
fn write_number(into: &mut ByteBuf, number: &Number) {
    let float = number.to_f64();
    if let Some(number) = number.as_i64() {
        never(encode::write_sint(into, number));
    } else if !number.is_integer() && Number::from_f64(float).as_ref() == Ok(number) {
        never(encode::write_f64(into, float));
    } else {
        never(encode::write_str(into, &number.to_string()));
    }
}

/// Writing to memory does not fail.
fn never<T, E>(_written: Result<T, E>) {}

fn name(ty: &Type) -> &'static str {
    match ty {
        Type::String => "a string",
        Type::Number => "a number",
        Type::Bool => "a bool",
        Type::Dynamic => "a value with its type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple",
        Type::Object { .. } => "an object",
    }
}

#[cfg(test)]
mod tests;
