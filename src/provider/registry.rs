//! Everything the provider offers, one line each.

use std::collections::BTreeMap;

use crate::PROGRAM;
use crate::actions::{AzureSyncRunAction, AzureWaitForSync};
use crate::data_sources::{
    AccountSource, AzureApplicationSource, AzureFleetHealthSource, AzureSyncHealthSource,
    AzureSyncPreviewSource, AzureSyncSource, AzureTenantSource, DomainsSource, OrganizationSource,
    OrganizationsSource, UsersSource,
};
use crate::functions::{ConsoleUrl, ParseId, PermissionId, ReportMarkdown};
use crate::lists::{AzureApplicationList, AzureSyncList, OrganizationList};
use crate::provider_block::{ProviderModel, Session, configure, validate};
use crate::resources::azure_admin_consent::AzureAdminConsent;
use crate::resources::azure_application::AzureApplication;
use crate::resources::azure_client_secret::AzureClientSecret;
use crate::resources::azure_sync::AzureSync;
use crate::resources::azure_sync_run::AzureSyncRun;
use crate::resources::domain::DomainResource;
use crate::resources::domain_verification::DomainVerification;
use crate::resources::organization::OrganizationResource;
use clients::env::EnvMap;
use framework::provider::Provider;

/// The provider, for a process with these environment variables. Opens nothing.
pub fn provider(variables: &BTreeMap<String, String>) -> Provider<Session> {
    let env: EnvMap = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let configured = move |model: ProviderModel, _version: &str| {
        configure(&model, &env).map(|configuration| Session::new(configuration, &env))
    };
    Provider::new(PROGRAM.name, configured)
        .takes_unknowns()
        .validate(validate)
        .resource(AzureApplication)
        .resource(AzureAdminConsent)
        .resource(AzureClientSecret)
        .resource(AzureSync)
        .resource(AzureSyncRun)
        .resource(DomainResource)
        .resource(DomainVerification)
        .resource(OrganizationResource)
        .data_source(AccountSource)
        .data_source(AzureApplicationSource)
        .data_source(AzureFleetHealthSource)
        .data_source(AzureSyncSource)
        .data_source(AzureSyncHealthSource)
        .data_source(AzureSyncPreviewSource)
        .data_source(AzureTenantSource)
        .data_source(DomainsSource)
        .data_source(OrganizationSource)
        .data_source(OrganizationsSource)
        .data_source(UsersSource)
        .list_resource(AzureApplicationList)
        .list_resource(AzureSyncList)
        .list_resource(OrganizationList)
        .generates_config()
        .action(AzureSyncRunAction)
        .action(AzureWaitForSync)
        .function(ConsoleUrl)
        .function(ParseId)
        .function(PermissionId)
        .function(ReportMarkdown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider_block::permissions;
    use framework::schema::{Attribute, DefaultValue, Schema, Shape};
    use framework::service::{Service as _, Stateless};
    use framework::value::Value;

    #[test]
    fn whatever_needs_permissions_is_something_that_the_provider_offers() {
        let provider = provider(&BTreeMap::new());
        let (resources, data_sources) = (provider.resource_schemas(), provider.data_source_schemas());
        for (name, occasions) in permissions::BY_TYPE {
            let offered = match name.split_once('.') {
                Some(("data", name)) => data_sources.contains_key(name),
                Some(("list", name)) => provider.stateless_schemas(Stateless::List).contains_key(name),
                Some((_, name)) => provider.stateless_schemas(Stateless::Action).contains_key(name),
                None => resources.contains_key(*name),
            };
            assert!(offered, "{name}");
            assert!(!occasions.is_empty(), "{name}");
        }
        assert!(permissions::of("data.proofpoint_account").is_empty());
    }

    /// Defaults are written once, in the code: what the pages say of them must be that.
    #[test]
    fn every_description_tells_of_the_default_that_there_is() {
        fn look(schema: &Schema, place: &str, wrong: &mut Vec<String>) {
            for Attribute { name, description, shape, default, .. } in &schema.attributes {
                let place = format!("{place}.{name}");
                if let Some(DefaultValue::Value(value)) = default
                    && !tells_of(description, value)
                {
                    wrong.push(format!("`{place}` defaults to {value:?}: {description}"));
                }
                if let Shape::Nested(_, schema) = shape {
                    look(schema, &place, wrong);
                }
            }
        }

        fn tells_of(description: &str, value: &Value) -> bool {
            let said = |words: String| {
                description.contains(&format!("Defaults to {words}"))
                    || description.contains(&format!("{words} (the default"))
            };
            match value {
                Value::Bool(flag) => said(flag.to_string()),
                Value::Number(number) => said(number.to_string()),
                Value::String(text) => said(format!("`{text}`")),
                value => {
                    let texts = value.as_elements().into_iter().flatten().filter_map(Value::as_str);
                    let told =
                        description.split_once("Defaults to").map(|(_, told)| told).unwrap_or_default();
                    texts.map(|text| format!("`{text}`")).all(|text| told.contains(&text))
                }
            }
        }

        let mut wrong = Vec::new();
        let provider = provider(&BTreeMap::new());
        let actions = provider.stateless_schemas(Stateless::Action);
        for (name, schema) in provider.resource_schemas().into_iter().chain(actions) {
            look(&schema, &name, &mut wrong);
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn core_would_load_every_schema() {
        assert_eq!(provider(&BTreeMap::new()).check(), Vec::<String>::new());
    }
}
