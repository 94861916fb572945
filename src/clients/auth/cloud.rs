//! Which Microsoft cloud is meant: its token endpoint, its Graph, and the clouds that are refused.
//!
//! Hosts and names: the national-cloud tables of Microsoft Graph's documentation and `hashicorp/azuread`.

use url::Url;

use super::cloud_name::{CloudName, US_GOVERNMENT_REFUSED};
use super::config_error::{ConfigError, Problem};
use super::inputs::{Resolved, ResolvedInputs};
use super::tenant::TenantId;
use crate::InputName;
use crate::env::ARM_METADATA_HOSTNAME;
use crate::http::{is_loopback, legible};

/// The addresses of one Microsoft cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// Origin of the token endpoint, for example `https://login.microsoftonline.com/`.
    pub authority: Url,
    /// Origin of Microsoft Graph, for example `https://graph.microsoft.com/`; no API version in it.
    pub graph_endpoint: Url,
    /// The scope that asks for a Graph token with all consented application permissions.
    pub graph_scope: String,
}

const fn known(name: CloudName) -> &'static Known {
    match name {
        CloudName::Public => &PUBLIC,
        CloudName::China => &CHINA,
    }
}

struct Known {
    authority: &'static str,
    graph: &'static str,
    /// Where `azuread` looks up the addresses of this cloud.
    metadata: &'static str,
}

const PUBLIC: Known = Known {
    authority: "https://login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    metadata: "management.azure.com",
};

const CHINA: Known = Known {
    authority: "https://login.chinacloudapi.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    metadata: "management.chinacloudapi.cn",
};

const US_GOVERNMENT_HOSTS: [&str; 4] =
    ["login.microsoftonline.us", "usgovcloudapi.net", "login-us.microsoftonline.com", "microsoft.us"];

impl Cloud {
    /// The cloud that is named, or whose addresses are; the public one by default.
    pub fn of(settings: &ResolvedInputs) -> Result<Self, ConfigError> {
        let name = settings.environment.as_ref().map(|setting| setting.value).unwrap_or_default();
        let known = known(name);
        refuse_metadata_of_another_cloud(settings, name)?;
        let authority = match &settings.authority_host {
            Some(setting) => {
                let url = endpoint(setting)?;
                refuse_us_government(setting, url.host_str().unwrap_or_default())?;
                host_only(setting, url)?
            }
            None => fixed(known.authority)?,
        };
        let mut cloud = Self {
            authority,
            graph_endpoint: fixed(known.graph)?,
            graph_scope: format!("{}/.default", known.graph),
        };
        if let Some(setting) = &settings.graph_endpoint {
            let url = endpoint(setting)?;
            refuse_us_government(setting, url.host_str().unwrap_or_default())?;
            let url = host_only(setting, url)?;
            if !is_loopback(&url) {
                cloud.graph_scope = format!("{}/.default", url.origin().ascii_serialization());
            }
            cloud.graph_endpoint = url;
        }
        Ok(cloud)
    }

    /// The address that hands out the tokens of `tenant`.
    pub(crate) fn token_endpoint(&self, tenant: &TenantId) -> Url {
        let mut url = self.authority.clone();
        url.set_path(&format!("/{tenant}/oauth2/v2.0/token"));
        url
    }
}

fn refuse_us_government(setting: &Resolved<String>, host: &str) -> Result<(), ConfigError> {
    let refused = |known: &str| host == known || host.ends_with(&format!(".{known}"));
    if US_GOVERNMENT_HOSTS.into_iter().any(refused) {
        return Err(setting.invalid(US_GOVERNMENT_REFUSED));
    }
    Ok(())
}

/// `azuread` asks a metadata host for the addresses of its cloud, which is not done here. One that means another cloud
/// than the one to sign in to is not passed over: the credential would go to the wrong one.
fn refuse_metadata_of_another_cloud(settings: &ResolvedInputs, name: CloudName) -> Result<(), ConfigError> {
    let Some(metadata) = &settings.metadata_host else { return Ok(()) };
    let host = metadata.value.to_ascii_lowercase();
    refuse_us_government(metadata, &host)?;
    let addresses_named = settings.authority_host.is_some() && settings.graph_endpoint.is_some();
    let cloud_named = settings.environment.as_ref().is_some_and(Resolved::is_configured);
    if addresses_named || cloud_named || host == known(name).metadata {
        return Ok(());
    }
    let host = legible(&host, 100);
    let problem = Problem::AnotherCloud { variable: &ARM_METADATA_HOSTNAME, host, cloud: name.name() };
    Err(ConfigError { input: metadata.input, problem })
}

