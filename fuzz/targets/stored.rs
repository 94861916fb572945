//! What a state file holds: a letter for the type, a digit for the version of its schema, the object in JSON, a zero, and the
//! private bytes.

use std::collections::BTreeMap;

use framework::diagnostic::Diagnostics;
use framework::service::{MoveRequest, PlanRequest, ReadRequest, Service};
use framework::value::Value;

use super::cautious::{SECRET, check_message};

/// Reads an input as a stored object of some type.
pub fn run(input: &[u8]) {
    let Some((&[kind, version], rest)) = input.split_first_chunk() else { return };
    let mut parts = rest.splitn(2, |byte| *byte == 0);
    let Some(json) = parts.next().and_then(|text| std::str::from_utf8(text).ok()) else { return };
    let private = parts.next().unwrap_or_default();
    let provider = proofpoint_provider::provider(&BTreeMap::new());
    let types: Vec<String> = provider.resource_schemas().into_keys().collect();
    let type_name = &types[usize::from(kind) % types.len()];
    let version = i64::from(version) - i64::from(b'0');

    if writes_its_secret_elsewhere(&provider, type_name, json) {
        return;
    }
    let upgraded = provider.upgrade_state(type_name, version, json);
    said(&upgraded.diagnostics);
    if upgraded.diagnostics.has_errors() {
        assert!(upgraded.value.is_null(), "{type_name}: a state beside an error");
    } else if !upgraded.value.is_null() {
        is_whole(&provider, type_name, &upgraded.value, private);
    }
    let identity = provider.upgrade_identity(type_name, version, json);
    said(&identity.diagnostics);
    let moved = provider.move_state(MoveRequest {
        source_provider: "registry.terraform.io/hashicorp/azuread".to_owned(),
        source_type: "azuread_application_password".to_owned(),
        source_version: version,
        source_json: json.to_owned(),
        source_private: private.to_vec(),
        target_type: type_name.clone(),
    });
    said(&moved.diagnostics);
    assert_eq!(
        moved.diagnostics.has_errors(),
        moved.state.is_null(),
        "{type_name}: neither moved nor refused"
    );
}

/// Whether the text that stands for a secret is also where nobody keeps one, such as in a domain: no secret any more.
fn writes_its_secret_elsewhere(provider: &impl Service, type_name: &str, json: &str) -> bool {
    let schema = provider.resource_schema(type_name).expect("a type that it has");
    let is_secret =
        |name: &str| name == "value" || schema.attribute(name).is_some_and(|attribute| attribute.sensitive);
    let stored = Value::parse_json(json).unwrap_or_default();
    let mut members = stored.as_members().into_iter().flatten();
    members.any(|(name, member)| {
        !is_secret(name) && member.to_json().is_ok_and(|text| format!("{name}{text}").contains(SECRET))
    })
}

/// A state that was read is of the present version: written and read again it is the same, and it can be planned away and
/// asked for, whatever its private bytes.
fn is_whole(provider: &impl Service, type_name: &str, state: &Value, private: &[u8]) {
    let current = provider.resource_schema(type_name).expect("a type that it has").version;
    let text = state.to_json().expect("a state has nothing unknown");
    let again = provider.upgrade_state(type_name, current, &text);
    assert!(!again.diagnostics.has_errors(), "{type_name}: {text}: {:?}", again.diagnostics);
    assert_eq!(again.value, *state, "{type_name}");

    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let plan = || PlanRequest {
        type_name: type_name.to_owned(),
        prior: state.clone(),
        proposed: Value::Null,
        config: Value::Null,
        prior_private: private.to_vec(),
        prior_identity: None,
    };
    let (planned, twice) =
        runtime.block_on(async { (provider.plan(plan()).await, provider.plan(plan()).await) });
    said(&planned.diagnostics);
    assert_eq!(planned.planned_private, twice.planned_private, "{type_name}: planned in two ways");
    assert!(
        planned.diagnostics.has_errors() || planned.planned.is_null(),
        "{type_name}: {:?}",
        planned.planned
    );
    let read = runtime.block_on(provider.read(ReadRequest {
        type_name: type_name.to_owned(),
        current: state.clone(),
        private: private.to_vec(),
        identity: None,
    }));
    said(&read.diagnostics);
    assert!(read.diagnostics.has_errors(), "{type_name}: read without a configuration");
    assert_eq!(read.state, *state, "{type_name}: a state that could not be read is not kept");
}

fn said(diagnostics: &Diagnostics) {
    for one in diagnostics {
        check_message(&one.summary, true);
        check_message(&one.detail, false);
        assert!(!one.summary.contains("failed unexpectedly"), "{}", one.detail);
    }
}
