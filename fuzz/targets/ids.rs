//! Ids and paths, as they are imported, given to functions and written into configurations.

use std::collections::BTreeMap;

use clients::auth::TenantId;
use framework::diagnostic::Diagnostics;
use framework::service::{ImportTarget, Service};
use framework::value::Value;
use proofpoint_provider::provider_block::ObjectPath;

use super::cautious::check_message;

/// Reads an input as each kind of id.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for collection in ["applications", "servicePrincipals", "orgs"] {
        if let Ok(path) = ObjectPath::parse(text, collection) {
            let written = path.to_string();
            assert!(written.eq_ignore_ascii_case(text), "{text:?} became {written}");
            assert_eq!(ObjectPath::parse(&written, collection), Ok(path), "{written}");
        }
    }
    if let Ok(tenant) = TenantId::parse(text) {
        assert_eq!(TenantId::parse(tenant.as_str()), Ok(tenant.clone()), "{tenant}");
    }
    let provider = proofpoint_provider::provider(&BTreeMap::new());
    for (name, signature) in provider.functions() {
        // Each argument but the last from a small set, so that the last gets a chance.
        let arguments = signature.parameters.iter().map(|_| Value::string(text)).collect();
        called(&provider, &name, arguments);
    }
    called(&provider, "permission_id", vec![Value::string(text), Value::string("application")]);
    for type_name in provider.resource_schemas().into_keys() {
        let imported = provider.import(&type_name, ImportTarget::Id(text.to_owned()));
        said(&imported.diagnostics);
        if !imported.diagnostics.has_errors() {
            assert!(!imported.state.is_null(), "{type_name}: {text:?} was imported as nothing");
            let path = imported.state.member("id").as_str().map(str::to_owned);
            if let Some(path) = path {
                let again = provider.import(&type_name, ImportTarget::Id(path.clone()));
                assert!(!again.diagnostics.has_errors(), "{type_name}: {path} came from {text:?}");
                assert_eq!(again.state, imported.state, "{type_name}: {path} came from {text:?}");
            }
        }
    }
}

fn called(provider: &impl Service, name: &str, arguments: Vec<Value>) {
    let text = arguments.first().and_then(Value::as_str).unwrap_or_default().to_owned();
    match provider.call_function(name, arguments) {
        Ok(Value::Map(parts)) if name == "parse_id" => {
            let part = |name: &str| parts.get(name).and_then(Value::as_str);
            let mut whole = part("tenant_id").map(|id| format!("/tenants/{id}")).unwrap_or_default();
            for part in [part("collection"), part("id"), part("part")].into_iter().flatten() {
                whole.extend(["/", part]);
            }
            assert!(whole.eq_ignore_ascii_case(&text), "{text:?} became {whole}");
        }
        Ok(_) => {}
        Err(error) => drop(error.text),
    }
}

fn said(diagnostics: &Diagnostics) {
    for one in diagnostics {
        check_message(&one.summary, false);
        check_message(&one.detail, false);
    }
}
