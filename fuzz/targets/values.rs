//! Values in msgpack and in JSON: a type in JSON, a zero, and the value. What can be read can be written, and is then read as
//! the same.

use framework::protocol::msgpack;
use framework::value::{Type, Value};

/// Reads an input as a type and a value of it.
pub fn run(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == 0).unwrap_or(0);
    let (head, rest) = input.split_at(end);
    let Some(ty) = std::str::from_utf8(head).ok().and_then(|text| Type::from_json(text).ok()) else {
        return;
    };
    let again = Type::from_json(&ty.to_json());
    assert_eq!(again.as_ref(), Ok(&ty), "a type is not read as it was written");
    let bytes = rest.get(1..).unwrap_or_default();
    match msgpack::decode(bytes, &ty) {
        Ok(value) => survives(&value, &ty),
        Err(error) => drop(error.to_string()),
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Value::from_json(text, &ty) {
        Ok(value) => {
            let written = value.to_json().expect("what came from JSON has nothing unknown in it");
            assert_eq!(Value::from_json(&written, &ty).as_ref(), Ok(&value), "{written} as {ty:?}");
            survives(&value, &ty);
        }
        Err(error) => drop(error.to_string()),
    }
}

/// A value goes through msgpack unchanged, and, where it is known, through JSON.
fn survives(value: &Value, ty: &Type) {
    let bytes = msgpack::encode(value, ty).unwrap_or_else(|error| panic!("{value:?} of {ty:?}: {error}"));
    let read = msgpack::decode(&bytes, ty);
    assert_eq!(read.as_ref(), Ok(value), "{ty:?}");
    assert_eq!(msgpack::encode(value, ty).as_ref(), Ok(&bytes), "written in two ways");
    if value.is_wholly_known() {
        let text = value.to_json().expect("a known value");
        let read = Value::from_json(&text, ty);
        assert_eq!(read.as_ref(), Ok(value), "{text} as {ty:?}");
    }
}
