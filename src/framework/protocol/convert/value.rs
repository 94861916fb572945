//! Values, identities and stored state.

use crate::protocol::msgpack::{self, MsgpackError};
use crate::protocol::wire::tfplugin6 as wire;
use crate::value::{JsonError, Type, Value};

/// A value on the wire that does not fit its type, or one of ours that does not. Never contains the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ValueError {
    /// In msgpack, or on the way to it.
    #[error(transparent)]
    Msgpack(#[from] MsgpackError),
    /// In JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Not text, where JSON is expected.
    #[error("the JSON is not UTF-8")]
    Utf8,
    /// State of Terraform 0.11 or older.
    #[error("the state was written by Terraform 0.11 or older, before this provider existed")]
    Flatmap,
}

/// A value of a type. An absent or empty message is null.
pub(crate) fn value_of_dynamic(message: Option<&wire::DynamicValue>, ty: &Type) -> Result<Value, ValueError> {
    match message {
        Some(message) if !message.msgpack.is_empty() => Ok(msgpack::decode(&message.msgpack, ty)?),
        Some(message) if !message.json.is_empty() => Ok(Value::from_json(utf8(&message.json)?, ty)?),
        _ => Ok(Value::Null),
    }
}

/// A value as msgpack, the form that can hold unknown values.
pub(crate) fn dynamic_value(value: &Value, ty: &Type) -> Result<wire::DynamicValue, ValueError> {
    Ok(wire::DynamicValue { msgpack: msgpack::encode(value, ty)?, json: Vec::new() })
}

/// An identity of a type. An absent one and one that is null as a whole are none.
pub(crate) fn value_of_identity(
    message: Option<&wire::ResourceIdentityData>,
    ty: &Type,
) -> Result<Option<Value>, ValueError> {
    let value = value_of_dynamic(message.and_then(|message| message.identity_data.as_ref()), ty)?;
    Ok(Some(value).filter(|value| *value != Value::Null))
}

/// An identity.
pub(crate) fn identity_value(value: &Value, ty: &Type) -> Result<wire::ResourceIdentityData, ValueError> {
    Ok(wire::ResourceIdentityData { identity_data: Some(dynamic_value(value, ty)?) })
}

/// The JSON of a stored object; empty when nothing was stored.
pub(crate) fn raw_json(state: Option<&wire::RawState>) -> Result<&str, ValueError> {
    match state {
        Some(state) if state.json.is_empty() && !state.flatmap.is_empty() => Err(ValueError::Flatmap),
        Some(state) => utf8(&state.json),
        None => Ok(""),
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, ValueError> {
    std::str::from_utf8(bytes).map_err(|_| ValueError::Utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_null() {
        assert_eq!(value_of_dynamic(None, &Type::String).unwrap(), Value::Null);
        let empty = wire::DynamicValue::default();
        assert_eq!(value_of_dynamic(Some(&empty), &Type::String).unwrap(), Value::Null);
        let identity = wire::ResourceIdentityData { identity_data: Some(empty) };
        assert_eq!(value_of_identity(Some(&identity), &Type::String).unwrap(), None);
    }

    #[test]
    fn json_is_read_where_there_is_no_msgpack() {
        let json =
            wire::DynamicValue { json: br#"{"a":12345678901234567890123}"#.to_vec(), ..Default::default() };
        let ty = Type::object([("a".to_owned(), Type::Number)]);
        let number = Value::Number("12345678901234567890123".parse().unwrap());
        assert_eq!(value_of_dynamic(Some(&json), &ty).unwrap(), Value::object([("a", number)]));
    }

    #[test]
    fn the_state_form_of_the_past_is_refused() {
        let flatmap = [("id".to_owned(), "1".to_owned())].into_iter().collect();
        assert_eq!(raw_json(Some(&wire::RawState { json: Vec::new(), flatmap })), Err(ValueError::Flatmap));
        assert_eq!(raw_json(Some(&wire::RawState { json: b"{}".to_vec(), ..Default::default() })), Ok("{}"));
        assert_eq!(raw_json(None), Ok(""));
    }
}
