//! Values in msgpack. The bytes say little about types, so both directions are led by the type that the schema gives.

use std::collections::BTreeMap;

use rmpv::{Utf8StringRef, Value as Packed, ValueRef};

use crate::ordered;
use crate::path::Path;
use crate::value::{Number, Type, Value};

/// How deep values may nest; core's own values stay far below, and the stack holds this many levels.
const DEEPEST: usize = 200;

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
    read(&packed, ty, &Path::root())
}

/// Writes a value of a type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, MsgpackError> {
    let packed = pack(value, ty, &Path::root())?;
    let mut bytes = Vec::new();
    match rmpv::encode::write_value(&mut bytes, &packed) {
        Ok(()) => Ok(bytes),
        Err(error) => wrong(&Path::root(), error.to_string()),
    }
}

fn read(packed: &ValueRef<'_>, ty: &Type, path: &Path) -> Result<Value, MsgpackError> {
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
            let elements = parts.iter().enumerate();
            let elements = elements.map(|(index, part)| read(part, element, &path.clone().index(index)));
            Ok(Value::List(elements.collect::<Result<_, _>>()?))
        }
        (Type::Set(element), ValueRef::Array(parts)) => {
            let elements = parts.iter().map(|part| read(part, element, path));
            Ok(Value::set(elements.collect::<Result<Vec<_>, _>>()?))
        }
        (Type::Tuple(types), ValueRef::Array(parts)) => {
            if types.len() != parts.len() {
                return wrong(
                    path,
                    format!("a tuple of {} is required ({} given)", types.len(), parts.len()),
                );
            }
            let elements = parts.iter().zip(types).enumerate();
            let elements = elements.map(|(index, (part, ty))| read(part, ty, &path.clone().index(index)));
            Ok(Value::List(elements.collect::<Result<_, _>>()?))
        }
        (Type::Map(element), ValueRef::Map(entries)) => {
            let members = members(entries, path)?.into_iter();
            let members = members.map(|(key, part)| {
                let value = read(part, element, &path.clone().key(key))?;
                Ok((key.to_owned(), value))
            });
            Ok(Value::Map(ordered::try_map(members)?))
        }
        (Type::Object { attributes, .. }, ValueRef::Map(entries)) => {
            let members = members(entries, path)?;
            if let Some(name) = members.keys().find(|name| !attributes.contains_key(**name)) {
                return wrong(path, format!("unsupported attribute `{name}`"));
            }
            let members = attributes.iter().map(|(name, ty)| {
                let path = path.clone().join(Path::attribute(name.clone()));
                match members.get(name.as_str()) {
                    Some(part) => Ok((name.clone(), read(part, ty, &path)?)),
                    None => wrong(&path, "the attribute is missing"),
                }
            });
            Ok(Value::Map(ordered::try_map(members)?))
        }
        (ty, _) => wrong(path, format!("{} is required", name(ty))),
    }
}

fn utf8<'a>(text: &Utf8StringRef<'a>, path: &Path) -> Result<&'a str, MsgpackError> {
    text.into_str().map_or_else(|| wrong(path, "the text is not UTF-8"), Ok)
}

/// The entries of a map in order of their keys.
fn members<'a, 'b>(
    entries: &'b [(ValueRef<'a>, ValueRef<'a>)],
    path: &Path,
) -> Result<BTreeMap<&'a str, &'b ValueRef<'a>>, MsgpackError> {
    let entries = entries.iter().map(|(key, value)| match key {
        ValueRef::String(key) => Ok((utf8(key, path)?, value)),
        _ => wrong(path, "a key is not a string"),
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

fn pack(value: &Value, ty: &Type, path: &Path) -> Result<Packed, MsgpackError> {
    Ok(match (ty, value) {
        (_, Value::Null) => Packed::Nil,
        // The one form that every core reads: extension 0 with one byte.
        (_, Value::Unknown) => Packed::Ext(0, vec![0]),
        (Type::Dynamic, Value::Dynamic(own, inner)) => {
            Packed::Array(vec![Packed::Binary(own.to_json().into_bytes()), pack(inner, own, path)?])
        }
        (Type::String, Value::String(text)) => Packed::from(text.as_str()),
        (Type::Bool, Value::Bool(flag)) => Packed::Boolean(*flag),
        (Type::Number, Value::Number(number)) => pack_number(number),
        (Type::List(element), Value::List(elements)) => {
            let elements = elements.iter().enumerate();
            let elements = elements.map(|(index, value)| pack(value, element, &path.clone().index(index)));
            Packed::Array(elements.collect::<Result<_, _>>()?)
        }
        (Type::Set(element), Value::Set(elements)) => {
            let elements = elements.iter().map(|value| pack(value, element, path));
            Packed::Array(elements.collect::<Result<_, _>>()?)
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            let elements = elements.iter().zip(types).enumerate();
            let elements = elements.map(|(index, (value, ty))| pack(value, ty, &path.clone().index(index)));
            Packed::Array(elements.collect::<Result<_, _>>()?)
        }
        (Type::Map(element), Value::Map(members)) => {
            let members = members.iter().map(|(key, value)| {
                let value = pack(value, element, &path.clone().key(key.clone()))?;
                Ok((Packed::from(key.as_str()), value))
            });
            Packed::Map(members.collect::<Result<_, _>>()?)
        }
        (Type::Object { attributes, .. }, Value::Map(members)) => {
            if let Some(name) = members.keys().find(|name| !attributes.contains_key(*name)) {
                return wrong(path, format!("unsupported attribute `{name}`"));
            }
            let members = attributes.iter().map(|(name, ty)| {
                let path = path.clone().join(Path::attribute(name.clone()));
                match members.get(name) {
                    Some(value) => Ok((Packed::from(name.as_str()), pack(value, ty, &path)?)),
                    None => wrong(&path, "the attribute is missing"),
                }
            });
            Packed::Map(members.collect::<Result<_, _>>()?)
        }
        (ty, _) => return wrong(path, format!("{} is required", name(ty))),
    })
}

/// As core writes numbers: an integer of 64 bits, else a float that is exact and no integer, else decimal text.
fn pack_number(number: &Number) -> Packed {
    if let Some(number) = number.as_i64() {
        return Packed::from(number);
    }
    let float = number.to_f64();
    if !number.is_integer() && Number::from_f64(float).as_ref() == Ok(number) {
        return Packed::F64(float);
    }
    Packed::from(number.to_string())
}

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
