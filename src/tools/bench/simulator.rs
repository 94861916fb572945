//! The remote world of the measurements: a running simulator, and its APIs without the provider.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::{Certificate, Client, Method};
use serde::Deserialize;
use serde_json::{Value, json};

/// A running simulator; it ends with this value.
pub(crate) struct Simulator {
    process: Child,
    ready: Ready,
    client: Client,
}

/// Its first line.
#[derive(Debug, Deserialize)]
pub(crate) struct Ready {
    pub(crate) graph_endpoint: String,
    pub(crate) authority_host: String,
    pub(crate) essentials_endpoint: String,
    pub(crate) ca_certificate: String,
    pub(crate) control: String,
    pub(crate) tenants: Vec<Tenant>,
}

/// A tenant with its organization, and who may do everything there.
#[derive(Debug, Deserialize)]
pub(crate) struct Tenant {
    #[serde(rename = "tenant_id")]
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) domain: String,
    pub(crate) essentials_username: String,
    pub(crate) essentials_password: String,
    pub(crate) partner_username: String,
    pub(crate) partner_password: String,
}

/// A page of a Graph listing, as much as is needed to find the next one.
#[derive(Deserialize)]
struct Page {
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

impl Simulator {
    /// Starts one that keeps its files in `directory`.
    pub(crate) fn start(
        directory: &Path,
        binaries: &Path,
        arguments: &[&str],
    ) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(binaries.join("proofpoint-azure-simulator"))
            .args(["--listen", "127.0.0.1:0", "--tls-dir"])
            .arg(directory.join("tls"))
            .arg("--env-file")
            .arg(directory.join("env"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no pipe from the simulator")?).read_line(&mut line)?;
        let ready: Ready = serde_json::from_str(&line)?;
        let certificate = Certificate::from_pem(&fs::read(&ready.ca_certificate)?)?;
        let client = Client::builder()
            .tls_certs_only([certificate])
            .no_proxy()
            .http2_initial_stream_window_size(16 << 20)
            .http2_initial_connection_window_size(16 << 20)
            .build()?;
        Ok(Self { process, ready, client })
    }

    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The first tenant, whose environment the simulator writes.
    pub(crate) fn tenant(&self) -> Result<&Tenant, Box<dyn Error>> {
        self.ready.tenants.first().ok_or_else(|| "a simulator without tenants".into())
    }

    /// Forgets the requests so far.
    pub(crate) async fn forget_requests(&self) -> Result<(), Box<dyn Error>> {
        let url = format!("{}/requests", self.ready.control);
        self.client.delete(url).send().await?.error_for_status()?;
        Ok(())
    }

    /// The requests since the start or the last [`Self::forget_requests`].
    pub(crate) async fn requests(&self) -> Result<Vec<Value>, Box<dyn Error>> {
        let url = format!("{}/requests", self.ready.control);
        let answer = self.client.get(url).send().await?.error_for_status()?.bytes().await?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Answers so many milliseconds late from now on.
    pub(crate) async fn answer_after(&self, milliseconds: u32) -> Result<(), Box<dyn Error>> {
        let late = json!([{ "path": "**", "delay": milliseconds }]);
        let faults = if milliseconds == 0 { json!([]) } else { late };
        let url = format!("{}/faults", self.ready.control);
        self.client.post(url).json(&faults).send().await?.error_for_status()?;
        Ok(())
    }

    /// Makes the first tenant's automation identity one for many tenants and has every other tenant consent to it, as
    /// a partner's customers do.
    pub(crate) async fn consent_everywhere(&self) -> Result<(), Box<dyn Error>> {
        let Some((home, others)) = self.ready.tenants.split_first() else { return Ok(()) };
        let token = self.token(home).await?;
        let application = format!("applications(appId='{}')", home.client_id);
        let audience = json!({ "signInAudience": "AzureADMultipleOrgs" });
        self.graph(&token, Method::PATCH, &application, &audience).await?;
        for tenant in others {
            let token = self.token(tenant).await?;
            let own = format!("servicePrincipals(appId='{}')/appRoleAssignments", tenant.client_id);
            let roles = self.graph(&token, Method::GET, &own, &Value::Null).await?;
            let principal = json!({ "appId": home.client_id });
            let principal = self.graph(&token, Method::POST, "servicePrincipals", &principal).await?;
            let id = principal["id"].as_str().unwrap_or_default();
            for role in roles["value"].as_array().into_iter().flatten() {
                let assignment = json!({
                    "principalId": id, "resourceId": role["resourceId"], "appRoleId": role["appRoleId"],
                });
                let path = format!("servicePrincipals/{id}/appRoleAssignments");
                self.graph(&token, Method::POST, &path, &assignment).await?;
            }
        }
        Ok(())
    }

    /// Downloads what the report reads, in the same requests, and looks at nothing but the addresses of further pages.
    pub(crate) async fn download_directory_and_organization(&self) -> Result<(), Box<dyn Error>> {
        let tenant = self.tenant()?;
        let token = self.token(tenant).await?;
        let users = "id,userPrincipalName,mail,givenName,surname,accountEnabled,userType,proxyAddresses,assignedPlans";
        let groups = "id,displayName,mail,mailEnabled,securityEnabled,groupTypes,proxyAddresses";
        let deleted = "directory/deletedItems/microsoft.graph";
        let tenant_itself = "id,displayName,verifiedDomains,onPremisesSyncEnabled";
        let organization = format!("orgs/{}", tenant.domain);
        tokio::try_join!(
            self.pages(&token, format!("users?$select={users}&$top=999")),
            self.pages(&token, format!("groups?$select={groups}&$top=999")),
            self.pages(
                &token,
                format!("{deleted}.user?$select=userPrincipalName,mail,deletedDateTime&$top=999")
            ),
            self.pages(&token, format!("{deleted}.group?$select=mail&$top=999")),
            self.pages(&token, format!("organization?$select={tenant_itself}")),
            self.essentials(tenant, format!("{organization}/users")),
            self.essentials(tenant, format!("{organization}/domains")),
            self.essentials(tenant, organization.clone()),
            self.essentials(tenant, format!("{organization}/settings/azure/exemptions")),
        )?;
        Ok(())
    }

    async fn pages(&self, token: &str, first: String) -> Result<(), Box<dyn Error>> {
        let mut address = Some(format!("{}/v1.0/{first}", self.ready.graph_endpoint));
        while let Some(url) = address {
            let response = self.client.get(url).bearer_auth(token).send().await?.error_for_status()?;
            address = serde_json::from_slice::<Page>(&response.bytes().await?)?.next;
        }
        Ok(())
    }

    async fn essentials(&self, tenant: &Tenant, path: String) -> Result<(), Box<dyn Error>> {
        let url = format!("{}/api/v1/{path}", self.ready.essentials_endpoint);
        let request = self
            .client
            .get(url)
            .header("X-User", &tenant.essentials_username)
            .header("X-Password", &tenant.essentials_password);
        let mut response = request.send().await?.error_for_status()?;
        while response.chunk().await?.is_some() {}
        Ok(())
    }

    async fn token(&self, tenant: &Tenant) -> Result<String, Box<dyn Error>> {
        let url = format!("{}/{}/oauth2/v2.0/token", self.ready.authority_host, tenant.id);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &tenant.client_id),
            ("client_secret", &tenant.client_secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let answer: Value =
            self.client.post(url).form(&form).send().await?.error_for_status()?.json().await?;
        Ok(answer["access_token"].as_str().ok_or("no token")?.to_owned())
    }

    async fn graph(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Box<dyn Error>> {
        let url = format!("{}/v1.0/{path}", self.ready.graph_endpoint);
        let mut request = self.client.request(method, url).bearer_auth(token);
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await?.error_for_status()?.bytes().await?;
        Ok(if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer)? })
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Gone already is as good as killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
