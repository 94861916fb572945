//! What a configured provider hands to resources and data sources: clients for both sides, made when first needed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::OnceCell;
use uuid::Uuid;

use super::configuration::{Configuration, Incomplete};
use super::failure::Failure;
use super::ids::ObjectPath;
use super::intentions::Intentions;
use clients::auth::{Credentials, TenantId};
use clients::clock::Clock;
use clients::env::EnvMap;
use clients::essentials::Essentials;
use clients::graph::{self, Graph};
use clients::http::{Call, HttpClient, Options, Tap};
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::Diagnostic;

/// What this process knows of an organization.
#[derive(Debug, Default)]
struct OrganizationHere {
    turn: Arc<tokio::sync::Mutex<()>>,
    owner: Option<String>,
}

/// One configured provider. Signing in, certificate authorities and connections wait until something needs them.
#[derive(Debug)]
pub struct Session {
    configuration: Configuration,
    run: Uuid,
    /// By organization: who may write to it now, and which resource set its sync up in this process.
    organizations: Mutex<HashMap<String, OrganizationHere>>,
    http: HttpClient,
    tap: Option<Tap>,
    credentials: OnceLock<Credentials>,
    /// By the tenant's id, and by the domain that names it in a configuration.
    graphs: Mutex<HashMap<TenantId, Graph>>,
    essentials: OnceLock<Essentials>,
    own_tenant: OnceCell<Option<TenantId>>,
    intentions: Intentions,
}

impl Session {
    /// A session for this configuration; proxies come from `env`. Nothing is opened yet.
    pub fn new(configuration: Configuration, env: &EnvMap) -> Self {
        let options = Options {
            ca_bundle: configuration.ca_bundle.clone().unwrap_or_default(),
            env: env.clone(),
            user_agent: format!("terraform-provider-proofpoint/{}", env!("CARGO_PKG_VERSION")),
        };
        // Over this one go all requests but those for tokens, which change nothing.
        let http = HttpClient::new(options).read_only(configuration.read_only);
        Self {
            configuration,
            run: Uuid::new_v4(),
            organizations: Mutex::default(),
            http,
            tap: None,
            credentials: OnceLock::new(),
            graphs: Mutex::default(),
            essentials: OnceLock::new(),
            own_tenant: OnceCell::new(),
            intentions: Intentions::default(),
        }
    }

    /// The same, with a tap that keeps every answer.
    pub(crate) fn tapped_by(self, tap: Tap) -> Self {
        Self { http: self.http.tapped_by(tap.clone()), tap: Some(tap), ..self }
    }

    /// The id of this run, which services are told.
    pub(crate) fn run(&self) -> Uuid {
        self.run
    }

    /// What the parts of the configuration have said about organizations so far.
    pub(crate) fn intentions(&self) -> &Intentions {
        &self.intentions
    }

    /// The limits of an operation as everything below takes them, with the id of this run.
    pub fn call(&self, context: &Context<Self>) -> Call {
        Call { deadline: context.deadline, cancel: context.cancel.clone(), correlation_id: self.run }
    }

    /// Waits until no other resource of this process changes the sync of an organization, and keeps others waiting for as
    /// long as what is returned lives.
    pub async fn turn(
        &self,
        call: &Call,
        organization: &str,
    ) -> Result<tokio::sync::OwnedMutexGuard<()>, Failure> {
        let turn = self.organizations().entry(organization.to_owned()).or_default().turn.clone();
        call.run(turn.lock_owned()).await.map_err(|_| {
            Diagnostic::error(
                "The wait for another change was not finished",
                format!(
                    "Another resource of this run is changing the sync of `{organization}`. Apply again."
                ),
            )
            .into()
        })
    }

    /// Notes which resource set up the sync of an organization.
    pub fn claim(&self, organization: &str, owner: &str) {
        self.organizations().entry(organization.to_owned()).or_default().owner = Some(owner.to_owned());
    }

    /// Whether another resource has set up the sync of an organization in this process.
    pub(crate) fn is_claimed_by_another(&self, organization: &str, owner: Option<&str>) -> bool {
        let organizations = self.organizations();
        let latest = organizations.get(organization).and_then(|here| here.owner.as_deref());
        latest.is_some() && latest != owner
    }

    fn organizations(&self) -> MutexGuard<'_, HashMap<String, OrganizationHere>> {
        self.organizations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address of the Proofpoint console as far as `region` or `endpoint` tell, without a slash at its end: where
    /// Entra sends a signed-in administrator back to.
    pub fn console(&self) -> &Attr<String> {
        &self.configuration.console
    }

    /// How to sign in to Entra.
    pub fn credentials(&self) -> Result<&Credentials, Failure> {
        if let Some(credentials) = self.credentials.get() {
            return Ok(credentials);
        }
        let choice = self.configuration.entra.clone().map_err(|missing| incomplete("Entra", missing))?;
        let client = self.http()?.reqwest()?;
        let credentials = Credentials::new(choice, client, self.run).map_err(clients::auth::Error::from)?;
        let credentials = credentials.tapped_by(self.tap.clone());
        Ok(self.credentials.get_or_init(|| credentials))
    }

