//! Organizations, their domains and licences (Proofpoint OpenAPI file 2023).

use serde::{Deserialize, Serialize};

use super::lenient;

/// An organization, `GET /orgs/{domain}`.
#[derive(Clone, Debug, Deserialize)]
pub struct Profile {
    /// The domain by which the organization is known.
    pub primary_domain: String,
    /// Number of licences.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    pub user_licenses: Option<i64>,
    /// Address of an LDAP directory, when the older AD sync is configured.
    #[serde(default, deserialize_with = "lenient::text")]
    pub ldap_url: String,
}

/// A domain of an organization.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Domain {
    /// Its name, in lower case.
    #[serde(deserialize_with = "lenient::lower_case")]
    pub name: String,
    /// Whether mail to it is taken; never where it does not relay.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub is_active: bool,
    /// Whether mail to it is passed on to `destination`.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub is_relay: bool,
    /// The server that mail is passed on to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub destination: String,
    /// Servers that are tried when that one is not reached, in order.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub failovers: Vec<String>,
}

/// How people may sign in to the console, `GET /orgs/{domain}/authentication/settings/login`.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct LoginSettings {
    /// Nothing but Microsoft accounts may be used.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub force_azure_login: bool,
}

/// The account that the provider signs in with, `GET /me`.
#[derive(Clone, Debug, Deserialize)]
pub struct Me {
    /// Number of the account.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    pub user_id: Option<i64>,
    /// E-mail address of the account.
    pub primary_email: String,
    /// First name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub firstname: String,
    /// Last name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub surname: String,
    /// User type, such as `organization_admin`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is an administrator.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub is_admin: bool,
    /// Whether it administers customers of a partner.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub is_partner_admin: bool,
    /// Number of the organization it belongs to.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    pub entity_id: Option<i64>,
    /// Primary domain of the organization it belongs to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub entity_primary_domain: String,
    /// Kind of that organization, such as `organization` or `channel`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub entity_type: String,
    /// Whether it may look at everything and change nothing.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub read_only_user: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_nulls_are_read_as_the_api_sends_them() {
        let profile: Profile = serde_json::from_value(json!({
            "primary_domain": "example.com", "user_licenses": "50", "ldap_url": null,
        }))
        .unwrap();
        assert_eq!((profile.user_licenses, profile.ldap_url.as_str()), (Some(50), ""));
        let domain: Domain = serde_json::from_value(json!({"name": "Example.com"})).unwrap();
        assert_eq!(domain.name, "example.com");
        let login: LoginSettings = serde_json::from_value(json!({"force_azure_login": "True"})).unwrap();
        assert!(login.force_azure_login);
    }
}