/// An address given by the user: https, or http where the host is this machine; without user, query or fragment.
///
/// The error names the input and says what is wrong; it repeats the address without anything that could be a
/// password in it.
pub(super) fn endpoint(setting: &Resolved<String>) -> Result<Url, ConfigError> {
    if !setting.value.is_ascii() {
        return Err(setting.invalid("an address is ASCII: write a host name in other letters as `xn--...`"));
    }
    let url = Url::parse(&setting.value).map_err(|error| {
        setting.invalid(format!("this is not an address such as `https://host.example` ({error})"))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(setting.invalid("an address with a user name or password in it is refused"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(setting.invalid("the address must end after the host and path"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(setting.invalid(format!(
            "`{}` would send credentials unencrypted; use `https://` (plain http is for this machine only)",
            url.origin().ascii_serialization()
        ))),
        scheme => Err(setting.invalid(format!("`{scheme}:` is no scheme for it; use `https://`"))),
    }
}

/// An address of which the user names the host: what stands below it is the API's own.
pub fn origin(setting: &Resolved<String>) -> Result<Url, ConfigError> {
    host_only(setting, endpoint(setting)?)
}

fn host_only(setting: &Resolved<String>, url: Url) -> Result<Url, ConfigError> {
    if url.path() == "/" {
        return Ok(url);
    }
    Err(setting.invalid(format!(
        "name the host only, as in `{}`: the path below it is the API's own",
        url.origin().ascii_serialization()
    )))
}

fn fixed(address: &'static str) -> Result<Url, ConfigError> {
    Url::parse(address)
        .map_err(|error| ConfigError::invalid(InputName::Cloud, format!("`{address}`: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::config_error::ConfigErrorKind;
    use crate::auth::inputs::Inputs;

    fn cloud(env: &[(&str, &str)]) -> Result<Cloud, ConfigError> {
        let env = env.iter().copied().collect();
        Cloud::of(&ResolvedInputs::resolve(Inputs::default(), &env)?)
    }

    #[test]
    fn the_public_cloud_is_the_default() {
        let cloud = cloud(&[]).expect("public");
        assert_eq!(cloud.authority.as_str(), "https://login.microsoftonline.com/");
        assert_eq!(cloud.graph_endpoint.as_str(), "https://graph.microsoft.com/");
        assert_eq!(cloud.graph_scope, "https://graph.microsoft.com/.default");
    }

    #[test]
    fn china_has_its_own_addresses() {
        let cloud = cloud(&[("ARM_ENVIRONMENT", "China")]).expect("china");
        assert_eq!(cloud.authority.as_str(), "https://login.chinacloudapi.cn/");
        assert_eq!(cloud.graph_scope, "https://microsoftgraph.chinacloudapi.cn/.default");
    }

    #[test]
    fn an_address_in_other_letters_is_refused_before_anybody_reads_it() {
        let told = cloud(&[("AZURE_AUTHORITY_HOST", "ws:fARM_\u{fffd}")]).expect_err("letters").to_string();
        assert!(told.contains("`xn--...`"), "{told}");
        let told = cloud(&[("ARM_METADATA_HOSTNAME", "a\u{c}b.example")]).expect_err("a control character");
        assert!(told.to_string().contains("`a b.example`"), "{told}");
    }

    #[test]
    fn us_government_clouds_are_refused_by_every_door() {
        for (variable, value, input) in [
            ("ARM_ENVIRONMENT", "usgovernment", InputName::Cloud),
            ("ARM_ENVIRONMENT", "usgovernmentl5", InputName::Cloud),
            ("ARM_ENVIRONMENT", "DoD", InputName::Cloud),
            ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us", InputName::Authority),
            ("PROOFPOINT_GRAPH_ENDPOINT", "https://dod-graph.microsoft.us", InputName::GraphEndpoint),
            ("PROOFPOINT_GRAPH_ENDPOINT", "https://graph.microsoft.us/v1.0", InputName::GraphEndpoint),
            ("ARM_METADATA_HOSTNAME", "management.usgovcloudapi.net", InputName::Cloud),
        ] {
            let error = cloud(&[(variable, value)]).expect_err(value);
            assert_eq!(error.input, input, "{value}");
            assert!(error.to_string().contains("GCC High"), "{}", error.to_string());
        }
    }

    #[test]
    fn an_unknown_cloud_is_refused_with_the_known_ones() {
        let error = cloud(&[("ARM_ENVIRONMENT", "germany")]).expect_err("closed in 2021");
        assert!(error.to_string().contains("`public`") && error.to_string().contains("`china`"));
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9", "https://login.example"]
        {
            cloud(&[("AZURE_AUTHORITY_HOST", good)]).expect(good);
        }
        for bad in [
            "http://10.0.0.1",
            "http://localhost.example",
            "ftp://localhost",
            "login.example",
            "https://u:p@h",
        ] {
            assert_eq!(cloud(&[("AZURE_AUTHORITY_HOST", bad)]).expect_err(bad).input, InputName::Authority);
        }
    }

    #[test]
    fn an_address_is_that_of_a_host() {
        for (variable, input) in [
            ("AZURE_AUTHORITY_HOST", InputName::Authority),
            ("PROOFPOINT_GRAPH_ENDPOINT", InputName::GraphEndpoint),
        ] {
            cloud(&[(variable, "https://host.example/")]).expect("a host");
            for rest in ["/v1.0", "/tenant/", "?x", "#x"] {
                let error = cloud(&[(variable, &format!("https://host.example{rest}"))]).expect_err(rest);
                assert_eq!((error.input, error.kind()), (input, ConfigErrorKind::Invalid), "{rest}");
            }
        }
    }

    #[test]
    fn a_metadata_host_of_another_cloud_is_not_passed_over() {
        let private = ("ARM_METADATA_HOSTNAME", "management.cloud.example");
        let error = cloud(&[private]).expect_err("not looked up");
        assert_eq!(error.kind(), ConfigErrorKind::Incomplete);
        let told = error.told(|input| format!("`{input:?}`"));
        for name in ["`ARM_METADATA_HOSTNAME`", "`Authority`", "`GraphEndpoint`", "`Cloud`"] {
            assert!(told.contains(name), "{told}");
        }
        cloud(&[("ARM_METADATA_HOSTNAME", "management.chinacloudapi.cn")]).expect_err("not the public cloud");
        for same in [
            &[("ARM_METADATA_HOSTNAME", "Management.Azure.com")][..],
            &[("ARM_METADATA_HOSTNAME", "management.chinacloudapi.cn"), ("ARM_ENVIRONMENT", "china")],
            &[
                private,
                ("AZURE_AUTHORITY_HOST", "https://login.cloud.example"),
                ("PROOFPOINT_GRAPH_ENDPOINT", "https://graph.cloud.example"),
            ],
        ] {
            cloud(same).unwrap_or_else(|error| panic!("{same:?}: {error}"));
        }
        let arguments = Inputs { environment: Some(CloudName::Public), ..Inputs::default() };
        let settings =
            ResolvedInputs::resolve(arguments, &[private].into_iter().collect()).expect("settings");
        Cloud::of(&settings).expect("the block says which cloud is meant");
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let error =
            cloud(&[("AZURE_AUTHORITY_HOST", "http://user:hush@login.example")]).expect_err("refused");
        assert!(!error.to_string().contains("hush"));
    }

    #[test]
    fn a_simulated_graph_keeps_the_scope_of_the_real_one() {
        let simulated = cloud(&[("PROOFPOINT_GRAPH_ENDPOINT", "https://localhost:8443")]).expect("loopback");
        assert_eq!(simulated.graph_scope, "https://graph.microsoft.com/.default");
        let private =
            cloud(&[("PROOFPOINT_GRAPH_ENDPOINT", "https://graph.cloud.example/")]).expect("private");
        assert_eq!(private.graph_scope, "https://graph.cloud.example/.default");
    }
}