    /// The id of the provider's tenant, when its configuration names one.
    pub async fn default_tenant(&self, call: &Call) -> Result<Option<TenantId>, Failure> {
        match self.named_tenant() {
            Some(name) => Ok(Some(self.connection(call, name).await?.tenant().clone())),
            None => Ok(None),
        }
    }

    /// The id of the tenant to which a verified domain belongs, where the signed-in identity is admitted to that tenant.
    pub(crate) async fn tenant_of(&self, call: &Call, domain: &str) -> Option<TenantId> {
        let name = TenantId::parse(domain).ok()?;
        Some(self.connection(call, &name).await.ok()?.tenant().clone())
    }

    fn named_tenant(&self) -> Option<&TenantId> {
        self.configuration.entra.as_ref().ok()?.tenant.as_ref()
    }

    /// Microsoft Graph for a tenant: the one named (by id or domain), else the provider's, else the one that the
    /// managed identity or the Azure CLI belongs to. One connection per tenant and process; it knows the tenant's id, which
    /// is all that may be stored.
    pub async fn graph(&self, call: &Call, tenant: Option<&str>) -> Result<Graph, Failure> {
        let credentials = self.credentials()?;
        let tenant = if let Some(name) = tenant {
            TenantId::parse(name).map_err(|error| {
                Diagnostic::error("Invalid tenant", format!("`{name}` names no tenant: {error}."))
            })?
        } else {
            let scope = &credentials.cloud().graph_scope;
            credentials.home(call, scope).await?
        };
        // For `path`, and since it may be the same one under another name. Who names a tenant need not be admitted to it.
        self.own_tenant(call).await?;
        self.connection(call, &tenant).await
    }

    async fn connection(&self, call: &Call, tenant: &TenantId) -> Result<Graph, Failure> {
        Ok(self.connect(call, tenant).await??)
    }

    /// The same, with a failed sign-in as an error of its own.
    async fn connect(&self, call: &Call, tenant: &TenantId) -> Result<Result<Graph, graph::Error>, Failure> {
        if let Some(known) = self.graphs().get(tenant) {
            return Ok(Ok(known.clone()));
        }
        let (http, credentials) = (self.http()?, self.credentials()?.clone());
        let graph = if tenant.is_uuid() {
            Graph::new(http, credentials, tenant.clone())
        } else {
            match Graph::of_domain(call, http, credentials, tenant.clone()).await {
                Ok(graph) => graph,
                Err(error) => return Ok(Err(error)),
            }
        };
        let mut graphs = self.graphs();
        let graph = graphs.entry(graph.tenant().clone()).or_insert(graph).clone();
        graphs.insert(tenant.clone(), graph.clone());
        Ok(Ok(graph))
    }

    fn graphs(&self) -> MutexGuard<'_, HashMap<TenantId, Graph>> {
        self.graphs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the configuration says how to sign in to Entra.
    pub(crate) fn is_configured_for_entra(&self) -> bool {
        self.configuration.entra.is_ok()
    }

    /// The login of Proofpoint Essentials.
    pub fn essentials(&self) -> Result<&Essentials, Failure> {
        if let Some(essentials) = self.essentials.get() {
            return Ok(essentials);
        }
        let login = self
            .configuration
            .essentials
            .clone()
            .map_err(|missing| incomplete("Proofpoint Essentials", missing))?;
        let http = self.http()?.clone();
        let essentials = Essentials::new(http, Clock::new(), login.endpoint, login.username, login.password);
        Ok(self.essentials.get_or_init(|| essentials))
    }

    /// The id of the tenant that the provider's configuration names, if it names one. An identity that a domain's tenant
    /// does not admit has worked on another one.
    async fn own_tenant(&self, call: &Call) -> Result<Option<TenantId>, Failure> {
        let find = || async {
            match self.named_tenant() {
                Some(name) if !name.is_uuid() => match self.connect(call, name).await? {
                    Ok(graph) => Ok(Some(graph.tenant().clone())),
                    Err(error) if error.is_refused_sign_in() => Ok(None),
                    Err(error) => Err(error.into()),
                },
                named => Ok(named.cloned()),
            }
        };
        self.own_tenant.get_or_try_init(find).await.cloned()
    }

    /// The path of an object in a tenant that [`Self::graph`] was asked for; it names the tenant only where that is not the
    /// provider's.
    pub fn path(&self, tenant: &TenantId, collection: &str, id: &str) -> ObjectPath {
        let is_own = self.own_tenant.get().is_some_and(|own| own.as_ref() == Some(tenant));
        ObjectPath::new((!is_own).then(|| tenant.clone()), collection, id)
    }

    fn http(&self) -> Result<&HttpClient, Failure> {
        match &self.configuration.ca_bundle {
            Ok(_) => Ok(&self.http),
            Err(missing) => Err(incomplete("the network", missing.clone())),
        }
    }
}

/// One side is needed and not wholly configured.
fn incomplete(side: &str, missing: Incomplete) -> Failure {
    Diagnostic::error(format!("The provider is not configured for {side}"), missing.detail).into()
}
